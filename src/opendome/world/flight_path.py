"""The apogee that gives a group's nominal flight a wanted flight-path angle at burn-out.

A depressed or lofted path may be asked for by either. The steeper the flight at the end of its
burn, the higher its top; so the apogee is bracketed on a grid and halved.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.errors import ScenarioError
from opendome.kernels.aim_start import minimum_energy_apogee
from opendome.kernels.frames import ecef_from_eci, enu_basis, geodetic_from_ecef
from opendome.kernels.paths import path_at
from opendome.scenario.ground import ground_distance
from opendome.scenario.places import Place
from opendome.world.flights import COARSEST_AIM, fly_nominal
from opendome.world.model import Group

# Apogees looked at first, as multiples of that of least energy.
GRID = (0.1, 0.15, 0.22, 0.33, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 4.5, 6.0)
HALVINGS = 30
CLOSE = math.radians(0.005)  # to the wanted angle


def angle_at_burnout(group: Group, t_launch: float) -> float:
    """Angle of the nominal flight's ground velocity above the horizontal, rad; NaN: no flight."""
    flown = fly_nominal(group, t_launch)
    paths = flown.paths
    if flown.status[0] != 0 or flown.miss[0] > 10 * COARSEST_AIM or paths.status[0] != 0:
        return math.nan
    if abs(paths.apogee_alt[0] - group.apogee) > 0.02 * group.apogee:
        return math.nan  # another apogee was the nearest that it can fly
    t = float(paths.t_burnout[0])
    state = np.array(path_at(paths.knots[0], int(paths.n_knots[0]), t))
    r, v = ecef_from_eci(state[None, :3], state[None, 3:], t)
    lat, lon, _ = geodetic_from_ecef(r[0, 0], r[0, 1], r[0, 2])
    up = enu_basis(lat, lon)[2]
    return math.asin(float(up @ v[0]) / float(np.linalg.norm(v[0])))


def with_flight_path(group: Group, wanted: float, t_launch: float) -> Group:
    """The group with the apogee at which its nominal flight burns out at the wanted angle (rad).

    Raises
    ------
    ScenarioError
        When no flight to the aim burns out so; it says between which angles there are flights.
    """
    start, end = (Place(lat=p[0], lon=p[1]) for p in (group.launch, group.aim))
    least = minimum_energy_apogee(ground_distance(start, end) / EARTH_RADIUS_MEAN)
    found = []
    for share in GRID:
        trial = _with_apogee(group, share * least)
        found.append((trial.apogee, angle_at_burnout(trial, t_launch)))
    flown = [(a, g) for a, g in found if not math.isnan(g)]
    for (low, below), (high, above) in pairwise(flown):
        if below <= wanted <= above:
            return _between(group, wanted, (low, high), t_launch)
    angles = [math.degrees(g) for _, g in flown]
    between = f"between {min(angles):.1f} and {max(angles):.1f} deg" if angles else "at no angle"
    raise ScenarioError(
        f"threats.{group.name}.flight_path_deg is {math.degrees(wanted):g} deg; flights of "
        f"{group.system} to its aim burn out {between}. Choose another angle, or give apogee_km."
    )


def _between(group: Group, wanted: float, ends: tuple[float, float], t_launch: float) -> Group:
    """Halve the interval of apogees."""
    low, high = ends
    trial = group
    for _ in range(HALVINGS):
        trial = _with_apogee(group, 0.5 * (low + high))
        angle = angle_at_burnout(trial, t_launch)
        if abs(angle - wanted) < CLOSE:
            break
        low, high = (trial.apogee, high) if angle < wanted else (low, trial.apogee)
    return trial


def _with_apogee(group: Group, apogee: float) -> Group:
    return Group(**{**group.__dict__, "apogee": apogee})
