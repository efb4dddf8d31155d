"""Lasers and weather in the file: what is refused, what is odd, what stands in the catalog."""

from __future__ import annotations

from typing import Any

import pytest

from opendome.errors import ScenarioError
from opendome.scenario import check, entry
from opendome.scenario.scenario import Scenario
from tests.unit.simulation.drones import drone_raid


def laser(overrides: dict[str, Any] | None = None, **keys: Any) -> Scenario:
    battery = {"system": "high_energy_laser", "overrides": overrides or {}}
    battery |= {k: keys.pop(k) for k in ("launchers", "unit") if k in keys}
    return drone_raid(battery, **keys)


def refusal(**keys: Any) -> str:
    with pytest.raises(ScenarioError) as caught:
        laser(**keys)
    return str(caught.value)


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        ({"beam.power_kw": 0}, "beam.power_kw is 0 kw; allowed: above 0, up to 100000 kw."),
        ({"beam.max_dwell_s": 0}, "beam.max_dwell_s is 0 s; allowed: above 0, up to 600 s."),
        ({"beam.slew_deg_s": 0}, "beam.slew_deg_s is 0 deg_s; allowed: above 0, up to 1000 deg_s."),
        ({"beam.fluence_level_kj_cm2": 0}, "is 0 kj_cm2; allowed: above 0, up to 1000 kj_cm2."),
        ({"beam.quality_1": 0.5}, "beam.quality_1 is 0.5; allowed: 1 to 50"),
        ({"booster.payload_kg": 3}, "there is no such key"),
        ({"power_kw": 100}, "there is no such key. Did you mean 'beam.power_kw'?"),
        ({"beam.power_w": 1e5}, "beam.power is given in kw. Use beam.power_kw."),
    ],
)
def test_a_laser_without_light_is_refused(overrides: dict[str, Any], line: str) -> None:
    said = refusal(overrides=overrides)
    assert line in said
    assert "\n" not in said


def test_one_laser_is_one_beam() -> None:
    assert refusal(launchers=2) == (
        "scenario: weapons[0].launchers is 2; high_energy_laser is one director with one beam, "
        "allowed: 1. Write a battery for each director."
    )
    assert "shares no channels" in refusal(unit="both")


@pytest.mark.parametrize(
    ("weather", "line"),
    [
        ({"visibility_km": 0}, "weather.visibility_km is 0 km; allowed: above 0, up to 400 km."),
        ({"visibility": 5}, "there is no such key, visibility is given in km. Use visibility_km."),
        ({"cloud_base_km": -1}, "weather.cloud_base_km is -1 km; allowed: 0 to 20 km"),
    ],
)
def test_odd_weather_is_refused(weather: dict[str, float], line: str) -> None:
    assert line in refusal(weather=weather)


def test_what_light_cannot_do_is_said() -> None:
    assert not [line for line in check(laser()) if "laser" in line]
    said = [line for line in check(laser(weather={"cloud_base_km": 0})) if "laser" in line]
    assert said == ["weapons[0] (battery) is a laser, and clouds at 0 m hide everything from it."]


def test_a_threat_that_no_light_destroys_is_said() -> None:
    raid = laser(threat={"fluence_kj_cm2": None})
    assert [line for line in check(raid) if "none has a fluence_kj_cm2" in line]


def test_the_catalog_speaks_of_one_laser() -> None:
    assert entry("iron_beam") is entry("helios") is entry("high_energy_laser")
    assert entry("high_energy_laser").is_modelled
