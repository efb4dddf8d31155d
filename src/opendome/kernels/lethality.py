"""Chance that a miss distance kills."""

from __future__ import annotations

import math

from opendome.kernels._jit import jit


@jit
def kill_chance(miss: float, lethal_radius: float) -> float:
    """Chance that a warhead or body kills at a miss distance.

    Gaussian (Carleton) damage function whose half point is ``lethal_radius``.

    Parameters
    ----------
    miss : float
        Distance of closest approach, m, >= 0.
    lethal_radius : float
        Distance at which half of the threats die, m, > 0.

    Returns
    -------
    p_kill : float
        In [0, 1]; 1 at zero miss, 1/2 at the lethal radius.

    Notes
    -----
    Source: Washburn, Diffuse Gaussian Damage, in Washburn and Kress, Combat Modeling (2009), ch. 2:
    P = exp(-d^2 / (2 b^2)) with b = lethal_radius / sqrt(2 ln 2).
    """
    return math.exp(-math.log(2.0) * (miss / lethal_radius) ** 2)
