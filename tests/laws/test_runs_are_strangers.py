"""A run's tables are the same bytes whichever runs share its batch, and whenever it is computed."""

import pytest

from opendome.results.record import take_run
from opendome.scenario import load
from opendome.simulation.run import compile_scenario, simulate

CASES = [
    ("iron_dome_city", ["threats.north.count=8", "threats.east.count=4"]),
    ("limited_icbm", ["threats.icbm.count=2", "step_s=5"]),
    ("limited_icbm", ["threats.icbm.count=3", "step_s=10", "picture=perfect", "engagement=tabled"]),
    ("iron_dome_city", ["picture=statistical", "threats.north.count=5", "threats.east.count=5"]),
]


@pytest.mark.parametrize(("name", "sets"), CASES)
def test_batching_does_not_change_a_run(name: str, sets: list[str]) -> None:
    model = compile_scenario(load(name, sets))
    together = simulate(model, 11, [0, 1, 2], [1])
    alone = simulate(model, 11, [1], [1])
    for table in together.tables:
        mine = take_run(together, 1).tables[table].to_pylist()
        assert repr(mine) == repr(alone.tables[table].to_pylist()), table  # NaN equals NaN
    assert together.tables["engagements"].num_rows > 0
    other = simulate(model, 12, [1], [1])
    assert not other.tables["threats"].equals(alone.tables["threats"])
