"""Dynamic assignment: what policies leak beside a bound that none can beat, and how long they plan.

Problems follow the law in ``firing_problems``. Policies meet the same luck, run for run.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.firing_policies import Replanned, Salvo, bound
from benchmarks.firing_problems import (
    CASES,
    Case,
    FiringProblem,
    Orders,
    Policy,
    Standing,
    draw,
    fight,
)
from benchmarks.measure import Row
from opendome.battle.sequencing import Effort

SEED = 0  # of the problem
RUNS = 40
LUCK = 10_000  # first seed of the kill draws
CLOSE = Effort(sweeps=300, gap=1e-6)
MANY = 80  # rounds at one threat: more than ever are fired
POLICIES: dict[str, Callable[[], Policy]] = {
    "one round, look": lambda: Salvo(1),
    "two rounds": lambda: Salvo(2),
    "prices of the first slot": lambda: Replanned(is_fixed=True),
    "planned again in every slot": Replanned,
}


class Timed:
    """A policy, and the processor time of its decisions, s."""

    def __init__(self, policy: Policy, seconds: list[float]) -> None:
        self.policy, self.seconds = policy, seconds

    def __call__(self, problem: FiringProblem, standing: Standing) -> Orders:
        """Orders for this slot."""
        begin = time.process_time()
        orders = self.policy(problem, standing)
        self.seconds.append(time.process_time() - begin)
        return orders


def leaks(
    problem: FiringProblem, make: Callable[[], Policy], runs: int, seconds: list[float]
) -> Any:
    """Value lost in each run, (runs,)."""
    found = []
    for run in range(runs):
        uniform = np.random.default_rng(LUCK + run).random((MANY, len(problem.value)))
        result = fight(problem, Timed(make(), seconds), lambda k, u=uniform: u[k])
        assert result.refused == 0
        found.append(result.leak)
    return np.array(found)


def mean_and_half(values: Any) -> tuple[float, float]:
    """Mean, and half of its 95 % interval."""
    return float(values.mean()), float(1.96 * values.std(ddof=1) / np.sqrt(len(values)))


def of_case(name: str, case: Case, runs: int) -> list[Row]:
    """Bound, leaks of all policies, paired differences to the simplest, time of a decision."""
    problem = draw(case, SEED)
    bound(problem, Effort(sweeps=2))  # compiles
    least = bound(problem, CLOSE)
    size = f"{case.threats} threats, {case.batteries} x {case.rounds}, {case.channels} channels"
    rows = [Row("firing", f"{name}, bound", least.bound, "value", size)]
    simple = None
    for title, make in POLICIES.items():
        seconds: list[float] = []
        found = leaks(problem, make, runs, seconds)
        mean, half = mean_and_half(found)
        above = f"{100 * (mean / least.bound - 1):.1f} % above the bound"
        note = f"+- {half:.0f} over {runs} runs, {above}"
        if simple is not None:
            less, spread = mean_and_half(simple - found)
            note += f"; {less:.0f} +- {spread:.0f} less than the first"
        else:
            simple = found
        rows.append(Row("firing", f"{name}, {title}", mean, "value", note))
    again, slow = np.percentile(seconds, [50, 95])
    note = f"p95 {1e3 * slow:.0f} ms, largest {1e3 * max(seconds):.0f} ms"
    rows.append(Row("firing", f"{name}, one planning", 1e3 * again, "CPU-ms", note))
    return rows


def measure(runs: int = RUNS) -> list[Row]:
    """All cases."""
    return [row for name, case in CASES.items() for row in of_case(name, case, runs)]


if __name__ == "__main__":
    import sys

    from benchmarks.__main__ import print_rows

    for name in sys.argv[2:] or CASES:
        print_rows(of_case(name, CASES[name], int(sys.argv[1])))
