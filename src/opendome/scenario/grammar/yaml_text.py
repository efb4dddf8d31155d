"""Strict YAML: data only, bounded, and without surprises.

The text is read event by event and built here, so that aliases, anchors, tags, duplicate keys and
deep nesting are refused before anything grows. Plain words follow the YAML 1.2 core schema:
only ``true`` and ``false`` are flags (``no`` and ``on`` are words), ``12:30`` is a word, ``1e3``
a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from opendome.errors import ScenarioError
from opendome.scenario.grammar.refusal import one_line, shorten

MAX_DEPTH = 20
MAX_NODES = 1_000_000
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 100  # characters; longer ones stay text
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being filled."""

    value: dict[str, Any] | list[Any]
    at: str = ""  # the latest key
    is_due: bool = False  # whether the value of that key comes next
    lines: dict[str, int] = field(default_factory=dict)  # key -> line where it stands


def parse_yaml(text: str, file: str) -> Any:
    """Plain data (mappings, lists, text, numbers, flags, None) of one YAML document.

    Raises
    ------
    ScenarioError
        With file, line and what is not allowed.
    """
    file = one_line(file)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ScenarioError(f"{file} holds characters that are not UTF-8.") from None
    try:
        return _build(text, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the text"
        why = shorten(one_line(str(error.problem or error.context)), 120)
        if "nesting depth" in why and mark is not None:  # newer parsers have a limit of their own
            raise _too_deep(file, mark.line + 1, MAX_DEPTH + 1) from None
        has_tab = mark is not None and "\t" in "".join(text.split("\n")[mark.line : mark.line + 1])
        hint = " Indent with spaces, not tabs." if has_tab else ""
        raise ScenarioError(f"{file}: {where} is not YAML; {why}.{hint}") from None
    except yaml.reader.ReaderError as error:
        why = shorten(one_line(str(error.reason)), 120)
        message = f"{file}: character {error.position} is not YAML text; {why}."
        raise ScenarioError(message) from None


def _build(text: str, file: str) -> Any:
    stack: list[_Open] = []
    found: list[Any] = []
    n_nodes = 0
    events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent) and found:
            raise _refused(file, line, "a second document starts", "one document is allowed")
        if isinstance(event, yaml.AliasEvent):
            raise _refused(file, line, f"'*{event.anchor}' is an alias", "write the value out")
        if isinstance(event, yaml.NodeEvent):
            n_nodes += 1
            _refuse_extras(event, file, line)
            if n_nodes > MAX_NODES:
                raise _refused(file, line, "too much stands here", f"{MAX_NODES} values allowed")
        if isinstance(event, yaml.ScalarEvent):
            _put(stack, found, _scalar(event), event, file)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            opened = _Open({} if isinstance(event, yaml.MappingStartEvent) else [])
            _put(stack, found, opened.value, event, file)
            stack.append(opened)
            if len(stack) > MAX_DEPTH:
                raise _too_deep(file, line, len(stack))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            stack.pop()
    return found[0] if found else None


def _too_deep(file: str, line: int, depth: int) -> ScenarioError:
    why = f"nesting is {depth} levels deep"
    return _refused(file, line, why, f"at most {MAX_DEPTH} are allowed")


def _refused(file: str, line: int, why: str, allowed: str) -> ScenarioError:
    return ScenarioError(one_line(f"{file}: line {line}: {shorten(why, 120)}; {allowed}."))


def _refuse_extras(event: Any, file: str, line: int) -> None:
    if event.anchor is not None:
        raise _refused(file, line, f"'&{event.anchor}' is an anchor", "write each value out")
    if event.tag is not None:
        raise _refused(file, line, f"'{event.tag}' is a tag", "plain data only, remove it")


def _put(stack: list[_Open], found: list[Any], value: Any, event: Any, file: str) -> None:
    """Set a value in the innermost open mapping or list, or note it as that mapping's next key."""
    line = event.start_mark.line + 1
    if not stack:
        found.append(value)
        return
    top = stack[-1]
    if isinstance(top.value, list):
        top.value.append(value)
    elif top.is_due:
        top.value[top.at] = value
        top.is_due = False
    elif not isinstance(event, yaml.ScalarEvent):
        raise _refused(file, line, "a mapping or list stands as a key", "keys are single words")
    else:
        key = event.value
        path = _path(stack[:-1], key)
        if key in top.lines:
            why = f"{path} is given twice (first on line {top.lines[key]})"
            raise _refused(file, line, why, "each key may stand once")
        top.lines[key] = line
        top.at, top.is_due = key, True


def _path(stack: list[_Open], last: str) -> str:
    path = ""
    for opened in stack:
        if isinstance(opened.value, list):
            path += f"[{len(opened.value) - 1}]"
        else:
            path += f".{opened.at}" if path else opened.at
    return f"{path}.{last}" if path else last


def _scalar(event: Any) -> Any:
    """Value of a scalar; quoted and block text stays text."""
    text: str = event.value
    if event.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= _LONGEST_NUMBER:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _NUMBER.fullmatch(text):
            return float(text)
    return text
