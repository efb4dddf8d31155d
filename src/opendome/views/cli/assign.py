"""``opendome assign``: rounds to threats with a proof, or the check of a proof."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from opendome.battle.assets import check as check_of_assets
from opendome.battle.assets import solve as solve_for_assets
from opendome.battle.assets.problem import Defended, survivals
from opendome.battle.assets.solution import Solution as Plan
from opendome.battle.static.certificate import Solution
from opendome.battle.static.check import fault
from opendome.battle.static.limits import Limits
from opendome.battle.static.solve import solve
from opendome.formats.assignment import read_problem
from opendome.formats.certificate import (
    figures,
    held,
    read_certificate,
    read_proof,
    write_certificate,
    write_plan,
    write_proof,
    write_solution,
)
from opendome.kernels.packages import Instance
from opendome.views.cli.voice import note, people, print_json

DONE, FAILED = 0, 1
FEW = 24  # numbers of assets in a line


def act(given: argparse.Namespace) -> int:
    """Run the command; gives the exit code."""
    problem = read_problem(given.file)
    if given.check:
        return _check(given, problem)
    folder = Path(given.out or Path("runs") / f"assign-{Path(given.file).stem}")
    start = time.process_time()
    limits = Limits(is_late=lambda: time.process_time() - start > given.seconds)
    if isinstance(problem, Defended):
        plan = solve_for_assets.solve(problem, limits)
        seconds = time.process_time() - start
        folder.mkdir(parents=True, exist_ok=True)
        write_plan(folder / "solution.json", problem, plan)
        write_proof(folder / "certificate.json", problem, plan)
        _say_assets(given, problem, plan, seconds)
    else:
        solution = solve(problem, limits)
        seconds = time.process_time() - start
        folder.mkdir(parents=True, exist_ok=True)
        write_solution(folder / "solution.json", solution)
        write_certificate(folder / "certificate.json", problem, solution)
        _say(given, problem, solution, seconds)
    people(given.json).print(f"Plan and certificate: {folder}", markup=False)
    return DONE


def _check(given: argparse.Namespace, problem: Instance | Defended) -> int:
    start, path = time.process_time(), Path(given.check)
    if isinstance(problem, Defended):
        plan = read_proof(path, problem)
        wrong = check_of_assets.fault(problem, plan)
    else:
        solution = read_certificate(path, problem)
        wrong = fault(problem, solution)
    if wrong:
        note(f"{path.name}: the certificate does not hold: {wrong}")
        return FAILED
    seconds = time.process_time() - start
    if isinstance(problem, Defended):
        _say_assets(given, problem, plan, seconds)
    else:
        _say(given, problem, solution, seconds)
    people(given.json).print("The certificate holds.", markup=False)
    return DONE


def _say(given: argparse.Namespace, instance: Instance, found: Solution, seconds: float) -> None:
    n, k = instance.miss.shape
    value = float(instance.value.sum())
    head = f"{n} threats worth {value:.10g}, {int(instance.rounds.sum())} rounds of {k} kinds"
    _tell(given, (head, "value that gets through"), found, seconds)


def _say_assets(given: argparse.Namespace, problem: Defended, plan: Plan, seconds: float) -> None:
    n, k = problem.miss.shape
    value = float(problem.value.sum())
    head = (
        f"{len(problem.value)} assets worth {value:.10g}, {n} threats, "
        f"{int(problem.rounds.sum())} rounds of {k} kinds"
    )
    _tell(given, (head, "asset value lost"), plan, seconds)
    survive = survivals(problem, plan.counts)
    for what, assets in held(problem, plan).items():
        if len(assets):
            worth = float(problem.value[assets].sum())
            low, high = float(np.min(survive[assets])), float(np.max(survive[assets]))
            names = ", ".join(map(str, assets[:FEW])) + (" ..." if len(assets) > FEW else "")
            people(given.json).print(
                f"{what.replace('_', ' '):<11}{len(assets)} assets worth {worth:.10g}, "
                f"chance to survive {low:.3g} to {high:.3g}: {names}",
                markup=False,
            )


def _tell(
    given: argparse.Namespace, words: tuple[str, str], found: Solution | Plan, seconds: float
) -> None:
    head, lost = words
    if given.json:
        print_json({**figures(found), "seconds": round(seconds, 6)})
    verdict = "no plan is better" if found.is_proven else "not proven"
    for line in (
        head,
        f"objective  {found.objective:.6f}  ({lost})",
        f"bound      {found.bound:.6f}  ({verdict}; gap {100 * found.gap:.2g} %)",
        f"seconds    {seconds:.3f}  (processor time)",
    ):
        people(given.json).print(line, markup=False)
