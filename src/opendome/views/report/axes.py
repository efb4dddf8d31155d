"""Axes of charts: scales, round ticks, grid lines and their labels, in SVG."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from opendome.views.report.markup import Floats, Markup, join, line, text

TIME_STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 14400)


@dataclass(frozen=True)
class Scale:
    """Straight map from values ``low..high`` to pixels ``start..end``."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Pixel of a value."""
        span = self.high - self.low
        share = (value - self.low) / span if span else 0.0
        return self.start + share * (self.end - self.start)

    def all(self, values: NDArray[np.float64] | Sequence[float]) -> Floats:
        """Pixels of many values."""
        span = self.high - self.low or 1.0
        shares = (np.asarray(values, dtype=np.float64) - self.low) / span
        return self.start + shares * (self.end - self.start)


def round_step(span: float, ticks: int) -> float:
    """Step of 1, 2 or 5 times a power of ten that gives about so many ticks."""
    raw = span / max(ticks, 1)
    if not math.isfinite(raw) or raw <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    return float(next(f * power for f in (1, 2, 5, 10) if f * power >= raw * 0.999))


def round_ticks(low: float, high: float, ticks: int = 5, whole: bool = False) -> list[float]:
    """Round values within a range; ``whole`` for counts, which have no halves."""
    step = round_step(high - low, ticks)
    step = max(step, 1.0) if whole else step
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [i * step for i in range(first, last + 1)]


def round_top(high: float, ticks: int = 5) -> float:
    """Smallest round number that is not below ``high``; 1 where there is nothing."""
    if not math.isfinite(high) or high <= 0:
        return 1.0
    step = round_step(high, ticks)
    return math.ceil(high / step - 1e-9) * step


def time_ticks(low: float, high: float, ticks: int = 8) -> list[float]:
    """Times that a clock would call round."""
    step = next((s for s in TIME_STEPS if (high - low) / s <= ticks), 28800)
    return [float(i * step) for i in range(math.ceil(low / step), math.floor(high / step) + 1)]


def x_axis(
    scale: Scale,
    ticks: Sequence[float],
    label: Callable[[float], str],
    y: tuple[float, float],
    title: str = "",
) -> Markup:
    """Vertical grid lines from ``y[0]`` down to ``y[1]``, with labels below and a title."""
    parts: list[Markup] = []
    for value in ticks:
        x = scale.at(value)
        parts.append(line(x, y[0], x, y[1], "grid"))
        parts.append(text(x, y[1] + 16, label(value), "tick mid"))
    if title:
        parts.append(text((scale.start + scale.end) / 2, y[1] + 34, title, "axis mid"))
    return join(parts)


def y_axis(
    scale: Scale,
    ticks: Sequence[float],
    label: Callable[[float], str],
    x: tuple[float, float],
    title: str = "",
) -> Markup:
    """Horizontal grid lines from ``x[0]`` to ``x[1]``, labels at the left, title above them."""
    parts: list[Markup] = []
    for value in ticks:
        y = scale.at(value)
        parts.append(line(x[0], y, x[1], y, "grid"))
        parts.append(text(x[0] - 7, y + 4, label(value), "tick end"))
    if title:
        parts.append(text(x[0] - 7, min(scale.start, scale.end) - 12, title, "axis"))
    return join(parts)


def step_line(t: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Corners of a line that holds each value until the next time."""
    if len(t) < 2:
        return t, values
    return np.repeat(t, 2)[1:], np.repeat(values, 2)[:-1]
