from __future__ import annotations

import numpy as np
import pytest

from opendome.results.defense_metrics import Accounts, join_sums, summarise, sums_by_run
from opendome.results.layers import (
    STAGES,
    DefenseLayer,
    is_armed,
    key,
    layer_sums,
    layers_of,
    layers_of_manifest,
)
from opendome.results.record import make_record, make_table
from opendome.scenario.load import load, resolved
from tests.unit.results.tables import rows

LAYERS = (DefenseLayer("upper", ("high",)), DefenseLayer("lower", ("near", "far")))
ACCOUNTS = Accounts(cost_by_battery={"high": 10.0, "near": 1.0, "far": 2.0}, layers=LAYERS)


def tables(shots, is_threatening=(True, True, True, False), runs=(3, 5)):
    """Two runs of the same four threats; a shot is (run, threat, battery, is_kill)."""
    n = len(is_threatening)
    columns = list(zip(*shots, strict=True))
    return make_record(
        {
            "runs": rows("runs", run=list(runs)),
            "threats": rows(
                "threats",
                run=np.repeat(runs, n),
                threat=np.tile(np.arange(n), len(runs)),
                is_threatening=np.tile(is_threatening, len(runs)),
                system=np.tile((["srbm", "drone"] * n)[:n], len(runs)),
            ),
            "engagements": rows(
                "engagements",
                run=columns[0],
                threat=columns[1],
                battery=columns[2],
                is_kill=columns[3],
            ),
        }
    ).tables


SHOTS = [
    (3, 0, "high", True),  # a threatening one, killed by the first layer
    (3, 1, "high", False),  # missed by the first ...
    (3, 1, "near", True),  # ... and killed by the second
    (3, 3, "far", True),  # a harmless one
    (5, 2, "far", False),
    (5, 2, "near", False),
    (5, -1, "high", False),  # met nothing
]


def column(sums, k, what, system=None):
    return sums[key(k, what, system)].tolist()


def test_what_a_layer_kills_does_not_come_to_the_next():
    sums = sums_by_run(tables(SHOTS), ACCOUNTS)
    assert column(sums, 0, "came") == [3, 3]
    assert column(sums, 0, "engaged") == [2, 0]
    assert column(sums, 0, "killed") == [1, 0]
    assert column(sums, 1, "came") == [2, 3]
    assert column(sums, 1, "engaged") == [1, 1]
    assert column(sums, 1, "killed") == [1, 0]


def test_all_rounds_are_paid_for_those_at_harmless_threats_and_at_nothing_too():
    sums = sums_by_run(tables(SHOTS), ACCOUNTS)
    assert column(sums, 0, "rounds") == [2, 1]
    assert column(sums, 0, "cost_usd") == [20, 10]
    assert column(sums, 1, "rounds") == [2, 2]
    assert column(sums, 1, "cost_usd") == [3, 3]


def test_classes_of_threats_add_up_to_all():
    sums = sums_by_run(tables(SHOTS), ACCOUNTS)
    assert column(sums, 0, "came", "srbm") == [2, 2]  # threats 0 and 2
    assert column(sums, 0, "killed", "srbm") == [1, 0]
    assert column(sums, 1, "killed", "drone") == [1, 0]
    for k in range(2):
        for what in ("came", "engaged", "killed"):
            parts = [v for n, v in sums.items() if n.startswith(key(k, what, ""))]
            assert sum(parts).tolist() == column(sums, k, what)


def test_a_naive_count_of_random_raids_agrees():
    generator = np.random.Generator(np.random.Philox(key=[8, 8]))
    names = ["high", "near", "far"]
    for _ in range(20):
        dead, shots = set(), []
        for _ in range(12):
            run, threat = int(generator.choice([3, 5])), int(generator.integers(0, 4))
            is_kill = bool(generator.random() < 0.4) and (run, threat) not in dead
            dead |= {(run, threat)} if is_kill else set()
            shots.append((run, threat, str(generator.choice(names)), is_kill))
        sums = sums_by_run(tables(shots), ACCOUNTS)
        for i, run in enumerate((3, 5)):
            left = {0, 1, 2}
            for k, layer in enumerate(LAYERS):
                mine = [s for s in shots if s[0] == run and s[2] in layer.batteries]
                assert column(sums, k, "came")[i] == len(left)
                assert column(sums, k, "engaged")[i] == len(left & {s[1] for s in mine})
                killed = left & {s[1] for s in mine if s[3]}
                assert column(sums, k, "killed")[i] == len(killed)
                left -= killed


