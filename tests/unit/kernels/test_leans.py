"""Leans on many biases, of which few are not 0: the same as plain matrices of all of them."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.kernels.leans import Voices, carried, doubt_banks, move_rows, spoken
from opendome.kernels.misalignment import SATELLITE
from opendome.kernels.mixing import new_blend, weigh_changes
from opendome.kernels.registration import Biases, leaning, learn, reaches
from opendome.kernels.rows import FALLS, LEVEL, N_MODELS, N_STATES, TURNS, n_states
from opendome.tracks.base import sure
from opendome.tracks.imm import MOTION
from tests.unit.kernels.test_registration import ERROR, NEVER, Linear

N, K = 4, 12
CHANCE = np.array([[1.0, 0.0, 0.0], [0.5, 0.3, 0.2], [0.0, 0.6, 0.4], [0.0, 1.0, 0.0]])
MODEL = np.array([FALLS, FALLS, LEVEL, LEVEL])
SEEN = ([0, 1, 2], [3, 4, 5, 9, 10, 11], [6, 7, 8], [])  # biases that each leans on
PLACE = np.array([0, 0, 1, 1])


def world():
    """Four rows of two runs: what speaks for them, their leans, and biases that hang together."""
    rng = np.random.default_rng(1)
    lean = np.zeros((N, N_MODELS, N_STATES, K))
    for i, seen in enumerate(SEEN):
        lean[i][:, :, seen] = rng.normal(size=(N_MODELS, N_STATES, len(seen)))
    lean[:, :TURNS, 7:] = 0.0
    root = rng.normal(size=(2, K, K))
    return rng, lean, Biases(np.zeros((2, K)), root @ root.transpose(0, 2, 1))


def told_by(lean):
    """Leans of what speaks."""
    part = CHANCE[:, TURNS] / (CHANCE[:, TURNS] + CHANCE[np.arange(N), MODEL])
    part = part[:, None, None]
    return (1.0 - part) * lean[np.arange(N), MODEL, :7] + part * lean[:, TURNS, :7]


def test_only_what_is_leant_on_is_found():
    _, lean, _ = world()
    columns = np.empty(K, np.int64)
    for i, seen in enumerate(SEEN):
        assert columns[: leaning(lean[i, 0], 0, 7, columns)].tolist() == seen
    assert leaning(lean[1, FALLS], 7, N_STATES, columns) == 0


def test_a_model_and_its_turns_speak_together():
    _, lean, _ = world()
    assert spoken(Voices(CHANCE, MODEL), lean) == pytest.approx(told_by(lean))


def test_doubt_of_biases_widens_what_speaks_and_every_open_model():
    _, lean, biases = world()
    covs = np.zeros((N, 7, 7)), np.zeros((N, N_MODELS, N_STATES, N_STATES))
    doubt_banks(Voices(CHANCE, MODEL), lean, covs, PLACE, biases)
    told = told_by(lean)
    for i in range(N):
        known = biases.cov[PLACE[i]]
        assert covs[0][i] == pytest.approx(told[i] @ known @ told[i].T)
        for m in range(N_MODELS):
            own, n = lean[i, m, : n_states(m)], n_states(m)
            is_open = CHANCE[i, m] > 0.0 and (CHANCE[i] > 0.0).sum() > 1
            wanted = own @ known @ own.T if is_open else np.zeros((n, n))
            assert covs[1][i, m, :n, :n] == pytest.approx(wanted)


def test_rows_move_with_biases_and_those_of_other_runs_stay():
    rng, lean, _ = world()
    x, bank_x = rng.normal(size=(N, 7)), rng.normal(size=(N, N_MODELS, N_STATES))
    old, old_bank, moved = x.copy(), bank_x.copy(), np.zeros((2, K))
    moved[0] = rng.normal(size=K)
    move_rows(Voices(CHANCE, MODEL), lean, (x, bank_x), moved, PLACE)
    assert x == pytest.approx(old + np.einsum("nab,nb->na", told_by(lean), moved[PLACE]))
    step = np.einsum("nmab,nb->nma", lean, moved[PLACE])
    is_open = CHANCE > 0.0
    assert bank_x[is_open] == pytest.approx((old_bank + step)[is_open])
    assert (bank_x[2:] == old_bank[2:]).all()


def test_leans_are_mixed_as_models_are_and_closed_models_have_none():
    _, lean, _ = world()
    x = np.tile([6.39e6, 1e5, 2e5, -50.0, 600.0, 250.0, 8.5], (N, 1))
    b = sure(np.zeros(N), x, np.zeros((N, 7, 7)), np.zeros(N, bool), np.zeros(N))
    b = b._replace(model=MODEL, chance=CHANCE)
    b.bank_x[:, :, :7] = x[:, None]
    here = carried(b, lean, np.arange(N), 0.0, MOTION)
    is_open = CHANCE > 0.0
    assert here[is_open] == pytest.approx(lean[is_open])
    assert not here[~is_open].any()
    soon = carried(b, lean, np.arange(1, 3), 2.0, MOTION)
    assert not soon[0][..., SEEN[0] + SEEN[2]].any()
    assert not soon[1][..., SEEN[0] + SEEN[1]].any()
    blend = new_blend()
    weigh_changes(CHANCE[1], MODEL[1], 2.0, MOTION.chain, blend)
    assert 0.9 < blend.weight[LEVEL, LEVEL] < 1.0
    # drag stays what it was, so that of it only the mixing is seen
    assert soon[0, :, 6] == pytest.approx(blend.weight @ lean[1, :, 6])


def test_a_bias_that_no_look_hangs_on_learns_nothing():
    world = Linear(5)
    x, cov = np.zeros((1, 7)), np.eye(7)[None]
    cross = np.eye(K)
    cross[0, 9] = cross[9, 0] = 0.5  # what the look hangs on, and another sensor's
    biases = Biases(np.zeros((1, K)), cross[None].copy())
    expected, one = world.expected(0, x, cov), np.zeros(1, np.int64)
    reach = reaches(expected, np.zeros((1, 7, K)), SATELLITE, 0)
    looks = world.looks(0, x, [ERROR], np.zeros(6))
    before = biases.cov[0].copy()
    moved = learn(expected, looks, (one, one), reach, one, biases, NEVER)[0]
    h, s = reach[0], world.slope[0] @ world.slope[0].T
    error = np.diag([ERROR[0], ERROR[1], ERROR[1], ERROR[3]]) ** 2
    gain = before @ h.T @ np.linalg.inv(h @ before @ h.T + s + error)
    assert biases.cov[0] == pytest.approx(before - gain @ h @ before, abs=1e-9)
    assert not moved[[3, 4, 5, 6, 7, 8, 10, 11]].any()
    assert moved[9] != 0.0
    assert biases.cov[0, 9, 9] < before[9, 9]
