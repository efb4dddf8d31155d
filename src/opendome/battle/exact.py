"""The policy ``optimal``: a mixed-integer program over packages of rounds, only where it is needed.

A package is a number of rounds of each kind for one threat. Each threat gets one package; rounds
flow from batteries that reach it. Where one kind of round is in reach, or the greedy assignment
already gives every threat its best package, no solver runs.
"""

from __future__ import annotations

import itertools

import highspy
import numpy as np
from numpy.typing import NDArray

from opendome.battle.assets.decide import decide
from opendome.battle.assign import Ahead, Assignment, counts_by_kind, forgone, has_one_kind, worth
from opendome.battle.solver import new_solver
from opendome.kernels.assignment import NOW, OUT_OF_REACH, Problems, allot_by_return, allot_counts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_NODES = 2000  # of the branch-and-bound tree: work is counted, no clock is read
MAX_PACKAGES = 5000  # per threat
TOLERANCE = 1e-9  # of the largest value in a problem


def optimal(problems: Problems) -> Assignment:
    """Largest expected value saved less the cost of rounds.

    Never worse than ``greedy``: where the solver ends without a proof the better of both is
    taken, and ``is_proven`` says so. Where threats are aimed at assets, see `assets.decide`.
    """
    if len(problems.stake):
        return _hold(problems)
    given = allot_by_return(problems)
    is_proven = has_one_kind(problems)
    for g in np.flatnonzero(~is_proven):
        problem = select(problems, int(g))
        rows = slice(problems.offsets[g], problems.offsets[g + 1])
        given[rows], is_proven[g] = _solve(problem, given[rows])
    return Assignment(given, is_proven)


def _hold(problems: Problems) -> Assignment:
    """The same where a hit decides over an asset: some are held, others given up."""
    n = len(problems.offsets) - 1
    given = np.zeros_like(problems.reach)
    ahead = Ahead(np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.int64))
    is_proven = np.zeros(n, dtype=np.bool_)
    for g in range(n):
        rows = slice(problems.offsets[g], problems.offsets[g + 1])
        problem = select(problems, g)
        held = decide(problem, _ways(problem))
        given[rows], is_proven[g] = held.given, held.is_proven
        ahead.loss[g], ahead.bound[g], ahead.work[g] = held.loss, held.bound, held.work
    return Assignment(given, is_proven, ahead)


def select(problems: Problems, g: int) -> Problems:
    """One problem of a batch, alone."""
    rows = slice(problems.offsets[g], problems.offsets[g + 1])
    return Problems(
        np.array([0, problems.offsets[g + 1] - problems.offsets[g]]),
        problems.wanted[rows],
        problems.value[rows],
        problems.p_kill[rows],
        problems.t_last[rows],
        problems.reach[rows],
        problems.depth[rows],
        problems.alone[g : g + 1],
        problems.rounds[g : g + 1],
        problems.channels[g : g + 1],
        problems.kind,
        problems.unit,
        problems.cost,
        problems.periods[rows],
        problems.capacity,
        problems.kept,
        problems.word,
        problems.aim[rows],
        problems.stake[rows],
    )


def packages(n_kinds: int, n_rounds: int) -> Ints:
    """All ways (m, n_kinds) to fire 0 to ``n_rounds`` rounds of some kinds, the empty one first."""
    ways = [
        np.bincount(np.array(way, dtype=np.int64), minlength=n_kinds + 1)[:n_kinds]
        for way in itertools.combinations_with_replacement(range(n_kinds + 1), n_rounds)
    ]
    return np.array(ways, dtype=np.int64)[::-1]


def _ways(problem: Problems) -> Ints | None:
    """All ways (m, k) to fire at a threat with what is in reach of any, None if too many."""
    kinds = np.unique(problem.kind[(problem.reach != OUT_OF_REACH).any(axis=0)])
    n_rounds = int(problem.wanted.max(initial=0))
    if _n_packages(len(kinds), n_rounds) > MAX_PACKAGES:
        return None
    ways = np.zeros((_n_packages(len(kinds), n_rounds), len(problem.cost)), dtype=np.int64)
    ways[:, kinds] = packages(len(kinds), n_rounds)
    return ways


