"""Synthetic gliders: along a great circle, slowed by drag, banking from side to side; NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from opendome.truth import Truth
from tests.unit.tracks.worlds import ecef, enu

RADIUS = 6371e3


@dataclass
class Gliders:
    """Equilibrium glide over a turning Earth; all rows start at 0."""

    lat: np.ndarray  # deg
    lon: np.ndarray
    azimuth: np.ndarray
    speed: float  # m/s over ground
    alt: float  # m
    sink: float = 25.0  # m/s
    lift_to_drag: float = 2.6
    bank: float = 2.5  # m/s^2, across
    swing: float = 25.0  # s, to one side
    glow: float = 30e3  # W/sr, middle band
    rcs: float = 0.03
    step: float = 0.1
    duration: float = 400.0

    def __post_init__(self):
        lat, lon = np.radians(self.lat), np.radians(self.lon)
        course, speed = np.radians(self.azimuth), np.full(len(lat), float(self.speed))
        height = np.full(len(lat), float(self.alt))
        self.t_launch = np.zeros(len(lat))
        self.grid = []
        for n in range(round(self.duration / self.step) + 1):
            axes = enu(lat, lon)
            v = np.stack(
                [speed * np.sin(course), speed * np.cos(course), -self.sink + 0 * speed], -1
            )
            self.grid.append(np.hstack([ecef(lat, lon, height), np.einsum("ni,nij->nj", v, axes)]))
            side = 1.0 if int(n * self.step / self.swing) % 2 == 0 else -1.0
            radius = RADIUS + height
            north, east = speed * np.cos(course) / radius, speed * np.sin(course) / radius
            course = course + self.step * (side * self.bank / speed + east * np.tan(lat))
            lat, lon = lat + self.step * north, lon + self.step * east / np.cos(lat)
            brake = (9.8 - speed**2 / radius) / self.lift_to_drag
            speed, height = speed - self.step * brake, height - self.step * self.sink
        self.grid = np.array(self.grid)

    def at(self, t, runs=(0,)):
        """Truth at t, the same in every run."""
        place = min(t / self.step, len(self.grid) - 1.001)
        low = int(place)
        y = self.grid[low] + (place - low) * (self.grid[low + 1] - self.grid[low])
        n, k = len(y), len(runs)
        runs = np.asarray(runs, np.int64)
        return Truth(
            t=float(t),
            runs=runs,
            run=np.repeat(runs, n),
            threat=np.tile(np.arange(n), k),
            r_ecef=np.tile(y[:, :3], (k, 1)),
            v_ecef=np.tile(y[:, 3:], (k, 1)),
            is_burning=np.zeros(n * k, bool),
            is_level=np.zeros(n * k, bool),
            log_beta=np.full(n * k, 8.0),
            rcs=np.full(n * k, self.rcs),
            rcs_uhf=np.full(n * k, self.rcs),
            plume=np.zeros(n * k),
            glow=np.tile([self.glow, 0.0], (n * k, 1)),
            jamming=np.zeros(n * k),
            jam_bands=np.zeros(n * k, np.int64),
        )
