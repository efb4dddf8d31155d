"""Assignment policies that need no solver, and the objective by which all policies are measured.

A policy turns a batch of problems into an ``Assignment``. The table of policies is ``POLICIES``
in the package itself; the exact policy lives in ``exact.py``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.assignment import Problems, allot_by_return, allot_in_order
from opendome.kernels.nearest import allot_to_nearest

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Ahead(NamedTuple):
    """What a plan over time says of g problems; the given rounds are only its beginning."""

    loss: Floats  # (g,) value expected to be lost under the plan
    bound: Floats  # (g,) less is lost under no plan of its class
    work: Ints  # (g,) sweeps of pricing


class Assignment(NamedTuple):
    """Rounds of each battery for each threat."""

    given: Ints  # (n, b)
    is_proven: Bools  # (g,) no other assignment of the problem has a larger objective
    ahead: Ahead | None = None  # of a policy that plans more than the rounds it gives


def problem_of_row(problems: Problems) -> Ints:
    """Number of the problem that each row belongs to, (n,)."""
    return np.repeat(np.arange(len(problems.offsets) - 1), np.diff(problems.offsets))


def counts_by_kind(problems: Problems, given: Ints) -> Ints:
    """Rounds of each kind for each threat, (n, k)."""
    counts = np.zeros(problems.p_kill.shape, dtype=np.int64)
    for b, kind in enumerate(problems.kind):
        counts[:, kind] += given[:, b]
    return counts


def worth(problems: Problems, counts: Ints) -> Floats:
    """Expected value that rounds save at each threat, less their cost, (n,).

    Parameters
    ----------
    problems : Problems
    counts : (n, k) int
        Rounds of each kind.

    Notes
    -----
    ``value (1 - product of (1 - p_kill)^count) - cost``: independent rounds. Source: Manne, A
    Target-Assignment Problem, Operations Research 6 (1958).
    """
    survival = np.prod((1.0 - problems.p_kill) ** counts, axis=1)
    return np.asarray(problems.value * (1.0 - survival) - counts @ problems.cost)


def objective(problems: Problems, given: Ints) -> Floats:
    """Expected value saved less the cost of rounds and what they were kept for, (g,).

    Where threats are aimed at assets, what is saved is that of the assets.
    """
    counts = counts_by_kind(problems, given)
    if len(problems.stake):
        saved = at_stake(problems) - lost(problems, counts)
        paid = np.zeros(len(saved))
        np.add.at(paid, problem_of_row(problems), counts @ problems.cost)
        return np.asarray(saved - paid - forgone(problems, given))
    saved = worth(problems, counts)
    totals = np.zeros(len(problems.offsets) - 1)
    np.add.at(totals, problem_of_row(problems), saved)
    return np.asarray(totals - forgone(problems, given))


def at_stake(problems: Problems) -> Floats:
    """Value expected to be lost if no round is fired, (g,)."""
    return lost(problems, np.zeros(problems.p_kill.shape, dtype=np.int64))


def lost(problems: Problems, counts: Ints) -> Floats:
    """Value expected to be lost with so many rounds (n, k) of each kind, (g,).

    Of an asset that threats are aimed at: its worth times the chance that one of them destroys it.
    """
    totals = np.zeros(len(problems.offsets) - 1)
    of, through = problem_of_row(problems), np.prod((1.0 - problems.p_kill) ** counts, axis=1)
    if not len(problems.stake):
        np.add.at(totals, of, problems.value * through)
        return totals
    pairs = np.column_stack([of, problems.aim])
    _, first, asset = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
    survives = np.ones(len(first))
    np.multiply.at(survives, asset, 1.0 - p_destroy(problems) * through)
    np.add.at(totals, of[first], problems.stake[first] * (1.0 - survives))
    return totals


def p_destroy(problems: Problems) -> Floats:
    """Chance that each threat destroys its asset if it gets through, (n,)."""
    worth_of = np.where(problems.stake > 0.0, problems.stake, 1.0)
    return np.asarray(np.clip(problems.value / worth_of, 0.0, 1.0))


def forgone(problems: Problems, given: Ints) -> Floats:
    """What the rounds given were worth kept, in each problem, (g,)."""
    if problems.kept.shape[1] == 0:
        return np.zeros(len(problems.offsets) - 1)
    used = np.zeros_like(problems.rounds)
    np.add.at(used, problem_of_row(problems), given)
    place = np.arange(problems.kept.shape[1])
    is_used = (problems.rounds - used)[:, :, None] <= place
    is_used &= place < problems.rounds[:, :, None]
    return np.asarray((problems.kept * is_used).sum(axis=(1, 2)))


def fixed_salvo(problems: Problems) -> Assignment:
    """Give each threat its whole salvo, the one whose last chance comes first before the others."""
    given = allot_in_order(problems, in_order_of_last_chances(problems))
    return Assignment(given, np.zeros(len(problems.offsets) - 1, dtype=np.bool_))


def nearest_shooter(problems: Problems) -> Assignment:
    """Give each threat its whole salvo from the battery whose rounds get there soonest."""
    given = allot_to_nearest(problems, in_order_of_last_chances(problems))
    return Assignment(given, np.zeros(len(problems.offsets) - 1, dtype=np.bool_))


def in_order_of_last_chances(problems: Problems) -> Ints:
    """Rows (n,), problem by problem, the one whose last chance comes first before the others."""
    rows = np.arange(len(problems.value))
    return np.lexsort((rows, problems.t_last, problem_of_row(problems)))


def greedy(problems: Problems) -> Assignment:
    """Again and again the round that saves most; proven where all rounds in reach are alike."""
    return Assignment(allot_by_return(problems), has_one_kind(problems))


def has_one_kind(problems: Problems) -> Bools:
    """Whether all batteries that reach anything fire one kind of round and share nothing, (g,)."""
    n_kinds = len(problems.cost)
    if len(set(problems.unit.tolist())) < len(problems.unit):
        return np.zeros(len(problems.offsets) - 1, dtype=np.bool_)
    in_reach = np.zeros((len(problems.offsets) - 1, n_kinds), dtype=np.bool_)
    row, battery = np.nonzero(problems.reach)
    in_reach[problem_of_row(problems)[row], problems.kind[battery]] = True
    return np.asarray(in_reach.sum(axis=1) <= 1)
