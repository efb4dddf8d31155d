"""New rows take after what they fly beside."""

import numpy as np
import pytest

from opendome.kernels.beside import BESIDE, PUSH, take_after
from opendome.kernels.motion import predict_many
from opendome.tracks.base import sure
from opendome.tracks.kalman import NOISE
from opendome.tracks.rows import new_rows

T = 100.0
HIGH_UP = np.array([7000e3, 0.0, 0.0])
V = np.array([-500.0, 6000.0, 1000.0])


def rows_at(places, velocities, sigma, speed, t=T, run=None):
    """Confirmed rows that fall, about a place high up."""
    n = len(places)
    x, cov = np.zeros((n, 7)), np.zeros((n, 7, 7))
    x[:, :3], x[:, 3:6], x[:, 6] = HIGH_UP + places, velocities, 9.0
    cov[:, range(7), range(7)] = [sigma**2] * 3 + [speed**2] * 3 + [0.5]
    beliefs = sure(np.full(n, t), x, cov, np.zeros(n, bool), np.zeros(n))
    rows = new_rows(beliefs, np.zeros(n, np.int64) if run is None else run, np.arange(n), t)
    rows.is_confirmed[:] = True
    return rows


def one_new(away=(300.0, 0.0, 0.0), sigma=50.0, run=0):
    """A row that begins there, of whose velocity nothing is known."""
    fresh = rows_at(np.array([away]), np.zeros(3), sigma, 3500.0, run=np.array([run]))
    fresh.is_confirmed[:] = False
    return fresh


def test_velocity_is_fused_with_that_of_what_it_flies_beside():
    rows, fresh = rows_at(np.zeros((1, 3)), V, 20.0, 2.0), one_new()
    take_after(fresh, rows, T)
    measured = 2.0**2 + PUSH**2
    gain = 3500.0**2 / (3500.0**2 + measured)
    assert fresh.x[0, 3:6] == pytest.approx(gain * V, rel=1e-12)
    assert np.diag(fresh.cov[0])[3:6] == pytest.approx(gain * measured, rel=1e-9)
    assert np.diag(fresh.cov[0])[:3] == pytest.approx(50.0**2)
    assert fresh.x[0, :3] == pytest.approx(HIGH_UP + [300.0, 0.0, 0.0])


def test_what_is_known_of_its_velocity_stays():
    """Of a radar with Doppler, which measures the velocity along its line of sight."""
    rows, fresh = rows_at(np.zeros((1, 3)), V, 20.0, 2.0), one_new()
    fresh.x[0, 3], fresh.cov[0, 3, 3], fresh.cov[0, 0, 3], fresh.cov[0, 3, 0] = -450.0, 1.0, 20, 20
    take_after(fresh, rows, T)
    assert fresh.x[0, 3] == pytest.approx(-450.0, abs=0.1)
    assert fresh.cov[0, 3, 3] == pytest.approx(1.0, rel=1e-3)
    assert np.diag(fresh.cov[0])[4:6] == pytest.approx(PUSH**2, rel=0.01)
    assert np.linalg.eigvalsh(fresh.cov[0]).min() > 0.0


def test_the_nearest_counts_and_is_carried_along():
    t = T - 20.0
    rows = rows_at(np.array([[0.0, 0, 0], [5e3, 0, 0]]), [V, 2 * V], 20.0, 2.0, t=t)
    alike = (rows.t, rows.x, rows.cov, rows.is_boosting, np.zeros(2), T, NOISE)
    there, _ = predict_many(*alike)
    fresh = one_new(there[1, :3] - HIGH_UP + 100.0)
    take_after(fresh, rows, T)
    assert fresh.x[0, 3:6] == pytest.approx(there[1, 3:6], rel=2e-3)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows, fresh: rows.is_confirmed.fill(False),
        lambda rows, fresh: rows.is_boosting.fill(True),
        lambda rows, fresh: fresh.is_boosting.fill(True),
        lambda rows, fresh: rows.run.fill(1),
        lambda rows, fresh: rows.t.fill(T - 300.0),
        lambda rows, fresh: rows.x.__setitem__((0, 0), 7000e3 + 10 * BESIDE),
        lambda rows, fresh: rows.cov.__setitem__((0, 0, 0), 4e6),
        lambda rows, fresh: rows.cov.__setitem__((0, 4, 4), 4 * PUSH**2),
        lambda rows, fresh: [r.x.__setitem__((0, 0), 6450e3) for r in (rows, fresh)],
    ],
)
def test_nothing_is_taken_from_what_tells_nothing(change):
    """Tentative, burning, of another run, old, far away, vague or in air."""
    rows, fresh = rows_at(np.zeros((1, 3)), V, 20.0, 2.0), one_new()
    change(rows, fresh)
    x, cov = fresh.x.copy(), fresh.cov.copy()
    take_after(fresh, rows, T)
    assert (fresh.x == x).all()
    assert (fresh.cov == cov).all()


def test_runs_do_not_mix():
    """Several runs at once are as each alone."""
    run = np.array([0, 0, 2])
    rows = rows_at(
        np.array([[0.0, 0, 0], [400, 0, 0], [0, 90, 0]]), [V, 1.1 * V, -V], 20, 2, T, run
    )
    parts = [one_new(run=k) for k in range(3)]
    both = type(rows)(*[np.concatenate(column) for column in zip(*parts, strict=True)])
    take_after(both, rows, T)
    assert both.x[0, 3:6] == pytest.approx(1.1 * V, rel=1e-2)
    assert (both.x[1, 3:6] == 0.0).all()
    assert both.x[2, 3:6] == pytest.approx(-V, rel=1e-2)


def test_leans_on_biases_shrink_with_the_doubt():
    rows, fresh = rows_at(np.zeros((1, 3)), V, 20.0, 2.0), one_new()
    lean = np.zeros((1, *fresh.lean.shape[1:3], 2))
    lean[0, :, 0, 0], lean[0, :, 4, 1] = 3.0, 5.0
    fresh = fresh._replace(lean=lean)
    take_after(fresh, rows._replace(lean=0.0 * lean), T)
    assert fresh.lean[0, 0, 0, 0] == 3.0
    assert fresh.lean[0, 0, 4, 1] == pytest.approx(5.0 * PUSH**2 / 3500.0**2, rel=0.01)
