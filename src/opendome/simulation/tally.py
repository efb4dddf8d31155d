"""What came of each threat and of each round of a finished batch, for its tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.world.model import WorldModel
from opendome.world.outcomes import has_warhead
from opendome.world.state import WorldState

Ints = NDArray[np.int64]

OUTCOMES = ("leaked", "intercepted", "harmless", "failed", "defeated", "unarmed")
LEAKED, INTERCEPTED, HARMLESS, FAILED, DEFEATED, UNARMED = range(6)


def outcomes(model: WorldModel, state: WorldState) -> Ints:
    """Index into OUTCOMES of every row; what failed, never left or has no warhead is none."""
    rec = state.threats
    found = np.where(rec.asset >= 0, LEAKED, HARMLESS)
    found = np.where(state.killer >= 0, INTERCEPTED, found)
    found = np.where(rec.is_failed, FAILED, found)
    found = np.where(rec.is_defeated, DEFEATED, found)
    return np.where(model.objects.is_armed[rec.threat], found, UNARMED)


def shots_at(model: WorldModel, state: WorldState) -> Ints:
    """Rounds sent at every threat row, or at its carrier while it was aboard.

    One at least where a round has killed it, though that was meant for another.
    """
    n = np.zeros(len(state.killer), dtype=np.int64)
    fired = np.flatnonzero((state.shots.intended >= 0) & (state.rounds.vehicle == 0))
    intended = state.shots.intended[fired]
    np.add.at(n, intended, 1)
    table = model.objects
    for row, t in zip(intended, state.shots.t_launch[fired], strict=True):
        threat = row % model.n_threats
        if table.clusters.is_cluster[threat] and not table.is_released[threat]:
            aboard = np.flatnonzero((table.carrier == threat) & table.is_released) + row - threat
            n[aboard[state.sky.t_launch[aboard] > t]] += 1
    return np.where(state.killer >= 0, np.maximum(n, 1), n)


def is_wasted(model: WorldModel, state: WorldState) -> NDArray[np.bool_]:
    """Whether what each round met, or else was meant for, neither was nor carried a warhead."""
    rounds, table = state.rounds, model.objects
    who = np.where(rounds.target >= 0, rounds.target, state.shots.intended)
    wasted = (who >= 0) & ~table.is_armed[who % max(model.n_threats, 1)]
    when = np.where(np.isfinite(rounds.t_meet), rounds.t_meet, state.shots.t_launch)
    for i in np.flatnonzero(wasted):
        wasted[i] = not has_warhead(model, state, int(who[i]), float(when[i]))
    return np.asarray(wasted)


def are_wasted(model: WorldModel, state: WorldState) -> NDArray[np.bool_]:
    """The same of whole rounds: none of their kill vehicles met anything with a warhead."""
    first = np.flatnonzero(state.rounds.vehicle == 0)
    wasted = is_wasted(model, state)
    return np.asarray(np.logical_and.reduceat(wasted, first)) if len(first) else wasted


def killers(state: WorldState) -> tuple[Ints, Ints]:
    """Shot and battery that killed each threat row, -1 where none did."""
    killed = state.killer >= 0
    shot, battery = state.killer.copy(), state.killer.copy()
    shot[killed] = state.rounds.shot[state.killer[killed]]
    battery[killed] = state.shots.battery[state.killer[killed]]
    return shot, battery
