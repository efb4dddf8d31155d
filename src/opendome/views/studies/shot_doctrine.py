"""`shot_doctrine` for people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from opendome.results.statistics import Estimate
from opendome.studies.inputs import read_inputs, written
from opendome.studies.shot_doctrine import DoctrineInputs, Doctrines, Row, answer, row_of, sure
from opendome.views.report.markup import Markup
from opendome.views.report.words import significant
from opendome.views.studies.chart import Frame, Line, Panel, chart
from opendome.views.studies.told import Table, Told, command_of

NAME = "shot_doctrine"
INPUTS = DoctrineInputs


def tell(sets: Sequence[str]) -> Told:
    """The answer to one question."""
    given = read_inputs(DoctrineInputs, NAME, sets)
    got = answer(given)
    return Told(
        {
            "study": NAME,
            "command": command_of(NAME, sets),
            "inputs": written(given),
            "rows": [_row_json(row) for row in got.rows],
            "wanted": {
                "p_kill_each": got.kill_wanted,
                "rounds_each": _finite(got.rounds_wanted),
                "rounds_barrage": _finite(got.barrage),
                "rounds_two_turns": _finite(got.two_turns),
            },
        },
        [_by_rounds(given, got), *_as_played(given, got)],
        [_wanted(given, got)],
        partial(_figure, given, sets),
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def estimate_json(found: Estimate) -> dict[str, Any]:
    """A value with its interval; None where the runs do not say."""
    return {"value": _finite(found.value), "low": _finite(found.low), "high": _finite(found.high)}


def _row_json(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {
        "rounds": row.rounds,
        "p_kill_warhead": row.kill,
        "p_no_leak": row.no_leak,
        "leakers": row.leakers,
        "shots": row.shots,
        "shots_with_looks": row.shots_with_looks,
    }
    if row.played is not None:
        found["simulated"] = {
            "runs": row.played.runs,
            "p_no_leak": estimate_json(row.played.no_leak),
            "leakers": estimate_json(row.played.leakers),
            "shots": estimate_json(row.played.shots),
        }
    return found


def _by_rounds(given: DoctrineInputs, got: Doctrines) -> Table:
    return Table(
        f"{given.threats} warheads, {given.interceptors} interceptors, kill chance "
        f"{given.p_kill:g}" + _works(given),
        ("rounds each", "a warhead is killed", "none leaks", "leakers", "rounds", "with looks"),
        [
            (f"{r.rounds}", f"{r.kill:.3f}", f"{r.no_leak:.3f}", significant(r.leakers),
             significant(r.shots), significant(r.shots_with_looks))
            for r in got.rows
        ],
    )  # fmt: skip


def _works(given: DoctrineInputs) -> str:
    tracked = f", tracked with {given.p_track:g}" if given.p_track < 1.0 else ""
    return tracked + (f", {given.p_common:g} that all works" if given.p_common < 1.0 else "")


def _as_played(given: DoctrineInputs, got: Doctrines) -> list[Table]:
    played = got.rows[-1].played
    if played is None:
        return []
    form = row_of(sure(given), given.rounds, False)

    def row(what: str, closed: float, found: Estimate) -> tuple[str, ...]:
        return (what, f"{closed:.3f}", f"{found.value:.3f}", f"{found.low:.3f} to {found.high:.3f}")

    return [
        Table(
            f"Beside the simulator: {played.runs} runs, seed {given.seed}, {given.rounds} rounds "
            "each, nothing shared fails",
            ("", "form", "simulated", "99 % interval"),
            [
                row("none leaks", form.no_leak, played.no_leak),
                row("leakers", form.leakers, played.leakers),
                row("rounds", form.shots, played.shots),
            ],
        )
    ]


def _wanted(given: DoctrineInputs, got: Doctrines) -> str:
    start = f"For none to leak with {given.p_no_leak:g}, each must be killed with "
    start += f"{min(got.kill_wanted, 1.0):.4f}"
    if not math.isfinite(got.rounds_wanted):
        return f"{start}: no number of rounds does{_works(given)}."
    return (
        f"{start}: {got.rounds_wanted:.2f} rounds each, {got.barrage:.0f} in all at once, "
        f"{got.two_turns:.0f} with two first and the rest at survivors."
    )


def _figure(given: DoctrineInputs, sets: Sequence[str]) -> Markup:
    warheads = np.arange(1, max(2 * given.threats, 20) + 1)
    lines = []
    for n in sorted({1, 2, given.rounds}):
        values = [
            row_of(replace(given, threats=int(w), rounds=n), n, False).no_leak
            for w in warheads
        ]  # fmt: skip
        lines.append(Line(f"{n} each", warheads.astype(float), np.array(values)))
    panel = Panel(
        f"{given.interceptors} interceptors, kill chance {given.p_kill:g}",
        lines, (), "warheads", "chance that none leaks",
    )  # fmt: skip
    notes = [
        "Closed form: independent shots, so many at each while the stock lasts. No draw, no seed."
    ]
    return chart("Rounds at each warhead, and the chance that none leaks", [panel],
                 Frame(y_range=(0.0, 1.0), width=620.0, height=320.0),
                 [*notes, command_of(NAME, sets) + f" --figure {NAME}.svg"])  # fmt: skip
