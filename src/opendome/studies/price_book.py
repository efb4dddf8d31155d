"""Prices of an architecture: the catalog's account of costs, in dollars of one year."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from opendome.scenario.catalog_entries import catalog
from opendome.scenario.entries import LEVELS, Entry, Parameter
from opendome.scenario.grammar.refusal import Origin, did_you_mean
from opendome.scenario.grammar.yaml_text import parse_yaml
from opendome.scenario.units import TO_SI

ACCOUNT: Final = "cost_account"
INDEX: Final = "price_index"
BY_HAND: Final = "set by hand"
SCENARIO: Final = "set by the scenario"
NEWEST: Final = 2026
MONEY: Final = ("usd", "usd_yr", "usd_kg")
LEAST: Final = {
    "life_yr": 0.1,
    "learning": 0.5,
    "unit_number": 1e-3,
}  # what is divided by, or a base
MOST: Final = {"learning": 1.0}
FALLING: Final = ("life_yr",)  # more of it costs less: its high belongs to the low total


@dataclass(frozen=True)
class Book:
    """Prices by key, ``SYSTEM.WHAT`` or ``default.WHAT``, and the index of the value of money."""

    account: Mapping[str, Parameter]
    index: Mapping[int, float]
    dollars_of: int = NEWEST

    def deflator(self, year: int | None) -> float:
        """Dollars of the book's year for one of another; 1 where no year is said."""
        if year is None or year not in self.index:
            return 1.0
        return self.index[self.dollars_of] / self.index[year]

    def parameter(self, system: str, what: str) -> Parameter:
        """What is said of a system, or of all."""
        own = self.account.get(f"{system}.{what}")
        return self.account[f"default.{what}"] if own is None else own

    def value(self, found: Parameter, level: str, is_falling: bool = False) -> float:
        """One number of a parameter, SI and dollars of the book's year."""
        if is_falling:
            level = LEVELS[-1 - LEVELS.index(level)]
        factor = TO_SI.get(found.unit, 1.0)
        if found.unit == "1_yr":
            factor = 1.0 / TO_SI["yr"]
        if found.unit in MONEY:
            factor *= self.deflator(found.year)
        return float(getattr(found, level)) * factor

    def of(self, system: str, what: str, level: str) -> float:
        """As `value`, of what is said of a system."""
        return self.value(self.parameter(system, what), level, what in FALLING)


def price_book(sets: Sequence[str] = (), dollars_of: int = NEWEST) -> Book:
    """The catalog's prices, some of them changed.

    Parameters
    ----------
    sets : sequence of str
        ``KEY=VALUE`` each; KEY is one of the account, or a system in place of its ``default``.
        Dollars are of the year ``dollars_of``; the range shrinks to the value.

    Raises
    ------
    ScenarioError
        Where a key is not known, or a value is no number or out of its range.
    """
    account = dict(catalog()[ACCOUNT].parameters)
    index = {int(key[1:]): p.nominal for key, p in catalog()[INDEX].parameters.items()}
    origin = Origin("cost")
    if dollars_of not in index:
        words = f"the price index holds {min(index)} to {max(index)}"
        raise origin.refuse("--dollars", dollars_of, words)
    for words in sets:
        key, equals, text = words.partition("=")
        if not equals:
            raise origin.refuse(
                "--cost", words, "write KEY=VALUE", "For example ship.unit_usd=2e9."
            )
        old = _known(key.strip(), account, origin)
        value = parse_yaml(text, f"--cost {key}")
        _refuse_odd(key.strip(), value, origin)
        account[key.strip()] = replace(
            old, low=value, nominal=value, high=value, source=BY_HAND, year=dollars_of, url="",
            note="", confidence="L",
        )  # fmt: skip
    return Book(account, index, dollars_of)


def _known(key: str, account: Mapping[str, Parameter], origin: Origin) -> Parameter:
    """The parameter that a key changes: its own, or that of all systems."""
    if key in account:
        return account[key]
    system, _, what = key.rpartition(".")
    names = {*catalog(), "ship", "node"}
    if system in names and f"default.{what}" in account:
        return account[f"default.{what}"]
    every = [*account, *(f"{system}.{k.partition('.')[2]}" for k in account if k[:8] == "default.")]
    hint = did_you_mean(key, every) or f"All keys: opendome catalog {ACCOUNT}."
    raise origin.refuse("--cost", key, "the account of costs has no such key", hint)


def _refuse_odd(key: str, value: Any, origin: Origin) -> None:
    what = key.rpartition(".")[2]
    low, high = LEAST.get(what, 0.0), MOST.get(what, 1e13)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not low <= value <= high:
        raise origin.refuse(f"--cost {key}", value, f"allowed: {low:g} to {high:g}")


def price_of(book: Book, system: Any, found: Entry, level: str) -> Parameter:
    """Price of a round or a sensor: the catalog's with its spread, or what the scenario sets.

    Parameters
    ----------
    system
        The noun that the scenario built, with its ``name`` and ``cost``.
    found : Entry
        The catalog entry that it was built from.
    level : str
        Which of the catalog's numbers the scenario takes.
    """
    said = found.parameters.get("cost_usd")
    cost = float(system.cost)
    if said is not None and math.isclose(cost, getattr(said, level), rel_tol=1e-9):
        return said
    if said is None and cost == 0.0:
        return book.parameter(system.name, "unit_usd")
    return Parameter(cost, cost, cost, "usd", SCENARIO, book.dollars_of)
