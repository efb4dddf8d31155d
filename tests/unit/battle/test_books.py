"""The books: what reports change, what is forgotten, what the picture contradicts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opendome.battle import books
from opendome.battle.books import BattleState, OrderBook, OrderLog
from opendome.battle.doctrine import SalvoRules, salvo, spent, tries
from opendome.battle.picture import REOPEN_AFTER, contradict, read
from opendome.messages import ReportKind, take
from opendome.scenario.command import Doctrine
from tests.unit.battle.plain_choice import is_open
from tests.unit.battle.plain_choice import may_engage as allows
from tests.unit.battle.situations import raid, reports

ASSESS_DELAY = np.array([2.0, 2.0])
P_KILL = np.array([0.8, 0.5])
NO_LAYERS = np.array([-1, -1])
ALL, FIRST = np.arange(3), np.array([0])
L, C, K, S = ReportKind.LAUNCHED, ReportKind.CANNOT, ReportKind.KILLED, ReportKind.SURVIVED


def state_with_order(n_rounds: int = 2, t_overdue: float = 100.0) -> BattleState:
    """One run, tracks 0 to 2, order 0 of battery 1 at track 1."""
    state = books.begin(np.array([0]), 1, 2)
    read(state, raid(3).picture(0.0))
    state.orders = OrderBook(
        key=books.order_keys(np.array([0]), np.array([0])),
        track_key=state.tracks.key[1:2].copy(),
        run=np.array([0]),
        battery=np.array([1]),
        n_left=np.array([n_rounds]),
        n_pending=np.array([0]),
        t_word=np.array([t_overdue]),
        t_overdue=np.array([t_overdue]),
    )
    state.log = OrderLog(state.orders.key.copy(), state.orders.track_key.copy())
    return state


def tell(
    state: BattleState, *rows: tuple[float, ReportKind, int] | tuple[float, ReportKind]
) -> None:
    """Reports (time, kind, shot) about order 0; left out, the shot is 0."""
    told = reports(*[(0, *row[:2], 0, 1, 1, *row[2:]) for row in rows])
    books.fold(state, told, ASSESS_DELAY, max(row[0] for row in rows))


def rounds_of(state: BattleState) -> tuple[int, int, int]:
    """Launched, left and pending rounds against track 1."""
    left = int(state.orders.n_left.sum())
    return int(state.tracks.n_launched[1].sum()), left, int(state.orders.n_pending.sum())


def test_a_round_is_left_then_pending_then_assessed():
    state = state_with_order()
    assert rounds_of(state) == (0, 2, 0)
    tell(state, (1.0, L))
    assert rounds_of(state) == (1, 1, 1)
    tell(state, (2.0, L, 1), (9.0, S))
    assert rounds_of(state) == (2, 0, 1)
    tell(state, (9.5, S, 1))
    assert rounds_of(state) == (2, 0, 0)
    assert len(state.orders.key) == 0


def test_refused_rounds_return():
    state = state_with_order(3)
    tell(state, (1.0, L), (1.0, C))
    assert rounds_of(state) == (1, 1, 1)
    assert spent(state, state.orders, ALL, P_KILL, NO_LAYERS).n_rounds.tolist() == [[0], [2], [0]]
    tell(state, (1.5, C, -2))
    assert rounds_of(state) == (1, 0, 1)
    assert spent(state, state.orders, ALL, P_KILL, NO_LAYERS).n_rounds.tolist() == [[0], [1], [0]]


def test_a_round_that_leaves_after_its_order_is_closed_is_still_counted():
    state = state_with_order(1)
    tell(state, (1.0, C))
    assert len(state.orders.key) == 0
    tell(state, (2.0, L))
    assert rounds_of(state) == (1, 0, 0)


def test_what_is_overdue_is_closed():
    state = state_with_order(2, t_overdue=50.0)
    tell(state, (1.0, L))
    tell(state, (50.1, L))
    assert len(state.orders.key) == 0


def test_reports_about_unknown_things_do_no_harm():
    state = books.begin(np.array([0]), 1, 2)
    tell(state, (1.0, K), (1.0, L), (1.0, C))
    assert len(state.tracks.key) == 0


def test_spent_rounds_and_the_chance_to_survive_them():
    state = state_with_order(2)
    tell(state, (1.0, L))
    now = spent(state, state.orders, ALL, P_KILL, NO_LAYERS)
    assert now.n_rounds.tolist() == [[0], [2], [0]]
    assert now.n_open.tolist() == [0, 2, 0]
    assert now.survival == pytest.approx([1.0, 0.25, 1.0])


def test_stocks_owe_what_is_ordered_and_has_not_left():
    state = state_with_order(2)
    tell(state, (1.0, L))
    assert books.outstanding(state, np.array([0, 1]), 2).tolist() == [[0, 1], [0, 0]]


def may_engage(doctrine, rules, state, picture, pairs, now) -> np.ndarray:
    """Whether each track may be fired at."""
    return is_open(state, picture, pairs) & allows(doctrine, rules, now, np.array([0]))


@pytest.mark.parametrize(
    ("doctrine", "wanted"),
    [
        (Doctrine(salvo=4, max_rounds=4), [True, False, True]),
        (Doctrine(salvo=4, max_rounds=4, is_shoot_look_shoot=False), [True, True, True]),
        (Doctrine(salvo=2, max_rounds=2, is_shoot_look_shoot=False), [True, False, True]),
    ],
)
def test_who_may_be_engaged(doctrine: Doctrine, wanted: list[bool]):
    state = state_with_order(2)
    picture = raid(3).picture(1.0)
    pairs = read(state, picture)
    now = spent(state, state.orders, ALL, P_KILL, NO_LAYERS)
    rules = SalvoRules(np.array([doctrine.salvo]), np.array([doctrine.max_rounds]), FIRST)
    assert may_engage(doctrine, rules, state, picture, pairs, now).tolist() == wanted
    assert salvo(rules, now.n_rounds).tolist()[0] == [doctrine.salvo]
    boosting = raid(3).picture(1.0, is_boosting=True)
    assert not may_engage(doctrine, rules, state, boosting, pairs, now).any()
    unknown = replace(picture, impact_t=np.full(3, np.nan))
    assert not may_engage(doctrine, rules, state, unknown, pairs, now).any()


def test_only_what_is_left_of_the_allowance_is_fired():
    rules = SalvoRules(np.array([4, 1]), np.array([6, 3]), np.array([0, 0]))
    spent_so_far = np.array([[0], [2], [5]])
    assert salvo(rules, spent_so_far).tolist() == [[4, 1], [4, 1], [1, 0]]
    assert tries(rules, spent_so_far).tolist() == [[2, 3], [1, 1], [1, 0]]


def test_what_one_layer_spends_is_not_taken_from_another():
    state = state_with_order(2)
    tell(state, (1.0, L))
    layer = np.array([1, 0])
    now = spent(state, state.orders, ALL, P_KILL, layer)
    assert now.n_rounds.tolist() == [[0, 0, 0], [0, 2, 0], [0, 0, 0]]
    rules = SalvoRules(np.array([2, 2]), np.array([2, 2]), 1 + layer)
    assert salvo(rules, now.n_rounds).tolist() == [[2, 2], [2, 0], [2, 2]]
    few = Doctrine(max_rounds=2, is_shoot_look_shoot=False)
    assert allows(few, rules, now, 1 + layer[[1]]).tolist() == [True, False, True]
    assert allows(few, rules, now, 1 + layer).tolist() == [True, True, True]


def may_engage_1(state: BattleState, t: float, n_updates: int, t_update: float) -> bool:
    picture = raid(3).picture(t)
    picture.n_updates[1] = n_updates
    picture.t_update[1] = t_update
    pairs = read(state, picture)
    contradict(state, picture, *pairs)
    rules = SalvoRules(np.array([2]), np.array([4]), FIRST)
    return bool(
        may_engage(
            Doctrine(),
            rules,
            state,
            picture,
            pairs,
            spent(state, state.orders, ALL, P_KILL, NO_LAYERS),
        )[1]
    )


def test_a_kill_closes_the_track_and_a_later_survived_does_not_open_it():
    state = state_with_order(2)
    tell(state, (1.0, L), (1.0, L, 1), (12.0, K))
    assert not may_engage_1(state, 12.0, 10, 12.0)
    tell(state, (12.5, S, 1))
    assert not may_engage_1(state, 13.0, 11, 13.0)
    assert state.n_reopened == 0


def test_the_picture_contradicts_a_kill_after_ten_seconds_and_three_updates():
    state = state_with_order(1)
    tell(state, (1.0, L), (12.0, K))  # killed at 10 s, as the assessment takes 2 s
    assert not may_engage_1(state, 12.0, 10, 11.0)
    assert not may_engage_1(state, 10.0 + REOPEN_AFTER, 13, 10.0 + REOPEN_AFTER)
    assert not may_engage_1(state, 25.0, 12, 25.0)
    assert may_engage_1(state, 25.0, 13, 25.0)
    assert state.n_reopened == 1


def test_a_coasting_track_contradicts_nothing():
    state = state_with_order(1)
    tell(state, (1.0, L), (12.0, K))
    assert not may_engage_1(state, 12.0, 10, 11.0)
    assert not may_engage_1(state, 40.0, 10, 11.0)


def test_a_vanished_track_is_forgotten_once_nothing_is_open_against_it():
    state = state_with_order(1)
    picture = take(raid(3).picture(1.0), np.array([2]))
    read(state, picture)
    assert len(state.tracks.key) == 2  # track 2, and track 1 with its order
    tell(state, (1.0, L), (5.0, S))
    seen, rows = read(state, picture)
    assert seen.tolist() == [0]
    assert rows.tolist() == [0]
    assert len(state.tracks.key) == 1


def test_only_confirmed_tracks_are_remembered():
    state = books.begin(np.array([0]), 1, 2)
    picture = replace(raid(3).picture(1.0), is_confirmed=np.array([True, False, True]))
    seen, rows = read(state, picture)
    assert seen.tolist() == [0, 2]
    assert rows.tolist() == [0, 1]


def test_the_order_of_the_picture_does_not_matter():
    one, other = books.begin(np.array([0]), 1, 2), books.begin(np.array([0]), 1, 2)
    picture = raid(5).picture(1.0)
    order = np.array([3, 1, 4, 0, 2])
    read(one, picture)
    _, rows = read(other, take(picture, order))
    assert np.array_equal(one.tracks.key, other.tracks.key)
    assert rows.tolist() == order.tolist()
