"""When each battery can meet each threat: predicted paths against reach, inside the envelope."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.remote import may_begin
from opendome.kernels.field import Field
from opendome.kernels.in_field import are_in_field
from opendome.kernels.level import predicted_paths
from opendome.kernels.reach import Envelope, ReachTable, reach_windows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

N_SAMPLES = 48  # of a path from now to impact
N_FINE = 12  # of the one step in which a window opens
MAX_DEPTH = 8


class Site(NamedTuple):
    """What windows need to know of one battery."""

    place: Floats  # (3,) lat, lon, alt
    table: ReachTable
    envelope: Envelope  # against ballistic threats
    level_envelope: Envelope  # against flyers on wings
    remote: str = "engage"  # what it may do on another's track
    field: Field | None = None  # of its own radar; not asked for where remote is "engage"


class Paths(NamedTuple):
    """States of n threats, and until when each is worth following."""

    x_ecef: Floats  # (n, 7) position, velocity, log_beta at t
    t: Floats  # (n,)
    t_end: Floats  # (n,) impact, or arrival of a flyer on wings
    is_level: Bools  # (n,)


class Windows(NamedTuple):
    """Chances of b batteries at n threats; NaN where there is none."""

    t_launch: Floats  # (n, b) first
    t_intercept: Floats  # (n, b) of the first launch
    t_launch_last: Floats  # (n, b)
    t_intercept_last: Floats  # (n, b)
    r_intercept_ecef: Floats  # (n, b, 3) of the first launch
    step: Floats  # (n,) how well the first launch is known, s


def find_windows(threats: Paths, sites: tuple[Site, ...], t_earliest: Floats) -> Windows:
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
    n, n_sites = t_earliest.shape
    shares = 1.0 - np.linspace(1.0, 0.0, N_SAMPLES) ** 2  # denser where terminal weapons meet
    t_end = threats.t_end
    start = np.maximum(np.min(t_earliest, axis=1, initial=np.inf), threats.t)
    start = np.where(start < t_end, start, t_end)
    times = start[:, None] + (t_end - start)[:, None] * shares
    r, v, log_beta = (
        np.ascontiguousarray(threats.x_ecef[:, c]) for c in (slice(3), slice(3, 6), 6)
    )
    paths = predicted_paths(r, v, log_beta, threats.is_level, threats.t, times)
    found = np.full((n_sites, n, 4), np.nan)
    r_first = np.full((n_sites, n, 3), np.nan)
    for b, site in enumerate(sites):
        is_asked = t_earliest[:, b] < t_end
        is_asked[is_asked] = may_begin(site.remote, site.field, r[is_asked])
        for is_level, envelope in ((False, site.envelope), (True, site.level_envelope)):
            asked = np.flatnonzero(is_asked & (threats.is_level == is_level))
            if len(asked):
                one = site._replace(envelope=envelope)
                found[b, asked], r_first[b, asked] = _site_windows(
                    one, times[asked], paths[asked], t_earliest[asked, b]
                )
    step = (t_end - start) * shares[1] / (N_FINE - 1)
    r_intercept = np.ascontiguousarray(r_first.transpose(1, 0, 2))
    first, met, last, met_last = np.ascontiguousarray(found.transpose(2, 1, 0))
    return Windows(first, met, last, met_last, r_intercept, step)


def _site_windows(
    site: Site, times: Floats, paths: Floats, t_earliest: Floats
) -> tuple[Floats, Floats]:
    """Windows (n, 4) and first intercept points (n, 3) of one battery, the opening made finer."""
    place, table, envelope = site.place, site.table, site.envelope
    r_ecef = _guided(site, np.ascontiguousarray(paths[:, :, :3]))
    windows, r_first = reach_windows(times, r_ecef, place, table, envelope, t_earliest)
    sample = np.sum(times < windows[:, 1:2], axis=1)  # 0 where there is no window
    rows = np.flatnonzero(sample > 0)
    if len(rows) == 0:
        return windows, r_first
    before, after = sample[rows] - 1, sample[rows]
    fine_t, fine_r = hermite(
        times[rows, before], paths[rows, before], times[rows, after], paths[rows, after]
    )
    fine_r = _guided(site, fine_r)
    finer, r_finer = reach_windows(fine_t, fine_r, place, table, envelope, t_earliest[rows])
    is_found = ~np.isnan(finer[:, 0])
    windows[rows[is_found], :2] = finer[is_found, :2]
    r_first[rows[is_found]] = r_finer[is_found]
    return windows, r_first


def _guided(site: Site, r_ecef: Floats) -> Floats:
    """Places (n, k, 3) where the battery may meet a threat; NaN where it may not guide a round."""
    if site.field is None:
        return r_ecef
    places = r_ecef.reshape(-1, 3)
    places[~are_in_field(site.field, places)] = np.nan
    return places.reshape(r_ecef.shape)


def hermite(t0: Floats, x0: Floats, t1: Floats, x1: Floats) -> tuple[Floats, Floats]:
    """Times (n, 12) and places (n, 12, 3) of the cubic between two states (n, 6), ends included."""
    s = np.linspace(0.0, 1.0, N_FINE)[None, :, None]
    dt = (t1 - t0)[:, None, None]
    r0, v0, r1, v1 = x0[:, None, :3], x0[:, None, 3:], x1[:, None, :3], x1[:, None, 3:]
    r = (1 + 2 * s) * (1 - s) ** 2 * r0 + s**2 * (3 - 2 * s) * r1
    r = r + (s * (1 - s) ** 2 * v0 - s**2 * (1 - s) * v1) * dt
    times = t0[:, None] + dt[:, :, 0] * s[:, :, 0]
    times[:, -1] = t1
    return times, np.ascontiguousarray(r)


def tries(windows: Windows, look: Floats) -> Ints:
    """Shots that fit one after the other, each launched after the look at the one before, (n, b).

    ``look`` (b,) is the time from an intercept to the next launch. Between the first and the last
    chance the time of intercept is taken as linear in the time of launch.
    """
    span = windows.t_launch_last - windows.t_launch
    slope = (windows.t_intercept_last - windows.t_intercept) / np.maximum(span, 1e-9)
    depth = np.where(np.isnan(span), 0, 1)
    t_next = windows.t_intercept + look
    for _ in range(MAX_DEPTH - 1):
        fits = t_next <= windows.t_launch_last
        depth += fits
        since = np.where(fits, t_next - windows.t_launch, 0.0)
        t_next = np.where(fits, windows.t_intercept + slope * since + look, np.inf)
    return depth
