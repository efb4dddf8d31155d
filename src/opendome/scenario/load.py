"""From a file, a shipped name or a dict to a checked scenario, and back to a dict."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import stat
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from opendome.errors import ScenarioError
from opendome.scenario.catalog_entries import (
    build_system,
    changed_values,
    choose_entry,
    entry_of,
)
from opendome.scenario.check import refuse_contradictions
from opendome.scenario.entries import Entry
from opendome.scenario.grammar.keys import Key, file_keys
from opendome.scenario.grammar.reading import Reading, read_noun, read_value
from opendome.scenario.grammar.refusal import Origin, did_you_mean, one_line, show
from opendome.scenario.grammar.writing import write_noun
from opendome.scenario.grammar.yaml_text import MAX_DEPTH, MAX_NODES, parse_yaml
from opendome.scenario.scenario import Scenario
from opendome.scenario.vary import vary

MAX_FILE_SIZE = 5_000_000  # bytes

Source = str | Path | Mapping[str, Any] | Scenario


def load(source: Source, sets: Sequence[str] = (), catalog_level: str | None = None) -> Scenario:
    """Scenario from a file, a shipped name or a mapping, checked and in SI.

    Parameters
    ----------
    source : str, Path, mapping or Scenario
        Name of a shipped scenario, path of a YAML file, or file keys as a mapping.
    sets : sequence of str, optional
        Changes, ``KEY=VALUE`` each (see ``vary``).
    catalog_level : str, optional
        Which numbers of the catalog are taken: low, nominal or high. By default what the
        scenario says, else nominal.

    Raises
    ------
    ScenarioError
        One line: file, key path, value, what is allowed.

    Examples
    --------
    >>> load("limited_icbm", ["threats[0].count=12"]).threats[0].count
    12
    """
    if isinstance(source, Scenario):
        source = resolved(source)
    if isinstance(source, Mapping):
        file, data = "scenario", _plain(source)
    else:
        file, text = _read_text(source)
        data = parse_yaml(text, file)
    if not isinstance(data, dict):
        words = "allowed: a mapping of keys such as format, name, assets, threats"
        raise Origin(file).refuse("", data, words)
    data, origin = vary(data, sets, file)
    if catalog_level is not None:
        data["catalog_level"] = catalog_level
    return _read_scenario(data, origin)


def _read_scenario(data: dict[str, Any], origin: Origin) -> Scenario:
    known = file_keys(Scenario)
    plain = Reading(origin)
    level_key, level = known["catalog_level"], data.get("catalog_level")
    level = read_value(
        level_key, level_key.file_default if level is None else level, level_key.key, plain
    )
    own: dict[str, Entry] = read_value(
        known["systems"], data.get("systems") or {}, "systems", plain
    )
    for name, entry in own.items():
        if entry.is_modelled:
            path = f"systems.{name}.parameters"
            build_system(entry, level, origin=origin, path=path)
    used: dict[str, Entry] = {}

    def find_system(key: Key, name: Any, overrides: Any, path: str) -> Any:
        entry = choose_entry(key, name, own, f"{path}.system", origin)
        used[entry.name] = entry
        if not isinstance(overrides, Mapping | None):
            words = "allowed: a mapping of catalog keys, such as p_kill: 0.5"
            raise origin.refuse(f"{path}.overrides", overrides, words)
        return build_system(entry, level, overrides, origin=origin, path=f"{path}.overrides")

    scenario: Scenario = read_noun(Scenario, data, "", Reading(origin, find_system))
    scenario = dataclasses.replace(scenario, systems=dict(sorted(used.items())))
    refuse_contradictions(scenario, origin)
    return scenario


def resolved(
    source: Source, sets: Sequence[str] = (), catalog_level: str | None = None
) -> dict[str, Any]:
    """Everything that a run depends on, as the file keys of one self-contained scenario.

    Defaults are written out, and ``systems`` holds the catalog entry of every system used, with
    the source of each number; it fits in JSON, and ``load`` makes an equal Scenario of it.
    """
    is_ready = isinstance(source, Scenario) and not sets and catalog_level is None
    scenario = source if is_ready else load(source, sets, catalog_level)
    assert isinstance(scenario, Scenario)
    entries = dict(scenario.systems)
    bases: dict[str, Any] = {}

    def write_system(made: Any) -> dict[str, Any]:
        if made.name not in bases:
            entries.setdefault(made.name, entry_of(made))
            bases[made.name] = build_system(entries[made.name], scenario.catalog_level)
        changed = changed_values(made, bases[made.name])
        return {"system": made.name, "overrides": changed}

    used = (scenario.threats, scenario.sensors, scenario.weapons, scenario.before_launch)
    for groups in used:
        for group in groups:
            write_system(group.system)
    whole = dataclasses.replace(scenario, systems=dict(sorted(entries.items())))
    return write_noun(whole, write_system)


def scenario_hash(resolved: Mapping[str, Any]) -> str:
    """SHA-256 of a resolved scenario as JSON with sorted keys and no spaces, in hexadecimal."""
    text = json.dumps(resolved, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def shipped() -> list[str]:
    """Names of the scenarios that come with the package."""
    folder = files("opendome.scenario") / "shipped"
    return sorted(p.name.removesuffix(".yaml") for p in folder.iterdir() if _is_yaml(p.name))


def shipped_text(name: str) -> str:
    """Text of a scenario that comes with the package.

    Raises
    ------
    ScenarioError
        If there is none of that name.
    """
    if name not in shipped():
        hint = did_you_mean(name, shipped())
        raise ScenarioError(
            f"{show(one_line(name))} is no shipped scenario; {_known()}. {hint}".rstrip()
        )
    return (files("opendome.scenario") / "shipped" / f"{name}.yaml").read_text(encoding="utf-8")


def _known() -> str:
    return f"shipped scenarios: {', '.join(shipped()) or 'none'}"


def _is_yaml(name: str) -> bool:
    return name.endswith(".yaml")


def _read_text(source: str | Path) -> tuple[str, str]:
    """What errors call the file, and its text."""
    if isinstance(source, str) and source in shipped():
        return f"{source}.yaml", shipped_text(source)
    if not isinstance(source, str | os.PathLike):
        kind = type(source).__name__
        raise TypeError(f"a scenario is a name, a path or a mapping, not {kind}.")
    if not str(source).strip():
        raise ScenarioError(f"the name of the scenario is empty; {_known()}.")
    file = one_line(str(source))
    return file, plain_text(Path(source), file)


def plain_text(path: Path, file: str) -> str:
    """Text of a file, which errors call ``file``; refused if it is large, binary or empty."""
    return _decode(_read_bytes(path, file), file)


def _read_bytes(path: Path, file: str) -> bytes:
    """Bytes of a file after its kind and size were looked at; a large one is not read."""
    limit = f"at most {MAX_FILE_SIZE / 1e6:.0f} MB are allowed"
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a plain file"
            raise ScenarioError(f"{file} is {kind}; a YAML file is wanted.")
        if status.st_size > MAX_FILE_SIZE:
            raise ScenarioError(f"{file} is {status.st_size / 1e6:.1f} MB; {limit}.")
        with open(path, "rb") as stream:
            content = stream.read(MAX_FILE_SIZE + 1)
    except FileNotFoundError:
        hint = did_you_mean(file, shipped())
        message = f"{show(file)} is no file and no shipped scenario; {_known()}. {hint}"
        raise ScenarioError(message.rstrip()) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ScenarioError(f"{show(file)} cannot be read; {one_line(why)}.") from None
    if len(content) > MAX_FILE_SIZE:
        raise ScenarioError(f"{file} is larger than allowed; {limit}.")
    return content


def _decode(content: bytes, file: str) -> str:
    if b"\0" in content:
        raise ScenarioError(f"{file} is a binary file or not UTF-8; a YAML text file is wanted.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = f"byte {error.start} is 0x{content[error.start]:02x}"
        raise ScenarioError(f"{file} is not UTF-8 text; {where}. Save it as UTF-8.") from None
    if not text.strip():
        raise ScenarioError(f"{file} is empty; keys such as format and name are wanted.")
    return text


def _plain(value: Any, path: str = "", depth: int = 0, n: list[int] | None = None) -> Any:
    """Copy of nested mappings and lists of plain values, bounded in depth and number."""
    n = [0] if n is None else n
    n[0] += 1
    origin = Origin("scenario")
    if depth > MAX_DEPTH:
        raise origin.refuse(path[:60], f"{depth} levels deep", f"at most {MAX_DEPTH} are allowed")
    if n[0] > MAX_NODES:
        raise origin.refuse(path[:60], f"value {n[0]}", f"at most {MAX_NODES} values are allowed")
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise origin.refuse(path, key, "keys are text")
        inner = f"{path}." if path else ""
        return {str(k): _plain(v, f"{inner}{k}", depth + 1, n) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v, f"{path}[{i}]", depth + 1, n) for i, v in enumerate(value)]
    if getattr(value, "shape", None) == ():
        value = value.item()  # a number of NumPy
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    raise origin.refuse(path, value, "allowed: text, numbers, flags, lists and mappings")
