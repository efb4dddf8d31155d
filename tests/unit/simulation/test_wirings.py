"""Wirings of one scenario: two nodes with perfect links are as good as one node."""

from __future__ import annotations

from typing import Any

import pytest

from opendome.results.record import Record
from opendome.scenario import load, resolved
from opendome.simulation.run import compile_scenario, simulate

FEW = [
    "threats.stray.count=0",
    "threats.long_range.count=0",
    "threats.north.count=9",
    "threats.east.count=6",
]


def parted(wiring: str, **link: object) -> dict[str, Any]:
    """A radar at one node and two batteries at another, each behind the same kind of link."""
    data = resolved("iron_dome_city", FEW)
    node = data["command"]["nodes"][0]
    data["command"] = {
        "wiring": wiring,
        "nodes": [node | {"name": "eyes"}, node | {"name": "arms"}],
        "links": [{"node": name} | link for name in ("eyes", "arms")],
    }
    data["sensors"][0]["node"] = "eyes"
    for battery in data["weapons"]:
        battery["node"] = "arms"
    return data


def run(data: Any) -> Record:
    return simulate(compile_scenario(load(data)), 5, [0, 1], [])


@pytest.mark.parametrize("wiring", ["integrated", "hub"])
def test_perfect_links_change_nothing(wiring: str) -> None:
    alone = run(resolved("iron_dome_city", FEW))
    joined = run(parted(wiring, latency_s=0))
    for name in ("runs", "threats", "events"):
        assert repr(joined.tables[name].to_pylist()) == repr(alone.tables[name].to_pylist()), name
    shots, expected = (r.tables["engagements"].drop_columns("node") for r in (joined, alone))
    assert repr(shots.to_pylist()) == repr(expected.to_pylist())
    assert shots.num_rows > 4
    assert set(joined.tables["engagements"]["node"].to_pylist()) == {"arms"}
    assert set(joined.tables["picture"]["node"].to_pylist()) == {wiring}


def test_an_outage_of_the_eyes_blinds_the_arms() -> None:
    whole = [{"from_s": 0, "to_s": 1000}]
    dark = run(parted("integrated", latency_s=0, outages=whole))
    assert dark.tables["engagements"].num_rows == 0
    pictures = dark.tables["picture"].to_pylist()
    assert {p["node"] for p in pictures} == {"integrated", "eyes", "arms"}
    assert max(p["matched"] for p in pictures if p["node"] == "eyes") > 0
    assert max(p["matched"] for p in pictures if p["node"] != "eyes") == 0


def test_eyes_that_are_lost_see_no_more_and_arms_that_are_lost_fire_no_more() -> None:
    for name in ("eyes", "arms"):
        data = parted("integrated", latency_s=0)
        next(n for n in data["command"]["nodes"] if n["name"] == name)["lost_s"] = 0
        dark = run(data)
        assert dark.tables["engagements"].num_rows == 0
        matched = max(p["matched"] for p in dark.tables["picture"].to_pylist())
        assert (matched > 0) == (name == "arms")


def test_lossy_slow_links_do_not_depend_on_the_batch() -> None:
    model = compile_scenario(load(parted("hub", latency_s=1, loss=0.4, messages_hz=30)))
    together, alone = simulate(model, 5, [0, 1, 2], [1]), simulate(model, 5, [1], [1])
    for name, table in alone.tables.items():
        mine = [row for row in together.tables[name].to_pylist() if row["run"] == 1]
        assert repr(mine) == repr(table.to_pylist()), name
    assert alone.tables["engagements"].num_rows > 0


@pytest.mark.parametrize("wiring", ["integrated", "hub"])
@pytest.mark.parametrize("picture", ["tracked", "perfect"])
def test_a_node_that_is_cut_off_fights_alone_with_what_it_has(wiring: str, picture: str) -> None:
    """Cut off all the time, each of two complete nodes is as good as stovepiped."""
    records = {}
    for name in (wiring, "stovepiped"):
        data = parted(name, latency_s=0, outages=[{"from_s": 0, "to_s": 1000}])
        data["picture"] = picture
        data["sensors"].append(data["sensors"][0] | {"name": "second", "node": "arms"})
        data["weapons"][0]["node"] = "eyes"
        records[name] = run(data)
    shots = [r.tables["engagements"].to_pylist() for r in records.values()]
    assert {row["node"] for row in shots[0]} == {"eyes", "arms"}
    assert abs(len(shots[0]) - len(shots[1])) <= 0.3 * len(shots[1])
    leakers = [sum(r.tables["runs"]["leakers"].to_pylist()) for r in records.values()]
    assert abs(leakers[0] - leakers[1]) <= 3
