"""Whose turn it is among layers of batteries; the rule is told in `opendome.battle.layers`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

GRACE = 5.0  # s after word of a shot was due, in which it is still waited for


@jit
def is_blocked(
    layer: int, latest: float, t_word: Floats, is_shoot_look_shoot: bool, t: float
) -> bool:
    """Whether a battery holds back for word of the shots open against a threat.

    Parameters
    ----------
    layer : int
        Of the battery, -1 for none.
    latest : float
        At which word still helps it, s; NaN where it has no chance.
    t_word : (1 + n_layers,) float
        When word is due, by layer that fired, those in none first; -inf where none is open.
    """
    for other in range(-1, len(t_word) - 1):
        word = t_word[1 + other]
        if not math.isfinite(word):
            continue
        if is_shoot_look_shoot and (other == layer or other < 0 or layer < 0):
            return True
        is_asked = is_shoot_look_shoot or 0 <= other < layer
        if is_asked and t <= word + GRACE and latest >= word:
            return True
    return False


@jit
def take_turns(
    layer: Ints,
    latest: Floats,
    t_planned: Floats,
    t_word: Floats,
    is_shoot_look_shoot: bool,
    t: float,
) -> tuple[Bools, Bools, Floats]:
    """Which of b batteries may fire at which of n threats now.

    Parameters
    ----------
    layer : (b,) int
    latest : (n, b) float
        At which word of another's shot still helps a battery, s; NaN where it has no chance.
    t_planned : (n, b) float
        When word of a shot of each battery would come, s; inf where none is coming.
    t_word : (n, 1 + n_layers) float
        As in `is_blocked`.

    Returns
    -------
    is_free, is_pressed : (n, b) bool
    slack : (n, b) float
        s until a battery that leaves a threat to others must look again, else inf.
    """
    n, n_b = latest.shape
    is_free = np.ones((n, n_b), dtype=np.bool_)
    is_pressed = np.zeros((n, n_b), dtype=np.bool_)
    slack = np.full((n, n_b), math.inf)
    for i in range(n):
        for b in range(n_b):
            before = math.inf
            for other in range(n_b):
                if 0 <= layer[other] < layer[b]:
                    before = min(before, t_planned[i, other])
            yields = math.isfinite(before) and latest[i, b] >= before
            if yields:
                slack[i, b] = latest[i, b] - before
            blocked = is_blocked(layer[b], latest[i, b], t_word[i], is_shoot_look_shoot, t)
            is_free[i, b] = not yields and not blocked
            is_met = math.isfinite(before) and math.isfinite(latest[i, b])
            is_pressed[i, b] = is_met and is_free[i, b]
    return is_free, is_pressed, slack
