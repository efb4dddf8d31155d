"""The dynamic program over what is believed, against every sequence of salvos written out."""

import numpy as np
import pytest

from opendome.kernels.fallible_looks import (
    CORNERS,
    Corners,
    corners_of,
    doubted_advantages,
    doubted_sequences,
    hull,
)
from opendome.kernels.sequences import (
    Prices,
    Schedule,
    advantages,
    after_salvo,
    columns,
    sequences,
    values,
)
from tests.unit.kernels.test_sequences import (
    SALVO,
    SLOTS,
    a_schedule,
    begin,
    every_sequence,
    some_prices,
    some_slots,
)


def some_errors(rng, b=3):
    return rng.uniform(0.02, 0.4, (b, 2))


def loss(schedule, prices, j, sequence):
    """Expected loss and price of a sequence, round by round, word by word."""
    starts, total = begin(schedule), 0.0
    states = {(True, True): 1.0}  # chances that it (lives, was said to live)
    for slot, b, k in sequence:
        held = 0.0
        for period in range(starts[slot], starts[slot] + schedule.flight[j, b]):
            s = np.searchsorted(starts, period, side="right") - 1
            if s < prices.channel.shape[1]:
                held += prices.channel[b, s] / (starts[s + 1] - starts[s])
        said = sum(p for (_, said), p in states.items() if said)
        total += said * k * (prices.round[b] + held)
        p, (says_lives, says_dead) = schedule.p_kill[j, b], schedule.word[b]
        apart = {state: chance for state, chance in states.items() if not state[1]}
        now = {state: chance for state, chance in states.items() if state[1]}
        for _ in range(k):
            after = {}
            for (lives, said), chance in now.items():
                for hit, c in ((True, p), (False, 1.0 - p)) if lives else ((True, 1.0),):
                    for word in (True, False):
                        right = 1.0 - (says_lives if hit else says_dead)
                        q = c * (right if word != hit else 1.0 - right)
                        state = (not hit, said and word)
                        after[state] = after.get(state, 0.0) + chance * q
            now = after
        states = now
        for state, chance in apart.items():
            states[state] = states.get(state, 0.0) + chance
    return total + schedule.value[j] * sum(c for (lives, _), c in states.items() if lives)


def doubted(rng, is_even=True, n=4):
    schedule, n_slots = some_slots(a_schedule(rng, n), is_even)
    return schedule._replace(word=some_errors(rng)), n_slots


