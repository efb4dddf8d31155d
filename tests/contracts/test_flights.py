"""Promises that every kind of threat flight keeps; a new kind needs a line in ``GROUPS`` here."""

from __future__ import annotations

import math
import pickle
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from opendome.kernels.frames import ecefs_from_ecis, geodetics_from_ecefs
from opendome.scenario import load
from opendome.world import FLIGHTS
from opendome.world.flights import Fates, Flown, launch_group
from opendome.world.model import Group
from opendome.world.raid import raid_of
from tests.unit.kernels.notional import distance, place_at
from tests.unit.world.raids import raid

pytestmark = pytest.mark.compiled

START = (35.0, 45.0)
N = 4
# Kind -> system of the catalog, and km to its aim.
GROUPS = {
    "elevation": ("rocket_122mm", 12.0),
    "high_angle": ("mortar", 4.0),
    "cutoff": ("srbm", 200.0),
    "quasi_ballistic": ("srbm_quasi_ballistic", 300.0),
    "waypoints": ("drone_one_way", 150.0),
    "glide": ("hgv_regional", 1400.0),
    "orbital": ("fobs", 9000.0),
}


@pytest.fixture(scope="module", params=sorted(FLIGHTS))
def group(request: pytest.FixtureRequest) -> Group:
    kind = request.param
    assert kind in GROUPS, f"tests/contracts: say what flies '{kind}' and how far"
    system, range_km = GROUPS[kind]
    lat, lon = np.degrees(place_at(*START, 100.0, range_km))
    one = {
        "name": "one", "system": system, "count": N, "launch_scatter_km": 0.2,
        "aim_scatter_km": 0.3,
        "launch": {"lat_deg": START[0], "lon_deg": START[1], "alt_m": 50},
        "aim": {"lat_deg": float(lat), "lon_deg": float(lon)},
        "overrides": {"reliability": 1},
    }  # fmt: skip
    groups, _, _ = raid_of(load({**raid(()), "duration_s": 99000, "threats": [one]}))
    assert groups[0].flight == kind
    return groups[0]


def launched(group: Group, seed: int = 3, rows: Any = slice(None), failed: Any = ()) -> Flown:
    """Flights of four threats in two runs, those of some rows only, some of which fail."""
    runs, threats = np.repeat([0, 1], N)[rows], np.tile(group.threats[:N], 2)[rows]
    t_launch = 10.0 + 5.0 * np.arange(2 * N)[rows]
    is_failed = np.isin(np.arange(2 * N), failed)[rows]
    return launch_group(group, seed, runs, threats, t_launch, is_failed)


@pytest.fixture(scope="module")
def flown(group: Group) -> Flown:
    return launched(group)


def test_shapes_and_types(group: Group, flown: Flown):
    n, paths = 2 * N, flown.paths
    assert flown.launches.shape == (n, 7)
    assert flown.aims.shape == (n, 3)
    assert flown.status.shape == flown.miss.shape == flown.t_level.shape == (n,)
    assert paths.knots.shape[0] == n
    assert paths.knots.shape[2] == 7
    assert paths.impact.shape == (n, 4)
    assert flown.status.dtype == paths.status.dtype == paths.n_knots.dtype == np.int64
    assert not paths.status.any()
    assert not flown.status.any()


def test_paths_run_from_launch_to_impact(group: Group, flown: Flown):
    paths = flown.paths
    for i in range(2 * N):
        knots = paths.knots[i, : paths.n_knots[i]]
        assert np.isfinite(knots).all()
        assert (np.diff(knots[:, 0]) > 0.0).all()
        assert knots[0, 0] == pytest.approx(flown.launches[i, 3])
        assert knots[-1, 0] == pytest.approx(paths.impact[i, 0])
        ends = knots[[0, -1]]
        r, _ = ecefs_from_ecis(ends[:, 1:4].copy(), ends[:, 4:].copy(), ends[:, 0].copy())
        places = geodetics_from_ecefs(r)
        assert distance(*places[0, :2], *flown.launches[i, :2]) < 5.0
        assert distance(*places[1, :2], *paths.impact[i, 1:3]) < 1.0
        assert abs(places[1, 2]) < 1.0
        assert paths.impact[i, 3] > 10.0  # m/s


def test_flights_come_to_their_drawn_aims(group: Group, flown: Flown):
    for i in range(2 * N):
        miss = distance(*flown.paths.impact[i, 1:3], *flown.aims[i, :2])
        assert miss < max(50.0, 1.5 * flown.miss[i])
    gaps = [distance(*a[:2], *flown.aims[0, :2]) for a in flown.aims[1:]]
    assert min(gaps) > 1.0  # every flight has its own draw


def test_same_seed_same_bytes_other_seed_other_aims(group: Group, flown: Flown):
    again, other = launched(group), launched(group, seed=4)
    for f in fields(Flown):
        mine, its = getattr(flown, f.name), getattr(again, f.name)
        for a, b in zip(*(x if isinstance(x, tuple) else (x,) for x in (mine, its)), strict=True):
            if a.ndim < 3:  # beyond the last knot there may be anything
                assert a.tobytes() == b.tobytes(), f.name
    assert not np.array_equal(flown.aims, other.aims)


def test_a_flight_is_the_same_alone(group: Group, flown: Flown):
    alone = launched(group, rows=slice(5, 6))
    assert np.array_equal(alone.paths.impact[0], flown.paths.impact[5], equal_nan=True)
    n = int(flown.paths.n_knots[5])
    assert int(alone.paths.n_knots[0]) == n
    assert np.array_equal(alone.paths.knots[0, :n], flown.paths.knots[5, :n])


def test_the_group_is_only_read(group: Group):
    before = pickle.dumps(group)
    launched(group)
    assert pickle.dumps(group) == before


def test_a_failed_one_falls_short_and_the_others_do_not_notice(group: Group, flown: Flown):
    with_failures = launched(group, failed=(2, 6))
    impacts = with_failures.paths.impact
    assert not with_failures.paths.status.any()
    sound = [0, 1, 3, 4, 5, 7]
    assert np.array_equal(impacts[sound], flown.paths.impact[sound])
    has_thrust = group.vehicle is None or len(group.vehicle.stages) > 0
    for i in (2, 6):  # a shell without a motor that fails comes down all the same, as a dud
        assert bool(impacts[i, 0] < flown.paths.impact[i, 0]) is has_thrust
        assert math.isfinite(impacts[i].sum())


def test_a_kind_pickles_and_so_does_what_it_gives(group: Group, flown: Flown):
    kind = FLIGHTS[group.flight]
    assert pickle.loads(pickle.dumps(kind)) is kind
    assert kind.__doc__
    copy = pickle.loads(pickle.dumps(flown))
    assert np.array_equal(copy.paths.impact, flown.paths.impact)
    assert pickle.loads(pickle.dumps(group)).flight == group.flight


def test_no_flights_at_all(group: Group):
    none = np.zeros(0)
    fates = Fates(np.zeros(0, np.bool_), none, none)
    empty = FLIGHTS[group.flight](group, np.zeros((0, 7)), np.zeros((0, 3)), fates)
    assert empty.paths.impact.shape == (0, 4)
