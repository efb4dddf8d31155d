"""Many samples of one filter on one thing: each has its own errors of looks, all the same looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from opendome.kernels.looks import Looks
from opendome.kernels.rows import LEVEL
from opendome.tracks.base import Association
from opendome.tracks.imm import Imm
from tests.unit.tracks.worlds import ecef


@dataclass(frozen=True)
class Site:
    """One radar: place (degrees, m), errors, and when it looks."""

    lat: float
    lon: float
    alt: float = 100.0
    sigma_distance: float = 5.0
    sigma_angle: float = 0.6e-3
    sigma_rate: float = 0.5
    period: float = 1.0
    phase: float = 0.0
    max_range: float = 400e3

    @property
    def r_ecef(self):
        place = np.radians([self.lat, self.lon])
        return ecef(place[:1], place[1:], np.array([self.alt]))[0]


@dataclass
class Samples:
    """One moment: n samples."""

    t: float
    error: np.ndarray  # (n, 6)
    cov: np.ndarray  # (n, 6, 6)
    is_level: np.ndarray
    agility: np.ndarray

    @property
    def nees(self):
        """Mean over the samples, by component: 1 for a filter that is as sure as it may be."""
        solved = np.linalg.solve(self.cov, self.error[:, :, None])[:, :, 0]
        return np.einsum("ni,ni->n", self.error, solved).mean() / 6.0

    def rms(self, first, last):
        return np.sqrt((self.error[:, first:last] ** 2).sum(axis=1).mean())


def look(site, y, rng):
    """One look of each sample at truth rows y (n, 6)."""
    n = len(y)
    away = y[:, :3] - site.r_ecef
    distance = np.linalg.norm(away, axis=1)
    u = away / distance[:, None]
    rate = np.einsum("ni,ni->n", u, y[:, 3:])
    side = np.cross(u, [0.3, 0.5, 0.81])
    side /= np.linalg.norm(side, axis=1)[:, None]
    up = np.cross(u, side)
    draws = rng.standard_normal((4, n))
    seen = u + site.sigma_angle * (draws[0][:, None] * side + draws[1][:, None] * up)
    one = np.ones(n)
    return Looks(
        np.zeros(n, np.int64),
        seen / np.linalg.norm(seen, axis=1)[:, None],
        site.sigma_angle * one,
        distance + site.sigma_distance * draws[2],
        site.sigma_distance * one,
        rate + site.sigma_rate * draws[3],
        site.sigma_rate * one,
        100.0 * one,
    )


def sample(truth, sites, span, *, n=100, seed=1):
    """Moments after every look; ``truth(t)`` gives (n, 6), or (6,) that all samples share."""
    rng, part = np.random.default_rng(seed), Imm()
    rows, beliefs, moments = np.arange(n), None, []
    looks = sorted(
        (t, i) for i, s in enumerate(sites) for t in np.arange(span[0] + s.phase, span[1], s.period)
    )
    for t, i in looks:
        y = np.broadcast_to(truth(t), (n, 6))
        seen = look(sites[i], y, rng)
        if beliefs is None:
            beliefs = part.start(seen, rows, sites[i].r_ecef, sites[i].max_range)
            beliefs.t[:] = t
        else:
            beliefs = part.predict(beliefs, rows, t)
            expected = part.expect(beliefs, sites[i].r_ecef)
            part.update(beliefs, expected, seen, Association(rows, rows, np.ones(n)))
        moments.append(
            Samples(
                t,
                beliefs.x[:, :6] - y,
                beliefs.cov[:, :6, :6].copy(),
                beliefs.model == LEVEL,
                beliefs.agility.copy(),
            )
        )
    return moments


def between(moments, first, last):
    return [m for m in moments if first <= m.t < last]


def mean_nees(moments):
    return float(np.mean([m.nees for m in moments]))
