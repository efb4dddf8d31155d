"""``opendome cost``: what a scenario's architecture costs over the years, layer by layer."""

from __future__ import annotations

import argparse
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from opendome.errors import ScenarioError
from opendome.results.result import open_campaign
from opendome.scenario.load import load
from opendome.scenario.units import to_si
from opendome.studies.cost import KINDS, Bill, Element, Range, bill
from opendome.studies.price_book import price_book
from opendome.views.cli.voice import people, print_json
from opendome.views.report.words import dollars, plural

DONE = 0
LIMITS = (
    "Everything is counted as bought new; low adds all lows and high all highs: bounds, no "
    "interval. Command networks beyond their nodes, training, bases and warheads are not counted."
)


def act(given: argparse.Namespace) -> int:
    """Run the command; gives the exit code."""
    scenario = load(given.scenario, given.sets)
    book = price_book(given.costs, given.dollars)
    period = to_si(given.years, "yr")
    if given.raids and not given.campaign:
        raise ScenarioError("cost: --raids says how often; --campaign DIR says what a raid spends.")
    expended = _expended(given.campaign, given.raids or 1) if given.campaign else None
    found = bill(scenario, book, period, expended)
    if given.json:
        print_json(answer(scenario.name, given.years, found))
    else:
        _print(people(False), scenario.name, given, found)
    return DONE


def _expended(folder: str, raids: int) -> Range:
    """Dollars of the rounds that so many raids spend, from a campaign's mean and interval."""
    said = open_campaign(folder).summary["cost_defense_usd"]
    value, low, high = (said[k] for k in ("value", "low", "high"))
    low, high = (value if x is None else x for x in (low, high))
    return Range(raids * low, raids * value, raids * high)


def answer(name: str, years: float, found: Bill) -> dict[str, Any]:
    """The bill as one JSON object."""
    return {
        "name": name,
        "years": years,
        "dollars_of": found.dollars_of,
        "total_usd": found.total()._asdict(),
        "by_layer_usd": {layer: found.total(layer)._asdict() for layer in found.layers},
        "by_kind_usd": {kind: found.total(kind=kind)._asdict() for kind in KINDS},
        "elements": [_element(e) for e in found.elements],
        "without_price": found.unpriced,
        "limits": LIMITS,
    }


def _element(e: Element) -> dict[str, Any]:
    return {
        "layer": e.layer,
        "name": e.name,
        "system": e.system,
        "kind": e.kind,
        "usd": e.amount._asdict(),
        "source": e.source,
        "confidence": e.confidence,
    }


def _money(amount: Range) -> tuple[str, str]:
    return dollars(amount.nominal), f"{dollars(amount.low)} to {dollars(amount.high)}"


def _print(console: Console, name: str, given: argparse.Namespace, found: Bill) -> None:
    console.print(
        Text(f"{name}: {given.years:g} years, dollars of {found.dollars_of}", style="bold")
    )
    by_layer = [(layer, found.total(layer)) for layer in found.layers]
    by_kind = [(kind, found.total(kind=kind)) for kind in KINDS]
    for head, rows in (("layer", by_layer), ("kind", by_kind)):
        table = Table(head, "cost", "low to high", box=box.SIMPLE_HEAD, pad_edge=False)
        for label, amount in rows:
            if amount.high:
                table.add_row(Text(label), *_money(amount))
        table.add_section()
        table.add_row("all", *_money(found.total()), style="bold")
        console.print(table)
    if given.elements:
        _print_elements(console, found)
    if found.unpriced:
        console.print(f"Without any public price, counted as 0: {', '.join(found.unpriced)}.")
    console.print(LIMITS)
    if not given.elements:
        n = plural(len(found.elements), "element")
        console.print(f"{n} with their sources: --elements, or --json.")


def _print_elements(console: Console, found: Bill) -> None:
    table = Table("layer", "what", "kind", "cost", "low to high", "", "source",
                  box=box.SIMPLE_HEAD, pad_edge=False)  # fmt: skip
    for e in found.elements:
        table.add_row(
            Text(e.layer), Text(e.name), e.kind, *_money(e.amount), e.confidence, Text(e.source)
        )
    console.print(table)
