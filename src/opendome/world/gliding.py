"""How a boosted glider flies: a boost just strong enough, then the glide to its aim.

A boost is fitted to a ballistic aim short of the true one. How far that lies is found once for each
group, so that its nominal flight begins its dive at the wanted speed.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.kernels.aim import Aims, solve_aims
from opendome.kernels.aim_start import CUTOFF, SOLVED
from opendome.kernels.flight import KNOTS_FULL, TOLERANCE, Flights, fly_many
from opendome.kernels.glide import Glider, glide_down
from opendome.kernels.propulsion import Vehicle
from opendome.world.model import Group

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BOOST_TOLERANCE = 500.0  # m, to which the boost is fitted to its ballistic aim
T_FLIGHT = 3.0 * 3600.0  # s
ROOM = 1024  # knots, at first
LEAST_SHARE, MOST_SHARE = 0.05, 1.0  # of the way, that the boost alone would carry it
HALVINGS = 12
RISES = (1.0, 1.3, 1.7, 2.2, 3.0)  # on the apogee of the boost, tried in turn


def boosted_glide(
    group: Group, launches: Floats, aims: Floats, t_cut: Floats
) -> tuple[Aims, Flights, Floats]:
    """Fit every boost, fly it, and glide on to the aim.

    Parameters
    ----------
    launches : (n, 7) float
        As of `flight.fly_many`.
    aims : (n, 3) float
        Lat, lon, and what is not read here.
    t_cut : (n,) float
        When a failed launch loses thrust, s after launch; inf for the others.

    Returns
    -------
    fit, paths, dive_speed : Aims, Flights, (n,) float
        A failed launch falls as its boost left it.
    """
    vehicle, glider = _parts(group)
    first = group.waypoints[0] if len(group.waypoints) else None
    short = np.array(
        [
            (*_towards(row[:2], aim[:2] if first is None else first, group.boost_range),
             group.boost_apogee)
            for row, aim in zip(launches, aims, strict=True)
        ]
    ).reshape(-1, 3)  # fmt: skip
    fit = solve_aims(vehicle, launches, short, CUTOFF, BOOST_TOLERANCE, group.guess)
    boosted = fit.launches.copy()
    boosted[:, 6] = np.minimum(boosted[:, 6], t_cut)
    ways = np.empty((len(aims), len(group.waypoints) + 1, 2))
    ways[:, :-1] = group.waypoints[None]
    ways[:, -1] = aims[:, :2]
    is_steered = (fit.status == SOLVED) & np.isinf(t_cut)
    room = ROOM
    while True:
        paths = fly_many(vehicle, boosted, T_FLIGHT, TOLERANCE, room)
        speeds = glide_down(paths, glider, ways, is_steered)
        if not np.any(paths.status == KNOTS_FULL):
            return fit, paths, speeds
        room *= 2


def with_boost(group: Group) -> Group:
    """The group with the weakest boost from which its nominal flight dives fast enough.

    Of the lowest arc on which there is one. Where there is none, the strongest boost of the last
    arc: the flight then falls short.
    """
    whole = EARTH_RADIUS_MEAN * _arc(*_places(group))
    for rise in RISES:
        low, high = LEAST_SHARE * whole, MOST_SHARE * whole
        trial = Group(**{**group.__dict__, "boost_apogee": rise * group.boost_apogee})
        is_found = False
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            can_boost, speed = _try(trial, middle)
            is_enough = can_boost and speed >= group.dive_speed
            is_found |= is_enough
            low, high = (middle, high) if can_boost and not is_enough else (low, middle)
        if is_found:
            break
    reach = high if is_found else low
    return Group(**{**trial.__dict__, "boost_range": reach})


def _try(group: Group, ballistic: float) -> tuple[bool, float]:
    """Whether there is a boost, and how fast (m/s) the nominal flight dives; NaN: never."""
    trial = Group(**{**group.__dict__, "boost_range": ballistic})
    launch = np.array([[*group.launch, 0.0, 0.0, math.nan, math.inf]])
    aim = np.array([[*group.aim, math.nan]])
    fit, _, speed = boosted_glide(trial, launch, aim, np.full(1, math.inf))
    return bool(fit.status[0] == SOLVED), float(speed[0])


def _parts(group: Group) -> tuple[Vehicle, Glider]:
    if group.vehicle is None or group.glider is None:
        raise TypeError("a glider lacks its booster or how it glides")
    return group.vehicle, group.glider


def _places(group: Group) -> tuple[Floats, Floats]:
    """The launch, and the first place on the way."""
    first = group.waypoints[0] if len(group.waypoints) else group.aim
    return np.array(group.launch[:2]), np.array(first)


def _unit(place: Floats) -> Floats:
    lat, lon = place
    return np.array(
        [math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)]
    )  # fmt: skip


def _arc(a: Floats, b: Floats) -> float:
    """Central angle between two places, rad."""
    u, w = _unit(a), _unit(b)
    return math.atan2(float(np.linalg.norm(np.cross(u, w))), float(u @ w))


def _towards(start: Floats, end: Floats, distance: float) -> tuple[float, float]:
    """Lat, lon of the place a distance (m) from one towards another, on a great circle."""
    u, w = _unit(start), _unit(end)
    ahead = w - (u @ w) * u
    size = float(np.linalg.norm(ahead))
    angle = distance / EARTH_RADIUS_MEAN
    far = u if size == 0.0 else math.cos(angle) * u + math.sin(angle) / size * ahead
    return math.atan2(far[2], math.hypot(far[0], far[1])), math.atan2(far[1], far[0])
