"""Charts of studies that stand alone: SVG with its own style, source and command below."""

from __future__ import annotations

import math
import shlex
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from opendome.views.report.axes import Scale, round_ticks, x_axis, y_axis
from opendome.views.report.markup import (
    Floats,
    Markup,
    join,
    line,
    path,
    path_data,
    rect,
    tag,
    text,
)

NOTE_LETTER = 5.7  # px, mean width of a letter of a note
COLOURS: Final = ("#2b6cb0", "#c05621", "#2f855a", "#6b46c1", "#718096")
STYLE: Final = """
text{font-family:system-ui,sans-serif;font-size:12px;fill:#1a202c}
.tick{font-size:11px;fill:#4a5568}.mid{text-anchor:middle}.end{text-anchor:end}
.note{paint-order:stroke;stroke:white;stroke-width:3px;stroke-opacity:.8}
.axis{font-size:11px;fill:#4a5568}.grid{stroke:#e2e8f0;stroke-width:1}
.head{font-size:13px;font-weight:600}.note{font-size:10.5px;fill:#4a5568}
.title{font-size:15px;font-weight:600}
"""


@dataclass(frozen=True)
class Line:
    """A line with, perhaps, a band about it."""

    name: str
    x: Floats
    y: Floats
    low: Floats | None = None
    high: Floats | None = None
    is_dashed: bool = False
    colour: str | None = None
    has_dots: bool = False


@dataclass(frozen=True)
class Level:
    """A horizontal line at a value that somebody published."""

    name: str
    y: float


@dataclass(frozen=True)
class Panel:
    """One pair of axes. ``x_range`` None: what all such panels need; else its own, and labels."""

    title: str
    lines: Sequence[Line]
    levels: Sequence[Level] = ()
    x_title: str = ""
    y_title: str = ""
    x_range: tuple[float, float] | None = None
    x_label: Callable[[float], str] | None = None


@dataclass(frozen=True)
class Frame:
    """What the panels of a chart share. ``y_range`` None: from what is drawn."""

    is_log: bool = False
    y_range: tuple[float, float] | None = None
    y_label: Callable[[float], str] = field(default=lambda v: f"{v:,.10g}")
    x_label: Callable[[float], str] = field(default=lambda v: f"{v:,.10g}")
    width: float = 300.0
    height: float = 260.0


def _finite(panels: Sequence[Panel], which: str) -> Floats:
    parts = []
    for panel in panels:
        for drawn in panel.lines:
            for name in ("x",) if which == "x" else ("y", "low", "high"):
                values = getattr(drawn, name)
                if values is not None:
                    parts.append(np.asarray(values, dtype=np.float64))
        if which == "y":
            parts.append(np.array([level.y for level in panel.levels], dtype=np.float64))
    every = np.concatenate(parts) if parts else np.zeros(1)
    return np.asarray(every[np.isfinite(every)])


def _powers(low: float, high: float) -> list[float]:
    """1, 2, 5 times powers of ten within a range of logarithms."""
    found = []
    for power in range(math.floor(low), math.ceil(high) + 1):
        found += [math.log10(f) + power for f in (1, 2, 5)]
    return [v for v in found if low - 1e-9 <= v <= high + 1e-9]


