"""Sensors that look together say what each of them alone would say."""

import dataclasses

import numpy as np
import pytest

import opendome as od
from opendome.messages import Detections
from opendome.simulation.build import Model
from opendome.simulation.run import begin, compile_scenario
from opendome.simulation.tick import tick
from opendome.simulation.verbs import scene_of
from opendome.world import world

SEED = 5
FEW = ["threats.cruise.count=2", "threats.drones.count=2", "threats.rockets.count=4"]


def model_of(scenario: str, *settings: str) -> Model:
    return compile_scenario(od.load(scenario, list(settings)))


def is_same(a: Detections, b: Detections) -> bool:
    return all(
        np.array_equal(getattr(a, f.name), getattr(b, f.name), equal_nan=f.name != "is_plume")
        and getattr(a, f.name).dtype == getattr(b, f.name).dtype
        for f in dataclasses.fields(Detections)
    )


@pytest.mark.compiled
@pytest.mark.parametrize(
    ("model", "first", "last"),
    [
        (model_of("mixed_raid", *FEW, "sensors.city_radar.overrides.false_alarms_1=0.4"), 260, 300),
        (model_of("theater_bases"), 200, 215),
    ],
)  # fmt: skip
def test_all_at_once_is_each_alone(model: Model, first: float, last: float) -> None:
    state = begin(model, SEED, [2, 7], [])
    n_seen = n_rows = n_looks = 0
    for t0, t1 in model.clock.ticks():
        tick(model, state, t0, t1)
        if t1 < first:
            continue
        looks = model.clock.looks(t0, t1)
        scene = scene_of(model, state)
        found = model.watch.look(looks, (t0, t1), scene, state.tasking, SEED)
        for (t, i), seen in zip(looks, found, strict=True):
            truth = world.snapshot(model.world, state.world, t, shows_glow=True)
            assert is_same(seen, model.sensors[i].sense(truth, state.tasking, SEED))
            n_seen, n_rows, n_looks = (
                n_seen + (len(seen.run) > 0),
                n_rows + len(seen.run),
                n_looks + 1,
            )
        if t1 > last:
            break
    assert n_looks > n_seen > 5
    assert n_rows > n_seen


def test_false_alarms_are_heard_though_nothing_flies() -> None:
    loud = model_of("mixed_raid", *FEW, "sensors.city_radar.overrides.false_alarms_1=1.0")
    quiet = model_of("mixed_raid", *FEW, "sensors.city_radar.overrides.false_alarms_1=0.0")
    state = begin(loud, SEED, [2, 7], [])
    city, heard = 4, {True: [], False: []}
    for t0 in np.arange(0.0, 40.0):
        looks = [look for look in loud.clock.looks(t0, t0 + 1.0) if look[1] == city]
        scene = scene_of(loud, state)
        for model in (loud, quiet):
            found = model.watch.look(looks, (t0, t0 + 1.0), scene, state.tasking, SEED)
            heard[model is loud] += [len(np.unique(seen.run)) for seen in found]
    assert not any(heard[False])
    assert 0.45 < np.mean(heard[True]) / 2.0 < 0.8  # 1 - exp(-1) of all runs and looks


def test_no_looks_show_nothing() -> None:
    model = model_of("mixed_raid", *FEW)
    state = begin(model, SEED, [0], [])
    scene = scene_of(model, state)
    assert model.watch.look([], (0.0, 1.0), scene, state.tasking, SEED) == []
