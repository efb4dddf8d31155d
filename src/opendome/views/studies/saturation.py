"""`saturation` for people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial

import numpy as np

from opendome.results.statistics import Estimate
from opendome.studies.inputs import read_inputs, written
from opendome.studies.saturation import Played, Row, Saturation, SaturationInputs, answer
from opendome.views.report.markup import Markup
from opendome.views.report.words import percent, percent_interval, significant
from opendome.views.studies import not_known
from opendome.views.studies.chart import COLOURS, Frame, Line, Panel, chart
from opendome.views.studies.shot_doctrine import estimate_json
from opendome.views.studies.told import Table, Told, command_of

NAME = "saturation"
INPUTS = SaturationInputs
BESIDE = 0.008  # of the widest raid, between the two upright lines of a dot
SHOWN = {
    "upper": "past the upper layer",
    "lower": "past the lower, of what came",
    "both": "past both",
}


def tell(sets: Sequence[str]) -> Told:
    """The answer to one question."""
    given = read_inputs(SaturationInputs, NAME, sets)
    got = answer(given)
    return Told(
        {
            "study": NAME,
            "command": command_of(NAME, sets),
            "inputs": written(given),
            "upper_knee": got.upper_knee,
            "knee": got.knee,
            "knee_simulated": got.knee_played if math.isfinite(got.knee_played) else None,
            "rows": [_row_json(row) for row in got.rows],
            "simulated": [_played_json(p) for p in got.played],
        },
        [_leakage(given, got), *_unknowns(given, got)],
        [_knees(got)],
        partial(_figure, given, got, sets),
    )


def _row_json(row: Row) -> dict[str, object]:
    found = asdict(row)
    low, high = found.pop("unknown")
    if math.isfinite(low):
        found["not_known"] = {"low": low, "high": high}
    return found


def _played_json(played: Played) -> dict[str, object]:
    found: dict[str, object] = {
        "threats": played.threats,
        **{name: estimate_json(getattr(played, name)) for name in SHOWN},
    }
    if played.unknown is not None:
        found["not_known"] = not_known.json_of(played.unknown)
    return found


def _leakage(given: SaturationInputs, got: Saturation) -> Table:
    """Sizes that were played, or some of those that were not."""
    played = {p.threats: p for p in got.played}
    step = max(1, len(got.rows) // 8)
    rows = [r for r in got.rows if (r.threats in played if played else r.threats % step == 0)]
    head = ["threats", *SHOWN.values()]
    if played:
        head += ["simulated: upper", "lower", "both (99 %)"]
    runs = f"; {given.runs} runs each, seed {given.seed}" if played else ""
    return Table(
        f"{given.upper_rounds} rounds above, {given.upper_salvo} at each; {given.lower_rounds} "
        f"below, {given.lower_salvo} at each{runs}",
        tuple(head),
        [(*_row(r), *(_beside(played[r.threats]) if played else ())) for r in rows],
    )


def _unknowns(given: SaturationInputs, got: Saturation) -> list[Table]:
    """Bands of what is not known beside chance; none without draws."""
    if not given.draws:
        return []
    by_size = {row.threats: row for row in got.rows}
    rows: list[tuple[str, ...]] = []
    for p in got.played:
        assert p.unknown is not None
        row = by_size[p.threats]
        form = not_known.span(*row.unknown)
        both, chance = percent_interval(*p.both)
        rows.append((f"{p.threats}", percent(row.both), form, both, chance,
                     *not_known.cells(p.unknown)))  # fmt: skip
    head: tuple[str, ...] = (
        "threats",
        "form",
        not_known.BAND,
        "simulated",
        "chance, 99 %",
        *not_known.HEAD,
    )
    if not rows:
        head, step = head[:3], max(1, len(got.rows) // 8)
        rows = [
            (f"{row.threats}", percent(row.both), not_known.span(*row.unknown))
            for row in got.rows
            if row.threats % step == 0
        ]  # fmt: skip
    return [
        Table(
            f"Past both layers: chance, and what is not known; {given.draws} draws of both kill "
            "chances",
            head,
            rows,
        )
    ]


def _row(row: Row) -> tuple[str, ...]:
    return (f"{row.threats}", *(percent(getattr(row, name)) for name in SHOWN))


def _beside(played: Played) -> tuple[str, ...]:
    both, interval = percent_interval(*played.both)
    found = f"{both} ({interval})" if interval else both
    return (percent(played.upper.value), percent(played.lower.value), found)


def _knees(got: Saturation) -> str:
    words = (
        f"The upper layer has rounds for {significant(got.upper_knee)} threats. Of a raid beyond "
        f"{significant(got.knee)}, on average, the lower layer has no round for what comes to it"
    )
    if math.isfinite(got.knee_played):
        words += f"; leakers as simulated bend at {significant(got.knee_played)}"
    return f"{words}."


def _figure(given: SaturationInputs, got: Saturation, sets: Sequence[str]) -> Markup:
    """Leakage over raid size: forms as lines, runs as dots with intervals, the knee."""
    x = np.array([float(row.threats) for row in got.rows])
    lines = []
    for (name, words), colour in zip(SHOWN.items(), COLOURS, strict=False):
        y = np.array([getattr(r, name) for r in got.rows])
        low, high = np.array([r.unknown for r in got.rows]).T if name == "both" else (None, None)
        lines.append(Line(words, x, y, low, high, colour=colour))
        for p in got.played:
            lines += _dot(words, float(p.threats), getattr(p, name), colour)
    for p in got.played:
        if p.unknown is not None:
            beside = float(p.threats) + BESIDE * x[-1]
            lines += not_known.upright(p.unknown, beside, COLOURS[2])
    if got.knee <= x[-1]:
        knee = Line("knee", np.array([got.knee] * 2), np.array([0.0, 1.0]), is_dashed=True,
                    colour="#1a202c")  # fmt: skip
        lines.append(knee)
    panel = Panel("share that gets through", lines, (), "threats in the raid", "")
    dots = (
        f"Dots: {given.runs} runs each, 99 % intervals, seed {given.seed}. " if got.played else ""
    )
    return chart(
        "What a growing raid does to two layers",
        [panel],
        Frame(y_range=(0.0, 1.0), y_label=percent, width=640.0, height=320.0),
        [
            f"Lines: closed form; rounds are what is scarce. {dots}"
            + not_known.sentence(given.draws, "both kill chances").strip()
            + (" Band: the form; dashed: simulated." if given.draws else ""),
            command_of(NAME, sets) + f" --figure {NAME}.svg",
        ],
    )


def _dot(words: str, x: float, e: Estimate, colour: str) -> list[Line]:
    here = np.array([x, x])
    return [
        Line(words, here[:1], np.array([e.value]), colour=colour, has_dots=True),
        Line(words, here, np.array([e.low, e.high]), colour=colour),
    ]
