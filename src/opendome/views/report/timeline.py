"""The run shown against time: launches, picture, shots, intercepts and impacts in lanes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from opendome.views.report.axes import (
    TIME_STEPS,
    Scale,
    step_line,
    time_ticks,
)
from opendome.views.report.markup import Floats, Markup, join, line, path, rect, svg, tag, text
from opendome.views.report.shown import Columns, Shown
from opendome.views.report.words import clock, duration, plural, spaced, whole

WIDTH: Final = 1000.0
LEFT: Final = 206.0
RIGHT: Final = 14.0
LANE: Final = 62.0
BAR: Final = 40.0  # height of the tallest bar of a lane
TOP: Final = 10.0
BINS: Final = 90
MOST_BATTERIES: Final = 4


class Lanes:
    """Lanes one under the other, over one axis of time."""

    def __init__(self, t_end: float) -> None:
        self.step = float(next((s for s in TIME_STEPS if t_end / s <= BINS), 14400))
        top = max(np.ceil(t_end / self.step), 1.0) * self.step
        self.time = Scale(0.0, float(top), LEFT, WIDTH - RIGHT)
        self.edges = np.arange(0.0, top + self.step / 2, self.step)
        self.count = 0
        self.parts: list[Markup] = []

    @property
    def floor(self) -> float:
        """Baseline of the lane that is being drawn."""
        return TOP + LANE * self.count + LANE - 12

    def bars(self, name: str, note: str, series: Sequence[tuple[str, Floats]]) -> None:
        """Lane of counts per step of time, stacked: (class, times) from the bottom up."""
        counts = [
            np.histogram(t[np.isfinite(t)], bins=self.edges)[0].astype(np.float64)
            for _, t in series
        ]
        total = np.sum(counts, axis=0) if counts else np.zeros(len(self.edges) - 1)
        most = float(total.max()) if len(total) else 0.0
        below = np.zeros_like(total)
        for (class_, _), heights in zip(series, counts, strict=True):
            for k in np.flatnonzero(heights):
                x0, x1 = self.time.at(self.edges[k]), self.time.at(self.edges[k + 1])
                y = self.floor - BAR * (below[k] + heights[k]) / most
                tip = (
                    f"{clock(self.edges[k])} to {clock(self.edges[k + 1])}: "
                    f"{int(heights[k])} {class_.removeprefix('fill-')}"
                )
                self.parts.append(
                    rect(x0 + 0.6, y, max(x1 - x0 - 1.2, 1.2), BAR * heights[k] / most,
                         class_=class_, data_tip=tip)
                )  # fmt: skip
            below += heights
        total_words = plural(float(total.sum()), note, several(note))
        peak = f", at most {whole(most)} in {duration(self.step)}" if most > 1 else ""
        self._finish(name, total_words + peak)

    def steps(self, name: str, note: str, series: Sequence[tuple[str, Floats, Floats]]) -> None:
        """Lane of quantities that hold until they change: (class, times, values)."""
        most = max((float(v.max()) for _, _, v in series if len(v)), default=0.0)
        for class_, t, values in series:
            x, y = step_line(t, values)
            height = Scale(0.0, most or 1.0, self.floor, self.floor - BAR)
            self.parts.append(path(self.time.all(x), height.all(y), class_))
        self._finish(name, f"{note}, at most {whole(most)}")

    def _finish(self, name: str, note: str) -> None:
        self.parts += [
            line(LEFT, self.floor, WIDTH - RIGHT, self.floor, "baseline"),
            text(LEFT - 14, self.floor - 20, name, "lane end"),
            text(LEFT - 14, self.floor - 4, note, "tick end"),
        ]
        self.count += 1

    def drawn(self) -> Markup:
        """All lanes over their axis."""
        bottom = self.floor - LANE + 4
        ticks = time_ticks(0.0, self.time.high, 12)
        grid = [line(self.time.at(t), TOP, self.time.at(t), bottom, "grid") for t in ticks]
        names = [text(self.time.at(t), bottom + 18, clock(t), "tick mid") for t in ticks]
        title = text(
            (LEFT + WIDTH - RIGHT) / 2, bottom + 38, "time since the start, min:s", "axis mid"
        )
        cursor = line(LEFT, TOP, LEFT, bottom, "cursor")
        return svg(
            WIDTH,
            bottom + 46,
            "Launches, tracks, shots, intercepts and impacts over time in the run shown.",
            join(grid),
            join(self.parts),
            join(names),
            title,
            tag("g", cursor, id="time-cursor", data_low=LEFT, data_high=WIDTH - RIGHT,
                data_end=self.time.high, visibility="hidden"),
            id="timeline",
        )  # fmt: skip


def timeline(shown: Shown) -> Markup:
    """All lanes of the run shown."""
    threats, shots = shown.threats, shown.shots
    lanes = Lanes(shown.t_end)
    outcomes = ("leaked", "intercepted", "harmless", "failed")
    lanes.bars(
        "Launches",
        "launch",
        [(f"fill-{o}", _where(threats, "t_launch", threats["outcome"] == o)) for o in outcomes],
    )
    if len(shown.picture["t"]):
        lanes.steps("Threats tracked", "dashed: in flight", _picture_lines(shown.picture))
    for name, rows in _by_battery(shots):
        lanes.bars(
            name,
            "shot",
            [
                ("fill-hit", _where(shots, "t_launch", rows & shots["is_kill"].astype(bool))),
                ("fill-missed", _where(shots, "t_launch", rows & ~shots["is_kill"].astype(bool))),
            ],
        )
    kills = shots["is_kill"].astype(bool)
    lanes.bars(
        "Intercepts",
        "intercept",
        [
            ("fill-hit", _where(shots, "t_intercept", kills)),
            ("fill-missed", _where(shots, "t_intercept", ~kills)),
        ],
    )
    lanes.bars(
        "Impacts",
        "impact",
        [(f"fill-{o}", _where(threats, "t_end", threats["outcome"] == o)) for o in outcomes[::2]],
    )
    return lanes.drawn()


def several(noun: str) -> str:
    """Plural of the nouns used here."""
    return noun + ("es" if noun.endswith("ch") else "s")


def first_tracked(shown: Shown) -> float:
    """Time at which the picture first holds a true threat; NaN if it never does."""
    t = shown.picture["t"][shown.picture["matched"] > 0]
    return float(t.min()) if len(t) else float("nan")


def _where(columns: Columns, name: str, rows: NDArray[Any]) -> Floats:
    return np.asarray(columns[name][rows], dtype=np.float64)


def _by_battery(shots: Columns) -> list[tuple[str, NDArray[Any]]]:
    """Name and rows of each battery that fired; all together where they are many."""
    names = sorted(set(shots["battery"].tolist()))
    if not 0 < len(names) <= MOST_BATTERIES:
        return [("Shots, all batteries", np.ones(len(shots["shot"]), dtype=bool))]
    return [(f"Shots, {spaced(str(n))}", shots["battery"] == n) for n in names]


def _picture_lines(picture: Columns) -> list[tuple[str, Floats, Floats]]:
    """Threats in flight, and those that the best node tracks, at each time."""
    t, inverse = np.unique(picture["t"].astype(np.float64), return_inverse=True)
    flying, matched = np.zeros(len(t)), np.zeros(len(t))
    np.maximum.at(flying, inverse, picture["threats"].astype(np.float64))
    np.maximum.at(matched, inverse, picture["matched"].astype(np.float64))
    return [("step-truth", t, flying), ("step-picture", t, matched)]
