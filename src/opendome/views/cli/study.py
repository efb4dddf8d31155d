"""``opendome study``: a question answered by a formula, by many runs, or by both side by side."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable
from rich.text import Text

from opendome.scenario.grammar.keys import Key
from opendome.scenario.grammar.refusal import Origin, allowed, did_you_mean
from opendome.scenario.units import REQUIRED, after_number
from opendome.studies.inputs import keys_of_inputs
from opendome.views.cli.parser import STUDIES
from opendome.views.cli.voice import note, people, print_json
from opendome.views.studies.told import Told

DONE = 0


def act(given: argparse.Namespace) -> int:
    """Run the command; gives the exit code."""
    console = people(given.json)
    if given.name is None:
        _list_studies(console, given.json)
        return DONE
    if given.name not in STUDIES:
        hint = did_you_mean(given.name, STUDIES)
        raise Origin("study").refuse("NAME", given.name, f"known: {', '.join(STUDIES)}", hint)
    module = import_module(f"opendome.views.studies.{given.name}")
    if given.keys:
        _list_keys(console, module, given.json)
        return DONE
    told: Told = module.tell(given.sets)
    if given.json:
        print_json(told.answer)
    else:
        _print(console, told)
    if given.figure:
        if told.figure is None:
            note(f"{given.name} has no figure.")
        else:
            Path(given.figure).write_text(f"{told.figure()}\n", encoding="utf-8")
            note(f"figure: {given.figure}")
    return DONE


def _list_studies(console: Console, is_json: bool) -> None:
    if is_json:
        print_json({"studies": [{"name": n, "about": about} for n, about in STUDIES.items()]})
        return
    width = max(map(len, STUDIES))
    for name, about in STUDIES.items():
        console.print(Text(f"  {name:{width}}  {about}"))
    console.print("\nWhat can be set: opendome study NAME --keys")


def _default(key: Key) -> Any:
    return None if key.file_default is REQUIRED else key.file_default


def _list_keys(console: Console, module: ModuleType, is_json: bool) -> None:
    keys = keys_of_inputs(module.INPUTS)
    if is_json:
        rows = [
            {"key": k.key, "unit": k.unit, "default": _default(k), "about": k.about} for k in keys
        ]
        print_json({"study": module.NAME, "keys": rows})
        return
    table = RichTable("key", "default", "meaning", "", box=box.SIMPLE_HEAD, pad_edge=False)
    for key in keys:
        value = _default(key)
        shown = "" if value is None else f"{value}{after_number(key.unit)}"
        table.add_row(Text(key.key), Text(shown), Text(key.about), Text(allowed(key)))
    console.print(table)


def _print(console: Console, told: Told) -> None:
    for shown in told.tables:
        console.print(Text(f"\n{shown.title}", style="bold"))
        table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
        for head in shown.head:
            table.add_column(escape(head), overflow="fold")  # a narrow window cuts no number
        for row in shown.rows:
            table.add_row(*map(Text, row))
        console.print(table)
    for sentence in told.notes:
        console.print(Text(sentence))
