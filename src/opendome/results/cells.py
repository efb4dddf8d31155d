"""Measures of many cells at once, each with an interval whose unit is the run.

A campaign draws resamples; of thousands of cells that would take long, so here intervals come from
the linearised ratio and Student's t, with Wilson's interval where every run of a cell says 0 or 1.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from opendome.results.statistics import LEVEL, student_quantile, wilson

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# measure -> (what, of what), sums over the runs of a cell; of 1: a mean
MEASURES: dict[str, tuple[str, str]] = {
    "leak_fraction": ("leakers", "threatening"),
    "leakers": ("leakers", "1"),
    "p_no_leak": ("no_leak", "1"),
    "shots": ("shots", "1"),
    "cost_defense_usd": ("cost_defense_usd", "1"),
    "cost_exchange": ("cost_defense_usd", "cost_threat_usd"),
    "asset_value_lost": ("asset_value_lost", "1"),
}
SHARES = ("leak_fraction", "p_no_leak")
READS = ("cell", "run", "leakers", "threatening", "shots", "cost_defense_usd", "cost_threat_usd",
         "asset_value_lost")  # fmt: skip


def numerator_and_denominator(runs: pa.Table, measure: str) -> tuple[Floats, Floats]:
    """Two columns, one row per run, whose sums form a measure."""
    above, below = MEASURES[measure]
    return _numbers(runs, above), _numbers(runs, below)


def cell_estimates(runs: pa.Table, n_cells: int, measure: str) -> Floats:
    """Value of a measure in each cell with its 95 % interval.

    Parameters
    ----------
    runs : table
        With the columns ``READS``.

    Returns
    -------
    estimates : (n_cells, 3) float
        Value, low, high. NaN where a cell has no runs, or its denominator is zero; an interval is
        NaN for a single run.

    Notes
    -----
    A ratio's variance is that of its residuals: Cochran, Sampling techniques, 3rd ed. (1977), eq.
    (6.13). A share that is 0 or 1 in every run takes its open end from Wilson's interval; a chance
    takes all of it.
    """
    above, below = numerator_and_denominator(runs, measure)
    cell = np.asarray(runs.column("cell").to_numpy(), dtype=np.int64)
    n = np.bincount(cell, minlength=n_cells)
    totals = [np.bincount(cell, weights=w, minlength=n_cells) for w in (above, below)]
    found = np.full((n_cells, 3), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(totals[1] > 0, totals[0] / totals[1], np.nan)
        residual = above - value[cell] * below
        squares = np.bincount(cell, weights=residual**2, minlength=n_cells)
        error = np.sqrt(squares * n / np.maximum(n - 1, 1)) / totals[1]
    many = {int(k): student_quantile(1.0 - LEVEL, int(k) - 1) for k in np.unique(n) if k > 1}
    width = np.array([many.get(int(k), np.nan) for k in n])
    found[:, 0] = value
    found[:, 1] = value - width * error
    found[:, 2] = value + width * error
    found[:, 1] = np.maximum(found[:, 1], 0.0)  # no measure is below zero
    if measure in SHARES:
        _bound(found, cell, above, below, is_chance=measure == "p_no_leak")
    return found


def _bound(found: Floats, cell: Ints, above: Floats, below: Floats, is_chance: bool) -> None:
    """Hold the intervals of shares to 0 to 1, and widen those that no run has contradicted."""
    asked = np.bincount(cell[below > 0], minlength=len(found))
    hits = np.bincount(cell[above > 0], minlength=len(found))
    for i in np.flatnonzero(asked):
        n = int(asked[i])
        if is_chance:
            found[i] = wilson(int(hits[i]), n)
        elif found[i, 0] == 0.0:
            found[i] = (0.0, 0.0, wilson(0, n).high)
        elif found[i, 0] == 1.0:
            found[i] = (1.0, wilson(n, n).low, 1.0)
    found[:, 1:] = np.clip(found[:, 1:], 0.0, 1.0)


def _numbers(runs: pa.Table, name: str) -> Floats:
    if name == "1":
        return np.ones(runs.num_rows)
    if name == "no_leak":
        return np.asarray(_numbers(runs, "leakers") == 0, dtype=np.float64)
    column = runs.column(name).to_numpy(zero_copy_only=False)
    return np.asarray(column, dtype=np.float64)
