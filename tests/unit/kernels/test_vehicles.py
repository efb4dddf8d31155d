"""Kill vehicles of one round choose among the objects of a launch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from opendome.kernels.discrimination import Clusters
from opendome.kernels.guidance import ENDED, FREE, RoundKinds, Rounds, Sky, discriminate
from opendome.world.rounds import no_rounds

BASE = np.array([7.5e6, 0.0, 0.0])  # a thousand kilometres up
SPEED = np.array([0.0, 6e3, 0.0])


def sky(offsets: list[float]) -> Sky:
    """Objects of one launch side by side, their distances from the believed place in m."""
    n = len(offsets)
    knots = np.array(
        [[t, *(BASE + SPEED * t + [0.0, 0.0, z]), *SPEED] for z in offsets for t in (0.0, 10.0)]
    )
    clusters = Clusters(
        np.ones(n, dtype=np.bool_), np.zeros((n, 2)), np.zeros((n, 2)), np.full(n, 9000.0)
    )
    first = np.arange(n, dtype=np.int64) * 2
    two = np.full(n, 2, dtype=np.int64)
    return Sky(n, knots, first, two, np.zeros(n), np.full(n, 1e9), clusters)


def fleet(n: int) -> tuple[Rounds, RoundKinds]:
    """A round of n kill vehicles 300 km behind; they are told exactly where the first object is."""
    columns: dict[str, Any] = {
        k: np.zeros((n, *c.shape[1:]), c.dtype) for k, c in no_rounds()._asdict().items()
    }
    rounds = Rounds(**columns)
    rounds.phase[:], rounds.target[:], rounds.vehicle[:] = FREE, -1, np.arange(n)
    rounds.lot[:] = np.arange(n)
    rounds.r[:] = BASE - [3e5, 0.0, 0.0]
    rounds.believed_r[:], rounds.believed_v[:] = BASE, SPEED
    rounds.believed_beta[:], rounds.sigma_place[:] = 9000.0, 2e3
    numbers: dict[str, Any] = dict.fromkeys(RoundKinds._fields, np.zeros(1))
    numbers |= {
        "acquisition_range": np.array([6e5]),
        "cos_field": np.array([0.8]),
        "sigma_angle": np.array([2e-5]),
        "look_interval": np.array([0.02]),
        "sigma_feature": np.array([1.0]),
        "band": np.zeros(1, dtype=np.int64),
        "vehicles": np.array([n]),
        "noise": 23,
    }
    return rounds, RoundKinds(**numbers)


def chosen(n: int, offsets: list[float]) -> list[int]:
    rounds, kinds = fleet(n)
    objects = sky(offsets)
    for i in range(n):
        discriminate(rounds, i, kinds, objects, 5)
    return rounds.target.tolist()


def test_each_takes_an_object_of_its_own() -> None:
    assert sorted(chosen(3, [0.0, 3e3, -6e3])) == [0, 1, 2]
    assert sorted(chosen(2, [0.0, 2e4, -4e4])) == [0, 1]


def test_where_there_is_but_one_all_take_it() -> None:
    assert chosen(3, [0.0]) == [0, 0, 0]


def test_what_is_left_over_goes_to_the_best() -> None:
    found = chosen(4, [0.0, 3e4])
    assert set(found) == {0, 1}
    assert found.count(0) == 3


def test_nobody_leaves_for_what_is_far_away() -> None:
    assert chosen(2, [0.0, 1.5e5]) == [0, 0]


def test_one_vehicle_takes_the_best_whoever_else_is_there() -> None:
    """Two rounds of one vehicle each do not know of each other."""
    rounds, kinds = fleet(2)
    rounds.vehicle[:] = 0
    for i in range(2):
        discriminate(rounds, i, kinds._replace(vehicles=np.array([1])), sky([0.0, 3e4]), 5)
    assert rounds.target.tolist() == [0, 0]


@pytest.mark.parametrize("phase", [FREE, ENDED])
def test_what_an_ended_vehicle_had_is_free_again(phase: int) -> None:
    rounds, kinds = fleet(2)
    objects = sky([0.0, 3e4])
    discriminate(rounds, 0, kinds, objects, 5)
    rounds.phase[0] = phase
    discriminate(rounds, 1, kinds, objects, 5)
    assert rounds.target[1] == (1 if phase == FREE else 0)
