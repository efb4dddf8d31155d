"""The funnel of the layers: how each class of threats is thinned out, layer after layer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from opendome.results.statistics import Estimate
from opendome.views.report.layout import sideways
from opendome.views.report.markup import Markup, line, rect, svg, tag, text
from opendome.views.report.verdict import estimate
from opendome.views.report.words import (
    dollars,
    mean,
    percent,
    percent_interval,
    spaced,
    to_interval,
)

NARROW_WIDTH: Final = 340.0
BAND: Final = 24.0
HEAD: Final = 52.0  # of a layer: its name and its figures
BELOW: Final = 12.0  # a band: the line of those fired at
GAP: Final = 4.0  # between classes
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
LEGEND: Final = (
    ("fill-passed", "passed on"),
    ("fill-intercepted", "killed by the layer"),
    ("fill-hit", "fired at (line below)"),
    ("fill-leaked", "got through"),
)


@dataclass(frozen=True)
class LayerRow:
    """A layer of a campaign's summary."""

    name: str
    came: Estimate
    engaged: Estimate
    killed: Estimate
    rounds: Estimate
    cost: Estimate
    by_class: Mapping[str, Mapping[str, float]]

    @property
    def passed(self) -> float:
        """Mean number per run that came and was not killed."""
        return self.came.value - self.killed.value


def layer_rows(summary: Mapping[str, Any]) -> list[LayerRow]:
    """Layers of a summary, first to last; empty where another version wrote none."""
    rows = [_layer_row(found) for found in summary.get("layers", ())]
    return rows if rows and math.isfinite(rows[0].came.value) else []


def _layer_row(found: Mapping[str, Any]) -> LayerRow:
    came, engaged, killed, rounds, cost = (
        estimate(found, name) for name in ("came", "engaged", "killed", "rounds", "cost_usd")
    )
    by_class = found.get("by_class", {})
    return LayerRow(str(found["name"]), came, engaged, killed, rounds, cost, by_class)


def class_names(rows: Sequence[LayerRow]) -> list[str]:
    """Classes of threats, the most numerous first."""
    first = rows[0].by_class if rows else {}
    return sorted(first, key=lambda name: (-first[name]["came"], name))


def funnel(
    rows: Sequence[LayerRow],
    classes: Sequence[str],
    most: float | None = None,
    width: float = NARROW_WIDTH,
) -> Markup:
    """Drawing of the layers of a campaign.

    Parameters
    ----------
    rows : sequence of LayerRow
        At least one.
    classes : sequence of str
        From left to right.
    most : float, optional
        Threats that fill the width; by default those that came to the first layer.
    width : float
        Of the drawing.
    """
    total = max(rows[0].came.value if most is None else most, 1e-9)
    columns = _columns(rows[0], classes, total, width)
    per_threat = (width - GAP * max(len(classes) - 1, 0)) / total
    parts: list[Markup] = []
    for k, name in enumerate(classes):
        if _count(rows[0], name, "came") * per_threat >= 9:
            parts.append(text(columns[k], 11, LETTERS[k % 26], "tick"))
    y = 18.0
    for k, row in enumerate(rows):
        parts += _streams(columns, [_count(row, c, "came") for c in classes], y, per_threat, k > 0)
        parts += _words(row, y, width)
        for x, name in zip(columns, classes, strict=True):
            parts += _band(row, name, x, y + HEAD, per_threat)
        y += HEAD + BAND + BELOW
    last = rows[-1]
    left = [_count(last, c, "came") - _count(last, c, "killed") for c in classes]
    parts += _streams(columns, left, y, per_threat, True)
    share = percent(last.passed / rows[0].came.value) if rows[0].came.value else ""
    parts += [
        text(0, y + 18, "got through", "lane halo"),
        text(width, y + 18, f"{mean(last.passed)}  ({share})", "figure end halo"),
        text(0, y + 36, f"of {mean(rows[0].came.value)} that threatened an asset", "tick halo"),
    ]
    for x, n, name in zip(columns, left, classes, strict=True):
        parts.append(rect(x, y + HEAD, n * per_threat, BAND, class_="fill-leaked",
                          data_tip=f"{spaced(name)}: {mean(n)} got through"))  # fmt: skip
    y += HEAD + BAND
    parts.append(line(0, y + 5, width, y + 5, "baseline"))
    said = "; ".join(
        f"{spaced(r.name)} killed {mean(r.killed.value)} of {mean(r.came.value)}" for r in rows
    )
    return svg(width, y + 8, f"Layers: {said}; {mean(last.passed)} got through.", *parts)


def legend() -> Markup:
    """What the colours of the funnel mean."""
    return tag(
        "ul",
        *(
            tag("li", tag("svg", rect(0, 2, 20, 10, class_=class_), viewBox="0 0 20 14",
                          class_="patch", aria_hidden="true"), words)
            for class_, words in LEGEND
        ),
        class_="legend",
    )  # fmt: skip


