"""What tracks were called and how sure that was, and how near estimated launches were."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from opendome.results.result import Campaign
from opendome.scenario.families import KINDS
from opendome.views.report.layout import sideways
from opendome.views.report.markup import Floats, Markup, path_data, tag
from opendome.views.report.projection import Window, backward
from opendome.views.report.shown import Columns, Shown, ask
from opendome.views.report.words import (
    NOTHING,
    clock,
    length,
    percent,
    spaced,
    whole,
)

EDGES: Final = {level: -2.0 * math.log(1.0 - level) for level in (0.5, 0.9)}  # squared distances
MOST_ELLIPSES: Final = 60  # drawn on a map
LEAST: Final = 20  # looks at tracks that make a share worth telling


class Called(NamedTuple):
    """What tracks of one family were called."""

    family: str  # empty: of nothing
    tracks: int  # summed over the times of the looks
    shares: dict[str, float]
    brier: float  # NaN of tracks of nothing


class Sureness(NamedTuple):
    """How often the likeliest family was right, where it had chances in one tenth."""

    tenth: float  # its lower end
    tracks: int
    right: float


def confusion(campaign: Campaign) -> list[Called]:
    """A row for each true family, those of nothing last; empty where no run was looked at."""
    answer = ask(
        campaign,
        """select family, called, sum(tracks)::double as n,
              sum(case when isnan(brier) then 0 else brier * tracks end) as brier
            from families group by family, called order by family = '', family, called""",
    )
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for family, called, n, brier in zip(
        *(answer[name].tolist() for name in ("family", "called", "n", "brier")), strict=True
    ):
        found.setdefault(family, {})[called] = (n, brier)
    rows = []
    for family, parts in found.items():
        total = sum(n for n, _ in parts.values())
        brier = sum(b for _, b in parts.values()) / total if family else math.nan
        shares = {called: n / total for called, (n, _) in parts.items()}
        rows.append(Called(family, round(total), shares, brier))
    return rows


def brier(campaign: Campaign) -> float:
    """Brier score over all tracks of threats; NaN if there is none."""
    sql = """select sum(brier * tracks) / sum(tracks) as x from families where family <> ''"""
    value = ask(campaign, sql)["x"][0]
    return math.nan if value is None else float(value)


def sureness(campaign: Campaign) -> list[Sureness]:
    """How right the likeliest family was, by its chance."""
    answer = ask(
        campaign,
        """select confidence, sum(tracks)::double as n,
              sum(case when family = called then tracks else 0 end)::double as right
            from families where family <> '' group by confidence order by confidence""",
    )
    columns = (answer[name].tolist() for name in ("confidence", "n", "right"))
    return [Sureness(c, round(n), right / n) for c, n, right in zip(*columns, strict=True)]


def confusion_table(rows: list[Called]) -> Markup:
    """True families downwards, what they were called across."""
    across = [kind for kind in KINDS if any(kind in row.shares for row in rows)]
    heads = ("", *(spaced(kind) for kind in across), "Brier score", "tracks seen")
    head = tag("thead", tag("tr", *(tag("th", words, scope="col") for words in heads)))
    body = [
        tag(
            "tr",
            tag("th", spaced(row.family) or "nothing", scope="row"),
            *(tag("td", percent(row.shares[k]) if k in row.shares else NOTHING) for k in across),
            tag("td", f"{row.brier:.3f}" if math.isfinite(row.brier) else NOTHING),
            tag("td", whole(row.tracks)),
        )
        for row in rows
    ]
    return sideways(tag("table", head, tag("tbody", *body), class_="counts whole"))


def sureness_words(rows: list[Sureness]) -> str:
    """How often it was right, in a sentence."""
    parts = []
    for row in rows[::-1]:
        low = round(100 * row.tenth)
        if row.tracks >= LEAST:
            chance = (
                f"where its chance was {low} % or more"
                if low == 90
                else (f"at {low} to {low + 10} %")
            )
            parts.append(f"{percent(row.right)} {chance}")
    return f"The likeliest family was right in {', '.join(parts)}." if parts else ""


def launch_words(campaign: Campaign) -> str:
    """How near the estimated launches of threats were, in a sentence; empty if there is none."""
    inside = ", ".join(
        f"avg((launch_square <= {edge})::integer) as e{round(100 * level)}"
        for level, edge in EDGES.items()
    )
    answer = ask(
        campaign,
        f"""select count(*) as n, median(launch_miss) as miss, {inside}
            from tracks where isfinite(launch_miss)""",
    )
    n = int(answer["n"][0])
    if not n:
        return ""
    return (
        f"The launch of {whole(n)} tracked threats was estimated: half of the estimates miss by "
        f"{length(float(answer['miss'][0]))} or less; {percent(float(answer['e50'][0]))} of the "
        f"true launches lie in the ellipses of 50 %, {percent(float(answer['e90'][0]))} in those "
        "of 90 %."
    )


def launches_drawn(window: Window, shown: Shown) -> list[Markup]:
    """Ellipses of 50 and 90 % about estimated launches; a line leads to the true one."""
    tracks, marks = shown.tracks, []
    for k in best_launches(tracks):
        lat, lon = float(tracks["launch_lat"][k]), float(tracks["launch_lon"][k])
        threat = int(tracks["threat"][k])
        of = f"threat {threat}" if threat >= 0 else "nothing"
        miss = float(tracks["launch_miss"][k])
        tip = f"track {tracks['track'][k]} of {of}: launch estimated at "
        tip += clock(float(tracks["launch_t"][k]))
        if math.isfinite(miss):
            tip += f", {length(miss)} from the true one"
        for level, edge in EDGES.items():
            x, y = window.pixels(*ellipse(tracks, int(k), edge))
            name = f"launch-ellipse at-{round(100 * level)}"
            marks.append(tag("path", d=path_data(x, y, closed=True), class_=name, data_tip=tip))
        rows = np.flatnonzero(shown.threats["threat"] == threat)
        if len(rows):
            true = (shown.threats["launch_lat"][rows[0]], shown.threats["launch_lon"][rows[0]])
            lats, lons = np.array([lat, true[0]]), np.array([lon, true[1]])
            line = path_data(*window.pixels(lats.astype(float), lons.astype(float)))
            marks.append(tag("path", d=line, class_="launch-miss", data_tip=tip))
    return marks


def best_launches(tracks: Columns) -> list[int]:
    """Rows of the estimated launches to draw: of each threat the surest, evenly if too many."""
    area = tracks["launch_cov_ee"] * tracks["launch_cov_nn"] - tracks["launch_cov_en"] ** 2
    found: dict[int, int] = {}
    for k in np.argsort(area, kind="stable").tolist():
        if math.isfinite(area[k]) and tracks["threat"][k] >= 0:
            found.setdefault(int(tracks["threat"][k]), k)
    rows = [found[threat] for threat in sorted(found)]
    step = max(1, math.ceil(len(rows) / MOST_ELLIPSES))
    return rows[::step]


def ellipse(tracks: Columns, k: int, edge: float) -> tuple[Floats, Floats]:
    """Latitudes and longitudes of the edge of an ellipse about an estimated launch."""
    en = float(tracks["launch_cov_en"][k])
    cov = np.array([[tracks["launch_cov_ee"][k], en], [en, tracks["launch_cov_nn"][k]]], float)
    values, axes = np.linalg.eigh(cov)
    turn = np.linspace(0.0, 2.0 * math.pi, 49)
    root = axes * np.sqrt(edge * np.maximum(values, 0.0))
    east, north = root @ np.array([np.cos(turn), np.sin(turn)])
    return backward(float(tracks["launch_lat"][k]), float(tracks["launch_lon"][k]), east, north)
