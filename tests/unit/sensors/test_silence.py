"""Looks that are called silent show nothing, whoever asks; and many are called so."""

import numpy as np

import opendome as od
from opendome.sensors.radar import Radar
from opendome.simulation.build import Model
from opendome.simulation.run import begin, compile_scenario
from opendome.simulation.tick import tick
from opendome.world import world

SEED = 5


def model_of(**false_alarms: float) -> Model:
    return compile_scenario(
        od.load(
            "mixed_raid",
            [
                "threats.cruise.count=2",
                "threats.drones.count=2",
                "threats.rockets.count=4",
                *(f"sensors.{k}.overrides.false_alarms_1={v}" for k, v in false_alarms.items()),
            ],
        )
    )


def test_a_silent_look_shows_nothing_in_any_run() -> None:
    model = model_of(city_radar=0.4)
    state = begin(model, SEED, [2, 7], [])
    n_silent = n_seen = 0
    for t0, t1 in model.clock.ticks():
        tick(model, state, t0, t1)
        if t1 < 260.0:
            continue
        looks = model.clock.looks(t0, t1)
        sky, runs = state.world.sky, state.world.runs
        silent = model.silence.among(looks, (t0, t1), sky, runs, SEED)
        for (t, i), is_silent in zip(looks, silent, strict=True):
            truth = world.snapshot(model.world, state.world, t)
            seen = model.sensors[i].sense(truth, state.tasking, SEED)
            assert not (is_silent and len(seen.run))
            n_silent, n_seen = n_silent + int(is_silent), n_seen + len(seen.run)
        if t1 > 300.0:
            break
    assert n_silent > 20
    assert n_seen > 5


def test_false_alarms_are_heard_though_nothing_flies() -> None:
    loud, quiet = model_of(city_radar=1.0), model_of(city_radar=0.0)
    state = begin(loud, SEED, [2, 7], [])
    city, found = 4, {True: [], False: []}
    assert isinstance(loud.sensors[city], Radar)
    for t0 in np.arange(0.0, 40.0):
        looks = [look for look in loud.clock.looks(t0, t0 + 1.0) if look[1] == city]
        for model in (loud, quiet):
            silent = model.silence.among(
                looks, (t0, t0 + 1.0), state.world.sky, state.world.runs, SEED
            )
            found[model is loud] += silent.tolist()
    share = np.mean(found[True]) / np.mean(found[False])
    assert 0.03 < share < 0.3  # exp(-2), as neither of two runs has one


def test_no_looks_are_no_question() -> None:
    model = model_of()
    state = begin(model, SEED, [0], [])
    assert len(model.silence.among([], (0.0, 1.0), state.world.sky, state.world.runs, SEED)) == 0
