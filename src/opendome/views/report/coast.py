"""Land, borders and graticule inside a window of the map, cut to it, as SVG path data."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.scenario.land import Lines, read_lines
from opendome.views.report.markup import Floats, Markup, join, path_data, tag, text
from opendome.views.report.projection import Window

LOCAL_WIDTH: Final = 1_500e3  # m; a narrower map takes the finer coastline
MARGIN: Final = 8.0  # pixels of land beyond the edge, so that no seam shows
FINEST: Final = 0.4  # pixels between points worth drawing
POLAR_CAP: Final = 82.0  # degrees; meridians end there on a map that holds a pole
DEGREES: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0)


def land(window: Window) -> str:
    """Path data of all land in a window; fill it by the even-odd rule."""
    is_local = window.width * window.metres_per_pixel < LOCAL_WIDTH
    lines = read_lines("land_10m.npz" if is_local else "land_50m.npz")
    x, y = window.pixels(lines.lats, lines.lons)
    words: list[str] = []
    turned = 0
    for first, last in _near(lines, x, y, window):
        ring_x, ring_y = x[first:last], y[first:last]
        turned += _is_turned(lines.lats[first:last], lines.lons[first:last], ring_x, ring_y)
        keep = _distinct(ring_x, ring_y)
        ring_x, ring_y = cut(ring_x[keep], ring_y[keep], window)
        if len(ring_x) > 2:
            words.append(path_data(ring_x, ring_y, closed=True))
    if turned % 2:
        words.append(f"M-9-9H{window.width + 9:.0f}V{window.height + 9:.0f}H-9z")
    return "".join(words)


def borders(window: Window) -> str:
    """Path data of borders between countries; empty on a local map, where they would be coarse."""
    if window.width * window.metres_per_pixel < LOCAL_WIDTH:
        return ""
    lines = read_lines("borders_50m.npz")
    x, y = window.pixels(lines.lats, lines.lons)
    words = []
    for first, last in _near(lines, x, y, window):
        keep = _distinct(x[first:last], y[first:last])
        words.append(path_data(x[first:last][keep], y[first:last][keep]))
    return "".join(words)


def graticule(window: Window) -> Markup:
    """Parallels and meridians a round number of degrees apart, labelled at the edge."""
    radius = math.degrees(window.reach / EARTH_RADIUS_MEAN)
    north, east = math.degrees(window.lat), math.degrees(window.lon)
    low, high = max(north - 1.1 * radius, -90.0), min(north + 1.1 * radius, 90.0)
    step = next((d for d in DEGREES if d >= 0.22 * min(radius, 90.0)), DEGREES[-1])
    is_polar = max(high, -low) > POLAR_CAP
    if is_polar:
        low, high = max(low, -POLAR_CAP), min(high, POLAR_CAP)
        step_east, half = 30.0, 180.0
    else:
        step_east = step
        half = min(1.1 * radius / math.cos(math.radians(max(high, -low))), 180.0)
    around = np.radians(np.linspace(east - half, east + half, 361))
    climb = np.radians(np.linspace(low, high, 181))
    arcs: list[str] = []
    labels: list[Markup] = []
    for value in _multiples(step, low, high):
        x, y = window.pixels(np.full_like(around, math.radians(value)), around)
        arcs += _inside_pieces(x, y, window)
        labels += _edge_label(x, y, window, _degrees(value, "NS", step), is_parallel=True)
    for value in _multiples(step_east, east - half, east + half):
        x, y = window.pixels(climb, np.full_like(climb, math.radians(value)))
        arcs += _inside_pieces(x, y, window)
        wrapped = (value + 180) % 360 - 180
        labels += _edge_label(x, y, window, _degrees(wrapped, "EW", step_east), is_parallel=False)
    return join([tag("path", d="".join(arcs), class_="graticule"), *labels])


def _multiples(step: float, low: float, high: float) -> list[float]:
    return [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def cut(x: Floats, y: Floats, window: Window) -> tuple[Floats, Floats]:
    """Ring cut to the window and its margin (Sutherland and Hodgman, Comm. ACM 17 (1974))."""
    for coordinate, bound, sign in (
        (0, -MARGIN, 1.0),
        (0, window.width + MARGIN, -1.0),
        (1, -MARGIN, 1.0),
        (1, window.height + MARGIN, -1.0),
    ):
        if len(x) == 0:
            break
        depth = sign * ((x, y)[coordinate] - bound)
        inside = depth >= 0
        if inside.all():
            continue
        following = np.roll(depth, -1)
        crossing = inside != (following >= 0)
        share = np.divide(depth, depth - following, out=np.zeros_like(depth), where=crossing)
        order = np.concatenate([np.flatnonzero(inside), np.flatnonzero(crossing) + 0.5])
        along = np.argsort(order, kind="stable")
        x, y = (
            np.concatenate([v[inside], (v + share * (np.roll(v, -1) - v))[crossing]])[along]
            for v in (x, y)
        )
    return x, y


def _near(lines: Lines, x: Floats, y: Floats, window: Window) -> list[tuple[int, int]]:
    """Bounds of the lines whose box meets the window."""
    starts = lines.starts[:-1]
    is_near = (
        (np.maximum.reduceat(x, starts) > -MARGIN)
        & (np.minimum.reduceat(x, starts) < window.width + MARGIN)
        & (np.maximum.reduceat(y, starts) > -MARGIN)
        & (np.minimum.reduceat(y, starts) < window.height + MARGIN)
    )
    ends = lines.starts[1:]
    return [(int(a), int(b)) for a, b in zip(starts[is_near], ends[is_near], strict=True)]


def _is_turned(lats: Floats, lons: Floats, x: Floats, y: Floats) -> bool:
    """Whether a ring goes round the other way on paper: it holds the point opposite the middle."""
    on_globe = _area(lons, lats)
    on_paper = _area(x, -y)
    return on_globe * on_paper < 0 and abs(on_paper) > 1e4


def _area(x: Floats, y: Floats) -> float:
    return float(0.5 * np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


def _distinct(x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Points that differ from the one before by more than can be seen."""
    cells = np.rint(np.column_stack([x, y]) / FINEST).astype(np.int64)
    keep = np.ones(len(x), dtype=bool)
    keep[1:] = np.any(np.diff(cells, axis=0) != 0, axis=1)
    keep[-1] = True
    return keep


