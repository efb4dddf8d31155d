"""The best policy of a tiny instance, found by looking at every state; plain Python."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from .problems import FiringProblem


def optimum(problem: FiringProblem, launches: Collection[int] | None = None) -> float:
    """Least expected loss of any policy that fires single rounds, within all limits.

    With ``launches`` rounds leave in these slots only.
    A state is the slot, when each threat may be fired at again and with which chance it lives, the
    rounds left and the channels held. The number of states grows without measure: use it for a
    handful of threats.
    """
    n, b = problem.p_kill.shape
    slots = int(problem.last.max() + problem.known.max()) + 1
    p_kill, values = problem.p_kill.tolist(), problem.value.tolist()
    first, last = problem.first.tolist(), problem.last.tolist()
    flight, known = problem.flight.tolist(), problem.known.tolist()
    most = problem.channels[:, 0].tolist()

    def put(row: tuple, place: int, what: object) -> tuple:
        return (*row[:place], what, *row[place + 1 :])

    @cache
    def expected(t: int, ready: tuple, chance: tuple, rounds: tuple, held: tuple) -> float:
        """At the beginning of a slot; ``held`` are (battery, slot in which it is free again)."""
        if t == slots:
            return sum(v * c for v, c in zip(values, chance, strict=True))
        held = tuple(sorted(h for h in held if h[1] > t))
        return act(t, ready, chance, rounds, held, 0)

    @cache
    def act(t: int, ready: tuple, chance: tuple, rounds: tuple, held: tuple, j: int) -> float:
        """Orders of this slot, threat by threat."""
        if j == n:
            return settle(t + 1, ready, chance, rounds, held, 0)
        least = act(t, ready, chance, rounds, held, j + 1)
        if chance[j] != 1.0 or ready[j] > t or (launches is not None and t not in launches):
            return least
        for k in range(b):
            is_open = p_kill[j][k] > 0.0 and first[j][k] <= t <= last[j][k] and rounds[k] > 0
            if not is_open or sum(h[0] == k for h in held) >= most[k]:
                continue
            now = tuple(sorted((*held, (k, t + flight[j][k]))))
            after = put(ready, j, t + known[j][k]), put(chance, j, 1.0 - p_kill[j][k])
            least = min(least, act(t, *after, put(rounds, k, rounds[k] - 1), now, j + 1))
        return least

    @cache
    def settle(t: int, ready: tuple, chance: tuple, rounds: tuple, held: tuple, j: int) -> float:
        """Results that are known at the beginning of a slot."""
        if j == n:
            return expected(t, ready, chance, rounds, held)
        if ready[j] != t or chance[j] in (0.0, 1.0):
            return settle(t, ready, chance, rounds, held, j + 1)
        lives = settle(t, ready, put(chance, j, 1.0), rounds, held, j + 1)
        dies = settle(t, ready, put(chance, j, 0.0), rounds, held, j + 1)
        return float(chance[j] * lives + (1.0 - chance[j]) * dies)

    return expected(0, (0,) * n, (1.0,) * n, tuple(problem.rounds.tolist()), ())
