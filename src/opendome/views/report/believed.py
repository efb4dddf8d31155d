"""What tracks were called and how sure that was, and how near estimated launches were."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import numpy as np
import pyarrow as pa

from opendome.results.beliefs import AGES
from opendome.results.called import Called, Score, brier_score, confusion, scores
from opendome.results.result import Campaign
from opendome.scenario.families import KINDS
from opendome.views.report.layout import sideways
from opendome.views.report.markup import Floats, Markup, path_data, tag
from opendome.views.report.picture_table import PHASES
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


def called(families: pa.Table, seed: int) -> list[Markup]:
    """What tracks were called in all runs: who was called what, how sure, and after how long."""
    rows, score = confusion(families), brier_score(families, seed)
    if not rows:
        return []
    words = (
        "Confirmed tracks of all runs, whenever the picture was compared with the truth: true "
        "families downwards, what the picture held for the likeliest across."
    )
    parts = [tag("h3", "What tracks were called"), confusion_table(rows)]
    if not math.isfinite(score.value):
        return [*parts, tag("p", words, class_="note")]
    interval = f" (95\u00a0% interval {score.low:.3f} to {score.high:.3f})"
    words += f" Brier score of all: {score.value:.3f}"
    words += interval if math.isfinite(score.low) else ""
    words += f"; 0 is best, {1 - 1 / len(KINDS):.2f} if every family were as likely. "
    words += sureness_words(families)
    ages = "The same tracks by the phase of their threats and the time since the first look."
    parts += [tag("p", words, class_="note"), age_table(families)]
    return [*parts, tag("p", ages, class_="note")]


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


def age_table(families: pa.Table) -> Markup:
    """How tracks were called, of all and by phase downwards, the longer they were seen across."""
    found: dict[tuple[str, float], Score] = dict(scores(families, "phase", "age"))
    found |= {("any", age): score for (age,), score in scores(families, "age").items()}
    ages = sorted({age for _, age in found})
    names = {"any": "all threats", **PHASES}
    top = [tag("th", words, colspan=2, scope="colgroup") for words in _spans(ages)]
    heads = [
        tag("th", words, scope="col") for _ in ages for words in ("called right", "Brier score")
    ]
    body = []
    for phase, name in names.items():
        cells = [found.get((phase, age)) for age in ages]
        if any(cells):
            words = [w for one in cells for w in _score_words(one)]
            body.append(tag("tr", tag("th", name, scope="row"), *(tag("td", w) for w in words)))
    head = tag("thead", tag("tr", tag("th"), *top), tag("tr", tag("th"), *heads))
    return sideways(tag("table", head, tag("tbody", *body), class_="counts whole"))


def _spans(ages: list[float]) -> list[str]:
    """Words for the time since the first look, from each age to the next that there may be."""
    ends = dict(pairwise(AGES))
    return [f"{whole(a)} to {whole(ends[a])} s" if a in ends else f"{whole(a)} s and more"
            for a in ages]  # fmt: skip


def _score_words(score: Score | None) -> tuple[str, str]:
    """Share called right and Brier score."""
    if score is None or score.tracks < LEAST:
        return NOTHING, NOTHING
    return percent(score.right), f"{score.brier:.3f}"


def sureness_words(families: pa.Table) -> str:
    """How often the likeliest family was right, by its chance, in a sentence."""
    parts = []
    for (tenth,), score in reversed(scores(families, "confidence").items()):
        low = round(100 * tenth)
        if score.tracks >= LEAST:
            chance = (
                f"where its chance was {low} % or more"
                if low == 90
                else (f"at {low} to {low + 10} %")
            )
            parts.append(f"{percent(score.right)} {chance}")
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
