"""Static assignment: exact solutions of problems by the laws of the literature, and plans at once.

Published results that these may be set beside: Andersen, Pavlikov and Toffolo (Annals of Operations
Research 312, 2022), CPLEX, two hours for each file; Bertsimas and Paskov (Naval Research Logistics
72, 2025). Kernels are warm: a small problem of each law is solved first.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from benchmarks.instances import ahuja, andersen, besieged, rough
from benchmarks.measure import Row, timed
from opendome.battle.assets import check as check_of_assets
from opendome.battle.assets import solve as solve_for_assets
from opendome.battle.assets.solution import Solution as Plan
from opendome.battle.static.anytime import Effort, Start, assign_now
from opendome.battle.static.certificate import Solution
from opendome.battle.static.check import UNDECIDED, fault
from opendome.battle.static.limits import Limits
from opendome.battle.static.solve import solve
from opendome.kernels.packages import Instance

MAX_SECONDS = 60.0  # of one search; what is not proven by then is said to be so
N_ROUGH = 200
CASES: dict[str, tuple[Callable[[], Instance], str]] = {
    "public law 50x100, 1 each": (lambda: andersen(50, 100, 1), "aim 3 s"),
    "public law 50x100, 3 each": (lambda: andersen(50, 100, 3), "aim 3 s"),
    "public law 150x300, 2 each": (lambda: andersen(150, 300, 2), "aim 3 s"),
    "public law 300x600, 3 each": (lambda: andersen(300, 600, 3), "at most 10 s, aim 3 s"),
    "public law 500x1000, 3 each": (lambda: andersen(500, 1000, 3), "at most 10 s, aim 5 s"),
    "public law 10000x10000, 1 each": (lambda: andersen(10000, 10000, 1), "aim 300 s"),
    "Ahuja's law 100x100": (lambda: ahuja(100, 100), "at most 0.01 s"),
    "Ahuja's law 1000x1000": (lambda: ahuja(1000, 1000), "at most 1 s"),
    "Ahuja's law 1000x500": (lambda: ahuja(1000, 500), "aim 60 s"),
}


def measure() -> list[Row]:
    """Processor seconds to a proof that holds, and milliseconds to a plan with a small gap."""
    for small in (ahuja(20, 20), andersen(15, 30, 3, seed=2), rough(4, 60)):
        solve(small)
        assign_now(small, Start(), Effort())
    rows = []
    for case, (make, aim) in CASES.items():
        found: list[Solution] = []
        instance = make()
        cpu = timed(lambda: found.append(solve(instance, _limits())), 3, 10.0).cpu  # noqa: B023
        rows.append(Row("assign", case, cpu, "s", f"{_verdict(instance, found[0])}; {aim}"))
    return rows + _assets() + _at_once()


def _assets() -> list[Row]:
    """Which assets to hold: processor seconds to a proof, and what the check says of it."""
    rows = []
    sizes = [(20, 100, k, r) for k in (1, 2, 3) for r in (50, 100, 150)]
    for a, n, k, r in [*sizes, (20, 100, 6, 100), (50, 500, 3, 500), (10, 100, 3, 100)]:
        for p_destroy in (1.0, 0.5):
            problem = besieged(a, n, k, r, p_destroy=p_destroy)
            found: list[Plan] = []
            cpu = timed(
                lambda: found.append(solve_for_assets.solve(problem, _limits())),  # noqa: B023
                3,
                10.0,
            ).cpu
            start = time.process_time()
            wrong = check_of_assets.fault(problem, found[0])
            seconds = time.process_time() - start
            if wrong and not wrong.startswith(UNDECIDED):
                raise RuntimeError(wrong)
            proof = "proven" if found[0].is_proven else f"gap {100 * found[0].gap:.2g} %"
            check = "check undecided" if wrong else f"checked in {seconds:.2f} s"
            case = f"{a} assets, {n} threats, {k} kinds, {r} rounds, p_destroy {p_destroy:g}"
            rows.append(Row("assign", case, cpu, "s", f"{found[0].objective:.6f} {proof}, {check}"))
    return rows


def _limits() -> Limits:
    end = time.process_time() + MAX_SECONDS
    return Limits(is_late=lambda: time.process_time() > end)


def _verdict(instance: Instance, solution: Solution) -> str:
    """Objective, gap, and what the independent check says of the proof."""
    start = time.process_time()
    wrong = fault(instance, solution)
    seconds = time.process_time() - start
    if wrong and not wrong.startswith(UNDECIDED):
        raise RuntimeError(wrong)
    proof = "proven" if solution.is_proven else f"not proven, gap {100 * solution.gap:.2g} %"
    check = "check undecided" if wrong else "checked"
    leaves = len(solution.certificate.leaves)
    return f"{solution.objective:.6f} {proof}, {leaves} leaves, {check} in {seconds:.1f} s"


def _at_once() -> list[Row]:
    """Plans for rough problems of 500 threats, cold: no plan and no prices from before."""
    times, gaps = np.empty(N_ROUGH), np.empty(N_ROUGH)
    for seed in range(N_ROUGH):
        instance = rough(seed)
        gaps[seed] = 100.0 * assign_now(instance, Start(), Effort()).gap
        work = timed(lambda instance=instance: assign_now(instance, Start(), Effort()), 2)  # type: ignore[misc]
        times[seed] = 1e3 * work.cpu
    rows = []
    for what, values, unit, aim in (
        ("time", times, "ms", "wanted: at most 50 ms at 90 %"),
        ("proven gap", gaps, "%", "wanted: at most 0.5 % at 90 %"),
    ):
        for share in (50, 90, 99, 100):
            case = f"{N_ROUGH} rough problems, 500 threats: {what}, {share} % at most"
            value = float(np.percentile(values, share))
            rows.append(Row("assign", case, value, unit, aim if share == 90 else ""))
    return rows
