"""Changes of a scenario from outside its file: ``--set KEY=VALUE``."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

from opendome.errors import ScenarioError
from opendome.scenario.grammar.refusal import (
    LONGEST_LIST,
    LONGEST_PATH,
    Origin,
    did_you_mean,
    one_line,
    shorten,
    show,
)
from opendome.scenario.grammar.yaml_text import parse_yaml

_EXAMPLE = "Write KEY=VALUE, for example threats[0].count=12."
_SEGMENT = re.compile(r"([^.\[\]]+)((?:\[[^\[\].]*\])*)")
_VERBATIM = ("overrides", "choices")  # below these, the rest of a path is one dotted key


def vary(data: Mapping[str, Any], sets: Sequence[str], file: str) -> tuple[dict[str, Any], Origin]:
    """Copy of a scenario's mapping with some keys set.

    Parameters
    ----------
    data : mapping
        File keys as they stand in the file; not changed.
    sets : sequence of str
        ``KEY=VALUE`` each, later ones win. KEY is a dotted path; an item of a list is named by its
        index or its name (``threats[0].count``, ``threats.north.count``). VALUE is one YAML value.
        A key that is absent is added; whether it may be there is decided when the mapping is read.
    file : str
        What errors call the file.

    Returns
    -------
    data : dict
    origin : Origin
        The file, and which paths were set by hand.

    Raises
    ------
    ScenarioError
        If a KEY leads nowhere or a VALUE is not one plain value.
    """
    changed = copy.deepcopy(dict(data))
    written: list[tuple[str, str]] = []
    for words in sets:
        key, equals, text = words.partition("=")
        steps = _steps(key.strip())
        if not equals or not steps:
            raise _refused("", f"--set {show(words)} is not understood. {_EXAMPLE}")
        value = parse_yaml(text, f"--set {shorten(key)}")
        if isinstance(value, dict | list):
            raise _refused("", f"--set {show(words)} gives {show(value)}; allowed: one value.")
        path = _assign(changed, steps, value, f"--set {shorten(words)}")
        written.append((path, words))
    return changed, Origin(file, tuple(written))


def _refused(said: str, why: str) -> ScenarioError:
    start = f"{shorten(said, LONGEST_PATH)}: " if said else ""
    return ScenarioError(one_line(shorten(f"{start}{why}".rstrip(), 2 * LONGEST_LIST)))


def _steps(key: str) -> list[str]:
    """Steps of a dotted path; an index stands as its own step, in brackets. [] if malformed."""
    steps: list[str] = []
    for segment in key.split("."):
        match = _SEGMENT.fullmatch(segment)
        if match is None:
            return []
        steps.append(match[1])
        steps.extend(re.findall(r"\[[^\]]*\]", match[2]))
    return steps


def _assign(data: dict[str, Any], steps: list[str], value: Any, said: str) -> str:
    """Set a value at the end of a path; the path as errors of the reading would show it."""
    here: Any = data
    path = ""
    while steps:
        step, *rest = steps
        if isinstance(here, list):
            index = _index(here, step, path, said)
            path += f"[{index}]"
            if not rest:
                if isinstance(here[index], dict | list):
                    raise _refused(said, f"{path} is {show(here[index])}; name a key within it.")
                here[index] = value
                return path
            here, steps = here[index], rest
            continue
        if isinstance(here, dict) and rest and rest[0].startswith("[") and step not in here:
            hint = did_you_mean(step, here)
            raise _refused(said, f"{_joined(path, step)} is missing. {hint}")
        if not isinstance(here, dict) or step.startswith("["):
            raise _refused(said, f"{path} is {show(here)}; it has no item {step}.")
        if step in _VERBATIM and rest:
            here = _mapping(here, step)
            path, step, rest = _joined(path, step), _dotted(rest), []
        elif rest:
            step, rest = _longest(here, step, rest)
        path = _joined(path, step)
        if not rest:
            here[step] = value
            return path
        here, steps = _mapping(here, step), rest
    return path


def _joined(path: str, step: str) -> str:
    return f"{path}.{step}" if path else step


def _dotted(steps: list[str]) -> str:
    return ".".join(steps).replace(".[", "[")


def _longest(here: Mapping[str, Any], step: str, rest: list[str]) -> tuple[str, list[str]]:
    """The longest run of steps that is itself a key here (keys of tables may hold dots)."""
    for n in range(len(rest), 0, -1):
        whole = _dotted([step, *rest[:n]])
        if whole in here:
            return whole, rest[n:]
    return step, rest


def _mapping(here: dict[str, Any], step: str) -> Any:
    """What stands under a key; an absent key becomes an empty mapping."""
    if here.get(step) is None:
        here[step] = {}
    return here[step]


def _index(items: list[Any], step: str, path: str, said: str) -> int:
    """Index of an item by '[3]', '3' or its name."""
    digits = step.strip("[]")
    if digits.isdecimal() and len(digits) <= 6:
        if int(digits) < len(items):
            return int(digits)
        last = f"0 to {len(items) - 1}" if items else "none, the list is empty"
        raise _refused(said, f"{path}[{digits}] is missing; there: {last}.")
    names = [item.get("name") for item in items if isinstance(item, dict)]
    if digits in names:
        return [item.get("name") if isinstance(item, dict) else None for item in items].index(
            digits
        )
    known = [name for name in names if isinstance(name, str)]
    listed = shorten(", ".join(known), LONGEST_LIST) or "none"
    hint = did_you_mean(digits, known)
    raise _refused(said, f"{path}.{digits} is missing; known: {listed}. {hint}")
