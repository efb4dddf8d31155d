"""Outcomes: a seeker that locked what was already killed looks for another."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from opendome.kernels.guidance import ENDED, FREE
from opendome.world.outcomes import let_go


def test_only_locks_after_the_kill_are_let_go() -> None:
    rounds = SimpleNamespace(
        phase=np.array([FREE, FREE, FREE, ENDED, FREE]),
        target=np.array([0, 0, 1, 0, -1]),
        t_acquired=np.array([5.2, 4.0, 5.2, 5.2, np.nan]),
    )
    state = SimpleNamespace(rounds=rounds, sky=SimpleNamespace(t_gone=np.array([5.0, 90.0])))
    let_go(state)
    assert rounds.target.tolist() == [-1, 0, 1, 0, -1]
    assert np.isnan(rounds.t_acquired[0])
    assert rounds.t_acquired[1] == 4.0
