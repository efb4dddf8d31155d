"""Defeat before launch: which threats of a run never leave, and what the attempts cost.

A launcher draws one lot in each run. Paired runs stay paired: the lot depends on the seed, the
run, the group and the number of the launcher alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.philox import uniforms
from opendome.rng import Purpose
from opendome.scenario.scenario import Scenario
from opendome.world.model import DefeatTable, ThreatTable
from opendome.world.objects import Objects

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GROUP_STRIDE = 2**32  # object word of a draw: group times this, plus the number of the launcher


def defeat_table(scenario: Scenario, threats: ThreatTable, objects: Objects) -> DefeatTable:
    """Launcher and chance of every threat of a run; what is released shares its carrier's fate."""
    t_launch, n = threats.t_launch, len(threats.group)
    launcher, chance, cost = np.full(n, -1, dtype=np.int64), np.zeros(n), 0.0
    for g, group in enumerate(scenario.threats):
        rows = np.flatnonzero((threats.group == g) & ~objects.is_released)
        for effort in scenario.before_launch:
            if not effort.is_against(group):
                continue
            place = np.arange(len(rows)) % (effort.launchers or max(len(rows), 1))
            is_in_time = t_launch[rows] >= effort.delay
            launcher[rows] = np.where(is_in_time, g * GROUP_STRIDE + place, -1)
            chance[rows] = effort.system.p_defeat
            cost += len(np.unique(place[is_in_time])) * effort.system.cost
    return DefeatTable(launcher[objects.carrier], chance[objects.carrier], cost)


def defeated(table: DefeatTable, seed: int, run: Ints, threat: Ints) -> NDArray[np.bool_]:
    """Whether each threat (n,) of runs is defeated before its launch."""
    found = np.zeros(len(run), dtype=np.bool_)
    rows = np.flatnonzero(table.launcher[threat] >= 0)
    if len(rows):
        launcher = table.launcher[threat[rows]]
        zeros = np.zeros(len(rows), dtype=np.int64)
        lots = uniforms(seed, run[rows], int(Purpose.BEFORE_LAUNCH), launcher, zeros, 1)
        found[rows] = lots[:, 0] < table.p_defeat[threat[rows]]
    return found
