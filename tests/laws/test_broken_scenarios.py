"""However a scenario is broken, it loads or is refused in one line; never a crash, never a hang."""

from __future__ import annotations

import copy
import math
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given, note
from hypothesis import strategies as st

from opendome.errors import ScenarioError
from opendome.scenario import Scenario, check, load, resolved, shipped, vary
from opendome.scenario.grammar.yaml_text import parse_yaml
from tests.laws.examples import examples
from tests.unit.scenario.breaking import SMALL, small

LONGEST_MESSAGE = 1500
LONGEST_TIME = 5.0  # s, of the processor; a load takes some ms

TEXT = SMALL.read_text(encoding="utf-8")
LAW = examples(120)


def _judge(source: Any, sets: tuple[str, ...] = ()) -> Scenario | None:
    """Load, and check that the outcome is one of the two that are allowed."""
    start = time.process_time()
    try:
        scenario = load(source, sets)
    except ScenarioError as error:
        message = str(error)
        note(message)
        assert message
        assert len(message.splitlines()) == 1
        assert len(message) < LONGEST_MESSAGE
        assert "pydantic" not in message.lower()
        assert "Traceback" not in message
        scenario = None
    assert time.process_time() - start < LONGEST_TIME
    if scenario is not None:
        assert all(isinstance(sentence, str) for sentence in check(scenario))
        assert load(resolved(scenario)) == scenario
    return scenario


