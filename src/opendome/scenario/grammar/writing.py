"""From nouns back to the plain data of the file: the exact inverse of reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from typing import Any

from opendome.scenario.grammar.keys import Key, keys_of
from opendome.scenario.units import from_si


def in_file(value: Any, key: Key) -> Any:
    """Value of one key as the file gives it: numbers in the file's unit."""
    if key.kind == "number" and value is not None:
        return from_si(value, key.unit)
    if key.kind in ("names", "values"):
        return list(value)
    return dict(value) if key.kind in ("words", "settings") else value


def write_noun(made: Any, write_system: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """Mapping of file keys that reads as the same noun; every default is written out.

    ``write_system`` gives the keys that stand for a system: its name and what is changed in it.
    """
    data: dict[str, Any] = {}
    noun: type = type(made)
    for key in keys_of(noun):
        value = getattr(made, key.field)
        if value is None:
            continue
        if key.kind == "system":
            data.update(write_system(value))
        elif key.is_flat:
            data.update(write_noun(value, write_system))
        elif key.kind == "parts":
            data[key.key] = [write_noun(item, write_system) for item in value]
        elif key.kind == "table":
            data[key.key] = {name: write_noun(row, write_system) for name, row in value.items()}
        elif key.kind == "aim" and isinstance(value, tuple):
            data[key.key] = [_written(item, write_system) for item in value]
        elif key.kind in ("part", "aim"):
            data[key.key] = _written(value, write_system)
        else:
            data[key.key] = in_file(value, key)
    return data


def _written(value: Any, write_system: Callable[[Any], dict[str, Any]]) -> Any:
    return write_noun(value, write_system) if is_dataclass(value) else value


def flat_values(made: Any, path: str = "") -> Iterator[tuple[str, Key, Any]]:
    """Dotted path, key and file value of every single value within a noun, absent ones as None."""
    noun: type = type(made)
    for key in keys_of(noun):
        here, value = f"{path}{key.key}", getattr(made, key.field)
        if key.kind == "parts":
            for i, item in enumerate(value):
                yield from flat_values(item, f"{here}[{i}].")
        elif is_dataclass(value):
            yield from flat_values(value, f"{here}.")
        else:
            yield here, key, in_file(value, key)
