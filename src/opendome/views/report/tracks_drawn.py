"""Flights as lines on paper: few points, each with its time, so that they can be replayed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from opendome.views.report.markup import Floats, Markup, tag
from opendome.views.report.shown import Flight

TOLERANCE: Final = 0.35  # pixels

Line: TypeAlias = tuple[Floats, Floats]
Paper: TypeAlias = Callable[[Flight], Line | None]  # None: the flight is not on this paper


@dataclass(frozen=True)
class Drawn:
    """One flight as points with their times, on each paper that shows it."""

    kind: str
    id: int
    outcome: str
    t: Floats
    lines: Mapping[str, Line]

    @property
    def tip(self) -> str:
        """What it is, in words."""
        return f"{self.kind} {self.id}: {self.outcome}"


def drawn(flight: Flight, papers: Mapping[str, Paper]) -> Drawn:
    """Flight on paper, thinned so that drawing it by time is wrong by less than can be seen."""
    found = {name: paper(flight) for name, paper in papers.items()}
    lines = {name: line for name, line in found.items() if line is not None}
    columns = [column for line in lines.values() for column in line]
    points = np.column_stack(columns) if columns else np.zeros((len(flight.t), 1))
    keep = needed(flight.t, points, TOLERANCE)
    thinned = {name: (x[keep], y[keep]) for name, (x, y) in lines.items()}
    return Drawn(flight.kind, flight.id, flight.outcome, flight.t[keep], thinned)


def needed(t: Floats, points: Floats, tolerance: float) -> NDArray[np.bool_]:
    """Points between which straight motion in time stays within a tolerance of the path."""
    keep = np.zeros(len(t), dtype=bool)
    keep[[0, -1]] = True
    spans = [(0, len(t) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        share = (t[first + 1 : last] - t[first]) / max(t[last] - t[first], 1e-9)
        straight = points[first] + share[:, None] * (points[last] - points[first])
        error = np.abs(points[first + 1 : last] - straight).max(axis=1)
        worst = int(np.argmax(error))
        if error[worst] > tolerance:
            middle = first + 1 + worst
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return keep


def replay_data(flights: list[Drawn], t_end: float) -> Markup:
    """All flights as data for the small program in the page that replays the raid."""
    bodies = [
        {
            "k": flight.kind[0],
            "o": flight.outcome,
            "t": _tenths(flight.t),
            "p": {
                name: _tenths(np.column_stack(line).ravel()) for name, line in flight.lines.items()
            },
        }
        for flight in flights
    ]
    data = json.dumps({"end": round(t_end, 1), "bodies": bodies}, separators=(",", ":"))
    safe = Markup(data.replace("<", "\\u003c"))
    return tag("script", safe, type="application/json", id="raid")


def _tenths(values: Floats) -> list[int]:
    return [int(v) for v in np.rint(values * 10)]
