"""Batteries made for drones, in battle: what they shoot down, and what becomes of their rounds."""

from __future__ import annotations

import numpy as np

from opendome.simulation.build import compile_scenario
from opendome.simulation.run import simulate
from tests.unit.simulation.drones import drone_raid


def test_coyotes_shoot_down_drones() -> None:
    battery = {"system": "coyote2", "overrides": {"launchers": 2, "channels": 8}}
    tables = simulate(compile_scenario(drone_raid(battery)), 1, range(12), []).tables
    shots = tables["engagements"].to_pydict()
    works = np.array(shots["is_reliable"]) & np.array(shots["is_discriminated"])
    met = np.array(shots["is_acquired"])
    assert len(works) >= 80
    assert met[np.array(shots["is_reliable"])].mean() > 0.85
    kills = np.array(shots["is_kill"])
    assert kills[met & works].mean() > 0.95
    pace = [
        (b - a)
        for a, b in zip(shots["t_launch"], shots["t_intercept"], strict=True)
        if b == b and b
    ]
    assert 10.0 < np.median(pace) < 90.0  # subsonic: a minute and more for ten kilometres
    outcomes = tables["threats"].to_pydict()["outcome"]
    assert outcomes.count("intercepted") > 0.55 * len(outcomes)
