"""The catalog: every system by name, and the nouns that are built from its entries."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from opendome.scenario.entries import LEVELS, MODELLED, Entry, Parameter
from opendome.scenario.grammar.keys import Key, find_leaf, leaves
from opendome.scenario.grammar.reading import Reading, join, read_noun, read_value
from opendome.scenario.grammar.refusal import Origin, did_you_mean, unknown_key
from opendome.scenario.grammar.writing import flat_values
from opendome.scenario.grammar.yaml_text import parse_yaml

LISTED = "it is listed in the catalog for its numbers; no scenario can use it"


@cache
def catalog() -> dict[str, Entry]:
    """Every system of the catalog by name, in the order of its files. Not to be changed."""
    found: dict[str, Entry] = {}
    folder = files("opendome.scenario") / "catalog"
    for page in sorted(folder.iterdir(), key=lambda p: p.name):
        if not page.name.endswith(".yaml"):
            continue
        file = f"catalog/{page.name}"
        origin = Origin(file)
        for name, entry in read_entries(page.read_text(encoding="utf-8"), file).items():
            if name in found:
                raise origin.refuse(name, name, "each system may stand in the catalog once")
            found[name] = entry
    return found


def read_entries(text: str, file: str) -> dict[str, Entry]:
    """Entries of one catalog file, by name."""
    data = parse_yaml(text, file) or {}
    reading = Reading(Origin(file))
    return {
        name: read_noun(Entry, row, name, reading, {"name": name}) for name, row in data.items()
    }


def entry(name: str) -> Entry:
    """Entry of the catalog by its name or another name of it.

    Raises
    ------
    ScenarioError
        If there is none; it offers the nearest name.
    """
    found = find_entry(name, catalog())
    if found is None:
        hint = did_you_mean(name, _names(catalog()))
        raise Origin("catalog").refuse(
            "name", name, f"the catalog knows {len(catalog())} systems, this is none of them", hint
        )
    return found


def find_entry(name: str, entries: Mapping[str, Entry]) -> Entry | None:
    """Entry by its name, else by an alias, else None."""
    if name in entries:
        return entries[name]
    return next((e for e in entries.values() if name in e.aliases), None)


def _names(entries: Mapping[str, Entry]) -> list[str]:
    return [word for name, e in entries.items() for word in (name, *e.aliases)]


def choose_entry(
    key: Key, name: Any, own: Mapping[str, Entry], where: str, origin: Origin
) -> Entry:
    """Entry that a ``system`` key names: one of the scenario's own, else of the catalog.

    Parameters
    ----------
    key : Key
        Says which nouns may stand there.
    own : mapping
        Entries of the scenario itself; they come before the catalog's.
    where : str
        Path of the key.
    """
    kinds = [kind for kind, noun in MODELLED.items() if noun in key.nouns]
    wanted = " or ".join(kinds)
    if not isinstance(name, str):
        raise origin.refuse(where, name, f"allowed: the name of a system of the catalog, {wanted}")
    found = find_entry(name, own) or find_entry(name, catalog())
    if found is None:
        every = {**catalog(), **own}
        fitting = {n: e for n, e in every.items() if e.kind in kinds}
        hint = did_you_mean(name, _names(fitting)) or did_you_mean(name, _names(every))
        ready = ", ".join(n for n, e in fitting.items() if e.is_modelled)
        raise origin.refuse(where, name, f"known as {wanted}: {ready}", hint)
    if not found.is_modelled:
        fitting = {n: e for n, e in catalog().items() if e.kind in kinds and e.is_modelled}
        hint = found.about or f"Modelled as {wanted}: {', '.join(fitting)}."
        raise origin.refuse(where, name, LISTED, hint)
    if found.kind not in kinds:
        fitting = {n: e for n, e in catalog().items() if e.kind in kinds and e.is_modelled}
        words = f"that system is of kind {found.kind}, wanted: {wanted}"
        raise origin.refuse(where, name, words, f"Known: {', '.join(fitting)}.")
    return found


def build_system(
    entry: Entry,
    level: str = "nominal",
    overrides: Mapping[str, Any] | None = None,
    *,
    origin: Origin | None = None,
    path: str = "",
) -> Any:
    """Noun of a system: of the kind that its entry has (``MODELLED``).

    Parameters
    ----------
    entry : Entry
        A modelled entry of the catalog.
    level : str
        Which of each parameter's numbers is taken: low, nominal or high.
    overrides : mapping, optional
        Dotted file key -> value in the file's unit, in place of the entry's.
    origin, path : optional
        Where the overrides were written, for errors.

    Raises
    ------
    ScenarioError
        If a key is unknown, missing or out of its range.
    """
    noun = MODELLED.get(entry.kind)
    if noun is None or not entry.is_modelled:
        raise Origin("catalog").refuse("name", entry.name, LISTED, entry.about)
    if level not in LEVELS:
        raise ValueError(f"level is {level!r}; known: {', '.join(LEVELS)}.")
    reading = Reading(origin or Origin("catalog"))
    path = path or join(entry.name, "parameters")
    flat: dict[str, Any] = {}
    for dotted, word in entry.choices.items():
        flat[dotted] = _checked(noun, dotted, word, join(path, dotted), reading)
    for dotted, parameter in entry.parameters.items():
        here, number = join(path, dotted), getattr(parameter, level)
        flat[dotted] = _checked(noun, dotted, number, here, reading)
        _refuse_other_unit(noun, dotted, parameter, here, reading)
    for dotted, value in (overrides or {}).items():
        here = join(path, dotted)
        way, bracket, _ = dotted.rpartition("]")
        if bracket and not any(other.startswith(f"{way}].") for other in flat):
            raise reading.origin.refuse(here, value, "the catalog entry has no such item")
        flat[dotted] = _checked(noun, dotted, value, here, reading)
    data = _nested(flat, path, reading)
    return read_noun(noun, data, path, reading, {"name": entry.name, "title": entry.title})


def _checked(noun: type, dotted: str, value: Any, here: str, reading: Reading) -> Any:
    """The value of one dotted key, after the key is known and takes it."""
    key = find_leaf(noun, dotted)
    if key is None:
        why, hint = unknown_key(dotted, dict(leaves(noun)))
        if isinstance(value, Mapping):
            hint = "Write a dotted key, such as seeker.sigma_urad."
        raise reading.origin.refuse(here, value, why, hint)
    if value is not None:
        read_value(key, value, here, reading)
    elif key.is_required:
        raise reading.refuse(here, value, key, key.about)
    return value


def _refuse_other_unit(
    noun: type, dotted: str, parameter: Parameter, here: str, reading: Reading
) -> None:
    key = find_leaf(noun, dotted)
    if key is not None and parameter.unit != key.unit:
        words = f"allowed: {key.unit}"
        raise reading.origin.refuse(f"{here}.unit", parameter.unit, words, "The key says the unit.")


def _nested(flat: Mapping[str, Any], path: str, reading: Reading) -> dict[str, Any]:
    """Nested mappings and lists from dotted keys."""
    root: dict[str, Any] = {}
    for dotted, value in flat.items():
        *way, last = dotted.split(".")
        here = root
        for step in way:
            word, _, index = step.rstrip("]").partition("[")
            here = here.setdefault(word, {})
            if index:
                here = here.setdefault(int(index), {})
        here[last] = value
    return {key: _listed(value, join(path, key), reading) for key, value in root.items()}


def _listed(value: Any, path: str, reading: Reading) -> Any:
    """The same with every mapping of indices turned into a list."""
    if not isinstance(value, dict):
        return value
    if not any(isinstance(key, int) for key in value):
        return {key: _listed(item, join(path, key), reading) for key, item in value.items()}
    for i in range(len(value)):
        if i not in value:
            raise reading.origin.refuse(f"{path}[{i}]", ..., "items are counted from 0 on")
    return [_listed(value[i], f"{path}[{i}]", reading) for i in range(len(value))]


def entry_of(made: Any) -> Entry:
    """Entry that builds a system noun: its own numbers, with no source but the scenario."""
    kind = next(kind for kind, noun in MODELLED.items() if noun is type(made))
    parameters, choices = {}, {}
    for dotted, key, value in flat_values(made):
        if value is None:
            continue
        if key.kind in ("number", "integer"):
            parameters[dotted] = Parameter(value, value, value, key.unit, "set by the scenario")
        else:
            choices[dotted] = value
    return Entry(
        name=made.name, kind=kind, title=made.title, choices=choices, parameters=parameters
    )


def changed_values(made: Any, base: Any) -> dict[str, Any]:
    """What must be overridden in one system noun to get another of the same name."""
    ours = {dotted: value for dotted, _, value in flat_values(made)}
    theirs = {dotted: value for dotted, _, value in flat_values(base)}
    if {d for d in ours if "[" in d} != {d for d in theirs if "[" in d}:
        raise ValueError(f"two systems named {made.name!r} differ in their number of stages.")
    changed = {d: value for d, value in ours.items() if value != theirs.get(d)}
    return {d: value for d, value in changed.items() if find_leaf(type(made), d) is not None}
