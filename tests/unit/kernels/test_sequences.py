"""The dynamic program over salvos, against every sequence of salvos written out."""

import itertools

import numpy as np
import pytest

from opendome.kernels.sequences import (
    WAIT,
    Prices,
    Schedule,
    Sequences,
    advantages,
    allot,
    channel_sums,
    columns,
    sequences,
    tails,
    values,
)

SALVO = 2
SLOTS = 14


def a_schedule(rng, n=4, b=3):
    first = rng.integers(0, 5, (n, b))
    flight = rng.integers(1, 4, (n, b))
    p_kill = np.where(rng.random((n, b)) < 0.7, rng.uniform(0.3, 0.95, (n, b)), 0.0)
    return Schedule(
        rng.uniform(1.0, 9.0, n),
        np.ones(n),
        rng.integers(0, 3, n),
        p_kill,
        first,
        first + rng.integers(0, 4, (n, b)),
        flight,
        flight + rng.integers(0, 3, (n, b)),
    )


def some_prices(rng, b=3):
    return Prices(rng.uniform(0.0, 1.5, b), rng.uniform(0.0, 0.3, (b, SLOTS)))


def begin(schedule, n_slots=SLOTS):
    """Period in which each slot begins, and the end."""
    return schedule.starts if len(schedule.starts) else np.arange(n_slots + 1)


def after(schedule, slot, periods):
    """First slot that begins so many periods after another, the last at most."""
    starts = begin(schedule)
    return min(int(np.searchsorted(starts, starts[slot] + periods)), len(starts) - 2)


def every_sequence(schedule, j, t):
    """All sequences of salvos (slot, battery, rounds) at a threat from slot t on."""
    yield ()
    for slot in range(t, len(begin(schedule)) - 1):
        for b, k in itertools.product(range(schedule.p_kill.shape[1]), range(1, SALVO + 1)):
            if schedule.p_kill[j, b] > 0 and schedule.first[j, b] <= slot <= schedule.last[j, b]:
                for rest in every_sequence(
                    schedule, j, after(schedule, slot, schedule.known[j, b])
                ):
                    yield ((slot, b, k), *rest)


def loss(schedule, prices, j, sequence):
    """Expected loss and price of a sequence, term by term."""
    alive, total, starts = 1.0, 0.0, begin(schedule)
    for slot, b, k in sequence:
        held = 0.0
        for period in range(starts[slot], starts[slot] + schedule.flight[j, b]):
            s = np.searchsorted(starts, period, side="right") - 1
            if s < prices.channel.shape[1]:
                held += prices.channel[b, s] / (starts[s + 1] - starts[s])
        total += alive * k * (prices.round[b] + held)
        alive *= (1.0 - schedule.p_kill[j, b]) ** k
    return total + alive * schedule.value[j]


UNEVEN = np.array([0, 1, 2, 4, 6, 9, 12, 15, 20, 21])


def some_slots(schedule, is_even):
    """Slots of one period, or those of UNEVEN; how many they are."""
    return (schedule, SLOTS) if is_even else (schedule._replace(starts=UNEVEN), len(UNEVEN) - 1)


@pytest.mark.parametrize("is_even", [True, False])
@pytest.mark.parametrize("seed", range(12))
def test_values_are_the_least_over_every_sequence(seed, is_even):
    rng = np.random.default_rng(seed)
    schedule, n_slots = some_slots(a_schedule(rng), is_even)
    prices = some_prices(rng)
    if not is_even:
        prices = prices._replace(channel=prices.channel[:, : n_slots - 1])
    worth, battery, rounds = values(schedule, prices, SALVO, n_slots)
    found = sequences(schedule, battery, rounds, 6)
    for j, t in enumerate(schedule.ready):
        least = min(loss(schedule, prices, j, s) for s in every_sequence(schedule, j, t))
        assert worth[j, t] == pytest.approx(least, abs=1e-12)
        own = tuple(
            (found.slot[j, k], found.battery[j, k], found.rounds[j, k])
            for k in range(found.length[j])
        )
        assert loss(schedule, prices, j, own) == pytest.approx(least, abs=1e-12)


