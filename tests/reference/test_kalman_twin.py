"""The filter kernels against a naive filter in NumPy, written from the textbook."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.kernels.kalman import expect_many, update_pairs
from opendome.kernels.looks import Looks

SENSOR = np.array([4.0e6, 3.0e6, 3.9e6])
PERSISTENT = 10.0  # times the textbook's second-order variance, as docs/models/ekf.md has it


def naive_look(x):
    """Distance, two direction components, distance rate of a state, as plain functions."""
    away = x[:3] - SENSOR
    distance = np.linalg.norm(away)
    u = away / distance
    return distance, u, u @ x[3:6]


def naive_update(x, cov, z, sigmas, parts):
    """Second-order extended Kalman update with numerical derivatives and explicit inverses."""
    distance, u, rate = naive_look(x)
    axis = np.array([1.0, 0.0, 0.0]) if abs(u[0]) < 0.9 else np.array([0.0, 1.0, 0.0])
    e1 = np.cross(u, axis)
    e1 /= np.linalg.norm(e1)
    e2 = np.cross(u, e1)

    def h(y):
        d, w, r = naive_look(y)
        return np.array([d, e1 @ w, e2 @ w, r])

    step = np.array([1.0, 1.0, 1.0, 0.1, 0.1, 0.1, 1e-3])
    slope = np.stack(
        [(h(x + s * e) - h(x - s * e)) / (2 * s) for s, e in zip(step, np.eye(7), strict=True)], 1
    )
    across = np.stack([e1, e2])
    rr = across @ cov[:3, :3] @ across.T
    rv = across @ cov[:3, 3:6] @ across.T
    vv = across @ cov[3:6, 3:6] @ across.T
    noise = np.diag(np.square(sigmas))
    noise[0, 0] += PERSISTENT * 0.5 * np.trace(rr @ rr) / distance**2
    noise[3, 3] += PERSISTENT * (np.trace(rv @ rv) + np.trace(rr @ vv)) / distance**2
    noise[0, 3] = noise[3, 0] = PERSISTENT * np.trace(rr @ rv) / distance**2
    mean = np.array(
        [distance + 0.5 * np.trace(rr) / distance, 0, 0, rate + np.trace(rv) / distance]
    )
    looked = np.array([z["distance"], e1 @ z["u"], e2 @ z["u"], z["rate"]])
    parts = list(parts)
    slope, noise = slope[parts], noise[np.ix_(parts, parts)]
    residual = (looked - mean)[parts]
    s = slope @ cov @ slope.T + noise
    gain = cov @ slope.T @ np.linalg.inv(s)
    keep = np.eye(7) - gain @ slope
    return (
        x + gain @ residual,
        keep @ cov @ keep.T + gain @ noise @ gain.T,
        residual @ np.linalg.inv(s) @ residual,
    )


def random_case(rng, kind):
    away = rng.normal(size=3)
    x = np.concatenate(
        [SENSOR + away / np.linalg.norm(away) * 10 ** rng.uniform(4.3, 6.3),
         rng.normal(0, 1500, 3), [8.7]]
    )  # fmt: skip
    root = np.diag([300.0] * 3 + [40.0] * 3 + [0.4]) @ (np.eye(7) + 0.3 * rng.normal(size=(7, 7)))
    cov = root @ root.T
    true = x + np.linalg.cholesky(cov) @ rng.normal(size=7)
    distance, u, rate = naive_look(true)
    sigmas = np.array([15.0, 8e-4, 8e-4, 2.0])
    u = u + 8e-4 * rng.normal(size=3)
    z = {
        "distance": distance + 15.0 * rng.normal(),
        "u": u / np.linalg.norm(u),
        "rate": rate + 2.0 * rng.normal(),
    }
    parts = {"infrared": (1, 2), "radar": (0, 1, 2), "doppler": (0, 1, 2, 3)}[kind]
    return x, cov, z, sigmas, parts


@pytest.mark.parametrize("kind", ["infrared", "radar", "doppler"])
def test_update_is_the_textbook_one(kind):
    rng = np.random.default_rng(11)
    for _ in range(30):
        x, cov, z, sigmas, parts = random_case(rng, kind)
        nan = np.array([np.nan])
        looks = Looks(
            run=np.zeros(1, np.int64),
            u_los=z["u"][None],
            sigma_angle=sigmas[1:2],
            distance=nan if kind == "infrared" else np.array([z["distance"]]),
            sigma_distance=nan if kind == "infrared" else sigmas[:1],
            rate=np.array([z["rate"]]) if kind == "doppler" else nan,
            sigma_rate=sigmas[3:] if kind == "doppler" else nan,
            snr=np.array([20.0]),
        )
        got_x, got_cov = x[None].copy(), cov[None].copy()
        expected = expect_many(got_x, got_cov, SENSOR)
        first = np.zeros(1, np.int64)
        distance2 = update_pairs(got_x, got_cov, expected, looks, first, first, (1e9,) * 4)
        want_x, want_cov, want_distance2 = naive_update(x, cov, z, sigmas, parts)
        sigma = np.sqrt(np.diag(want_cov))
        assert np.abs((got_x[0] - want_x) / sigma).max() < 1e-4
        assert np.abs((got_cov[0] - want_cov) / np.outer(sigma, sigma)).max() < 1e-4
        assert np.array_equal(got_cov[0], got_cov[0].T)
        assert distance2[0] == pytest.approx(want_distance2, rel=1e-4)


def test_a_surprise_widens_before_the_update():
    rng = np.random.default_rng(2)
    x, cov, z, sigmas, _ = random_case(rng, "radar")
    nan = np.array([np.nan])
    far = z["distance"] + 40 * np.sqrt(np.trace(cov[:3, :3]))
    looks = Looks(np.zeros(1, np.int64), z["u"][None], sigmas[1:2], np.array([far]), sigmas[:1],
                  nan, nan, np.array([20.0]))  # fmt: skip
    first = np.zeros(1, np.int64)
    left = []
    for surprise in ((1e9,) * 4, (1e9, 1e9, 4.0, 1e9)):
        got_x, got_cov = x[None].copy(), cov[None].copy()
        expected = expect_many(got_x, got_cov, SENSOR)
        update_pairs(got_x, got_cov, expected, looks, first, first, surprise)
        left.append(np.trace(got_cov[0][3:6, 3:6]))
    assert left[1] > 20 * left[0]
