"""Synthetic flyers on wings: constant speed over the ellipsoid by plain NumPy, turns and a dive."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from opendome.truth import Truth
from tests.unit.tracks.worlds import POLE, RE, ecef, enu

STEP = 0.05
E2 = 1.0 - (POLE / RE) ** 2


@dataclass
class Flyers:
    """Things that fly level, all alike but for their place and course (degrees).

    A turn is (start, degrees, acceleration in m/s^2); a dive is (start, degrees below the level),
    into which they bend at 30 m/s^2.
    """

    lat: np.ndarray
    lon: np.ndarray
    azimuth: np.ndarray
    speed: float
    alt: float
    turns: tuple = ()
    dive: tuple | None = None
    t_end: float = 600.0
    rcs: float = 0.1
    t_launch: np.ndarray = field(init=False)

    def __post_init__(self):
        n = len(self.lat)
        self.t_launch = np.zeros(n)
        lat, lon = np.radians(self.lat), np.radians(self.lon)
        azimuth, alt = np.radians(self.azimuth), np.full(n, self.alt)
        slope = 0.0
        states = []
        for k in range(int(self.t_end / STEP) + 1):
            t = k * STEP
            over, climb = self.speed * np.cos(slope), -self.speed * np.sin(slope)
            v_enu = np.stack([over * np.sin(azimuth), over * np.cos(azimuth), np.full(n, climb)], 1)
            v = np.einsum("nij,ni->nj", enu(lat, lon), v_enu)
            states.append(np.hstack([ecef(lat, lon, alt), v]))
            for start, degrees, push in self.turns:
                rate = np.sign(degrees) * push / self.speed
                if start <= t < start + np.radians(degrees) / rate:
                    azimuth = azimuth + rate * STEP
            if self.dive is not None and t >= self.dive[0]:
                slope = min(slope + 30.0 / self.speed * STEP, np.radians(self.dive[1]))
            w2 = 1.0 - E2 * np.sin(lat) ** 2
            north = RE * (1.0 - E2) / w2**1.5 + alt
            east = (RE / np.sqrt(w2) + alt) * np.cos(lat)
            lat = lat + over * np.cos(azimuth) / north * STEP
            lon = lon + over * np.sin(azimuth) / east * STEP
            alt = alt + climb * STEP
        self.states = np.array(states)

    def at(self, t, runs=(0,)):
        """Truth at t, the same in every run; nothing is left under the ground."""
        place = min(t / STEP, len(self.states) - 1.001)
        low = int(place)
        part = place - low
        y = (1.0 - part) * self.states[low] + part * self.states[low + 1]
        radius = np.linalg.norm(y[:, :3], axis=1)
        sine2 = (y[:, 2] / radius) ** 2
        up = np.flatnonzero(radius > RE * POLE / np.sqrt(POLE**2 * (1 - sine2) + RE**2 * sine2))
        y, n, k = y[up], len(up), len(runs)
        runs = np.asarray(runs, np.int64)
        return Truth(
            t=float(t),
            runs=runs,
            run=np.repeat(runs, n),
            threat=np.tile(up, k),
            r_ecef=np.tile(y[:, :3], (k, 1)),
            v_ecef=np.tile(y[:, 3:], (k, 1)),
            is_burning=np.zeros(n * k, bool),
            is_level=np.ones(n * k, bool),
            log_beta=np.full(n * k, 7.0),
            rcs=np.full(n * k, self.rcs),
            rcs_uhf=np.full(n * k, self.rcs),
            plume=np.zeros(n * k),
            glow=np.zeros((n * k, 2)),
            jamming=np.zeros(n * k),
            jam_bands=np.zeros(n * k, np.int64),
        )


def flyers(speed, alt, *, count=8, away=40e3, **parts):
    """A row of flyers, 3 km apart, that pass a radar at 31.47 N 34.47 E from the west."""
    spread = 3000.0 * (np.arange(count) - count / 2 + 1.3)
    lat = 31.47 + np.degrees(spread / 6.36e6)
    lon = np.full(count, 34.47 - np.degrees(away / 5.44e6))
    return Flyers(lat, lon, np.full(count, 90.0), speed, alt, **parts)
