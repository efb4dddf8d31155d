"""One kind of round against one threat: solved by fire control, boosted, guided, flown home.

The threat's path is given; the round gets a noisy track of it every second. All runs of a duel
start alike and differ by the draws of tracks and seeker.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_OMEGA, EARTH_RADIUS_EQUATOR
from opendome.engagements.launch import Solutions, solve
from opendome.kernels.flight import TOLERANCE, fly_many
from opendome.kernels.frames import ecef_from_eci, geocentric_height
from opendome.kernels.guidance import (
    FREE,
    PROPORTIONAL_NAVIGATION,
    ZERO_EFFORT_MISS,
    Rounds,
    Sky,
    coast_step,
)
from opendome.kernels.homing import News, advance_rounds, believe, correct_courses
from opendome.kernels.level import level_step_eci
from opendome.kernels.paths import path_at
from opendome.kernels.reach import Envelope
from opendome.scenario import build_system, entry
from opendome.simulation.build import fly_out_table
from opendome.world.build import free_time, interceptor_table, vehicle_of
from opendome.world.rounds import KEPT_DIVERT, MAX_KNOTS, no_rounds

Floats = NDArray[np.float64]

SITE = np.array([0.0, 0.0, 20.0])  # the launcher, on the equator
EVERYWHERE = Envelope(0.0, 1e7, -1e3, 1e7)
UPDATE_SHARE = 0.85  # as fire control does for divert rounds


@dataclass(frozen=True)
class Threat:
    """A path, t = 0 at its start: knots (k, 7) inertial, and what a track says of its motion."""

    knots: Floats
    beta: float
    is_level: bool

    def at(self, t: float) -> Floats:
        """Inertial state."""
        return np.array(path_at(self.knots, len(self.knots), t))

    def end(self) -> float:
        return float(self.knots[-1, 0])


@dataclass(frozen=True)
class Duel:
    """What came of it, one row per run."""

    solution: Solutions
    rounds: Rounds
    lowest: Floats  # least height over the ground after the first 10 s of guidance
    paths: list[Floats]  # t, r of the first run


def level_threat(
    height: float, speed: float, away: float, beside: float = 0.0, seconds: float = 1500.0
) -> Threat:
    """A flyer that comes from the west along the equator's parallel towards the site."""
    radius = EARTH_RADIUS_EQUATOR + height
    lon = -away / EARTH_RADIUS_EQUATOR
    r = (radius * math.cos(lon), radius * math.sin(lon), beside)
    east = (-math.sin(lon), math.cos(lon), 0.0)
    v = (
        speed * east[0] - EARTH_OMEGA * r[1],
        speed * east[1] + EARTH_OMEGA * r[0],
        0.0,
    )
    rows = []
    for t in np.arange(0.0, seconds, 1.0):
        rows.append([t, *r, *v])
        r, v = level_step_eci(r, v, 1.0)
    return Threat(np.array(rows), 1000.0, True)


def ballistic_threat(speed: float, angle_deg: float, beta: float, beside: float = 0.0) -> Threat:
    """A body burnt out at 40 km that comes down at the site, from the west.

    Speed (over ground) and climb angle at burn-out set its range and apogee.
    """
    lands_at = 0.0
    rows: list[list[float]] = []
    for _ in range(3):
        lon = -lands_at
        r = tuple((EARTH_RADIUS_EQUATOR + 40e3) * np.array([math.cos(lon), math.sin(lon), 0.0]))
        up, east = np.array([math.cos(lon), math.sin(lon), 0.0]), (-math.sin(lon), math.cos(lon), 0)
        angle = math.radians(angle_deg)
        turning = EARTH_OMEGA * np.array([-r[1], r[0], 0.0])
        v = tuple(speed * (math.sin(angle) * up + math.cos(angle) * np.array(east)) + turning)
        rows, t = [], 0.0
        while geocentric_height(*r) > 0.0 and t < 3000.0:
            rows.append([t, *r, *v])
            r, v = coast_step(r, v, beta, (0.0, 0.0, 0.0), 0.1)
            t += 0.1
        rows.append([t, *r, *v])
        lands_at += math.atan2(r[1], r[0]) - EARTH_OMEGA * t
    knots = np.array(rows)
    knots[:, 3] += beside
    return Threat(knots, beta, False)


def unit_of(system: Any) -> Any:
    """What ``solve`` asks of a fire unit."""
    return SimpleNamespace(
        site=SITE,
        vehicle=vehicle_of(system.booster),
        table=fly_out_table(system),
        envelope=EVERYWHERE,
        envelope_ballistic=EVERYWHERE,
        is_divert=system.homing.steering == "divert",
    )


def track_of(threat: Threat, t: float) -> Any:
    """An exact track of the threat at t."""
    s = threat.at(t)
    r, v = ecef_from_eci(s[None, :3], s[None, 3:], t)
    return SimpleNamespace(
        x_ecef=np.concatenate([r, v, np.log([[threat.beta]])], axis=1),
        t=np.array([t]),
        is_level=np.array([threat.is_level]),
        impact_t=np.array([np.nan if threat.is_level else threat.end()]),
    )


