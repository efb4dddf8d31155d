"""Where words go: JSON alone on standard output, people's output there without ``--json``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from opendome.kernels._jit import watch_compilation

PREPARING = "building the scenario"


def people(is_json: bool) -> Console:
    """Console for what people read: standard output, or standard error beside JSON."""
    return Console(stderr=is_json, highlight=False, soft_wrap=True)


def note(sentence: str) -> None:
    """Say something on standard error, in one line."""
    sys.stderr.write(f"opendome: {sentence}\n")


def print_json(answer: dict[str, Any]) -> None:
    """Print the one JSON object."""
    print(json.dumps(answer, allow_nan=False, ensure_ascii=False))


@contextmanager
def shown_progress(unit: str) -> Iterator[Callable[[int, int], None]]:
    """Progress bar on standard error; gives the function that says (done, total).

    Kernels that have to be compiled are counted beside it.
    """
    console = Console(stderr=True, highlight=False)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    with bar:
        task = bar.add_task(PREPARING, total=None)
        words, n_kernels = PREPARING, 0

        def describe() -> None:
            more = f" (compiling kernels, first use only: {n_kernels})" if n_kernels else ""
            bar.update(task, description=words + more)

        def compiled(_: str) -> None:
            nonlocal n_kernels
            n_kernels += 1
            describe()
            if n_kernels == 1 and not console.is_terminal:
                note("compiling kernels, first use only; this may take a minute or two ...")

        def report(done: int, total: int) -> None:
            nonlocal words, n_kernels
            words, n_kernels = "running", 0 if done else n_kernels
            describe()
            bar.update(task, completed=done, total=total)

        with watch_compilation(compiled):
            yield report
