"""Predicted impacts of true states, against the fall of the made-up world down to the ground."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.kernels.motion import Noise
from opendome.kernels.prediction import due_rows, predict_impacts
from tests.unit.tracks.test_told import rows_of
from tests.unit.tracks.worlds import ecef, height, rocket_raid

NONE = Noise(air=0.0, vacuum=0.0, boost=0.0, log_beta=0.0, thrust=0.0)


def test_impacts_are_where_the_fall_meets_the_ground() -> None:
    """Also where a step leads through the ground: that left impacts up to 8 m below it."""
    world = rocket_raid(count=40, seed=5)
    truth = world.at(75.0)
    x = np.hstack([truth.r_ecef, truth.v_ecef, truth.log_beta[:, None]])
    falls = np.flatnonzero(~truth.is_burning)
    t, cov = np.full(len(falls), 75.0), np.tile(1e-6 * np.eye(7), (len(falls), 1, 1))
    found = predict_impacts(t, x[falls], cov, 400.0, NONE)
    assert len(falls) > 20
    for i, threat in enumerate(truth.threat[falls]):
        k = round(world.t_end[threat] / world.step)
        above, below = world.grid[k - 1, threat, :3], world.grid[k, threat, :3]
        up, down = height(above[None])[0], height(below[None])[0]
        foot = above + (below - above) * up / (up - down)
        assert np.linalg.norm(ecef(found.lat[i], found.lon[i], 0.0) - foot) < 2.0


@pytest.mark.parametrize(
    ("t_plume", "burns", "t", "is_due"),
    [
        (75.0, False, 106.0, False),  # fallen 25 s when predicted, 31 now
        (75.0, False, 107.0, True),  # a quarter longer
        (75.0, True, 107.0, False),  # still burns
        (np.nan, False, 107.0, False),  # was never seen to burn
        (99.0, False, 104.0, False),  # within the period
    ],
)
def test_impacts_are_predicted_anew_as_a_fall_after_a_burn_goes_on(t_plume, burns, t, is_due):
    """The doubt of the speed falls within seconds: it was kept for a tenth of half an hour."""
    rows = rows_of([100.0], burns=burns)
    rows.t_plume[:], rows.t_predicted[:], rows.impact_t[:] = t_plume, 100.0, 1900.0
    rows.n_updates[:], rows.n_predicted[:], rows.t_update[:] = 31, 30, t
    assert due_rows(rows, t, 5.0).tolist() == [0] * is_due
