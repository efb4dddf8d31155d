"""How a fractional orbital missile flies: boost, insertion, part of a turn, brake, descent."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.kernels.aim import GUESS, solve_aims
from opendome.kernels.aim_start import CUTOFF
from opendome.kernels.flight import KNOTS_FULL, Flights
from opendome.kernels.frames import enu_basis
from opendome.kernels.orbital import Bus, Orbitals, first_guess, fly_orbitals
from opendome.kernels.propulsion import Vehicle
from opendome.world.model import Group

Floats = NDArray[np.float64]

BOOST_RANGE = 2.5e6  # m, of the arc on which the boost leaves the upper stage
BOOST_TOLERANCE = 5e3  # m
ROOM = 512  # knots, at first
NOT_REACHED = 1e3  # m, a solution that misses by more is none


def around_the_earth(group: Group, launches: Floats, aims: Floats) -> tuple[Orbitals, Floats]:
    """Flights to their aims, and (n, 4) how: elevation, cut-off, azimuth, time of the brake.

    Parameters
    ----------
    launches : (n, 7) float
        As of `flight.fly_many`; azimuth, elevation and cut-off are found.
    aims : (n, 3) float
        Lat, lon, and what is not read here.
    """
    vehicle, bus = _parts(group)
    places = np.ascontiguousarray(aims[:, :2])
    known = group.guess if len(group.guess) else _boost(group, launches[0], places[0])
    rows = launches.copy()
    rows[:, 5], rows[:, 6] = known[0, 0], known[0, 1]
    starts = np.ascontiguousarray(known[:, 2:]) if len(group.guess) else np.empty((0, 2))
    room = ROOM
    while True:
        found = fly_orbitals(vehicle, bus, rows, places, group.is_long_way, starts, room)
        if not np.any(found.flights.status == KNOTS_FULL):
            break
        room *= 2
    how = np.column_stack([np.repeat(known[:1, :2], len(rows), axis=0), found.solutions])
    return found, how


def _boost(group: Group, launch: Floats, aim: Floats) -> Floats:
    """Elevation and cut-off (1, 2) of a boost to the height of the orbit, towards an aim."""
    vehicle, bus = _parts(group)
    azimuth, _ = first_guess(bus, launch, aim, group.is_long_way)
    basis = enu_basis(launch[0], launch[1])
    level = math.sin(azimuth) * basis[0] + math.cos(azimuth) * basis[1]
    arc = BOOST_RANGE / EARTH_RADIUS_MEAN
    far = math.cos(arc) * basis[2] + math.sin(arc) * level
    lat, lon = math.atan2(far[2], math.hypot(far[0], far[1])), math.atan2(far[1], far[0])
    short = np.array([[lat, lon, bus.altitude]])
    fit = solve_aims(vehicle, launch[None], short, CUTOFF, BOOST_TOLERANCE, np.empty((0, GUESS)))
    return np.ascontiguousarray(fit.launches[:, 5:7])


def _parts(group: Group) -> tuple[Vehicle, Bus]:
    if group.vehicle is None or group.bus is None:
        raise TypeError("a missile that goes into orbit lacks its booster or its upper stage")
    return group.vehicle, group.bus


def fallen(paths: Flights, others: Flights, rows: NDArray[np.bool_]) -> Flights:
    """Flights of which some rows are replaced by those of another batch, in their order."""
    room = max(paths.knots.shape[1], others.knots.shape[1])
    knots = np.full((len(paths.status), room, 7), np.nan)
    knots[:, : paths.knots.shape[1]] = paths.knots
    knots[rows, : others.knots.shape[1]] = others.knots
    columns = {"knots": knots}
    for name in ("status", "n_knots", "t_burnout", "apogee_alt", "impact"):
        column = getattr(paths, name).copy()
        column[rows] = getattr(others, name)
        columns[name] = column
    return Flights(**columns)
