"""When each battery can meet each threat: predicted paths against reach, inside the envelope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.burning import burning_paths
from opendome.kernels.in_field import are_in_field
from opendome.kernels.level import predicted_paths
from opendome.kernels.shell_windows import OrbitalLauncher, shell_windows
from opendome.kernels.tries import tries_of
from opendome.kernels.windows import N_FINE, Launcher, Launchers, all_windows, stack

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

N_SAMPLES = 48  # of a path from now to impact
SHARES = 1.0 - np.linspace(1.0, 0.0, N_SAMPLES) ** 2  # denser where terminal weapons meet


class Site(NamedTuple):
    """What windows need to know of one battery."""

    launcher: Launcher
    remote: str = "engage"  # what it may do on another's track
    has_radar: bool = True  # of its own
    orbit: OrbitalLauncher | None = None  # its launchers, where they are satellites


class Sites(NamedTuple):
    """b batteries, and their launchers once more as arrays."""

    each: tuple[Site, ...]
    launchers: Launchers

    @staticmethod
    def of(sites: Sequence[Site]) -> Sites:
        """Some batteries."""
        return Sites(tuple(sites), stack([site.launcher for site in sites]))


NO_THRUST: Floats = np.zeros(0)


class Paths(NamedTuple):
    """States of n threats, and until when each is worth following."""

    x_ecef: Floats  # (n, 7) position, velocity, log_beta at t
    t: Floats  # (n,)
    t_end: Floats  # (n,) impact, arrival of a flyer on wings, or assumed burn-out
    is_level: Bools  # (n,)
    thrust: Floats = NO_THRUST  # (n,) m/s^2, or of no length where nothing burns
    t_burnout: Floats = NO_THRUST  # (n,) until when it burns; -inf of what does not


def some(paths: Paths, rows: Ints) -> Paths:
    """Some of the threats."""
    none = len(paths.t_burnout) == 0
    return Paths(
        paths.x_ecef[rows],
        paths.t[rows],
        paths.t_end[rows],
        paths.is_level[rows],
        NO_THRUST if none else paths.thrust[rows],
        NO_THRUST if none else paths.t_burnout[rows],
    )


def states_at(threats: Paths, times: Floats) -> Floats:
    """States (n, k, 6), ECEF, of threats at times (n, k): coasting, level or burning."""
    r, v, log_beta = (
        np.ascontiguousarray(threats.x_ecef[:, c]) for c in (slice(3), slice(3, 6), 6)
    )
    states = predicted_paths(r, v, log_beta, threats.is_level, threats.t, times)
    rows = np.flatnonzero(threats.t_burnout > threats.t) if len(threats.t_burnout) else ()
    if len(rows):
        mine = some(threats, np.asarray(rows))
        states[rows] = burning_paths(mine.x_ecef, mine.t, mine.thrust, mine.t_burnout, times[rows])
    return states


class Windows(NamedTuple):
    """Chances of b batteries at n threats; NaN where there is none."""

    t_launch: Floats  # (n, b) first
    t_intercept: Floats  # (n, b) of the first launch
    t_launch_last: Floats  # (n, b)
    t_intercept_last: Floats  # (n, b)
    r_intercept_ecef: Floats  # (n, b, 3) of the first launch
    step: Floats  # (n,) how well the first launch is known, s


def find_windows(threats: Paths, sites: Sites, t_earliest: Floats) -> Windows:
    """First and last chance of each battery at each threat.

    Parameters
    ----------
    threats : n threats
    sites : b batteries
    t_earliest : (n, b) float
        No launch before; inf where the battery is not asked.

    Notes
    -----
    Paths are sampled at 48 points, denser towards the end, and at 12 more within the step in
    which a window opens; the last chance is good to one coarse step.
    """
    t_end = threats.t_end
    start = np.maximum(np.min(t_earliest, axis=1, initial=np.inf), threats.t)
    start = np.where(start < t_end, start, t_end)
    times = start[:, None] + (t_end - start)[:, None] * SHARES
    states = states_at(threats, times)
    r = np.ascontiguousarray(threats.x_ecef[:, :3])
    asked = t_earliest
    for b, site in enumerate(sites.each):
        if not may_begin_at_once(site):
            asked = asked.copy()
            asked[:, b] = np.maximum(asked[:, b], begins(site, r, times, states))
    found = all_windows(sites.launchers, threats.is_level, times, states, asked)
    for b, site in enumerate(sites.each):
        if site.orbit is not None:
            found[b] = shell_windows(site.orbit, times, states, asked[:, b].copy())
    step = (t_end - start) * SHARES[1] / (N_FINE - 1)
    first, met, last, met_last = np.ascontiguousarray(found[:, :, :4].transpose(2, 1, 0))
    r_intercept = np.ascontiguousarray(found[:, :, 4:].transpose(1, 0, 2))
    return Windows(first, met, last, met_last, r_intercept, step)


def last_chances(found: Windows) -> Floats:
    """Last launch of any battery at each threat, (n,); -inf where there is none."""
    return np.asarray(np.fmax.reduce(found.t_launch_last, axis=1, initial=-np.inf))


def may_begin_at_once(site: Site) -> bool:
    """Whether a battery may engage tracks that its own radar does not see."""
    return site.remote == "engage" or (site.remote == "launch" and site.has_radar)


def begins(site: Site, r_ecef: Floats, times: Floats, states: Floats) -> Floats | float:
    """When a battery may begin to engage tracks that are now at places (n, 3), inf for never.

    With ``nothing`` only once they are in the field of its own radar, with ``launch`` at any time,
    if it has a radar to guide the round at its end; with ``engage`` at any time.
    """
    if may_begin_at_once(site):
        return -np.inf
    if not site.has_radar:
        return np.inf
    field = site.launcher.field
    places = np.ascontiguousarray(states[:, :, :3]).reshape(-1, 3)
    is_inside = are_in_field(field, places).reshape(times.shape)
    enters = times[np.arange(len(times)), np.argmax(is_inside, axis=1)]
    enters = np.where(is_inside.any(axis=1), enters, np.inf)
    return np.where(are_in_field(field, r_ecef), -np.inf, enters)


def tries(windows: Windows, look: Floats) -> Ints:
    """Shots that fit one after the other, each launched after the look at the one before, (n, b).

    ``look`` (b,) is the time from an intercept to the next launch. Between the first and the last
    chance the time of intercept is taken as linear in the time of launch.
    """
    return np.asarray(
        tries_of(
            windows.t_launch,
            windows.t_intercept,
            windows.t_launch_last,
            windows.t_intercept_last,
            look,
        )
    )
