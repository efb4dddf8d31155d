"""The least that any unbiased estimate of a path without process noise can err: Cramer-Rao bounds.

Source: Bar-Shalom, Li and Kirubarajan, Estimation with Applications to Tracking and Navigation
(2001), sections 2.7.2 and 5.3.3 (information form); for a path without process noise the recursion
of P. Tichavsky, C. Muravchik, A. Nehorai, IEEE Trans. Signal Processing 46 (1998), eq. (40).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PLACE_STEP, SPEED_STEP = 10.0, 0.01  # m, m/s: of central differences


def line_of_sight_information(r: Floats, r_sensor: Floats, sigma_angle: float) -> Floats:
    """Fisher information (3, 3) on a place, 1/m^2, of one look that measures a direction.

    Parameters
    ----------
    r, r_sensor : (3,) float
        Of the thing and of the sensor, in one frame, m.
    sigma_angle : float
        Error of the direction per axis, rad.

    Examples
    --------
    >>> import numpy as np
    >>> r = np.array([100.0, 0.0, 0.0])
    >>> line_of_sight_information(r, np.zeros(3), 0.01).diagonal().tolist()
    [0.0, 1.0, 1.0]
    """
    away = r - r_sensor
    distance = np.linalg.norm(away)
    u = away / distance
    information: Floats = (np.eye(3) - np.outer(u, u)) / (sigma_angle * distance) ** 2
    return information


def transition_of(move: Callable[[Floats], Floats], state: Floats) -> Floats:
    """Derivative (6, 6) of a motion at a state (r, v), by central differences.

    Parameters
    ----------
    move : function
        States (n, 6) at one time to those at another.
    """
    steps = np.array([PLACE_STEP] * 3 + [SPEED_STEP] * 3)
    moved = move(np.vstack([state + np.diag(steps), state - np.diag(steps)]))
    derivative: Floats = (moved[:6] - moved[6:]).T / (2.0 * steps)
    return derivative


def bounds(prior: Floats, transitions: Floats, informations: Floats) -> Floats:
    """Covariances (k, n, n) that no unbiased estimate can beat, after each of k looks.

    Parameters
    ----------
    prior : (n, n) float
        Information before the first look.
    transitions : (k, n, n) float
        From the time of the look before to that of each; the first from the time of the prior.
    informations : (k, n, n) float
        Of each look on the state at its own time.
    """
    covs = np.empty_like(informations)
    information = prior
    for k, (phi, look) in enumerate(zip(transitions, informations)):
        back = np.linalg.inv(phi)
        information = back.T @ information @ back + look
        covs[k] = np.linalg.inv(information)
    return covs
