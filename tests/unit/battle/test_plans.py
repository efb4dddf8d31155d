"""What is kept of every plan: at stake, expected to be lost, proven."""

from __future__ import annotations

import numpy as np
import pytest

from opendome.battle import POLICIES
from opendome.battle.plan import written
from opendome.kernels.assignment import LATER, NOW
from opendome.scenario import load
from opendome.simulation.run import compile_scenario, simulate
from tests.unit.kernels.test_assignment import one_problem

RAID = ["threats.north.count=6", "threats.east.count=6", "threats.stray.count=0"]


def test_a_plan_by_hand():
    """Two threats worth 10 and 11, a round for one of them: the dearer is fired at."""
    problem = one_problem([[NOW], [NOW]], [1], p_kill=0.5)
    got = written(problem, POLICIES["greedy"](problem), np.array([7, 7]), 3, 12.0)
    assert (got.run.tolist(), got.cell.tolist(), got.t.tolist()) == ([7], [3], [12.0])
    assert (got.threats.tolist(), got.rounds.tolist(), got.work.tolist()) == ([2], [1], [0])
    assert got.value.tolist() == [21.0]
    assert got.loss == pytest.approx([21.0 - 5.5 + 1e-6])
    assert got.bound.tolist() == got.loss.tolist()  # all rounds are of one kind


def test_what_is_not_proven_says_so():
    problem = one_problem([[NOW], [NOW]], [1])
    got = written(problem, POLICIES["fixed_salvo"](problem), np.zeros(2, np.int64), 0, 0.0)
    assert np.isnan(got.bound).all()
    assert got.loss == pytest.approx([21.0 - 5.0 + 1e-6])


def test_where_nothing_can_be_fired_now_nothing_is_noted():
    problem = one_problem([[LATER], [LATER]], [1])
    assert (
        len(written(problem, POLICIES["greedy"](problem), np.zeros(2, np.int64), 0, 0.0).run) == 0
    )


@pytest.mark.compiled
@pytest.mark.parametrize("policy", ["greedy", "nearest_shooter", "sequencing"])
def test_plans_stand_in_the_record(policy: str):
    """Every order has a plan behind it; what is proven is not above what is expected."""
    rule = "command.nodes[0].doctrine.policy"
    record = simulate(compile_scenario(load("iron_dome_city", [*RAID, f"{rule}={policy}"])), 1,
                      [0, 1], [])  # fmt: skip
    plans, shots = record.tables["plans"], record.tables["engagements"]
    runs, t, loss, bound, value, work = (
        plans[name].to_numpy() for name in ("run", "t", "loss", "bound", "value", "work")
    )
    ordered = set(zip(shots["run"].to_pylist(), shots["t_order"].to_pylist(), strict=True))
    assert ordered
    assert ordered <= set(zip(runs.tolist(), t.tolist(), strict=True))
    assert (loss <= value + 1e-9).all()
    if policy == "nearest_shooter":
        assert np.isnan(bound).all()
    else:
        assert (bound <= loss + 1e-6 * value).all()
        assert (work > 0).all() == (policy == "sequencing")
    alone = simulate(compile_scenario(load("iron_dome_city", [*RAID, f"{rule}={policy}"])), 1,
                     [1], [])  # fmt: skip
    mine = plans.filter(runs == 1).to_pylist()
    assert repr(alone.tables["plans"].to_pylist()) == repr(mine)
