"""Saturation appears by itself: a raid outgrows the magazine or the channels, and more leaks.

Where the knee lies follows from the scenario's numbers (`docs/validation_saturation.py`): rounds
over the salvo; or channels, times the rounds that one channel serves in turn before the last chance
to launch. Why a threat was not fired at is read from the record of the shots. Checks are two-sided
with a false-alarm chance of 0.1 % each, on fixed seeds.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy import stats

from docs.validation_saturation import (
    Battery,
    Found,
    capacity,
    expected_leakers,
    fight,
    order_times,
    scenario,
)

FALSE_ALARM = 1e-3
ONE_BY_ONE, AT_ONCE = 3.0, 0.0  # s between rockets
REAL = ("picture=tracked", "engagement=flown")
STREAM = (15.0, 75.0)  # s after the launch of a rocket: orders at it, whatever came before


@cache
def fought(n: int, spacing: float, battery: Battery, runs: int, *settings: str) -> Found:
    """Runs of a case."""
    when = STREAM if spacing else order_times(battery)
    return fight(scenario(n, spacing, battery, *settings), runs, when)


def agrees(stopped: int, n: int, p: float) -> bool:
    """Whether so many are what a binomial chance p gives."""
    low, high = stats.binom.interval(1.0 - FALSE_ALARM, n, p)
    return bool(low <= stopped <= high)


def check_magazine(n: int, battery: Battery, runs: int) -> None:
    """Rounds are all fired or all threats served; leakers are as many as chance and rounds say."""
    found = fought(n, ONE_BY_ONE, battery, runs)
    assert (found.shots == min(n * battery.salvo, battery.rounds)).all()
    leakers = expected_leakers(n, battery, battery.p_kill)
    assert agrees(int(np.sum(n - found.leakers)), n * runs, 1.0 - leakers / n)
    unfired = max(0, n - math.ceil(battery.rounds / battery.salvo))
    assert (found.unfired == unfired).all()
    assert found.no_channel == 0.0
    assert found.no_round == (1.0 if unfired else 0.0)


def check_channels(n: int, battery: Battery, runs: int) -> None:
    """As many threats are fired at as the channels serve in turn."""
    served = capacity(battery)
    found = fought(n, AT_ONCE, battery, runs)
    assert (found.shots == min(n, served)).all()
    leakers = expected_leakers(n, battery, battery.p_kill, served)
    assert agrees(int(np.sum(n - found.leakers)), n * runs, 1.0 - leakers / n)
    assert (found.unfired == max(0, n - served)).all()
    assert found.no_round == 0.0
    assert found.no_channel == (1.0 if n > served else 0.0)


@pytest.mark.parametrize("n", [8, 10, 11, 18])
def test_rounds_run_out(n: int) -> None:
    """21 rounds, two a threat: ten are served in full, an eleventh gets one, others none."""
    check_magazine(n, Battery(rounds=21, salvo=2), 20)


@pytest.mark.parametrize("n", [15, 16, 17, 26])
def test_channels_run_out(n: int) -> None:
    """Four channels, and time for four rounds on each, one after the other."""
    battery = Battery(channels=4, reaction=1.0)
    assert capacity(battery) == 16
    check_channels(n, battery, 20)


def test_a_slow_launcher_saturates_sooner() -> None:
    """Each turn of a channel is 6 s longer: three fit, not four."""
    battery = Battery(channels=4, reaction=7.0)
    assert capacity(battery) == 12
    check_channels(12, battery, 10)
    check_channels(14, battery, 10)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("n", [10, 20, 30, 60])
@pytest.mark.parametrize("salvo", [1, 2, 3])
def test_leakage_by_rounds(n: int, salvo: int) -> None:
    check_magazine(n, Battery(rounds=40, salvo=salvo, p_kill=0.6), 60)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("n", [4, 12, 20, 32, 60])
@pytest.mark.parametrize("channels", [2, 6])
@pytest.mark.parametrize("reaction", [1.0, 7.0])
def test_leakage_by_channels(n: int, channels: int, reaction: float) -> None:
    check_channels(n, Battery(channels=channels, reaction=reaction, p_kill=0.6), 60)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("battery", "spacing", "served"),
    [
        (Battery(rounds=21), ONE_BY_ONE, 21),
        (Battery(channels=4, reaction=1.0), AT_ONCE, 16),
        (Battery(channels=4, reaction=7.0), AT_ONCE, 12),
    ],
)
def test_the_knee_is_there_at_full_fidelity(battery: Battery, spacing: float, served: int) -> None:
    """Seen, tracked and flown: rounds kill as often as below the knee, and no more are fired."""
    runs = 20
    below = fought(served, spacing, battery, runs, *REAL)
    assert np.mean(below.shots == served) > 0.9
    killed, fired = int(np.sum(served - below.leakers)), served * runs
    for n in (served + 4, 2 * served):
        found = fought(n, spacing, battery, runs, *REAL)
        assert np.mean(found.shots == served) > 0.9
        stopped = int(np.sum(n - found.leakers))
        odds = [[killed, fired - killed], [stopped, fired - stopped]]
        assert stats.fisher_exact(odds).pvalue > FALSE_ALARM
        assert (found.no_round if spacing else found.no_channel) > 0.9
        assert (found.no_channel if spacing else found.no_round) == 0.0
