"""Dynamic assignment: what policies leak beside a bound that none can beat, and how long they plan.

Problems follow the law in ``dwta/problems.py``. Policies meet the same luck, run for run.
``python -m benchmarks.firing RUNS [CASE ...] [--keep FILE]`` goes on where an earlier call stopped.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.dwta.problems import (
    CASES,
    Case,
    FiringProblem,
    Orders,
    Policy,
    Standing,
    draw,
    fight,
)
from benchmarks.firing_policies import Replanned, Salvo, bound, worth_at
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

TRUSTING: dict[str, Callable[[], Policy]] = {
    "planned as if words were right": lambda: Replanned(is_trusting=True),
}


class Timed:
    """A policy, and the processor time of its decisions, s."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.seconds: list[float] = []

    def __call__(self, problem: FiringProblem, standing: Standing) -> Orders:
        """Orders for this slot."""
        begin = time.process_time()
        orders = self.policy(problem, standing)
        self.seconds.append(time.process_time() - begin)
        return orders


class Raid(NamedTuple):
    """What came of one run of one policy."""

    leak: float
    luck: float
    seconds: list[float]  # of each decision


class Kept:
    """Raids that were fought, by case, policy and run; in a file, where one is named."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.raids: dict[tuple[str, str, int], Raid] = {}
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                case, policy, run, *raid = json.loads(line)
                self.raids[case, policy, run] = Raid(*raid)

    def add(self, key: tuple[str, str, int], raid: Raid) -> None:
        """Keep a raid."""
        self.raids[key] = raid
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([*key, *raid]) + "\n")


def raid(problem: FiringProblem, worth: Any, policy: Policy, run: int) -> Raid:
    """One policy under the luck of one run."""
    rng, shape = np.random.default_rng(LUCK + run), (MANY, len(problem.value))
    uniform, of_words, timed = rng.random(shape), rng.random(shape), Timed(policy)
    result = fight(problem, timed, lambda k: uniform[k], worth, lambda k: of_words[k])
    assert result.refused == 0
    return Raid(result.leak, result.luck, [round(s, 6) for s in timed.seconds])


def mean_and_half(values: Any) -> tuple[float, float]:
    """Mean, and half of its 95 % interval."""
    return float(values.mean()), float(1.96 * values.std(ddof=1) / np.sqrt(len(values)))


def of_case(name: str, case: Case, runs: int, kept: Kept, error: float = 0.0) -> list[Row]:
    """Bound, leaks of all policies, paired differences to the simplest, time of a decision.

    With an ``error`` each word about a threat is wrong with that chance.
    """
    problem, policies = draw(case, SEED, error=error), POLICIES
    if error > 0.0:
        name, policies = f"{name}, error {error:g}", POLICIES | TRUSTING
    bound(problem, Effort(sweeps=2))  # compiles
    least = bound(problem, CLOSE)
    worth = worth_at(problem, least)
    size = f"{case.threats} threats, {case.batteries} x {case.rounds}, {case.channels} channels"
    rows = [Row("firing", f"{name}, bound", least.bound, "value", size)]
    simple, seconds = None, [0.0]
    for title, make in policies.items():
        for run in range(runs):
            if (name, title, run) not in kept.raids:
                kept.add((name, title, run), raid(problem, worth, make(), run))
        raids = [kept.raids[name, title, run] for run in range(runs)]
        found = np.array([r.leak for r in raids])
        less_luck = np.array([r.leak - r.luck for r in raids])
        seconds = [s for r in raids for s in r.seconds]
        mean, half = mean_and_half(found)
        note = f"+- {half:.0f} over {runs} runs; without luck "
        mean, half = mean_and_half(less_luck)
        above = f"{100 * (mean / least.bound - 1):.1f} +- {100 * half / least.bound:.1f} %"
        note += f"{mean:.0f} +- {half:.0f}, {above} above the bound"
        if simple is not None:
            less, spread = mean_and_half(simple - less_luck)
            note += f"; {less:.0f} +- {spread:.0f} less than the first"
        else:
            simple = less_luck
        rows.append(Row("firing", f"{name}, {title}", float(found.mean()), "value", note))
    again, slow = np.percentile(seconds, [50, 95])
    note = f"p95 {1e3 * slow:.0f} ms, largest {1e3 * max(seconds):.0f} ms"
    rows.append(Row("firing", f"{name}, one planning", 1e3 * again, "CPU-ms", note))
    return rows


def measure(runs: int = RUNS) -> list[Row]:
    """All cases."""
    return [row for name, case in CASES.items() for row in of_case(name, case, runs, Kept(None))]


def main() -> None:
    """Some cases, with a number of runs of one's own."""
    from benchmarks.__main__ import print_rows

    parser = argparse.ArgumentParser(prog="python -m benchmarks.firing", description=__doc__)
    parser.add_argument("runs", type=int, metavar="RUNS", help="of each case")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--error", type=float, default=0.0, help="chance that a word is wrong")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="of raids that were fought")
    options = parser.parse_args()
    kept = Kept(options.keep)
    for name in options.cases or CASES:
        print_rows(of_case(name, CASES[name], options.runs, kept, options.error))


if __name__ == "__main__":
    main()
