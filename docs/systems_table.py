"""The table of systems: ``systems.yaml`` read, checked against the program, and made a page."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent / "tests"
VERBS = {
    "threats": "flown by",
    "interceptors": "shoots by",
    "sensors": "sees by",
    "command": "modelled by",
    "accounts": "modelled by",
}
OWN = re.compile("assum|derived|estimate")  # sources that are our own arithmetic
N_SOURCES = 3  # named in a row; the catalog has the rest
BEST = {"H": 0, "M": 1, "L": 2}

Row = dict[str, Any]


@cache
def families() -> dict[str, list[Row]]:
    """Every family with its rows."""
    found: dict[str, list[Row]] = yaml.safe_load((HERE / "systems.yaml").read_text("utf-8"))
    return found


def rows() -> Iterator[tuple[str, Row]]:
    """Every row with its family."""
    for family, members in families().items():
        for row in members:
            yield family, row


def faults(row: Row) -> list[str]:
    """What a row lacks: sentences, none where it is complete."""
    return [*_model_faults(row), *_test_faults(row), *_example_faults(row)]


def _model_faults(row: Row) -> Iterator[str]:
    from opendome.scenario import catalog

    entries = row.get("entries", [])
    for name in entries:
        if name not in catalog():
            yield f"the catalog has no '{name}'"
        elif not catalog()[name].is_modelled:
            yield f"'{name}' is not modelled"
    for dotted in row.get("code", []):
        module, _, name = dotted.rpartition(".")
        if not _has(module, name):
            yield f"there is no {dotted}"
    if not entries and not row.get("code"):
        yield "no entry and no code models it"
    if not row.get("models"):
        yield "it names no page of docs/models"
    for page in row.get("models", []):
        if not (HERE / "models" / f"{page}.md").exists():
            yield f"docs/models/{page}.md is missing"


def _has(module: str, name: str) -> bool:
    try:
        return hasattr(importlib.import_module(module), name)
    except ModuleNotFoundError:
        return False


def _test_faults(row: Row) -> Iterator[str]:
    if not row.get("tests"):
        yield "no test is named"
    if not row.get("against"):
        yield "it does not say what it is held against"
    for test in row.get("tests", []):
        file, _, name = test.partition("::")
        if name not in _functions(file):
            yield f"there is no test {test}"


@cache
def _functions(file: str) -> frozenset[str]:
    """Names of the tests in a file below ``tests``."""
    path = TESTS / file
    if not path.exists():
        return frozenset()
    tree = ast.parse(path.read_text("utf-8"))
    names = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in names if name.startswith("test_"))


def _example_faults(row: Row) -> Iterator[str]:
    from opendome.scenario import load, shipped

    name = row.get("example")
    if name not in shipped():
        yield f"no scenario '{name}' is shipped"
        return
    scenario = load(name, row.get("sets", []))
    entries = set(row.get("entries", []))
    if entries and not entries & set(scenario.systems):
        yield f"{name} uses none of {', '.join(sorted(entries))}"
    if "has" in row and not any(_walk(scenario, row["has"].split("."))):
        yield f"{name} has nothing at {row['has']}"
    if not entries and "has" not in row and not row.get("sets"):
        yield f"nothing says what of it {name} shows"


def _walk(thing: Any, way: list[str]) -> Iterator[Any]:
    """What lies at the end of a way of names; every item of a tuple."""
    if isinstance(thing, tuple):
        for item in thing:
            yield from _walk(item, way)
    elif not way:
        yield thing
    elif hasattr(thing, way[0]):
        yield from _walk(getattr(thing, way[0]), way[1:])


def page() -> str:
    """The page of the table."""
    lines = [
        "# Systems",
        "",
        "Every system that OpenDome is to hold: what models it, what its tests hold it against,",
        "where its numbers come from, and a shipped scenario in which it can be seen. The table is",
        "made of `docs/systems.yaml` and the catalog; a test fails when a row loses its model, its",
        "test or its example.",
    ]
    for family, members in families().items():
        lines += [
            "",
            f"## {family.capitalize()}",
            "",
            f"| system | {VERBS[family]} | tested against | tests | source | example |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        lines += [_line(row) for row in members]
    return "\n".join([*lines, ""])


def _line(row: Row) -> str:
    if row.get("waits"):
        waits = "; ".join(dict.fromkeys(faults(row))) or row["waits"]
        return f"| {row['system']} | *not yet: {waits}* | | | {_sources(row)} | |"
    models = ", ".join(f"[{page}](../../models/{page}.md)" for page in row["models"])
    tests = "<br>".join(f"`{test.replace('::', ' ')}`" for test in row["tests"])
    sets = "".join(f" `--set {change}`" for change in row.get("sets", []))
    return (
        f"| {row['system']} | {models} | {row['against']} | {tests} | {_sources(row)} "
        f"| `{row['example']}`{sets} |"
    )


def _sources(row: Row) -> str:
    """Entries of the catalog, and the best of their sources."""
    from opendome.scenario import catalog

    found = [catalog()[name] for name in row.get("entries", []) if name in catalog()]
    if not found:
        return "model page"
    links = ", ".join(
        f"[`{e.name}`](catalog.md#system-{e.name.replace('_', '-')})" for e in found
    )  # fmt: skip
    numbers = sorted(
        (p for e in found for p in e.parameters.values()), key=lambda p: BEST[p.confidence]
    )
    named = dict.fromkeys(_first(p.source) for p in numbers if not OWN.search(p.source))
    return "; ".join([links, *list(named)[:N_SOURCES]])


def _first(source: str) -> str:
    """The first of the sources of a number, as text for a cell."""
    text = re.split(r";(?![^(]*\))", source)[0].strip()
    for sign in ("\\", "|", "[", "]", "<", ">", "*", "$"):
        text = text.replace(sign, f"\\{sign}")
    return text
