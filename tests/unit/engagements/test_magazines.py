"""Magazines by counting: reloads from the store, shared channels, orders heard again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np

from opendome.engagements import engagement, magazines
from opendome.engagements.engagement import FireControlModel, FireUnit, InFlight
from opendome.messages import Orders

RUNS = np.array([4, 7])


def unit(number: int, *, rounds: int = 6, channels: int = 3, reload: float | None = 20.0,
         reloads: int = 1) -> FireUnit:  # fmt: skip
    """A battery of two launchers of three rounds, whose channels belong to a fire unit."""
    nothing = cast(Any, None)
    return FireUnit(
        name="battery", node=0, site=np.zeros(3), vehicle=nothing, table=nothing, envelope=nothing,
        envelope_ballistic=nothing, law=0, is_divert=False, rounds=rounds, channels=channels,
        launch_interval=1.0, reaction=2.0, unit=number, rounds_per_launcher=3, reload=reload,
        reloads=reloads,
    )  # fmt: skip


def orders(*rows: tuple[int, int, int]) -> Orders:
    """Rows of (run, id, battery), one round each."""
    run, number, battery = (np.array(x) for x in zip(*rows, strict=True))
    n, zeros = len(rows), np.zeros(len(rows))
    ones = np.ones(n, dtype=np.int64)
    return Orders(
        run, number, ones - 1, battery, ones, ones, zeros, zeros, zeros, zeros, np.zeros((n, 3))
    )


def test_an_empty_launcher_is_filled_from_the_store_while_it_lasts() -> None:
    model = FireControlModel((unit(0), unit(1, reload=None)), n_cells=1, is_flown=False)
    state = engagement.begin(model, RUNS)
    three = orders(*[(4, i, 0) for i in range(3)])
    shots = magazines.spend(model, state, three, np.array([10.0, 11.0, 12.0]))
    assert shots.tolist() == [0, 1, 2]
    assert magazines.stocks(model, state, 31.9).rounds.tolist() == [[3, 6], [6, 6]]
    assert magazines.stocks(model, state, 32.0).rounds.tolist() == [[6, 6], [6, 6]]
    magazines.refill(model, state, 32.0)
    assert magazines.stocks(model, state, 40.0).rounds.tolist() == [[6, 6], [6, 6]]
    magazines.spend(model, state, three, np.array([40.0, 41.0, 42.0]))
    magazines.refill(model, state, 1e6)
    assert state.rounds.tolist() == [[3, 6], [6, 6]]  # the store is empty
    magazines.spend(model, state, orders(*[(7, i, 1) for i in range(3)]), np.zeros(3))
    magazines.refill(model, state, 1e6)
    assert state.rounds.tolist() == [[3, 6], [6, 3]]  # there is no reloading in a fight


def test_batteries_of_a_fire_unit_share_its_channels() -> None:
    model = FireControlModel((unit(0), unit(0), unit(2)), n_cells=1, is_flown=False)
    state = engagement.begin(model, RUNS)
    ints = np.array([0, 0, 1])
    state.flights = InFlight(
        batch=ints, shot=ints, order=ints, battery=np.array([0, 1, 2]), node=ints, track=ints,
        t_intercept=np.array([50.0, 60.0, 60.0]), t_update=np.zeros(3),
    )  # fmt: skip
    assert magazines.stocks(model, state, 10.0).free_channels.tolist() == [[1, 1, 3], [3, 3, 2]]
    assert magazines.stocks(model, state, 55.0).free_channels.tolist() == [[2, 2, 3], [3, 3, 2]]


def test_an_order_that_is_heard_again_is_not_new() -> None:
    model = FireControlModel((unit(0),), n_cells=1, is_flown=False)
    state = engagement.begin(model, RUNS)
    first = magazines.only_new(state, orders((4, 0, 0), (7, 0, 0), (4, 0, 0), (4, 200, 0)))
    assert list(zip(first.run.tolist(), first.id.tolist(), strict=True)) == [
        (4, 0),
        (7, 0),
        (4, 200),
    ]
    again = magazines.only_new(state, orders((7, 0, 0), (7, 200, 0)))
    assert list(zip(again.run.tolist(), again.id.tolist(), strict=True)) == [(7, 200)]


def test_refusals_of_one_order_can_be_told_apart() -> None:
    model = FireControlModel((unit(0),), n_cells=1, is_flown=False)
    state = engagement.begin(model, RUNS)
    both = orders((4, 0, 0), (4, 1, 0))
    magazines.only_new(state, both)
    many = orders((4, 0, 0), (4, 0, 0), (4, 1, 0))
    assert magazines.number_refusals(state, many).tolist() == [-1, -2, -1]
    assert magazines.number_refusals(state, replace(both)).tolist() == [-3, -2]
