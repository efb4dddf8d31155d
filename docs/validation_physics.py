"""Rows of `validation.md` that are computed at once: arcs, flights, fly-out, radar horizon."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import opendome as od
from opendome.constants import (
    EARTH_ECCENTRICITY_SQUARED,
    EARTH_MU,
    EARTH_OMEGA,
    EARTH_RADIUS_EQUATOR,
    EARTH_RADIUS_MEAN,
)
from opendome.kernels import firing, integrate, radar, reach
from opendome.kernels.aim import GUESS, solve_aims
from opendome.kernels.aim_start import CUTOFF
from opendome.kernels.field import is_in_field
from opendome.kernels.flight import TOLERANCE, fly_many
from opendome.kernels.frames import ecef_from_geodetic, ecefs_from_ecis
from opendome.kernels.integrate import State
from opendome.kernels.paths import path_at
from opendome.kernels.propulsion import Vehicle
from opendome.simulation.build import fly_out_table
from opendome.world.build import vehicle_of

Floats = NDArray[np.float64]


class Row(NamedTuple):
    """One line of the table."""

    what: str
    published: str
    ours: str
    difference: str
    why: str


# --- (a) two-body arcs -----------------------------------------------------------------------


def two_body(y: State) -> State:
    """Slope of a state about a point mass."""
    factor = -EARTH_MU / (y[0] * y[0] + y[1] * y[1] + y[2] * y[2]) ** 1.5
    return y[3], y[4], y[5], factor * y[0], factor * y[1], factor * y[2]


def dormand_prince(y: State, h: float) -> tuple[State, State]:
    """State after one step of the integrator of the flight kernels, and its error's slope."""
    k1 = two_body(y)
    k2 = two_body(integrate.plus(y, h * integrate.A21, k1))
    k3 = two_body(integrate.plus(y, h, integrate.stage3(k1, k2)))
    k4 = two_body(integrate.plus(y, h, integrate.stage4(k1, k2, k3)))
    k5 = two_body(integrate.plus(y, h, integrate.stage5(k1, k2, k3, k4)))
    k6 = two_body(integrate.plus(y, h, integrate.stage6(k1, k2, k3, k4, k5)))
    end = integrate.plus(y, h, integrate.mean_slope(k1, k3, k4, k5, k6))
    return end, integrate.slope_error(k1, k3, k4, k5, k6, two_body(end))


def thrown(speed: float, angle: float) -> tuple[float, float, float]:
    """Ground range (m), apogee (m) and time (s) of a throw from a sphere that does not turn."""
    radius = EARTH_RADIUS_MEAN
    y: State = (radius, 0.0, 0.0, speed * math.sin(angle), speed * math.cos(angle), 0.0)
    t, h, top = 0.0, 1.0, 0.0
    while True:
        end, error = dormand_prince(y, h)
        ratio = integrate.error_ratio(h, error, 1e-2, 1e-5)
        if ratio <= 1.0:
            if math.hypot(end[0], end[1]) < radius and end[0] * end[3] + end[1] * end[4] < 0.0:
                break
            if y[0] * y[3] + y[1] * y[4] > 0.0 >= end[0] * end[3] + end[1] * end[4]:
                top = apogee_within(y, h)
            y, t = end, t + h
        h = integrate.next_step(h, ratio, False)
    low, high = 0.0, h
    for _ in range(50):
        middle = 0.5 * (low + high)
        end = dormand_prince(y, middle)[0]
        low, high = (middle, high) if math.hypot(end[0], end[1]) > radius else (low, middle)
    return radius * math.atan2(end[1], end[0]), top, t + low


def apogee_within(y: State, h: float) -> float:
    """Height of the highest point within a step."""
    low, high = 0.0, h
    for _ in range(40):
        middle = 0.5 * (low + high)
        top = dormand_prince(y, middle)[0]
        low, high = (middle, high) if top[0] * top[3] + top[1] * top[4] > 0 else (low, middle)
    return math.hypot(top[0], top[1]) - EARTH_RADIUS_MEAN


