"""`inventory` for people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np

from opendome.studies.inputs import read_inputs, written
from opendome.studies.inventory import (
    DAY,
    WEEK,
    Inventory,
    InventoryInputs,
    Timeline,
    answer,
)
from opendome.studies.uncertain import TAIL, band
from opendome.views.report.markup import Markup
from opendome.views.report.words import dollars, mean, significant, spaced
from opendome.views.studies import not_known
from opendome.views.studies.chart import COLOURS, Frame, Line, Panel, chart
from opendome.views.studies.shot_doctrine import estimate_json
from opendome.views.studies.told import Table, Told, command_of

NAME = "inventory"
INPUTS = InventoryInputs
NOMINAL, LOW, HIGH = "nominal", "low", "high"


def tell(sets: Sequence[str]) -> Told:
    """The answer to one question."""
    given = read_inputs(InventoryInputs, NAME, sets)
    got = answer(given)
    found: dict[str, Any] = {
        "study": NAME,
        "command": command_of(NAME, sets),
        "inputs": written(given),
        "known": {level: asdict(numbers) for level, numbers in got.known.items()},
        "form": {level: _form_json(line, given) for level, line in got.form.items()},
    }
    if got.played is not None:
        found["simulated"] = {
            "campaigns": given.runs,
            "leakers": estimate_json(got.leakers_played(given.seed)),
            "rounds_left": [float(v) for v in got.played.left.mean(axis=0)],
            "short_day": [_finite(v / DAY) for v in got.played.short(given.rounds)],
        }
    if got.drawn:
        found["not_known"] = _unknown_json(given, got)
    return Told(
        found,
        [_levels(given, got), *_unknowns(given, got), _weeks(given, got)],
        [_said(given, got)],
        partial(_figure, given, got, sets),
    )


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _form_json(line: Timeline, given: InventoryInputs) -> dict[str, Any]:
    """Days, and by raid what was launched, fired, left and leaked."""
    return {
        "days": [float(v) for v in line.t / DAY],
        "threats": [float(v) for v in line.threats],
        "rounds_left": [float(v) for v in line.left[0]],
        "rounds_fired": [float(v) for v in line.fired[0]],
        "leakers": [float(v) for v in line.leakers[0]],
        "attacker_left": [float(v) for v in line.attacker_left],
        "short_day": _finite(line.short(given.rounds)[0] / DAY),
        "empty_day": _finite(line.empty[0] / DAY),
    }


def _drawn_days(given: InventoryInputs, got: Inventory) -> tuple[float, float]:
    """5 and 95 % of the days of the first lack over the draws, in s; inf where there is none."""
    lacks = np.array([line.short(given.rounds)[0] for line in got.drawn_form])
    low, high = np.quantile(lacks, [TAIL, 1.0 - TAIL], method="inverted_cdf")
    return float(low), float(high)


def _drawn_leakers(got: Inventory) -> tuple[float, float]:
    """5 and 95 % of the leakers by the form over the draws."""
    return band(np.array([line.leakers.sum() for line in got.drawn_form]))


def _unknown_json(given: InventoryInputs, got: Inventory) -> dict[str, Any]:
    """Bands over the draws, by the form and as played."""
    low, high = _drawn_days(given, got)
    found: dict[str, Any] = {
        "leakers": dict(zip(("low", "high"), map(_finite, _drawn_leakers(got)), strict=True)),
        "short_day": {"low": _finite(low / DAY), "high": _finite(high / DAY)},
    }
    if got.unknown is not None:
        found["simulated_leakers"] = not_known.json_of(got.unknown)
    return found


def _unknowns(given: InventoryInputs, got: Inventory) -> list[Table]:
    """Leakers of the campaign: bands of what is not known beside chance; none without draws."""
    if not got.drawn:
        return []
    low, high = _drawn_days(given, got)
    nominal = got.form[NOMINAL]
    rows: list[tuple[str, ...]] = [
        ("first lack", _day(nominal.short(given.rounds)[0]), "",
         f"{_day(low)} to {_day(high)}", ""),
        ("leakers", mean(float(nominal.leakers.sum())), "",
         not_known.span(*_drawn_leakers(got), mean), ""),
    ]  # fmt: skip
    if got.unknown is not None:
        e = got.leakers_played(given.seed)
        chance = f"{mean(e.low)} to {mean(e.high)}" if math.isfinite(e.low) else ""
        rows.append(("leakers, simulated", mean(e.value), chance,
                     *not_known.cells(got.unknown, mean)))  # fmt: skip
    return [
        Table(
            f"Chance, and what is not known: {given.draws} draws of stock, production and kill "
            "chance",
            ("", "nominal", "chance, 99 %", not_known.BAND, "of a campaign's variance"),
            rows,
        )
    ]


def _day(t: float) -> str:
    return f"day {t / DAY:.0f}" if math.isfinite(t) else "not in this campaign"


def _levels(given: InventoryInputs, got: Inventory) -> Table:
    """When it runs dry, at each level of what is not known, and as played."""
    rows: list[tuple[str, ...]] = []
    for level, line in got.form.items():
        k = got.known[level]
        rows.append(
            (level, f"{k.stock:,}", mean(k.made), f"{k.p_kill:.2f}",
             _day(line.short(given.rounds)[0]), _day(line.empty[0]),
             mean(float(line.leakers.sum())), *_bills(got, line))
        )  # fmt: skip
    if got.played is not None:
        k, line, e = got.known[NOMINAL], got.played, got.leakers_played(given.seed)
        leaked = f"{mean(e.value)} ({mean(e.low)} to {mean(e.high)})"
        rows.append(
            ("simulated, nominal", f"{k.stock:,}", mean(k.made), f"{k.p_kill:.2f}",
             _day(float(np.median(line.short(given.rounds)))), _day(float(np.median(line.empty))),
             leaked, *_bills(got, line))
        )  # fmt: skip
    threat, interceptor = given.pair.split("-")
    return Table(
        f"{given.weeks} weeks, {given.raids} raids a week of {given.threats} {spaced(threat)} "
        f"against {spaced(interceptor)}",
        ("", "stock", "made a year", "kill", "first lack", "empty", "leakers", "rounds", "threats"),
        rows,
    )


def _bills(got: Inventory, line: Timeline) -> tuple[str, str]:
    """Dollars of rounds fired and of threats launched, unit prices."""
    threat, one = got.usd
    fired = float(line.fired.sum(axis=1).mean())
    return dollars(one * fired), dollars(threat * float(line.threats.sum()))


def _weeks(given: InventoryInputs, got: Inventory) -> Table:
    """The nominal form week by week, and the runs beside it."""
    line, rows = got.form[NOMINAL], list[tuple[str, ...]]()
    for week in range(given.weeks):
        raids = slice(week * given.raids, (week + 1) * given.raids)
        fired, leaked = (float(v[0][raids].sum()) for v in (line.fired, line.leakers))
        row: tuple[str, ...] = (
            f"{week + 1}", f"{line.threats[raids].sum():.0f}", mean(fired), mean(leaked),
            mean(float(line.left[0][raids][-1])),
            f"{line.attacker_left[raids][-1]:,.0f}",
        )  # fmt: skip
        if got.played is not None:
            through = float(got.played.leakers[:, raids].sum(axis=1).mean())
            row += (mean(through), mean(float(got.played.left[:, raids][:, -1].mean())))
        rows.append(row)
    head: tuple[str, ...] = ("week", "launched", "rounds", "leakers", "rounds left", "attacker has")
    if got.played is not None:
        head += ("leakers, simulated", "left, simulated")
    return Table("Week by week, nominal", head, rows)


def _said(given: InventoryInputs, got: Inventory) -> str:
    times = [got.form[level].short(given.rounds)[0] for level in (LOW, NOMINAL, HIGH)]
    if not any(math.isfinite(t) for t in times):
        return "The defense has rounds for every raid, at every level."
    low, nominal, high = (_day(t) for t in times)
    return (
        f"A raid meets less than {given.rounds} rounds for each threat from {nominal} on; {low} "
        f"with the low stock, production and kill chance, {high} with the high ones."
    )


def _figure(given: InventoryInputs, got: Inventory, sets: Sequence[str]) -> Markup:
    """Rounds left and leakers so far, with the band of what is not known, and runs as dots."""
    x = got.form[NOMINAL].t / WEEK
    stock = {level: line.left[0] for level, line in got.form.items()}
    leaked = {level: np.cumsum(line.leakers[0]) for level, line in got.form.items()}
    if got.drawn_form:
        for of_level, every_one in (
            (stock, [line.left[0] for line in got.drawn_form]),
            (leaked, [np.cumsum(line.leakers[0]) for line in got.drawn_form]),
        ):
            of_level[LOW], of_level[HIGH] = np.quantile(every_one, [TAIL, 1.0 - TAIL], axis=0)
    left = [
        Line("defense", x, stock[NOMINAL], stock[LOW], stock[HIGH], colour=COLOURS[0]),
        Line("attacker", x, got.form[NOMINAL].attacker_left, colour=COLOURS[1], is_dashed=True),
    ]
    through = [
        Line("defense", x, leaked[NOMINAL], leaked[HIGH], leaked[LOW], colour=COLOURS[0]),
    ]
    if got.played is not None:
        every = slice(0, None, max(1, len(x) // 12))
        played = got.played.leakers.cumsum(axis=1)
        for lines, values in ((left, got.played.left), (through, played)):
            lines.append(Line("simulated", x[every], values.mean(axis=0)[every],
                              colour=COLOURS[2], has_dots=True, is_dashed=True))  # fmt: skip
    runs = f" Dots: {given.runs} campaigns played, seed {given.seed}." if got.played else ""
    return chart(
        "A campaign of raids against stocks and production",
        [
            Panel("rounds and threats left", left, (), "weeks", ""),
            Panel("leakers so far", through, (), "weeks", ""),
        ],
        Frame(width=380.0, height=300.0, y_label=lambda v: significant(v, 4)),
        [
            "Lines: means at nominal stock, production and kill chance; bands: "
            + (f"90 % of {given.draws} draws of them." if got.drawn else "all low to all high.")
            + runs,
            command_of(NAME, sets) + f" --figure {NAME}.svg",
        ],
    )
