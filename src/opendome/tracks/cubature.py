"""The cubature Kalman filter of ballistic and thrusting things."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import final

import numpy as np

from opendome.kernels.cubature import expect_cubature, predict_cubature, update_by_points
from opendome.kernels.follow import settle_many
from opendome.kernels.kalman import Expected
from opendome.kernels.looks import Looks
from opendome.kernels.rows import Beliefs, take_beliefs
from opendome.messages import Bools, Floats, Ints
from opendome.tracks.base import AbstractFilter, Association
from opendome.tracks.kalman import BOUNDS, NOISE, SETTLE, TEMPER, Ekf


@final
@dataclass(frozen=True)
class Ckf(AbstractFilter):
    """Cubature Kalman filter. Model: docs/models/ckf.md."""

    ekf: Ekf = field(default_factory=Ekf)

    def predict(self, beliefs: Beliefs, rows: Ints, t: float) -> Beliefs:
        """Chosen rows at time t."""
        b = take_beliefs(beliefs, rows)
        mean, left = settle_many(b.agility, t - b.t, SETTLE)
        x, cov = predict_cubature(b.t, b.x, b.cov, b.is_boosting, mean, t, NOISE)
        return b._replace(t=np.full(len(b.t), t), x=x, cov=cov, agility=left)

    def expect(self, beliefs: Beliefs, r_sensor: Floats) -> Expected:
        """What a sensor should see of the rows."""
        return expect_cubature(beliefs.x, beliefs.cov, r_sensor)

    def update(
        self, beliefs: Beliefs, expected: Expected, looks: Looks, found: Association
    ) -> None:
        """Update each associated row with its one look."""
        update_by_points(beliefs, expected, looks, found.row, found.look, (TEMPER, BOUNDS))

    def start(self, looks: Looks, rows: Ints, r_sensor: Floats, max_range: float) -> Beliefs:
        """First belief from one look each."""
        return self.ekf.start(looks, rows, r_sensor, max_range)

    def adopt(self, x: Floats, cov: Floats, is_boosting: Bools) -> Beliefs:
        """Belief from guesses; what is low may turn."""
        return self.ekf.adopt(x, cov, is_boosting)

    def ignite(self, beliefs: Beliefs, rows: Ints) -> None:
        """Let the last component mean thrust."""
        self.ekf.ignite(beliefs, rows)

    def burn_out(self, beliefs: Beliefs, rows: Ints, period: Floats) -> None:
        """Let the last component mean drag."""
        self.ekf.burn_out(beliefs, rows, period)
