"""How long a user waits: help, the first output of a run, and the first run of all on a machine."""

from __future__ import annotations

import sys
import tempfile

from benchmarks.measure import Row, Timing, child

PROGRAM = [sys.executable, "-m", "opendome.views.cli"]
CACHE = "OPENDOME_CACHE_DIR"


def _run(scenario: str, folder: str, environment: dict[str, str] | None = None) -> Timing:
    words = [*PROGRAM, "run", scenario, "--runs", "1", "--workers", "1", "--json"]
    return child([*words, "--out", f"{folder}/{scenario}"], environment)[1]


def measure() -> list[Row]:
    """Wall and processor time of commands in processes of their own, warm and cold."""
    rows = []

    def add(case: str, timing: Timing) -> None:
        rows.append(Row("startup", case, timing.wall, "s wall", f"{timing.cpu:.2f} CPU-s"))

    child([*PROGRAM, "--help"])
    add("opendome --help", child([*PROGRAM, "--help"])[1])
    for scenario in ("iron_dome_city", "limited_icbm"):
        with tempfile.TemporaryDirectory() as folder:
            _run(scenario, folder)
        with tempfile.TemporaryDirectory() as folder:
            add(f"one run of {scenario}, warm", _run(scenario, folder))
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
            add(f"one run of {scenario}, cold", _run(scenario, folder, {CACHE: cache}))
    with tempfile.TemporaryDirectory() as cache:
        add("opendome warmup, cold", child([*PROGRAM, "warmup"], {CACHE: cache})[1])
    return rows
