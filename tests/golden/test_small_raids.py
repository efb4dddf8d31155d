"""Did any number move? Whole small runs against accepted values.

Tolerances lie far below the physics, yet above what compilers on other processors change. A moved
number is accepted by running this file with OPENDOME_ACCEPT=1; a news fragment of kind *numbers*
is then due, which says what moved, how far and why.
"""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from opendome.results.record import Record
from opendome.scenario import load
from opendome.simulation.run import compile_scenario, simulate

HERE = Path(__file__).parent / "small_raids"
CASES = {
    "iron_dome_city": ["threats.north.count=6", "threats.east.count=6", "threats.stray.count=3"],
    "limited_icbm": ["threats.icbm.count=2"],
    "limited_icbm_tabled": ["threats.icbm.count=5", "picture=perfect", "engagement=tabled"],
}
SUMS = {
    "runs": ("launched", "failed", "threatening", "leakers", "intercepted", "shots", "t_end"),
    "threats": ("apogee", "t_impact", "impact_lat", "impact_lon", "t_burnout", "outside_distance"),
    "engagements": ("t_order", "t_launch", "t_planned", "t_intercept", "alt", "miss"),
    "picture": ("tracks", "matched", "spurious"),
    "families": ("tracks", "brier"),
}


def numbers(record: Record) -> dict[str, float]:
    """Sum of every column named above, and how many rows each table has."""
    found: dict[str, float] = {}
    for table, columns in SUMS.items():
        found[f"{table}.rows"] = record.tables[table].num_rows
        for column in columns:
            values = record.tables[table][column].to_numpy().astype(np.float64)
            found[f"{table}.{column}"] = float(np.nansum(values))
    return found


@pytest.mark.parametrize("name", CASES)
def test_numbers_have_not_moved(name: str) -> None:
    scenario = load(name.removesuffix("_tabled"), CASES[name])
    found = numbers(simulate(compile_scenario(scenario), 20260101, [0, 1], []))
    path = HERE / f"{name}.json"
    if os.environ.get("OPENDOME_ACCEPT"):
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    accepted: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    # The seeker's noise makes the miss the most sensitive number; the densities of families are a
    # table of cells, so that chances step where a state crosses an edge.
    loose = {"engagements.miss": 1e-2, "families.rows": 2e-2, "families.brier": 1e-2}
    assert found.keys() == accepted.keys()
    for key, value in accepted.items():
        assert found[key] == pytest.approx(value, rel=loose.get(key, 1e-6)), key
