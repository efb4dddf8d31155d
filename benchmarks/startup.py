"""How long a user waits: help, the first output of a run, and the first run of all on a machine."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from benchmarks.measure import Row, Timing, child

PROGRAM = [sys.executable, "-m", "opendome"]
CACHE = "OPENDOME_CACHE_DIR"
USUAL = {"PYTHONDONTWRITEBYTECODE": ""}  # byte code is kept, as an installation does


def _words(scenario: str, folder: str) -> list[str]:
    out = f"{folder}/{scenario}"
    return [*PROGRAM, "run", scenario, "--runs", "1", "--workers", "1", "--json", "--out", out]


def _run(scenario: str, folder: str, cache: dict[str, str] | None = None) -> Timing:
    return child(_words(scenario, folder), {**USUAL, **(cache or {})})[1]


def _first_output(scenario: str, folder: str) -> float:
    """Wall time until the command says its first word."""
    start = time.perf_counter()
    with subprocess.Popen(
        _words(scenario, folder),
        env={**os.environ, **USUAL},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        wall = time.perf_counter() - start
        process.stdout.read()
    return wall


def measure() -> list[Row]:
    """Wall and processor time of commands in processes of their own, warm and cold."""
    rows = []

    def add(case: str, timing: Timing) -> None:
        rows.append(Row("startup", case, timing.wall, "s wall", f"{timing.cpu:.2f} CPU-s"))

    child([*PROGRAM, "--help"], USUAL)
    add("opendome --help", child([*PROGRAM, "--help"], USUAL)[1])
    for scenario in ("iron_dome_city", "limited_icbm"):
        with tempfile.TemporaryDirectory() as folder:
            _run(scenario, folder)
        with tempfile.TemporaryDirectory() as folder:
            wall = _first_output(scenario, folder)
            rows.append(Row("startup", f"first output of {scenario}, warm", wall, "s wall"))
        with tempfile.TemporaryDirectory() as folder:
            add(f"one run and report of {scenario}, warm", _run(scenario, folder))
    city = "iron_dome_city"
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        add(f"one run and report of {city}, cold", _run(city, folder, {CACHE: cache}))
    with tempfile.TemporaryDirectory() as cache:
        add("opendome warmup, cold", child([*PROGRAM, "warmup"], {**USUAL, CACHE: cache})[1])
    return rows
