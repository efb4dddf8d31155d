"""Where words go: JSON alone on standard output, people's output there without ``--json``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
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

from opendome.errors import ScenarioError
from opendome.kernels._jit import watch_compilation

PREPARING = "building the scenario"
QUIET = 10.0  # s between two lines where there is no bar


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

    Kernels that have to be compiled are counted beside it. Where standard error is no terminal,
    a line now and then takes its place.
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
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task(PREPARING, total=None)
        words, n_kernels, last_said = PREPARING, 0, time.monotonic()
        begun: tuple[float, int] | None = None  # when the work began, and what was done then

        def describe() -> None:
            more = f" (compiling kernels, first use only: {n_kernels})" if n_kernels else ""
            bar.update(task, description=words + more)

        def compiled(_: str) -> None:
            nonlocal n_kernels
            n_kernels += 1
            describe()
            if n_kernels == 1 and bar.disable:
                note("compiling kernels, first use only; this may take a minute or two ...")

        def report(done: int, total: int) -> None:
            nonlocal words, n_kernels, last_said, begun
            if begun is None or n_kernels:  # what had to be compiled says nothing of the rest
                begun = (time.monotonic(), done)
            words, n_kernels = "running", 0 if done else n_kernels
            describe()
            bar.update(task, completed=done, total=total)
            if bar.disable and done and time.monotonic() - last_said > QUIET:
                last_said = time.monotonic()
                note(f"{done} of {total} {unit} done{_left(begun, done, total)} ...")

        with watch_compilation(compiled):
            yield report


def _left(begun: tuple[float, int], done: int, total: int) -> str:
    """How long the rest will take at the pace until now, in words."""
    since, before = begun
    if done <= before or done >= total:
        return ""
    left = (time.monotonic() - since) * (total - done) / (done - before)
    words = f"{left:.0f} s" if left < 90 else f"{left / 60:.0f} min"
    return f", about {words} left"


@contextmanager
def blamed_on(source: str) -> Iterator[None]:
    """Put the file, or the shipped scenario, before what physics says against it."""
    try:
        yield
    except ScenarioError as problem:
        raise ScenarioError(f"{Path(source).name}: {problem}") from None
