"""An independent check of a plan for assets and of the prices that prove it, in plain NumPy.

Nothing here is shared with the solver but the shape of problem and solution: what can be done for
an asset is written out threat by threat, without hulls, and plans are put together from tables.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.assets.problem import Defended
from opendome.battle.assets.solution import Solution

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NONE = 1e-13  # of the value of all assets: the same
SAME = 1e-7  # of the objective: what is asked of a proof
FINE = 1e-9  # of the objective: what rounding may do
UNDECIDED = "undecided"  # how a fault begins that is none: the check cannot go through the proof
CELLS = 2_000_000  # pairs that are looked at together
MOST_PAIRS = 20_000_000
LARGEST_CODE = 2**62
MOST_PLACES = 3_000_000  # uses of rounds that may have a place each


class Table(NamedTuple):
    """What can be used, each use once: a number that stands for it, and the best of it."""

    code: Ints  # (m,)
    best: Floats  # (m,)


def fault(problem: Defended, solution: Solution) -> str | None:
    """What is wrong with a solution or its proof, as a sentence; None if all holds.

    Checked are: the plan keeps the numbers of rounds and loses what is claimed; no defense of an
    asset is cheaper than its least cost; no choice of defenses that fits the rounds loses less
    than the bound.
    """
    return (
        _fault_of_shapes(problem, solution)
        or _fault_of_plan(problem, solution)
        or _fault_of_bound(problem, solution)
    )


def _fault_of_shapes(problem: Defended, solution: Solution) -> str | None:
    n, k = problem.miss.shape
    for what, numbers, size in (
        ("prices", solution.price, k), ("least costs", solution.least, len(problem.value)),
    ):  # fmt: skip
        if numbers.shape != (size,) or not np.all(np.isfinite(numbers)) or np.any(numbers < 0.0):
            return f"the {what} are not {size} numbers from 0 up."
    if solution.counts.shape != (n, k) or np.any(solution.counts < 0):
        return f"the plan is not {n} rows of {k} numbers of rounds."
    if not np.isfinite(solution.objective) or not np.isfinite(solution.bound):
        return "objective and bound are not numbers."
    return None


def _fault_of_plan(problem: Defended, solution: Solution) -> str | None:
    used = solution.counts.sum(axis=0)
    over = np.flatnonzero(used > problem.rounds)
    if len(over):
        i = int(over[0])
        return f"the plan uses {used[i]} rounds of kind {i}; there are {problem.rounds[i]}."
    lost = 0.0
    for asset, value in enumerate(problem.value):
        mine = np.flatnonzero(problem.aim == asset)
        through = np.prod(problem.miss[mine] ** solution.counts[mine], axis=1)
        lost += float(value * (1.0 - np.prod(1.0 - problem.p_destroy[mine] * through)))
    if abs(lost - solution.objective) > _part(problem, solution, FINE):
        return f"the plan loses {lost:.9g}, not {solution.objective:.9g}."
    is_proven = solution.objective - solution.bound <= _part(problem, solution, SAME)
    if solution.is_proven != is_proven or solution.bound > solution.objective:
        return f"objective {solution.objective:.9g} and bound {solution.bound:.9g} differ too much."
    return None


def _part(problem: Defended, solution: Solution, part: float) -> float:
    return part * abs(solution.objective) + NONE * float(problem.value.sum())


def _fault_of_bound(problem: Defended, solution: Solution) -> str | None:
    fine = _part(problem, solution, FINE)
    root = float(solution.least.sum() - solution.price @ problem.rounds)
    width = max(solution.bound - root, 0.0)
    radix = _radix(problem.rounds)
    if radix is None:
        return f"{UNDECIDED}: there are too many kinds of round for the tables of the check."
    tables = []
    for asset, least in enumerate(solution.least.tolist()):
        limit = max(least + width, least - fine / len(solution.least))
        table = _costs(problem, asset, (solution.price, radix), (limit, width))
        if table is None:
            return f"{UNDECIDED}: more can be done for asset {asset} than can be gone through."
        if len(table.best) and table.best.min() < least - fine / len(solution.least):
            return f"asset {asset} has a defense below its least cost."
        tables.append(Table(table.code, table.best - least))
    if width <= fine:
        return None
    plans = _together(tables, problem.rounds, radix, width)
    if plans is None:
        return f"{UNDECIDED}: more plans are near the bound than can be gone through."
    kept = (problem.rounds - _uses(plans.code, radix)) @ solution.price
    lost = root + plans.best + kept
    if len(lost) and lost.min() < solution.bound - fine:
        return f"some plan may lose no more than {lost.min():.9g}, less than the bound."
    return None


def _together(tables: list[Table], rounds: Ints, radix: Ints, width: float) -> Table | None:
    """Least cost above the cheapest of each use of rounds by all assets, below the width."""
    found = Table(np.zeros(1, dtype=np.int64), np.zeros(1))
    has_place = radix[-1] <= MOST_PLACES
    fits = (_uses(np.arange(radix[-1] if has_place else 0), radix) <= rounds).all(axis=1)
    for table in tables:
        if len(found.code) * len(table.code) <= CELLS:
            both = _joined(found, table, np.add, width)
            if both is None:
                return None
            is_in = (_uses(both.code, radix) <= rounds).all(axis=1)
            found = Table(both.code[is_in], both.best[is_in])
            continue
        if not has_place:
            return None
        line, more = np.full(radix[-1], np.inf), np.full(radix[-1], np.inf)
        line[found.code] = found.best
        for code, above in zip(table.code.tolist(), table.best.tolist()):
            np.minimum(more[code:], line[: len(line) - code] + above, out=more[code:])
        code = np.flatnonzero(fits & (more < width))
        found = Table(code, more[code])
    return found


def _radix(rounds: Ints) -> Ints | None:
    """What one round of each kind adds to a code: twice what there is fits, None if not."""
    sizes = [2 * int(n) + 1 for n in rounds]
    steps = [1]
    for size in sizes:
        steps.append(steps[-1] * size)
    return np.array(steps, dtype=np.int64) if steps[-1] < LARGEST_CODE else None


def _uses(code: Ints, radix: Ints) -> Ints:
    """Rounds of each kind that codes stand for, (m, k)."""
    return np.asarray(code[:, None] % radix[1:] // radix[:-1])


def _ways(
    miss: Floats, rounds: Ints, of: tuple[Floats, float], bounds: tuple[float, float]
) -> Ints | None:
    """Numbers of rounds (w, k) at one threat that a defense below the limit may hold.

    A way is out if one round less of some kind saves more than it loses, by the width at least:
    without that round the defense is cheaper, or costs the same with fewer rounds.
    """
    price, worth = of  # of a round; of the asset, times the chance that the threat destroys it
    limit, width = bounds
    ways = np.zeros((1, len(miss)), dtype=np.int64)
    for kind, (m, p) in enumerate(zip(miss.tolist(), price.tolist())):
        most = 0 if m >= 1.0 else int(rounds[kind])
        count = np.arange(min(most, int(min(limit / p, most)) if p > 0.0 else most) + 1)
        gained = worth * (m ** np.maximum(count - 1, 0) - m**count)
        count = count[(count == 0) | (gained > NONE * worth)]
        if len(ways) * len(count) > CELLS:
            return None
        ways = np.repeat(ways, len(count), axis=0)
        ways[:, kind] = np.tile(count, len(ways) // len(count))
        through = np.prod(miss**ways, axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            lost = worth * (through[:, None] / miss - through[:, None])
        is_out = (ways > 0) & (miss > 0.0) & (lost <= price - width) & (price > width)
        ways = ways[(ways @ price < limit) & ~is_out.any(axis=1)]
    return ways


def _costs(
    problem: Defended, asset: int, of: tuple[Floats, Ints], bounds: tuple[float, float]
) -> Table | None:
    """Least cost of each use of rounds for an asset, of those below the limit; None: too many."""
    price, radix = of
    value, mine = float(problem.value[asset]), np.flatnonzero(problem.aim == asset)
    parts = []
    for j in mine:
        p = float(problem.p_destroy[j])
        ways = _ways(problem.miss[j], problem.rounds, (price, value * p), bounds)
        if ways is None:
            return None
        parts.append(Table(ways @ radix[:-1], 1.0 - p * np.prod(problem.miss[j] ** ways, axis=1)))
    hoped = np.append(np.cumprod([part.best.max(initial=0.0) for part in parts][::-1])[::-1], 1.0)
    found = Table(np.zeros(1, dtype=np.int64), np.ones(1))
    for part, rest in zip(parts, hoped[1:]):
        both = _joined(found, part, np.multiply)
        if both is None:
            return None
        used = _uses(both.code, radix)
        least = used @ price + value * (1.0 - both.best * rest)
        stays = (used <= problem.rounds).all(axis=1) & (least < bounds[0])
        found = Table(both.code[stays], both.best[stays])
    return Table(found.code, _uses(found.code, radix) @ price + value * (1.0 - found.best))


def _joined(one: Table, other: Table, act: np.ufunc, most: float = np.inf) -> Table | None:
    """Every row of one with every row of the other, each sum of codes once."""
    if len(one.code) * len(other.code) > MOST_PAIRS:
        return None
    step = max(1, CELLS // max(len(one.code), 1))
    found = Table(np.zeros(0, dtype=np.int64), np.zeros(0))
    for low in range(0, len(other.code), step):
        code = (one.code[:, None] + other.code[low : low + step]).ravel()
        value = act(one.best[:, None], other.best[low : low + step]).ravel()
        is_in = value < most
        code = np.append(found.code, code[is_in])
        value = np.append(found.best, value[is_in])
        codes, place = np.unique(code, return_inverse=True)
        best = np.full(len(codes), np.inf if act is np.add else 0.0)
        (np.minimum if act is np.add else np.maximum).at(best, place, value)
        found = Table(codes, best)
    return found
