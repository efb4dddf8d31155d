"""`compare_architectures` for people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from string import ascii_uppercase
from typing import Any

import numpy as np

from opendome.results.paired import MIN_DIFFERING
from opendome.scenario.units import from_si
from opendome.studies.compare_architectures import (
    ArchitectureInputs,
    Architectures,
    Defense,
    Outcome,
    answer,
)
from opendome.studies.inputs import read_inputs, written
from opendome.views.report.markup import Markup
from opendome.views.report.words import dollars, mean, percent, percent_interval
from opendome.views.studies import not_known
from opendome.views.studies.chart import COLOURS, Frame, Line, Panel, chart
from opendome.views.studies.shot_doctrine import estimate_json
from opendome.views.studies.told import Table, Told, command_of

NAME = "compare_architectures"
INPUTS = ArchitectureInputs
BESIDE = 0.02  # of a power of ten, between the two upright lines of a defense


def tell(sets: Sequence[str]) -> Told:
    """The answer to one question."""
    given = read_inputs(ArchitectureInputs, NAME, sets)
    got = answer(given)
    return Told(
        {
            "study": NAME,
            "command": command_of(NAME, sets),
            "inputs": written(given),
            "raids": [raid.words for raid in got.raids],
            "architectures": [_defense_json(defense) for defense in got.defenses],
        },
        [
            _bills(got, from_si(given.period, "yr")),
            *(_outcomes(got, i) for i in range(len(got.raids))),
            *_unknowns(given, got),
        ],
        [
            "A star marks what no other defense beats in both cost and leakage. Bills: low adds "
            "all lows, high all highs; rounds spent are apart. A threat that is stopped in a raid "
            "is stopped on average, with these lots; it is no guarantee.",
        ],
        partial(_figure, given, got, sets),
    )


def _defense_json(defense: Defense) -> dict[str, Any]:
    found = defense.bill
    return {
        "architecture": defense.source.words,
        "total_usd": defense.total._asdict(),
        "by_layer_usd": {layer: found.total(layer)._asdict() for layer in found.layers},
        "usd_each_at_a_time": _finite(defense.each),
        "outcomes": [_outcome_json(outcome) for outcome in defense.outcomes],
    }


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = {
        "threatening": outcome.threatening,
        "leak_fraction": estimate_json(outcome.leak),
        "p_no_leak": estimate_json(outcome.no_leak),
        "stopped": estimate_json(outcome.stopped),
        "rounds_usd": estimate_json(outcome.spent),
        "usd_each_stopped": _finite(outcome.each),
        "is_best": outcome.is_best,
    }
    if outcome.unknown is not None:
        found["not_known"] = not_known.json_of(outcome.unknown)
    if outcome.apart is not None:
        found["leak_fraction_against_first"] = {
            **estimate_json(outcome.apart.estimate), "is_clear": outcome.apart.is_clear,
        }  # fmt: skip
    return found


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def letters(got: Architectures) -> list[str]:
    """A letter for each defense: their names are long."""
    return list(ascii_uppercase[: len(got.defenses)])


def _bills(got: Architectures, years: float) -> Table:
    return Table(
        f"Bills of {years:g} years, dollars of {got.defenses[0].bill.dollars_of}",
        ("", "architecture", "cost", "low to high", "for each threat at a time"),
        [
            (letter, d.source.words, dollars(d.total.nominal),
             f"{dollars(d.total.low)} to {dollars(d.total.high)}", _money(d.each))
            for letter, d in zip(letters(got), got.defenses, strict=True)
        ],
    )  # fmt: skip


def _unknowns(given: ArchitectureInputs, got: Architectures) -> list[Table]:
    """Bands of what is not known beside chance, a row for each defense and raid."""
    rows: list[tuple[str, ...]] = []
    for i, raid in enumerate(got.raids):
        for letter, defense in zip(letters(got), got.defenses, strict=True):
            o = defense.outcomes[i]
            if o.unknown is not None:
                leak, chance = percent_interval(*o.leak)
                rows.append((letter, raid.words, leak, chance, *not_known.cells(o.unknown)))
    if not rows:
        return []
    return [
        Table(
            f"Chance, and what is not known: {given.draws} draws of kill chances and radar ranges",
            ("", "raid", "leak, nominal", "chance, 95 %", *not_known.HEAD),
            rows,
        )
    ]


def _money(value: float) -> str:
    return dollars(value) if math.isfinite(value) else "none stopped"


def _outcomes(got: Architectures, i: int) -> Table:
    rows: list[tuple[str, ...]] = []
    for letter, defense in zip(letters(got), got.defenses, strict=True):
        o = defense.outcomes[i]
        leak, interval = percent_interval(*o.leak)
        rows.append(
            (f"{letter}{' *' if o.is_best else ''}", leak, interval, percent(o.no_leak.value),
             mean(o.stopped.value), dollars(o.spent.value), _money(o.each), against_first(o))
        )  # fmt: skip
    n = got.defenses[0].outcomes[i].threatening
    return Table(
        f"Against {got.raids[i].words}: {mean(n)} threatening on average",
        ("", "leak", "95 % interval", "no leak", "stopped", "rounds", "bill for each", "against A"),
        rows,
    )


def against_first(outcome: Outcome) -> str:
    """Whether the leakage differs from the first defense's, in words."""
    if outcome.apart is None:
        return ""
    if outcome.apart.n < MIN_DIFFERING:
        return "too few runs to say"
    if not outcome.apart.is_clear:
        return "no clear difference"
    return "clearly less" if outcome.apart.estimate.value < 0 else "clearly more"


