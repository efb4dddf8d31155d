"""The cells of a design: their values, the scenario and the seed of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from opendome.campaign.samples import latin_hypercube, points, triangular
from opendome.errors import ScenarioError
from opendome.rng import MAX_SEED
from opendome.scenario.catalog_entries import find_entry
from opendome.scenario.design import MAX_CELLS, SEED, Design, DrawnParameter, Factor
from opendome.scenario.entries import MODELLED, Entry
from opendome.scenario.grammar.keys import find_leaf
from opendome.scenario.grammar.refusal import did_you_mean
from opendome.scenario.load import load, resolved
from opendome.scenario.scenario import Scenario

GROUPS = ("threats", "sensors", "weapons", "before_launch")  # parts of a scenario with a system
MOST_CHECKED = 20  # values of a factor that are tried before the first run


@dataclass(frozen=True)
class Cells:
    """All cells: each point of the factors under each draw of the uncertain parameters.

    Cell ``i`` is point ``i // n_draws`` under draw ``i % n_draws``; draws are the same for all
    points.

    ``base`` is the scenario that all cells change, as file keys; ``rows`` the values of the factors
    at each point; ``draws`` (n_draws, n_parameters) the drawn values.
    """

    design: Design
    base: dict[str, Any]
    rows: tuple[tuple[Any, ...], ...]
    draws: NDArray[np.float64]

    @staticmethod
    def of(design: Design) -> Cells:
        """Cells of a design; its scenario is read, and the ends of its factors are tried.

        Raises
        ------
        ScenarioError
            If the scenario does not take a key or a value.
        """
        changes = [setting(key, value) for key, value in design.settings.items()]
        base = resolved(load(design.scenario, changes))
        found = points(design.factors, design.sample, design.cells, design.seed)
        draws = _draws(design, base)
        if len(found) * len(draws) > MAX_CELLS:
            raise ScenarioError(f"{design.name}: has {len(found) * len(draws)} cells; at most "
                                f"{MAX_CELLS} are allowed.")  # fmt: skip
        cells = Cells(design, base, tuple(tuple(row) for row in found), draws)
        for factor, value in cells._ends():
            _try(design, factor, value, base)
        return cells

    def __len__(self) -> int:
        return len(self.rows) * len(self.draws)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the factors, then of the drawn parameters."""
        return (*(f.column for f in self.design.factors), *(p.column for p in self._parameters))

    def seed(self, cell: int) -> int:
        """Seed of a cell: that of the design, unless a factor varies it."""
        for factor, value in zip(self.design.factors, self._row(cell), strict=True):
            if factor.key == SEED:
                return int(value)
        return self.design.seed

    def settings(self, cell: int) -> list[str]:
        """What a cell changes in the base, as words of ``--set``; without what is drawn."""
        pairs = zip(self.design.factors, self._row(cell), strict=True)
        return [setting(f.key, value) for f, value in pairs if f.key != SEED]

    def scenario(self, cell: int) -> Scenario:
        """The scenario of a cell, checked."""
        changes = self.settings(cell)
        found = load(self.base, changes)
        if not self._parameters:
            return found
        for parameter, value in zip(self._parameters, self._draw(cell), strict=True):
            places = uses(found, parameter.system)
            changes += [setting(f"{place}.overrides.{parameter.key}", value) for place in places]
        return load(self.base, changes)

    def table(self) -> pa.Table:
        """One row for each cell: ``cell``, ``point``, ``draw``, and its values."""
        n_draws = len(self.draws)
        number = np.arange(len(self), dtype=np.int64)
        columns: dict[str, pa.Array] = {
            "cell": pa.array(number),
            "point": pa.array(number // n_draws),
            "draw": pa.array(number % n_draws),
        }
        for i, factor in enumerate(self.design.factors):
            column = _column([row[i] for row in self.rows])
            columns[factor.column] = column.take(pa.array(number // n_draws))
        for i, parameter in enumerate(self._parameters):
            columns[parameter.column] = pa.array(np.tile(self.draws[:, i], len(self.rows)))
        return pa.table(columns)

    @property
    def _parameters(self) -> tuple[DrawnParameter, ...]:
        return self.design.uncertain.parameters if self.design.uncertain else ()

    def _row(self, cell: int) -> tuple[Any, ...]:
        return self.rows[cell // len(self.draws)]

    def _draw(self, cell: int) -> list[float | int]:
        entries = _entries(self.base)
        row = self.draws[cell % len(self.draws)]
        return [
            _plain(value, _entry(p, entries), p)
            for value, p in zip(row, self._parameters, strict=True)
        ]

    def _ends(self) -> Iterator[tuple[Factor, Any]]:
        for i, factor in enumerate(self.design.factors):
            values = list(dict.fromkeys(row[i] for row in self.rows))
            if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
                broken = [v for v in values if v != round(v)][:1]  # which a count does not take
                values = list(dict.fromkeys([*broken, values[0], min(values), max(values)]))
            for value in values[:MOST_CHECKED]:
                yield factor, value


def setting(key: str, value: Any) -> str:
    """A change in the words of ``--set``."""
    return f"{key}={json.dumps(value)}"


def uses(scenario: Scenario, system: str) -> list[str]:
    """Key paths of the groups, sensors and batteries that are of a system."""
    return [
        f"{group}[{i}]"
        for group in GROUPS
        for i, one in enumerate(getattr(scenario, group))
        if one.system.name == system
    ]


def _draws(design: Design, base: Mapping[str, Any]) -> NDArray[np.float64]:
    """Values of the uncertain parameters, one row for each draw; a row of none without them.

    Each parameter has a triangular distribution from low to high with its peak at nominal, and
    a Latin hypercube spreads the draws.
    """
    if design.uncertain is None:
        return np.empty((1, 0))
    parameters, entries = design.uncertain.parameters, _entries(base)
    scenario = load(base)
    # axes after those of the factors, so that both may be samples of one seed
    cube = latin_hypercube(
        design.uncertain.draws, len(parameters), design.seed, len(design.factors)
    )
    columns = []
    for i, parameter in enumerate(parameters):
        where = f"{design.name}: uncertain.parameters[{i}]"
        known = _entry(parameter, entries)
        if known is None or not uses(scenario, parameter.system):
            hint = did_you_mean(parameter.system, entries)
            words = f"the scenario uses {', '.join(sorted(entries))}. {hint}"
            raise ScenarioError(f"{where}.system is {parameter.system!r}; {words}".rstrip())
        number = known.parameters.get(parameter.key)
        if number is None:
            plain = sorted(key for key in known.parameters if "." not in key)
            hint = did_you_mean(parameter.key, known.parameters)
            words = f"{parameter.system} has {', '.join(plain)}, and keys of its parts. {hint}"
            raise ScenarioError(f"{where}.key is {parameter.key!r}; {words}".rstrip())
        if number.low == number.high:
            raise ScenarioError(f"{where}.key is {parameter.key!r}; its low and high are both "
                                f"{number.low:g}, nothing can be drawn.")  # fmt: skip
        columns.append(triangular(number.low, number.nominal, number.high, cube[:, i]))
    return np.column_stack(columns)


def _entries(base: Mapping[str, Any]) -> dict[str, Entry]:
    return dict(load(base).systems)


def _entry(parameter: DrawnParameter, entries: Mapping[str, Entry]) -> Entry | None:
    return find_entry(parameter.system, entries)


def _plain(value: float, entry: Entry | None, parameter: DrawnParameter) -> float | int:
    key = find_leaf(MODELLED[entry.kind], parameter.key) if entry else None
    return round(value) if key is not None and key.kind == "integer" else float(value)


def _try(design: Design, factor: Factor, value: Any, base: Mapping[str, Any]) -> None:
    where = f"{design.name}: factor {factor.column}"
    if factor.key == SEED:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or not 0 <= value <= MAX_SEED:
            raise ScenarioError(f"{where} is {value!r}; a seed is a whole number, 0 or more.")
        return
    try:
        load(base, [setting(factor.key, value)])
    except ScenarioError as problem:
        hint = ""
        if isinstance(value, float) and "whole" in str(problem) and not factor.is_whole:
            hint = " Give the factor is_whole: true."
        said = str(problem).removeprefix("scenario: ")
        raise ScenarioError(f"{where}: {said}{hint}") from None


def _column(values: Sequence[Any]) -> pa.Array:
    """Values of one kind as they are; of several kinds as texts."""
    kinds = {type(v) for v in values}
    if kinds <= {int} and all(-(2**63) <= v < 2**63 for v in values):
        return pa.array(values, type=pa.int64())
    if kinds <= {int, float}:
        return pa.array([float(v) for v in values], type=pa.float64())
    if kinds == {bool}:
        return pa.array(values, type=pa.bool_())
    words = [v if isinstance(v, str) else json.dumps(v) for v in values]
    return pa.array(words, type=pa.string())
