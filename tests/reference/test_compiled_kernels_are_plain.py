"""Every kernel that the program calls gives in machine code what it gives in plain Python.

Calls are recorded while scenarios run, then made again in a process without the compiler.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.house.kernel_sources import ELSEWHERE, entries

CHILD = Path(__file__).with_name("kernel_calls.py")
SAME = 1e-9  # relative to the largest number of an array

pytestmark = [pytest.mark.nightly, pytest.mark.compiled, pytest.mark.timeout(1200)]


def child(mode: str, file: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, str(CHILD), mode, str(file)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def differences(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    file = tmp_path_factory.mktemp("calls") / "calls.pickle"
    child("record", file)
    found: dict[str, list[Any]] = json.loads(child("replay", file, NUMBA_DISABLE_JIT="1"))
    return found


def test_every_call_gives_the_same(differences: dict[str, list[Any]]) -> None:
    worse = {
        kernel: found
        for kernel, found in differences.items()
        if any(gap == "slow" or not gap < SAME for gap in found)
    }
    assert not worse
    assert sum(map(len, differences.values())) > 200


def test_no_kernel_is_left_out(differences: dict[str, list[Any]]) -> None:
    """A kernel that no scenario here calls must be named, with the test that proves it."""
    silent = {kernel for kernel, found in differences.items() if not found}
    asked = {f"opendome.kernels.{kernel}" for kernel in entries() - set(ELSEWHERE)}
    assert sorted(silent & asked) == []
    assert sorted(asked - set(differences)) == []
