"""What a cell may fire at: the compiled choice against the plain one, in drawn situations."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest

from opendome.battle import books, doctrine, evaluate
from opendome.battle.books import BattleState, OrderBook
from opendome.battle.manager import Manager
from opendome.battle.picture import read
from opendome.kernels.engageable import Loads, Rules, choose
from opendome.kernels.judgement import Assets
from opendome.messages import Stocks, Tracks
from opendome.scenario.command import Doctrine, Layer
from tests.unit.battle import plain_choice
from tests.unit.battle.situations import LAT, LON, batch, battery, raid, scenario, tables

RUNS, T = 3, 10.0
CITIES = np.array([[LAT, LON, 2e3], [LAT + 2e-4, LON, 2e3]])
VALUES = np.array([100.0, 40.0])


def drawn_picture(rng: np.random.Generator) -> Tracks:
    """Tracks of three runs, among them some that burn, that fly on wings, that slow down."""
    picture = batch([raid(int(rng.integers(1, 12)), run=r, spread=6e3) for r in range(RUNS)], T)
    n = len(picture.run)
    is_level = rng.random(n) < 0.3
    impact_t = np.where(rng.random(n) < 0.2, np.nan, picture.impact_t)
    x, cov = picture.x_ecef.copy(), picture.cov_ecef * rng.choice([1.0, 1e7], n)[:, None, None]
    x[:, 6] = rng.uniform(4.0, 9.0, n)
    cov[:, 6, 6] = 0.1
    return replace(
        picture,
        is_confirmed=rng.random(n) < 0.9,
        is_level=is_level,
        is_boosting=~is_level & (rng.random(n) < 0.2),
        impact_t=np.where(is_level, np.nan, impact_t),
        t_predicted=rng.choice([np.nan, 8.0, 9.0], n),
        x_ecef=x,
        cov_ecef=cov,
    )


def drawn_state(rng: np.random.Generator, picture: Tracks, n_batteries: int) -> BattleState:
    """Books in which some tracks sleep, are dead, were judged, have been fired at."""
    state = books.begin(np.arange(RUNS), 1, n_batteries)
    read(state, picture)
    tracks, n = state.tracks, len(state.tracks.key)
    tracks.t_wake[:] = rng.choice([-np.inf, T, 12.0, 20.0], n, p=[0.1, 0.1, 0.4, 0.4])
    tracks.t_killed[:] = np.where(rng.random(n) < 0.1, 5.0, np.nan)
    tracks.t_judged[:] = rng.choice([-np.inf, 8.0, 9.0], n)
    tracks.chance[:], tracks.value[:] = rng.random(n), rng.random(n) * 100.0
    tracks.t_end[:] = rng.choice([np.nan, 5.0, 60.0], n, p=[0.1, 0.1, 0.8])
    tracks.n_launched[:] = rng.integers(0, 3, (n, n_batteries))
    k = int(rng.integers(0, 9))
    state.orders = OrderBook(
        key=np.arange(k),
        track_key=np.where(rng.random(k) < 0.8, rng.choice(tracks.key, k), 1 << 60),
        run=np.zeros(k, np.int64),
        battery=rng.integers(0, n_batteries, k),
        n_left=rng.integers(0, 2, k),
        n_pending=rng.integers(0, 2, k),
        t_word=rng.uniform(10.0, 50.0, k),
        t_overdue=np.full(k, 99.0),
    )
    return state


def drawn_rules(rng: np.random.Generator) -> tuple[Doctrine, Manager, Rules, bool]:
    """A doctrine, one cell of three batteries in two layers, one or none; what it goes by."""
    rules = Doctrine(
        salvo=1,
        max_rounds=4,
        is_shoot_look_shoot=bool(rng.random() < 0.6),
        least_beta=float(rng.choice([0.0, 400.0])),
        p_threatening=float(rng.choice([0.05, 0.3])),
    )
    names = ("a", "b", "c")
    both = (Layer("upper", ("a",)), Layer("lower", ("b",)))
    layers = ((), both, (*both[:1], Layer("lower", ("b", "c"))))[rng.integers(3)]
    made = scenario(rules, weapons=tuple(battery(name) for name in names), layers=layers)
    model = Manager.build(made, tables(made))
    is_cueing, burn = bool(rng.random() < 0.3), float(rng.choice([0.0, 180.0]))
    asked = model.rules[0]._replace(
        is_cueing=is_cueing,
        burn=burn,
        burning_value=float(VALUES.mean()),
        assets=asset_table(model.rules[0]),
    )
    arms = model.arms[0]._replace(assumed_burn=burn)
    return rules, replace(model, arms=(arms,)), asked, is_cueing


def asset_table(rules: Rules) -> Assets:
    return rules.assets._replace(discs=CITIES, values=VALUES)


def differing(seed: int) -> int:
    """One situation, compared: how many tracks may be fired at in it."""
    rng = np.random.default_rng(seed)
    rules, model, goes_by, is_cueing = drawn_rules(rng)
    picture = drawn_picture(rng)
    state = drawn_state(rng, picture, len(model.battery_node))
    pairs = read(state, picture)
    runs = np.flatnonzero(rng.random(RUNS) < 0.9)
    some = [rng.integers(0, 2, (len(runs), 3)) for _ in range(2)]
    left = Stocks(runs, some[0], some[1], np.zeros((len(runs), 3)))
    plain = copy.deepcopy(state)
    asked = (rules, model.arms[0], model.layer, CITIES, VALUES, is_cueing)
    wanted = plain_choice.choose(plain, picture, pairs, left, asked, T)
    found = choose(
        pairs,
        evaluate.sighted(picture),
        evaluate.memory(state.tracks),
        doctrine.shots(state.orders),
        goes_by,
        Loads(runs, left.rounds, left.free_channels),
        T,
    )
    for name in ("t_judged", "chance", "value", "t_end"):
        its = [getattr(s.tracks, name) for s in (state, plain)]
        assert np.array_equal(*its, equal_nan=True), name
    if wanted is None:
        assert not len(found.seen)
        return 0
    for got, told in zip(found, wanted, strict=True):
        assert np.array_equal(got, told)
    return len(found.seen)


@pytest.mark.parametrize("part", range(4))
def test_the_compiled_choice_is_the_plain_one(part: int):
    sizes = [differing(1000 * part + k) for k in range(100)]
    assert 10 < np.count_nonzero(sizes) < 90
    assert max(sizes) > 5
