"""Policies for dynamic assignment: simple rules, and planning again in every slot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.dwta.problems import SLOTS, WAIT, FiringProblem, Orders, Standing
from opendome.battle.sequencing import Effort, Means, Plan, carried, gains, solve
from opendome.kernels.fallible_looks import corners_of
from opendome.kernels.sequences import SURE, Schedule, allot, values

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PATIENCE = 0.05  # of the price of a round


def whole(problem: FiringProblem) -> Schedule:
    """All threats of a problem as they are in the first slot."""
    n = len(problem.value)
    plain = Schedule(problem.value, np.ones(n), np.zeros(n, np.int64), *problem[1:6])
    return plain._replace(word=problem.word)


def rows_of(schedule: Schedule, rows: Ints) -> Schedule:
    """Some of the threats."""
    columns: list[Any] = [column[rows] for column in schedule[:8]]
    return Schedule(*columns, word=schedule.word)


def bound(problem: FiringProblem, effort: Effort) -> Plan:
    """What no policy of the class beats."""
    return solve(whole(problem), Means(problem.rounds, problem.channels), 0, None, effort)


def worth_at(problem: FiringProblem, plan: Plan, salvo: int = 2) -> Floats:
    """What a threat that lives in each slot costs at the prices of a plan, (n, n_slots)."""
    n_slots = int(max(SLOTS, problem.last.max() + problem.known.max() + 2))
    pricing = corners_of if len(problem.word) else values
    return np.asarray(pricing(whole(problem), plan.prices, salvo, n_slots)[0])


def fireable(problem: FiringProblem, standing: Standing) -> Floats:
    """Kill probability of one round fired now, (n, b); 0 where none can be fired."""
    t = standing.slot
    is_idle = standing.is_open & (standing.ready <= t)
    is_now = (problem.first <= t) & (t <= problem.last) & is_idle[:, None]
    return np.where(is_now, problem.p_kill, 0.0)


@dataclass(frozen=True)
class Salvo:
    """Whoever can be fired at gets ``rounds`` rounds at once, the largest expected gain first."""

    rounds: int = 1

    def __call__(self, problem: FiringProblem, standing: Standing) -> Orders:
        """Orders for this slot."""
        p_kill = fireable(problem, standing)
        gain = np.full((*p_kill.shape, self.rounds), -np.inf)
        kill = 1.0 - (1.0 - p_kill) ** self.rounds
        gain[:, :, -1] = np.where(p_kill > 0.0, problem.value[:, None] * kill, -np.inf)
        free = standing.channels[:, standing.slot]
        return Orders(*allot(gain, standing.rounds, free, np.arange(len(free))))


@dataclass
class Replanned:
    """Prices from the relaxed program of what is left, solved again in every slot.

    Where firing now and later are worth the same to the program, later is better: more is known
    then. So a round leaves now if it gains ``patience`` of its price over waiting, or if at least
    half of the mix fires now. Where rounds cost nothing, nobody is patient.

    With ``samples`` the results of what is in flight are drawn that many times; a salvo is worth
    what it gains on average over the plans that could follow. So a round held back for a miss
    that may not come is not overrated.
    """

    samples: int = 0
    seed: int = 0
    is_fixed: bool = False  # keep the prices of the first slot
    is_trusting: bool = False  # plan as if no word were wrong
    patience: float = PATIENCE
    first: Effort = field(default_factory=Effort)
    again: Effort = field(default_factory=lambda: Effort(sweeps=6, gap=1e-3, slack=1e-5))
    plan: Plan | None = None
    rows: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def __call__(self, problem: FiringProblem, standing: Standing) -> Orders:
        """Orders for this slot."""
        n, t = len(problem.value), standing.slot
        is_left = standing.is_open & (problem.last.max(axis=1) >= standing.ready)
        nothing = Orders(np.full(n, WAIT), np.zeros(n, np.int64))
        if not is_left.any():
            return nothing
        rows = np.flatnonzero(is_left)
        problem = problem._replace(word=SURE) if self.is_trusting else problem
        schedule = rows_of(whole(problem), rows)._replace(
            chance=standing.chance[rows], ready=standing.ready[rows]
        )
        means = Means(standing.rounds, standing.channels)
        if self.plan is None or not self.is_fixed:
            self.plan = self._solve(schedule, means, t, rows, n)
            self.rows = rows
        is_now = (schedule.ready <= t) & (fireable(problem, standing)[rows] > 0).any(axis=1)
        if not is_now.any():
            return nothing
        gain = self._gains(schedule, means, t, is_now)
        battery, rounds = nothing
        free = standing.channels[:, t]
        battery[rows], rounds[rows] = allot(gain, standing.rounds, free, np.arange(len(free)))
        return Orders(battery, rounds)

    def _solve(self, schedule: Schedule, means: Means, t: int, rows: Ints, n: int) -> Plan:
        if self.plan is None:
            return solve(schedule, means, t, None, self.first)
        place = np.full(n, -1)
        place[rows] = np.arange(len(rows))
        start = carried(schedule, self.plan, place[self.rows])
        return solve(schedule, means, t, start, self.again)

    def _gains(self, schedule: Schedule, means: Means, t: int, is_now: NDArray[np.bool_]) -> Floats:
        assert self.plan is not None
        salvo, in_flight = self.again.salvo, schedule.chance < 1.0
        if self.samples == 0 or not in_flight.any():
            return self._patient(gains(schedule, self.plan, t, salvo), self.plan)
        rng = np.random.default_rng((self.seed, t))
        n = len(schedule.value)
        strata = rng.permuted(np.tile(np.arange(self.samples)[:, None], (1, n)), axis=0)
        survive = (strata + rng.random((self.samples, n))) / self.samples < schedule.chance
        total = np.zeros((n, len(means.rounds), salvo))
        for alive in survive:
            rows = np.flatnonzero(alive)
            part = rows_of(schedule, rows)._replace(chance=np.ones(len(rows)))
            place = np.full(n, -1)
            place[rows] = np.arange(len(rows))
            plan = solve(part, means, t, carried(part, self.plan, place), self.again)
            total[rows] += self._patient(gains(part, plan, t, salvo), plan)
        return np.where(is_now[:, None, None], total / self.samples, -np.inf)

    def _patient(self, gain: Floats, plan: Plan) -> Floats:
        """Gains (n, b, salvo) less what is lost by deciding before more is known."""
        if self.is_fixed:  # the mix is of the first slot, too
            return gain
        price = plan.prices.round[:, None] * np.arange(1, gain.shape[2] + 1)
        return np.asarray(gain + self.patience * price * (2.0 * plan.first - 1.0))