def slowest(distance: float) -> tuple[float, float, float]:
    """Least speed, with its apogee and time, that covers a ground range: by trial, not formula."""

    def speed_at(angle: float) -> float:
        low, high = 100.0, 7900.0
        for _ in range(34):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if thrown(middle, angle)[0] < distance else (low, middle)
        return low

    low, high, gold = math.radians(15.0), math.radians(50.0), 0.5 * (math.sqrt(5.0) - 1.0)
    a, b = high - gold * (high - low), low + gold * (high - low)
    at_a, at_b = speed_at(a), speed_at(b)
    while high - low > 2e-4:
        if at_a < at_b:
            high, b, at_b = b, a, at_a
            a = high - gold * (high - low)
            at_a = speed_at(a)
        else:
            low, a, at_a = a, b, at_b
            b = low + gold * (high - low)
            at_b = speed_at(b)
    speed = speed_at(0.5 * (low + high))
    return speed, *thrown(speed, 0.5 * (low + high))[1:]


def least_energy() -> Iterator[Row]:
    """Minimum-energy flights: closed form against our integrator."""
    for distance in (300e3, 1000e3, 3000e3, 10000e3):
        half = 0.5 * distance / EARTH_RADIUS_MEAN
        sine, cosine = math.sin(half), math.cos(half)
        speed = math.sqrt(2.0 * EARTH_MU / EARTH_RADIUS_MEAN * sine / (1.0 + sine))
        apogee = 0.5 * EARTH_RADIUS_MEAN * (sine + cosine - 1.0)
        axis = 0.5 * EARTH_RADIUS_MEAN * (1.0 + sine)
        e = (EARTH_RADIUS_MEAN + apogee) / axis - 1.0
        start = math.acos((1.0 - EARTH_RADIUS_MEAN / axis) / e)
        time = 2.0 * (math.pi - start + e * math.sin(start)) * math.sqrt(axis**3 / EARTH_MU)
        ours = slowest(distance)
        off = [abs(a / b - 1.0) for a, b in zip(ours, (speed, apogee, time))]
        yield Row(
            f"{distance / 1e3:,.0f} km: speed, apogee, time",
            f"{speed:.1f} m/s, {apogee / 1e3:.2f} km, {time:.1f} s",
            f"{ours[0]:.1f} m/s, {ours[1] / 1e3:.2f} km, {ours[2]:.1f} s",
            f"{off[0]:.0e}, {off[1]:.0e}, {off[2]:.0e}",
            "the slowest throw is found by trial; near it speed hardly depends on the angle",
        )


# --- (b) lofted tests ------------------------------------------------------------------------


def place_at(lat: float, lon: float, bearing: float, distance: float) -> tuple[float, float]:
    """Place at a bearing and great-circle distance on the mean sphere."""
    arc = distance / EARTH_RADIUS_MEAN
    end = math.asin(
        math.sin(lat) * math.cos(arc) + math.cos(lat) * math.sin(arc) * math.cos(bearing)
    )
    east = math.sin(bearing) * math.sin(arc) * math.cos(lat)
    return end, lon + math.atan2(east, math.cos(arc) - math.sin(lat) * math.sin(end))


