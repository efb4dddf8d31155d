"""The satellites of one sensor: some stand still over the equator, others go round."""

# ruff: noqa: D102 -- the nouns of the scenario say what the numbers of the protocols are
from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_EQUATOR
from opendome.kernels._jit import jit
from opendome.kernels.satellites import satellite_places, walker_delta

Floats = NDArray[np.float64]


class Fleet(NamedTuple):
    """Satellites of one sensor, those that stand still first."""

    still: Floats  # (k, 3) ECEF
    elements: Floats  # (m, 6) mean elements, as in `satellites`


class Shell(Protocol):
    """A Walker pattern, SI, as its noun in the scenario names it."""

    # fmt: off
    @property
    def altitude(self) -> float: ...
    @property
    def inclination(self) -> float: ...
    @property
    def total(self) -> int: ...
    @property
    def planes(self) -> int: ...
    @property
    def phasing(self) -> int: ...
    @property
    def node(self) -> float: ...
    @property
    def place(self) -> float: ...
    # fmt: on


class Ellipse(Protocol):
    """One satellite on an ellipse, SI, as its noun in the scenario names it."""

    # fmt: off
    @property
    def perigee(self) -> float: ...
    @property
    def apogee(self) -> float: ...
    @property
    def inclination(self) -> float: ...
    @property
    def node(self) -> float: ...
    @property
    def argument(self) -> float: ...
    @property
    def anomaly(self) -> float: ...
    # fmt: on


def ellipse_elements(ellipse: Ellipse) -> Floats:
    """Mean elements (6,) of a satellite between two heights above the equator."""
    axis = EARTH_RADIUS_EQUATOR + 0.5 * (ellipse.perigee + ellipse.apogee)
    eccentricity = 0.5 * (ellipse.apogee - ellipse.perigee) / axis
    return np.array(
        [axis, eccentricity, ellipse.inclination, ellipse.node, ellipse.argument, ellipse.anomaly]
    )


def fleet_of(still: Floats, shells: Sequence[Shell], ellipses: Sequence[Ellipse]) -> Fleet:
    """The fleet of places (k, 3) that stand still, of shells and of ellipses."""
    parts = [
        walker_delta(
            s.total, s.planes, float(s.phasing), s.altitude, s.inclination, (s.node, s.place)
        )
        for s in shells
    ]
    parts += [ellipse_elements(e)[None] for e in ellipses]
    return Fleet(still, np.concatenate([np.zeros((0, 6)), *parts]))


@jit
def fleet_places(fleet: Fleet, t: float) -> Floats:
    """Earth-fixed places (k + m, 3) of all satellites at t."""
    k = len(fleet.still)
    places = np.empty((k + len(fleet.elements), 3))
    places[:k] = fleet.still
    places[k:] = satellite_places(fleet.elements, t)
    return places
