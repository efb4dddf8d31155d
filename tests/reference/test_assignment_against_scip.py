"""Static assignment against SCIP on its own formulation, in a process of its own.

SCIP is a test extra; where it is not installed these tests are skipped.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.instances import ahuja, andersen
from opendome.battle.static.solve import solve
from opendome.kernels.packages import Instance

CHILD = Path(__file__).with_name("scip_assignment.py")
SAME = 1e-6  # of the objective: what SCIP's tolerances allow

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pyscipopt") is None, reason="SCIP is not installed"
)


def asked(instance: Instance, folder: Path, seconds: float) -> dict[str, float]:
    """Objective and bound that SCIP finds."""
    file = folder / "instance.json"
    parts = instance.value.tolist(), instance.rounds.tolist(), instance.miss.tolist()
    file.write_text(json.dumps(dict(zip(("value", "rounds", "miss"), parts))))
    done = subprocess.run(
        [sys.executable, str(CHILD), str(file), str(seconds)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, float] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    "instance",
    [andersen(6, 8, 1, 1), andersen(5, 8, 2, 2), ahuja(8, 8, 3), ahuja(12, 6, 4)],
    ids=["one each", "two each", "square", "plenty"],
)
def test_scip_agrees_on_small_problems(instance: Instance, tmp_path: Path):
    solution = solve(instance)
    found = asked(instance, tmp_path, 60.0)
    assert solution.is_proven
    assert found["bound"] == pytest.approx(found["objective"], rel=SAME)
    assert found["objective"] == pytest.approx(solution.objective, rel=SAME)


@pytest.mark.nightly
@pytest.mark.timeout(900)
@pytest.mark.parametrize("instance", [ahuja(50, 50), andersen(25, 50, 1)], ids=["square", "scarce"])
def test_scip_agrees_up_to_fifty(instance: Instance, tmp_path: Path):
    """Whether or not SCIP comes to an end, its bound and its plan lie on both sides of ours."""
    solution = solve(instance)
    found = asked(instance, tmp_path, 600.0)
    assert solution.is_proven
    assert found["bound"] <= solution.objective * (1 + SAME)
    assert found["objective"] >= solution.objective * (1 - SAME)
    assert found["objective"] - found["bound"] < 0.02 * solution.objective
