"""Promises that every guidance law keeps: it hits, within its limits, the same way each time."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

from opendome.engagements import LAWS
from opendome.kernels.guidance import ENDED, Rounds, homing_command, limit
from opendome.kernels.homing import advance_round, advance_rounds
from tests.unit.kernels.test_guidance import FAR, kinds, one_round, sky_of

pytestmark = pytest.mark.parametrize("law", sorted(LAWS))

TARGET = ((FAR + 4e4, 0.0, 0.0), (0.0, -2000.0, 0.0))
START = ((FAR, 0.0, 0.0), (3000.0, -1960.0, 30.0))  # nearly on a collision course, 13 s to go
SECONDS = 20.0


def begin(law: str) -> Rounds:
    return one_round(*START, *TARGET, LAWS[law])


def fly(law: str, run: int = 0, sigma: float = 0.0, seed: int = 1) -> Rounds:
    rounds = begin(law)
    rounds.run[0] = run
    numbers = kinds(1e6)._replace(sigma_angle=np.array([sigma]))
    advance_round(rounds, 0, SECONDS, numbers, sky_of(*TARGET, SECONDS + 2.0), seed)
    return rounds


def test_codes_differ_and_pickle(law: str):
    assert len(set(LAWS.values())) == len(LAWS)
    assert pickle.loads(pickle.dumps(LAWS))[law] == LAWS[law]


def test_it_hits_what_it_sees_well(law: str):
    rounds = fly(law)
    assert rounds.phase[0] == ENDED
    assert rounds.miss[0] < 0.5
    assert 10.0 < rounds.t_meet[0] < 16.0
    passive = begin(law)
    advance_round(passive, 0, SECONDS, kinds(1e-3), sky_of(*TARGET, SECONDS + 2.0), 1)
    assert passive.miss[0] > 100.0  # it sees nothing, and passes


def test_shapes_and_that_it_asks_across_the_line_of_sight(law: str):
    rounds = begin(law)
    rounds.u[0], rounds.u_rate[0] = (1.0, 0.1, 0.0), (0.0, 1e-3, -2e-3)
    asked = homing_command(rounds, 0, kinds(1e6), (0.0, 0.0, 0.0))
    assert len(asked) == 3
    assert np.isfinite(asked).all()
    assert np.linalg.norm(asked) > 1.0
    assert abs(np.dot(asked, rounds.u[0])) < 1e-9 * np.linalg.norm(asked)


def test_nothing_is_asked_when_it_opens(law: str):
    rounds = begin(law)
    rounds.u[0], rounds.u_rate[0] = (1.0, 0.0, 0.0), (0.0, 1e-2, 0.0)
    rounds.v[0] = (-3000.0, 0.0, 0.0)
    assert homing_command(rounds, 0, kinds(1e6), (0.0, 0.0, 0.0)) == (0.0, 0.0, 0.0)


def test_it_stays_within_what_the_round_can_do(law: str):
    rounds = begin(law)
    numbers = kinds(1e6)
    for _ in range(200):
        given = limit(rounds, 0, numbers, (0.0, 1e6, 0.0), 0.01)
        assert np.linalg.norm(given) <= numbers.max_acceleration[0] * (1.0 + 1e-12)
    assert np.linalg.norm(rounds.a[0]) == pytest.approx(200.0)


def test_same_seed_same_bytes_other_seed_other_noise(law: str):
    a, b = fly(law, 3, 1e-3), fly(law, 3, 1e-3)
    for name in Rounds._fields:
        assert getattr(a, name).tobytes() == getattr(b, name).tobytes(), name
    others = {fly(law, 3, 1e-3, seed=2).miss[0], fly(law, 4, 1e-3).miss[0], a.miss[0]}
    assert len(others) == 3


def test_a_round_is_the_same_alone(law: str):
    three = Rounds(*[np.repeat(column, 3, axis=0) for column in begin(law)])
    three.run[:] = [2, 5, 7]
    numbers = kinds(1e6)._replace(sigma_angle=np.array([1e-3]))
    sky = sky_of(*TARGET, SECONDS + 2.0)
    batch = Rounds(*[column.copy() for column in three])
    advance_rounds(batch, np.arange(3), SECONDS, numbers, sky._replace(), 1)
    for i, run in enumerate((2, 5, 7)):
        alone = fly(law, run, 1e-3)
        assert math.isfinite(alone.miss[0])
        assert alone.miss[0] == batch.miss[i]
        assert np.array_equal(alone.r[0], batch.r[i])


def test_what_it_is_told_is_only_read(law: str):
    sky, numbers = sky_of(*TARGET, SECONDS + 2.0), kinds(1e6)
    before = pickle.dumps((sky, numbers))
    advance_round(begin(law), 0, SECONDS, numbers, sky, 1)
    assert pickle.dumps((sky, numbers)) == before
