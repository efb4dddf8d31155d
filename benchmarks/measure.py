"""Ways of measuring: processor time, wall time, peak memory, and what machine it was."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, its value and what it is compared with."""

    benchmark: str
    case: str
    value: float
    unit: str
    note: str = ""


@dataclass(frozen=True)
class Timing:
    """Least processor time and least wall time of several repeats, s."""

    cpu: float
    wall: float


def timed(work: Callable[[], Any], repeats: int = 5, seconds: float = 10.0) -> Timing:
    """Least times of up to ``repeats`` calls, stopping after about ``seconds``."""
    cpu: list[float] = []
    wall: list[float] = []
    start = time.perf_counter()
    while len(cpu) < repeats and (not cpu or time.perf_counter() - start < seconds):
        before_wall, before_cpu = time.perf_counter(), time.process_time()
        work()
        cpu.append(time.process_time() - before_cpu)
        wall.append(time.perf_counter() - before_wall)
    return Timing(min(cpu), min(wall))


def peak_memory() -> float:
    """Most memory that this process has held, bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak if sys.platform == "darwin" else peak * 1024)


def child(words: list[str], environment: Mapping[str, str] | None = None) -> tuple[str, Timing]:
    """Standard output and times of a command that runs in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        words,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    wall = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(
            f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr[-2000:]}"
        )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done.stdout, Timing(cpu, wall)


def machine() -> dict[str, Any]:
    """What the figures were measured on, and how busy it was."""
    import numba
    import numpy

    info = Path("/proc/cpuinfo")
    models = [
        line.split(":")[1].strip()
        for line in (info.read_text().splitlines() if info.exists() else [])
        if line.startswith("model name")
    ]
    return {
        "processor": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "numba": numba.__version__,
    }
