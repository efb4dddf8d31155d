"""Shot doctrine in closed form, as published; the simulator plays some of it.

GMD: 44 interceptors, four a target, hence eleven targets (Missile Defense Agency statements; Arms
Control Association). 12 hits in 21 tests, 1999 to 2023; 0.56 is the usual assumption. D. A.
Wilkening, Science and Global Security 8 (1999), and 1998 for 20 warheads; W. P. Hughes, Naval
Research Logistics 42 (1995). The whole simulator against the same forms at length:
tests/statistical/test_closed_forms.py.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.studies import doctrine
from opendome.studies.inputs import read_inputs
from opendome.studies.published.hughes import Force, losses
from opendome.studies.raids import Raid, play
from opendome.studies.shot_doctrine import DoctrineInputs, answer


@pytest.mark.parametrize(
    ("p_kill", "two", "four", "eleven"),
    [(12 / 21, 0.816, 0.966, 0.686), (0.56, 0.806, 0.963, 0.657)],
)
def test_gmd_arithmetic(p_kill: float, two: float, four: float, eleven: float) -> None:
    assert doctrine.salvo_kill(p_kill, 2) == pytest.approx(two, abs=5e-4)
    assert doctrine.salvo_kill(p_kill, 4) == pytest.approx(four, abs=5e-4)
    assert doctrine.no_leak_of_stock(11, 44, 4, p_kill) == pytest.approx(eleven, abs=5e-4)


def test_gmd_the_twelfth_target_leaks() -> None:
    assert doctrine.spread(12, 44, 4) == 11 * [4] + [0]
    assert doctrine.no_leak_of_stock(12, 44, 4, 0.56) == 0.0
    more = doctrine.mean_leakers(12, 44, 4, 0.56) - doctrine.mean_leakers(11, 44, 4, 0.56)
    assert more == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("warheads", "kill"), [(1, 0.8000), (4, 0.9457), (10, 0.9779), (20, 0.9889)]
)
def test_wilkening_kill_wanted_for_eight_in_ten(warheads: int, kill: float) -> None:
    assert doctrine.kill_wanted(0.8, warheads) == pytest.approx(kill, abs=5e-5)
    assert doctrine.no_leak(doctrine.kill_wanted(0.8, warheads), warheads) == pytest.approx(0.8)


def test_wilkening_a_shared_failure_bounds_everything() -> None:
    for rounds in (1, 2, 5, 50, 1000):
        chance = doctrine.no_leak_of_stock(10, 10_000, rounds, 0.7, (1.0, 0.95))
        assert chance <= 0.95
    assert chance == pytest.approx(0.95)
    assert doctrine.rounds_wanted(0.96, 0.95, 0.7) == math.inf
    got = answer(read_inputs(DoctrineInputs, "shot_doctrine", ["runs=0", "p_common=0.7"]))
    assert got.rounds_wanted == math.inf


@pytest.mark.parametrize("p_kill", [0.25, 0.56, 0.7, 0.9])
@pytest.mark.parametrize("tries", [1, 2, 4, 7])
def test_shoot_look_shoot(p_kill: float, tries: int) -> None:
    """Mean of rounds counted one by one, and the kill chance of a salvo."""
    chances = [p_kill * (1 - p_kill) ** k for k in range(tries - 1)]
    chances.append(1.0 - sum(chances))
    mean = sum(c * (k + 1) for k, c in enumerate(chances))
    assert doctrine.rounds_with_looks(p_kill, tries) == pytest.approx(mean)
    killed = sum(p_kill * (1 - p_kill) ** k for k in range(tries))
    assert doctrine.salvo_kill(p_kill, tries) == pytest.approx(killed)


def test_wilkening_1998_twenty_warheads() -> None:
    """About 113 in barrage (5.65 each), about 47 in two turns: S, with the closed form as gate."""
    sets = ["threats=20", "interceptors=200", "p_track=0.99", "p_kill=0.7", "runs=0"]
    got = answer(read_inputs(DoctrineInputs, "shot_doctrine", sets))
    assert got.rounds_wanted == pytest.approx(5.65, abs=5e-3)
    assert got.barrage == pytest.approx(113, abs=0.5)
    assert got.two_turns == pytest.approx(46.6, abs=0.05)


def test_hughes_salvo_equations() -> None:
    a = Force(ships=2, striking=4, defense=4, staying=1, scouting=1)
    b = Force(ships=5, striking=8, defense=0, staying=2, scouting=0.5)
    assert losses(a, b) == 12
    assert losses(b, a) == 4
    assert losses(Force(3, 0, 10, 1), b) == 0


@pytest.mark.parametrize("n", [5, 8])
def test_leakers_are_binomial(n: int) -> None:
    chances = [doctrine.chance_of_leakers(n, 0.9, k) for k in range(n + 1)]
    assert sum(chances) == pytest.approx(1.0)
    assert np.dot(chances, range(n + 1)) == pytest.approx(0.1 * n)
    assert chances[0] == pytest.approx(doctrine.no_leak(0.9, n))


@pytest.mark.compiled
@pytest.mark.parametrize(
    "raid", [Raid(6, 14, 2, 0.7), Raid(1, 8, 3, 0.4, has_looks=True)], ids=["salvo", "looks"]
)
def test_the_simulator_agrees_with_the_forms(raid: Raid) -> None:
    """Inside its own 99 % interval, for inputs that are nobody's."""
    played = play(raid, 300, 5)
    chance = doctrine.no_leak_of_stock(raid.threats, raid.interceptors, raid.rounds, raid.p_kill)
    assert played.no_leak.low < chance < played.no_leak.high
    leakers = doctrine.mean_leakers(raid.threats, raid.interceptors, raid.rounds, raid.p_kill)
    assert played.leakers.low < leakers < played.leakers.high
    if raid.has_looks:
        shots = raid.threats * doctrine.rounds_with_looks(raid.p_kill, raid.rounds)
        assert played.shots.low < shots < played.shots.high
    else:
        assert played.shots.value == min(raid.interceptors, raid.threats * raid.rounds)
