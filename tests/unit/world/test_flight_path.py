"""Depressed and lofted flights chosen by their angle at burn-out."""

from __future__ import annotations

import math
from typing import Any

import pytest

from opendome.errors import ScenarioError
from opendome.scenario import load
from opendome.world.flight_path import angle_at_burnout
from opendome.world.model import Group
from opendome.world.raid import raid_of
from tests.unit.world.raids import raid

SUB: dict[str, Any] = {
    "name": "sub",
    "system": "slbm",
    "count": 1,
    "launch": {"lat_deg": 40.0, "lon_deg": -150.0},
    "aim": {"lat_deg": 45.0, "lon_deg": -120.0},
}


def group_of(**keys: Any) -> Group:
    scenario = {**raid(("scud",)), "duration_s": 20000, "threats": [{**SUB, **keys}]}
    return raid_of(load(scenario))[0][0]


@pytest.mark.parametrize("angle", [15.0, 30.0, 45.0, 60.0])
def test_a_flight_burns_out_at_the_wanted_angle(angle: float) -> None:
    group = group_of(flight_path_deg=angle)
    assert math.degrees(angle_at_burnout(group, 0.0)) == pytest.approx(angle, abs=0.02)


def test_the_steeper_the_higher() -> None:
    tops = [group_of(flight_path_deg=angle).apogee for angle in (12.0, 25.0, 40.0, 55.0)]
    assert tops == sorted(tops)
    assert tops[0] < 300e3
    assert tops[-1] > 900e3


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"flight_path_deg": 89.9}, r"flight_path_deg is 89\.9 deg; .* burn out between .* deg"),
        ({"flight_path_deg": 0}, r"flight_path_deg is 0 deg; allowed: above 0"),
        ({"flight_path_deg": 30, "apogee_km": 500}, "by it or by apogee_km, not by both"),
        (
            {"flight_path_deg": 30, "system": "drone_one_way"},
            "only steering cutoff takes it, that of drone_one_way is waypoints",
        ),
    ],
)
def test_what_cannot_be_is_said(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        group_of(**keys)
