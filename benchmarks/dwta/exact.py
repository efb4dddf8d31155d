"""The best policy of a tiny instance, found by looking at every state; plain Python."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from .problems import FiringProblem

Threat = tuple[int, float, float, bool]
GONE: Threat = (-1, 0.0, 0.0, False)


def optimum(
    problem: FiringProblem,
    launches: Collection[int] | None = None,
    word: Sequence[tuple[float, float]] | None = None,
) -> float:
    """Least expected loss of any policy that fires single rounds, within all limits.

    With ``launches`` rounds leave in these slots only. With ``word`` looks are wrong: it holds for
    each battery the chance to hear of a dead threat that it lives, and of a living one that it
    is dead; nobody fires at what is said to be dead.
    A state is the slot, of each threat when it may be fired at again, the chances that it lives
    and that it is dead with what was said of it, and whether word of it has come, the rounds left
    and the channels held. The number of states grows without measure: use it for a handful of
    threats.
    """
    n, b = problem.p_kill.shape
    slots = int(problem.last.max() + problem.known.max()) + 1
    p_kill, values = problem.p_kill.tolist(), problem.value.tolist()
    first, last = problem.first.tolist(), problem.last.tolist()
    flight, known = problem.flight.tolist(), problem.known.tolist()
    most = problem.channels[:, 0].tolist()
    errors = [(0.0, 0.0)] * b if word is None else [(float(x), float(y)) for x, y in word]

    def put(row: tuple, place: int, what: object) -> tuple:
        return (*row[:place], what, *row[place + 1 :])

    @cache
    def expected(t: int, threats: tuple[Threat, ...], rounds: tuple, held: tuple) -> float:
        """At the beginning of a slot; ``held`` are (battery, slot in which it is free again)."""
        if t == slots:
            return sum(v * one[1] for v, one in zip(values, threats, strict=True))
        held = tuple(sorted(h for h in held if h[1] > t))
        return act(t, threats, rounds, held, 0)

    @cache
    def act(t: int, threats: tuple[Threat, ...], rounds: tuple, held: tuple, j: int) -> float:
        """Orders of this slot, threat by threat."""
        if j == n:
            return settle(t + 1, threats, rounds, held, 0)
        least = act(t, threats, rounds, held, j + 1)
        _, alive, dead, is_known = threats[j]
        if not is_known or (launches is not None and t not in launches):
            return least
        for k in range(b):
            p = p_kill[j][k]
            is_open = p > 0.0 and first[j][k] <= t <= last[j][k] and rounds[k] > 0
            if not is_open or sum(h[0] == k for h in held) >= most[k]:
                continue
            now = tuple(sorted((*held, (k, t + flight[j][k]))))
            says_lives, says_dead = errors[k]
            lives = alive * (1.0 - p) * (1.0 - says_dead)
            unseen = values[j] * (alive * (1.0 - p) - lives)
            fired = (t + known[j][k], lives, (dead + alive * p) * says_lives, False)
            fewer = put(rounds, k, rounds[k] - 1)
            least = min(least, unseen + act(t, put(threats, j, fired), fewer, now, j + 1))
        return least

    @cache
    def settle(t: int, threats: tuple[Threat, ...], rounds: tuple, held: tuple, j: int) -> float:
        """Words that are heard at the beginning of a slot."""
        if j == n:
            return expected(t, threats, rounds, held)
        ready, alive, dead, is_known = threats[j]
        if is_known or ready != t:
            return settle(t, threats, rounds, held, j + 1)
        gone = settle(t, put(threats, j, GONE), rounds, held, j + 1)
        said = alive + dead
        if said == 0.0:
            return gone
        there = put(threats, j, (t, alive / said, dead / said, True))
        return float(said * settle(t, there, rounds, held, j + 1) + (1.0 - said) * gone)

    return expected(0, ((0, 1.0, 0.0, True),) * n, tuple(problem.rounds.tolist()), ())
