"""``opendome assign``: rounds to threats with a proof, or the check of a proof."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from opendome.battle.static.certificate import Solution
from opendome.battle.static.check import fault
from opendome.battle.static.limits import Limits
from opendome.battle.static.solve import solve
from opendome.formats.assignment import read_instance
from opendome.formats.certificate import (
    figures,
    read_certificate,
    write_certificate,
    write_solution,
)
from opendome.kernels.packages import Instance
from opendome.views.cli.voice import note, people, print_json

DONE, FAILED = 0, 1


def act(given: argparse.Namespace) -> int:
    """Run the command; gives the exit code."""
    instance = read_instance(given.file)
    if given.check:
        return _check(given, instance)
    start = time.process_time()
    solution = solve(instance, Limits(is_late=lambda: time.process_time() - start > given.seconds))
    seconds = time.process_time() - start
    folder = Path(given.out or Path("runs") / f"assign-{Path(given.file).stem}")
    folder.mkdir(parents=True, exist_ok=True)
    write_solution(folder / "solution.json", solution)
    write_certificate(folder / "certificate.json", instance, solution)
    _say(given, instance, solution, seconds)
    people(given.json).print(f"Plan and certificate: {folder}", markup=False)
    return DONE


def _check(given: argparse.Namespace, instance: Instance) -> int:
    start = time.process_time()
    solution = read_certificate(Path(given.check), instance)
    wrong = fault(instance, solution)
    if wrong:
        note(f"{Path(given.check).name}: the certificate does not hold: {wrong}")
        return FAILED
    _say(given, instance, solution, time.process_time() - start)
    people(given.json).print("The certificate holds.", markup=False)
    return DONE


def _say(given: argparse.Namespace, instance: Instance, found: Solution, seconds: float) -> None:
    if given.json:
        print_json({**figures(found), "seconds": round(seconds, 6)})
    console = people(given.json)
    n, k = instance.miss.shape
    value = float(instance.value.sum())
    verdict = "no plan is better" if found.is_proven else "not proven"
    for line in (
        f"{n} threats worth {value:.10g}, {int(instance.rounds.sum())} rounds of {k} kinds",
        f"objective  {found.objective:.6f}  (value that gets through)",
        f"bound      {found.bound:.6f}  ({verdict}; gap {100 * found.gap:.2g} %)",
        f"seconds    {seconds:.3f}  (processor time)",
    ):
        console.print(line, markup=False)