def launched(system: Any, found: Solutions, n: int) -> Rounds:
    """Rounds of a solved launch where they begin to steer."""
    t0 = float(found.t_launch[0])
    aim = np.array([[*SITE, t0, found.azimuth[0], found.elevation[0], np.inf]])
    free = free_time(system)
    flown = fly_many(vehicle_of(system.booster), aim, free + 5.0, TOLERANCE, MAX_KNOTS)
    state = path_at(flown.knots[0], int(flown.n_knots[0]), t0 + free)
    rounds = Rounds(
        **{k: np.zeros((n, *c.shape[1:]), c.dtype) for k, c in no_rounds()._asdict().items()}
    )
    is_zem = system.homing.law == "zero_effort_miss"
    rounds.law[:] = ZERO_EFFORT_MISS if is_zem else PROPORTIONAL_NAVIGATION
    rounds.run[:], rounds.batch[:] = np.arange(n), 0
    rounds.divert[:], rounds.phase[:], rounds.target[:] = system.homing.divert, FREE, -1
    rounds.miss[:], rounds.t_acquired[:], rounds.t_meet[:] = np.inf, np.nan, np.nan
    rounds.t_launch[:], rounds.t[:] = t0, t0 + free
    rounds.r[:], rounds.v[:] = state[:3], state[3:]
    return rounds


def fly(
    name: str,
    threat: Threat,
    t_earliest: float,
    n: int = 20,
    noise: tuple[float, float] = (30.0, 3.0),
    overrides: dict[str, float] | None = None,
) -> Duel:
    """Duel of a catalog round.


    ``noise`` is the standard deviation of the tracks handed over, m and m/s per axis.
    """
    system = build_system(entry(name), overrides=overrides)
    kinds = interceptor_table((system,)).kinds
    found = solve(unit_of(system), track_of(threat, t_earliest), np.array([t_earliest]), True)
    assert found.is_feasible[0]
    rounds = launched(system, found, n)
    one = np.zeros(1, dtype=np.int64)
    k = np.array([len(threat.knots)])
    sky = Sky(1, threat.knots, one, k, np.array([-1.0]), np.array([1e9]))
    draw = np.random.default_rng(5)
    rows, t, told = np.arange(n), float(rounds.t[0]), -math.inf
    lowest, path = np.full(n, np.inf), []
    t_plan = float(found.t_intercept[0])
    while np.any(rounds.phase == FREE) and t < threat.end():
        path.append(np.array([t, *rounds.r[0]]))
        if kinds.is_divert[0]:
            is_due = told < 0.0 or t_plan - t <= UPDATE_SHARE * (t_plan - told)
        else:
            is_due = True
        free = rows[rounds.phase == FREE]
        if is_due:
            told = t
            s = np.tile(threat.at(t), (len(free), 1))
            s[:, :3] += noise[0] * draw.standard_normal((len(free), 3))
            s[:, 3:] += noise[1] * draw.standard_normal((len(free), 3))
            when, beta = np.full(len(free), t), np.full(len(free), threat.beta)
            level = np.full(len(free), threat.is_level)
            errors = (np.full(len(free), sigma) for sigma in noise)
            r, v = s[:, :3].copy(), s[:, 3:].copy()
            quiet = (np.zeros(len(free)), np.full(len(free), -np.inf))
            believe(rounds, free, News(when, r, v, beta, level, *errors, *quiet))
            if kinds.is_divert[0]:
                unlocked = free[rounds.target[free] < 0]
                correct_courses(rounds, unlocked, kinds, KEPT_DIVERT)
        advance_rounds(rounds, free, t + 1.0, kinds, sky, 11)
        t += 1.0
        height = np.array([geocentric_height(*r) for r in rounds.r])
        lowest = np.minimum(lowest, height)
    return Duel(found, rounds, lowest, path)


def weaving(threat: Threat, size: float, period: float, below: float = 25e3) -> Threat:
    """The same threat, swinging sideways with an acceleration (m/s^2) below a height."""
    heights = np.array([geocentric_height(*k[1:4]) for k in threat.knots])
    top = int(np.argmax(heights))
    first = top + int(np.argmax(heights[top:] < below))
    t0 = t = float(threat.knots[first, 0])
    r, v = tuple(threat.knots[first, 1:4]), tuple(threat.knots[first, 4:7])
    side = np.cross(r, v)
    side /= np.linalg.norm(side)
    rows = [*threat.knots[:first]]
    while geocentric_height(*r) > 0.0:
        rows.append(np.array([t, *r, *v]))
        a = tuple(size * math.sin(2.0 * math.pi * (t - t0) / period) * side)
        r, v = coast_step(r, v, threat.beta, a, 0.02)
        t += 0.02
    return Threat(np.array([*rows, [t, *r, *v]]), threat.beta, False)
