"""Sampled paths of the runs whose trajectories are kept."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.frames import ecefs_from_ecis, geodetics_from_ecefs
from opendome.kernels.paths import paths_at
from opendome.simulation.names import Names
from opendome.world.model import WorldModel
from opendome.world.state import WorldState

Floats = NDArray[np.float64]

PATH_STEP = 240  # points of a kept trajectory


def trajectories(
    model: WorldModel, state: WorldState, keep: frozenset[int], names: Names
) -> dict[str, Any]:
    """Sampled paths of threats and rounds of the kept runs."""
    columns: dict[str, list[Any]] = {
        k: [] for k in ("run", "kind", "id", "system", "t", "lat", "lon", "alt")
    }

    def add(run: int, kind: str, number: int, system: str, t: Floats, r_eci: Floats) -> None:
        r, _ = ecefs_from_ecis(r_eci, np.zeros_like(r_eci), t)
        place = geodetics_from_ecefs(r)
        n = len(t)
        columns["run"] += [run] * n
        columns["kind"] += [kind] * n
        columns["id"] += [number] * n
        columns["system"] += [system] * n
        columns["t"] += t.tolist()
        columns["lat"] += place[:, 0].tolist()
        columns["lon"] += place[:, 1].tolist()
        columns["alt"] += place[:, 2].tolist()

    is_kept = np.isin(state.threats.run, sorted(keep)) & ~state.threats.is_defeated
    is_kept &= state.sky.t_launch < state.sky.t_gone  # else it died with its carrier
    for row in np.flatnonzero(is_kept).tolist():
        t = np.linspace(state.sky.t_launch[row], state.sky.t_gone[row], PATH_STEP)
        where = paths_at(
            state.sky.knots, state.sky.offsets, state.sky.counts, np.full(PATH_STEP, row), t
        )
        group = model.threats.group[row % model.n_threats]
        add(int(state.threats.run[row]), "threat", int(state.threats.threat[row]),
            names.threat_systems[group], t, np.ascontiguousarray(where[:, :3]))  # fmt: skip
    for row, points in sorted(state.flown_paths.items()):
        path = np.array(points).reshape(-1, 4)
        add(int(state.rounds.run[row]), "interceptor", int(state.rounds.shot[row]),
            names.weapon_systems[state.shots.battery[row]],
            np.ascontiguousarray(path[:, 0]), np.ascontiguousarray(path[:, 1:]))  # fmt: skip
    return columns
