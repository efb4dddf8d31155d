"""Who can meet gliders and orbital missiles at all: the fast levels of the shipped scenarios."""

from __future__ import annotations

import pytest

from opendome.scenario import load
from opendome.simulation.run import compile_scenario, simulate

FAST = ["picture=perfect", "engagement=tabled", "step_s=2"]


def fired(name: str, changes: list[str]) -> set[tuple[str, str]]:
    """Pairs of a system and a group that it fired at."""
    tables = simulate(compile_scenario(load(name, [*FAST, *changes])), 3, range(2), []).tables
    group = {
        (run, threat): group
        for run, threat, group in zip(
            *(tables["threats"][c].to_pylist() for c in ("run", "threat", "group")), strict=True
        )
    }
    shots = (tables["engagements"][c].to_pylist() for c in ("run", "threat", "system"))
    return {(system, group[run, threat]) for run, threat, system in zip(*shots, strict=True)}


def test_gliders_pass_below_the_floor_of_thaad() -> None:
    few = ["threats.gliders.count=3", "threats.quasi_ballistic.count=3"]
    found = fired("hypersonic_strike", few)
    assert ("thaad", "quasi_ballistic") in found
    assert ("thaad", "gliders") not in found


@pytest.mark.parametrize("azimuth", [140, 325])
def test_orbital_missiles_are_met_by_a_battery_that_looks_their_way(azimuth: int) -> None:
    turned = [f"sensors.thaad_{side}_radar.az_deg={azimuth}" for side in ("north", "west")]
    found = fired("fobs_south", ["threats.icbm.count=0", "threats.orbital.count=6", *turned])
    assert (("thaad", "orbital") in found) == (azimuth == 140)
    assert ("gbi", "orbital") not in found
