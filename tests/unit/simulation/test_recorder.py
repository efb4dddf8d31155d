"""What the record says of threats: reach is that of a battery's envelope for the class."""

from __future__ import annotations

from typing import Any

import pytest

from opendome.results.record import take_run
from opendome.results.result import ask
from opendome.scenario import load, resolved
from opendome.scenario.families import family_of
from opendome.simulation.run import compile_scenario, simulate


@pytest.mark.parametrize(
    ("against", "reached"),
    [("any", {"cruise_east"}), ("ballistic", set()), ("level", {"cruise_east"})],
)
def test_a_battery_against_flyers_does_not_reach_what_falls(
    against: str, reached: set[str]
) -> None:
    """NASAMS at a base: 25 km against cruise missiles, nothing against ballistic ones."""
    data: dict[str, Any] = resolved("theater_bases", ["picture=perfect", "engagement=tabled"])
    data["threats"] = [
        group | {"count": 2, "aim": "south_base"}
        for group in data["threats"]
        if group["name"] in ("quasi_ballistic", "cruise_east")
    ]
    weapons = [w for w in data["weapons"] if w["name"] == "south_nasams"]
    data["weapons"] = [weapons[0] | {"against": against}]
    data["command"] |= {"layers": [], "wiring": "stovepiped"}
    threats = simulate(compile_scenario(load(data)), 1, range(2), []).tables["threats"]
    rows = zip(threats["group"].to_pylist(), threats["is_in_reach"].to_pylist(), strict=True)
    assert {group for group, is_in_reach in rows if is_in_reach} == reached


SMALL = {
    "mixed_raid": ["threats.medium_range.count=1", "threats.short_range.count=2",
                   "threats.quasi_ballistic.count=1", "threats.cruise.count=2",
                   "threats.drones.count=2", "threats.rockets.count=2"],
    "iron_dome_city": ["picture=perfect", "threats.north.count=6", "threats.east.count=5"],
}  # fmt: skip


@pytest.mark.compiled
@pytest.mark.parametrize("name", SMALL)
def test_every_run_says_what_its_tracks_were_called(name: str) -> None:
    """As many tracks as in the table of the picture, kept or not, each of a family of the raid."""
    scenario = load(name, SMALL[name])
    model = compile_scenario(scenario)
    record = simulate(model, 13, range(2), [1])
    count = """select run, node, sum(matched)::integer as matched,
                 sum(spurious)::integer as spurious from picture
               group by run, node order by run, node"""
    asked = """select run, node, sum(if(family <> '', tracks, 0))::integer as matched,
                 sum(if(family = '', tracks, 0))::integer as spurious
               from families group by run, node order by run, node"""
    assert ask(asked, record.tables).to_pylist() == ask(count, record.tables).to_pylist()
    rows = record.tables["families"].to_pylist()
    of_threats = [row for row in rows if row["family"]]
    assert {row["run"] for row in of_threats} == {0, 1}
    assert {row["family"] for row in of_threats} <= {family_of(g.system) for g in scenario.threats}
    assert all(0.0 <= row["brier"] <= 2.0 for row in of_threats)
    alone = simulate(model, 13, [1], []).tables["families"]
    assert repr(alone.to_pylist()) == repr(take_run(record, 1).tables["families"].to_pylist())
