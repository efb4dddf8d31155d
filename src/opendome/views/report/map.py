"""The map of the raid: land, sites with their reach, ground tracks, intercepts and impacts."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from opendome.views.report import coast, sites
from opendome.views.report.axes import round_step
from opendome.views.report.believed import launches_drawn
from opendome.views.report.labels import Labels
from opendome.views.report.markup import (
    Floats,
    Markup,
    line,
    path,
    path_data,
    rect,
    svg,
    tag,
    text,
)
from opendome.views.report.projection import Window, circle, window_around
from opendome.views.report.scene import Scene, Sensor
from opendome.views.report.shown import OUTCOMES, Flight, Shown
from opendome.views.report.tracks_drawn import Drawn, Paper
from opendome.views.report.words import clock, length, spaced

WIDTH: Final = 1000.0
HEIGHTS: Final = (480.0, 680.0)
CLOSE_HEIGHTS: Final = (420.0, 640.0)
CLOSER: Final = 0.45  # a close-up must be at least so much finer
NO_GROUND: Final = Markup("")
NEARBY: Final = 0.25  # share of the raid's extent within which a site outside it is still shown


def window_of(scene: Scene, shown: Shown | None) -> Window | None:
    """Window that holds the raid and its defenders; None if nothing has a place."""
    places = [
        *(asset.place for asset in scene.assets),
        *(battery.place for battery in scene.batteries),
        *(area.place for area in scene.launch_areas),
    ]
    lats, lons = [p[0] for p in places], [p[1] for p in places]
    for asset in scene.assets:
        around = circle(*asset.place, asset.radius, np.linspace(0, 2 * math.pi, 8))
        lats += list(around[0])
        lons += list(around[1])
    for flight in shown.flights if shown else ():
        lats += [*flight.lat[::4], flight.lat[-1]]
        lons += [*flight.lon[::4], flight.lon[-1]]
    finite = np.isfinite(lats) & np.isfinite(lons)
    if not finite.any():
        return None
    lat, lon = np.array(lats)[finite], np.array(lons)[finite]
    first = window_around(lat, lon, WIDTH, HEIGHTS)
    near = [s.place for s in scene.sensors if s.place is not None and _is_near(s.place, first)]
    if not near:
        return first
    return window_around(
        np.append(lat, [p[0] for p in near]), np.append(lon, [p[1] for p in near]), WIDTH, HEIGHTS
    )


def close_up(window: Window, scene: Scene) -> Window | None:
    """Window about the assets and batteries alone, if it shows more than the whole map does."""
    lats: list[float] = [battery.place[0] for battery in scene.batteries]
    lons: list[float] = [battery.place[1] for battery in scene.batteries]
    for asset in scene.assets:
        around = circle(*asset.place, 1.5 * asset.radius, np.linspace(0, 2 * math.pi, 8))
        lats += list(around[0])
        lons += list(around[1])
    finite = np.isfinite(lats) & np.isfinite(lons)
    if not finite.any():
        return None
    close = window_around(np.array(lats)[finite], np.array(lons)[finite], WIDTH, CLOSE_HEIGHTS)
    is_closer = close.metres_per_pixel < CLOSER * window.metres_per_pixel
    return close if is_closer else None


def on_map(window: Window) -> Paper:
    """Paper of a map: a flight that passes its window."""

    def line_of(flight: Flight) -> tuple[Floats, Floats] | None:
        x, y = window.pixels(flight.lat, flight.lon)
        meets = x.max() > 0 and x.min() < window.width and y.max() > 0 and y.min() < window.height
        return (x, y) if meets else None

    return line_of


def raid_map(
    name: str,
    window: Window,
    scene: Scene,
    shown: Shown | None,
    flights: list[Drawn],
    inset: Window | None = None,
    ground: Markup = NO_GROUND,
) -> Markup:
    """The whole map as one drawing; ``name`` is its paper, ``ground`` lies on the land.

    ``inset`` is the window of the close-up, if there is one: it is framed, and the names of the
    sites within are left to it.
    """
    labels = Labels(window.width, window.height)
    marks = [*_impacts(window, shown), *_intercepts(window, shown)] if shown else []
    launches = launches_drawn(window, shown) if shown else []
    symbols = sites.drawn(window, scene, labels, inset)
    frame = _frame(window, inset, labels)
    return svg(
        window.width,
        window.height,
        "Map: coastlines, sites of the defense and launch areas"
        + (", ground tracks coloured by outcome, intercepts and impacts." if shown else "."),
        tag("clipPath", rect(0, 0, window.width, window.height), id=f"{name}-edge"),
        tag(
            "g",
            rect(0, 0, window.width, window.height, class_="sea"),
            tag("path", d=coast.land(window), class_="land", fill_rule="evenodd"),
            tag("path", d=coast.borders(window), class_="border"),
            coast.graticule(window),
            ground,
            _reaches(window, scene),
            tag("g", *launches),
            tag("g", *_tracks(name, flights)),
            tag("g", *marks, class_="marks"),
            tag("g", id=f"{name}-replay"),
            frame,
            tag("g", *symbols),
            labels.drawn(),
            _scale_bar(window),
            clip_path=f"url(#{name}-edge)",
        ),
        id=name,
    )


def not_on_map(window: Window, scene: Scene) -> list[str]:
    """Names of the sensors on the ground that lie outside the window."""
    return [
        spaced(s.name)
        for s in scene.sensors
        if s.place is not None and not sites.is_inside(window, window.pixel(*s.place))
    ]


def _is_near(place: tuple[float, float], window: Window) -> bool:
    if not all(math.isfinite(v) for v in place):
        return False
    x, y = window.pixel(*place)
    extra_x, extra_y = NEARBY * window.width, NEARBY * window.height
    return -extra_x < x < window.width + extra_x and -extra_y < y < window.height + extra_y


def _tracks(name: str, flights: list[Drawn]) -> list[Markup]:
    """Ground tracks, harmless below and leaked on top."""
    rank = {name: k for k, name in enumerate((*OUTCOMES[:3], "missed", "hit", *OUTCOMES[3:]))}
    ordered = sorted(flights, key=lambda f: rank.get(f.outcome, 0))
    return [
        path(*f.lines[name], f"track {f.outcome}", data_tip=f.tip)
        for f in ordered
        if name in f.lines
    ]


def _intercepts(window: Window, shown: Shown) -> list[Markup]:
    """A cross where a threat was killed, a small ring where a shot missed."""
    shots = shown.shots
    x, y = window.pixels(shots["lat"].astype(float), shots["lon"].astype(float))
    marks = []
    arm = 4.0 if len(x) < 40 else 3.0
    for k in range(len(x)):
        if not (math.isfinite(x[k]) and sites.is_inside(window, (x[k], y[k]))):
            continue
        is_kill = bool(shots["is_kill"][k])
        tip = (
            f"{spaced(str(shots['battery'][k]))}, shot {shots['shot'][k]}: "
            f"{'killed' if is_kill else 'missed'} threat {shots['threat'][k]} "
            f"at {clock(shots['t_intercept'][k])}, altitude {length(shots['alt'][k])}, "
            f"miss distance {length(shots['miss'][k])}"
        )
        shape = cross(x[k], y[k], arm, "kill", tip) if is_kill else ring(x[k], y[k], arm - 1, tip)
        marks.append(shape)
    return marks


def _impacts(window: Window, shown: Shown) -> list[Markup]:
    """Where threats reached the ground."""
    threats = shown.threats
    x, y = window.pixels(threats["impact_lat"].astype(float), threats["impact_lon"].astype(float))
    marks = []
    for k in np.argsort(threats["outcome"] == "leaked", kind="stable"):
        outcome = str(threats["outcome"][k])
        if outcome not in ("leaked", "harmless") or not math.isfinite(x[k]):
            continue
        where = f" on {spaced(str(threats['asset'][k]))}" if threats["asset"][k] else ""
        tip = f"threat {threats['threat'][k]}: {outcome}{where} at {clock(threats['t_end'][k])}"
        radius = 4.5 if outcome == "leaked" else 2.2
        marks.append(
            tag("circle", cx=float(x[k]), cy=float(y[k]), r=radius,
                class_=f"impact {outcome}", data_tip=tip)
        )  # fmt: skip
    return marks


def cross(x: float, y: float, arm: float, class_: str, tip: str | None = None) -> Markup:
    """Upright cross with a tip."""
    n = path_data(np.array([x - arm, x + arm]), np.array([y - arm, y + arm]))
    m = path_data(np.array([x - arm, x + arm]), np.array([y + arm, y - arm]))
    return tag("path", d=n + m, class_=class_, data_tip=tip)


def ring(x: float, y: float, radius: float, tip: str | None = None) -> Markup:
    """Small ring where a shot missed."""
    return tag("circle", cx=float(x), cy=float(y), r=radius, class_="missed-mark", data_tip=tip)


def _reaches(window: Window, scene: Scene) -> Markup:
    """Areas of the defended assets, reach of the batteries, sectors of the sensors."""
    extent = 2 * window.reach
    parts: list[Markup] = []
    for sensor in scene.sensors:
        if sensor.place is not None and math.isfinite(sensor.reach):
            parts.append(tag("path", d=_sector(window, sensor), class_="sector"))
    for battery in scene.batteries:
        is_drawn = all(map(math.isfinite, (battery.reach, *battery.place)))
        if is_drawn and battery.reach < extent:
            for reach in {battery.reach, battery.ballistic_reach}:
                x, y = _circle(window, battery.place, reach)
                parts.append(tag("path", d=path_data(x, y, closed=True), class_="reach"))
    for asset in scene.assets:
        x, y = _circle(window, asset.place, asset.radius)
        parts.append(tag("path", d=path_data(x, y, closed=True), class_="asset"))
    for area in sites.merged(window, scene.launch_areas):
        if area.scatter > 0:
            x, y = _circle(window, area.place, 2 * area.scatter)
            parts.append(tag("path", d=path_data(x, y, closed=True), class_="launch-area"))
    return tag("g", *parts)


def _frame(window: Window, inset: Window | None, labels: Labels) -> Markup:
    """Frame of the close-up on the whole map."""
    if inset is None:
        return Markup("")
    left, top, right, bottom = sites.frame(window, inset)
    labels.add((left + right) / 2, bottom, "close-up below", "aside")
    return rect(left, top, right - left, bottom - top, class_="inset")


def _circle(window: Window, place: tuple[float, float], radius: float) -> tuple[Floats, Floats]:
    return window.pixels(*circle(*place, radius, np.linspace(0, 2 * math.pi, 97)))


def _sector(window: Window, sensor: Sensor) -> str:
    """Path data of a sensor's sector; a full circle has no straight sides."""
    assert sensor.place is not None
    half = sensor.sector / 2
    reach = min(sensor.reach, 3 * window.reach)
    azimuths = np.linspace(sensor.azimuth - half, sensor.azimuth + half, 121)
    x, y = window.pixels(*circle(*sensor.place, reach, azimuths))
    if half < math.pi * 0.999:
        at = window.pixel(*sensor.place)
        x, y = np.append(x, at[0]), np.append(y, at[1])
    return path_data(x, y, closed=True)


def _scale_bar(window: Window) -> Markup:
    """Bar of a round length, true at the middle of the map."""
    step = round_step(window.width * window.metres_per_pixel / 4, 2)
    size = step / window.metres_per_pixel
    x, y = window.width - 20 - size, window.height - 18
    return tag(
        "g",
        line(x, y, x + size, y, "bar"),
        line(x, y - 4, x, y + 4, "bar"),
        line(x + size, y - 4, x + size, y + 4, "bar"),
        text(x + size / 2, y - 8, length(step), "degree mid"),
    )
