"""Fratricide: rounds of two orders do not meet a threat at one time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opendome.battle import windows
from opendome.battle.manager import Manager
from opendome.messages import Orders, ReportKind, Reports, empty
from opendome.scenario.command import Doctrine
from tests.unit.battle.situations import (
    battery,
    raid,
    reports,
    same_orders,
    scenario,
    stocks,
    straight_paths,
    tables,
)

RUN = np.array([0])
PAIR = (battery("first"), battery("second"))
VOLLEY = Doctrine("fixed_salvo", salvo=2, max_rounds=8, is_shoot_look_shoot=False)


@pytest.fixture(autouse=True)
def _straight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "predicted_paths", straight_paths)


def fought(
    apart: float, doctrine: Doctrine = VOLLEY, rounds: int = 1, threats: int = 1
) -> list[Orders]:
    """Thirty decisions; every round that was ordered is said to have left.

    Of one round at each battery a salvo of two takes both.
    """
    made = scenario(replace(doctrine, intercepts_apart=apart), weapons=PAIR)
    model = Manager.build(made, tables(made))
    state, given, told = model.begin(RUN), [], empty(Reports)
    left = stocks(model, state.runs, rounds, 8)
    for t in np.arange(30.0):
        orders = model.decide(state, raid(threats).picture(t), left, told, t)[0]
        given.append(orders)
        told = reports(*[
            (0, t + 0.5, ReportKind.LAUNCHED, int(i), int(k), int(b))
            for i, k, b in zip(orders.id, orders.track, orders.battery)
        ])  # fmt: skip
    return [orders for orders in given if len(orders.run)]


def met(given: list[Orders]) -> dict[int, np.ndarray]:
    """Planned intercepts of each track, ascending."""
    track = np.concatenate([orders.track for orders in given])
    t = np.concatenate([orders.t_intercept for orders in given])
    return {int(k): np.sort(t[track == k]) for k in np.unique(track)}


def test_without_the_rule_two_batteries_meet_a_threat_at_once():
    gaps = [np.diff(t).min() for t in met(fought(0.0)).values()]
    assert len(gaps) == 1
    assert min(gaps) < 0.5


@pytest.mark.parametrize("apart", [1.0, 4.0])
def test_intercepts_of_two_orders_are_apart(apart: float):
    found = met(fought(apart))
    assert len(found) == 1
    for t in found.values():
        assert len(t) > 1
        assert np.diff(t).min() >= apart


def test_each_threat_has_its_own():
    """The first orders against two threats leave together, however far apart theirs must be."""
    first = fought(600.0, rounds=20, threats=2)[0]
    assert sorted(first.track.tolist()) == [0, 1]


def test_what_never_meets_is_not_touched():
    waiting = replace(VOLLEY, is_shoot_look_shoot=True, salvo=1)
    for a, b in zip(fought(0.0, waiting), fought(1e-6, waiting), strict=True):
        assert same_orders(a, b)
