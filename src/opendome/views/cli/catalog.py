"""``opendome catalog``: the systems that are known, and the numbers of each with their sources."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from opendome.scenario.catalog_entries import catalog, entry
from opendome.scenario.entries import Entry, Parameter
from opendome.views.cli.voice import people, print_json

DONE = 0


def act(given: argparse.Namespace) -> int:
    """Run the command; gives the exit code."""
    console = people(given.json)
    if given.name is None:
        entries = [e for e in catalog().values() if e.is_modelled or not given.modelled]
        if given.json:
            print_json({"systems": [_line(e) for e in entries]})
        else:
            _print_list(console, entries)
        return DONE
    found = entry(given.name)
    if given.json:
        print_json(asdict(found))
    else:
        _print_entry(console, found)
    return DONE


def _line(found: Entry) -> dict[str, Any]:
    return {
        "name": found.name,
        "kind": found.kind,
        "title": found.title,
        "is_modelled": found.is_modelled,
        "aliases": list(found.aliases),
    }


def _print_list(console: Console, entries: Iterable[Entry]) -> None:
    ordered = sorted(entries, key=lambda e: (e.kind, not e.is_modelled))
    width = max(len(e.name) for e in ordered)
    for kind, group in groupby(ordered, key=lambda e: e.kind):
        console.print(Text(f"\n{kind}", style="bold"))
        for found in group:
            remark = "" if found.is_modelled else "  (listed only)"
            style = "" if found.is_modelled else "dim"
            console.print(Text(f"  {found.name:{width}}  {found.title}{remark}", style=style))
    console.print("\nOne system with its numbers and their sources: opendome catalog NAME")


def _print_entry(console: Console, found: Entry) -> None:
    console.print(Text(f"{found.title}  ({found.name}, {found.kind})", style="bold"))
    if found.aliases:
        console.print(f"Also called: {', '.join(found.aliases)}", markup=False)
    if not found.is_modelled:
        console.print("Listed only, for its numbers: no scenario can use it.")
    if found.about:
        console.print(Text(found.about), soft_wrap=False)
    for key, value in found.choices.items():
        console.print(f"{key}: {value}", markup=False)
    sources = list(dict.fromkeys(_source(p) for p in found.parameters.values()))
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.add_column("parameter", no_wrap=True)
    for name in ("low", "nominal", "high"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("source", no_wrap=True)
    for key, p in found.parameters.items():
        numbers = (_number(x) for x in (p.low, p.nominal, p.high))
        source = f"{p.confidence} ({sources.index(_source(p)) + 1})"
        table.add_row(Text(key), *numbers, source)
    console.print(table)
    for i, source in enumerate(sources):
        console.print(Padding(Text(f"({i + 1}) {source}"), (0, 0, 0, 1)), soft_wrap=False)
    notes = [(key, p.note) for key, p in found.parameters.items() if p.note]
    if notes:
        console.print(Text("\nNotes", style="bold"))
    for key, note in notes:
        console.print(Padding(Text(f"{key}: {note}"), (0, 0, 0, 1)), soft_wrap=False)
    console.print("\nConfidence: H official or agreed, M one good source, L claim.")


def _source(parameter: Parameter) -> str:
    """Source of a number with its year and page."""
    is_dated = parameter.year is None or str(parameter.year) in parameter.source
    year = "" if is_dated else f" ({parameter.year})"
    return f"{parameter.source}{year}{'  ' + parameter.url if parameter.url else ''}"


def _number(value: float) -> str:
    if abs(value) < 1e6:
        return f"{value:,.6g}"
    return f"{value:,.0f}" if abs(value) < 1e11 else f"{value:.4g}"
