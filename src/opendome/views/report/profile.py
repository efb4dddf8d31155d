"""The raid from the side: altitude against the ground distance that is left to the aim point."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from opendome.views.report.axes import Scale, round_ticks, round_top, x_axis, y_axis
from opendome.views.report.map import cross
from opendome.views.report.markup import Markup, path, rect, svg, tag, text
from opendome.views.report.shown import OUTCOMES, Flight, Shown
from opendome.views.report.tracks_drawn import Drawn, Line, Paper
from opendome.views.report.words import significant

WIDTH: Final = 1000.0
HEIGHT: Final = 380.0
METRES: Final = 5000.0  # m; altitudes of a lower picture are in metres
LEFT, RIGHT, TOP, BOTTOM = 62.0, 18.0, 34.0, 48.0


LOW: Final = 0.08  # share of the greatest height below which a flight is hardly seen


@dataclass(frozen=True)
class Side:
    """Scales of a picture seen from the side: distance to go and altitude.

    ``ceiling`` is the altitude below which a threat has to stay, or an interceptor to end, to be
    on it.
    """

    name: str
    distance: Scale
    altitude: Scale
    ceiling: float = math.inf

    def holds(self, flight: Flight) -> bool:
        """Whether a flight belongs on this picture."""
        if not np.isfinite(flight.to_go).all():
            return False
        top = flight.alt.max() if flight.kind == "threat" else flight.alt[-1]
        return bool(top <= self.ceiling)


def from_side(side: Side) -> Paper:
    """Paper of a side picture: flights that have an aim point to be measured from."""

    def line_of(flight: Flight) -> Line | None:
        if not side.holds(flight):
            return None
        return side.distance.all(flight.to_go), side.altitude.all(flight.alt)

    return line_of


def sides_of(shown: Shown | None) -> list[Side]:
    """Papers for the paths of a run: all of them, then the low ones where the others dwarf them.

    Empty where no paths were kept.
    """
    if shown is None or shown.is_sketch:
        return []
    flights = [f for f in shown.flights if np.isfinite(f.to_go).all()]
    if not flights:
        return []
    highest = max(float(f.alt.max()) for f in flights)
    sides = [_side("side", flights, highest, math.inf)]
    threats = [f for f in flights if f.kind == "threat" and f.outcome != "failed"]
    low = [f for f in threats if f.alt.max() < LOW * highest]
    if low and len(low) < len(threats):
        top = max(float(f.alt.max()) for f in low)
        sides.append(_side("low", low, top, top))
    return sides


def _side(name: str, flights: list[Flight], highest: float, ceiling: float) -> Side:
    farthest = max(float(f.to_go.max()) for f in flights)
    return Side(
        name,
        Scale(max(farthest * 1.02, 1.0), 0.0, LEFT, WIDTH - RIGHT),
        Scale(0.0, round_top(max(highest * 1.04, 1.0), 4), HEIGHT - BOTTOM, TOP),
        ceiling,
    )


def side_picture(side: Side, flights: list[Drawn]) -> Markup:
    """Threat arcs fall towards the right; interceptors rise to meet them."""
    name = side.name
    rank = {outcome: k for k, outcome in enumerate((*OUTCOMES[:3], "missed", "hit", *OUTCOMES[3:]))}
    visible = [f for f in flights if name in f.lines]
    ordered = sorted(visible, key=lambda f: rank.get(f.outcome, 0))
    tracks = [path(*f.lines[name], f"track {f.outcome}", data_tip=f.tip) for f in ordered]
    killed = [f for f in ordered if f.outcome == "intercepted"]
    arm = 3.6 if len(killed) < 40 else 2.4
    last = [(f.lines[name][0][-1], f.lines[name][1][-1]) for f in killed]
    ends = [cross(float(x), float(y), arm, "kill") for x, y in last]
    is_metres = side.altitude.high < METRES
    unit, factor = ("m", 1.0) if is_metres else ("km", 1e3)
    distances = round_ticks(0.0, side.distance.low / 1e3, 8)
    heights = round_ticks(0.0, side.altitude.high / factor, 4)
    across = Scale(side.distance.low / 1e3, 0.0, side.distance.start, side.distance.end)
    up = Scale(0.0, side.altitude.high / factor, side.altitude.start, side.altitude.end)
    about = "each threat that flies low" if side.ceiling < math.inf else "each threat"
    return svg(
        WIDTH,
        HEIGHT,
        f"Altitude in {unit} against ground distance to the aim point, for {about} and "
        "each interceptor of the run shown.",
        tag("clipPath", rect(LEFT, TOP - 4, WIDTH - RIGHT - LEFT + 4, HEIGHT - BOTTOM - TOP + 8),
            id=f"{name}-edge"),
        x_axis(across, distances, significant, (TOP, HEIGHT - BOTTOM),
               "ground distance left to the threat's aim point, km"),
        y_axis(up, heights, significant, (LEFT, WIDTH - RIGHT)),
        text(4, 16, f"altitude, {unit}", "axis"),
        tag(
            "g",
            tag("g", *tracks),
            tag("g", *ends, class_="marks"),
            tag("g", id=f"{name}-replay"),
            clip_path=f"url(#{name}-edge)",
        ),
        id=name,
    )  # fmt: skip