@pytest.mark.parametrize("is_even", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_values_are_the_least_over_every_sequence(seed, is_even):
    rng = np.random.default_rng(seed)
    schedule, n_slots = doubted(rng, is_even)
    prices = some_prices(rng)
    if not is_even:
        prices = prices._replace(channel=prices.channel[:, : n_slots - 1].copy())
    worth, corners = corners_of(schedule, prices, SALVO, n_slots)
    found = doubted_sequences(schedule, corners, 6)
    assert corners.size.max() > 1
    for j, t in enumerate(schedule.ready):
        least = min(loss(schedule, prices, j, s) for s in every_sequence(schedule, j, t))
        assert worth[j, t] == pytest.approx(least, abs=1e-10)
        own = tuple(
            (found.slot[j, k], found.battery[j, k], found.rounds[j, k])
            for k in range(found.length[j])
        )
        assert loss(schedule, prices, j, own) == pytest.approx(least, abs=1e-10)


@pytest.mark.parametrize("is_even", [True, False])
def test_columns_hold_expected_use_and_leak(is_even):
    rng = np.random.default_rng(3)
    schedule, n_slots = doubted(rng, is_even)
    prices, now = some_prices(rng), 1
    prices = prices._replace(channel=prices.channel[:, :n_slots].copy())
    schedule = schedule._replace(ready=np.maximum(schedule.ready, now))
    worth, corners = corners_of(schedule, prices, SALVO, n_slots)
    found = columns(schedule, doubted_sequences(schedule, corners, 6), now, n_slots)
    price = np.concatenate([np.zeros(4), prices.round, prices.channel[:, now:].ravel()])
    for j in range(4):
        part = slice(found.start[j], found.start[j + 1])
        total = found.leak[j] + price[found.row[part]] @ found.entry[part]
        assert total == pytest.approx(worth[j, schedule.ready[j]], abs=1e-10)


@pytest.mark.parametrize("seed", range(4))
def test_without_errors_all_is_as_if_looks_were_sure(seed):
    rng = np.random.default_rng(seed)
    sure, n_slots = some_slots(a_schedule(rng, 6), True)
    sure, prices = sure._replace(ready=np.zeros(6, np.int64)), some_prices(rng)
    never = sure._replace(word=np.zeros((3, 2)))
    plain, battery, rounds = values(sure, prices, SALVO, n_slots)
    worth, corners = corners_of(never, prices, SALVO, n_slots)
    assert np.allclose(worth, plain, atol=1e-12)
    one, other = sequences(sure, battery, rounds, 6), doubted_sequences(never, corners, 6)
    use = [columns(x, y, 0, n_slots) for x, y in ((sure, one), (never, other))]
    assert np.allclose(use[0].leak, use[1].leak)
    gain = doubted_advantages(never, prices, corners, 1, SALVO)
    assert np.allclose(gain, advantages(sure, prices, plain, 1, SALVO))


def test_two_shots_at_one_threat_have_their_closed_form():
    """Leak q c + q (1 - c) q, rounds 1 + q (1 - c) + p a: two single rounds, one word between."""
    p, a, c = 0.8, 0.07, 0.11
    one = np.ones((1, 1), np.int64)
    schedule = Schedule(
        np.array([10.0]), np.ones(1), np.zeros(1, np.int64), p * np.ones((1, 1)), 0 * one, 3 * one,
        one, 2 * one, word=np.array([[a, c]]),
    )  # fmt: skip
    nearly_free = Prices(np.array([1e-6]), np.zeros((1, SLOTS)))
    worth, corners = corners_of(schedule, nearly_free, 1, SLOTS)
    q = 1.0 - p
    leak, rounds = q * c + q * (1.0 - c) * q, 1.0 + q * (1.0 - c) + p * a
    assert worth[0, 0] == pytest.approx(10.0 * leak + 1e-6 * rounds, abs=1e-12)
    found = columns(schedule, doubted_sequences(schedule, corners, 4), 0, SLOTS)
    assert found.leak[0] == pytest.approx(10.0 * leak)
    assert found.entry[found.row == 1][0] == pytest.approx(rounds)


def test_of_a_salvo_one_word_of_death_is_enough():
    """Said to live twice: and does so, (q (1 - c))^2; and is dead, p a a + q (1 - c) p a."""
    p, a, c = 0.6, 0.1, 0.2
    alive, dead, unseen = after_salvo(1.0, 0.0, p, np.array([a, c]), 2)
    assert alive == pytest.approx((0.4 * 0.8) ** 2)
    assert dead == pytest.approx(p * a * a + 0.4 * 0.8 * p * a)
    assert unseen == pytest.approx(0.4**2 - alive)


def test_a_hull_of_too_many_corners_is_covered_from_below():
    """Forty corners of a circle: those that are kept are never above, and at its begin they are."""
    angle = np.linspace(0.0, np.pi / 2, 40)
    found = np.stack([1.0 - np.cos(angle), 1.0 - np.sin(angle)], axis=1)[::-1]
    how = np.arange(120).reshape(40, 3)
    shape = (1, 1, CORNERS)
    ints = [np.zeros(shape, np.int64) for _ in range(3)]
    corners = Corners(np.zeros((1, 1), np.int64), np.zeros(shape), np.zeros(shape), *ints)
    hull(corners, 0, 0, found, how, 1e-12)
    assert corners.size[0, 0] == CORNERS
    for share in np.linspace(0.0, 1.0, 101):
        whole = ((1.0 - share) * found[:, 0] + share * found[:, 1]).min()
        kept = ((1.0 - share) * corners.alive[0, 0] + share * corners.dead[0, 0]).min()
        assert kept <= whole + 1e-12
        assert share > 0.1 or kept == pytest.approx(whole)