@pytest.mark.parametrize("is_even", [True, False])
def test_columns_hold_expected_use_and_leak(is_even):
    rng = np.random.default_rng(3)
    schedule, n_slots = some_slots(a_schedule(rng), is_even)
    schedule = schedule._replace(chance=np.array([1.0, 0.25, 1.0, 0.5]))
    prices, now = some_prices(rng), 1
    prices = prices._replace(channel=prices.channel[:, :n_slots])
    worth, battery, rounds = values(schedule, prices, SALVO, n_slots)
    schedule = schedule._replace(ready=np.maximum(schedule.ready, now))
    found = columns(schedule, sequences(schedule, battery, rounds, 6), now, n_slots)
    n = len(schedule.value)
    price = np.concatenate([np.zeros(n), prices.round, prices.channel[:, now:].ravel()])
    for j in range(n):
        part = slice(found.start[j], found.start[j + 1])
        assert len(set(found.row[part])) == part.stop - part.start
        assert found.row[part][0] == j
        total = found.leak[j] + price[found.row[part]] @ found.entry[part]
        assert total == pytest.approx(schedule.chance[j] * worth[j, schedule.ready[j]], abs=1e-12)


def test_a_sure_kill_is_followed_by_nothing_that_counts():
    one = np.ones((1, 1), np.int64)
    schedule = Schedule(
        np.array([5.0]),
        np.ones(1),
        np.zeros(1, np.int64),
        np.ones((1, 1)),
        0 * one,
        9 * one,
        one,
        one,
    )
    plans = Sequences(
        np.zeros(1, np.int64),
        np.array([2]),
        np.array([[1, 3]]),
        np.array([[0, 0]]),
        np.array([[1, 1]]),
    )
    found = columns(schedule, plans, 0, SLOTS)
    assert found.leak[0] == 0.0
    assert list(found.row) == [0, 1, 2 + 1]
    assert list(found.entry) == [1.0, 1.0, 1.0]


def test_tails_drop_what_is_past_and_who_is_gone():
    schedule = a_schedule(np.random.default_rng(0), n=2)._replace(ready=np.array([4, 0]))
    plans = Sequences(
        np.array([0, 1, 2, 2]),
        np.array([2, 1, 1, 1]),
        np.array([[3, 5], [7, 0], [2, 0], [6, 0]]),
        np.array([[1, 2], [0, 0], [0, 0], [2, 0]]),
        np.array([[1, 2], [1, 0], [1, 0], [2, 0]]),
    )
    left = tails(schedule, plans, np.array([-1, 1, 0]))
    assert list(left.threat) == [1, 0]
    assert [left.slot[0, 0], left.slot[1, 0]] == [7, 6]
    assert list(left.length) == [1, 1]


def test_advantages_and_values_agree():
    rng = np.random.default_rng(8)
    schedule, prices = a_schedule(rng, n=6)._replace(ready=np.zeros(6, np.int64)), some_prices(rng)
    worth, battery, _ = values(schedule, prices, SALVO, SLOTS)
    for now in range(6):
        gain = advantages(schedule, prices, worth, now, SALVO)
        best = gain.max(axis=(1, 2))
        assert np.allclose(np.maximum(best, 0.0), worth[:, now + 1] - worth[:, now], atol=1e-12)
        assert np.array_equal(battery[:, now] != WAIT, best > 1e-12 * schedule.value)


def test_allot_keeps_the_limits_and_fires_nothing_at_a_loss():
    gain = np.full((4, 2, 2), -np.inf)
    gain[0, 0] = [3.0, 5.0]
    gain[1, 0] = [4.0, -1.0]
    gain[1, 1] = [2.0, 1.0]
    gain[2, 1] = [-0.5, -0.1]
    gain[3, 0] = [1.0, 0.5]
    battery, rounds = allot(gain, np.array([9, 9]), np.array([2, 2]), np.arange(2))
    assert list(battery) == [0, 1, WAIT, WAIT]
    assert list(rounds) == [2, 1, 0, 0]
    battery, rounds = allot(gain, np.array([1, 0]), np.array([9, 9]), np.arange(2))
    assert list(battery) == [WAIT, 0, WAIT, WAIT]


def test_slots_beyond_the_priced_ones_are_free():
    sums = channel_sums(Prices(np.zeros(1), np.array([[1.0, 2.0]])), np.arange(5))
    assert list(sums[0]) == [0.0, 1.0, 3.0, 3.0, 3.0]