def _decade(power: float) -> str:
    """Words of a power of ten of dollars; nothing between them."""
    return dollars(10.0**power) if abs(power - round(power)) < 1e-9 else ""


def _figure(given: ArchitectureInputs, got: Architectures, sets: Sequence[str]) -> Markup:
    """A panel for each raid: leakage over the bill, and the front of what is not beaten."""
    panels = [_panel(got, i) for i in range(len(got.raids))]
    frame = Frame(
        y_range=(0.0, 1.0), y_label=percent, x_label=_decade,
        width=max(260.0, 620.0 / len(panels)),
    )  # fmt: skip
    names = [
        f"{letter}: {d.source.words}"
        for letter, d in zip(letters(got), got.defenses, strict=True)
    ]  # fmt: skip
    return chart(
        "What a defense costs and what gets through",
        panels,
        frame,
        [
            *names,
            f"{given.runs} runs each, seed {given.seed}, {given.fidelity} fidelity. Upright: 95 % "
            "interval; level: low to high bill. Dashed: not beaten in both"
            + ("; dashed upright: what is not known, 90 %." if given.draws else "."),
            command_of(NAME, sets) + f" --figure {NAME}.svg",
        ],
    )


def _panel(got: Architectures, i: int) -> Panel:
    lines = []
    for k, (letter, defense) in enumerate(zip(letters(got), got.defenses, strict=True)):
        colour = COLOURS[k % len(COLOURS)]
        outcome, x = defense.outcomes[i], np.log10(np.array(defense.total))
        leak = np.array(outcome.leak)
        lines += [
            Line(letter, x[1:2], leak[:1], colour=colour, has_dots=True),
            Line(letter, x[[1, 1]], leak[1:], colour=colour),
            Line(letter, x[[0, 2]], leak[[0, 0]], colour=colour),
        ]
        if outcome.unknown is not None:
            lines += not_known.upright(outcome.unknown, x[1] + BESIDE, colour, letter)
    best = sorted(
        (d.total.nominal, d.outcomes[i].leak.value)
        for d in got.defenses
        if d.outcomes[i].is_best
    )  # fmt: skip
    x, y = np.array(best).T
    lines.append(Line("not beaten", np.log10(x), y, is_dashed=True, colour="#1a202c"))
    return Panel(got.raids[i].words, lines, (), "bill", "share that gets through")
