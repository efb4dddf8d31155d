from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from opendome.campaign.effects import Outcome, choices_of, front, main_axis, write_answers
from opendome.campaign.salib_indices import indices
from opendome.campaign.sweep import Sweep
from opendome.errors import OpenDomeError
from tests.unit.campaign.fake_leaks import DURATION, P_KILL, SIGMA, STEP, leaks


@pytest.fixture(scope="module")
def grid(tmp_path_factory) -> Sweep:
    """Nine points under twelve draws of p_kill, eight runs each."""
    factors = [STEP, DURATION]
    return leaks(tmp_path_factory.mktemp("grid"), factors=factors, runs=8, uncertain=P_KILL)


def test_effects_are_those_of_the_function_and_sorted(grid: Sweep):
    found = Outcome.of(grid).effects()
    assert [e.column for e in found] == ["step_s", "duration_s", "gbi.p_kill"]
    assert found[0].difference.estimate.value == pytest.approx(0.24, abs=1e-3)
    assert found[1].difference.estimate.value == pytest.approx(0.2, abs=1e-3)
    assert all(e.difference.is_clear for e in found)
    # the same lots in all cells: the interval of a difference is much narrower than chance
    assert found[0].difference.estimate.high - found[0].difference.estimate.low < SIGMA / 10
    drawn = found[2]
    assert drawn.at_high < drawn.at_low
    assert drawn.low < drawn.high


def test_a_curve_tells_chance_from_what_is_not_known(grid: Sweep):
    points = Outcome.of(grid).curve("step_s")
    assert [p.value for p in points] == [0.01, 30.005, 60.0]
    p_kill = np.array(grid.cells.column("gbi.p_kill").to_pylist()[:12])
    for point in points:
        unknown = np.var(0.4 * p_kill, ddof=1)
        assert point.shares.unknown == pytest.approx(unknown, rel=0.02)
        low, high = point.unknown
        assert high - low == pytest.approx(
            0.4 * np.ptp(np.quantile(p_kill, [0.05, 0.95])), rel=0.02
        )
        assert point.chance[0] < low < high < point.chance[1]
        assert point.estimate.low < point.estimate.value < point.estimate.high


def test_a_single_line_of_a_curve_is_within_a_value_of_another_factor(grid: Sweep):
    outcome = Outcome.of(grid)
    short = np.array(outcome.columns["duration_s"]) == 1.0
    whole, part = outcome.curve("step_s"), outcome.curve("step_s", short)
    for a, b in zip(whole, part, strict=True):
        assert a.estimate.value - b.estimate.value == pytest.approx(0.1, abs=1e-3)
    assert main_axis(grid) == "step_s"


def test_one_at_a_time_compares_with_the_base(tmp_path: Path):
    factors = [
        {"key": "step_s", "values": [30, 10, 50]},
        {"key": "duration_s", "values": [100, 5e4]},
    ]
    found = Outcome.of(leaks(tmp_path, factors=factors, sample="one_at_a_time", runs=4)).effects()
    assert [(e.column, e.low, e.high) for e in found] == [
        ("step_s", 10, 50), ("duration_s", 100.0, 5e4),
    ]  # fmt: skip
    assert found[0].difference.estimate.value == pytest.approx(0.16, abs=2e-3)
    assert found[1].difference.estimate.value == pytest.approx(0.0998, abs=2e-3)


def test_the_front_holds_what_nothing_beats(grid: Sweep):
    costs = np.array([1.0, 2.0, 3.0, 2.0, np.nan, 4.0])
    losses = np.array([0.9, 0.5, 0.6, 0.4, 0.0, 0.1])
    assert front(costs, losses).tolist() == [True, False, False, True, False, True]
    outcome, cost = Outcome.of(grid), Outcome.of(grid, "cost_defense_usd")
    choices = choices_of(outcome, cost, ["step_s", "duration_s"])
    assert len(choices) == 9
    assert choices[0].cost == pytest.approx(99.99)
    best = front(np.array([c.cost for c in choices]), np.array([c.loss for c in choices]))
    assert [c.values for c, is_best in zip(choices, best, strict=True) if is_best] == [
        (0.01, 1.0), (30.005, 1.0), (60.0, 1.0),
    ]  # fmt: skip


def test_answers_are_written_as_csv_and_parquet(grid: Sweep):
    write_answers(grid)
    table = pq.read_table(grid.folder / "estimates.parquet")
    assert table.num_rows == 108
    assert table.column("runs").to_pylist() == [8] * 108
    assert table.column("leak_fraction").to_numpy() == pytest.approx(grid.estimates()[:, 0])
    assert (grid.folder / "effects.csv").read_text().splitlines()[1].startswith('"step_s"')


def test_a_small_sample_has_no_indices(grid: Sweep, tmp_path: Path):
    small = leaks(tmp_path, factors=[STEP], runs=2)
    with pytest.raises(OpenDomeError, match="has 3 points of 1 numbers; sensitivity indices need"):
        indices(Outcome.of(small))


@pytest.mark.parametrize("sample", ["saltelli", "latin_hypercube"])
def test_indices_are_the_shares_of_the_function(tmp_path: Path, sample: str):
    """Of a sum the share of each term is its variance: 0.24^2 and 0.2^2, 0.590 and 0.410."""
    pytest.importorskip("SALib")
    n, error = (64, 0.05) if sample == "saltelli" else (300, 0.12)  # the latter is biased upwards
    found = indices(Outcome.of(leaks(tmp_path, factors=[STEP, DURATION], runs=1, sample=sample,
                                     cells=n)))  # fmt: skip
    assert [i.column for i in found] == ["step_s", "duration_s"]
    for index, share in zip(found, (0.590, 0.410), strict=True):
        assert index.first == pytest.approx(share, abs=error)
        if sample == "saltelli":
            assert index.total == pytest.approx(share, abs=0.03)
