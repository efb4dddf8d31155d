"""A radar that is cued by the tracks of satellites finds missiles earlier than by search alone."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.scenario import load
from opendome.simulation import network
from opendome.simulation.build import compile_scenario
from opendome.simulation.run import begin
from opendome.simulation.tick import tick

RADAR = "clear_lrdr"
GAIN = f"sensors.{RADAR}.overrides.cue_gain_1=16"
ALWAYS = (
    "threats.icbm.count=2",
    f"sensors.{RADAR}.overrides.range_km=1200",  # it sees late by itself
    f"sensors.{RADAR}.overrides.cue_deg=0.5",
    f"sensors.{RADAR}.overrides.false_alarms_1=0",
)


@pytest.fixture
def first_looks(monkeypatch):
    """When the radar first sees a missile in each of some runs, s."""

    def run(*changes: str) -> np.ndarray:
        scenario = load("limited_icbm", [*ALWAYS, *changes])
        index = [s.name for s in scenario.sensors].index(RADAR)
        first, send = np.full(3, np.inf), network.send_scan

        def spy(net, state, scan):
            if scan.sensor == index:
                seen = np.unique(scan.seen.run)
                first[seen] = np.minimum(first[seen], scan.t)
            send(net, state, scan)

        model = compile_scenario(scenario)
        state = begin(model, 5, range(3), [])
        with monkeypatch.context() as patch:
            patch.setattr(network, "send_scan", spy)
            for t0, t1 in model.clock.ticks():
                tick(model, state, t0, t1)
                if t1 > 1500.0 or np.isfinite(first).all():
                    return first
        return first

    return run


def test_a_cue_finds_missiles_earlier(first_looks):
    alone, cued = first_looks(), first_looks(GAIN)
    deaf = first_looks(GAIN, "command.is_cueing=false")
    assert np.isfinite(cued).all()
    assert (cued < alone - 120.0).all()
    assert deaf.tolist() == alone.tolist()