def _solve(problem: Problems, greedy: Ints) -> tuple[Ints, bool]:
    """Best assignment of one problem that is found, and whether it is proven to be the best."""
    ways = _ways(problem)
    if ways is None:
        return greedy, False
    gains = _gains(problem, ways)
    scale = max(float(problem.value.max(initial=0.0)), 1e-300)
    own = worth(problem, counts_by_kind(problem, greedy))
    if np.all(gains.max(axis=1) - own + forgone(problem, greedy)[0] <= TOLERANCE * scale):
        return greedy, True
    scaled = problem._replace(kept=problem.kept / scale)
    chosen, is_proven = _milp(scaled, ways, gains / scale, greedy)
    if chosen is None:
        return greedy, False
    given, is_complete = allot_counts(problem, ways[chosen])
    saved = gains[np.arange(len(chosen)), chosen].sum() - forgone(problem, given)[0]
    better = saved > own.sum() - forgone(problem, greedy)[0]
    return (given if is_complete and better else greedy), is_proven and is_complete


def _n_packages(n_kinds: int, n_rounds: int) -> int:
    """Number of rows of ``packages``."""
    count = 1
    for i in range(1, n_kinds + 1):
        count = count * (n_rounds + i) // i
    return count


def _gains(problem: Problems, ways: Ints) -> Floats:
    """Worth of each package at each threat, (n, m); minus infinity where it may not be used."""
    n = len(problem.value)
    gains = np.empty((n, len(ways)))
    for m, way in enumerate(ways):
        gains[:, m] = worth(problem, np.broadcast_to(way, (n, len(way))))
    in_reach = np.zeros((n, len(problem.cost)), dtype=np.bool_)
    row, battery = np.nonzero(problem.reach)
    in_reach[row, problem.kind[battery]] = True
    is_open = ((ways[None] == 0) | in_reach[:, None]).all(axis=2)
    most = np.where(ways[None] > 0, problem.wanted[:, None], np.iinfo(np.int64).max)
    is_open &= ways.sum(axis=1)[None] <= most.min(axis=2)
    return np.where(is_open, gains, -np.inf)


def _milp(problem: Problems, ways: Ints, gains: Floats, greedy: Ints) -> tuple[Ints | None, bool]:
    """Package of each threat from the solver (None if it found none), and whether it is proven."""
    lp, threat, package = _program(problem, ways, gains)
    limits = {"mip_max_nodes": MAX_NODES, "mip_rel_gap": 0.0, "mip_abs_gap": TOLERANCE}
    solver = new_solver(limits)
    solver.passModel(lp)
    start = highspy.HighsSolution()
    start.col_value = _start(problem, ways, greedy, (threat, package))
    solver.setSolution(start)
    solver.run()
    is_proven = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    solution = solver.getSolution()
    if not solution.value_valid:
        return None, False
    taken = np.array(solution.col_value)[: len(threat)] > 0.5
    chosen = np.zeros(len(problem.value), dtype=np.int64)
    chosen[threat[taken]] = package[taken]
    return chosen, is_proven


def _start(problem: Problems, ways: Ints, greedy: Ints, columns: tuple[Ints, Ints]) -> Floats:
    """The greedy assignment as values of all columns."""
    threat, package = columns
    counts = counts_by_kind(problem, greedy)
    uses = (ways[package] == counts[threat]).all(axis=1).astype(np.float64)
    battery, place = _kept(problem)
    stays = place < (problem.rounds[0] - greedy.sum(axis=0))[battery]
    flows = greedy[np.nonzero(problem.reach)]
    return np.concatenate([uses, flows, stays]).astype(np.float64)


