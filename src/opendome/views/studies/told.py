"""What every study gives to be shown, in units of people."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from opendome.views.report.markup import Markup


@dataclass(frozen=True)
class Table:
    """Rows of words under a heading."""

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]


@dataclass(frozen=True)
class Told:
    """The answer of a study: one JSON object, the same in tables, notes, and a drawing."""

    answer: dict[str, Any]
    tables: list[Table]
    notes: list[str] = field(default_factory=list)
    figure: Callable[[], Markup] | None = None  # drawn only if asked


def command_of(name: str, sets: Sequence[str]) -> str:
    """The command that gives an answer again."""
    return shlex.join(["opendome", "study", name, *(w for s in sets for w in ("--set", s))])
