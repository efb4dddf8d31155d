"""Swarms: lanes side by side, and a share of them without a warhead."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.errors import ScenarioError
from opendome.scenario import load
from opendome.world import world
from opendome.world.build import build
from opendome.world.model import WorldModel
from opendome.world.objects import DECOY
from tests.unit.world.raids import raid

SWARM: dict[str, Any] = {
    "name": "swarm",
    "system": "drone_swarm",
    "launch": {"lat_deg": 26.0, "lon_deg": 52.0},
    "aim": "base",
    "waypoints": [{"lat_deg": 25.0, "lon_deg": 52.0}],
    "salvo_size": 5,
    "spacing_s": 0,
    "salvo_interval_s": 4,
}


def swarm(count: int, **overrides: Any) -> WorldModel:
    """Drones that fly due south in rows of five, 200 m apart, if nothing else is said."""
    group = {**SWARM, "count": count, "overrides": {"reliability": 1, "cep_m": 0, **overrides}}
    return build(load({**raid(("scud",)), "threats": [group]}), {})


def test_a_swarm_flies_in_lanes() -> None:
    model = swarm(10)
    state = world.begin(model, 3, [0])
    truth = world.snapshot(model, state, 1500.0)  # 75 km of the way, before the waypoint
    assert truth.is_level.all()
    lat, lon, _ = (np.arctan2(truth.r_ecef[:, 2], np.hypot(*truth.r_ecef[:, :2].T)),
                   np.arctan2(truth.r_ecef[:, 1], truth.r_ecef[:, 0]), 0)  # fmt: skip
    west = -(lon - np.radians(52.0)) * np.cos(lat) * EARTH_RADIUS_MEAN
    np.testing.assert_allclose(west[:5], [-400.0, -200.0, 0.0, 200.0, 400.0], atol=3.0)
    np.testing.assert_allclose(west[5:], west[:5], atol=3.0)
    north = lat * EARTH_RADIUS_MEAN
    np.testing.assert_allclose(north[5:] - north[:5], 4.0 * 50.0, atol=3.0)  # a row behind


def test_all_lanes_end_at_the_aim() -> None:
    model = swarm(10)
    rec = world.begin(model, 3, [0]).threats
    assert np.ptp(rec.impact_lat) * EARTH_RADIUS_MEAN < 5.0
    assert np.ptp(rec.impact_lon) * EARTH_RADIUS_MEAN < 5.0


@pytest.mark.parametrize(("share", "count", "n"), [(0.0, 7, 0), (0.43, 100, 43), (1.0, 9, 9)])
def test_the_share_without_warheads_is_even(share: float, count: int, n: int) -> None:
    model = swarm(count, **{"swarm.decoy_share": share})
    unarmed = model.objects.role == DECOY
    assert unarmed.sum() == n
    np.testing.assert_array_equal(unarmed, ~model.objects.is_armed)
    if 0 < n < count:  # never two shares from the even one
        assert np.abs(np.cumsum(unarmed) - share * np.arange(1, count + 1)).max() <= 1.0
    assert model.threats.cost[unarmed].tolist() == [10000.0] * n
    assert (model.threats.cost[~unarmed] == 50000.0).all()
    for column in (model.threats.rcs, model.threats.log_beta):
        assert np.ptp(column) == 0.0  # they look alike


def test_what_has_no_warhead_threatens_nothing() -> None:
    model = swarm(20, **{"swarm.decoy_share": 0.5})
    rec = world.begin(model, 3, [0, 1]).threats
    unarmed = ~model.objects.is_armed[rec.threat]
    assert (rec.asset[unarmed] == -1).all()
    assert (rec.asset[~unarmed] == 0).all()


def test_only_flyers_on_wings_swarm() -> None:
    group = {"name": "scud", "system": "srbm", "count": 1, "aim": "base",
             "launch": {"lat_deg": 26.2, "lon_deg": 51.0},
             "overrides": {"swarm.abreast": 2}}  # fmt: skip
    with pytest.raises(ScenarioError, match="only flyers on wings swarm, its steering is cutoff"):
        load({**raid(("scud",)), "threats": [group]})
