"""Links and nodes that fail by chance: the closed forms, and that each run draws its own."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.messages import EventKind
from opendome.scenario import load
from opendome.scenario.command import Command, Link, Node, Outage
from opendome.scenario.wiring import Fates
from opendome.simulation.failures import fates_of_runs, happenings, lives, outages
from opendome.simulation.run import compile_scenario, simulate
from tests.unit.simulation.test_wirings import parted

RUNS = np.arange(20_000)
UP, DOWN = 90.0, 30.0
HORIZON = 400.0
LUCK = 4.5  # standard errors: a run of all tests here fails by chance once in ten thousand


def near(share: float, expected: float, n: int = len(RUNS)) -> bool:
    """Whether a share of n agrees with a chance."""
    return abs(share - expected) < LUCK * math.sqrt(expected * (1.0 - expected) / n)


@pytest.fixture(scope="module")
def drawn() -> Fates:
    command = Command(
        (Node("hub"), Node("far", mean_life=200.0), Node("near")),
        wiring="integrated",
        links=(Link("near", mean_up=UP, mean_down=DOWN),),
    )
    return fates_of_runs(command, HORIZON, 3, RUNS)


@pytest.mark.parametrize("t", [0.0, 7.0, 60.0, 399.0])
def test_a_link_is_down_at_any_time_with_the_chance_of_the_closed_form(
    drawn: Fates, t: float
) -> None:
    """Unavailability is MTTR / (MTBF + MTTR) at every time, from the first on."""
    assert near(drawn.outages(2).hold(t).mean(), DOWN / (UP + DOWN))
    assert not drawn.outages(0).hold(t).any()


@pytest.mark.parametrize(("t", "dt"), [(0.0, 10.0), (50.0, 40.0), (100.0, 250.0)])
def test_outages_last_as_the_two_state_process_says(drawn: Fates, t: float, dt: float) -> None:
    """Down at t and at t + dt: D^2 + D A exp(-dt (1 / up + 1 / down)), D the share, A = 1 - D."""
    share = DOWN / (UP + DOWN)
    both = (drawn.outages(2).hold(t) & drawn.outages(2).hold(t + dt)).mean()
    decay = math.exp(-dt * (1.0 / UP + 1.0 / DOWN))
    assert near(both, share**2 + share * (1.0 - share) * decay)


def test_the_number_of_outages_is_that_of_a_renewal_process_in_equilibrium(drawn: Fates) -> None:
    begun = (np.isfinite(drawn.start[:, 2]) & (drawn.start[:, 2] > 0.0)).sum(axis=1)
    expected = HORIZON / (UP + DOWN)
    assert abs(begun.mean() - expected) < LUCK * begun.std() / math.sqrt(len(RUNS))
    assert (drawn.end[:, 2] >= drawn.start[:, 2]).all()
    assert (drawn.start[:, 2, 1:] > drawn.end[:, 2, :-1])[np.isfinite(drawn.start[:, 2, 1:])].all()


@pytest.mark.parametrize("t", [20.0, 140.0, 800.0])
def test_a_node_lives_for_an_exponential_time_and_its_link_dies_with_it(
    drawn: Fates, t: float
) -> None:
    is_lost = drawn.lost[:, 1] <= t
    assert near(is_lost.mean(), 1.0 - math.exp(-t / 200.0))
    assert np.array_equal(drawn.outages(1).hold(t), is_lost)
    assert not np.isfinite(drawn.lost[:, [0, 2]]).any()


def test_what_is_drawn_depends_neither_on_the_batch_nor_on_the_end() -> None:
    few = np.array([7, 300, 301])
    together, alone = (outages((UP, DOWN), HORIZON, 3, runs, 2) for runs in (RUNS, few))
    longer = outages((UP, DOWN), 5.0 * HORIZON, 3, few, 2)
    for r, run in enumerate(few):
        for name in ("start", "end"):
            mine = getattr(alone, name)[r]
            mine = mine[np.isfinite(mine)]
            assert np.array_equal(getattr(together, name)[run, : len(mine)], mine)
            assert np.array_equal(getattr(longer, name)[r, : len(mine)], mine)
            assert np.isinf(getattr(together, name)[run, len(mine) :]).all()
    assert np.array_equal(lives(9.0, 3, few, 1), lives(9.0, 3, RUNS, 1)[few])
    assert not np.array_equal(lives(9.0, 3, few, 1), lives(9.0, 3, few, 2))


def test_short_outages_reach_to_the_end() -> None:
    """Draws are added until the end is reached, however unlucky the first."""
    many = outages((10.0, 0.1), 5000.0, 3, RUNS[:400], 0)
    last = np.where(np.isfinite(many.end), many.end, 0.0).max(axis=1)
    assert (last > 5000.0 - 20.0 * 10.1).all()


def test_the_record_says_what_chance_did_and_only_that() -> None:
    command = Command(
        (Node("hub", mean_life=50.0), Node("far", lost=30.0), Node("near")),
        wiring="hub",
        links=(Link("near", mean_up=UP, mean_down=DOWN, outages=(Outage(5.0, 8.0),)),),
    )
    runs = np.arange(200)
    fates = fates_of_runs(command, HORIZON, 3, runs)
    events = happenings(command, fates, runs, np.full(200, 100.0))
    assert (events.t <= 100.0).all()
    lost = events.kind == EventKind.NODE_LOST
    assert set(events.subject[lost].tolist()) == {0}
    assert lost.sum() == (fates.lost[:, 0] <= 100.0).sum()
    assert set(events.subject[~lost].tolist()) == {1, 2}  # both end at a hub that may be lost
    down = (events.kind == EventKind.LINK_DOWN) & (events.subject == 2)
    assert down.sum() == (fates.start[:, 2] <= 100.0).sum() > 200
    calm = Command((Node("hub"), Node("far", lost=30.0)), links=(Link("far"),))
    fates = fates_of_runs(calm, HORIZON, 3, runs)
    assert len(happenings(calm, fates, runs, np.full(200, 100.0)).run) == 0


@pytest.mark.parametrize("wiring", ["integrated", "hub"])
def test_a_run_is_the_same_whichever_runs_share_its_batch(wiring: str) -> None:
    data = parted(wiring, latency_s=1, loss=0.2, mean_up_s=25, mean_down_s=15)
    data["command"]["nodes"][1]["mean_life_s"] = 80
    data["sensors"].append(data["sensors"][0] | {"name": "second", "node": "arms"})
    model = compile_scenario(load(data))
    together = simulate(model, 5, [0, 1, 2, 3], [1])
    n_lost = n_shots = 0
    for run in range(4):
        alone = simulate(model, 5, [run], [1])
        for name, table in alone.tables.items():
            mine = [row for row in together.tables[name].to_pylist() if row["run"] == run]
            assert repr(mine) == repr(table.to_pylist()), name
        kinds = alone.tables["events"]["kind"].to_pylist()
        assert "link_down" in kinds
        n_lost += "node_lost" in kinds
        n_shots += alone.tables["engagements"].num_rows
    assert 0 < n_lost < 4
    assert n_shots > 10


def test_links_that_hardly_ever_fail_change_nothing() -> None:
    whole, sure = (
        parted("hub", latency_s=1),
        parted("hub", latency_s=1, mean_up_s=1e8, mean_down_s=1),
    )
    records = [simulate(compile_scenario(load(data)), 5, [0, 1], []) for data in (whole, sure)]
    for name in ("runs", "threats", "engagements", "events"):
        tables = [repr(record.tables[name].to_pylist()) for record in records]
        assert tables[0] == tables[1], name
