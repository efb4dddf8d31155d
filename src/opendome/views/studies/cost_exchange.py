"""`cost_exchange` for people."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from opendome.studies.cost_exchange import ExchangeInputs, Row, answer
from opendome.studies.inputs import read_inputs, written
from opendome.views.report.markup import Markup
from opendome.views.report.words import dollars, percent, significant, spaced
from opendome.views.studies.bars import Bar, bars
from opendome.views.studies.shot_doctrine import estimate_json
from opendome.views.studies.told import Table, Told, command_of

NAME = "cost_exchange"
INPUTS = ExchangeInputs


def tell(sets: Sequence[str]) -> Told:
    """The answer to one question."""
    given = read_inputs(ExchangeInputs, NAME, sets)
    rows = answer(given)
    tables = [_prices(given, rows)]
    if any(row.played for row in rows):
        tables.append(_as_played(given, rows))
    return Told(
        {
            "study": NAME,
            "command": command_of(NAME, sets),
            "inputs": written(given),
            "rows": [_row_json(row) for row in rows],
        },
        tables,
        [
            "One more of each, over 20 years, kept ready; launchers, radars and development apart. "
            "Satellites are bought for where they are: so many stand in orbit for each missile.",
        ],
        partial(_figure, given, rows, sets),
    )


def _row_json(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {
        "threat": row.pair.threat,
        "interceptor": row.pair.interceptor,
        "p_kill": row.p_kill,
        "rounds": row.rounds,
        "mean_rounds": row.mean_rounds,
        "leak": row.leak,
        "threat_usd": row.threat._asdict(),
        "defense_usd": row.defense._asdict(),
        "ratio": row.ratio._asdict(),
        "exchange_of_unit_prices": row.exchange,
    }
    if row.played is not None:
        found["simulated"] = {
            "runs": row.played.runs,
            "leak": estimate_json(row.played.leak),
            "shots_each": estimate_json(row.played.shots),
            "exchange_of_unit_prices": estimate_json(row.played.exchange),
        }
    return found


def _prices(given: ExchangeInputs, rows: Sequence[Row]) -> Table:
    how = "with looks" if given.has_looks else "at once"
    return Table(
        f"One more threat, stopped but for {given.leak:g}, rounds {how}",
        ("threat", "stopped by", "rounds", "threat costs", "stopping it", "for a dollar",
         "low to high"),
        [
            (spaced(r.pair.threat), spaced(r.pair.interceptor), significant(r.mean_rounds, 2),
             dollars(r.threat.nominal), dollars(r.defense.nominal),
             significant(r.ratio.nominal, 2),
             f"{significant(r.ratio.low, 2)} to {significant(r.ratio.high, 2)}")
            for r in rows
        ],
    )  # fmt: skip


def _as_played(given: ExchangeInputs, rows: Sequence[Row]) -> Table:
    return Table(
        f"Beside the simulator: {given.runs} runs of eight threats, seed {given.seed}; unit prices "
        "of rounds fired for those of threats",
        ("threat", "stopped by", "leak, form", "simulated", "rounds", "simulated", "exchange",
         "simulated"),
        [
            (spaced(r.pair.threat), spaced(r.pair.interceptor), percent(r.leak),
             f"{percent(r.played.leak.value)} ({percent(r.played.leak.low)} to "
             f"{percent(r.played.leak.high)})",
             significant(r.mean_rounds), significant(r.played.shots.value),
             significant(r.exchange), significant(r.played.exchange.value))
            for r in rows if r.played is not None
        ],
    )  # fmt: skip


def _figure(given: ExchangeInputs, rows: Sequence[Row], sets: Sequence[str]) -> Markup:
    return bars(
        "Dollars that stop one more threat, for a dollar of the threat",
        [Bar(f"{spaced(r.pair.threat)} / {spaced(r.pair.interceptor)}", *r.ratio) for r in rows],
        1.0,
        [
            f"All but {given.leak:g} are stopped. Dot: nominal prices; bar: low against high and "
            "the other way round.",
            f"Over 20 years, both sides kept ready; {given.satellites_each:g} satellites in orbit "
            "for each missile. No draw, no seed.",
            command_of(NAME, sets) + f" --figure {NAME}.svg",
        ],
    )
