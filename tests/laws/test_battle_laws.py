"""Laws of the battle manager's books, against a fire control that is late, refuses and errs.

The fire control here is a plain-Python ledger that knows what really happened; the manager hears
of it late and out of order. Whatever it hears, it must not promise a round twice, not fire again
before it has looked, not exceed the allowance, and not fire at what is harmless.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from opendome.battle import POLICIES, windows
from opendome.battle.manager import Manager
from opendome.messages import Orders, ReportKind, Stocks, Tracks, take
from opendome.scenario.command import Doctrine
from tests.laws.examples import examples
from tests.unit.battle.situations import (
    SYSTEM,
    battery,
    raid,
    reports,
    scenario,
    straight_paths,
    tables,
)

N_BATTERIES = 2


@dataclass
class Round:
    """One round of an order, from promise to assessment."""

    number: int  # of its order's rounds
    shot: int
    order: int
    battery: int
    track: int
    t_launch: float
    t_intercept: float
    stage: str = "promised"  # promised, refused, flying, done


@dataclass
class FireControl:
    """What really happens in one run."""

    rng: np.random.Generator
    stock: list[int]
    channels: list[int]
    rounds: list[Round] = field(default_factory=list)
    dead: set[int] = field(default_factory=set)
    mail: list[tuple[float, tuple[int, float, ReportKind, int, int, int, int]]] = field(
        default_factory=list
    )
    heard: set[tuple[ReportKind, int, int]] = field(default_factory=set)  # kind, order, shot

    def say(self, t: float, kind: ReportKind, one: Round) -> None:
        """A report arrives up to three seconds late, not in order, and sometimes again."""
        shot = -1 - one.number if kind == ReportKind.CANNOT else one.shot
        row = (0, t, kind, one.order, one.battery, one.track, shot)
        for _ in range(1 + self.rng.binomial(2, 0.3)):
            self.mail.append((t + float(self.rng.uniform(0.0, 3.0)), row))

    def accept(self, orders: Orders) -> None:
        for i in range(len(orders.run)):
            one = (int(orders.id[i]), int(orders.battery[i]), int(orders.track[i]))
            for k in range(orders.n_rounds[i]):
                promised = Round(
                    k, len(self.rounds), *one, orders.t_launch[i], orders.t_intercept[i]
                )
                self.rounds.append(promised)

    def step(self, t: float) -> None:
        for one in self.rounds:
            b = one.battery
            if one.stage == "promised" and self.rng.uniform() < 0.05:
                one.stage = "refused"
                self.say(t, ReportKind.CANNOT, one)
            elif one.stage == "promised" and one.t_launch <= t:
                assert self.stock[b] > 0, "a round was promised that is not there"
                if self.channels[b] == 0:
                    continue
                self.stock[b] -= 1
                self.channels[b] -= 1
                one.stage = "flying"
                self.say(t, ReportKind.LAUNCHED, one)
            elif one.stage == "flying" and one.t_intercept <= t:
                self.channels[b] += 1
                one.stage = "done"
                if self.rng.uniform() < 0.5:
                    self.dead.add(one.track)
                is_said_dead = (one.track in self.dead) != (self.rng.uniform() < 0.1)
                kind = ReportKind.KILLED if is_said_dead else ReportKind.SURVIVED
                self.say(t + SYSTEM.assess_delay, kind, one)

    def arrived(self, t: float) -> list[tuple[int, float, ReportKind, int, int, int, int]]:
        rows = [row for when, row in self.mail if when <= t]
        self.heard |= {(row[2], row[3], row[6]) for row in rows}
        self.mail = [(when, row) for when, row in self.mail if when > t]
        return rows

    def stocks(self) -> Stocks:
        one = np.array([self.stock]), np.array([self.channels]), np.zeros((1, N_BATTERIES))
        return Stocks(np.array([0]), *one)

    def unassessed(self) -> set[int]:
        """Tracks with a round in the air or of which no assessment has been heard."""
        words = (ReportKind.KILLED, ReportKind.SURVIVED)
        flying = {one.track for one in self.rounds if one.stage in ("promised", "flying")}
        unheard = [row for _, row in self.mail if (row[2], row[3], row[6]) not in self.heard]
        return flying | {row[5] for row in unheard if row[2] in words}

    def owed(self, b: int) -> int:
        return sum(one.battery == b and one.stage == "promised" for one in self.rounds)


def fight(policy: str, seed: int, is_shoot_look_shoot: bool) -> FireControl:
    """Sixty seconds of a raid of twelve, three of them harmless, checked at every decision."""
    rng = np.random.default_rng(seed)
    doctrine = Doctrine(
        policy,
        salvo=int(rng.integers(1, 4)),
        max_rounds=int(rng.integers(1, 6)),
        is_shoot_look_shoot=is_shoot_look_shoot,
    )
    made = scenario(doctrine, weapons=(battery("a"), battery("b")))
    model = Manager.build(made, tables(made))
    state = model.begin(np.array([0]))
    fire = FireControl(rng, rng.integers(0, 15, 2).tolist(), rng.integers(1, 6, 2).tolist())
    threats = raid(12, t_impact=55.0)
    threats.north[[2, 6, 10]] = 40e3
    n_orders = 0
    for t in np.arange(0.0, 70.0):
        fire.step(t)
        picture: Tracks = threats.picture(t)
        picture = take(picture, ~np.isin(picture.id, sorted(fire.dead)))
        told = reports(*fire.arrived(t))
        unassessed = fire.unassessed()
        orders, _ = model.decide(state, picture, fire.stocks(), told, t)
        fire.accept(orders)
        assert orders.id.tolist() == list(range(n_orders, n_orders + len(orders.id)))
        n_orders += len(orders.id)
        for b in range(N_BATTERIES):
            assert fire.owed(b) <= fire.stock[b]
        if is_shoot_look_shoot:
            assert not unassessed & set(orders.track.tolist())
        per_track = Counter(orders.track.tolist())
        assert all(orders.n_rounds[orders.track == k].sum() <= doctrine.salvo for k in per_track)
        assert not {2, 6, 10} & set(per_track)
        assert set(per_track) <= set(picture.id.tolist())
        assert (orders.t_launch >= orders.t_release + 1.5 - 1e-9).all()
    flown = Counter(one.track for one in fire.rounds if one.stage != "refused")
    assert max(flown.values(), default=0) <= doctrine.max_rounds
    return fire


@pytest.fixture(autouse=True, scope="module")
def _straight():
    patch = pytest.MonkeyPatch()
    patch.setattr(windows, "predicted_paths", straight_paths)
    yield
    patch.undo()


@pytest.mark.parametrize("is_shoot_look_shoot", [True, False])
@pytest.mark.parametrize("policy", list(POLICIES))
@examples(8)
@for_any(seed=st.integers(0, 2**32 - 1))
def test_the_books_hold(policy: str, is_shoot_look_shoot: bool, seed: int):
    fight(policy, seed, is_shoot_look_shoot)


def test_these_fights_are_not_empty():
    fights = [fight("greedy", seed, True) for seed in range(5)]
    rounds = [one for fire in fights for one in fire.rounds]
    assert {one.stage for one in rounds} >= {"done", "refused"}
    assert sum(one.stage == "done" for one in rounds) > 20
    assert sum(len(fire.dead) for fire in fights) > 5
