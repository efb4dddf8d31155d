"""One plan of a cell: which battery can meet what, whose turn it is, the problem, what is noted."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle import books
from opendome.battle.arms import Arms
from opendome.battle.assign import Ahead, Assignment, at_stake, objective
from opendome.battle.books import BattleState, some_of
from opendome.battle.commit import Candidates, alone, firsts
from opendome.battle.layers import Turns
from opendome.battle.reserve import kept_worth
from opendome.battle.windows import Paths, Windows, last_chances, tries
from opendome.kernels.assignment import LATER, NOW, OUT_OF_REACH, Problems
from opendome.messages import Plans, Stocks
from opendome.scenario.command import Node

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NAP_SHARE = 0.1  # of the time to impact: how long a threat out of reach is left alone
LONGEST_NAP = 30.0  # s
NEVER = 1 << 30  # periods until word of a shot that nobody waits for


class Options(NamedTuple):
    """What b batteries can do about n candidates."""

    found: Windows
    paths: Paths
    t_earliest: Floats  # (n, b) no launch before; inf where a battery has no rounds
    t_base: Floats  # (n, b) launch of an order given now
    left: Stocks  # what is not yet promised
    turns: Turns | None  # None where no layer comes before another


def is_open_now(lead: Node, options: Options) -> Bools:
    """Whether the first chance is gone by the next decision, unless ordered now, (n, b)."""
    t_next = options.t_base + lead.decision_period + options.found.step[:, None]
    return np.asarray(options.found.t_launch < t_next)


def reach_now(lead: Node, layer: Ints, options: Options, channels: Ints) -> Ints:
    """Who can be fired at at once, who later, (n, b); ``channels`` (n, b) are free."""
    found, t_base = options.found, options.t_base
    t_next = t_base + lead.decision_period + found.step[:, None]
    is_now = is_open_now(lead, options)
    reach = np.where(is_now, NOW, np.where(np.isnan(found.t_launch), OUT_OF_REACH, LATER))
    if options.turns is None:
        return reach
    is_hopeless = (reach == LATER) & ~options.turns.is_served
    reach = np.where(options.turns.is_free & ~is_hopeless, reach, OUT_OF_REACH)
    is_pressed = options.turns.is_pressed & (reach == NOW)
    is_first = (reach == NOW) & ~is_pressed & (channels > 0) & (layer >= 0)
    can_follow = is_pressed & (found.t_launch_last > t_next + lead.decision_period)
    reach = np.where(can_follow & is_first.any(axis=1)[:, None], OUT_OF_REACH, reach)
    is_urgent = (is_pressed & (reach == NOW)).any(axis=1)
    return np.where(is_urgent[:, None] & (reach == LATER), OUT_OF_REACH, reach)


def problems_of(
    state: BattleState, lead: Node, arms: Arms, candidates: Candidates, options: Options, t: float
) -> Problems:
    """One assignment problem per run at a time: who can be reached at once, who later, by what."""
    found, left = options.found, options.left
    first, numbers = firsts(candidates), arms.numbers
    stock = candidates.stock[first]
    n = len(candidates.stock)
    channels = some_of(left.free_channels, candidates.stock, numbers)
    p_kill = np.empty((n, len(arms.p_kill)))
    p_kill[:] = arms.p_kill
    reach = reach_now(lead, arms.layer, options, channels)
    depth = np.isfinite(found.t_launch).astype(np.int64)
    if lead.doctrine.is_shoot_look_shoot:
        depth = np.minimum(tries(found, arms.look), candidates.n_tries[:, arms.kind])
    n_alone = some_of(state.n_alone, books.find(state.runs, left.runs[stock])[0], numbers)
    is_alone = alone(found, arms.kind) & candidates.is_new[:, None]
    return Problems(
        offsets=np.append(first, n),
        wanted=np.ascontiguousarray(candidates.wanted),
        value=candidates.stakes.value,
        p_kill=p_kill,
        t_last=last_chances(found),
        reach=reach,
        depth=depth,
        alone=n_alone + np.add.reduceat(is_alone.astype(np.int64), first, axis=0),
        rounds=some_of(left.rounds, stock, numbers),
        channels=some_of(left.free_channels, stock, numbers),
        kind=arms.kind,
        unit=arms.unit,
        cost=arms.cost,
        periods=periods_of(lead, arms, options, reach),
        capacity=arms.channels,
        kept=kept_worth(arms.expected, t),
        word=arms.word,
        aim=candidates.stakes.aim,
        stake=candidates.stakes.stake,
    )


def periods_of(lead: Node, arms: Arms, options: Options, reach: Ints) -> Ints:
    """Windows in periods (n, b, 4): first and last to launch in, of flight, until word.

    A period is the time between two decisions, the first that of a launch ordered now. Where
    doctrine does not wait for word, it comes never.
    """
    found, step = options.found, lead.decision_period
    ahead = found.t_launch_last - options.t_base
    is_open = np.isfinite(found.t_launch)
    opens = np.where(reach == NOW, 0.0, np.maximum((found.t_launch - options.t_base) / step, 1.0))
    opens = np.floor(np.where(is_open, opens, 0.0))
    closes = np.where(is_open, np.maximum(np.floor(ahead / step), opens), -1.0)
    flight = np.where(is_open, found.t_intercept - found.t_launch, 0.0)
    known = np.ceil((flight + arms.look) / step) if lead.doctrine.is_shoot_look_shoot else NEVER
    flight = np.maximum(np.ceil(flight / step), 1.0)
    known = np.maximum(np.where(is_open, known, 1.0), flight)
    return np.stack([opens, closes, flight, known], axis=2).astype(np.int64)


def nap(lead: Node, options: Options, reach: Ints, t_to_end: Floats) -> Floats:
    """How long to leave each threat alone, (n,) s.

    Until just before a window opens or whoever waits for others must look again, but never much
    longer than a tenth of the time to impact. Others of the same run may wake it earlier: a run's
    candidates are planned together.
    """
    wait = options.found.t_launch - options.t_base
    wait = np.where(np.isnan(wait), np.inf, wait)
    if options.turns is not None:
        is_yielding = np.isfinite(options.turns.slack)
        until = np.maximum(wait, 0.5 * options.turns.slack)
        idle = np.where(is_yielding, until, np.inf)
        wait = np.where(options.turns.is_free, wait, idle)
    first = wait.min(axis=1, initial=np.inf)
    first = np.where((reach == NOW).any(axis=1), 0.0, first)
    longest = np.clip(NAP_SHARE * t_to_end, lead.decision_period, LONGEST_NAP)
    return np.asarray(np.minimum(np.maximum(first - lead.decision_period, 0.0), longest))


def written(problems: Problems, assignment: Assignment, run: Ints, cell: int, t: float) -> Plans:
    """The plans of one cell at one time, one for each problem in which something can be fired now.

    Parameters
    ----------
    problems : Problems
    assignment : Assignment
        Of a policy.
    run : (n,) int
        Run of each threat.
    cell : int
    t : float
    """
    first, n = problems.offsets[:-1], np.diff(problems.offsets)
    is_now = np.logical_or.reduceat((problems.reach == NOW).any(axis=1), first)
    whole = at_stake(problems) if len(problems.stake) else np.add.reduceat(problems.value, first)
    reckoned = assignment.ahead or _at_once(problems, assignment, whole)
    kept = np.flatnonzero(is_now)
    return Plans(
        run=run[first][kept],
        cell=np.full(len(kept), cell, dtype=np.int64),
        t=np.full(len(kept), t),
        threats=n[kept],
        rounds=np.add.reduceat(assignment.given.sum(axis=1), first)[kept],
        value=whole[kept],
        loss=reckoned.loss[kept],
        bound=reckoned.bound[kept],
        work=reckoned.work[kept],
    )


def _at_once(problems: Problems, assignment: Assignment, whole: Floats) -> Ahead:
    """Of a plan that is nothing more than the rounds given; ``whole`` (g,) is at stake."""
    loss = whole - objective(problems, assignment.given)
    bound = np.where(assignment.is_proven, loss, np.nan)
    return Ahead(loss, bound, np.zeros(len(loss), dtype=np.int64))
