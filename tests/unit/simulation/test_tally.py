"""Rounds counted at each threat: those meant for it, and the one that killed it in any case."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from opendome.simulation.tally import shots_at


def test_what_a_stray_round_killed_was_fired_at() -> None:
    table = SimpleNamespace(clusters=SimpleNamespace(is_cluster=np.zeros(3, np.bool_)))
    model: Any = SimpleNamespace(n_threats=3, objects=table)
    shots = SimpleNamespace(intended=np.array([0, 0, -1]), t_launch=np.zeros(3))
    rounds = SimpleNamespace(vehicle=np.zeros(3, np.int64))
    state: Any = SimpleNamespace(killer=np.array([1, 0, -1]), shots=shots, rounds=rounds)
    assert shots_at(model, state).tolist() == [2, 1, 0]
