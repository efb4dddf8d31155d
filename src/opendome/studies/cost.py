"""What an architecture costs over some years: every element with its range and its source.

Development, procurement, launch, replenishment, operation, and rounds expended, for everything
that a scenario holds, as if all of it were bought new. The low total adds all lows and the high
total all highs: bounds, not an interval.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from opendome.scenario.catalog_entries import build_system, catalog
from opendome.scenario.entries import LEVELS, Parameter
from opendome.scenario.scenario import Scenario
from opendome.scenario.sensors import Sensor
from opendome.scenario.units import TO_SI
from opendome.scenario.weapons import Battery
from opendome.studies.learning import cost_of_units, unit_cost
from opendome.studies.price_book import Book, price_of

KINDS: Final = (
    "development", "procurement", "launch", "replenishment", "operation", "expended",
)  # fmt: skip
SENSORS, COMMAND, SHIPS, EXPENDED = "sensors", "command", "ships", "rounds expended"
TWENTY: Final = 20.0 * TO_SI["yr"]


class Range(NamedTuple):
    """Dollars, lowest to highest."""

    low: float
    nominal: float
    high: float


@dataclass(frozen=True)
class Element:
    """One line of the bill."""

    layer: str
    name: str  # of the battery, sensor or system
    system: str
    kind: str  # one of KINDS
    amount: Range
    source: str
    confidence: str


class Line(NamedTuple):
    """An element at one level."""

    layer: str
    name: str
    system: str
    kind: str
    amount: float
    said: Parameter


class Buying(NamedTuple):
    """So many of a thing, and the price of one with what is said of it."""

    price: Parameter
    system: str
    n: float  # that stand at a time


@dataclass(frozen=True)
class Bill:
    """All elements, what they add up to, and what has no public price."""

    elements: list[Element]
    period: float  # s
    dollars_of: int
    unpriced: list[str]

    def total(self, layer: str | None = None, kind: str | None = None) -> Range:
        """Sum over all elements, or those of a layer or a kind."""
        rows = [
            e.amount for e in self.elements if layer in (None, e.layer) and kind in (None, e.kind)
        ]
        return Range(*(sum((r[i] for r in rows), 0.0) for i in range(3)))

    @property
    def layers(self) -> list[str]:
        """Layers in the order of the bill."""
        return list(dict.fromkeys(e.layer for e in self.elements))


def bill(
    scenario: Scenario, book: Book, period: float = TWENTY, expended: Range | None = None
) -> Bill:
    """Everything that a scenario's architecture costs over a period.

    Parameters
    ----------
    period : float
        s.
    expended : Range, optional
        Dollars of rounds fired in all raids of the period.
    """
    levels = [list(_lines(scenario, book, level, period)) for level in LEVELS]
    elements = [
        Element(
            rows[1].layer, rows[1].name, rows[1].system, rows[1].kind,
            Range(*(row.amount for row in rows)), rows[1].said.source, rows[1].said.confidence,
        )
        for rows in zip(*levels, strict=True)
    ]  # fmt: skip
    elements = [e for e in elements if e.amount.high > 0.0]
    if expended is not None:
        elements.append(
            Element(EXPENDED, EXPENDED, "", "expended", expended, "a campaign of this program", "L")
        )
    return Bill(elements, period, book.dollars_of, _unpriced(scenario, book))


def _unpriced(scenario: Scenario, book: Book) -> list[str]:
    """Sensors whose price is nowhere said."""
    names = {
        s.system.name
        for s in scenario.sensors
        if s.system.cost == 0.0
        and "cost_usd" not in scenario.systems[s.system.name].parameters
        and f"{s.system.name}.unit_usd" not in book.account
    }
    return sorted(names)


def _lines(scenario: Scenario, book: Book, level: str, period: float) -> Iterator[Line]:
    """Every element at one level, the same ones in the same order at each."""
    layer_of = {b: layer.name for layer in scenario.command.layers for b in layer.batteries}
    developed: set[str] = set()
    units: set[str] = set()
    for battery in scenario.weapons:
        layer = layer_of.get(battery.name, battery.system.name)
        is_new, is_unit = _is_first(battery, developed, units)
        if is_new:
            yield from _development(book, level, layer, battery.system.name)
        yield from _battery(scenario, book, level, period, layer, battery, is_unit)
    for sensor in scenario.sensors:
        if sensor.system.name not in developed:
            developed.add(sensor.system.name)
            yield from _development(book, level, SENSORS, sensor.system.name)
        yield from _sensor(scenario, book, level, period, sensor)
    yield from _ships(scenario, book, level, period)
    yield from _nodes(scenario, book, level, period)


def _is_first(battery: Battery, developed: set[str], units: set[str]) -> tuple[bool, bool]:
    """Whether a battery is the first of its system, and the first of its fire unit."""
    unit = battery.unit or battery.name
    is_new, is_unit = battery.system.name not in developed, unit not in units
    if _rounds(battery) == 0:
        return False, is_unit and battery.shell is None
    developed.add(battery.system.name)
    units.add(unit)
    return is_new, is_unit


def _rounds(battery: Battery) -> int:
    return battery.n_launchers * battery.n_each * (1 + battery.reloads)


def _development(book: Book, level: str, layer: str, system: str) -> Iterator[Line]:
    said = book.parameter(system, "development_usd")
    yield Line(layer, system, system, "development", book.value(said, level), said)


def _bought(book: Book, level: str, period: float, buying: Buying) -> tuple[float, float, float]:
    """Dollars of the first stock and of what replaces it, and how many are bought in all.

    Things are replaced as they come to their age, all through the period; the price holds for the
    unit of number ``unit_number`` where there is learning.
    """
    system = buying.system
    slope, number = (book.of(system, w, level) for w in ("learning", "unit_number"))
    first = book.value(buying.price, level) / unit_cost(1.0, slope, number)
    n_all = buying.n * max(1.0, period / book.of(system, "life_yr", level))
    stock = cost_of_units(first, slope, buying.n)
    return stock, cost_of_units(first, slope, n_all) - stock, n_all


def _battery(  # size: the books, and what is bought
    scenario: Scenario, book: Book, level: str, period: float, layer: str, battery: Battery,
    is_unit: bool,
) -> Iterator[Line]:  # fmt: skip
    """Rounds, equipment, launch and operation of a battery."""
    system, n = battery.system.name, float(_rounds(battery))
    price = price_of(book, battery.system, scenario.systems[system], scenario.catalog_level)
    stock, later, n_all = _bought(book, level, period, Buying(price, system, n))
    equipment = 0.0
    for what, count in (("launcher_usd", battery.n_launchers), ("fire_unit_usd", int(is_unit))):
        said = book.parameter(system, what)
        amount = 0.0 if battery.shell is not None else count * book.value(said, level)
        equipment += amount
        yield Line(layer, battery.name, system, "procurement", amount, said)
    yield Line(layer, battery.name, system, "procurement", stock, price)
    yield Line(layer, battery.name, system, "replenishment", later, price)
    yield _launch(book, level, (layer, battery.name, system), n_all)
    yield from _operation(
        book, level, period, (layer, battery.name, system), (stock + equipment, n)
    )


def _launch(book: Book, level: str, named: tuple[str, str, str], n: float) -> Line:
    """To orbit, by mass."""
    said = book.parameter("launch", "price_usd_kg")
    mass = book.of(named[2], "launch_kg", level)
    return Line(*named, "launch", n * mass * book.value(said, level), said)


def _operation(
    book: Book, level: str, period: float, named: tuple[str, str, str], of: tuple[float, float]
) -> Iterator[Line]:
    """A share of what was bought each year, and an amount for each thing."""
    bought, n = of
    share = book.parameter(named[2], "operation_share_1_yr")
    each = book.parameter(named[2], "unit_operation_usd_yr")
    yield Line(*named, "operation", period * bought * book.value(share, level), share)
    yield Line(*named, "operation", period * n * book.value(each, level), each)


def _sensor(
    scenario: Scenario, book: Book, level: str, period: float, sensor: Sensor
) -> Iterator[Line]:
    """A radar, or all satellites of a sensor."""
    system: Any = sensor.system
    named = (SENSORS, sensor.name, system.name)
    n = float(sum(shell.total for shell in sensor.orbits) + len(sensor.ellipses)) or 1.0
    price = price_of(book, system, scenario.systems[system.name], scenario.catalog_level)
    stock, later, n_all = _bought(book, level, period, Buying(price, system.name, n))
    yield Line(*named, "procurement", stock, price)
    yield Line(*named, "replenishment", later, price)
    yield _launch(book, level, named, n_all)
    yield from _operation(book, level, period, named, (stock, n))


def _ships(scenario: Scenario, book: Book, level: str, period: float) -> Iterator[Line]:
    """Ships that carry batteries, one for each place at sea."""
    places = {b.site for b in scenario.weapons if b.platform == "ship" and b.site is not None}
    n, named = float(len(places)), (SHIPS, "ships", "ship")
    said = book.parameter("ship", "unit_usd")
    yield Line(*named, "procurement", n * book.value(said, level), said)
    each = book.parameter("ship", "unit_operation_usd_yr")
    yield Line(*named, "operation", period * n * book.value(each, level), each)


def _nodes(scenario: Scenario, book: Book, level: str, period: float) -> Iterator[Line]:
    """Command nodes that have a battery or a sensor."""
    used = {b.node for b in scenario.weapons} | {s.node for s in scenario.sensors}
    n, named = float(len(used)), (COMMAND, "nodes", "node")
    said = book.parameter("node", "unit_usd")
    yield Line(*named, "procurement", n * book.value(said, level), said)
    yield from _operation(book, level, period, named, (n * book.value(said, level), n))


def price_of_one_more(system: str, book: Book, period: float = TWENTY) -> Range:
    """Dollars over a period for one more round of a system, equipment and development apart.

    A satellite with its round where it is based in orbit: its launch, its replacements, its share
    of operation.
    """
    return Range(*(_one_more(system, book, level, period) for level in LEVELS))


def _one_more(system: str, book: Book, level: str, period: float) -> float:
    found = catalog()[system]
    price = price_of(book, build_system(found), found, "nominal")
    stock, later, n_all = _bought(book, level, period, Buying(price, system, 1.0))
    named = ("", "", system)
    operation = sum(row.amount for row in _operation(book, level, period, named, (stock, 1.0)))
    return stock + later + _launch(book, level, named, n_all).amount + operation


def price_of_one_threat(system: str, book: Book, period: float = TWENTY) -> Range:
    """Dollars over a period for one threat of a system: bought, replaced with age, kept ready.

    By the same shares and lives as rounds of the defense; no silo, no warhead.
    """
    said = catalog()[system].parameters["cost_usd"]
    prices = []
    for level in LEVELS:
        share, life = (book.of("default", w, level) for w in ("operation_share_1_yr", "life_yr"))
        price = book.value(said, level)
        prices.append(price * (max(1.0, period / life) + share * period))
    return Range(*prices)