def lofted() -> Iterator[Row]:
    """Published tests on steep arcs, flown with the boosters of the catalog."""
    tests = (
        ("Hwasong-17, 2022", "icbm_liquid", 999.2e3, 6040.9e3, 4135.0),
        ("Hwasong-18, 2023", "icbm_solid", 1001.2e3, 6648.4e3, 74.5 * 60.0),
    )
    for name, system, distance, apogee, time in tests:
        booster = od.load("limited_icbm", [f"threats.icbm.system={system}"]).threats[0].system
        vehicle = vehicle_of(booster.booster)
        lat, lon = math.radians(39.2), math.radians(125.7)
        row = np.array([[lat, lon, 50.0, 0.0, 0.0, math.nan, math.inf]])
        aim = np.array([[*place_at(lat, lon, math.radians(62.0), distance), apogee]])
        solved = solve_aims(vehicle, row, aim, CUTOFF, 30.0, np.empty((0, GUESS)))
        flight = fly_many(vehicle, solved.launches, 12000.0, TOLERANCE, 0)
        ours = float(flight.impact[0, 0])
        yield Row(
            f"{name}: {distance / 1e3:,.0f} km, apogee {apogee / 1e3:,.0f} km: time",
            f"{time:,.0f} s",
            f"{ours:,.0f} s ({system}, {solved.miss[0]:.0f} m from its aim)",
            f"{ours / time - 1.0:+.1%}",
            f"burn of {flight.t_burnout[0]:.0f} s, notional stages; 3 % is asked",
        )


# --- (c) fly-out table -----------------------------------------------------------------------


class Launcher(NamedTuple):
    """A launcher of one system at a latitude."""

    vehicle: Vehicle
    table: reach.ReachTable
    site: Floats


def flown(launcher: Launcher, azimuth: float, elevation: float, t: float) -> Floats:
    """Where a round launched at 0 is after t, ECEF."""
    row = np.array([[*launcher.site, 0.0, azimuth, elevation, math.inf]])
    flight = fly_many(launcher.vehicle, row, t + 1.0, 1e-7, 512)
    state = np.array(path_at(flight.knots[0], int(flight.n_knots[0]), t))
    return ecefs_from_ecis(state[None, :3], state[None, 3:], np.array([t]))[0][0]


def corrected(launcher: Launcher, guess: Floats, aim: Floats) -> Floats:
    """Azimuth, elevation, time of a round to a place fixed to the Earth, after correction."""
    target = np.zeros((25, 7))
    target[:, 0] = np.linspace(guess[2] - 60.0, guess[2] + 60.0, 25)
    turn = EARTH_OMEGA * target[:, 0]
    target[:, 1] = aim[0] * np.cos(turn) - aim[1] * np.sin(turn)
    target[:, 2] = aim[0] * np.sin(turn) + aim[1] * np.cos(turn)
    target[:, 3] = aim[2]
    target[:, 4], target[:, 5] = -EARTH_OMEGA * target[:, 2], EARTH_OMEGA * target[:, 1]
    solved = firing.solve_firing(launcher.vehicle, launcher.site, 0.0, guess, target, 2.0)
    return np.asarray(solved[0])


def fly_out() -> Iterator[Row]:
    """Table against flown error of a ground-based interceptor, by latitude, direction and time."""
    system = od.load("limited_icbm").weapons[0].system
    vehicle, table = vehicle_of(system.booster), fly_out_table(system)
    for lat_deg in (0, 60, 64):
        launcher = Launcher(vehicle, table, np.array([math.radians(lat_deg), 0.3, 0.0]))
        for name, azimuth in (("east", 0.5 * math.pi), ("west", 1.5 * math.pi)):
            for t in (300.0, 700.0, 1200.0):
                yield fly_out_row(launcher, azimuth, t, f"{lat_deg} deg, {name}, {t:,.0f} s")


