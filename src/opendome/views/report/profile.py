"""The raid from the side: altitude against the ground distance that is left to the aim point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from opendome.views.report.axes import Scale, round_ticks, round_top, x_axis, y_axis
from opendome.views.report.map import cross
from opendome.views.report.markup import Markup, path, svg, tag, text
from opendome.views.report.shown import OUTCOMES, Flight, Shown
from opendome.views.report.tracks_drawn import Drawn, Line, Paper
from opendome.views.report.words import significant

WIDTH: Final = 1000.0
HEIGHT: Final = 380.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 18.0, 34.0, 48.0


@dataclass(frozen=True)
class Side:
    """Scales of the picture seen from the side: distance to go and altitude."""

    distance: Scale
    altitude: Scale


def from_side(side: Side) -> Paper:
    """Paper of the side picture: flights that have an aim point to be measured from."""

    def line_of(flight: Flight) -> Line | None:
        if not np.isfinite(flight.to_go).all():
            return None
        return side.distance.all(flight.to_go), side.altitude.all(flight.alt)

    return line_of


def side_of(shown: Shown | None) -> Side | None:
    """Paper for the paths of a run; None where no paths were kept."""
    if shown is None or shown.is_sketch:
        return None
    flights = [f for f in shown.flights if np.isfinite(f.to_go).all()]
    if not flights:
        return None
    farthest = max(float(f.to_go.max()) for f in flights)
    highest = max(float(f.alt.max()) for f in flights)
    return Side(
        Scale(max(farthest * 1.02, 1.0), 0.0, LEFT, WIDTH - RIGHT),
        Scale(0.0, round_top(max(highest * 1.04, 1.0), 4), HEIGHT - BOTTOM, TOP),
    )


def side_picture(side: Side, flights: list[Drawn]) -> Markup:
    """Threat arcs fall towards the right; interceptors rise to meet them."""
    rank = {name: k for k, name in enumerate((*OUTCOMES[:2], "missed", "hit", *OUTCOMES[2:]))}
    visible = [f for f in flights if "side" in f.lines]
    ordered = sorted(visible, key=lambda f: rank.get(f.outcome, 0))
    tracks = [path(*f.lines["side"], f"track {f.outcome}", data_tip=f.tip) for f in ordered]
    killed = [f for f in ordered if f.outcome == "intercepted"]
    arm = 3.6 if len(killed) < 40 else 2.4
    last = [(f.lines["side"][0][-1], f.lines["side"][1][-1]) for f in killed]
    ends = [cross(float(x), float(y), arm, "kill") for x, y in last]
    distances = round_ticks(0.0, side.distance.low / 1e3, 8)
    heights = round_ticks(0.0, side.altitude.high / 1e3, 4)
    across = Scale(side.distance.low / 1e3, 0.0, side.distance.start, side.distance.end)
    up = Scale(0.0, side.altitude.high / 1e3, side.altitude.start, side.altitude.end)
    return svg(
        WIDTH,
        HEIGHT,
        "Altitude in kilometres against ground distance to the aim point, for each threat and "
        "each interceptor of the run shown.",
        x_axis(across, distances, significant, (TOP, HEIGHT - BOTTOM),
               "ground distance left to the threat's aim point, km"),
        y_axis(up, heights, significant, (LEFT, WIDTH - RIGHT)),
        text(4, 16, "altitude, km", "axis"),
        tag("g", *tracks),
        tag("g", *ends, class_="marks"),
        tag("g", id="side-replay"),
        id="side",
    )  # fmt: skip
