"""Biases learned beside the filter: the same as one filter of all states and all biases at once."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.kernels.kalman import Expected, update_pairs
from opendome.kernels.leans import carry_lean, carry_turning_lean, lean_back
from opendome.kernels.looks import no_looks, tangents
from opendome.kernels.misalignment import look_slopes, radar_mount
from opendome.kernels.modes import LevelNoise
from opendome.kernels.motion import Noise, new_work, predict_many
from opendome.kernels.registration import (
    ALIGNED,
    Biases,
    crossing_leans,
    first_leans,
    learn,
    new_sparse,
    reaches,
    with_biases,
    without_biases,
)
from opendome.kernels.triangulation import crossings
from opendome.kernels.turning import Lift, carry_turning, new_turn

NEVER = (np.inf,) * 4
N, K = 3, 6  # things, biases of two radars
ERROR = np.array([2.0, 1e-3, 1.5e-3, 0.5])  # of the four components
SIGMA = np.array([5.0, 3e-3, 2e-3, 8.0, 2e-3, 4e-3])
SCALE = np.array([20.0, 20.0, 20.0, 3.0, 3.0, 3.0, 0.5])


class Linear:
    """Things that stand still, seen by linear looks of two radars; and all of it in one filter."""

    def __init__(self, seed):
        rng = self.rng = np.random.default_rng(seed)
        self.mounts = [
            radar_mount(np.array([6.378e6, 0.0, 1e3])),
            radar_mount(np.array([1e3, 6.378e6, 2e4])),
        ]
        lines = [np.array([0.6, 0.64, 0.48]), np.array([0.8, -0.36, 0.48])]
        self.basis = [np.array([u, *np.reshape(tangents(*u), (2, 3))]) for u in lines]
        self.slope = rng.normal(size=(2, 4, 7)) * np.array([1.0, 1e-4, 1e-4, 0.1])[:, None]
        self.slope[:, :, 6] = 0.0  # no look tells of the last component
        self.by = np.zeros((2, 4, K))
        for i in range(2):
            own = np.empty((4, 3))
            look_slopes(self.mounts[i], self.basis[i], own, np.empty((3, 3)))
            self.by[i, :, 3 * i : 3 * i + 3] = own
        self.truth = rng.normal(size=(N, 7)) * SCALE
        self.bias = rng.normal(size=K) * SIGMA
        self.mean = np.zeros(7 * N + K)
        self.cov = np.diag(np.concatenate([np.tile(SCALE**2, N), SIGMA**2]))

    def measure(self, i, thing):
        noise = self.rng.normal(size=4) * ERROR * [1, 1, 1, 1]
        noise[2] = noise[2] / ERROR[2] * ERROR[1]  # both angles have one error
        return self.slope[i] @ self.truth[thing] + self.by[i] @ self.bias + noise

    def update_all(self, i, thing, y):
        """The one filter."""
        h = np.zeros((4, 7 * N + K))
        h[:, 7 * thing : 7 * thing + 7], h[:, 7 * N :] = self.slope[i], self.by[i]
        error = np.diag([ERROR[0], ERROR[1], ERROR[1], ERROR[3]]) ** 2
        gain = self.cov @ h.T @ np.linalg.inv(h @ self.cov @ h.T + error)
        self.mean = self.mean + gain @ (y - h @ self.mean)
        self.cov = self.cov - gain @ h @ self.cov

    def expected(self, i, x, cov):
        slope = np.repeat(self.slope[i][None], len(x), axis=0)
        seen = np.einsum("nab,nb->na", slope, x)
        return Expected(
            seen[:, 0].copy(), seen[:, 3].copy(),
            np.repeat(self.basis[i][None], len(x), axis=0), slope,
            slope @ cov @ slope.transpose(0, 2, 1), np.zeros((len(x), 3)), np.zeros(3),
        )  # fmt: skip

    def looks(self, i, x, ys, mean):
        """Looks of things 0, 1 ..., less the believed biases, told by what is expected of x."""
        looks = no_looks(len(ys))
        for k, y in enumerate(ys):
            straight = y - self.by[i] @ mean
            off = straight - self.slope[i] @ x[k]
            looks.distance[k], looks.rate[k] = straight[0], straight[3]
            looks.u_los[k] = self.basis[i].T @ [1.0, off[1], off[2]]
        looks.run[:] = 0
        looks.sigma_angle[:], looks.sigma_distance[:] = ERROR[1], ERROR[0]
        looks.sigma_rate[:] = ERROR[3]
        return looks


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_is_the_filter_of_everything_at_once(seed):
    world = Linear(seed)
    x, cov = np.zeros((N, 7)), np.repeat(np.diag(SCALE**2)[None], N, axis=0)
    lean, place, which = np.zeros((N, 7, K)), np.zeros(N, np.int64), np.arange(N)
    biases = Biases(np.zeros((1, K)), np.diag(SIGMA**2)[None].copy())
    for turn in range(30):
        i = turn % 2
        ys = [world.measure(i, thing) for thing in range(N)]
        for thing, y in enumerate(ys):
            world.update_all(i, thing, y)
        mount, pairs = world.mounts[i], (which, which)
        expected = world.expected(i, x, cov)
        looks = world.looks(i, x, ys, biases.mean[0])
        reach = reaches(expected, lean, mount, 3 * i)
        assert reach[0] == pytest.approx(world.slope[i] @ lean[0] + world.by[i])
        moved = learn(expected, looks, pairs, reach, place, biases, NEVER)
        x += lean @ moved[0]
        expected = world.expected(i, x, cov)
        looks = world.looks(i, x, ys, biases.mean[0])
        before = cov.copy()
        update_pairs(x, cov, expected, looks, which, which, NEVER)
        for j in range(N):
            covs = (before[j], cov[j])
            lean_back(lean[j], covs, (expected, j), (looks, j), reach[j], 7, new_sparse(K))
        whole = with_biases(cov, lean, place, biases)
        size = np.sqrt(np.diag(world.cov))
        wanted = [world.cov[7 * k : 7 * k + 7, 7 * k : 7 * k + 7] for k in range(N)]
        assert biases.mean[0] / SIGMA == pytest.approx(world.mean[7 * N :] / SIGMA, abs=1e-7)
        outer = np.outer(size[7 * N :], size[7 * N :])
        assert biases.cov[0] / outer == pytest.approx(world.cov[7 * N :, 7 * N :] / outer, abs=1e-6)
        assert x.ravel() / size[: 7 * N] == pytest.approx(
            world.mean[: 7 * N] / size[: 7 * N], abs=1e-6
        )
        outer = np.outer(size[:7], size[:7])
        assert whole[0] / outer == pytest.approx(wanted[0] / outer, abs=1e-6)
    assert without_biases(whole, lean, place, biases) == pytest.approx(cov, rel=1e-9, abs=1e-9)
    assert (np.diag(biases.cov[0]) < 0.5 * SIGMA**2).any()  # something was learned


def test_a_look_too_far_off_teaches_nothing():
    world = Linear(4)
    x, cov = np.zeros((1, 7)), np.diag(SCALE**2)[None]
    biases = Biases(np.zeros((1, K)), np.diag(SIGMA**2)[None].copy())
    one, lean = np.zeros(1, np.int64), np.zeros((1, 7, K))
    expected = world.expected(0, x, cov)
    for far, is_taken in ((1.0, True), (1000.0, False)):
        looks = world.looks(0, x, [far * ERROR], biases.mean[0])
        before = biases.cov.copy()
        reach = reaches(expected, lean, world.mounts[0], 0)
        moved = learn(expected, looks, (one, one), reach, one, biases, (4.0,) * 4)
        assert moved.any() == is_taken
        assert (biases.cov != before).any() == is_taken


def test_leans_are_carried_as_states_are():
    noise = (Noise(0.0, 0.0, 0.0, 0.0, 0.0), LevelNoise(0.0, 0.0, 20.0, 1.0, 0.0))
    s = np.array([6.7e6, 1e5, 2e5, -500.0, 6000.0, 2500.0, 8.5])
    lean = (
        np.random.default_rng(5).normal(size=(1, 7, 2))
        * np.array([900.0, 900.0, 900.0, 2.0, 2.0, 2.0, 0.0])[:, None]
    )
    found, both, work = lean.copy(), np.arange(2), new_work()
    carry_lean(found[0], both, s.copy(), 90.0, (False, False), noise[1], work)
    for b in range(2):
        ends = [
            predict_many(
                np.zeros(1), (s + sign * lean[0, :, b])[None], np.zeros((1, 7, 7)),
                np.zeros(1, bool), np.zeros(1), 90.0, noise[0],
            )[0][0]
            for sign in (0.5, -0.5)
        ]  # fmt: skip
        moved = ends[0] - ends[1]
        assert found[0, :3, b] == pytest.approx(moved[:3], abs=2e-3 * np.abs(moved[:3]).max())
        assert found[0, 3:6, b] == pytest.approx(moved[3:6], abs=5e-3 * np.abs(moved[3:6]).max())
    level = lean.copy()
    carry_lean(level[0], both, s.copy(), 10.0, (False, True), noise[1], work)
    assert level[0, :3] == pytest.approx(lean[0, :3] + 10.0 * lean[0, 3:6], abs=25.0)


@pytest.mark.parametrize("is_level", [False, True])
def test_leans_of_what_turns_are_carried_as_states_are(is_level):
    quiet = Noise(0.0, 0.0, 0.0, 0.0, 0.0), LevelNoise(0.0, 0.0, 20.0, 1.0, 0.0)
    lift = Lift(lasts=10.0, longest=0.25, share=0.6)
    s = np.array([6.39e6, 1e5, 2e5, -50.0, 600.0, 250.0, 8.5, 20.0, 10.0, 15.0])
    sizes = np.array([90.0, 90.0, 90.0, 2.0, 2.0, 2.0, 0.0, 1.0, 1.0, 1.0])
    lean = np.random.default_rng(5).normal(size=(1, 10, 2)) * sizes[:, None]
    found, own = lean.copy(), (quiet[1], lift)
    carry_turning_lean(found[0], np.arange(2), s.copy(), 4.0, is_level, own, new_turn())
    for b in range(2):
        ends = []
        for sign in (0.5, -0.5):
            end = s + sign * lean[0, :, b]
            carry_turning(end, np.zeros((10, 10)), 4.0, is_level, 0.0, (*quiet, lift), new_turn())
            ends.append(end)
        moved = ends[0] - ends[1]
        for part, slack in ((slice(0, 3), 5e-3), (slice(3, 6), 5e-2), (slice(7, 10), 1e-9)):
            size = np.abs(moved[part]).max()
            assert found[0, part, b] == pytest.approx(moved[part], abs=slack * size)


def test_a_place_leans_against_what_is_added_to_its_look():
    r = np.array([6.378e6, 0.0, 1e3])
    mount, u = radar_mount(r), np.array([[0.6, 0.64, 0.48]])
    lean = first_leans(mount, u, np.array([1e5]), 3, K)
    assert lean[0, :3, 3] == pytest.approx(-u[0])
    assert np.linalg.norm(lean[0, :3, 5]) == pytest.approx(1e5)
    assert not lean[0, :3, :3].any()
    assert not first_leans(mount, u, np.array([1e5]), ALIGNED, K).any()


def test_a_crossing_leans_on_the_satellites_that_made_it():
    places = np.array([[4.2e7, 0.0, 0.0], [3e7, 2.9e7, 0.0], [3e7, -2e7, 2e7]])
    thing = np.array([6.5e6, 1e5, 3e5])

    def look_at(bias):
        looks = no_looks(3)
        away = thing - places
        looks.u_los[:] = away / np.linalg.norm(away, axis=1)[:, None]
        looks.u_los[0] += np.cross(bias, looks.u_los[0])
        looks.sigma_angle[:] = 2e-5
        return looks

    satellite, plume = np.arange(3), np.ones(3, bool)
    columns = np.array([0, 3, ALIGNED])
    bias = np.array([2e-5, -1e-5, 3e-5])
    first = crossings(places, satellite, plume, look_at(np.zeros(3)))
    moved = crossings(places, satellite, plume, look_at(bias))
    looks = look_at(np.zeros(3))
    cov, lean = crossing_leans((looks, satellite, places), first.group, first.place, columns, K)
    assert cov == pytest.approx(first.cov, rel=1e-3)
    wanted = moved.place[0] - first.place[0]
    # what a bias adds to looks moves the place; the lean is how the truth lies if it was added
    assert -lean[0, :, :3] @ bias == pytest.approx(wanted, abs=0.02 * np.linalg.norm(wanted))
