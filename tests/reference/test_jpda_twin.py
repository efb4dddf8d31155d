"""Association by chance in the picture of scenarios: against the book, brute force, plain NumPy.

And against the linear tracker, where both can be given the same scene.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.kernels.alternatives import mix_stories
from opendome.kernels.chances import SURE, Prospect, leading, p_missed, share_out, stories
from opendome.kernels.existence import ExistenceRules, see, update_existing
from opendome.kernels.kalman import expect_many
from opendome.kernels.linear import LinearModel
from opendome.kernels.linear_scan import Store
from opendome.kernels.looks import Looks
from opendome.kernels.marginals import Weighted
from opendome.kernels.odds import Doubt, odds_after_hit, odds_after_miss
from opendome.kernels.rows import N_MODELS, N_STATES, TURNS, take_beliefs
from opendome.tracks.associate import GATES, Gnn
from opendome.tracks.base import CONFIRMED, TENTATIVE, Association, sure
from opendome.tracks.imm import Imm
from opendome.tracks.jpda import Jpda
from opendome.tracks.kalman import Ekf
from opendome.tracks.take_up import each_alone, take_up
from tests.reference.test_bank_twin import SENSOR, assert_same, beliefs_of, looks_near
from tests.reference.test_marginals_twin import every_event, likeliest_events

FAR = 1e6  # m, from the sensor: there lines of sight are parallel
CERTAIN = 50.0  # odds of what surely is a thing
ORIGIN = np.array([6378e3, 0.0, 0.0])


def burning(places, cov):
    """Rows at places (n, 3) near one far off, whose drag no look moves."""
    n = len(places)
    x, full = np.zeros((n, 7)), np.zeros((n, 7, 7))
    x[:, :3] = ORIGIN + [FAR, 0.0, 0.0] + places
    x[:, 6], full[:, 6, 6] = 30.0, 1.0
    full[:, :6, :6] = cov
    return sure(np.zeros(n), x, full, np.ones(n, bool), np.zeros(n))


def looks_at(places, sigma):
    """Distances and directions of places (m, 3) about the same point, ordered by distance."""
    away = np.array([FAR, 0.0, 0.0]) + places
    distance = np.linalg.norm(away, axis=1)
    order, nan = np.argsort(distance), np.full(len(away), np.nan)
    return Looks(
        np.zeros(len(away), np.int64), (away / distance[:, None])[order],
        np.full(len(away), sigma / FAR), distance[order], np.full(len(away), sigma), nan, nan,
        np.full(len(away), 20.0),
    )  # fmt: skip


def prospect_of(n, p_detect, odds, density):
    """With a density of strange looks per cubic metre at that place; a fifth of them new things."""
    strange = math.log(density * FAR**2)
    doubt = Doubt(0.0, strange + math.log(0.8), strange)
    return Prospect(np.full(n, p_detect), np.full(n, odds), doubt)


def spread_cov():
    cov = np.diag([900.0, 1600.0, 900.0, 25.0, 25.0, 36.0])
    cov[:3, 3:] = np.diag([90.0, -60.0, 30.0])
    cov[3:, :3] = cov[:3, 3:].T
    return cov


def test_bar_shalom_fortmann_one_track_two_looks_and_clutter():
    """The probabilistic data association filter of the book.

    Bar-Shalom and Fortmann, *Tracking and Data Association* (1988), section 6.4, parametric: with
    b = lambda |2 pi S|^(1/2) (1 - P_D P_G) / P_D and e_i = exp(-d_i^2 / 2) the chances are b and
    e_i over their sum.
    """
    p_detect, density, error = 0.8, 1e-6, 20.0**2 * np.eye(3)
    rows, part = burning(np.zeros((1, 3)), spread_cov()), Ekf()
    looks = looks_at(np.array([[25.0, -30.0, 10.0], [-40.0, 20.0, 35.0]]), 20.0)
    expected = part.expect(rows, ORIGIN)
    prospect = prospect_of(1, p_detect, CERTAIN, density)
    found = Jpda().associate(
        np.zeros(1, np.int64), expected, looks, np.full(1, CONFIRMED), prospect
    )
    h = expected.slope[0, :3].copy()
    h[1:] *= FAR  # to metres across
    p, s = rows.cov[0].copy(), h @ rows.cov[0] @ h.T + error
    nu = np.stack([looks.distance - expected.distance[0],
                   *(FAR * expected.basis[0, 1:] @ looks.u_los.T)], axis=1)  # fmt: skip
    e = np.exp(-0.5 * np.einsum("ij,jk,ik->i", nu, np.linalg.inv(s), nu))
    b = density * math.sqrt(np.linalg.det(2.0 * np.pi * s)) * (1.0 - p_detect) / p_detect
    beta, beta_none = e / (b + e.sum()), b / (b + e.sum())
    assert found.shares.chance == pytest.approx(beta, rel=1e-4)
    assert 0.05 < beta_none < 0.5
    gain = p @ h.T @ np.linalg.inv(s)
    mean = beta @ nu
    spread = np.einsum("i,ij,ik->jk", beta, nu, nu) - np.outer(mean, mean)
    seen = p - gain @ s @ gain.T
    want = beta_none * p + (1.0 - beta_none) * seen + gain @ spread @ gain.T
    x = rows.x[0] + gain @ mean
    take_up(part, rows, expected, looks, found)
    size = np.sqrt(np.diag(want))
    assert rows.x[0] / size == pytest.approx(x / size, abs=1e-3)
    outer = np.outer(size, size)
    assert rows.cov[0] / outer == pytest.approx(want / outer, abs=1e-3)


def weighed(run, expected, looks, rank, prospect):
    """Weights of all pairs in gates, and of none, by plain linear algebra."""
    p, strange = np.clip(prospect.p_detect, 0.05, SURE), math.exp(prospect.doubt.strange)
    r = 1.0 / (1.0 + np.exp(-prospect.odds))
    start, look, weight = [0], [], []
    for i in range(len(run)):
        for j in range(len(looks.run)):
            z = np.array([looks.distance[j] - expected.distance[i],
                          *(expected.basis[i, 1:] @ looks.u_los[j])])  # fmt: skip
            error = np.diag([looks.sigma_distance[j] ** 2 + expected.curve[i, 0],
                             *[looks.sigma_angle[j] ** 2] * 2])  # fmt: skip
            s = expected.cov[i, :3, :3] + error
            d2 = z @ np.linalg.solve(s, z)
            if d2 <= GATES[rank[i], 3]:
                g = math.exp(-0.5 * d2) / math.sqrt(np.linalg.det(2.0 * np.pi * s))
                look.append(j)
                weight.append(r[i] * p[i] * g / strange)
        start.append(len(look))
    parts = np.array(start), np.array(look, np.int64), np.array(weight)
    return Weighted(*parts, 1.0 - r * p), r * (1.0 - p) / (1.0 - r * p)


@pytest.mark.parametrize(("spread", "sigma"), [(15.0, 20.0), (60.0, 2.0)])
@pytest.mark.parametrize("seed", range(12))
def test_chances_and_existence_are_those_of_all_joint_events(seed, spread, sigma):
    """Of looks that are told apart, the likeliest order of the same sets moves the rows."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(2, 5), rng.integers(2, 6)
    rows = burning(rng.normal(0, 50, (n, 3)), spread_cov())
    looks = looks_at(rng.normal(0, spread, (m, 3)), sigma)
    prospect = prospect_of(n, 0.0, 0.0, 2e-7)
    prospect.p_detect[:], prospect.odds[:] = rng.uniform(0.1, 1.0, n), rng.normal(1.0, 2.0, n)
    expected, run = expect_many(rows.x, rows.cov, ORIGIN), np.zeros(n, np.int64)
    rank = np.where(rng.random(n) < 0.5, CONFIRMED, TENTATIVE)
    shares = share_out(run, expected, looks, rank, GATES, prospect)
    problem, is_there = weighed(run, expected, looks, rank, prospect)
    assert shares.look.tolist() == problem.look.tolist()
    assert len(shares.row) > 2
    pair, none = every_event(problem)
    hit, taken = np.zeros(n), np.zeros(m)
    np.add.at(hit, shares.row, pair)
    np.add.at(taken, shares.look, pair)
    exists = hit + none * is_there
    assert shares.hit == pytest.approx(hit, abs=1e-9)
    assert shares.left == pytest.approx(1.0 - taken, abs=1e-9)
    if sigma < spread:
        pair, none = likeliest_events(problem)
    seen = np.zeros(n)
    np.add.at(seen, shares.row, pair)
    chance = pair / (seen + none * is_there)[shares.row]
    assert shares.chance == pytest.approx(chance, abs=1e-3)  # what is in no doubt is left aside
    gated = np.isfinite(shares.gain)
    after = np.log(exists / (1.0 - exists))
    assert (prospect.odds + shares.gain)[gated] == pytest.approx(after[gated], abs=1e-9)
    # what is noted of hits and misses moves the odds by as much
    row, _, fit = leading(shares, prospect)
    for i, f in zip(row, fit, strict=True):
        noted = odds_after_hit(prospect.odds[i], prospect.p_detect[i], f, prospect.doubt.clutter)
        assert noted == pytest.approx(min(after[i], math.log(99.0)), abs=1e-9)
    missed = p_missed(shares, prospect.p_detect)
    for i in np.flatnonzero(gated & (shares.hit <= 0.5) & (shares.gain < 0.0)):
        assert odds_after_miss(prospect.odds[i], missed[i]) <= prospect.odds[i]
        if missed[i] < prospect.p_detect[i]:
            noted = odds_after_miss(prospect.odds[i], missed[i])
            assert noted == pytest.approx(after[i], abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_the_linear_tracker_says_the_same(seed):
    """The same rows and looks, in a frame where looks measure places."""
    rng, n, p_detect, density, odds = np.random.default_rng(seed), 4, 0.9, 3e-7, 2.0
    along = 280.0 * np.arange(n)[:, None] * [0.0, 0.6, 0.8]  # each shares one look with the next
    places, heard = along + rng.normal(0, 15, (n, 3)), along + [0.0, 84.0, 112.0]
    heard += rng.normal(0, 15, (n, 3))
    rows, looks = burning(places, spread_cov()), looks_at(heard, 20.0)
    expected = Ekf().expect(rows, ORIGIN)
    prospect = prospect_of(n, p_detect, odds, density)
    run, rank = np.zeros(n, np.int64), np.full(n, CONFIRMED)
    found = Jpda().associate(run, expected, looks, rank, prospect)
    model = LinearModel(np.eye(6), np.zeros((6, 6)), np.arange(3), 400.0 * np.eye(3))
    x = np.zeros((n, 6))
    x[:, :3] = places
    store = Store(
        np.arange(n), x, np.repeat(spread_cov()[None], n, axis=0), np.ones(n, np.int64),
        np.zeros(n, np.int64), np.ones(n, bool), np.full(n, 1.0 / (1.0 + math.exp(-odds))),
    )  # fmt: skip
    rules = ExistenceRules(
        gate=30.0, p_gate=1.0, p_detect=p_detect, p_survive=1.0, clutter=0.8 * density,
        birth=0.2 * density, show=0.95, hide=0.5, drop=0.01, cap=1e12, capped=np.arange(3),
        firm=2.0, most_near=16, most_shared=12,
    )  # fmt: skip
    scene = see(store, n, heard, model, rules)
    assert len(scene.near.look) == len(found.shares.look) == 2 * n - 1
    update_existing(store, scene, np.zeros(n, bool), heard, model, rules)
    gain = np.log(store.existence / (1.0 - store.existence)) - odds
    assert found.shares.gain == pytest.approx(gain, abs=2e-2)
    take_up(Ekf(), rows, expected, looks, found)
    assert rows.x[:, :3] - ORIGIN - [FAR, 0, 0] == pytest.approx(store.x[:, :3], abs=0.1)
    assert rows.x[:, 3:6] == pytest.approx(store.x[:, 3:], abs=0.02)
    for a, b in zip(rows.cov[:, :6, :6], store.cov, strict=True):
        size = np.sqrt(np.diag(b))
        assert a / np.outer(size, size) == pytest.approx(b / np.outer(size, size), abs=5e-3)


def test_neighbours_do_not_draw_each_other_into_one_place():
    """Two rows, 40 m apart and each unsure by 40 m, and a sharp look of each, again and again."""
    part, places = Ekf(), np.array([[0.0, -20.0, 0.0], [0.0, 20.0, 0.0]])
    run, rank, rng = np.zeros(2, np.int64), np.full(2, CONFIRMED), np.random.default_rng(4)
    rows, prospect = burning(places, spread_cov()), prospect_of(2, 0.95, 4.0, 1e-9)
    drawn = 0
    for _ in range(12):
        rows.cov[:, :3, :3] = 1600.0 * np.eye(3)
        looks = looks_at(places + rng.normal(0, 5.0, (2, 3)), 5.0)
        expected = part.expect(rows, ORIGIN)
        found = Jpda().associate(run, expected, looks, rank, prospect)
        plain = np.array([every_event(weighed(run, expected, looks, rank, prospect)[0])[0]])
        drawn += plain.max() < 0.8  # what is kept of all orders alike
        take_up(part, rows, expected, looks, found)
        apart = rows.x[1, :3] - rows.x[0, :3]
        assert abs(apart[1]) > 25.0
    assert drawn > 6


def errors_of_neighbours(associator, gap, n_looks, n_trials=60):
    """Mean NEES (place) of two rows that near neighbours are looked at for, in the better order."""
    part, places = Ekf(), np.array([[0.0, -0.5 * gap, 0.0], [0.0, 0.5 * gap, 0.0]])
    run, rank, rng = np.zeros(2, np.int64), np.full(2, CONFIRMED), np.random.default_rng(4)
    prospect, found = prospect_of(2, 0.95, 4.0, 1e-9), []
    for _ in range(n_trials):
        rows = burning(places + rng.normal(0, 40.0, (2, 3)), spread_cov())
        rows.cov[:, :3, :3] = 1600.0 * np.eye(3)
        for _ in range(n_looks):
            looks = looks_at(places + rng.normal(0, 20.0, (2, 3)), 20.0)
            expected = part.expect(rows, ORIGIN)
            pairs = associator.associate(run, expected, looks, rank, prospect)
            take_up(part, rows, expected, looks, pairs)
        orders = []
        for order in ([0, 1], [1, 0]):
            off = rows.x[:, :3] - ORIGIN - [FAR, 0, 0] - places[order]
            each = [e @ np.linalg.solve(p[:3, :3], e) for e, p in zip(off, rows.cov, strict=True)]
            orders.append(np.mean(each))
        found.append(min(orders))
    return float(np.mean(found))


def test_neighbours_that_cannot_be_told_apart_are_as_doubtful_as_they_say():
    """Of the nearest looks one row takes all that lie outwards, and is sure of what is not so."""
    assert errors_of_neighbours(Jpda(), 15.0, 40) < 4.5
    assert errors_of_neighbours(Gnn(), 15.0, 40) > 9.0
    assert errors_of_neighbours(Jpda(), 200.0, 12) == pytest.approx(3.0, abs=0.7)


def mixed(told, weight):
    """Beliefs (stories of one row each) as one, in NumPy: by model, with the model's own chance."""
    level = sum(w for w, model in zip(weight, told.model, strict=True) if model == 1)
    base = 1 if level > 0.5 else 0
    for h in range(len(weight)):
        if (told.chance[h] > 0).sum() == 1:
            m = told.model[h]
            told.bank_x[h, m, :7], told.bank_cov[h, m, :7, :7] = told.x[h], told.cov[h]
            told.bank_agility[h, m] = told.agility[h]
        if told.model[h] != base:
            told.chance[h, told.model[h]] += told.chance[h, TURNS]
            told.chance[h, TURNS] = 0.0
    share = weight[:, None] * told.chance
    chance = share.sum(axis=0)
    share = share / np.where(chance > 0, chance, 1.0)
    x = np.einsum("hm,hma->ma", share, np.where(share[..., None] > 0, told.bank_x, 0.0))
    off = np.where(share[..., None] > 0, told.bank_x - x, 0.0)
    cov = np.where(share[..., None, None] > 0, told.bank_cov, 0.0)
    cov = np.einsum("hm,hmab->mab", share, cov) + np.einsum("hm,hma,hmb->mab", share, off, off)
    agility = np.einsum("hm,hm->m", share, np.where(share > 0, told.bank_agility, 0.0))
    own = chance * (np.arange(N_MODELS) == base) + chance * (np.arange(N_MODELS) == TURNS)
    own /= own.sum()
    mean = own @ x[:, :7]
    off = x[:, :7] - mean
    spoken = np.einsum("m,mab->ab", own, cov[:, :7, :7]) + np.einsum("m,ma,mb->ab", own, off, off)
    return base, chance, x, cov, agility, mean, spoken


@pytest.mark.parametrize("seed", range(4))
def test_models_are_mixed_each_with_its_own_likelihood(seed):
    """Rows of every sort, three looks each: what the filter of models says of each look, mixed."""
    rng, n, part = np.random.default_rng(seed), 30, Imm()
    b = part.predict(beliefs_of(n, seed), np.arange(n), 2.0)
    expected = part.expect(b, SENSOR)
    three = [looks_near(b, 50 + 3 * seed + k) for k in range(3)]
    looks = Looks(*[np.concatenate(column) for column in zip(*three, strict=True)])
    weight = rng.dirichlet(np.ones(4), n)
    told = stories_of(n, weight)
    each, theirs, pairs = each_alone(b, expected, told)
    part.update(each, theirs, looks, pairs)
    asked, mine = take_beliefs(b, np.arange(n)), take_beliefs(each, np.arange(4 * n))
    for i in range(n):
        own = take_beliefs(mine, np.arange(4 * i, 4 * i + 4))
        base, chance, x, cov, agility, mean, spoken = mixed(own, weight[i])
        asked.model[i], asked.chance[i], asked.bank_x[i], asked.bank_cov[i] = base, chance, x, cov
        asked.bank_agility[i], asked.x[i], asked.cov[i] = agility, mean, spoken
        asked.agility[i] = agility[base]
    lean = np.zeros((n, N_MODELS, N_STATES, 0)), np.zeros((4 * n, N_MODELS, N_STATES, 0))
    mix_stories(b, lean[0], told.doubted, (each, lean[1]), told.start, told.weight)
    assert_same(b, asked)
    assert len(np.unique((b.chance > 0).sum(axis=1))) > 1


def stories_of(n, weight):
    """Three looks and none of each row, weighed."""
    every = stories(share_out(
        np.zeros(0, np.int64), expect_many(np.zeros((0, 7)), np.zeros((0, 7, 7)), SENSOR),
        looks_at(np.zeros((0, 3)), 1.0), np.zeros(0, np.int64), GATES,
        prospect_of(0, 0.5, 0.0, 1e-7),
    ))  # fmt: skip
    of_look = np.stack([np.full(n, -1), *(np.arange(n) + k * n for k in range(3))], axis=1)
    return every._replace(
        doubted=np.arange(n), start=4 * np.arange(n + 1), of_look=of_look.ravel(),
        weight=weight.ravel(),
    )  # fmt: skip


def test_a_look_that_nothing_else_explains_moves_a_row_as_ever():
    """One track, one look, no other: chances are 1, and the filter's own update is all there is."""
    rows, part = burning(np.zeros((1, 3)), spread_cov()), Ekf()
    looks = looks_at(np.array([[25.0, -30.0, 10.0]]), 20.0)
    expected, one = part.expect(rows, ORIGIN), np.zeros(1, np.int64)
    prospect = prospect_of(1, 0.95, 4.0, 1e-14)
    found = Jpda().associate(one, expected, looks, np.full(1, CONFIRMED), prospect)
    plain = take_beliefs(rows, one)
    take_up(part, rows, expected, looks, found)
    part.update(plain, expected, looks, Association(one, one, np.ones(1)))
    assert rows.x.tobytes() == plain.x.tobytes()
    assert rows.cov.tobytes() == plain.cov.tobytes()


def test_leans_follow_the_mixture():
    """Moved along its leans, each story moves; so does what they are mixed into, by its own."""
    rng, n, k = np.random.default_rng(3), 6, 4
    weight, told = rng.dirichlet(np.ones(4), n), None
    told = stories_of(n, weight)
    b = Imm().predict(beliefs_of(n, 5), np.arange(n), 2.0)
    each = take_beliefs(b, np.repeat(np.arange(n), 4))
    for h in range(4 * n):
        if (each.chance[h] > 0).sum() == 1:
            m = each.model[h]
            each.bank_x[h, m, :7], each.bank_cov[h, m, :7, :7] = each.x[h], each.cov[h]
    each.bank_x[:] += rng.normal(0, 30, each.bank_x.shape)
    each.x[:] = each.bank_x[np.arange(4 * n), each.model, :7]
    leans = rng.normal(0, 10, (4 * n, N_MODELS, N_STATES, k))
    step, ends = rng.normal(0, 1, k), []
    for way in (0.0, 1.0):
        moved = take_beliefs(each, np.arange(4 * n))
        moved.bank_x[:] += way * np.einsum("hmab,b->hma", leans, step)
        alone = np.flatnonzero((each.chance > 0).sum(axis=1) == 1)
        moved.bank_x[alone] = each.bank_x[alone] + way * np.einsum(
            "hmab,b->hma", leans[alone], step
        )
        moved.x[alone] = moved.bank_x[alone, each.model[alone], :7]
        out, lean = take_beliefs(b, np.arange(n)), np.zeros((n, N_MODELS, N_STATES, k))
        mix_stories(out, lean, told.doubted, (moved, leans), told.start, told.weight)
        ends.append((out, lean))
    (first, lean), (second, same) = ends
    assert lean == pytest.approx(same)
    is_open = first.chance > 0
    several = is_open.sum(axis=1) > 1
    assert several.any()
    assert not several.all()
    want = np.einsum("nmab,b->nma", lean, step)
    for i in range(n):
        for m in np.flatnonzero(is_open[i]):
            size = N_STATES if m == TURNS else 7
            if several[i]:
                moved = second.bank_x[i, m, :size] - first.bank_x[i, m, :size]
            else:
                moved, size = second.x[i] - first.x[i], 7
            assert moved == pytest.approx(want[i, m, :size], abs=1e-6)
