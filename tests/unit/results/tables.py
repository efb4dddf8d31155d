"""Small made-up tables for the tests of results: arrays of the right shape, few rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from opendome.results.record import TABLES, Record, make_record

_BLANK: dict[str, Any] = {"integer": 0, "number": 0.0, "boolean": False, "text": ""}


def rows(table: str, **given: Any) -> dict[str, Any]:
    """Columns of a table: those given, blanks for the rest."""
    n = len(next(iter(given.values())))
    columns: dict[str, Any] = {c.name: np.array([_BLANK[c.kind]] * n) for c in TABLES[table]}
    columns |= {name: np.asarray(values) for name, values in given.items()}
    if table == "threats" and "carrier" not in given:
        columns |= {"carrier": columns["threat"], "killer": np.full(n, -1)}
    return columns


def record(leakers: list[int], first: int = 0, **more: Any) -> Record:
    """Record of one run per entry: four threats each, so many of them leakers, others hit."""
    n = len(leakers)
    runs = np.arange(first, first + n)
    leak = np.array(leakers)
    threats = np.repeat(runs, 4)
    is_leaker = np.tile(np.arange(4), n) < np.repeat(leak, 4)
    shots = np.repeat(runs, 2)
    return make_record(
        {
            "runs": rows(
                "runs",
                run=runs,
                launched=np.full(n, 5),
                failed=np.full(n, 1),
                threats=np.full(n, 4),
                threatening=np.full(n, 4),
                leakers=leak,
                intercepted=4 - leak,
                shots=np.full(n, 2),
                cost_defense_usd=np.full(n, 100e3),
                cost_threat_usd=np.full(n, 5e3),
                asset_value_lost=leak * 1.5,
            ),
            "threats": rows(
                "threats",
                run=threats,
                threat=np.tile(np.arange(4), n),
                is_threatening=np.ones(4 * n, dtype=bool),
                is_in_reach=np.tile([True, True, True, False], n),
                n_shots=np.tile([1, 1, 0, 0], n),
                outside_distance=np.full(4 * n, -10.0),
                sigma_impact=np.full(4 * n, 100.0),
                outcome=np.where(is_leaker, "leaked", "intercepted"),
                group=np.full(4 * n, "north"),
                system=np.full(4 * n, "rocket_122mm"),
            ),
            "engagements": rows(
                "engagements",
                run=shots,
                shot=np.tile([0, 1], n),
                system=np.tile(["iron_dome", "arrow"], n),
                battery=np.tile(["south", "far"], n),
            ),
            **more,
        }
    )
