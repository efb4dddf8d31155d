"""Synthetic truth for tests of sensors and tracks: flights by plain NumPy, nothing of the package's
own integrators. Ballistic rockets, and boosters that fly a gravity turn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from opendome.kernels.atmosphere import standard_atmosphere
from opendome.truth import Truth

MU, J2, RE, OMEGA = 3.986004418e14, 1.082626174e-3, 6378137.0, 7.292115e-5
POLE = 6356752.314245
HEIGHTS = np.arange(-2e3, 200e3, 100.0)
LOG_DENSITY = np.log([standard_atmosphere(float(h))[2] for h in HEIGHTS])


def ecef(lat, lon, alt):
    e2 = 1.0 - (POLE / RE) ** 2
    n = RE / np.sqrt(1.0 - e2 * np.sin(lat) ** 2)
    return np.stack(
        [
            (n + alt) * np.cos(lat) * np.cos(lon),
            (n + alt) * np.cos(lat) * np.sin(lon),
            (n * (1 - e2) + alt) * np.sin(lat),
        ],
        axis=-1,
    )


def enu(lat, lon):
    """Rows east, north, up, shape (n, 3, 3)."""
    sa, ca, so, co = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon)
    zero = np.zeros_like(sa)
    return np.stack(
        [
            np.stack([-so, co, zero], -1),
            np.stack([-sa * co, -sa * so, ca], -1),
            np.stack([ca * co, ca * so, sa], -1),
        ],
        axis=-2,
    )


def height(r):
    """Along the radius; the density of air needs no better."""
    radius = np.linalg.norm(r, axis=1)
    sine2 = (r[:, 2] / radius) ** 2
    return radius - RE * POLE / np.sqrt(POLE**2 * (1 - sine2) + RE**2 * sine2)


def slope(y, thrust, beta):
    """Derivative of rows [r, v] in ECEF; thrust (n,) along the velocity, 0 when coasting."""
    r, v = y[:, :3], y[:, 3:]
    radius = np.linalg.norm(r, axis=1)[:, None]
    z2 = 5.0 * (r[:, 2:] / radius) ** 2
    k = 1.5 * J2 * (RE / radius) ** 2
    a = -MU / radius**3 * r * (1.0 + k * (np.array([1.0, 1.0, 3.0]) - z2))
    a[:, 0] += 2 * OMEGA * v[:, 1] + OMEGA**2 * r[:, 0]
    a[:, 1] += -2 * OMEGA * v[:, 0] + OMEGA**2 * r[:, 1]
    density = np.exp(np.interp(height(r), HEIGHTS, LOG_DENSITY, right=-60.0))
    speed = np.linalg.norm(v, axis=1)
    a -= (0.5 * density * speed / beta)[:, None] * v
    a += (thrust / (speed + 1e-9))[:, None] * v
    return np.hstack([v, a])


@dataclass
class World:
    """Threats of one run; all are launched at their own time and burn for ``burn`` seconds."""

    t_launch: np.ndarray
    y0: np.ndarray  # (n, 6) as the threat leaves, with a little speed
    thrust: np.ndarray  # (n,) m/s^2 at the end of the burn, growing evenly from half of that
    burn: np.ndarray
    beta: np.ndarray
    rcs: float = 0.02
    rcs_uhf: float = 0.1
    plume: float = 0.0
    step: float = 0.05

    def __post_init__(self):
        self.grid = [self.y0.copy()]
        y, self.t_end = self.y0.copy(), np.full(len(self.y0), np.inf)
        n = 0
        while np.isinf(self.t_end).any() and n < 60000:
            y = self._advance(y, n * self.step)
            n += 1
            self.grid.append(y)
            is_down = (height(y[:, :3]) < 0.0) & np.isinf(self.t_end) & (n * self.step > self.burn)
            self.t_end[is_down] = n * self.step
        self.grid = np.array(self.grid)

    def _push(self, t):
        grow = 0.5 + 0.5 * np.clip(t / np.maximum(self.burn, 1e-9), 0, 1)
        return np.where(t < self.burn, self.thrust * grow, 0.0)

    def _advance(self, y, t):
        h = self.step
        k1 = slope(y, self._push(t), self.beta)
        k2 = slope(y + h / 2 * k1, self._push(t + h / 2), self.beta)
        k3 = slope(y + h / 2 * k2, self._push(t + h / 2), self.beta)
        k4 = slope(y + h * k3, self._push(t + 0.999 * h), self.beta)
        return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    def at(self, t, runs=(0,)):
        """Truth at t, the same threats in every run."""
        age = t - self.t_launch
        up = np.flatnonzero((age >= 0) & (age < self.t_end))
        place = age[up] / self.step
        low = np.minimum(place.astype(int), len(self.grid) - 2)
        part = (place - low)[:, None]
        y0, y1 = self.grid[low, up], self.grid[low + 1, up]
        h = self.step
        # cubic Hermite of place, straight line of velocity
        r = (
            (1 + 2 * part) * (1 - part) ** 2 * y0[:, :3]
            + part * (1 - part) ** 2 * h * y0[:, 3:]
            + part**2 * (3 - 2 * part) * y1[:, :3]
            + part**2 * (part - 1) * h * y1[:, 3:]
        )
        v = y0[:, 3:] * (1 - part) + y1[:, 3:] * part
        is_burning = age[up] < self.burn[up]
        k, n = len(runs), len(up)
        runs = np.asarray(runs, np.int64)
        return Truth(
            t=float(t),
            runs=runs,
            run=np.repeat(runs, n),
            threat=np.tile(up, k),
            r_ecef=np.tile(r, (k, 1)),
            v_ecef=np.tile(v, (k, 1)),
            is_burning=np.tile(is_burning, k),
            is_level=np.zeros(k * len(is_burning), dtype=bool),
            log_beta=np.tile(np.log(self.beta[up]), k),
            rcs=np.full(n * k, self.rcs),
            rcs_uhf=np.full(n * k, self.rcs_uhf),
            plume=np.tile(np.where(is_burning, self.plume, 0.0), k),
            glow=np.zeros((n * k, 2)),
            jamming=np.zeros(n * k),
            jam_bands=np.zeros(n * k, np.int64),
        )


def launch(lat, lon, alt, azimuth, elevation, speed):
    """States (n, 6) that leave a place in a direction."""
    axes = enu(lat, lon)
    d = np.stack(
        [
            np.cos(elevation) * np.sin(azimuth),
            np.cos(elevation) * np.cos(azimuth),
            np.sin(elevation),
        ],
        -1,
    )
    v = speed[:, None] * np.einsum("ni,nij->nj", d, axes)
    return np.hstack([ecef(lat, lon, alt), v])


def rocket_raid(count=120, seed=1, spacing=0.5, salvo=10, interval=20.0):
    """Rockets of about 20 km range from two kilometres of ground, in dense salvos."""
    rng = np.random.default_rng(seed)
    lat = np.radians(31.30) + rng.normal(0, 400.0 / 6.37e6, count)
    lon = np.radians(34.27) + rng.normal(0, 400.0 / 5.4e6, count)
    i = np.arange(count)
    y0 = launch(
        lat,
        lon,
        np.full(count, 50.0),
        np.radians(20.0) + rng.normal(0, 0.01, count),
        np.radians(50.0) + rng.normal(0, 0.02, count),
        np.full(count, 30.0),
    )
    return World(
        t_launch=5.0 + (i // salvo) * interval + (i % salvo) * spacing,
        y0=y0,
        thrust=np.full(count, 450.0),
        burn=np.full(count, 2.0),
        beta=np.full(count, 5500.0),
    )


def missile(count=1, spacing=30.0, lat=40.0, lon=127.0):
    """Long-range missiles towards the north-east: 300 s of thrust, apogee some hundred km."""
    y0 = launch(
        np.radians(lat) + np.arange(count) * 1e-3,
        np.full(count, np.radians(lon)),
        np.zeros(count),
        np.full(count, np.radians(35.0)),
        np.full(count, np.radians(84.0)),
        np.full(count, 60.0),
    )
    return World(
        t_launch=10.0 + spacing * np.arange(count),
        y0=y0,
        thrust=np.full(count, 46.0),
        burn=np.full(count, 240.0),
        beta=np.full(count, 8000.0),
        rcs=0.1,
        rcs_uhf=0.5,
        plume=1e6,
        step=0.25,
    )
