"""Scans of the linear tracker against a plain one: dense algebra, SciPy, all joint events."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from opendome.kernels.linear import gate_linear, new_gain, predict_linear, update_linear
from opendome.kernels.marginals import Weighted
from opendome.tracks.linear import LinearTracker, count_rules
from tests.reference.linear_scenes import P_DETECT, START, scene, step
from tests.reference.test_marginals_twin import every_event

GATE = 16.0


class PlainTracker:
    """The rules in plain Python, a dictionary for each track."""

    def __init__(self, model: Any, clutter: float) -> None:
        self.model, self.clutter = model, clutter
        self.h = np.eye(len(model.transition))[model.measured]
        self.tracks: list[dict[str, Any]] = []

    def scan(self, looks):
        for track in self.tracks:
            f = self.model.transition
            track["x"] = f @ track["x"]
            track["p"] = f @ track["p"] @ f.T + self.model.process
        free = set(range(len(looks)))
        firm = [track for track in self.tracks if track["firm"]]
        loose = [track for track in self.tracks if not track["firm"]]
        (self.by_chance if self.clutter else self.by_nearest)(firm, looks, free)
        self.by_nearest(loose, looks, free)
        for track in loose:
            track["firm"] = track["hits"] >= 3
        self.tracks = [t for t in self.tracks if t["misses"] < (5 if t["firm"] else 2)]
        for j in sorted(free):
            x, p = START.x.copy(), START.cov.copy()
            x += self.h.T @ looks[j]
            p += self.h.T @ self.model.error @ self.h
            self.tracks.append({"x": x, "p": p, "hits": 1, "misses": 0, "firm": False})

    def updated(self, track, z):
        s = self.h @ track["p"] @ self.h.T + self.model.error
        gain = track["p"] @ self.h.T @ np.linalg.inv(s)
        miss = z - self.h @ track["x"]
        distance2 = miss @ np.linalg.solve(s, miss)
        likelihood = np.exp(-distance2 / 2) / np.sqrt(np.linalg.det(2 * np.pi * s))
        return track["x"] + gain @ miss, track["p"] - gain @ s @ gain.T, distance2, likelihood

    def by_nearest(self, tracks, looks, free):
        columns = sorted(free)
        cost = np.full((len(tracks), len(columns) + len(tracks)), 1e9)
        for i, track in enumerate(tracks):
            cost[i, len(columns) + i] = np.sqrt(GATE)
            for c, j in enumerate(columns):
                distance2 = self.updated(track, looks[j])[2]
                if distance2 <= GATE:
                    cost[i, c] = np.sqrt(distance2)
        for i, c in zip(*linear_sum_assignment(cost), strict=True):
            track = tracks[i]
            if c < len(columns):
                track["x"], track["p"] = self.updated(track, looks[columns[c]])[:2]
                track["hits"], track["misses"] = track["hits"] + 1, 0
                free.discard(columns[c])
            else:
                track["misses"] += 1

    def by_chance(self, tracks, looks, free):
        if not tracks:
            return
        start, look, weight = [0], [], []
        for track in tracks:
            for j, z in enumerate(looks):
                *_, distance2, likelihood = self.updated(track, z)
                if distance2 <= GATE:
                    look.append(j)
                    weight.append(P_DETECT * likelihood / self.clutter)
            start.append(len(look))
        problem = Weighted(
            np.array(start), np.array(look), np.array(weight), np.full(len(tracks), 1 - P_DETECT)
        )
        pair, none = every_event(problem)
        for i, track in enumerate(tracks):
            mine = range(start[i], start[i + 1])
            x = np.array([track["x"], *(self.updated(track, looks[look[k]])[0] for k in mine)])
            p = np.array([track["p"], *(self.updated(track, looks[look[k]])[1] for k in mine)])
            w = np.array([none[i], *pair[start[i] : start[i + 1]]])
            mean = w @ x
            apart = x - mean
            track["p"] = np.einsum("n,nab->ab", w, p) + np.einsum("n,na,nb->ab", w, apart, apart)
            track["x"] = mean
            hits = [k for k in mine if pair[k] > none[i]]
            free -= {look[k] for k in hits}
            track["hits"] += bool(hits)
            track["misses"] = 0 if hits else track["misses"] + 1


@pytest.mark.parametrize("is_joint", [False, True], ids=["gnn", "jpda"])
def test_scans_are_those_of_plain_linear_algebra(is_joint):
    looked = scene(5, 4, n_scans=14)
    clutter = looked.clutter if is_joint else 0.0
    plain = PlainTracker(step(1.0), clutter)
    ours = LinearTracker(step, START, count_rules(gate=GATE, clutter=clutter, p_detect=P_DETECT))
    n_compared = 0
    for k, looks in enumerate(looked.looks):
        plain.scan(looks)
        found = ours.scan(float(k), looks)
        firm = [track for track in plain.tracks if track["firm"]]
        assert len(firm) == len(found.id)
        if firm:
            np.testing.assert_allclose(found.x, [t["x"] for t in firm], rtol=0, atol=1e-8)
            np.testing.assert_allclose(found.cov, [t["p"] for t in firm], rtol=1e-9, atol=1e-8)
        n_compared += len(firm)
    assert n_compared > 30


def test_gates_hold_what_all_pairs_would():
    rng = np.random.default_rng(8)
    model = step(1.0)
    for n, m in ((1, 1), (7, 30), (40, 200), (5, 0)):
        x, root = rng.normal(0, 300, (n, 4)), rng.normal(0, 15, (n, 4, 4))
        cov = root @ root.transpose(0, 2, 1)
        z = rng.normal(0, 300, (m, 2))
        near = gate_linear(x, cov, z, model, np.full(n, 9.0), 300)
        for i in range(n):
            s = cov[i][::2, ::2] + model.error
            miss = z - x[i, ::2]
            distance2 = np.einsum("ma,ma->m", miss, np.linalg.solve(s, miss.T).T)
            mine = slice(near.start[i], near.start[i + 1])
            assert sorted(near.look[mine]) == np.flatnonzero(distance2 <= 9.0).tolist()
            np.testing.assert_allclose(near.distance2[mine], distance2[near.look[mine]], rtol=1e-9)
            assert near.log_det[i] == pytest.approx(np.linalg.slogdet(s)[1])


def test_a_full_gate_keeps_the_nearest_and_says_so():
    model, rng = step(1.0), np.random.default_rng(1)
    z = rng.normal(0, 10, (50, 2))
    near = gate_linear(np.zeros((1, 4)), np.eye(4)[None], z, model, np.array([1e6]), 8)
    assert near.n_dropped == 42
    nearest = np.argsort((z**2).sum(axis=1))[:8]
    assert sorted(near.look) == sorted(nearest)


def test_steps_are_the_equations_of_kalman():
    rng, model = np.random.default_rng(9), step(0.7)
    x, root = rng.normal(size=(3, 4)), rng.normal(size=(3, 4, 4))
    cov = root @ root.transpose(0, 2, 1)
    y, p = x.copy(), cov.copy()
    predict_linear(y, p, model)
    np.testing.assert_allclose(y, x @ model.transition.T)
    np.testing.assert_allclose(
        p, model.transition @ cov @ model.transition.T + model.process, atol=1e-12
    )
    plain, z = PlainTracker(model, 0.0), rng.normal(size=2)
    x_plain, p_plain, *_ = plain.updated({"x": y[0], "p": p[0]}, z)
    update_linear(y[0], p[0], z, model, new_gain(4, 2))
    np.testing.assert_allclose(y[0], x_plain, atol=1e-10)
    np.testing.assert_allclose(p[0], p_plain, atol=1e-10)
