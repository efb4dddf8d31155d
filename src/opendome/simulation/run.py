"""Simulates a batch of runs from the first launch to the last impact."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from opendome.engagements import engagement
from opendome.results.record import Record
from opendome.scenario.families import FAMILIES
from opendome.simulation import network
from opendome.simulation.build import Model, compile_scenario
from opendome.simulation.failures import fates_of_runs, happenings
from opendome.simulation.recorder import Recorder, record
from opendome.simulation.state import State
from opendome.simulation.tick import tick
from opendome.world import world

__all__ = ["compile_scenario", "simulate"]


def begin(model: Model, seed: int, runs: Sequence[int], keep_trajectories: Sequence[int]) -> State:
    """State at t = 0 of a batch of runs."""
    numbers = np.array(sorted(runs), dtype=np.int64)
    keep = frozenset(int(r) for r in keep_trajectories) & frozenset(int(r) for r in numbers)
    family = np.array([FAMILIES.index(f) for f in model.names.families], dtype=np.int64)
    fates = fates_of_runs(model.manager.command, model.clock.duration, seed, numbers)
    return State(
        seed=seed,
        keep=keep,
        fates=fates,
        world=world.begin(model.world, seed, numbers.tolist()),
        picture=model.picture.start(numbers),
        battle=model.manager.begin(numbers, fates),
        fire_control=engagement.begin(model.fire_control, numbers, fates.lost),
        network=network.begin(model.network, seed, numbers, fates),
        recorder=Recorder(keep, model.picture_period, family[model.world.threats.group]),
    )


def simulate(
    model: Model, seed: int, runs: Sequence[int], keep_trajectories: Sequence[int]
) -> Record:
    """Tables of exactly these runs; each run's rows are the same whichever runs share the batch.

    Parameters
    ----------
    model : Model
        From ``compile_scenario``.
    seed : int
    runs : sequence of int
        Run numbers, each a stream of draws of its own.
    keep_trajectories : sequence of int
        Runs whose paths are recorded, if they are in this batch.
    """
    state = begin(model, seed, runs, keep_trajectories)
    for t0, t1 in model.clock.ticks():
        tick(model, state, t0, t1)
        if not state.world.is_active.any():
            break
    failed = happenings(model.manager.command, state.fates, state.world.runs, state.world.t_end)
    state.recorder.events.append(failed)
    return record(model.world, state.world, state.recorder, model.names)
