"""Several kill vehicles of a round: their joint chance, one word and one cost of all."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest

from opendome.errors import ScenarioError
from opendome.scenario import build_system, entry, load
from opendome.scenario.weapons import p_kill_of_round
from opendome.simulation.build import compile_scenario
from opendome.simulation.run import simulate

COST = 111e6


def defense(count: int, system: str = "icbm_liquid", **keys: Any) -> dict[str, Any]:
    """ICBMs from a notional adversary; each is met by one round of NGI, and no more."""
    place = {"lat_deg": 63.95, "lon_deg": -145.73}
    doctrine = {"policy": "fixed_salvo", "salvo": 1, "max_rounds": 1, "p_threatening": 0.2}
    battery = {"name": "silos", "system": "ngi", "node": "c2", **place}
    battery["overrides"] = {"launchers": 64, "channels": 64}
    group = {
        "name": "icbms",
        "system": system,
        "count": count,
        "launch": {"lat_deg": 40.5, "lon_deg": 126.5},
        "aim": "coast",
        "spacing_s": 30,
        "salvo_size": count,
        "overrides": {"reliability": 1},
    }
    data = {
        "format": 1,
        "name": "silos",
        "picture": "perfect",
        "engagement": "tabled",
        "step_s": 2,
        "duration_s": 6000,
        "assets": [{"name": "coast", "lat_deg": 34.0, "lon_deg": -118.0, "radius_km": 60}],
        "threats": [group],
        "sensors": [],
        "weapons": [battery],
        "command": {"wiring": "integrated", "nodes": [{"name": "c2", "doctrine": doctrine}]},
    }
    return data | keys


@cache
def tables(count: int, runs: int, engagement: str, system: str = "icbm_liquid") -> dict[str, Any]:
    model = compile_scenario(load(defense(count, system, engagement=engagement)))
    return simulate(model, 1, range(runs), []).tables


def test_the_chance_of_a_round_is_the_closed_form() -> None:
    """R (1 - (1 - p)^k), where p is the chance of a vehicle whose booster works."""
    ngi = build_system(entry("ngi"))
    r, p = 0.85, 0.6 / 0.85
    assert ngi.kill_vehicles == 3
    assert p_kill_of_round(ngi) == pytest.approx(r * (1.0 - (1.0 - p) ** 3), rel=1e-12)
    one = replace(ngi, kill_vehicles=1)
    assert p_kill_of_round(one) == one.p_kill
    assert p_kill_of_round(replace(ngi, kill_vehicles=20)) == pytest.approx(r, abs=1e-6)


def kills_of_rounds(found: dict[str, Any]) -> np.ndarray:
    """Whether each round (three rows) killed, in the order of run and shot."""
    shots = found["engagements"].to_pydict()
    order = np.lexsort((shots["vehicle"], shots["shot"], shots["run"]))
    kills = np.array(shots["is_kill"])[order].reshape(-1, 3)
    assert kills.sum(axis=1).max() <= 1  # a threat dies once
    works = np.array(shots["is_reliable"])[order].reshape(-1, 3)
    assert np.all(works == works[:, :1])  # the booster works or fails for all
    assert not kills[~works[:, 0]].any()
    return kills.any(axis=1)


def test_tabled_rounds_kill_with_that_chance() -> None:
    kills = kills_of_rounds(tables(40, 15, "tabled"))
    p = p_kill_of_round(build_system(entry("ngi")))
    assert len(kills) == 600
    assert abs(kills.mean() - p) < 4.0 * (p * (1.0 - p) / len(kills)) ** 0.5
    assert kills.mean() > 0.6 + 0.1  # one vehicle alone has 0.6


def test_flown_vehicles_meet_one_after_another() -> None:
    found = tables(3, 3, "flown")
    assert kills_of_rounds(found).sum() >= 4
    shots = found["engagements"].to_pydict()
    works = np.array(shots["is_reliable"])
    assert np.array(shots["is_acquired"])[works].all()
    misses = np.array(shots["miss"], dtype=float)
    kills = np.array(shots["is_kill"])
    assert np.all(misses[kills] < 3.0)
    assert len(np.unique(misses[np.isfinite(misses)])) == np.isfinite(misses).sum()  # own noise


@pytest.mark.parametrize("engagement", ["tabled", "flown"])
def test_a_round_is_counted_paid_and_spoken_of_once(engagement: str) -> None:
    count, runs = (40, 15) if engagement == "tabled" else (3, 3)
    found = tables(count, runs, engagement)
    per_run = found["runs"].to_pydict()
    assert per_run["shots"] == [count] * runs
    assert per_run["cost_defense_usd"] == [count * COST] * runs
    assert set(found["threats"].to_pydict()["n_shots"]) == {1}
    assert found["engagements"].num_rows == 3 * count * runs
    events = found["events"].to_pydict()
    assert events["kind"].count("shot") == count * runs
    shots = found["engagements"].to_pydict()
    by_round: dict[tuple[int, int], set[Any]] = {}
    for run, shot, said in zip(shots["run"], shots["shot"], shots["assessed"], strict=True):
        by_round.setdefault((run, shot), set()).add(said)
    assert all(len(said) == 1 for said in by_round.values())


def test_rounds_do_not_depend_on_batches() -> None:
    model = compile_scenario(load(defense(10)))
    together = simulate(model, 1, range(4), []).tables["engagements"]
    alone = simulate(model, 1, range(2, 3), []).tables["engagements"]
    mine = together.filter(pc.equal(together["run"], 2))
    assert repr(alone.to_pydict()) == repr(mine.to_pydict())


def test_a_round_without_vehicles_is_refused() -> None:
    data = defense(1)
    data["weapons"][0]["overrides"]["kill_vehicles"] = 0
    with pytest.raises(ScenarioError, match=r"kill_vehicles is 0; allowed: whole numbers 1 to 20"):
        load(data)
