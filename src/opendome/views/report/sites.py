"""Symbols of the sites on the map and their names: those on one spot stand side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np

from opendome.views.report.labels import Labels
from opendome.views.report.markup import Markup, rect, tag
from opendome.views.report.projection import Window, backward
from opendome.views.report.scene import Asset, Battery, LaunchArea, Scene, Sensor
from opendome.views.report.words import length, listed, spaced

Site: TypeAlias = Asset | Battery | Sensor | LaunchArea

SAME_SPOT: Final = 14.0  # pixels within which launch areas are shown as one
STEP: Final = 11.0  # pixels between symbols of one spot
MOST_NAMES: Final = 3  # in the name of a spot

Corners: TypeAlias = tuple[tuple[float, float], ...]
TRIANGLE: Final[Corners] = ((0, -6.5), (6, 4.5), (-6, 4.5))
DIAMOND: Final[Corners] = ((0, -6), (6, 0), (0, 6), (-6, 0))
HULL: Final[Corners] = ((-7, -3), (7, -3), (4, 4), (-4, 4))
WINGS: Final[Corners] = (
    (0, -7),
    (2, -2),
    (8, 2),
    (2, 2),
    (2, 5),
    (-2, 5),
    (-2, 2),
    (-8, 2),
    (-2, -2),
)


def drawn(window: Window, scene: Scene, labels: Labels, inset: Window | None) -> list[Markup]:
    """Symbols of all sites; their names go to the labels.

    Within ``inset``, which another map shows larger, only assets and launch areas are named.
    """
    marks: list[Markup] = []
    for x, y, group in _spots(window, scene):
        is_small = inset is not None and is_inside(inset, inset.pixel(*_place(group[0])))
        shown = _drawn_of(group)
        for k, site in enumerate(shown):
            offset = (k - (len(shown) - 1) / 2) * (0.0 if is_small else STEP)
            marks.append(_symbol(site, x + offset, y))
        named = [s for s in group if not is_small or isinstance(s, Asset | LaunchArea)]
        if named:
            more = 0.0 if is_small else STEP * (len(shown) - 1) / 2
            labels.add(x, y, name_of(named), _kind(named[0]), more)
    return marks


def name_of(group: Sequence[Site]) -> str:
    """Name of the sites on one spot; a first word that they share is said once."""
    names = list(dict.fromkeys(spaced(s.name) for s in group))
    words = [name.split(" ", 1) for name in names]
    is_shared = len(names) > 1 and all(len(w) == 2 and w[0] == words[0][0] for w in words)
    start = f"{words[0][0]}: " if is_shared else ""
    kept = [w[1] for w in words] if is_shared else names
    more = f" + {len(kept) - MOST_NAMES}" if len(kept) > MOST_NAMES else ""
    return start + ", ".join(kept[:MOST_NAMES]) + more


def _drawn_of(group: Sequence[Site]) -> Sequence[Site]:
    """Of the sites of one spot those that get a symbol: of what one ship carries, the first."""
    aboard = [s for s in group if isinstance(s, Battery | Sensor) and s.platform == "ship"]
    return [s for s in group if s not in aboard[1:]]


def merged(window: Window, areas: tuple[LaunchArea, ...]) -> list[LaunchArea]:
    """Launch areas, those that fall on one spot of the paper as one."""
    spots: list[tuple[tuple[float, float], list[LaunchArea]]] = []
    for area in areas:
        if not all(math.isfinite(v) for v in area.place):
            continue
        at = window.pixel(*area.place)
        near = [group for spot, group in spots if math.dist(spot, at) < SAME_SPOT]
        if near:
            near[0].append(area)
        else:
            spots.append((at, [area]))
    return [
        group[0]
        if len(group) == 1
        else LaunchArea(
            f"{len(group)} launch groups",
            listed(list(dict.fromkeys(a.title for a in group))),
            group[0].place,
            group[0].scatter,
            sum(a.count for a in group),
        )
        for _, group in spots
    ]


def frame(window: Window, inset: Window) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of another map's window on this one."""
    half_width, half_height = (n * inset.metres_per_pixel / 2 for n in (inset.width, inset.height))
    x = half_width * np.array([-1.0, 0.0, 1.0, -1.0, 1.0, -1.0, 0.0, 1.0])
    y = half_height * np.array([-1.0, -1.0, -1.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    across, down = window.pixels(*backward(inset.lat, inset.lon, x, y))
    return float(across.min()), float(down.min()), float(across.max()), float(down.max())


def is_inside(window: Window, at: tuple[float, float]) -> bool:
    """Whether a point lies on the paper."""
    return 0 < at[0] < window.width and 0 < at[1] < window.height


def _spots(window: Window, scene: Scene) -> list[tuple[float, float, list[Site]]]:
    """Places on the paper with their sites: batteries and sensors of one spot are together."""
    alone: list[Site] = [*merged(window, scene.launch_areas), *scene.assets]
    spots: list[tuple[float, float, list[Site]]] = []
    placed: list[Site] = [*scene.batteries, *scene.sensors]
    for site in placed:
        if site.place is None or not all(math.isfinite(v) for v in site.place):
            continue
        x, y = window.pixel(*site.place)
        near = [group for a, b, group in spots if math.dist((a, b), (x, y)) < STEP / 2]
        if near:
            near[0].append(site)
        elif is_inside(window, (x, y)):
            spots.append((x, y, [site]))
    own = [(*window.pixel(*_place(s)), [s]) for s in alone if all(map(math.isfinite, _place(s)))]
    areas = [spot for spot in own if isinstance(spot[2][0], LaunchArea)]
    assets = [spot for spot in own if isinstance(spot[2][0], Asset)]
    return [s for s in (*areas, *spots, *assets) if is_inside(window, (s[0], s[1]))]


def _place(site: Site) -> tuple[float, float]:
    assert site.place is not None
    return site.place


def _kind(site: Site) -> str:
    kinds = {Asset: "asset", Battery: "battery", Sensor: "sensor", LaunchArea: "launch"}
    return kinds[type(site)]


def _symbol(site: Site, x: float, y: float) -> Markup:
    """Square for a battery, triangle for a sensor, hull or wings for what carries them, diamond
    for a launch area, dot for an asset."""
    name = spaced(site.name)
    if isinstance(site, Battery):
        tip = f"{name}: {site.title}, {site.stock} rounds, reach {length(site.reach)}"
        if site.platform == "ship":
            return _polygon(x, y, HULL, "site battery", tip)
        return rect(x - 4.5, y - 4.5, 9, 9, class_="site battery", data_tip=tip)
    if isinstance(site, Sensor):
        shape = {"ship": HULL, "aircraft": WINGS}.get(site.platform, TRIANGLE)
        carrier = "" if site.platform == "ground" else f", on a{_an(site.platform)} {site.platform}"
        return _polygon(x, y, shape, "site sensor", f"{name}: {site.title}{carrier}")
    if isinstance(site, LaunchArea):
        tip = f"{name}: {site.count} launches, {site.title}"
        return _polygon(x, y, DIAMOND, "site launch", tip)
    tip = f"{name}: defended, radius {length(site.radius)}"
    return tag("circle", cx=float(x), cy=float(y), r=2.6, class_="site asset-dot", data_tip=tip)


def _an(word: str) -> str:
    return "n" if word[0] in "aeiou" else ""


def _polygon(x: float, y: float, corners: Corners, class_: str, tip: str) -> Markup:
    points = " ".join(f"{x + a:.1f},{y + b:.1f}" for a, b in corners)
    return tag("polygon", points=points, class_=class_, data_tip=tip)
