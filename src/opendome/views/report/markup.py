"""Writing HTML and SVG that no user's text can break: plain text is always escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

VOID: Final = frozenset({"br", "hr", "img", "input", "meta", "link"})


class Markup(str):
    """Text that is HTML already; any other string is escaped before it enters a page."""

    __slots__ = ()


def escape(text: object) -> Markup:
    """Markup of any value: itself if it is markup, else its escaped text."""
    return text if isinstance(text, Markup) else Markup(html.escape(str(text), quote=True))


def join(parts: Iterable[object], between: str = "") -> Markup:
    """Parts one after another, each escaped unless it is markup."""
    return Markup(escape(between).join(escape(part) for part in parts))


def number(value: float) -> str:
    """Coordinate with at most one decimal: ``12``, ``12.5``."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def attribute(value: object) -> Markup:
    """Value of an attribute; floats are coordinates."""
    return escape(number(value) if isinstance(value, float) else value)


def tag(name: str, *children: object, **attributes: object) -> Markup:
    """Element with its attributes and children.

    An underscore in the name of an attribute stands for a dash, one at its end for nothing.
    An attribute that is None or False is left out, one that is True is written bare.

    Examples
    --------
    >>> tag("p", "1 < 2", class_="note")
    '<p class="note">1 &lt; 2</p>'
    """
    words = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        label = key.rstrip("_").replace("_", "-")
        words.append(label if value is True else f'{label}="{attribute(value)}"')
    start = " ".join(words)
    if name in VOID:
        return Markup(f"<{start}>")
    return Markup(f"<{start}>{join(children)}</{name}>")


def text(x: float, y: float, words: object, class_: str | None = None, **more: object) -> Markup:
    """SVG text at a point."""
    return tag("text", words, x=float(x), y=float(y), class_=class_, **more)


def line(x1: float, y1: float, x2: float, y2: float, class_: str | None = None) -> Markup:
    """SVG straight line."""
    return tag("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_)


def rect(x: float, y: float, width: float, height: float, **more: object) -> Markup:
    """SVG rectangle; a negative size becomes nothing."""
    return tag(
        "rect",
        x=float(x),
        y=float(y),
        width=max(float(width), 0.0),
        height=max(float(height), 0.0),
        **more,
    )


def path_data(x: Floats, y: Floats, closed: bool = False) -> str:
    """Path through points, in tenths of a pixel and relative steps, which is the shortest form."""
    if len(x) == 0:
        return ""
    points = np.rint(np.column_stack([x, y]) * 10).astype(np.int64)
    steps = np.diff(points, axis=0)
    steps = steps[np.any(steps != 0, axis=1)]
    words = [f"M{number(points[0, 0] / 10)} {number(points[0, 1] / 10)}"]
    if len(steps):
        words.append("l" + " ".join(f"{number(a / 10)} {number(b / 10)}" for a, b in steps))
    return "".join(words) + ("z" if closed else "")


def path(x: Floats, y: Floats, class_: str | None = None, **more: object) -> Markup:
    """SVG line through points."""
    return tag("path", d=path_data(x, y), class_=class_, **more)


def svg(width: float, height: float, title: str, *children: object, **more: object) -> Markup:
    """Drawing that scales with its place and says in words what it shows."""
    return tag(
        "svg",
        tag("title", title),
        *children,
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_label=title,
        **more,
    )
