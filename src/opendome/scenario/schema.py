"""What the file format is, derived from the nouns: a JSON Schema and a reference of all keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any

from opendome.scenario.entries import MODELLED
from opendome.scenario.grammar.keys import NAME, Key, file_keys, keys_of
from opendome.scenario.grammar.refusal import allowed, show
from opendome.scenario.scenario import Scenario

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SIMPLE: dict[str, dict[str, Any]] = {
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "flag": {"type": "boolean"},
    "name": {"type": "string", "pattern": f"^{NAME.pattern}$"},
    "system": {"type": "string"},
    "time": {"type": "string", "format": "date-time"},
    "names": {"type": "array", "items": {"type": "string", "pattern": f"^{NAME.pattern}$"}},
}


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario file.

    It holds types, ranges, required and unknown keys; what ties keys to each other (names that
    must exist, sums, catalog systems) only ``load`` can tell.
    """
    definitions = {noun.__name__: _object(noun) for noun in _nouns_below(Scenario)}
    return {"$schema": _DIALECT, **_object(Scenario), "$defs": definitions}


def _nouns_below(noun: type) -> list[type]:
    """Nouns that stand in a file below one, each once, in order of appearance."""
    found: list[type] = []
    for key in keys_of(noun):
        if key.kind in ("part", "parts", "table", "aim"):
            for inner in (key.noun, *_nouns_below(key.noun)):
                if inner not in found and not (key.is_flat and inner is key.noun):
                    found.append(inner)
    return found


def _object(noun: type) -> dict[str, Any]:
    known = file_keys(noun)
    schema: dict[str, Any] = {
        "title": noun.__name__,
        "description": _about(noun),
        "type": "object",
        "properties": {name: _value(key) for name, key in known.items()},
        "required": [name for name in known if name in set(_required(noun))],
        "additionalProperties": False,
    }
    for key in keys_of(noun):
        if key.is_flat and not key.is_required:
            needed = [k.key for k in keys_of(key.noun) if k.is_required]
            schema["dependentRequired"] = dict.fromkeys(file_keys(key.noun), needed)
    return schema


def _about(noun: type) -> str:
    return (noun.__doc__ or "").strip().split("\n")[0]


def _required(noun: type) -> Iterator[str]:
    for key in keys_of(noun):
        if key.is_required and key.is_flat:
            yield from _required(key.noun)
        elif key.is_required:
            yield key.key


def _value(key: Key) -> dict[str, Any]:
    """Schema of what stands under one key; a key with a default may be empty (null)."""
    schema = _typed(key)
    unit = "" if key.unit == "1" else f" ({key.unit})"
    schema["description"] = f"{key.about.rstrip('.')}{unit}."
    if key.is_required:
        return schema
    if not is_dataclass(key.file_default):
        default = key.file_default
        schema["default"] = list(default) if isinstance(default, tuple) else default
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    elif "type" in schema:
        schema["type"] = [schema["type"], "null"]
    else:
        options = schema.pop("anyOf", None) or [{"$ref": schema.pop("$ref")}]
        schema["anyOf"] = [*options, {"type": "null"}]
    return schema


def _typed(key: Key) -> dict[str, Any]:
    if key.kind == "choice":
        return {"enum": list(key.choices)}
    if key.kind == "text":
        return {"type": "string", "maxLength": key.high}
    if key.kind == "words":
        types = ["string", "boolean"]
        if key.key == "overrides":
            types += ["number", "null"]
        return {"type": "object", "additionalProperties": {"type": types}}
    if key.kind in _SIMPLE:
        bounds = {"minimum": key.low, "maximum": key.high, "exclusiveMinimum": key.above}
        return {**_SIMPLE[key.kind], **{k: v for k, v in bounds.items() if v is not None}}
    inner = {"$ref": f"#/$defs/{key.noun.__name__}"}
    if key.kind == "parts":
        return {"type": "array", "items": inner, "minItems": key.low, "maxItems": key.high}
    if key.kind == "table":
        return {"type": "object", "additionalProperties": inner}
    if key.kind == "aim":
        one = [dict(_SIMPLE["name"]), inner]
        several = {"type": "array", "items": {"anyOf": one}, "minItems": 1, "maxItems": key.high}
        return {"anyOf": [*one, several]}
    return inner


def reference_markdown() -> str:
    """Reference of every key of scenario and catalog files, one table per noun, in Markdown."""
    scenario = [Scenario, *_nouns_below(Scenario)]
    systems = [
        noun for made in MODELLED.values() for noun in (made, *_nouns_below(made)) if keys_of(noun)
    ]
    pages = ["## Keys of a scenario\n", *(_table(noun) for noun in scenario)]
    pages += ["## Keys of a system\n", "They name `parameters`, `choices` and `overrides`.\n"]
    pages += [_table(noun) for noun in dict.fromkeys(systems)]
    return "\n".join(pages)


def _table(noun: type) -> str:
    rows = ["| key | takes | unless given | meaning |", "| --- | --- | --- | --- |"]
    for name, key in file_keys(noun).items():
        takes = allowed(key).removeprefix("allowed: ").removeprefix("known: ")
        if key.kind in ("part", "parts", "table", "aim"):
            takes = f"{takes}: {key.noun.__name__}"
        rows.append(f"| `{name}` | {takes} | {_default(key)} | {key.about} |")
    return f"### {noun.__name__}\n\n{_about(noun)}\n\n" + "\n".join(rows) + "\n"


def _default(key: Key) -> str:
    if key.is_required:
        return "must be given"
    if key.file_default is None or key.file_default in ((), {}):
        return "none"
    if is_dataclass(key.file_default):
        return "its defaults"
    if key.file_default == "":
        return "empty"
    return (
        f"{key.file_default:g}"
        if isinstance(key.file_default, float)
        else show(key.file_default).strip("'")
    )
