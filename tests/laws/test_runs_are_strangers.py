"""A run's tables are the same bytes whichever runs share its batch, and whenever it is computed."""

import pytest

from opendome.results.record import take_run
from opendome.scenario import load
from opendome.simulation.run import compile_scenario, simulate

CASES = [
    ("iron_dome_city", ["threats.north.count=8", "threats.east.count=4"]),
    ("iron_dome_city", ["threats.north.count=8", "command.nodes[0].associator=jpda"]),
    ("limited_icbm", ["threats.icbm.count=2", "step_s=5"]),
    ("limited_icbm", ["threats.icbm.count=3", "step_s=10", "picture=perfect", "engagement=tabled"]),
    ("iron_dome_city", ["picture=statistical", "threats.north.count=5", "threats.east.count=5"]),
]
ONE_GROUP = [f"threats.{name}.count=0" for name in ("east", "stray", "long_range")]
HASTY = [f"command.nodes[0].doctrine.{x}" for x in ("salvo=3", "is_shoot_look_shoot=false")]


@pytest.mark.parametrize(("name", "sets"), CASES)
def test_batching_does_not_change_a_run(name: str, sets: list[str]) -> None:
    model = compile_scenario(load(name, sets))
    together = simulate(model, 11, [0, 1], [1])
    alone = simulate(model, 11, [1], [1])
    for table in together.tables:
        mine = take_run(together, 1).tables[table].to_pylist()
        assert repr(mine) == repr(alone.tables[table].to_pylist()), table  # NaN equals NaN
    assert together.tables["engagements"].num_rows > 0
    other = simulate(model, 12, [1], [1])
    assert not other.tables["threats"].equals(alone.tables["threats"])


def test_what_is_still_said_when_a_run_has_ended_does_not_move_it() -> None:
    """Rounds that were ordered at the last threat of a run stay, whether or not others fight on."""
    sets = ["threats.north.count=3", "step_s=4", *ONE_GROUP, *HASTY]
    model = compile_scenario(load("iron_dome_city", sets))
    runs = range(8)
    together = simulate(model, 11, runs, runs)
    for run in runs:
        mine, alone = take_run(together, run), simulate(model, 11, [run], [run])
        for table in alone.tables:
            rows = alone.tables[table].to_pylist()
            assert repr(mine.tables[table].to_pylist()) == repr(rows), (run, table)
