"""Where tracks came from: launch points of what burns and of what falls, with what is not known.

A bank of ascents from rest stands for every booster: how hard it pushes, how fast it loses mass,
when and how far it pitches over. What a track has shown is weighed against all of them. What falls
is taken back along its fall, to where a burn of the catalog may have ended (`burns`).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels.launch_behind import Doubt as Behind
from opendome.kernels.launch_behind import find_launches_behind
from opendome.kernels.launch_point import Ascents, Doubt, Launches, find_launches
from opendome.messages import Bools, Floats, Tracks
from opendome.scenario.families import KINDS
from opendome.tracks.burns import BALLISTIC, all_burns
from opendome.tracks.kalman import NOISE

# Thrust by weight at launch: of liquid ICBMs 1.3 and more, of solid missiles 2 to 5, of artillery
# rockets 10 to 40.
LEAST_PUSH, MOST_PUSH, N_PUSHES = 1.25, 40.0, 13
LEAST_TILT, MOST_TILT, N_TILTS = 0.005, 1.2, 8  # rad from the vertical, as it pitches over
TURN_SPEEDS = (30.0, 150.0)  # m/s from which it follows its own path in a gravity turn
SPECIFIC_IMPULSE = 250.0  # s, of solid and liquid first stages near the ground: 230 to 290
LEAST_MASS = 0.25  # part of the mass at launch that is left when the first stage has burnt out
UPPER_PUSH = 2.5  # thrust by weight of what burns after that, which loses mass likewise
HIGHEST, N_MOMENTS = 120e3, 30  # m, of ascents in the bank; heights of each, from the lowest
LOWEST = 100.0  # m
STEP, FIRST_STEP = 0.02, 0.5  # part of the time since launch, and of so many seconds before it
LONGEST = 200.0  # s
NEVER = 1e12  # m, the height of moments that an ascent does not reach

DOUBT = Doubt(
    ground=(400.0, 400.0),  # land between the mountains
    band=0.08,
    bend=0.08,
)
YOUNG = 60.0  # s since the first look, up to which a track tells of its launch
# What falls: a missile is 5 % from the numbers of its class; the sine of climb is as fine as burns
# are flown. Of burns 5 % longer that end alike the way is 1 to 1.5 % less, and the Earth turns by
# 1.5 % of a radian (2 omega t) under a burn of 100 s.
BEHIND = Behind(
    ground=DOUBT.ground, band=(0.05, 0.03), way=(0.02, 0.02), longest=900.0, fastest=9000.0
)


def _mass_left(push: Floats, t: Floats) -> Floats:
    """Part of the mass of a stage that is left, at a constant thrust by initial weight."""
    left: Floats = 1.0 - push * t / SPECIFIC_IMPULSE
    return left


@cache
def all_ascents() -> Ascents:
    """All ascents: gravity turns without air over a flat Earth, by steps of the midpoint rule.

    Drag costs some percent of the speed below 20 km, less than what lies between two pushes.
    """
    pushes = np.geomspace(LEAST_PUSH, MOST_PUSH, N_PUSHES)
    tilts = np.geomspace(LEAST_TILT, MOST_TILT, N_TILTS)
    push, tilt, pitch = (a.ravel() for a in np.meshgrid(pushes, tilts, TURN_SPEEDS, indexing="ij"))
    heights = np.geomspace(LOWEST, HIGHEST, N_MOMENTS)
    found = np.full((4, len(push), N_MOMENTS), np.nan)  # climb, ground speed, way, age
    n = len(push)
    t, speed, turn, way, height = (np.zeros(n) for _ in range(5))
    has_pitched = np.zeros(n, np.bool_)
    while True:
        dt = STEP * (t + FIRST_STEP / push)
        has_pitched |= speed >= pitch
        turn = np.where(has_pitched, np.maximum(turn, tilt), 0.0)
        before = np.array([speed * np.cos(turn), speed * np.sin(turn), way, t, height])
        rates = _slopes(push, t, speed, turn, has_pitched)
        half = (speed + 0.5 * dt * rates[0], turn + 0.5 * dt * rates[1])
        rates = _slopes(push, t + 0.5 * dt, *half, has_pitched)
        height = height + dt * half[0] * np.cos(half[1])
        way = way + dt * half[0] * np.sin(half[1])
        speed, turn, t = speed + dt * rates[0], turn + dt * rates[1], t + dt
        after = np.array([speed * np.cos(turn), speed * np.sin(turn), way, t, height])
        row, k = np.nonzero((before[4][:, None] < heights) & (heights <= height[:, None]))
        part = (heights[k] - before[4, row]) / (height[row] - before[4, row])
        found[:, row, k] = before[:4, row] + part * (after[:4, row] - before[:4, row])
        if np.all((height > HIGHEST) | (turn > 1.5) | (t > LONGEST)):
            break
    return _as_ascents(heights, found, tilt)


def _slopes(push: Floats, t: Floats, speed: Floats, turn: Floats, is_free: Bools) -> Floats:
    """Rates (2, n) of speed and of the angle from the vertical."""
    end = SPECIFIC_IMPULSE / push * (1.0 - LEAST_MASS)
    first, upper = _mass_left(push, np.minimum(t, end)), np.maximum(t - end, 0.0)
    later = np.maximum(_mass_left(np.full(len(push), UPPER_PUSH), upper), LEAST_MASS)
    thrust = STANDARD_GRAVITY * np.where(t <= end, push / first, UPPER_PUSH / later)
    along = thrust - STANDARD_GRAVITY * np.cos(turn)
    bend = np.where(is_free, STANDARD_GRAVITY * np.sin(turn) / np.maximum(speed, 1.0), 0.0)
    return np.array([along, bend])


def _as_ascents(heights: Floats, found: Floats, tilt: Floats) -> Ascents:
    """Moments that were reached, of ascents that go on upwards; the others stay out of reach."""
    climb, ground, way, age = found
    is_there = np.isfinite(climb) & (climb > 0.0)
    height = np.where(is_there, heights, NEVER)
    with np.errstate(invalid="ignore", divide="ignore"):
        bend = np.where(is_there & (ground > 0.0), way * climb / (heights * ground), 0.5)
    none = np.zeros_like(climb)
    return Ascents(
        height,
        np.where(is_there, climb, none),
        np.where(is_there, ground, none),
        bend,
        np.where(is_there, age, none),
        np.log(tilt),
    )


def origins_of(tracks: Tracks, chances: Floats) -> Launches:
    """As `launches_of`, and of what falls too; NaN where nothing is told.

    Parameters
    ----------
    chances : (n, n_kinds) float
        Of the families of each track, in the order of KINDS: how long it may have burnt.
    """
    found = launches_of(tracks)
    is_young = tracks.t - tracks.t_first <= YOUNG
    falls = tracks.is_confirmed & ~tracks.is_boosting & ~tracks.is_level & is_young
    is_ballistic = chances[:, [KINDS.index(name) for name in BALLISTIC]].sum(axis=1) > 0.5
    rows = np.flatnonzero(falls & is_ballistic)
    burns, family, share = all_burns()
    weight = np.log(np.maximum(chances[rows][:, family] * share, 1e-300))
    state = tracks.t[rows], tracks.x_ecef[rows], tracks.cov_ecef[rows]
    behind = find_launches_behind(*state, weight, burns, BEHIND, NOISE)
    for column, some in zip(found, behind, strict=True):
        column[rows] = some
    return found


def launches_of(tracks: Tracks) -> Launches:
    """Where and when tracks left the ground, as far as their states tell; NaN where they do not.

    Parameters
    ----------
    tracks : Tracks
        Each row at its own time. Confirmed ones that burn tell of their launch in the minute after
        the first look at them.

    Notes
    -----
    Ellipses grow as a booster goes on: of several estimates of one launch the one with the smallest
    ellipse is the best.
    """
    is_young = tracks.t - tracks.t_first <= YOUNG
    rows = np.flatnonzero(tracks.is_confirmed & tracks.is_boosting & is_young)
    found = find_launches(
        tracks.t[rows], tracks.x_ecef[rows], tracks.cov_ecef[rows], all_ascents(), DOUBT
    )
    columns = [np.full((len(tracks.run), *c.shape[1:]), np.nan) for c in found]
    for column, some in zip(columns, found, strict=True):
        column[rows] = some
    return Launches(*columns)
