"""`penetration` for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import numpy as np

from opendome.studies.cost import Range
from opendome.studies.inputs import read_inputs, written
from opendome.studies.penetration import (
    Exchange,
    Penetration,
    PenetrationInputs,
    answer,
    through,
)
from opendome.views.report.markup import Markup
from opendome.views.report.words import dollars, significant
from opendome.views.studies.chart import Frame, Line, Panel, chart
from opendome.views.studies.shot_doctrine import estimate_json
from opendome.views.studies.told import Table, Told, command_of

NAME = "penetration"
INPUTS = PenetrationInputs


def tell(sets: Sequence[str]) -> Told:
    """The answer to one question."""
    given = read_inputs(PenetrationInputs, NAME, sets)
    got = answer(given)
    return Told(
        {
            "study": NAME,
            "command": command_of(NAME, sets),
            "inputs": written(given),
            "asked": asdict(got.asked),
            "rows": [asdict(row) for row in got.rows],
            "exchange": _exchange_json(got.exchange),
            "midcourse_alone": _alone_json(got),
        },
        [_rows(given, got), _prices(got.exchange), *_as_played(given, got)],
        [
            "Means. A boost layer serves the first missiles that rise; the stock of midcourse "
            "interceptors is spread over warheads and the decoys that pass for them.",
        ],
        partial(_figure, given, sets),
    )


def ratio_of(answer_: Range, missile: Range) -> Range:
    """Dollars of an answer for a dollar of the attack, from the best for the defender on."""
    return Range(
        answer_.low / missile.high, answer_.nominal / missile.nominal, answer_.high / missile.low
    )


def _exchange_json(got: Exchange) -> dict[str, Any]:
    return {
        "missile_usd": got.missile._asdict(),
        "by_boost_usd": got.by_boost._asdict(),
        "by_midcourse_usd": got.by_midcourse._asdict(),
        "by_boost_ratio": ratio_of(got.by_boost, got.missile)._asdict(),
        "by_midcourse_ratio": ratio_of(got.by_midcourse, got.missile)._asdict(),
    }


def _alone_json(got: Penetration) -> dict[str, Any]:
    found: dict[str, Any] = {"leakers": got.form}
    if got.played is not None:
        found["simulated"] = {
            "runs": got.played.runs, "leakers": estimate_json(got.played.leakers),
        }  # fmt: skip
    return found


def _rows(given: PenetrationInputs, got: Penetration) -> Table:
    rows = [*got.rows]
    if all(abs(row.survive - got.asked.survive) > 1e-9 for row in rows):
        rows = sorted([*rows, got.asked], key=lambda row: row.survive)
    return Table(
        f"{given.missiles} missiles of {given.warheads}, {given.satellites:,} satellites, "
        f"{given.interceptors} midcourse interceptors",
        ("survive", "launched", "warheads", "served in boost", "after boost", "get through"),
        [
            (f"{r.survive:.0%}", *(significant(v) for v in
             (r.launched, r.undefended, r.served, r.after_boost, r.through)))
            for r in rows
        ],
    )  # fmt: skip


def _money(amount: Range) -> tuple[str, str]:
    return dollars(amount.nominal), f"{dollars(amount.low)} to {dollars(amount.high)}"


def _prices(got: Exchange) -> Table:
    def row(what: str, amount: Range) -> tuple[str, ...]:
        ratio = ratio_of(amount, got.missile)
        times = f"{significant(ratio.low, 2)} to {significant(ratio.high, 2)}"
        return (what, *_money(amount), f"{significant(ratio.nominal, 2)}", times)

    return Table(
        "One more missile that is launched, and what cancels it, over 20 years",
        ("", "cost", "low to high", "for a dollar", "low to high"),
        [
            ("the missile", *_money(got.missile), "", ""),
            row("answered by satellites", got.by_boost),
            row("answered by midcourse interceptors", got.by_midcourse),
        ],
    )


def _as_played(given: PenetrationInputs, got: Penetration) -> list[Table]:
    if got.played is None:
        return []
    found = got.played.leakers
    return [
        Table(
            f"Midcourse alone, no decoys: {got.played.runs} runs of the simulator, seed "
            f"{given.seed}",
            ("", "form", "simulated", "99 % interval"),
            [("leakers", significant(got.form), significant(found.value),
              f"{significant(found.low)} to {significant(found.high)}")],
        )
    ]  # fmt: skip


def _figure(given: PenetrationInputs, sets: Sequence[str]) -> Markup:
    shares = np.linspace(0.0, 1.0, 101)
    cases: tuple[tuple[str, dict[str, Any]], ...] = (
        ("no defense", {"satellites": 0, "interceptors": 0}),
        ("satellites alone", {"interceptors": 0}),
        ("midcourse alone", {"satellites": 0}),
        ("both", {}),
    )
    lines = []
    for name, change in cases:
        base = replace(given, **change)
        values = np.array([through(replace(base, survive=float(s))).through for s in shares])
        lines.append(Line(name, 100.0 * shares, values))
    panel = Panel(
        f"{given.missiles} missiles, {given.warheads} each", lines, (),
        "percent of the missiles that survive a first strike", "warheads that get through",
    )  # fmt: skip
    notes = [
        f"Means. {given.satellites:,} satellites, {given.satellites_each:g} for each missile "
        f"served; {given.interceptors} midcourse interceptors, {given.rounds} at each object; "
        f"{given.decoys} decoys. No draw, no seed.",
        command_of(NAME, sets) + f" --figure {NAME}.svg",
    ]
    return chart("Warheads that get through", [panel], Frame(width=640.0, height=340.0), notes)