def _mapped(frame: Frame, values: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log10(values) if frame.is_log else np.asarray(values, dtype=np.float64)


def _panel(
    panel: Panel, frame: Frame, scales: tuple[Scale, Scale], rise: float, is_first: bool
) -> Markup:
    """One panel with its axes, bands, lines and levels; its title so far above them."""
    sx, sy = scales
    ticks = _powers(sy.low, sy.high) if frame.is_log else round_ticks(sy.low, sy.high)

    def label(value: float) -> str:
        if not is_first:
            return ""
        return frame.y_label(10.0**value if frame.is_log else value)

    parts: list[Markup] = [
        y_axis(sy, ticks, label, (sx.start, sx.end), panel.y_title if is_first else ""),
        x_axis(
            sx,
            round_ticks(sx.low, sx.high, 5),
            panel.x_label or frame.x_label,
            (sy.end, sy.start),
            panel.x_title,
        ),
        text((sx.start + sx.end) / 2, sy.end - rise, panel.title, "head mid"),
    ]
    for i, drawn in enumerate(panel.lines):
        colour = drawn.colour or COLOURS[i % len(COLOURS)]
        if drawn.low is not None and drawn.high is not None:
            low, high = _mapped(frame, drawn.low), _mapped(frame, drawn.high)
            good = np.isfinite(low) & np.isfinite(high)
            x = sx.all(np.asarray(drawn.x, dtype=np.float64)[good])
            around = np.concatenate([low[good], high[good][::-1]])
            around = sy.all(np.clip(around, sy.low, sy.high))
            data = path_data(np.concatenate([x, x[::-1]]), around, closed=True)
            parts.append(tag("path", d=data, fill=colour, fill_opacity="0.18"))
        y = _mapped(frame, drawn.y)
        good = np.isfinite(y) & (y >= sy.low - 1e-9) & (y <= sy.high + 1e-9)
        x, heights = sx.all(np.asarray(drawn.x, dtype=np.float64)[good]), sy.all(y[good])
        dash = "5 4" if drawn.is_dashed else None
        parts.append(
            path(x, heights, fill="none", stroke=colour, stroke_width="2", stroke_dasharray=dash)
        )
        if drawn.has_dots:
            parts += [tag("circle", cx=float(a), cy=float(b), r="3", fill=colour)
                      for a, b in zip(x, heights, strict=True)]  # fmt: skip
    for level in panel.levels:
        y_level = sy.at(float(_mapped(frame, np.array([level.y]))[0]))
        parts.append(
            tag("line", x1=sx.start, y1=y_level, x2=sx.end, y2=y_level, stroke="#1a202c",
                stroke_width="1.2", stroke_dasharray="2 3")
        )  # fmt: skip
        parts.append(text(sx.end - 3, y_level - 4, level.name, "note end"))
    return join(parts)


def wrapped(words: str, width: float) -> list[str]:
    """A note in lines that fit; those of a command as a shell takes them."""
    most = int((width - 20.0) / NOTE_LETTER)
    if not words.startswith("opendome "):
        return textwrap.wrap(words, most, break_long_words=False)
    lines = [""]
    for word in map(shlex.quote, shlex.split(words)):
        if lines[-1] and len(lines[-1]) + len(word) + 3 > most:
            lines[-1] += " \\"
            lines.append(word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return lines


def chart(title: str, panels: Sequence[Panel], frame: Frame, notes: Sequence[str]) -> Markup:
    """Panels side by side under a title, a legend, and notes such as the command below."""
    # titles of panels stand above that of the axis
    rise = 27.0 if panels[0].y_title else 10.0
    left, gap, top = 62.0, 16.0, 68.0 + rise
    width = left + len(panels) * (frame.width + gap) + 6
    names = {drawn.name: (drawn.colour or COLOURS[i % len(COLOURS)], drawn.is_dashed)
             for panel in panels for i, drawn in enumerate(panel.lines)}  # fmt: skip
    bottom = top + frame.height
    notes = [part for words in notes for part in wrapped(words, width)]
    height = bottom + 50 + 15 * len(notes) + 6
    xs = _finite([panel for panel in panels if panel.x_range is None], "x")
    ys = _mapped(frame, _finite(panels, "y"))
    ys = ys[np.isfinite(ys)]
    if frame.y_range is None:
        low = float(ys.min()) if frame.is_log else min(0.0, float(ys.min()))
        high = float(ys.max()) + 0.05 * (float(ys.max()) - low or 1.0)
    else:
        low, high = (float(v) for v in _mapped(frame, np.array(frame.y_range)))
    parts: list[Markup] = [
        tag("style", Markup(STYLE)),
        rect(0, 0, width, height, fill="white"),
        text(10, 22, title, "title"),
    ]
    x_key = 12.0
    for name, (colour, is_dashed) in names.items():
        dash = "5 4" if is_dashed else None
        parts.append(tag("line", x1=x_key, y1=40.0, x2=x_key + 22, y2=40.0, stroke=colour,
                         stroke_width="2.5", stroke_dasharray=dash))  # fmt: skip
        parts.append(text(x_key + 27, 44, name))
        x_key += 44 + 6.6 * len(name)
    for i, panel in enumerate(panels):
        start = left + i * (frame.width + gap)
        x_range = panel.x_range or (float(xs.min()), float(xs.max()))
        scales = (Scale(*x_range, start, start + frame.width), Scale(low, high, bottom, top))
        parts.append(_panel(panel, frame, scales, rise, i == 0))
    parts.append(line(left, bottom, width - gap, bottom, "grid"))
    parts += [text(10, bottom + 54 + 15 * i, words, "note") for i, words in enumerate(notes)]
    return tag(
        "svg",
        tag("title", title),
        *parts,
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=f"{width:.0f}",
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        aria_label=title,
    )
