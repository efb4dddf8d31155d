"""A common failure takes away all rounds of a system in a run, or none."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.scenario.load import load
from opendome.simulation.run import compile_scenario, simulate
from tests.unit.simulation.drones import drone_raid

SMALL = ("threats.north.count=4", "threats.east.count=4", "threats.stray.count=1", "step_s=5",
         "picture=perfect")  # fmt: skip


def shots(
    runs: int, chances: tuple[float, ...], engagement: str = "tabled"
) -> dict[str, np.ndarray]:
    """Shots of the small raid under a chance of a common failure for each battery."""
    changes = [f"weapons[{i}].overrides.p_common_failure={p}" for i, p in enumerate(chances)]
    changes += [f"weapons[{i}].overrides.p_kill=0.9" for i in range(2)]
    model = compile_scenario(load("iron_dome_city", [*SMALL, f"engagement={engagement}", *changes]))
    table = simulate(model, 3, range(runs), []).tables["engagements"]
    names = ("run", "battery", "is_reliable", "is_kill")
    return {name: np.array(table.column(name).to_pylist()) for name in names}


@pytest.mark.parametrize("engagement", ["tabled", "flown"])
def test_a_certain_common_failure_leaves_no_kill(engagement: str):
    found = shots(2, (1.0, 1.0), engagement)
    assert len(found["run"]) > 0
    assert not found["is_reliable"].any()
    assert not found["is_kill"].any()


def test_it_takes_all_rounds_of_a_run_or_none_as_often_as_it_says():
    """Four standard errors of a share of 0.3 over 120 runs are 0.17."""
    n, p = 120, 0.3
    found = shots(n, (p, p))
    works = [found["is_reliable"][found["run"] == k] for k in range(n)]
    assert all(w.all() or not w.any() for w in works if len(w))
    share = np.mean([not w.any() for w in works if len(w)])
    assert abs(share - p) < 4 * math.sqrt(p * (1 - p) / n)


def test_without_it_nothing_is_drawn_and_other_lots_stay():
    plain, never = shots(6, ()), shots(6, (0.0, 0.0))
    assert all(np.array_equal(plain[name], never[name]) for name in plain)
    some = shots(6, (0.3, 0.3))
    sound = [k for k in range(6) if some["is_reliable"][some["run"] == k].all()]
    assert sound
    for name in plain:
        for k in sound:
            assert np.array_equal(plain[name][plain["run"] == k], some[name][some["run"] == k])


@pytest.mark.parametrize("engagement", ["tabled", "flown"])
def test_beams_fail_together_too(engagement: str):
    laser = {"system": "high_energy_laser", "overrides": {"p_common_failure": 1.0}}
    raid = drone_raid(laser, 6, spacing=10.0, engagement=engagement)
    shots = simulate(compile_scenario(raid), 1, range(2), []).tables["engagements"]
    assert shots.num_rows > 0
    assert not any(shots.column("is_reliable").to_pylist())
    assert not any(shots.column("is_kill").to_pylist())


def test_satellites_of_a_shell_fail_together_and_those_of_another_kind_do_not():
    """The shell that meets boosters fails for sure; the one in midcourse goes on."""
    sets = ["picture=perfect", "engagement=tabled", "step_s=5",
            "weapons.boost_shell.overrides.p_common_failure=1"]  # fmt: skip
    model = compile_scenario(load("sbi_boost", sets))
    shots = simulate(model, 1, range(2), []).tables["engagements"].to_pydict()
    works = np.array(shots["is_reliable"])
    is_boost = np.array(shots["battery"]) == "boost_shell"
    assert is_boost.any()
    assert not works[is_boost].any()
    assert works[~is_boost].any()
