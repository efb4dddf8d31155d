"""How each kind of threat flies: from a group's draws to its paths through the air."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.errors import ModelRangeError
from opendome.kernels.aim import Aims, solve_aims
from opendome.kernels.aim_start import CUTOFF, ELEVATION_LOW
from opendome.kernels.flight import TOLERANCE, Flights, fly_many
from opendome.kernels.philox import normals, uniforms
from opendome.rng import Purpose
from opendome.world.model import Group

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_FLIGHT = 3.0 * 3600.0  # s
MAX_KNOTS = 512
FINEST_AIM, COARSEST_AIM = 2.0, 30.0  # m, to which flights are fitted to their aims
AIM_SHARE = 0.02  # of the group's own scatter, as far as between those


def displaced(lat: Floats, lon: Floats, north: Floats, east: Floats) -> tuple[Floats, Floats]:
    """Places moved by small distances north and east, m, on the mean sphere."""
    return (
        lat + north / EARTH_RADIUS_MEAN,
        lon + east / (EARTH_RADIUS_MEAN * np.cos(lat)),
    )


def scattered(
    seed: int,
    runs: Ints,
    threats: Ints,
    purpose: Purpose,
    centre: tuple[float, float],
    sigma: float,
) -> tuple[Floats, Floats]:
    """Places drawn about a centre with standard deviation ``sigma`` (m) per axis."""
    n = len(runs)
    lat, lon = np.full(n, centre[0]), np.full(n, centre[1])
    if sigma == 0.0:
        return lat, lon
    draws = normals(seed, runs, int(purpose), threats, np.zeros(n, dtype=np.int64), 2)
    return displaced(lat, lon, sigma * draws[:, 0], sigma * draws[:, 1])


def aim_tolerance(group: Group) -> float:
    """How near a flight must come to its drawn aim, m."""
    return min(max(AIM_SHARE * group.aim_scatter, FINEST_AIM), COARSEST_AIM)


def fit_elevation(group: Group, launches: Floats, aims: Floats) -> Aims:
    """Unguided rockets: burn to the end, range by launch elevation, low arc."""
    return solve_aims(
        group.vehicle, launches, aims, ELEVATION_LOW, aim_tolerance(group), group.guess
    )


def fit_cutoff(group: Group, launches: Floats, aims: Floats) -> Aims:
    """Guided ballistic missiles: range and apogee by pitch and thrust cut-off."""
    return solve_aims(group.vehicle, launches, aims, CUTOFF, aim_tolerance(group), group.guess)


FLIGHTS: dict[str, Callable[[Group, Floats, Floats], Aims]] = {
    "elevation": fit_elevation,
    "cutoff": fit_cutoff,
}


def launch_group(
    group: Group,
    seed: int,
    runs: Ints,
    threats: Ints,
    t_launch: Floats,
    is_failed: NDArray[np.bool_],
) -> tuple[Flights, Floats, Floats]:
    """Fly every threat of one group in every run.

    Parameters
    ----------
    runs, threats, t_launch, is_failed : (n,)
        One row per flight: run, threat id, launch time, whether the motor will fail.

    Returns
    -------
    flights : Flights
    launches : (n, 7) float
    aims : (n, 2) float
        Drawn aim points, lat, lon.
    """
    n = len(runs)
    launches = np.full((n, 7), np.nan)
    launches[:, 2] = group.launch[2]
    launches[:, 6] = np.inf
    launches[:, 0], launches[:, 1] = scattered(
        seed, runs, threats, Purpose.LAUNCH_SCATTER, group.launch[:2], group.launch_scatter
    )
    launches[:, 3] = t_launch
    aims = np.full((n, 3), group.apogee)
    aims[:, 0], aims[:, 1] = scattered(
        seed, runs, threats, Purpose.AIM_SCATTER, group.aim, group.aim_scatter
    )
    fit = FLIGHTS[group.flight](group, launches, aims)
    launches = fit.launches
    if np.any(is_failed):
        burn = np.minimum(launches[:, 6], np.sum(group.vehicle.stages[:, 0]))
        share = uniforms(
            seed, runs, int(Purpose.THREAT_FAILURE_TIME), threats, np.zeros(n, dtype=np.int64), 1
        )[:, 0]
        launches[is_failed, 6] = (share * burn)[is_failed]
    flights = fly_many(group.vehicle, launches, MAX_FLIGHT, TOLERANCE, MAX_KNOTS)
    if np.any(flights.status != 0):
        bad = int(np.argmax(flights.status != 0))
        raise ModelRangeError(
            f"threats.{group.name}: the flight of threat {int(threats[bad])} in run "
            f"{int(runs[bad])} does not come down within {MAX_FLIGHT / 3600:g} h. "
            "Lower apogee_km or the scatter of its aim."
        )
    return flights, launches, aims[:, :2]
