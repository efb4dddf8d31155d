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
from opendome.views.studies.chart import COLOURS, Frame, Line, Panel, chart
from opendome.views.studies.shot_doctrine import estimate_json
from opendome.views.studies.told import Table, Told, command_of

NAME = "saturation"
INPUTS = SaturationInputs
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
            "rows": [asdict(row) for row in got.rows],
            "simulated": [_played_json(p) for p in got.played],
        },
        [_leakage(given, got)],
        [_knees(got)],
        partial(_figure, given, got, sets),
    )


def _played_json(played: Played) -> dict[str, object]:
    return {
        "threats": played.threats,
        **{name: estimate_json(getattr(played, name)) for name in SHOWN},
    }


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
        lines.append(Line(words, x, np.array([getattr(r, name) for r in got.rows]), colour=colour))
        for p in got.played:
            lines += _dot(words, float(p.threats), getattr(p, name), colour)
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
            f"Lines: closed form; rounds are what is scarce. {dots}",
            command_of(NAME, sets) + f" --figure {NAME}.svg",
        ],
    )


def _dot(words: str, x: float, e: Estimate, colour: str) -> list[Line]:
    here = np.array([x, x])
    return [
        Line(words, here[:1], np.array([e.value]), colour=colour, has_dots=True),
        Line(words, here, np.array([e.low, e.high]), colour=colour),
    ]
