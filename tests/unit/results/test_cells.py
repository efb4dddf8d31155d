from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from opendome.results.cells import MEASURES, READS, cell_estimates
from opendome.results.statistics import bootstrap_ratio, wilson

N = 60


def runs(leakers: np.ndarray, threatening: np.ndarray, cell: np.ndarray) -> pa.Table:
    columns = {name: np.zeros(len(cell)) for name in READS}
    columns |= {"cell": cell, "leakers": leakers, "threatening": threatening}
    columns |= {"cost_threat_usd": np.ones(len(cell)), "cost_defense_usd": leakers * 3.0}
    return pa.table(columns)


@pytest.fixture(scope="module")
def three() -> pa.Table:
    """Cells 0 and 2 of 60 runs; cell 1 has none."""
    rng = np.random.default_rng(1)
    threatening = rng.integers(5, 15, 2 * N)
    return runs(rng.binomial(threatening, 0.3), threatening, np.repeat([0, 2], N))


def test_intervals_are_near_those_of_resampling(three: pa.Table):
    found = cell_estimates(three, 3, "leak_fraction")
    for cell, rows in ((0, slice(0, N)), (2, slice(N, 2 * N))):
        above = three.column("leakers").to_numpy()[rows]
        below = three.column("threatening").to_numpy()[rows]
        wanted = bootstrap_ratio(above, below, seed=1)
        assert found[cell, 0] == pytest.approx(wanted.value, rel=1e-12)
        assert found[cell, 1:] == pytest.approx([wanted.low, wanted.high], abs=0.006)
    assert np.isnan(found[1]).all()


def test_intervals_cover_the_truth_as_often_as_they_say():
    """600 cells of 40 runs; two standard errors of a 95 % share are 1.8 %."""
    rng = np.random.default_rng(2)
    n_cells, n = 600, 40
    threatening = rng.integers(5, 15, n_cells * n)
    table = runs(rng.binomial(threatening, 0.3), threatening, np.repeat(np.arange(n_cells), n))
    _, low, high = cell_estimates(table, n_cells, "leak_fraction").T
    assert 0.932 < np.mean((low <= 0.3) & (high >= 0.3)) < 0.968


def test_a_chance_has_wilsons_interval_and_so_have_shares_never_contradicted():
    leakers = np.array([0, 0, 1, 0, 0, 0])
    table = runs(leakers, np.full(6, 4), np.array([0, 0, 0, 1, 1, 1]))
    assert cell_estimates(table, 2, "p_no_leak")[0] == pytest.approx(wilson(2, 3))
    assert cell_estimates(table, 2, "leak_fraction")[1] == pytest.approx((0, 0, wilson(0, 3).high))


def test_every_measure_has_a_value_and_one_run_has_no_interval():
    table = runs(np.array([2]), np.array([4]), np.array([0]))
    for measure in MEASURES:
        value, low, _ = cell_estimates(table, 1, measure)[0]
        assert math.isfinite(value)
        assert math.isnan(low) or measure == "p_no_leak"
    assert cell_estimates(table, 1, "cost_exchange")[0, 0] == 6.0
