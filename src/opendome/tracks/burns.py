"""Burns of the ballistic missiles of the catalog, flown in all the ways that they may be."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.kernels.flight import TOLERANCE, fly_many
from opendome.kernels.frames import ecefs_from_ecis, geodetics_from_ecefs
from opendome.kernels.launch_behind import Burns
from opendome.kernels.paths import pack_knots, paths_at
from opendome.kernels.propulsion import Vehicle, vehicle_of
from opendome.messages import Floats, Ints
from opendome.scenario.catalog_entries import build_system, catalog
from opendome.scenario.entries import LEVELS
from opendome.scenario.families import KINDS, family_of

BALLISTIC = ("rocket", "short_range", "medium_range", "intermediate_range", "intercontinental")
GUIDED = ("cutoff", "quasi_ballistic")  # steering of what may cut its thrust
LEAST_CUT, N_CUTS = 0.3, 15  # part of its burn after which a guided missile may cut its thrust
LEAST_TILT, MOST_TILT, N_TILTS = 0.01, 1.2, 40  # rad from the vertical, of what rises first
LOWEST, STEEPEST = 0.1, 1.5  # rad, elevations of tubes and rails
SHOT = 0.05  # s, until what a tube throws is looked at
LAT, GROUND = 0.6, 400.0  # rad and m, of the launch, northwards; little hangs on it
LEAST_CLIMB = 0.02  # sine, of what has not yet turned down
N_KNOTS = 256


@cache
def all_burns() -> tuple[Burns, Ints, Floats]:
    """Burns of all systems, family of each system, and share of each of its burns in the family.

    A system whose low, nominal and high numbers differ in how it is driven is there with each. In a
    family systems share alike, in a system its burns. The columns are not to be changed.
    """
    found: list[Floats] = []
    names: list[tuple[str, int]] = []
    for entry in catalog().values():
        if entry.kind != "threat" or not entry.is_modelled:
            continue
        driven = []
        for level in LEVELS:
            system = build_system(entry, level)
            family = family_of(system)
            if system.booster is None or family not in BALLISTIC or system.booster in driven:
                continue
            driven.append(system.booster)
            burns = burns_of(vehicle_of(system.booster), system.steering in GUIDED)
            found.append(np.column_stack([burns, np.full(len(burns), len(names))]))
            names.append((entry.name, KINDS.index(family)))
    every = np.vstack(found)
    system_of_each = every[:, 5].astype(np.int64)
    family_of_each = np.array([family for _, family in names])
    alike = [sum(other == name for other, _ in names) for name, _ in names]
    n_systems = [len({n for n, f in names if f == family}) for _, family in names]
    n_burns = np.bincount(system_of_each)
    share = 1.0 / (np.array(alike) * np.array(n_systems) * n_burns)
    height, speed, sine, bend, age = (np.ascontiguousarray(column) for column in every.T[:5])
    return Burns(height, speed, sine, bend, age, system_of_each), family_of_each, share


def burns_of(vehicle: Vehicle, is_guided: bool) -> Floats:
    """Ends of the burns (k, 5) of one vehicle: the first columns of `Burns`.

    Flown by the model of flight, in air and over a round Earth that turns: from all tilts and with
    all cuts of its thrust if it is guided, else at all elevations.
    """
    burn = float(vehicle.stages[:, 0].sum()) if len(vehicle.stages) else SHOT
    elevation = np.linspace(LOWEST, STEEPEST, N_TILTS)
    cuts = np.full(1, burn)
    if is_guided:
        elevation = 0.5 * math.pi - np.geomspace(LEAST_TILT, MOST_TILT, N_TILTS)
        cuts = burn * np.linspace(LEAST_CUT, 1.0, N_CUTS)
    launches = np.zeros((N_TILTS, 7))
    launches[:, 0], launches[:, 2], launches[:, 5], launches[:, 6] = LAT, GROUND, elevation, np.inf
    flights = fly_many(vehicle, launches, burn + 1.0, TOLERANCE, N_KNOTS, GROUND)
    knots, offsets = pack_knots(flights)
    row, age = np.repeat(np.arange(N_TILTS), len(cuts)), np.tile(cuts, N_TILTS)
    flown = knots[offsets + flights.n_knots - 1, 0]
    row, age = row[age <= flown[row]], age[age <= flown[row]]
    states = paths_at(knots, offsets, flights.n_knots, row, age)
    r, v = ecefs_from_ecis(
        np.ascontiguousarray(states[:, :3]), np.ascontiguousarray(states[:, 3:]), age
    )
    lat, lon, alt = geodetics_from_ecefs(r).T
    up = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    start = np.array([math.cos(LAT), 0.0, math.sin(LAT)])
    speed = np.linalg.norm(v, axis=1)
    sine = np.einsum("ni,ni->n", v, up) / speed
    way = EARTH_RADIUS_MEAN * np.linalg.norm(up - start, axis=1)
    bend = way * sine / np.sqrt(1.0 - sine * sine) / (alt - GROUND)
    ends = np.column_stack([alt - GROUND, speed, sine, bend, age])
    chosen: Floats = ends[(sine > LEAST_CLIMB) & (alt > GROUND)]
    return chosen