def test_the_summary_has_a_row_for_each_layer():
    sums = sums_by_run(tables(SHOTS), ACCOUNTS)
    upper, lower = summarise(sums, ACCOUNTS)["layers"]
    assert (upper["name"], upper["batteries"]) == ("upper", ["high"])
    assert upper["came"]["value"] == 3.0
    assert lower["killed"]["value"] == 0.5
    assert lower["by_class"]["drone"] == {"came": 1.0, "engaged": 0.5, "killed": 0.5}
    assert upper["by_class"]["srbm"]["came"] == 2.0


def test_batches_join_to_the_same_as_one():
    whole = sums_by_run(tables(SHOTS), ACCOUNTS)
    parts = [
        sums_by_run(tables([s for s in SHOTS if s[0] == run], runs=(run,)), ACCOUNTS)
        for run in (3, 5)
    ]
    joined = join_sums(parts)
    assert {n: v.tolist() for n, v in joined.items() if n.startswith("layer")} == {
        n: v.tolist() for n, v in whole.items() if n.startswith("layer")
    }


def test_layers_are_the_scenarios_own_in_its_order():
    scenario = resolved("iron_dome_city")
    scenario["command"]["layers"] = [
        {"name": "first", "batteries": ["battery_north"]},
        {"name": "last", "batteries": ["battery_south"]},
    ]
    assert layers_of(load(scenario)) == (
        DefenseLayer("first", ("battery_north",)),
        DefenseLayer("last", ("battery_south",)),
    )


def test_without_layers_the_system_with_the_highest_ceiling_comes_first():
    scenario = load("iron_dome_city", ["weapons[1].system=gbi"])
    high = next(b for b in scenario.weapons if b.system.name == "gbi")
    assert high.system.max_altitude > scenario.weapons[0].system.max_altitude
    assert [a.name for a in layers_of(scenario)] == ["gbi", "iron_dome"]


def test_a_manifest_without_layers_has_one_for_each_system():
    manifest = {
        "batteries": {
            "a": {"system": "x", "cost_usd": 1.0},
            "b": {"system": "y", "cost_usd": 1.0},
            "c": {"system": "x", "cost_usd": 1.0},
        }
    }
    assert layers_of_manifest(manifest) == (
        DefenseLayer("x", ("a", "c")),
        DefenseLayer("y", ("b",)),
    )


@pytest.mark.parametrize("missing", ["is_kill", "threat"])
def test_tables_of_another_version_leave_the_layers_open(missing):
    made = dict(tables(SHOTS))
    made["engagements"] = made["engagements"].drop_columns([missing])
    sums = sums_by_run(made, ACCOUNTS)
    assert not [n for n in sums if n.startswith("layer")]
    assert summarise(sums, ACCOUNTS)["layers"][0]["came"]["value"] is None


def test_warheads_that_die_with_their_bus_are_killed_by_the_layer_that_shot_it():
    """A bus (0) with two warheads (1, 2): 1 is away at 50 s, 2 at 150 s; the bus is hit at 100 s.

    The upper layer fires at the bus at 20 s and misses, the lower one at 80 s and hits.
    """
    threats = make_table(
        "threats",
        rows(
            "threats",
            run=[0, 0, 0],
            threat=[0, 1, 2],
            carrier=[0, 0, 0],
            killer=[1, -1, 1],
            t_release=[np.nan, 50.0, np.nan],
            role=["bus", "warhead", "warhead"],
            is_threatening=[False, True, True],
            system=["mirv_bus"] * 3,
        ),
    )
    shots = make_table(
        "engagements",
        rows(
            "engagements",
            run=[0, 0],
            shot=[0, 1],
            threat=[0, 0],
            t_launch=[20.0, 80.0],
            is_kill=[False, True],
            battery=["high", "low"],
        ),
    )
    found = layer_sums(
        np.array([0]),
        {"threats": threats, "engagements": shots},
        (DefenseLayer("upper", ("high",)), DefenseLayer("lower", ("low",))),
        {"high": 1.0, "low": 1.0},
    )
    upper, lower = ({w: found[key(k, w)][0] for w in STAGES} for k in (0, 1))
    assert upper == {"came": 2, "engaged": 2, "killed": 0}
    assert lower == {"came": 2, "engaged": 1, "killed": 1}
    assert is_armed(threats).tolist() == [False, True, True]
