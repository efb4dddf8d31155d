"""`integration` for people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import numpy as np

from opendome.campaign.compare import Comparison
from opendome.results.statistics import Estimate
from opendome.studies.inputs import read_inputs, written
from opendome.studies.integration import (
    WIRINGS,
    Integration,
    IntegrationInputs,
    answer,
    form,
)
from opendome.views.report import apart
from opendome.views.report.markup import Markup
from opendome.views.report.words import percent, percent_interval, significant
from opendome.views.studies import not_known
from opendome.views.studies.chart import COLOURS, Frame, Line, Panel, chart
from opendome.views.studies.shot_doctrine import estimate_json
from opendome.views.studies.told import Table, Told, command_of

NAME = "integration"
INPUTS = IntegrationInputs
MEASURES = ("leak_fraction", "leakers", "shots", "cost_defense_usd", "asset_value_lost")


BESIDE = 0.1  # of a wiring, between its two upright lines


def tell(sets: Sequence[str]) -> Told:
    """The answer to one question."""
    given = read_inputs(IntegrationInputs, NAME, sets)
    got = answer(given)
    found: dict[str, Any] = {
        "study": NAME,
        "command": command_of(NAME, sets),
        "inputs": written(given),
        "batteries_alike": {
            "leakers": asdict(got.form),
            "simulated_leakers": {w: estimate_json(e) for w, e in got.played.items()},
        },
    }
    if got.whole is not None:
        found["scenario"] = _whole_json(got.whole)
    if got.unknown:
        found["scenario"]["not_known"] = {
            "leak_fraction": {w: not_known.json_of(u) for w, u in got.unknown.items()},
            f"against_{WIRINGS[0]}": {w: not_known.json_of(u) for w, u in got.apart.items()},
        }
    return Told(
        found,
        [
            _alike(given, got),
            *([] if got.whole is None else [_whole(given, got.whole)]),
            *_unknowns(given, got),
        ],
        [] if got.whole is None else [f"{a} {b}" for a, b in apart.sentences(got.whole)],
        partial(_figure, given, got, sets),
    )


def _whole_json(found: Comparison) -> dict[str, Any]:
    """Every measure of the whole defense by wiring, and how it differs from the first wiring."""
    means: dict[str, dict[str, Any]] = {}
    for row in found.table.to_pylist():
        if row["layer"] is None:
            of = means.setdefault(row["value"], {})
            of[row["measure"]] = estimate_json(_estimate(row, "estimate"))
    differences: dict[str, dict[str, Any]] = {}
    for row in found.differences.to_pylist():
        if row["layer"] is None:
            of = differences.setdefault(row["value"], {})
            of[row["measure"]] = {
                **estimate_json(_estimate(row, "difference")), "is_clear": row["is_clear"],
            }  # fmt: skip
    return {"means": means, f"against_{WIRINGS[0]}": differences}


def _estimate(row: dict[str, Any], name: str) -> Estimate:
    low, high = (math.nan if row[k] is None else row[k] for k in ("low", "high"))
    return Estimate(row[name], low, high)


def _alike(given: IntegrationInputs, got: Integration) -> Table:
    rows: list[tuple[str, ...]] = []
    for wiring in WIRINGS:
        said: tuple[str, ...] = (wiring, significant(got.form.of(wiring)))
        if wiring in got.played:
            e = got.played[wiring]
            said += (significant(e.value), f"{significant(e.low)} to {significant(e.high)}")
        rows.append(said)
    rows.append(("each at random", significant(got.form.at_random)))
    played = f"; {given.plain_runs} runs, seed {given.seed}" if got.played else ""
    head = ("leakers", "form", "simulated", "99 % interval")
    width = 4 if got.played else 2
    return Table(
        f"{given.batteries} batteries alike of {given.rounds} rounds, {given.salvo} at each of "
        f"{given.threats} threats that come at once{played}",
        head[:width],
        [(*row, *[""] * (width - len(row))) for row in rows],
    )


def _whole(given: IntegrationInputs, found: Comparison) -> Table:
    means = {
        (row["value"], row["measure"]): row
        for row in found.table.to_pylist()
        if row["layer"] is None
    }
    rows = []
    for measure in MEASURES:
        kind = apart.NAMES[measure]
        words = kind.words or significant
        cells = []
        for wiring in WIRINGS:
            row = means[wiring, measure]
            numbers = [row[k] for k in ("estimate", "low", "high")]
            value, *interval = (words(kind.factor * v) for v in numbers if v is not None)
            cells.append(f"{value} ({' to '.join(interval)})" if interval else value)
        rows.append((f"{kind.name}{', %' if kind.factor == 100.0 else ''}", *cells))
    return Table(
        f"{given.scenario}, {given.fidelity} fidelity: {given.runs} runs under each wiring, seed "
        f"{given.seed}, with 95 % intervals",
        ("per raid", *WIRINGS),
        rows,
    )


def _unknowns(given: IntegrationInputs, got: Integration) -> list[Table]:
    """Bands of what is not known beside chance; none without draws."""
    if not got.unknown or got.whole is None:
        return []
    rows: list[tuple[str, ...]] = []
    for wiring, campaign in zip(WIRINGS, got.whole.campaigns, strict=True):
        summary = campaign.summary["leak_fraction"]
        at, low, high = (math.nan if summary[k] is None else summary[k]
                         for k in ("value", "low", "high"))  # fmt: skip
        leak, chance = percent_interval(at, low, high)
        less = got.apart.get(wiring)
        apart_words = not_known.span(less.low, less.high, _points) if less else ""
        rows.append((wiring, leak, chance, *not_known.cells(got.unknown[wiring]), apart_words))
    head = ("leak fraction", "nominal", "chance, 95 %", *not_known.HEAD,
            f"less {WIRINGS[0]}, not known, 90 %")  # fmt: skip
    return [
        Table(
            f"{given.scenario}: chance, and what is not known; {given.draws} draws of kill chances "
            "and radar ranges",
            head,
            rows,
        )
    ]


def _points(share: float) -> str:
    return f"{100.0 * share:+.1f} points"


def _figure(given: IntegrationInputs, got: Integration, sets: Sequence[str]) -> Markup:
    """Leakage over the number of batteries by the forms, and the wirings of the scenario."""
    counts = np.arange(1, max(2 * given.batteries, 4) + 1)
    forms = [form(replace(given, batteries=int(k))) for k in counts]
    named = {
        "stovepiped, same order": [f.same_order for f in forms],
        "stovepiped, at random": [f.at_random for f in forms],
        "hub or integrated": [f.joined for f in forms],
    }
    colours = (COLOURS[1], COLOURS[4], COLOURS[0])
    lines = [
        Line(name, counts.astype(float), np.array(y) / given.threats, colour=colour)
        for (name, y), colour in zip(named.items(), colours, strict=True)
    ]
    for wiring, e in got.played.items():
        colour = COLOURS[1] if wiring == WIRINGS[0] else COLOURS[0]
        here = np.array([float(given.batteries)])
        lines.append(Line("simulated", here, np.array([e.value]) / given.threats,
                          colour=colour, has_dots=True))  # fmt: skip
    panels = [
        Panel(f"{given.threats} threats, {given.rounds} rounds a battery", lines, (),
              "batteries", "share that gets through"),
    ]  # fmt: skip
    if got.whole is not None:
        panels.append(_wirings(given, got, got.whole))
    return chart(
        "The same batteries alone and joined",
        panels,
        Frame(y_range=(0.0, 1.0), y_label=percent, width=360.0, height=300.0),
        [
            f"Left: closed forms, {given.plain_runs} runs as dots. Right: {given.runs} runs under "
            f"each wiring, {given.fidelity} fidelity, 95 % intervals. Seed {given.seed}."
            + not_known.sentence(given.draws),
            command_of(NAME, sets) + f" --figure {NAME}.svg",
        ],
    )


def _wirings(given: IntegrationInputs, got: Integration, found: Comparison) -> Panel:
    """The leak fraction of a scenario under its wirings, with intervals."""
    names = {float(i + 1): wiring for i, wiring in enumerate(WIRINGS)}
    lines = []
    for (x, wiring), colour in zip(
        names.items(), (COLOURS[1], COLOURS[2], COLOURS[0]), strict=True
    ):
        summary = found.campaigns[WIRINGS.index(wiring)].summary["leak_fraction"]
        at, low, high = (summary[k] for k in ("value", "low", "high"))
        lines.append(Line("simulated", np.array([x]), np.array([at]), colour=colour,
                          has_dots=True))  # fmt: skip
        if low is not None:
            lines.append(Line("simulated", np.array([x, x]), np.array([low, high]), colour=colour))
        if wiring in got.unknown:
            lines += not_known.upright(got.unknown[wiring], x + BESIDE, colour)
    return Panel(
        given.scenario, lines, (), "wiring", "", (0.5, 3.5), lambda v: names.get(v, "")
    )  # fmt: skip
