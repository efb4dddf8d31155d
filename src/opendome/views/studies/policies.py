"""`policies` for people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from opendome.results.paired import MIN_DIFFERING, WHOLE, Difference
from opendome.results.statistics import Estimate
from opendome.studies.inputs import read_inputs, written
from opendome.studies.policies import Case, PolicyInputs, answer
from opendome.views.report import apart
from opendome.views.report.markup import Markup
from opendome.views.report.words import NOTHING, percent, percent_interval, significant
from opendome.views.studies import not_known
from opendome.views.studies.chart import COLOURS, Frame, Line, Panel, chart
from opendome.views.studies.shot_doctrine import estimate_json
from opendome.views.studies.told import Table, Told, command_of

NAME = "policies"
INPUTS = PolicyInputs
MEASURES: Final = tuple(
    next(m for m in WHOLE if m.name == name)
    for name in ("asset_value_lost", "leakers", "leak_fraction", "shots", "cost_defense_usd")
)
LEAK: Final = MEASURES[2]
BESIDE: Final = 0.04  # of a policy, between the two upright lines of a wiring


def tell(sets: Sequence[str]) -> Told:
    """The answer to one question."""
    given = read_inputs(PolicyInputs, NAME, sets)
    sets = [words for words in sets if not words.startswith("out=")]  # no answer hangs on it
    cases = answer(given)
    tables: list[Table] = []
    for case in cases:
        tables += [_means(given, case), _differences(case), *_unknowns(given, case), _plans(case)]
    return Told(
        {
            "study": NAME,
            "command": command_of(NAME, sets),
            "inputs": written(given),
            "scenarios": {case.scenario: _json(case) for case in cases},
        },
        tables,
        [sentence for case in cases for sentence in _sentences(given, case)],
        partial(_figure, given, cases, sets),
    )


def _json(case: Case) -> list[dict[str, Any]]:
    rows = []
    for wiring, policy in case.campaigns:
        row: dict[str, Any] = {"wiring": wiring, "policy": policy}
        for measure in MEASURES:
            row[measure.name] = estimate_json(case.estimate(wiring, policy, measure))
        if policy != case.against:
            row[f"against_{case.against}"] = {
                name: {**estimate_json(d.estimate), "is_clear": d.is_clear}
                for name, d in case.pairs[wiring, policy].items()
            }
        if case.drawn:
            row["not_known"] = not_known.json_of(case.unknown(wiring, policy))
            if policy != case.against:
                row["not_known"][f"against_{case.against}"] = not_known.json_of(
                    case.apart(wiring, policy)
                )
        plans = case.plans(wiring, policy)._asdict()
        row["plans"] = {k: v if math.isfinite(v) else None for k, v in plans.items()}
        rows.append(row)
    return rows


def _words(kind: apart.Kind, e: Estimate) -> str:
    words = kind.words or significant
    value, low, high = (words(kind.factor * v) for v in e)
    return f"{value} ({low} to {high})" if math.isfinite(e.low) else value


def _head(kind: apart.Kind) -> str:
    return f"{kind.name}{', %' if kind.factor == 100.0 else ''}"


def _stock(given: PolicyInputs) -> str:
    return "" if given.stock == 1.0 else f", {percent(given.stock)} of the rounds"


def _means(given: PolicyInputs, case: Case) -> Table:
    kinds = [apart.NAMES[m.name] for m in MEASURES]
    rows = []
    for wiring, policy in case.campaigns:
        cells = (
            _words(kind, case.estimate(wiring, policy, m))
            for kind, m in zip(kinds, MEASURES, strict=True)
        )
        rows.append((wiring, policy, *cells))
    return Table(
        f"{case.scenario}, {given.fidelity} fidelity{_stock(given)}: {given.runs} runs each, seed "
        f"{given.seed}, per raid, with 95 % intervals",
        ("wiring", "policy", *map(_head, kinds)),
        rows,
    )


def _differences(case: Case) -> Table:
    """Each policy less the one that all are compared with; an asterisk where it is clear."""
    rows = []
    for (wiring, policy), found in case.pairs.items():
        rows.append((wiring, policy, *(_apart(found[m.name]) for m in MEASURES)))
    return Table(
        f"{case.scenario}: less {case.against}, run by run; * where the interval leaves out zero",
        ("wiring", "policy", *(_head(apart.NAMES[m.name]) for m in MEASURES)),
        rows,
    )


def _unknowns(given: PolicyInputs, case: Case) -> list[Table]:
    """Leak fraction: bands of what is not known beside chance; none without draws."""
    rows: list[tuple[str, ...]] = []
    for wiring, policy in case.drawn:
        leak, chance = percent_interval(*case.estimate(wiring, policy, LEAK))
        less = ""
        if policy != case.against:
            apart_ = case.apart(wiring, policy)
            less = not_known.span(apart_.low, apart_.high, lambda v: f"{100.0 * v:+.1f} points")
        rows.append((wiring, policy, leak, chance, *not_known.cells(case.unknown(wiring, policy)),
                     less))  # fmt: skip
    if not rows:
        return []
    return [
        Table(
            f"{case.scenario}: leak fraction, chance and what is not known; {given.draws} draws of "
            "kill chances and radar ranges",
            ("wiring", "policy", "nominal", "chance, 95 %", *not_known.HEAD,
             f"less {case.against}, not known, 90 %"),
            rows,
        )
    ]  # fmt: skip


def _apart(found: Difference) -> str:
    value, interval = apart.signed(found)
    if found.n_differing == 0:
        return "equal in every run"
    star = "*" if found.is_clear else ""
    return f"{value}{star} ({interval})" if interval else value


def _plans(case: Case) -> Table:
    rows = []
    for wiring, policy in case.campaigns:
        n, proven, gap, threats = case.plans(wiring, policy)
        shares = [percent(v) if math.isfinite(v) else NOTHING for v in (proven, gap)]
        rows.append((wiring, policy, f"{n:,}", significant(threats), *shares))
    return Table(
        f"{case.scenario}: plans",
        ("wiring", "policy", "per raid", "threats each", "proven the best",
         "loss above the bound, of the value"),
        rows,
    )  # fmt: skip


def _sentences(given: PolicyInputs, case: Case) -> list[str]:
    """What differs clearly from the policy that all are compared with."""
    if given.runs < MIN_DIFFERING:
        return [f"{case.scenario}: too few runs to call a difference clear; at least "
                f"{MIN_DIFFERING} are asked."]  # fmt: skip
    said = []
    for (wiring, policy), found in case.pairs.items():
        clear = [
            f"{apart.NAMES[m.name].name} {apart.signed(found[m.name])[0]}"
            for m in MEASURES
            if found[m.name].is_clear
        ]
        said.append(
            f"{case.scenario}, {wiring}, {policy} against {case.against}: "
            f"{', '.join(clear) or 'nothing differs clearly'}."
        )
    return said


def _figure(given: PolicyInputs, cases: list[Case], sets: Sequence[str]) -> Markup:
    """The leak fraction by policy, a colour for each wiring."""
    panels = []
    for case in cases:
        wirings = list(dict.fromkeys(w for w, _ in case.campaigns))
        policies = list(dict.fromkeys(p for _, p in case.campaigns))
        lines = []
        for i, wiring in enumerate(wirings):
            shift = 0.12 * (i - 0.5 * (len(wirings) - 1))
            colour = COLOURS[i % len(COLOURS)]
            for k, policy in enumerate(policies):
                e, x = case.estimate(wiring, policy, LEAK), np.full(2, k + 1.0 + shift)
                lines.append(Line(wiring, x[:1], np.array([e.value]), colour=colour, has_dots=True))
                if math.isfinite(e.low):
                    lines.append(Line(wiring, x, np.array([e.low, e.high]), colour=colour))
                if case.drawn:
                    band = case.unknown(wiring, policy)
                    lines += not_known.upright(band, k + 1.0 + shift + BESIDE, colour)
        names = {float(k + 1): policy for k, policy in enumerate(policies)}
        panels.append(
            Panel(case.scenario, lines, (), "policy", "share of the threatening that leaks",
                  (0.5, len(policies) + 0.5), partial(_named, names))
        )  # fmt: skip
    return chart(
        "Who shoots at what",
        panels,
        Frame(y_label=percent, width=520.0, height=300.0),
        [
            f"{given.runs} runs under each policy and wiring, {given.fidelity} fidelity"
            f"{_stock(given)}, seed {given.seed}, 95 % intervals."
            + not_known.sentence(given.draws),
            command_of(NAME, sets) + f" --figure {NAME}.svg",
        ],
    )


def _named(names: dict[float, str], x: float) -> str:
    return names.get(x, "")
