"""Rounds left against time in the cells of a sweep, at the ends and the middle of its curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from opendome.campaign.effects import Outcome
from opendome.campaign.sweep import Sweep
from opendome.scenario.design import SEED
from opendome.scenario.load import resolved
from opendome.views.report.inventory import Kind, kinds_left, stocks_of, times_until
from opendome.views.report.markup import Floats
from opendome.views.report.scene import scene_of
from opendome.views.report.shown import Columns

Ints = NDArray[np.int64]

TABLE: Final = "engagements"
NONE_KEPT: Final = (
    "No launches were kept. Add tables: [engagements] to the design, and sweep it into a new "
    "folder, to see the rounds left of each kind over time."
)
OF_STOCKS: Final = ("weapons", "systems", "catalog_level")  # first words of keys that change them
MOST_STOCKS: Final = 60  # different defenses of which stocks are counted


def values_shown(values: Sequence[Any]) -> list[Any]:
    """The first, the middle and the last of the values of a curve."""
    if len(values) < 3:
        return list(values)
    return [values[0], values[len(values) // 2], values[-1]]


def timelines(outcome: Outcome, axis: str | None) -> tuple[list[tuple[Any, list[Kind]]], int]:
    """Kinds of rounds at some values of a factor, and the number of cells left out.

    Time ends for all at the last launch in any of them.
    """
    sweep = outcome.sweep
    column = np.array(outcome.columns[axis] if axis else [None] * len(outcome.draws), dtype=object)
    alive = np.flatnonzero(outcome.is_alive)
    order = [p.value for p in outcome.curve(axis)] if axis else [None]
    groups = {v: alive[column[alive] == v] for v in values_shown(order)}
    asked = np.concatenate(list(groups.values()))
    stocks, n_left_out = _stocks(sweep, asked)
    shots, counts = _shots(sweep), _counts(sweep)
    is_asked = np.isin(shots["cell"], list(stocks))
    t = times_until(shots["t"][is_asked])
    found = []
    for value, cells in groups.items():
        cells = np.array([c for c in cells if int(c) in stocks], dtype=np.int64)
        found.append((value, _kinds(shots, cells, counts, stocks, t)))
    return found, n_left_out


def _kinds(
    shots: Columns, cells: Ints, counts: Ints, stocks: dict[int, dict[str, float]], t: Floats
) -> list[Kind]:
    """Kinds of rounds over all runs of some cells."""
    first = np.full(len(counts), -1)
    first[cells] = np.cumsum(counts[cells]) - counts[cells]  # row of run 0 of each cell
    mine = first[shots["cell"]] >= 0
    here = {name: values[mine] for name, values in shots.items()}
    here["row"] = first[here["cell"]] + here["run"]
    names = dict.fromkeys(name for c in cells for name in stocks[int(c)])
    of_runs = {
        name: np.repeat([stocks[int(c)].get(name, 0.0) for c in cells], counts[cells])
        for name in names
    }
    return kinds_left(here, of_runs, t)


def _shots(sweep: Sweep) -> Columns:
    """Cell, run, system and launch of every shot; a shot of several kill vehicles is one."""
    table = sweep.query(
        f"""select cell, run, system, min(t_launch) as t from {TABLE} where isfinite(t_launch)
            group by cell, run, system, shot"""
    )
    return {name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names}


def _counts(sweep: Sweep) -> Ints:
    """Runs of each cell."""
    cell = np.asarray(sweep.table("runs", ["cell"]).column("cell").to_numpy(), dtype=np.int64)
    return np.bincount(cell, minlength=int(sweep.note["cells"]))


def _stocks(sweep: Sweep, cells: Ints) -> tuple[dict[int, dict[str, float]], int]:
    """Rounds of each kind in each cell, and cells left out: one cell of each defense is read."""
    design, columns = sweep.design, sweep.cells.to_pydict()
    names = [f.column for f in design.factors if f.key != SEED and _is_of_stocks(f.key)]
    names += [p.column for p in design.uncertain.parameters] if design.uncertain else []
    alike: dict[tuple[Any, ...], list[int]] = {}
    for cell in cells.tolist():
        alike.setdefault(tuple(columns[name][cell] for name in names), []).append(cell)
    members = list(alike.values())
    steps = np.linspace(0, len(members) - 1, min(len(members), MOST_STOCKS))
    found: dict[int, dict[str, float]] = {}
    for k in sorted({int(step) for step in steps}):
        scene = scene_of(resolved(sweep.scenario(members[k][0])))
        stock = stocks_of(scene)
        found |= dict.fromkeys(members[k], stock)
    return found, len(cells) - len(found)


def _is_of_stocks(key: str) -> bool:
    return key.split(".", 1)[0].split("[", 1)[0] in OF_STOCKS
