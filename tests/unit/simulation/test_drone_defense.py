"""Batteries made for drones, in battle: what they shoot down, and what becomes of their rounds."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest

from opendome.scenario.scenario import Scenario
from opendome.simulation.build import compile_scenario
from opendome.simulation.run import simulate
from tests.unit.simulation.drones import drone_raid


def test_coyotes_shoot_down_drones() -> None:
    battery = {"system": "coyote2", "overrides": {"launchers": 2, "channels": 8}}
    tables = simulate(compile_scenario(drone_raid(battery)), 1, range(8), []).tables
    shots = tables["engagements"].to_pydict()
    works = np.array(shots["is_reliable"]) & np.array(shots["is_discriminated"])
    met = np.array(shots["is_acquired"])
    assert len(works) >= 55
    assert met[np.array(shots["is_reliable"])].mean() > 0.85
    kills = np.array(shots["is_kill"])
    assert kills[met & works].mean() > 0.95
    pace = [
        (b - a)
        for a, b in zip(shots["t_launch"], shots["t_intercept"], strict=True)
        if b == b and b
    ]
    assert 10.0 < np.median(pace) < 90.0  # subsonic: a minute and more for ten kilometres
    outcomes = tables["threats"].to_pydict()["outcome"]
    assert outcomes.count("intercepted") > 0.55 * len(outcomes)


LASER = {"system": "high_energy_laser"}
P_BEAM = 0.9 * 0.889  # of the catalog: it works, and stays on the weak spot


def tables_of(scenario: Scenario, runs: range = range(12)) -> dict[str, Any]:
    return simulate(compile_scenario(scenario), 1, runs, []).tables


def kills_and_dwells(tables: dict[str, Any]) -> tuple[int, int]:
    kills = tables["engagements"].to_pydict()["is_kill"]
    return sum(kills), len(kills)


@pytest.mark.parametrize("engagement", ["flown", "tabled"])
def test_a_dwell_kills_with_its_chance(engagement: str) -> None:
    """Both ways give p_reliability p_discrimination = p_kill, within 4 standard deviations."""
    raid = drone_raid(LASER, 40, spacing=2.0, engagement=engagement)
    tables = tables_of(raid, range(8))
    kills, dwells = kills_and_dwells(tables)
    assert dwells > 200
    assert abs(kills - P_BEAM * dwells) < 4.0 * (dwells * P_BEAM * (1.0 - P_BEAM)) ** 0.5
    shots = tables["engagements"].to_pydict()
    took = np.array(shots["t_intercept"], dtype=float) - np.array(shots["t_launch"])
    took = took[np.array(shots["is_kill"])]
    assert np.all((took > 1.0) & (took < 12.0))  # a turn, settling, and a dwell of seconds


def test_one_beam_is_saturated_and_a_second_is_worth_as_much() -> None:
    """One threat at a time: what comes at once gets past one beam."""
    raid = drone_raid(LASER, 60, spacing=0.5)
    shots = tables_of(raid, range(3))["engagements"].to_pydict()
    for run in range(3):
        mine = np.array(shots["run"]) == run
        begins = np.array(shots["t_launch"])[mine]
        ends = np.fmax(begins, np.nan_to_num(np.array(shots["t_intercept"], float)[mine]))
        assert np.all(begins[1:] >= ends[:-1])  # never two at a time
        assert 30 < len(begins) < 60  # 340 s from its reach to the base: 5 s each at the end
    alone = sum(shots["is_kill"])
    assert alone < 0.8 * 3 * 60
    weapons = [
        {"name": name, "node": "c2", "lat_deg": 32.0, "lon_deg": lon, **LASER}
        for name, lon in (("a", 35.0), ("b", 35.001))
    ]
    both = kills_and_dwells(
        tables_of(drone_raid(LASER, 60, spacing=0.5, weapons=weapons), range(3))
    )
    assert both[0] > 1.25 * alone


@pytest.mark.parametrize(
    "weather", [{"cloud_base_km": 0.05}, {"visibility_km": 0.2}], ids=["clouds", "fog"]
)
def test_bad_air_leaves_it_helpless(weather: dict[str, float]) -> None:
    tables = tables_of(drone_raid(LASER, weather=weather), range(4))
    assert kills_and_dwells(tables)[0] <= 2
    outcomes = tables["threats"].to_pydict()["outcome"]
    assert outcomes.count("leaked") >= 0.9 * len(outcomes)


def test_haze_lets_them_nearer() -> None:
    def where(visibility: float) -> float:
        raid = drone_raid(LASER, weather={"visibility_km": visibility})
        shots = tables_of(raid, range(3))["engagements"].to_pydict()
        lon = np.array(shots["lon"], dtype=float)[np.array(shots["is_kill"])]
        return float(np.nanmax(np.radians(35.0) - lon) * 6.378e6 * np.cos(np.radians(32.0)))

    assert 8e3 < where(23.0) < 10e3
    assert 4.5e3 < where(5.0) < 7e3
    assert where(2.0) < 3.5e3


def test_what_needs_more_than_it_gives_survives() -> None:
    tables = tables_of(drone_raid(LASER, threat={"fluence_kj_cm2": 200}), range(4))
    kills, dwells = kills_and_dwells(tables)
    assert kills == 0
    assert dwells > 20
    assert set(tables["threats"].to_pydict()["outcome"]) == {"leaked"}


def test_dwells_do_not_depend_on_batches_and_the_model_pickles() -> None:
    model = compile_scenario(drone_raid(LASER, 20, spacing=1.0))
    together = simulate(model, 1, range(2), []).tables["engagements"]
    again = pickle.loads(pickle.dumps(model))
    for run in range(2):
        alone = simulate(again, 1, range(run, run + 1), []).tables["engagements"]
        mine = together.filter(pc.equal(together["run"], run))
        assert repr(alone.to_pydict()) == repr(mine.to_pydict())
