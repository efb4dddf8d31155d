"""What a finished sweep says: curves with bands, effects of factors, the front of cost and leakage.

All cells meet the same lots, so the columns of a run are first summed over the cells of a group,
and intervals come from the runs, pair by pair where two groups are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from opendome.campaign.sweep import Sweep
from opendome.results import layout
from opendome.results.cells import MEASURES, READS, numerator_and_denominator
from opendome.results.paired import Difference, Measure, difference
from opendome.results.statistics import Estimate, bootstrap_ratio
from opendome.results.variance import Shares, crossed

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

TAIL = 0.05  # of a band, at each side
MANY = 12  # different values above which a factor is cut into thirds


class Point(NamedTuple):
    """A measure at one value of a factor, over all cells that have it."""

    value: Any
    estimate: Estimate  # over runs, with the interval of the mean
    chance: tuple[float, float]  # 5 and 95 % of single runs
    unknown: tuple[float, float]  # 5 and 95 % of the mean over draws; NaN without draws
    shares: Shares  # of the variance of single runs


class Effect(NamedTuple):
    """What a factor moves from its low to its high end, all else as it comes."""

    column: str
    low: Any  # value, or (lowest, highest) of a third
    high: Any
    at_low: float
    at_high: float
    difference: Difference  # at high minus at low, run by run


@dataclass(frozen=True)
class Outcome:
    """Two columns of each run of each cell, whose sums form a measure."""

    sweep: Sweep
    measure: str
    above: Floats  # (n_cells, n_runs)
    below: Floats
    is_alive: Mask  # (n_cells,): has all those runs

    @staticmethod
    def of(sweep: Sweep, measure: str = "leak_fraction") -> Outcome:
        """Outcome of a sweep in the runs that all its cells have, failed ones apart."""
        runs = sweep.table("runs", READS)
        cell, run = (np.asarray(runs.column(c).to_numpy(), dtype=np.int64) for c in ("cell", "run"))
        n_cells = int(sweep.note["cells"])
        counts = np.bincount(cell, minlength=n_cells)
        is_alive = counts > 0
        for failed, _ in sweep.failed:
            is_alive[failed] = False
        n_runs = int(counts[is_alive].min()) if is_alive.any() else 0
        keep = is_alive[cell] & (run < n_runs)
        found = []
        for column in numerator_and_denominator(runs, measure):
            table = np.zeros((n_cells, n_runs))
            table[cell[keep], run[keep]] = column[keep]
            found.append(table)
        return Outcome(sweep, measure, found[0], found[1], is_alive)

    @property
    def n_runs(self) -> int:
        """Runs of each cell."""
        return int(self.above.shape[1])

    @cached_property
    def columns(self) -> dict[str, list[Any]]:
        """Values of the cells by column."""
        found: dict[str, list[Any]] = self.sweep.cells.to_pydict()
        return found

    @cached_property
    def draws(self) -> NDArray[np.int64]:
        """Number of the draw of each cell."""
        return np.asarray(self.columns["draw"], dtype=np.int64)

    def value(self, mask: Mask) -> float:
        """The measure over some cells."""
        above, below = (x[mask & self.is_alive].sum() for x in (self.above, self.below))
        return float(above / below) if below > 0 else float("nan")

    def by_run(self, mask: Mask) -> tuple[Floats, Floats]:
        """Sums over some cells, one row per run."""
        kept = mask & self.is_alive
        return self.above[kept].sum(axis=0), self.below[kept].sum(axis=0)

    def curve(self, column: str, within: Mask | None = None) -> list[Point]:
        """The measure at each value of a factor, in order of the values."""
        values = np.array(self.columns[column], dtype=object)
        asked = np.ones(len(values), dtype=bool) if within is None else within
        different = dict.fromkeys(values[asked & self.is_alive].tolist())
        return [self._point(v, asked & (values == v)) for v in _ordered(different)]

    def effects(self) -> list[Effect]:
        """Effect of each column, the largest first; numbers of many values are cut into thirds."""
        found = []
        for column in self.sweep.note["columns"]:
            ends = self._ends(column)
            if ends is None:
                continue
            (low, low_mask), (high, high_mask) = ends
            pair = [self.by_run(m) for m in (low_mask, high_mask)]
            measure = Measure(self.measure, "above", "below")
            moved = difference(measure, pair[0], pair[1], self.sweep.design.seed)
            found.append(Effect(column, low, high, self.value(low_mask), self.value(high_mask),
                                moved))  # fmt: skip
        return sorted(found, key=lambda e: -abs(e.at_high - e.at_low))

    def _point(self, value: Any, mask: Mask) -> Point:
        above, below = self.by_run(mask)
        estimate = bootstrap_ratio(above, below, self.sweep.design.seed)
        alive = np.flatnonzero(mask & self.is_alive)
        draws = np.unique(self.draws[alive])
        table = np.array(
            [_quotients(self.above[a].sum(axis=0), self.below[a].sum(axis=0))
             for d in draws for a in [alive[self.draws[alive] == d]]]
        )  # fmt: skip
        singles = _quotients(self.above[alive], self.below[alive])
        singles = singles[np.isfinite(singles)]
        chance = (np.nan, np.nan)
        if len(singles):
            low, high = np.quantile(singles, [TAIL, 1.0 - TAIL])
            chance = (float(low), float(high))
        shares, unknown = crossed(table, TAIL)
        return Point(value, estimate, chance, unknown, shares)

    def _ends(self, column: str) -> tuple[tuple[Any, Mask], tuple[Any, Mask]] | None:
        """Cells at the low and the high end of a column, with what to call the ends."""
        values = np.array(self.columns[column], dtype=object)
        alive = values[self.is_alive]
        different = _ordered(dict.fromkeys(alive.tolist()))
        if len(different) < 2:
            return None
        if self.sweep.design.sample == "one_at_a_time" and not self._is_drawn(column):
            return self._one_alone(column, values)
        if len(different) <= MANY or isinstance(different[0], str):
            return (different[0], values == different[0]), (different[-1], values == different[-1])
        numbers = values.astype(np.float64)
        thirds = np.quantile(numbers[self.is_alive], [1 / 3, 2 / 3])
        low, high = numbers <= thirds[0], numbers >= thirds[1]
        return ((different[0], float(numbers[low].max())), low), (
            (float(numbers[high].min()), different[-1]),
            high,
        )

    def _one_alone(
        self, column: str, values: NDArray[Any]
    ) -> tuple[tuple[Any, Mask], tuple[Any, Mask]]:
        """Of one-at-a-time cells: the two values of a factor that are farthest apart in outcome."""
        point = np.asarray(self.columns["point"])
        base = values[0]
        masks = [(base, point == 0)]
        masks += [(v, values == v) for v in dict.fromkeys(values[self.is_alive]) if v != base]
        ordered = sorted(masks, key=lambda m: self.value(m[1]))
        ends = [ordered[0], ordered[-1]]
        first, second = sorted(ends, key=lambda m: _rank(m[0], values.tolist()))
        return first, second

    def _is_drawn(self, column: str) -> bool:
        return column not in {f.column for f in self.sweep.design.factors}


def front(costs: Floats, losses: Floats) -> Mask:
    """Which of some choices no other beats: none has less cost and no more loss, or the reverse.

    Parameters
    ----------
    costs, losses : (n,) float
        Choices with NaN are never on the front.
    """
    order = np.lexsort([losses, costs])
    is_front = np.zeros(len(costs), dtype=bool)
    best = np.inf
    for i in order:
        if np.isfinite(costs[i]) and losses[i] < best:
            best = losses[i]
            is_front[i] = True
    return is_front


class Choice(NamedTuple):
    """Values of some factors, and two measures over all cells that have them."""

    values: tuple[Any, ...]
    cost: float
    loss: float


def choices_of(outcome: Outcome, cost: Outcome, columns: Sequence[str]) -> list[Choice]:
    """Every combination of the values of some columns that the design has."""
    rows = list(zip(*(outcome.columns[c] for c in columns), strict=True))
    cells: dict[tuple[Any, ...], list[int]] = {}
    for i, row in enumerate(rows):
        cells.setdefault(row, []).append(i)
    found = []
    for row, members in cells.items():
        mask = np.zeros(len(rows), dtype=bool)
        mask[members] = True
        found.append(Choice(row, cost.value(mask), outcome.value(mask)))
    return found


def answers(sweep: Sweep) -> pa.Table:
    """Values of every cell with its runs, and every measure with its interval."""
    cell = np.asarray(sweep.table("runs", ["cell"]).column("cell").to_numpy(), dtype=np.int64)
    table = sweep.cells.append_column(
        "runs", pa.array(np.bincount(cell, minlength=sweep.note["cells"]))
    )
    for measure in MEASURES:
        for name, column in zip(("", "_low", "_high"), sweep.estimates(measure).T, strict=True):
            table = table.append_column(measure + name, pa.array(column))
    return table


def effects_table(effects: Sequence[Effect]) -> pa.Table:
    """Effects as a table; the ends of thirds stand as ``low..high``."""
    rows = [
        {"column": e.column, "low": _words(e.low), "high": _words(e.high), "at_low": e.at_low,
         "at_high": e.at_high, "difference": e.difference.estimate.value,
         "difference_low": e.difference.estimate.low, "difference_high": e.difference.estimate.high,
         "is_clear": e.difference.is_clear}
        for e in effects
    ]  # fmt: skip
    texts = [(name, pa.string()) for name in ("column", "low", "high")]
    numbers = [(name, pa.float64()) for name in ("at_low", "at_high", "difference",
               "difference_low", "difference_high")]  # fmt: skip
    return pa.Table.from_pylist(
        rows, schema=pa.schema([*texts, *numbers, ("is_clear", pa.bool_())])
    )


def write_answers(sweep: Sweep) -> None:
    """Write ``estimates`` and ``effects`` beside the tables, as CSV and Parquet."""
    outcome = Outcome.of(sweep)
    for name, table in (
        ("estimates", answers(sweep)),
        ("effects", effects_table(outcome.effects() if outcome.n_runs else [])),
    ):
        layout.write_table(sweep.folder / f"{name}.parquet", table)
        csv.write_csv(table, sweep.folder / f"{name}.csv")


def _words(end: Any) -> str:
    return "..".join(str(v) for v in end) if isinstance(end, tuple) else str(end)


def main_axis(sweep: Sweep) -> str | None:
    """The factor that a curve is drawn over: the first number with more than two values."""
    columns = sweep.cells.to_pydict()
    names = [f.column for f in sweep.design.factors]
    numbers = [n for n in names if all(_is_number(v) for v in columns[n])]
    many = [n for n in numbers if len(set(columns[n])) > 2]
    return next(iter([*many, *numbers, *names]), None)


def _ordered(values: Any) -> list[Any]:
    found = list(values)
    return sorted(found) if all(_is_number(v) for v in found) else found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rank(value: Any, values: Sequence[Any]) -> float:
    if _is_number(value):
        return float(value)
    return float(list(dict.fromkeys(values)).index(value))


def _quotients(above: Floats, below: Floats) -> Floats:
    found = np.full(above.shape, np.nan)
    np.divide(above, below, out=found, where=below > 0)
    return found
