"""Who fires what in which slot, when a miss can be fired at again: prices, a bound, gains now.

The relaxed program asks that rounds and channels suffice in expectation. It picks a mix of
sequences of salvos for each threat; sequences are found one after the other by pricing them
exactly (column generation). Its dual prices give a bound that no policy of the class beats, and
say what a round fired now must be worth. Whoever gives orders gives those of the present slot and
plans again in the next.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray

from opendome.battle.solver import new_solver
from opendome.kernels.fallible_looks import corners_of, doubted_advantages, doubted_sequences
from opendome.kernels.sequences import (
    Prices,
    Schedule,
    Sequences,
    advantages,
    columns,
    sequences,
    tails,
    values,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LONGEST = 8  # salvos of one sequence
KEPT = 6  # sequences for each threat that the next plan begins with
SMOOTH = 0.5  # weight of the best prices so far in the next ones to be tried
PRIMAL = 4  # the solver's number for its primal simplex: new columns leave a mix feasible


class Means(NamedTuple):
    """What b batteries have from now on."""

    rounds: Ints  # (b,) left
    channels: Ints  # (b, n_slots) free in each slot; those before now are not looked at


class Effort(NamedTuple):
    """When to stop: work is counted, no clock is read."""

    sweeps: int = 40  # of pricing all threats
    gap: float = 1e-4  # share of the leak between bound and relaxed program
    slack: float = 1e-6  # share of the value at stake that may stay between them as well
    salvo: int = 2  # most rounds of one salvo


FIRST = Effort()


class Start(NamedTuple):
    """What an earlier plan gives to the next."""

    prices: Prices
    plans: Sequences
    basic: int  # the first so many were in the basis


class Plan(NamedTuple):
    """What the relaxed program says."""

    prices: Prices
    bound: float  # expected value lost, not less under any policy of the class
    leak: float  # of the best mix of the sequences found: at least the bound
    kept: Sequences  # to begin with the next time
    basic: int  # of these, the first so many are in the basis of the mix
    first: Floats  # (n, b, salvo) share of the mix that launches so many rounds in this slot
    served: Floats  # (n,) share of the mix that fires at a threat at all
    sweeps: int
    pivots: int  # of the simplex, in all runs


def dual_bound(schedule: Schedule, means: Means, prices: Prices, worth: Floats, now: int) -> float:
    """Expected value that any policy loses at least, from prices and `values` at them.

    Raising a price of something that is free costs as much as it brings in, so every non-negative
    price gives a bound: least cost of each threat alone, less what all rounds and channels are
    worth. Policies of the class fire one salvo at a threat at a time, await its result, and never
    use more than there is.
    """
    alone = worth[np.arange(len(schedule.value)), schedule.ready]
    stock = prices.round @ means.rounds
    free = (prices.channel[:, now:] * means.channels[:, now:]).sum()
    return float(schedule.chance @ alone - stock - free)


def solve(
    schedule: Schedule,
    means: Means,
    now: int = 0,
    start: Start | None = None,
    effort: Effort = FIRST,
) -> Plan:
    """Prices of rounds and channels, and the bound that they prove.

    Parameters
    ----------
    schedule : Schedule
        Threats not yet killed, as far as known; at least one.
    means : Means
    now : int
        Present slot.
    start : Start
        Of an earlier plan, from `carried`.
    effort : Effort

    Returns
    -------
    Plan
        With the best bound found, and the prices that prove it.
    """
    program = _Program(schedule, means, now)
    n, n_slots = len(schedule.value), means.channels.shape[1]
    horizon = _horizon(schedule, n_slots)
    nothing = np.zeros((n, LONGEST), np.int64)
    idle = Sequences(np.arange(n), np.zeros(n, np.int64), nothing, nothing, nothing)
    program.add(idle)
    best, prices, worth_most = -np.inf, free_prices(means), 0.0
    slack, tried = effort.slack * float(schedule.chance @ schedule.value), None
    if start is not None:
        tried = start.prices
        if len(start.plans.threat):
            program.add(start.plans)
            program.begin_at(start)
    sweep = 0
    while True:
        sweep += 1
        worth_most = program.run()
        dual = program.prices()
        trial = tried if tried is not None else _between(prices, dual, sweep > 1)
        tried = None
        best_of = _best(schedule, trial, effort.salvo, horizon)
        bound = dual_bound(schedule, means, trial, best_of.worth, now)
        if bound > best:
            best, prices = bound, trial
        if sweep >= effort.sweeps or worth_most - best <= effort.gap * worth_most + slack:
            break
        program.add(best_of.sequences)
    kept, basic = program.kept()
    first, served = program.shares(effort.salvo)
    return Plan(prices, best, worth_most, kept, basic, first, served, sweep, program.pivots)


def free_prices(means: Means) -> Prices:
    """Nothing costs anything."""
    return Prices(np.zeros(len(means.rounds)), np.zeros(means.channels.shape))


def bound_at(schedule: Schedule, means: Means, prices: Prices, salvo: int) -> float:
    """What `dual_bound` says at prices, from the first slot on; salvos of at most so many."""
    horizon = _horizon(schedule, means.channels.shape[1])
    worth = _best(schedule, prices, salvo, horizon).worth
    return dual_bound(schedule, means, prices, worth, 0)


def gains(schedule: Schedule, plan: Plan, now: int, salvo: int) -> Floats:
    """What each salvo fired now is better than waiting, (n, b, salvo), at the prices of a plan."""
    horizon = _horizon(schedule, plan.prices.channel.shape[1])
    if len(schedule.word):
        _, corners = corners_of(schedule, plan.prices, salvo, horizon)
        return np.asarray(doubted_advantages(schedule, plan.prices, corners, now, salvo))
    worth, _, _ = values(schedule, plan.prices, salvo, horizon)
    return np.asarray(advantages(schedule, plan.prices, worth, now, salvo))


class _Best(NamedTuple):
    """The best sequence at each threat by itself, at some prices."""

    worth: Floats  # (n, n_slots) least expected loss and price of a threat that lives
    sequences: Sequences


def _best(schedule: Schedule, prices: Prices, salvo: int, horizon: int) -> _Best:
    """Price all threats; where looks may be wrong, by what is believed."""
    if len(schedule.word):
        worth, corners = corners_of(schedule, prices, salvo, horizon)
        return _Best(worth, doubted_sequences(schedule, corners, LONGEST))
    worth, battery, rounds = values(schedule, prices, salvo, horizon)
    return _Best(worth, sequences(schedule, battery, rounds, LONGEST))


def carried(schedule: Schedule, plan: Plan, place: Ints) -> Start:
    """An earlier plan as the start of the next; ``place`` as in `tails`."""
    basic, other = (
        tails(schedule, Sequences(*[part[rows] for part in plan.kept]), place)
        for rows in (slice(plan.basic), slice(plan.basic, None))
    )
    plans = Sequences(*[np.concatenate(parts) for parts in zip(basic, other, strict=True)])
    return Start(plan.prices, plans, len(basic.threat))


def _horizon(schedule: Schedule, n_slots: int) -> int:
    """Slots that a dynamic program looks at: until the result of the last launch is known.

    Where slots differ in length there is one after the last launch, for all that is known later.
    """
    if len(schedule.starts):
        return len(schedule.starts) - 1
    longest = int(schedule.known.max(initial=1))
    last = int(schedule.last.max(initial=0))
    return max(n_slots, last + longest + 2, int(schedule.ready.max(initial=0)) + 2)


def _between(best: Prices, dual: Prices, is_smooth: bool) -> Prices:
    """Prices on the way from the best so far to those of the program."""
    share = SMOOTH if is_smooth else 0.0
    return Prices(
        share * best.round + (1.0 - share) * dual.round,
        share * best.channel + (1.0 - share) * dual.channel,
    )


class _Program:
    """The relaxed program over the sequences found so far, kept in the solver between sweeps."""

    def __init__(self, schedule: Schedule, means: Means, now: int) -> None:
        self.schedule, self.now = schedule, now
        self.n, self.n_slots = len(schedule.value), means.channels.shape[1]
        self.shape = means.channels[:, now:].shape
        limits = np.concatenate([means.rounds, means.channels[:, now:].ravel()])
        upper = np.concatenate([np.ones(self.n), np.maximum(limits, 0)]).astype(np.float64)
        lower = np.where(np.arange(len(upper)) < self.n, 1.0, -highspy.kHighsInf)
        self.parts: list[Sequences] = []
        self.pivots = 0
        self.solver: Any = new_solver({"presolve": "off", "simplex_strategy": PRIMAL})
        none = np.zeros(0, np.int32)
        starts = np.zeros(len(upper), np.int32)
        self.solver.addRows(len(upper), lower, upper, 0, starts, none, np.zeros(0))

    def add(self, plans: Sequences) -> None:
        """More sequences to choose from."""
        found = columns(self.schedule, plans, self.now, self.n_slots)
        m = len(found.leak)
        zeros, most = np.zeros(m), np.full(m, highspy.kHighsInf)
        start, row = found.start[:-1].astype(np.int32), found.row.astype(np.int32)
        self.solver.addCols(m, found.leak, zeros, most, len(row), start, row, found.entry)
        self.parts.append(plans)

    def begin_at(self, start: Start) -> None:
        """Begin at the basis of an earlier plan; where it does not fit, the solver mends it."""
        is_idle = np.ones(self.n, np.bool_)
        is_idle[start.plans.threat[: start.basic]] = False
        is_basic = np.zeros(len(start.plans.threat), np.bool_)
        is_basic[: start.basic] = True
        price = np.concatenate([start.prices.round, start.prices.channel[:, self.now :].ravel()])
        basis = highspy.HighsBasis()
        inside, low, high = (
            highspy.HighsBasisStatus.kBasic,
            highspy.HighsBasisStatus.kLower,
            highspy.HighsBasisStatus.kUpper,
        )
        basis.col_status = [inside if b else low for b in np.concatenate([is_idle, is_basic])]
        basis.row_status = [high] * self.n + [high if p > 0.0 else inside for p in price]
        basis.valid = basis.alien = True
        self.solver.setBasis(basis)

    def run(self) -> float:
        """Expected value lost under the best mix."""
        self.solver.run()
        self.pivots += max(int(self.solver.getInfo().simplex_iteration_count), 0)
        return float(self.solver.getObjectiveValue())

    def prices(self) -> Prices:
        """Dual prices of the last run, none negative."""
        dual = np.maximum(-np.array(self.solver.getSolution().row_dual), 0.0)
        n, (n_batteries, _) = self.n, self.shape
        channel = np.zeros((n_batteries, self.n_slots))
        channel[:, self.now :] = dual[n + n_batteries :].reshape(self.shape)
        return Prices(dual[n : n + n_batteries].copy(), channel)

    def shares(self, salvo: int) -> tuple[Floats, Floats]:
        """Shares of the mix that launch now (n, b, salvo), and that fire at all (n,)."""
        share = np.array(self.solver.getSolution().col_value)
        plans = Sequences(*[np.concatenate(part) for part in zip(*self.parts, strict=True)])
        now = np.flatnonzero((plans.length > 0) & (plans.slot[:, 0] == self.now) & (share > 0.0))
        launched = np.zeros((self.n, self.shape[0], salvo))
        place = plans.threat[now], plans.battery[now, 0], plans.rounds[now, 0] - 1
        np.add.at(launched, place, share[now])
        served = np.zeros(self.n)
        np.add.at(served, plans.threat, share * (plans.length > 0))
        return launched, served

    def kept(self) -> tuple[Sequences, int]:
        """Sequences of the basis first, then those nearest to it: a few for each threat."""
        solution = self.solver.getSolution()
        together = Sequences(*[np.concatenate(part) for part in zip(*self.parts, strict=True)])
        is_basic = np.array(self.solver.getBasis().col_status) == highspy.HighsBasisStatus.kBasic
        cost = np.where(is_basic, -np.inf, np.array(solution.col_dual))
        most = min(len(cost), KEPT * self.n)
        chosen = np.argsort(cost, kind="stable")[:most]
        chosen = chosen[together.length[chosen] > 0]
        return Sequences(*[part[chosen] for part in together]), int(is_basic[chosen].sum())
