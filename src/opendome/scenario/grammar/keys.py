"""Keys of the file format: what a field of a noun says about itself, and how to ask for it.

``quantity`` (in ``units``) and the makers below put the same facts on each field: its key in the
file, its kind, its range, one sentence of meaning. Reading, writing, JSON Schema and the
reference of keys are all derived from ``keys_of``.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from opendome.scenario.units import REQUIRED

NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_-]{1,64}")  # what a name in a file may look like
_STEP = re.compile(r"([A-Za-z0-9_]+)((?:\[\d{1,4}\])?)")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the file, as its noun defines it. Numbers are in the file's unit.

    ``kind`` is one of number, integer, choice, flag, name, text, time, names, words, values,
    settings, part, parts, table, system, aim. ``file_default`` is REQUIRED for a key that must be
    given.
    """

    field: str
    key: str
    kind: str
    about: str
    unit: str = "1"
    low: float | None = None
    high: float | None = None
    above: float | None = None
    not_below: str = ""
    choices: tuple[str, ...] = ()
    is_flat: bool = False
    file_default: Any = REQUIRED
    nouns: tuple[type, ...] = ()  # what a part, parts, table, system or aim holds

    @property
    def is_required(self) -> bool:
        """Whether the file must give it."""
        return self.file_default is REQUIRED

    @property
    def noun(self) -> type:
        """The noun of a part, of each of its parts, or of each row of a table."""
        return self.nouns[0]


def _made(facts: dict[str, Any], default: Any = REQUIRED) -> Any:
    if isinstance(default, dict):
        return field(default_factory=dict, hash=False, metadata={**facts, "file_default": {}})
    if default is REQUIRED:
        return field(metadata=facts)
    return field(default=default, metadata={**facts, "file_default": default})


def integer(
    key: str,
    about: str,
    *,
    low: int,
    high: int,
    not_below: str = "",
    default: Any = REQUIRED,
) -> Any:
    """Field that holds a whole number from ``low`` to ``high``."""
    facts = {"key": key, "kind": "integer", "about": about, "low": low, "high": high}
    facts["not_below"] = not_below
    return _made(facts, default)


def choice(key: str, about: str, choices: tuple[str, ...], *, default: Any = REQUIRED) -> Any:
    """Field that holds one of a few words."""
    return _made({"key": key, "kind": "choice", "about": about, "choices": choices}, default)


def flag(key: str, about: str, *, default: Any = REQUIRED) -> Any:
    """Field that is true or false."""
    return _made({"key": key, "kind": "flag", "about": about}, default)


def name(key: str, about: str, *, default: Any = REQUIRED) -> Any:
    """Field that holds a name: letters, digits, '_' and '-'."""
    return _made({"key": key, "kind": "name", "about": about}, default)


def text(key: str, about: str, *, longest: int = 200, default: Any = REQUIRED) -> Any:
    """Field that holds words for people, at most ``longest`` characters."""
    return _made({"key": key, "kind": "text", "about": about, "high": longest}, default)


def time(key: str, about: str, *, default: Any = REQUIRED) -> Any:
    """Field that holds a calendar time, ISO 8601 in UTC."""
    return _made({"key": key, "kind": "time", "about": about}, default)


def names(key: str, about: str) -> Any:
    """Field that holds a list of names, none by default."""
    return _made({"key": key, "kind": "names", "about": about}, ())


def words(key: str, about: str) -> Any:
    """Field that holds a mapping of dotted keys to a word or flag each, empty by default."""
    return _made({"key": key, "kind": "words", "about": about}, {})


def values(key: str, about: str) -> Any:
    """Field that holds a list of single values (texts, numbers, flags), none by default."""
    return _made({"key": key, "kind": "values", "about": about}, ())


def settings(key: str, about: str) -> Any:
    """Field that holds a mapping of dotted keys to a single value each, empty by default."""
    return _made({"key": key, "kind": "settings", "about": about}, {})


def part(key: str, about: str, *, is_flat: bool = False, default: Any = REQUIRED) -> Any:
    """Field that holds another noun under ``key``, or (flat) with its keys among one's own."""
    return _made({"key": key, "kind": "part", "about": about, "is_flat": is_flat}, default)


def parts(key: str, about: str, *, low: int = 0, high: int = 1000, default: Any = REQUIRED) -> Any:
    """Field that holds a list of nouns, ``low`` to ``high`` of them."""
    facts = {"key": key, "kind": "parts", "about": about, "low": low, "high": high}
    return _made(facts, default)


def table(key: str, about: str) -> Any:
    """Field that holds nouns by name, none by default."""
    return _made({"key": key, "kind": "table", "about": about}, {})


def system(about: str) -> Any:
    """Field that holds a system of the catalog: ``system`` names it, ``overrides`` changes it."""
    return _made({"key": "system", "kind": "system", "about": about})


def aim(key: str, about: str) -> Any:
    """Field that holds a place, the name of an asset, or a list of those."""
    return _made({"key": key, "kind": "aim", "about": about, "low": 1, "high": 1000})


def _nouns_within(hint: Any) -> tuple[type, ...]:
    """Nouns that a type hint names, inside unions, tuples and tables too."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return (hint,)
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is not None:
        return tuple(noun for arg in typing.get_args(hint) for noun in _nouns_within(arg))
    return ()


@cache
def keys_of(noun: type) -> tuple[Key, ...]:
    """Keys of a noun, in the order of its fields."""
    hints = typing.get_type_hints(noun)
    return tuple(
        Key(field=f.name, nouns=_nouns_within(hints[f.name]), **f.metadata)
        for f in dataclasses.fields(noun)
        if f.metadata
    )


@cache
def file_keys(noun: type) -> dict[str, Key]:
    """Every key that may stand directly in a noun's mapping, those of flat parts included."""
    found: dict[str, Key] = {}
    for key in keys_of(noun):
        if key.is_flat:
            found.update(file_keys(key.noun))
        else:
            found[key.key] = key
        if key.kind == "system":
            found["overrides"] = dataclasses.replace(
                key, key="overrides", kind="words", about="Changed catalog keys.", file_default={}
            )
    return found


def find_leaf(noun: type, dotted: str) -> Key | None:
    """Key of a single value within a noun, by dotted path (``booster.stages[0].burn_s``)."""
    *way, last = dotted.split(".")
    for step in way:
        match = _STEP.fullmatch(step)
        key = file_keys(noun).get(match[1]) if match else None
        if match is None or key is None or key.kind not in ("part", "parts"):
            return None
        if (key.kind == "parts") != bool(match[2]):
            return None
        noun = key.noun
    key = file_keys(noun).get(last)
    return None if key is None or key.kind in ("part", "parts", "table", "system") else key


def leaves(noun: type) -> Iterator[tuple[str, Key]]:
    """Dotted path and key of every single value of a noun; a list stands as its first item."""
    for path, key in file_keys(noun).items():
        if key.kind == "part":
            yield from ((f"{path}.{inner}", leaf) for inner, leaf in leaves(key.noun))
        elif key.kind == "parts":
            yield from ((f"{path}[0].{inner}", leaf) for inner, leaf in leaves(key.noun))
        else:
            yield path, key
