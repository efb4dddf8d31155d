"""Ranges with a nominal value, one below the other, on a scale of powers of ten."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from opendome.views.report.axes import Scale
from opendome.views.report.markup import Markup, line, rect, tag, text
from opendome.views.report.words import significant
from opendome.views.studies.chart import COLOURS, STYLE


class Bar(NamedTuple):
    """One row."""

    name: str
    low: float
    nominal: float
    high: float


def bars(title: str, rows: Sequence[Bar], mark: float, notes: Sequence[str]) -> Markup:
    """Rows under a title, with a line at ``mark``; every value is above zero."""
    left, width, top, step = 250.0, 420.0, 56.0, 24.0
    low = math.floor(math.log10(min(min(r.low for r in rows), mark)))
    high = math.ceil(math.log10(max(max(r.high for r in rows), mark)))
    scale = Scale(float(low), float(high), left, left + width)
    bottom = top + step * len(rows)
    parts: list[Markup] = [
        tag("style", Markup(STYLE)),
        rect(0, 0, left + width + 70, bottom + 60 + 15 * len(notes), fill="white"),
        text(10, 22, title, "title"),
    ]
    for power in range(low, high + 1):
        x = scale.at(float(power))
        parts.append(line(x, top - 6, x, bottom, "grid"))
        parts.append(text(x, bottom + 16, f"{10.0**power:,.10g}", "tick mid"))
    x_mark = scale.at(math.log10(mark))
    parts.append(tag("line", x1=x_mark, y1=top - 6, x2=x_mark, y2=bottom, stroke="#1a202c",
                     stroke_dasharray="2 3"))  # fmt: skip
    for i, row in enumerate(rows):
        y = top + step * i + 10
        start, end, dot = (scale.at(math.log10(v)) for v in (row.low, row.high, row.nominal))
        parts.append(text(left - 12, y + 4, row.name, "end"))
        parts.append(rect(start, y - 5, end - start, 10, fill=COLOURS[0], fill_opacity="0.3"))
        parts.append(tag("circle", cx=dot, cy=y, r="4", fill=COLOURS[0]))
        parts.append(text(end + 8, y + 4, significant(row.nominal, 2), "tick"))
    parts += [text(10, bottom + 44 + 15 * i, words, "note") for i, words in enumerate(notes)]
    size = (left + width + 70, bottom + 60 + 15 * len(notes))
    return tag(
        "svg", tag("title", title), *parts, viewBox=f"0 0 {size[0]:.0f} {size[1]:.0f}",
        width=f"{size[0]:.0f}", xmlns="http://www.w3.org/2000/svg", role="img", aria_label=title,
    )  # fmt: skip
