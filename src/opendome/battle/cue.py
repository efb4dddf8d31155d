"""Where cued sensors are asked to look: the confirmed tracks that put most value at risk."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.books import BattleState
from opendome.kernels.frames import ecef_from_geodetic
from opendome.messages import Tasking, Tracks, empty, join
from opendome.scenario.scenario import Scenario
from opendome.scenario.sensors import RadarSystem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_CUES = 20  # per sensor and run


class CuedSensor(NamedTuple):
    """A radar that looks only, or for longer, where it is asked to."""

    sensor: int
    node: int
    r_ecef: Floats  # (3,)
    max_range: float


def cued_sensors(scenario: Scenario) -> tuple[CuedSensor, ...]:
    """The radars of a scenario that look only, or for longer, where they are asked to."""
    if not scenario.command.is_cueing:
        return ()
    nodes = [node.name for node in scenario.command.nodes]
    return tuple(
        CuedSensor(
            i,
            nodes.index(sensor.node),
            np.array(ecef_from_geodetic(sensor.site.lat, sensor.site.lon, sensor.site.alt)),
            sensor.system.max_range,
        )
        for i, sensor in enumerate(scenario.sensors)
        if isinstance(sensor.system, RadarSystem)
        and (sensor.system.is_cued or sensor.system.cue_gain > 1.0)
        and sensor.site is not None
    )


def cue(
    sensors: tuple[CuedSensor, ...],
    cell_of: Ints,
    state: BattleState,
    picture: Tracks,
    pairs: tuple[Ints, Ints],
) -> Tasking:
    """Ask each cued sensor for up to 20 tracks within its range, of the cell that hears it now.

    ``cell_of`` (n_runs, n_nodes) is the cell in which each node fights now. Tracks not yet judged
    come first (they may be anything), then by value at risk, then by number; those believed killed
    come last.
    """
    seen, rows = pairs
    if not sensors or len(seen) == 0:
        return empty(Tasking)
    now = cell_of[np.searchsorted(state.runs, picture.run[seen])]
    is_closed = ~np.isnan(state.tracks.t_killed[rows])
    value = np.where(is_closed, -1.0, state.tracks.value[rows])
    tasks = []
    for sensor in sensors:
        away = picture.x_ecef[seen, :3] - sensor.r_ecef
        is_near = np.einsum("ij,ij->i", away, away) <= sensor.max_range**2
        chosen = np.flatnonzero(is_near & (picture.node[seen] == now[:, sensor.node]))
        order = np.lexsort((picture.id[seen[chosen]], -value[chosen], picture.run[seen[chosen]]))
        chosen = seen[chosen[order]]
        run = picture.run[chosen]
        first = np.searchsorted(run, run)  # sorted by run: where each run begins
        chosen = chosen[np.arange(len(run)) - first < MAX_CUES]
        tasks.append(
            Tasking(
                run=picture.run[chosen],
                sensor=np.full(len(chosen), sensor.sensor),
                track=picture.id[chosen],
                t=picture.t[chosen],
                x_ecef=picture.x_ecef[chosen],
            )
        )
    return join(tasks, Tasking)