def fly_out_row(launcher: Launcher, azimuth: float, t: float, what: str) -> Row:
    """Errors over the launch elevations whose end lies in the table."""
    misses, left, times = [], [], []
    for elevation in np.radians(np.arange(48.0, 70.1, 1.0)):
        aim = flown(launcher, azimuth, float(elevation), t)
        guess = np.array(firing.first_guess(launcher.table, launcher.site, aim))
        if not math.isfinite(guess[2]) or np.linalg.norm(aim) < 6.5e6:
            continue
        miss = np.linalg.norm(flown(launcher, guess[0], guess[1], guess[2]) - aim)
        best = corrected(launcher, guess, aim)
        misses.append(float(miss))
        times.append(abs(guess[2] - t))
        left.append(float(np.linalg.norm(flown(launcher, best[0], best[1], best[2]) - aim)))
    if not misses:
        return Row(f"GBI, {what}", "0", "out of the table", "", "beyond range or ceiling")
    return Row(
        f"GBI, {what}: miss",
        "0",
        f"by the table {np.median(misses) / 1e3:.0f} km, worst {max(misses) / 1e3:.0f} km",
        f"after correction {max(left):.1f} m at worst",
        f"{len(misses)} elevations; the table's time is off by {max(times):.1f} s at worst",
    )


# --- (d) radar horizon -----------------------------------------------------------------------


class RadarNumbers:
    """A radar that only the horizon limits."""

    reference_range, reference_rcs, reference_p_detect = 100e3, 1.0, 0.8
    max_range, sector = 5000e3, 2.0 * math.pi
    min_elevation, max_elevation = math.radians(-5.0), math.radians(90.0)
    range_resolution, beam_width, speed_resolution = 30.0, math.radians(1.5), None
    p_false_alarm, is_cued = 1e-6, False
    period, track_capacity, dwell, track_share = 1.0, 10**6, 0.0, 1.0


def edge_of_sight(height: float, target_height: float) -> float:
    """Ground distance at which a target sinks out of a radar's field of regard, m.

    Due east at 45 deg latitude, where the Earth's curvature is that of the normal section.
    """
    lat = math.radians(45.0)
    field = radar.radar_at(RadarNumbers(), (lat, 0.0, height), 0.0).field
    n = EARTH_RADIUS_EQUATOR / math.sqrt(1.0 - EARTH_ECCENTRICITY_SQUARED * math.sin(lat) ** 2)
    up = np.array([math.cos(lat), 0.0, math.sin(lat)])
    centre = np.array(ecef_from_geodetic(lat, 0.0, 0.0)) - n * up
    low, high = 1e3, 2000e3
    for _ in range(40):
        middle = 0.5 * (low + high)
        turn = middle / n
        way = math.cos(turn) * up + math.sin(turn) * np.array([0.0, 1.0, 0.0])
        place = centre + (n + target_height) * way
        low, high = (middle, high) if is_in_field(field, *place) else (low, middle)
    return low


def horizon() -> Iterator[Row]:
    """Radar horizon, 4/3 Earth, as tabulated; and as a radar of ours really sees."""
    targets = (15.0, 50.0, 100.0, 300.0, 1000.0, 10000.0)
    published = {
        "15 m mast": (15.0, (32, 45, 57, 87, 146, 428)),
        "30 m mast": (30.0, (39, 52, 64, 94, 153, 435)),
        "3 km aerostat": (3000.0, (242, 255, 267, 297, 356, 638)),
        "9 km aircraft": (9000.0, (407, 420, 432, 462, 521, 803)),
    }
    for name, (height, km) in published.items():
        ours = [edge_of_sight(height, target) / 1e3 for target in targets]
        off = [a / b - 1.0 for a, b in zip(ours, km)]
        yield Row(
            f"{name}, targets at 15, 50, 100, 300 m, 1, 10 km",
            ", ".join(f"{x}" for x in km) + " km",
            ", ".join(f"{x:.0f}" for x in ours) + " km",
            f"{min(off):+.1%} to {max(off):+.1%}",
            "published to 1 km; ours is traced on the ellipsoid, refraction ends at 10 km",
        )
    ours = edge_of_sight(0.0, 20e3) / 1e3
    yield Row(
        "Radar on the ground, target at 20 km",
        "583 km",
        f"{ours:.0f} km",
        f"{ours / 583 - 1.0:+.1%}",
        "the 4/3 Earth bends rays above 10 km too; ours are straight there",
    )
