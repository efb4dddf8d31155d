"""Several kill vehicles of one round: its rows in flight, their lots, and one word of them all.

The vehicles of a round are neighbouring rows. They fly as one until their seekers lock, each on an
object of its own where there are several. The booster fails for all; the rest is each one's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.messages import Commands, take
from opendome.world.model import WorldModel
from opendome.world.state import WorldState

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

LOTS_OF_VEHICLE = 2**40  # beyond all lots of first vehicles at threats


def each(model: WorldModel, launches: Commands) -> tuple[Commands, Ints]:
    """One row for every kill vehicle of every launch, and its number within its round."""
    n = model.interceptors.kinds.vehicles[model.batteries.system[launches.battery]]
    if not (n > 1).any():
        return launches, np.zeros(len(n), dtype=np.int64)
    rows = np.repeat(np.arange(len(n)), n)
    return take(launches, rows), np.arange(len(rows)) - np.repeat(np.cumsum(n) - n, n)


def rows_of(model: WorldModel, state: WorldState, first: Ints) -> tuple[Ints, Ints]:
    """Rows of all vehicles of rounds whose first vehicles are given, and which round each is of."""
    n = model.interceptors.kinds.vehicles[state.rounds.system[first]]
    if not (n > 1).any():
        return first, np.arange(len(first))
    which = np.repeat(np.arange(len(first)), n)
    return first[which] + np.arange(len(which)) - np.repeat(np.cumsum(n) - n, n), which


def last_words(
    model: WorldModel, state: WorldState, ended: Ints, threats: Ints, is_kill: Bools
) -> Ints:
    """Which of the rows that ended (n,) speak for their rounds: the last vehicle of each.

    ``threats`` (n,) and ``is_kill`` (n,), what each row met or was meant for and whether that is
    gone, are changed to what any vehicle of its round has killed.
    """
    if not (model.interceptors.kinds.vehicles[state.rounds.system[ended]] > 1).any():
        return np.arange(len(ended))
    spoken: dict[int, int] = {}
    for m, i in enumerate(ended.tolist()):
        first = i - int(state.rounds.vehicle[i])
        rows, _ = rows_of(model, state, np.array([first]))
        if not state.shots.is_over[rows].all():
            continue
        spoken[first] = m
        kills = rows[state.shots.is_kill[rows]]
        if len(kills):
            met = state.rounds.target if model.is_flown else state.shots.intended
            threats[m], is_kill[m] = met[kills[0]], True
    return np.array(sorted(spoken.values()), dtype=np.int64)
