"""Shot doctrine through the whole simulator, against closed forms that know nothing of it.

The public arithmetic of the ground-based midcourse defense: 44 interceptors, four a target, single
shots that kill with 0.56, or with 12/21 as in the intercept tests of 1999 to 2023. Pictures are
perfect and engagements tabled, so that every shot is one draw; who shoots when, with what is left,
is the simulator's own affair. Checks are two-sided with a false-alarm chance of 0.1 % each, on
fixed seeds.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import opendome as od

FALSE_ALARM = 1e-3
BATTERIES = ("fort_greely", "vandenberg")
SHORT, LONG = 200, 15_000  # runs: of every change, and nightly


def arithmetic(p_kill: float, *settings: str) -> od.Scenario:
    """The shipped scenario with shots of one chance, and looks that do not err."""
    chances = [f"weapons.{b}.overrides.p_kill={p_kill}" for b in BATTERIES]
    looks = [f"weapons.{b}.overrides.p_assess_error=0" for b in BATTERIES]
    fast = ["picture=perfect", "engagement=tabled", "step_s=10"]
    sure = "threats.icbm.overrides.reliability=1"
    return od.load("limited_icbm", [*fast, *chances, *looks, sure, *settings])


def column(campaign: od.Campaign, name: str) -> np.ndarray:
    return campaign.table("runs", [name]).column(name).to_numpy()


def agrees(hits: int, n: int, p: float) -> bool:
    """Whether so many hits are what a binomial chance p gives."""
    low, high = stats.binom.interval(1.0 - FALSE_ALARM, n, p)
    return bool(low <= hits <= high)


def check_eleven_of_eleven(p_kill: float, runs: int, seed: int) -> None:
    four = 1.0 - (1.0 - p_kill) ** 4
    campaign = od.run_many(arithmetic(p_kill, "threats.icbm.count=11"), runs, seed)
    leakers = column(campaign, "leakers")
    assert (column(campaign, "threatening") == 11).all()
    assert (column(campaign, "shots") == 44).all()
    assert agrees(int(np.sum(11 - leakers)), 11 * runs, four)
    assert agrees(int(np.sum(leakers == 0)), runs, four**11)
    assert stats.chisquare(*distribution(leakers, 11, 1.0 - four)).pvalue > FALSE_ALARM


def distribution(leakers: np.ndarray, n: int, p: float) -> tuple[np.ndarray, np.ndarray]:
    """Runs with 0, 1, 2 and more leakers, and how many there should be."""
    found = np.bincount(np.minimum(leakers, 3), minlength=4).astype(float)
    chance = stats.binom.pmf(np.arange(3), n, p)
    return found, len(leakers) * np.append(chance, 1.0 - chance.sum())


def check_the_twelfth_leaks(p_kill: float, runs: int, seed: int) -> None:
    four = 1.0 - (1.0 - p_kill) ** 4
    campaign = od.run_many(arithmetic(p_kill, "threats.icbm.count=12"), runs, seed)
    threats = campaign.table("threats", ["run", "n_shots", "outcome"])
    shots = threats.column("n_shots").to_numpy().reshape(runs, 12)
    leaked = (np.array(threats.column("outcome").to_pylist()) == "leaked").reshape(runs, 12)
    assert (np.sort(shots, axis=1) == [0] + 11 * [4]).all()
    assert leaked[shots == 0].all()
    assert agrees(int(np.sum(~leaked)), 11 * runs, four)


def check_shoot_look_shoot(p_kill: float, runs: int, seed: int) -> None:
    """One threat that leaves time for three rounds, each after the look at the one before."""
    n, rule = 3, "command.nodes[0].doctrine"
    campaign = od.run_many(
        arithmetic(p_kill, "threats.icbm.count=1", f"{rule}.salvo=1", f"{rule}.max_rounds={n}"),
        runs,
        seed,
    )
    shots, survival = column(campaign, "shots"), 1.0 - p_kill
    chances = np.array([p_kill, survival * p_kill, survival**2])
    mean = (1.0 - survival**n) / p_kill
    assert mean == pytest.approx(float(chances @ [1, 2, 3]))
    sigma = math.sqrt(float(chances @ (np.array([1, 2, 3]) - mean) ** 2) / runs)
    assert abs(shots.mean() - mean) < stats.norm.isf(FALSE_ALARM / 2) * sigma
    found = np.bincount(shots, minlength=4)[1:]
    assert stats.chisquare(found, runs * chances).pvalue > FALSE_ALARM
    assert agrees(int(np.sum(column(campaign, "leakers") == 0)), runs, 1.0 - survival**n)


def test_gmd_arithmetic_eleven_of_eleven() -> None:
    """(1 - 0.44^4)^11 = 0.657."""
    check_eleven_of_eleven(0.56, SHORT, 1)


def test_gmd_arithmetic_the_twelfth_leaks() -> None:
    check_the_twelfth_leaks(0.56, SHORT // 4, 2)


def test_shoot_look_shoot_rounds_and_kills() -> None:
    """(1 - (1 - p)^n) / p rounds for the kill chance of a salvo of n."""
    check_shoot_look_shoot(0.56, SHORT, 3)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("p_kill", [0.56, 12 / 21])
def test_gmd_arithmetic_to_a_hundredth(p_kill: float) -> None:
    """So many runs that the 99 % interval of the chance of no leak is within 0.01 either way."""
    four = 1.0 - (1.0 - p_kill) ** 4
    half = stats.norm.isf(0.005) * math.sqrt(four**11 * (1.0 - four**11) / LONG)
    assert half < 0.01
    check_eleven_of_eleven(p_kill, LONG, 4)
    check_the_twelfth_leaks(p_kill, LONG // 10, 5)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("p_kill", [0.25, 0.56, 0.75])
def test_shoot_look_shoot_to_a_hundredth(p_kill: float) -> None:
    check_shoot_look_shoot(p_kill, LONG, 6)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_links_of_the_chain_at_full_fidelity() -> None:
    """Drawn links have their chances; what is flown costs a well-seen threat next to nothing."""
    settings = ["threats.icbm.count=11", "threats.icbm.overrides.reliability=1"]
    scenario = od.load("limited_icbm", settings)
    system = scenario.weapons[0].system
    campaign = od.run_many(scenario, 40, 7)
    (chain,) = campaign.query(
        "select count(*) as n, count(*) filter (is_reliable) as works, "
        "count(*) filter (not isnan(miss)) as met, "
        "count(*) filter (is_discriminated) as is_right, "
        "count(*) filter (is_lethal) as lethal, count(*) filter (is_kill) as kills, "
        "count(*) filter (is_kill and not (is_reliable and is_acquired and is_discriminated "
        "and is_lethal)) as unearned from engagements"
    ).to_pylist()
    assert agrees(chain["works"], chain["n"], system.p_reliability)
    assert agrees(chain["is_right"], chain["n"], system.p_discrimination)
    assert chain["lethal"] > 0.95 * chain["met"]
    assert chain["kills"] == column(campaign, "intercepted").sum()
    assert chain["unearned"] == 0