def _kept(problem: Problems) -> tuple[Ints, Ints]:
    """Battery of each round left that is worth something kept, and how many are left before it."""
    if problem.kept.shape[1] == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    is_left = np.arange(problem.kept.shape[1]) < problem.rounds[0][:, None]
    battery, place = np.nonzero((problem.kept > 0.0) & is_left)
    return battery, place


def _program(problem: Problems, ways: Ints, gains: Floats) -> tuple[highspy.HighsLp, Ints, Ints]:
    """The mixed-integer program; first columns are packages (threat, package), then flows, kept.

    Rows: one package a threat; per threat and kind, rounds of the package = rounds that flow;
    stock per battery and channels per unit. With whole packages and no shared channels the flows
    are a transport problem with whole capacities, so they need no integrality of their own. Where
    units share channels, a plan that comes out in fractions of rounds is not taken. A round that
    is kept is one of the stock as well; they are worth less and less, so the best come first.
    """
    n, n_kinds, n_batteries = len(gains), len(problem.cost), len(problem.kind)
    threat, package = np.nonzero(np.isfinite(gains) & (ways.sum(axis=1) > 0))
    row, battery = np.nonzero(problem.reach)
    is_now = problem.reach[row, battery] == NOW
    unit = np.unique(problem.unit, return_inverse=True)[1]
    channels = np.zeros(n_batteries, dtype=np.int64)  # of units, the rest of nobody
    channels[unit] = problem.channels[0].max(initial=0)
    np.minimum.at(channels, unit, problem.channels[0])
    flow = len(threat) + np.arange(len(row))
    keeper, its = _kept(problem)
    kept = len(threat) + len(row) + np.arange(len(keeper))
    balance, stock = n, n + n * n_kinds
    place, kind = np.nonzero(ways[package])
    entries = [
        (threat, np.arange(len(threat)), np.ones(len(threat))),
        (balance + threat[place] * n_kinds + kind, place, ways[package][place, kind]),
        (balance + row * n_kinds + problem.kind[battery], flow, -np.ones(len(row))),
        (stock + battery, flow, np.ones(len(row))),
        (stock + keeper, kept, np.ones(len(keeper))),
        (stock + n_batteries + unit[battery[is_now]], flow[is_now], np.ones(is_now.sum())),
    ]
    rows, columns, values = (np.concatenate(part) for part in zip(*entries))
    order = np.lexsort((rows, columns))
    lp = highspy.HighsLp()
    lp.num_col_ = len(threat) + len(row) + len(keeper)
    lp.num_row_ = stock + 2 * n_batteries
    lp.sense_ = highspy.ObjSense.kMaximize
    worth_kept = problem.kept[keeper, its] if len(keeper) else np.zeros(0)
    lp.col_cost_ = np.concatenate([gains[threat, package], np.zeros(len(row)), worth_kept])
    lp.col_lower_ = np.zeros(lp.num_col_)
    most = np.minimum(problem.wanted[row, problem.kind[battery]], problem.rounds[0, battery])
    ones = np.ones(len(threat)), np.maximum(most, 0), np.ones(len(keeper))
    lp.col_upper_ = np.concatenate(ones).astype(np.float64)
    lp.row_lower_ = np.concatenate(
        [np.zeros(n), np.zeros(n * n_kinds), np.full(2 * n_batteries, -highspy.kHighsInf)]
    )
    limits = np.maximum(np.concatenate([problem.rounds[0], channels]), 0)
    lp.row_upper_ = np.concatenate([np.ones(n), np.zeros(n * n_kinds), limits.astype(np.float64)])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.searchsorted(columns[order], np.arange(lp.num_col_ + 1))
    lp.a_matrix_.index_ = rows[order]
    lp.a_matrix_.value_ = values[order].astype(np.float64)
    kinds = [highspy.HighsVarType.kInteger] * len(threat)
    lp.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * (len(row) + len(keeper))
    return lp, threat, package
