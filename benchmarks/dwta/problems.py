"""Dynamic assignment problems drawn from a stated law, and what a policy does in one of them.

Needs NumPy only. README.md beside it tells the rules and the format of the files.

A problem has threats with launch windows at batteries, rounds that hold a guidance channel while
they fly, and results that are known one slot after arrival. A policy sees the whole problem, but
each result only when it is known.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FORMAT = "dwta-1"
SLOTS = 60
WAIT = -1
LAST_LAUNCH = SLOTS - 10
LOOK = 1  # slots from arrival until the result is known
SURE: Floats = np.zeros((0, 2))


class Case(NamedTuple):
    """Size of the problems of one law."""

    threats: int
    batteries: int
    rounds: int  # of each battery
    channels: int  # of each battery


CASES = {
    "ample": Case(200, 8, 44, 9),
    "scarce": Case(200, 8, 24, 6),
    "channels": Case(200, 8, 44, 4),
    "large_ample": Case(500, 25, 40, 9),
    "large_scarce": Case(500, 25, 20, 4),
}


class FiringProblem(NamedTuple):
    """n threats that b batteries can meet in some slots, and what the batteries have."""

    value: Floats  # (n,) lost if the threat is not killed
    p_kill: Floats  # (n, b) of one round, 0 where the battery cannot meet it
    first: Ints  # (n, b) first launch slot
    last: Ints  # (n, b) last launch slot
    flight: Ints  # (n, b) slots in which a round holds a channel
    known: Ints  # (n, b) slots from launch until the result is known
    rounds: Ints  # (b,) at the beginning
    channels: Ints  # (b, n_slots) in each slot
    word: Floats = SURE  # (b, 2) chance to hear of a dead threat that it lives, and the reverse


class Standing(NamedTuple):
    """What a policy may know at the beginning of a slot."""

    slot: int
    is_open: Bools  # (n,) not said to be killed
    ready: Ints  # (n,) slot in which nothing is in flight any more, at least this one
    chance: Floats  # (n,) that it will live and be said to live; 1 for nothing in flight
    rounds: Ints  # (b,) left
    channels: Ints  # (b, n_slots) free


class Orders(NamedTuple):
    """What is fired in a slot."""

    battery: Ints  # (n,) or WAIT
    rounds: Ints  # (n,)


class Policy(Protocol):
    """Decides slot by slot. One object serves one fight."""

    def __call__(self, problem: FiringProblem, standing: Standing) -> Orders:
        """Orders for this slot."""


class Fight(NamedTuple):
    """What came of it."""

    leak: float  # value of the threats that were not killed
    rounds: int  # fired
    refused: int  # orders that could not be carried out
    luck: float  # what chance added to the leak, as told by ``worth``; 0 on average


def draw(case: Case, seed: int, arrivals: int = 40, error: float = 0.0) -> FiringProblem:
    """A problem of the law, for a seed; each word about a threat is wrong with chance ``error``.

    Draws in this order, from NumPy's ``default_rng``: value U(25, 100); arrival 0 to 39, or before
    another slot ``arrivals``; a battery
    covers a threat with probability 0.5; its window opens 0 to 4 slots after arrival and lasts 6 to
    15 slots, but no launch after slot 50; flight 2 to 7 slots; kill probability U(0.6, 0.9).
    """
    rng = np.random.default_rng(seed)
    n, b = case.threats, case.batteries
    value = rng.uniform(25.0, 100.0, n)
    arrival = rng.integers(0, arrivals, n)
    is_covered = rng.random((n, b)) < 0.5
    first = arrival[:, None] + rng.integers(0, 5, (n, b))
    last = np.minimum(first + rng.integers(6, 16, (n, b)) - 1, LAST_LAUNCH)
    flight = rng.integers(2, 8, (n, b))
    p_kill = np.where(is_covered, rng.uniform(0.6, 0.9, (n, b)), 0.0)
    rounds = np.full(b, case.rounds, np.int64)
    channels = np.full((b, SLOTS), case.channels, np.int64)
    word = np.full((b, 2), error) if error > 0.0 else SURE
    return FiringProblem(value, p_kill, first, last, flight, flight + LOOK, rounds, channels, word)


def to_document(name: str, law: dict[str, int], problem: FiringProblem) -> dict[str, Any]:
    """A problem as it stands in its file: only chances that are not 0 are listed."""
    threats = []
    for j, value in enumerate(problem.value):
        chances = [
            [
                int(b),
                float(problem.p_kill[j, b]),
                *(int(a[j, b]) for a in (problem.first, problem.last, problem.flight)),
                int(problem.known[j, b]),
            ]
            for b in np.flatnonzero(problem.p_kill[j])
        ]
        threats.append({"value": float(value), "chances": chances})
    batteries = [
        {"rounds": int(r), "channels": int(c)}
        for r, c in zip(problem.rounds, problem.channels[:, 0], strict=True)
    ]
    return {
        "format": FORMAT,
        "name": name,
        "law": law,
        "slots": problem.channels.shape[1],
        "batteries": batteries,
        "threats": threats,
    }


def from_document(document: dict[str, Any]) -> FiringProblem:
    """The problem of a file; ValueError if it is of another format."""
    if document.get("format") != FORMAT:
        found = document.get("format")
        raise ValueError(f"format is {found!r}; this program reads {FORMAT!r}.")
    threats, batteries = document["threats"], document["batteries"]
    n, b, slots = len(threats), len(batteries), document["slots"]
    p_kill, first = np.zeros((n, b)), np.zeros((n, b), np.int64)
    last, flight, known = first - 1, first + 1, first + 1
    for j, threat in enumerate(threats):
        for battery, p, *times in threat["chances"]:
            p_kill[j, battery] = p
            first[j, battery], last[j, battery], flight[j, battery], known[j, battery] = times
    return FiringProblem(
        np.array([threat["value"] for threat in threats]),
        p_kill,
        first,
        last,
        flight,
        known,
        np.array([battery["rounds"] for battery in batteries]),
        np.repeat([[battery["channels"]] for battery in batteries], slots, axis=1),
    )


def read(path: Path) -> FiringProblem:
    """The problem of a file."""
    return from_document(json.loads(path.read_text(encoding="utf-8")))


def to_text(document: dict[str, Any]) -> str:
    """A document as it is written: one line for each threat."""
    threats = document["threats"]
    head = json.dumps({k: v for k, v in document.items() if k != "threats"})
    lines = ",\n".join(json.dumps(threat) for threat in threats)
    return f'{head[:-1]}, "threats": [\n{lines}\n]}}\n'


def fight(
    problem: FiringProblem,
    policy: Policy,
    draws: Callable[[int], Floats],
    worth: Floats | None = None,
    says: Callable[[int], Floats] | None = None,
) -> Fight:
    """Play one raid. Rounds and channels are hard limits; who breaks them has the order refused.

    Parameters
    ----------
    draws : callable
        Uniform numbers (n,) of the k-th round at each threat, so that policies are compared under
        the same luck.
    says : callable, optional
        The same of the word that each round brings. Of a salvo one word of death is enough.
    worth : (n, n_slots) float
        What a threat that lives in a slot will cost, about. The luck of a salvo is (1 if the threat
        lives, else 0, less the chance of that) times the worth in the slot in which its result is
        known: 0 on average whatever the policy and the table, so leak - luck has the mean of the
        leak. With a good table it varies much less (a martingale as control variate).

    Notes
    -----
    Source: Henderson and Glynn, Mathematics of Operations Research 27 (2002).
    """
    n = len(problem.value)
    rows = np.arange(n)
    is_killed, said_dead, known_dead = (np.zeros(n, np.bool_) for _ in range(3))
    ready, chance, shots = np.zeros(n, np.int64), np.ones(n), np.zeros(n, np.int64)
    rounds, channels = problem.rounds.copy(), problem.channels.copy()
    refused, luck = 0, 0.0
    for t in range(int(problem.last.max()) + 1):
        is_due = ready <= t
        known_dead |= is_due & said_dead
        chance[is_due] = 1.0
        standing = Standing(
            t, ~known_dead, np.maximum(ready, t), chance.copy(), rounds.copy(), channels.copy()
        )
        orders = policy(problem, standing)
        for j in rows[orders.battery != WAIT]:
            b, k = int(orders.battery[j]), int(orders.rounds[j])
            in_window = problem.first[j, b] <= t <= problem.last[j, b]
            is_fit = is_due[j] and in_window and not known_dead[j] and problem.p_kill[j, b] > 0.0
            if not is_fit or rounds[b] < k or channels[b, t] < k:
                refused += 1
                continue
            rounds[b] -= k
            channels[b, t : t + problem.flight[j, b]] -= k
            lived, left = not is_killed[j], (1.0 - problem.p_kill[j, b]) ** k
            for _ in range(k):
                is_killed[j] |= draws(int(shots[j]))[j] < problem.p_kill[j, b]
                is_wrong = False
                if says is not None and len(problem.word):
                    of = problem.word[b, 0 if is_killed[j] else 1]
                    is_wrong = bool(says(int(shots[j]))[j] < of)
                said_dead[j] |= is_killed[j] ^ is_wrong
                shots[j] += 1
            chance[j] = left * (1.0 - problem.word[b, 1]) ** k if len(problem.word) else left
            ready[j] = t + problem.known[j, b]
            if worth is not None and lived:
                goes_on = not is_killed[j] and not said_dead[j]
                is_unseen = not is_killed[j] and said_dead[j]
                luck += (float(goes_on) - chance[j]) * worth[j, ready[j]]
                luck += (float(is_unseen) - (left - chance[j])) * problem.value[j]
    return Fight(float(problem.value[~is_killed].sum()), int(shots.sum()), refused, luck)
