"""From plain data to nouns, by what each noun says of its keys: types and ranges are checked."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from opendome.errors import ScenarioError
from opendome.scenario.grammar.keys import NAME, Key, file_keys, keys_of
from opendome.scenario.grammar.refusal import Measured, Origin, allowed, did_you_mean, unknown_key
from opendome.scenario.grammar.writing import in_file
from opendome.scenario.units import REQUIRED, after_number, to_si

# (key, name of the system, overrides, path) -> the system's noun
FindSystem = Callable[[Key, Any, Any, str], Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """What every step of one reading needs."""

    origin: Origin
    find_system: FindSystem | None = None

    def refuse(self, path: str, value: Any, key: Key, hint: str = "") -> ScenarioError:
        """Error for a value that a key does not take."""
        return self.origin.refuse(path, Measured(value, key.unit), allowed(key), hint)


def join(path: str, key: str) -> str:
    """Path of a key within the mapping at ``path``."""
    return f"{path}.{key}" if path else key


def read_noun(
    noun: type,
    data: Any,
    path: str,
    reading: Reading,
    given: Mapping[str, Any] | None = None,
) -> Any:
    """Noun made from a mapping of file keys.

    Parameters
    ----------
    noun : type
        A noun of the scenario.
    data
        What stands at ``path``; anything but a mapping of known keys is refused.
    given : mapping, optional
        Values of fields that have no key of their own.

    Raises
    ------
    ScenarioError
        With the path of the first thing that is not allowed.
    """
    known = file_keys(noun)
    if not isinstance(data, Mapping):
        raise reading.origin.refuse(path, data, "allowed: a mapping of keys", _example(known))
    for word, value in data.items():
        if word not in known:
            why, hint = unknown_key(word, known)
            raise reading.origin.refuse(join(path, word), value, why, hint)
    values = dict(given or {})
    for key in keys_of(noun):
        if key.is_flat:
            inner = {k: data[k] for k in file_keys(key.noun) if data.get(k) is not None}
            if inner or key.is_required:
                values[key.field] = read_noun(key.noun, inner, path, reading)
            continue
        here, value = join(path, key.key), data.get(key.key, REQUIRED)
        if value is REQUIRED or value is None:
            if key.is_required:
                raise reading.refuse(here, value, key, key.about)
            continue
        if key.kind == "system":
            assert reading.find_system is not None
            changed = data.get("overrides")
            values[key.field] = reading.find_system(key, value, changed, path)
        else:
            values[key.field] = read_value(key, value, here, reading)
    made = noun(**values)
    _refuse_disorder(made, path, reading)
    return made


def _example(known: Mapping[str, Key]) -> str:
    first = next((k for k in known.values() if k.is_required), None)
    return f"It needs {first.key}." if first else ""


def _refuse_disorder(made: Any, path: str, reading: Reading) -> None:
    """Refuse a value that is below the one that it may not be below."""
    noun: type = type(made)
    for key in keys_of(noun):
        if not key.not_below:
            continue
        other = file_keys(noun)[key.not_below]
        value, least = getattr(made, key.field), getattr(made, other.field)
        if value is not None and least is not None and value < least:
            shown = Measured(in_file(value, key), key.unit)
            unit = after_number(other.unit)
            words = f"allowed: not below {other.key}, which is {in_file(least, other):g}{unit}"
            raise reading.origin.refuse(join(path, key.key), shown, words)


def read_value(key: Key, value: Any, path: str, reading: Reading) -> Any:
    """SI value, or noun, of what stands under one key."""
    return _READERS[key.kind](key, value, path, reading)


def _number(key: Key, value: Any, path: str, reading: Reading) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise reading.refuse(path, value, key, _number_hint(value))
    if isinstance(value, float) and not math.isfinite(value):
        raise reading.refuse(path, value, key, "Write a finite number.")
    is_low = key.low is not None and value < key.low
    is_high = key.high is not None and value > key.high
    if is_low or is_high or (key.above is not None and value <= key.above):
        raise reading.refuse(path, value, key, key.about)
    try:
        return to_si(value, key.unit)
    except OverflowError:
        raise reading.refuse(path, value, key) from None


def _number_hint(value: Any) -> str:
    if not isinstance(value, str):
        return "Write a number."
    try:
        float(value)
    except ValueError:
        return "Write a plain number; the unit stands in the key."
    return "Remove the quotes."


def _integer(key: Key, value: Any, path: str, reading: Reading) -> int:
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise reading.refuse(path, value, key, "" if isinstance(value, float) else _whole(value))
    assert key.low is not None
    assert key.high is not None
    if not key.low <= value <= key.high:
        raise reading.refuse(path, value, key, key.about)
    return value


def _whole(value: Any) -> str:
    return _number_hint(value).replace("number", "whole number")


def _choice(key: Key, value: Any, path: str, reading: Reading) -> str:
    if not isinstance(value, str) or value not in key.choices:
        raise reading.refuse(path, value, key, did_you_mean(value, key.choices))
    return value


def _flag(key: Key, value: Any, path: str, reading: Reading) -> bool:
    if not isinstance(value, bool):
        is_old = isinstance(value, str) and value.lower() in ("yes", "no", "on", "off", "y", "n")
        raise reading.refuse(path, value, key, "Write true or false." if is_old else "")
    return value


def _name(key: Key, value: Any, path: str, reading: Reading) -> str:
    if not isinstance(value, str):
        is_plain = isinstance(value, int | float)
        hint = "Begin it with a letter." if is_plain else key.about
        raise reading.refuse(path, value, key, hint)
    if not NAME.fullmatch(value):
        raise reading.refuse(path, value, key, key.about)
    return value


def _text(key: Key, value: Any, path: str, reading: Reading) -> str:
    if not isinstance(value, str):
        raise reading.refuse(path, value, key, "Put it in quotes.")
    is_plain = all(c.isprintable() or c in "\n\t" for c in value)
    if len(value) > (key.high or 0) or not is_plain:
        hint = "" if is_plain else "Remove the control characters."
        raise reading.refuse(path, value, key, hint or f"It has {len(value)}.")
    return value


def _time(key: Key, value: Any, path: str, reading: Reading) -> str:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() != timedelta(0):
        raise reading.refuse(path, value, key, "End it with Z." if moment else "")
    return str(value)


def _names(key: Key, value: Any, path: str, reading: Reading) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise reading.refuse(path, value, key)
    one = dataclasses.replace(key, kind="name")
    return tuple(_name(one, item, f"{path}[{i}]", reading) for i, item in enumerate(value))


def _words(key: Key, value: Any, path: str, reading: Reading) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise reading.refuse(path, value, key)
    for word, item in value.items():
        if not isinstance(item, str | bool):
            raise reading.origin.refuse(join(path, word), item, "allowed: a word or a flag")
    return dict(value)


def _values(key: Key, value: Any, path: str, reading: Reading) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise reading.refuse(path, value, key, "Write [1, 2, 3].")
    for i, item in enumerate(value):
        _single(item, f"{path}[{i}]", reading)
    return tuple(value)


def _settings(key: Key, value: Any, path: str, reading: Reading) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise reading.refuse(path, value, key)
    for word, item in value.items():
        _single(item, join(path, word), reading)
    return dict(value)


def _single(value: Any, path: str, reading: Reading) -> None:
    is_endless = isinstance(value, float) and not math.isfinite(value)
    if is_endless or not isinstance(value, str | bool | int | float):
        raise reading.origin.refuse(path, value, "allowed: one word, flag or finite number")


def _part(key: Key, value: Any, path: str, reading: Reading) -> Any:
    return read_noun(key.noun, value, path, reading)


def _parts(key: Key, value: Any, path: str, reading: Reading) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        hint = "Begin each item with '- '." if isinstance(value, Mapping) else ""
        raise reading.refuse(path, value, key, hint)
    if not (key.low or 0) <= len(value) <= (key.high or 0):
        raise reading.refuse(path, value, key, key.about)
    return tuple(read_noun(key.noun, item, f"{path}[{i}]", reading) for i, item in enumerate(value))


def _table(key: Key, value: Any, path: str, reading: Reading) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise reading.refuse(path, value, key)
    has_name = any(f.name == "name" and not f.metadata for f in dataclasses.fields(key.noun))
    rows = {}
    for name, row in value.items():
        if has_name and not NAME.fullmatch(name):
            one = dataclasses.replace(key, kind="name")
            raise reading.origin.refuse(path, name, allowed(one), "Change this name.")
        given = {"name": name} if has_name else None
        rows[name] = read_noun(key.noun, row, join(path, name), reading, given)
    return rows


def _aim(key: Key, value: Any, path: str, reading: Reading) -> Any:
    if isinstance(value, list | tuple):
        one = dataclasses.replace(key, kind="aim", high=0)
        if not 1 <= len(value) <= (key.high or 0):
            raise reading.refuse(path, value, key, key.about)
        return tuple(_aim(one, item, f"{path}[{i}]", reading) for i, item in enumerate(value))
    if isinstance(value, Mapping):
        return read_noun(key.noun, value, path, reading)
    return _name(key, value, path, reading)


_READERS: dict[str, Callable[[Key, Any, str, Reading], Any]] = {
    "number": _number,
    "integer": _integer,
    "choice": _choice,
    "flag": _flag,
    "name": _name,
    "text": _text,
    "time": _time,
    "names": _names,
    "words": _words,
    "values": _values,
    "settings": _settings,
    "part": _part,
    "parts": _parts,
    "table": _table,
    "aim": _aim,
}