def _paths(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Path of everything within nested mappings and lists."""
    if path:
        yield path
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items if isinstance(data, dict | list) else ():
        if isinstance(value, dict | list):
            yield from _paths(value, (*path, key))
        else:
            yield (*path, key)


RECORD = resolved(SMALL)
SOURCES = {"file": small(), "record": RECORD}
PATHS = {name: list(_paths(data)) for name, data in SOURCES.items()}
ODD_VALUES = [
    None,
    True,
    False,
    0,
    -1,
    1e-320,
    1e300,
    10**9,
    10**400,
    -(10**5000),
    math.nan,
    math.inf,
    -math.inf,
    "",
    "x" * 10_000,
    "a\nb",
    "\x00",
    "\ud800",
    "no",
    "12:30",
    "1e3",
    "../../x",
    [],
    {},
    [[]],
    {"": ""},
    [None] * 3,
    {"lat_deg": 95, "lon_deg": 0},
    "aegis_ship",
    "c2",
    "city",
]
odd_values = st.one_of(
    st.sampled_from(ODD_VALUES),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=8,
    ),
)
mutations = st.tuples(
    st.sampled_from(["drop", "rename", "set", "wrap", "list", "double", "add", "swap", "deepen"]),
    st.integers(0, 10_000),
    odd_values,
)


def _break(data: Any, path: tuple[Any, ...], how: str, value: Any) -> None:
    """One mutation of what stands at a path, if it is still there."""
    try:
        here = data
        for step in path[:-1]:
            here = here[step]
        last, old = path[-1], here[path[-1]]
    except (KeyError, IndexError, TypeError):
        return
    if how == "drop":
        del here[last]
    elif how == "rename" and isinstance(here, dict):
        here[f"{last}_x" if not isinstance(value, str) else value] = here.pop(last)
    elif how == "wrap":
        here[last] = {"x": old}
    elif how == "list":
        here[last] = [old]
    elif how == "double" and isinstance(here, list):
        here.append(copy.deepcopy(old))
    elif how == "add" and isinstance(old, dict):
        old["extra" if not isinstance(value, str) else value] = value
    elif how == "swap" and isinstance(here, dict):
        other = next(iter(here))
        here[last], here[other] = here[other], old
    elif how == "deepen":
        for _ in range(30):
            old = [old]
        here[last] = old
    else:
        here[last] = value


@LAW
@given(st.sampled_from(sorted(SOURCES)), st.lists(mutations, min_size=1, max_size=3))
def test_a_broken_mapping_is_loaded_or_refused(name: str, broken: list[tuple[str, int, Any]]):
    data = copy.deepcopy(SOURCES[name])
    for how, place, value in broken:
        _break(data, PATHS[name][place % len(PATHS[name])], how, value)
    _judge(data)


PIECES = [
    "",
    " ",
    "\n",
    "\t",
    ":",
    "- ",
    "{",
    "}",
    "[" * 30,
    "]",
    "*x",
    "&x ",
    "!!python/object:os.system ",
    "!x ",
    "'",
    '"',
    "|\n",
    "#",
    "---\n",
    "...\n",
    "%YAML 9.9\n---\n",
    ".nan",
    "-.inf",
    "1e999",
    "9" * 200,
    "null",
    "no",
    "<<: ",
    "? ",
    "é",
    "\x07",
    "\x00",
    "\u2028",
    "\ufeff",
    "\U0001f680",
    "format: 1\n",
    "    - name: c2\n",
]
edits = st.tuples(
    st.integers(0, len(TEXT)), st.integers(0, 30), st.sampled_from(PIECES) | st.text(max_size=5)
)


@LAW
@given(st.lists(edits, min_size=1, max_size=4))
def test_a_broken_text_is_loaded_or_refused(changes: list[tuple[int, int, str]]):
    text = TEXT
    for place, length, piece in changes:
        text = text[:place] + piece + text[place + length :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "broken.yaml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        _judge(path)
        assert list(Path(folder).iterdir()) == [path]


@LAW
@given(st.binary(max_size=300), st.integers(0, len(TEXT)))
def test_a_file_of_any_bytes_is_loaded_or_refused(content: bytes, place: int):
    whole = TEXT.encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bytes"
        for mixed in (content, whole[:place] + content, whole[:place] + content + whole[place:]):
            path.write_bytes(mixed)
            _judge(path)


KEYS = [".".join(str(step) for step in path) for path in PATHS["file"]]
words = st.one_of(
    st.text(max_size=30),
    st.builds("{}={}".format, st.sampled_from(KEYS), st.text(max_size=10)),
    st.builds("{}={}".format, st.sampled_from(KEYS), st.sampled_from(PIECES)),
    st.builds("{}.{}={}".format, st.sampled_from(KEYS), st.text(max_size=8), st.integers()),
    st.builds(
        "{}{}=1".format, st.sampled_from(KEYS), st.sampled_from([".", "[", "]", "[0]", ".0"])
    ),
)


@LAW
@given(st.lists(words, min_size=1, max_size=3))
def test_any_words_after_set_are_taken_or_refused(sets: list[str]):
    _judge(SMALL, tuple(sets))


@LAW
@given(st.text(max_size=40) | st.sampled_from(shipped()))
def test_any_name_is_found_or_refused(name: str):
    if not Path(name.replace("\x00", "") or ".").exists():
        assert (_judge(name) is not None) == (name in shipped())


@LAW
@given(st.dictionaries(st.text(max_size=10), odd_values, max_size=5))
def test_any_mapping_is_loaded_or_refused(data: dict[str, Any]):
    assert _judge(data) is None


def _at(data: Any, key: str) -> Any:
    """What stands at a dotted path, None if nothing."""
    for step in key.split("."):
        data = data[int(step)] if isinstance(data, list) else data.get(step)
        if data is None:
            return None
    return data


SCALARS = [key for key in KEYS if not isinstance(_at(small(), key), dict | list | None)]


@LAW
@given(st.sampled_from(SCALARS), st.integers() | st.floats(allow_nan=False) | st.booleans())
def test_a_key_that_is_set_holds_the_value_and_nothing_else_moves(key: str, value: Any):
    written = repr(value).lower().replace("inf", ".inf")
    data, _ = vary(small(), [f"{key}={written}"], "f")
    assert _at(data, key) == value
    back, _ = vary(data, [f"{key}={_at(small(), key)}"], "f")
    assert back == small()


@LAW
@given(st.text(max_size=60) | st.sampled_from(PIECES))
def test_any_text_is_parsed_or_refused(text: str):
    message = ""
    try:
        parse_yaml(text, "f")
    except ScenarioError as error:
        message = str(error)
    assert len(message.splitlines()) <= 1