def class_table(rows: Sequence[LayerRow], classes: Sequence[str]) -> Markup:
    """For each class: how many threaten, how many each layer kills, how many get through."""
    head = ("", "class of threat", "threatening", *(f"{spaced(r.name)} kills" for r in rows),
            "get through")  # fmt: skip
    body = []
    for k, name in enumerate(classes):
        came = _count(rows[0], name, "came")
        left = _count(rows[-1], name, "came") - _count(rows[-1], name, "killed")
        share = f" ({percent(left / came)})" if came else ""
        cells = [mean(came), *(mean(_count(r, name, "killed")) for r in rows), mean(left) + share]
        body.append(
            tag("tr", tag("td", LETTERS[k % 26], class_="letter"),
                tag("th", spaced(name), scope="row"), *(tag("td", c) for c in cells))
        )  # fmt: skip
    return _table(head, body)


def layer_table(rows: Sequence[LayerRow]) -> Markup:
    """For each layer: what came, what it fired at, killed and passed on, and what it spent."""
    head = ("layer", "came to it", "fired at", "killed", "killed of came", "rounds", "cost")
    body = []
    for r in rows:
        share = percent(r.killed.value / r.came.value) if r.came.value else ""
        counts = (r.came, r.engaged, r.killed)
        cells = [
            *(_with_interval(e) for e in counts),
            tag("td", share),
            _with_interval(r.rounds),
            tag("td", dollars(r.cost.value)),
        ]
        body.append(tag("tr", tag("th", spaced(r.name), scope="row"), *cells))
    return _table(head, body)


def killed_words(row: LayerRow) -> str:
    """What a layer did, in a sentence."""
    if not row.came.value > 0:
        return f"Nothing came to {spaced(row.name)}."
    share, _ = percent_interval(row.killed.value / row.came.value, math.nan, math.nan)
    return (
        f"{spaced(row.name).capitalize()} kills {share} of the {mean(row.came.value)} threats "
        f"that come to it, with {mean(row.rounds.value)} rounds for {dollars(row.cost.value)}."
    )


def _columns(first: LayerRow, classes: Sequence[str], total: float, width: float) -> list[float]:
    """Left edge of each class; it stays the same in all layers."""
    usable = width - GAP * max(len(classes) - 1, 0)
    edges, x = [], 0.0
    for name in classes:
        edges.append(x)
        x += usable * _count(first, name, "came") / total + GAP
    return edges


def _streams(
    columns: Sequence[float], counts: Sequence[float], y: float, per_threat: float, is_on: bool
) -> list[Markup]:
    """What flows into a layer, pale, behind its words."""
    if not is_on:
        return []
    top = y - BELOW
    return [
        rect(x, top, n * per_threat, HEAD + BELOW, class_="fill-stream")
        for x, n in zip(columns, counts, strict=True)
    ]


def _words(row: LayerRow, y: float, width: float) -> list[Markup]:
    spent = f"{mean(row.rounds.value)} rounds, {dollars(row.cost.value)}"
    return [
        text(0, y + 18, spaced(row.name), "lane halo"),
        text(width, y + 18, f"kills {mean(row.killed.value)} of {mean(row.came.value)}",
             "figure end halo"),
        text(0, y + 38, f"fires at {mean(row.engaged.value)}", "tick halo"),
        text(width, y + 38, spent, "tick end halo"),
    ]  # fmt: skip


def _band(row: LayerRow, name: str, x: float, y: float, per_threat: float) -> list[Markup]:
    came, engaged, killed = (_count(row, name, w) for w in ("came", "engaged", "killed"))
    if not came > 0:
        return []
    tip = (f"{spaced(name)}: {mean(came)} came to {spaced(row.name)}, {mean(engaged)} fired at, "
           f"{mean(killed)} killed")  # fmt: skip
    right = x + came * per_threat
    middle = right - killed * per_threat
    return [
        rect(x, y, middle - x, BAND, class_="fill-passed", data_tip=tip),
        rect(middle, y, right - middle, BAND, class_="fill-intercepted", data_tip=tip),
        rect(right - engaged * per_threat, y + BAND + 2, engaged * per_threat, 3,
             class_="fill-hit"),
    ]  # fmt: skip


def _count(row: LayerRow, name: str, what: str) -> float:
    return float(row.by_class.get(name, {}).get(what, 0.0))


def _with_interval(e: Estimate) -> Markup:
    value, interval = to_interval(*e)
    more = tag("span", interval, class_="interval") if interval else ""
    return tag("td", value, more)


def _table(head: Sequence[str], body: Sequence[Markup]) -> Markup:
    titles = [
        tag("th", words, scope="col", class_=None if words else "letter-head") for words in head
    ]
    table = tag("table", tag("thead", tag("tr", *titles)), tag("tbody", *body), class_="counts")
    return sideways(table)