def _inside_pieces(x: Floats, y: Floats, window: Window) -> list[str]:
    """Path data of the parts of a line near the window."""
    near = (x > -60) & (x < window.width + 60) & (y > -60) & (y < window.height + 60)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], near, [False]]).astype(np.int8)))
    return [
        path_data(x[a:b], y[a:b]) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1
    ]


def _edge_label(
    x: Floats, y: Floats, window: Window, words: str, is_parallel: bool
) -> list[Markup]:
    """Label where a parallel leaves the left edge, or a meridian the lower one."""
    along, across, end = (x, y, window.height) if is_parallel else (y, x, window.width)
    edge = 0.0 if is_parallel else window.height
    crossing = np.flatnonzero(np.diff(np.sign(along - edge)) != 0)
    for i in crossing:
        share = (edge - along[i]) / (along[i + 1] - along[i])
        at = float(across[i] + share * (across[i + 1] - across[i]))
        if 24 < at < end - 40:
            place = (5.0, at - 4) if is_parallel else (at + 4, window.height - 6)
            return [text(*place, words, "degree")]
    return []


def _degrees(value: float, halves: str, step: float) -> str:
    """Degrees with their half of the Earth: ``31.2\u00b0N``."""
    places = 0 if step >= 1 else 1
    is_neutral = min(abs(value), abs(abs(value) - 180.0)) < 1e-9
    letter = "" if is_neutral else halves[0] if value > 0 else halves[1]
    return f"{abs(value):.{places}f}\u00b0{letter}"
