"""A solution of the static assignment problem and its proof as JSON, and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from opendome.battle.assets.problem import Defended, survivals
from opendome.battle.assets.solution import Solution as Plan
from opendome.battle.static.certificate import Branch, Certificate, Cut, Solution
from opendome.errors import RecordError
from opendome.kernels.packages import Instance, Packages

FORMAT = "opendome-assignment-2"
OF_ASSETS = "opendome-assets-1"

Read = TypeVar("Read", Solution, Plan)


def mark_of(instance: Instance | Defended) -> str:
    """What tells one problem from another, whatever file it came from."""
    digest = hashlib.sha256(np.array(instance.miss.shape).tobytes())
    for array in instance:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def write_solution(path: Path, solution: Solution) -> None:
    """Who gets what, for people and programs: a line of kinds for each threat."""
    packages = solution.packages
    kinds = [part.tolist() for part in np.split(packages.kind, packages.start[1:-1])]
    document = {**figures(solution), "rounds_of_threat": kinds}
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def write_plan(path: Path, problem: Defended, plan: Plan) -> None:
    """Who gets what, and what it does for the assets."""
    kinds = [np.repeat(np.arange(len(row)), row).tolist() for row in plan.counts]
    document = {
        **figures(plan),
        "rounds_of_threat": kinds,
        "survival_of_asset": survivals(problem, plan.counts).tolist(),
        **{what: assets.tolist() for what, assets in held(problem, plan).items()},
    }
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def held(problem: Defended, plan: Plan) -> dict[str, NDArray[np.int64]]:
    """Numbers of the assets at whose threats rounds are fired: at all, at some, at none."""
    can = problem.p_destroy > 0.0
    n = np.bincount(problem.aim[can], minlength=len(problem.value))
    is_met = can & (plan.counts.sum(axis=1) > 0)
    met = np.bincount(problem.aim[is_met], minlength=len(problem.value))
    return {
        "wholly": np.flatnonzero((n > 0) & (met == n)),
        "partly": np.flatnonzero((met > 0) & (met < n)),
        "given_up": np.flatnonzero((n > 0) & (met == 0)),
        "no_threat": np.flatnonzero(n == 0),
    }


def figures(solution: Solution | Plan) -> dict[str, Any]:
    """The figures of a solution."""
    return {
        "objective": solution.objective,
        "bound": solution.bound,
        "gap": solution.gap,
        "proven": solution.is_proven,
    }


def write_certificate(path: Path, instance: Instance, solution: Solution) -> None:
    """The solution with all that is needed to check it."""
    proof = solution.certificate
    document = {
        "format": FORMAT,
        "instance": mark_of(instance),
        **figures(solution),
        "plan": _table(solution.packages),
        "price": proof.price.tolist(),
        "least": proof.least.tolist(),
        "packages": _table(proof.packages),
        "cuts": [
            [cut.row.tolist(), cut.part.tolist(), int(cut.of), int(cut.unit)] for cut in proof.cuts
        ],
        "sieves": [price.tolist() for price in proof.sieves],
        "nodes": [list(map(int, node)) for node in proof.nodes],
        "leaves": {str(node): price.tolist() for node, price in proof.leaves.items()},
    }
    path.write_text(json.dumps(document, allow_nan=False) + "\n", encoding="utf-8")


def write_proof(path: Path, problem: Defended, plan: Plan) -> None:
    """The plan for assets with all that is needed to check it."""
    document = {
        "format": OF_ASSETS,
        "instance": mark_of(problem),
        **figures(plan),
        "counts": plan.counts.tolist(),
        "price": plan.price.tolist(),
        "least": plan.least.tolist(),
    }
    path.write_text(json.dumps(document, allow_nan=False) + "\n", encoding="utf-8")


def read_certificate(path: Path, instance: Instance) -> Solution:
    """A solution with its proof, as it was written for this problem; nothing is checked yet.

    Raises
    ------
    RecordError
        One line: the file is not there, not whole, or of another problem.
    """
    return _read(path, (FORMAT, mark_of(instance)), lambda data: _solution(data, instance))


def read_proof(path: Path, problem: Defended) -> Plan:
    """The same of a plan for assets."""
    return _read(path, (OF_ASSETS, mark_of(problem)), _plan)


def _read(path: Path, of: tuple[str, str], whole: Callable[[dict[str, Any]], Read]) -> Read:
    """What a file of some format, written for some problem, holds."""
    form, mark = of
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != form:
            raise RecordError(f"{path.name}: format is {data['format']!r}; {form!r} is read.")
        if data["instance"] != mark:
            raise RecordError(f"{path.name}: it was written for another problem.")
        return whole(data)
    except FileNotFoundError:
        raise RecordError(f"{path.name}: there is no such file.") from None
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as problem:
        what = " ".join(f"{type(problem).__name__} {problem}".split())[:80]
        raise RecordError(f"{path.name}: it is not a whole certificate ({what}).") from None


def _solution(data: dict[str, Any], instance: Instance) -> Solution:
    proof = Certificate(
        np.array(data["price"], dtype=np.float64),
        np.array(data["least"], dtype=np.float64),
        _packages(data["packages"], instance),
        [_cut(*cut) for cut in data["cuts"]],
        [np.array(price, dtype=np.float64) for price in data["sieves"]],
        [_branch(*node) for node in data["nodes"]],
        {int(node): np.array(p, dtype=np.float64) for node, p in data["leaves"].items()},
    )
    plan = _packages(data["plan"], instance)
    return Solution(plan, *_claims(data), proof)


def _plan(data: dict[str, Any]) -> Plan:
    return Plan(
        np.array(data["counts"], dtype=np.int64),
        *_claims(data),
        np.array(data["price"], dtype=np.float64),
        np.array(data["least"], dtype=np.float64),
    )


def _claims(data: dict[str, Any]) -> tuple[float, float, bool]:
    return float(data["objective"]), float(data["bound"]), bool(data["proven"])


def _branch(parent: int, threat: int, kind: int, least: int, has: int) -> Branch:
    return Branch(int(parent), int(threat), int(kind), int(least), bool(has))


def _cut(row: list[int], part: list[int], of: int, unit: int) -> Cut:
    return Cut(np.array(row, dtype=np.int64), np.array(part, dtype=np.int64), int(of), int(unit))


def _table(packages: Packages) -> dict[str, list[int]]:
    return {
        "threat": packages.threat.tolist(),
        "start": packages.start.tolist(),
        "kind": packages.kind.tolist(),
    }


def _packages(table: dict[str, list[int]], instance: Instance) -> Packages:
    """A table of packages; their losses are multiplied out by the check."""
    threat, start, kind = (np.array(table[k], dtype=np.int64) for k in ("threat", "start", "kind"))
    return Packages(threat, start, kind, np.zeros(len(threat)))
