"""Sentences that say what is refused: where, what it is, what is allowed, what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from opendome.errors import ScenarioError
from opendome.scenario.grammar.keys import Key
from opendome.scenario.units import REQUIRED, TO_SI, after_number

LONGEST_VALUE = 60  # characters of a value that are shown
LONGEST_PATH = 160
LONGEST_LIST = 300  # of a list of known words
_FOREIGN = (
    "rad mi nmi ft yd min h hr hours minutes seconds sec kmh km_h kph mph kts knots mach w kw mhz"
    " khz t lb dbsm db percent pct pa kpa degrees meters metres eur million"
)
_UNITS = frozenset(TO_SI) | frozenset(_FOREIGN.split())


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value was written: a file, or ``--set`` on the command line."""

    file: str
    sets: tuple[tuple[str, str], ...] = ()  # key path -> the words of --set

    def refuse(self, path: str, value: Any, allowed: str, hint: str = "") -> ScenarioError:
        """Error that says in one line what is wrong at a key path; ``value`` with its unit."""
        where = f"{self.file}: {shorten(path, LONGEST_PATH)}" if path else self.file
        by_hand = [words for key, words in self.sets if _touches(key, path)]
        hints = [hint, f"Set by --set {shorten(by_hand[-1])}." if by_hand else ""]
        said = f"{where} is {show(value)}; {allowed}." + "".join(f" {h}" for h in hints if h)
        return ScenarioError(one_line(said))


@dataclass(frozen=True, slots=True)
class Measured:
    """A value to be shown with its unit."""

    value: Any
    unit: str


def _touches(key: str, path: str) -> bool:
    """Whether two key paths are the same, or one lies within the other."""
    long, short = (path, key) if len(path) >= len(key) else (key, path)
    return bool(short) and (long == short or long.startswith((f"{short}.", f"{short}[")))


def one_line(text: str) -> str:
    """Text without line breaks and control characters."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+", " ", text)


def shorten(text: str, longest: int = LONGEST_VALUE) -> str:
    """Text cut to ``longest`` characters, the cut marked by dots."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def show(value: Any) -> str:
    """How a refused value is shown: short, on one line, numbers bare and text in quotes."""
    if isinstance(value, Measured):
        is_number = isinstance(value.value, int | float) and not isinstance(value.value, bool)
        unit = after_number(value.unit) if is_number else ""
        return f"{show(value.value)}{unit}"
    if value is REQUIRED:
        return "missing"
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        few = value.bit_length() <= 180
        return str(value) if few else f"a whole number of {value.bit_length()} bits"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    if isinstance(value, str):
        return shorten(repr(value[:LONGEST_VALUE] + "..." * (len(value) > LONGEST_VALUE)))
    if isinstance(value, Mapping):
        return f"a mapping ({_counted(len(value), 'key')})"
    if isinstance(value, list | tuple):
        return f"a list ({_counted(len(value), 'item')})"
    return shorten(f"a value of type {type(value).__name__}")


def _counted(n: int, word: str) -> str:
    return f"{n} {word}" if n == 1 else f"{n} {word}s"


def allowed(key: Key) -> str:
    """What a key takes, in words, with its unit."""
    if key.kind == "integer":
        return f"allowed: whole numbers {key.low:.10g} to {key.high:.10g}"
    if key.kind == "choice":
        return f"known: {', '.join(key.choices)}"
    words = {
        "flag": "true or false",
        "name": "a name of at most 64 letters, digits, '_' and '-', not all digits",
        "time": "a time in UTC such as 2026-01-01T00:00:00Z",
        "aim": "the name of an asset, a place with lat_deg and lon_deg, or a list of those",
        "part": "a mapping of keys",
        "parts": f"a list of {key.low or 0:g} to {key.high or 0:g} items",
        "table": "a mapping of names",
        "words": "a mapping of keys to single values",
        "names": "a list of names",
        "values": "a list of single values",
        "settings": "a mapping of keys to single values",
        "system": "the name of a system of the catalog",
        "text": f"text of at most {key.high or 0:g} characters",
    }
    return f"allowed: {words[key.kind] if key.kind in words else _range(key)}"


def _range(key: Key) -> str:
    unit = after_number(key.unit)
    if key.above is not None:
        top = "" if key.high is None else f", up to {key.high:g}"
        return f"above {key.above:g}{top}{unit}"
    if key.low is None and key.high is None:
        return f"a number{' in' + unit if unit else ''}"
    if key.high is None:
        return f"{key.low:g} or more{unit}"
    return f"{key.low if key.low is not None else '-inf'} to {key.high:g}{unit}"


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Question that offers the nearest known word, or nothing."""
    if not isinstance(word, str) or len(word) > 100:
        return ""
    plain = {_plain(k): k for k in known}
    close = difflib.get_close_matches(_plain(word), plain, n=1, cutoff=0.6)
    return f"Did you mean '{plain[close[0]]}'?" if close else ""


def _plain(word: str) -> str:
    return word.lower().replace("-", "_").replace(" ", "_")


def unknown_key(word: str, known: Mapping[str, Key]) -> tuple[str, str]:
    """What is said of a key that does not exist: what is wrong, and a hint."""
    for name, key in known.items():
        stem = name.removesuffix(f"_{key.unit}")
        rest = word.removeprefix(stem)
        is_stem = rest != word and stem != name
        if is_stem and (rest == "" or (rest[0] == "_" and rest[1:] in _UNITS)):
            return f"there is no such key, {stem} is given in {key.unit}", f"Use {name}."
    hint = did_you_mean(word, known)
    return (
        "there is no such key",
        hint or f"Known keys: {shorten(', '.join(sorted(known)), LONGEST_LIST)}.",
    )
