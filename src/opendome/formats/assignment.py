"""Files of the static assignment problem: the public text format, JSON, and what was found.

The text format is that of the public benchmark of Andersen, Pavlikov and Toffolo (Annals of
Operations Research 312, 2022): a line ``kinds threats rounds_of_each``, a line with the value of
each threat, and a line ``kind threat p_kill`` for every pair, numbered from 0.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from opendome.battle.assets.problem import Defended
from opendome.errors import ScenarioError
from opendome.kernels.packages import Instance

Floats = NDArray[np.float64]

MAX_PAIRS = 200_000_000
MAX_ROUNDS = 1_000_000  # of one kind
KEYS = ("value", "rounds", "p_kill")
OF_ASSETS = ("assets", "aim", "p_destroy", "rounds", "p_kill")


def read_problem(path: Path | str) -> Instance | Defended:
    """The problem in a file, JSON if its name ends so: of threats with values, or of assets.

    Raises
    ------
    ScenarioError
        One line: file, place, value, what is allowed.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ScenarioError(f"{file.name}: there is no such file.") from None
    except (OSError, UnicodeDecodeError) as problem:
        what = problem.strerror if isinstance(problem, OSError) else "it is not a text"
        raise ScenarioError(f"{file.name}: it cannot be read; {what}.") from None
    return _from_json(text, file.name) if file.suffix == ".json" else _from_text(text, file.name)


def _refuse(where: str, what: str, value: Any, allowed: str, hint: str = "") -> NoReturn:
    end = f" {hint}" if hint else ""
    raise ScenarioError(f"{where}: {what} is {str(value)[:40]}; {allowed}.{end}")


def _from_text(text: str, name: str) -> Instance:
    words = text.split()
    head = text.split("\n", 1)[0].split()
    if len(head) != 3:
        _refuse(name, "line 1", repr(" ".join(head)), "three whole numbers are asked",
                "They are kinds of round, threats, rounds of each kind.")  # fmt: skip
    k, n, each = (_whole(name, what, word, most) for what, word, most in zip(
        ("kinds of round", "threats", "rounds of each kind"), head,
        (MAX_PAIRS, MAX_PAIRS, MAX_ROUNDS)))  # fmt: skip
    if k * n > MAX_PAIRS:
        _refuse(name, "line 1", f"{k} kinds x {n} threats", f"at most {MAX_PAIRS:.0e} pairs")
    asked = 3 + n + 3 * k * n
    if len(words) != asked:
        _refuse(name, "the file", f"{len(words)} numbers long",
                f"line 1 says {k} kinds and {n} threats, which is {asked}",
                "Is it cut off, or is a pair missing?")  # fmt: skip
    numbers = _numbers(words, name)
    value, pairs = numbers[3 : 3 + n], numbers[3 + n :].reshape(-1, 3)
    _check(value < 0, value, name, "value of threat {}", "0 or more")
    kind, threat = pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)
    for what, index, most, column in (("kind", kind, k, 0), ("threat", threat, n, 1)):
        is_off = (index != pairs[:, column]) | (index < 0) | (index >= most)
        _check(
            is_off, pairs[:, column], name, what + " of pair {}", f"a number from 0 to {most - 1}"
        )
    p_kill = pairs[:, 2]
    is_off = (p_kill < 0.0) | (p_kill > 1.0)
    if is_off.any():
        i = int(np.argmax(is_off))
        _refuse(name, f"p_kill of kind {kind[i]} at threat {threat[i]}", p_kill[i], "from 0 to 1")
    times = np.bincount(kind * n + threat, minlength=k * n)
    if times.max(initial=1) > 1 or times.min(initial=1) < 1:
        i = int(np.argmax(times != 1))
        _refuse(
            name, f"number of lines for kind {i // n} at threat {i % n}", times[i], "1 is asked"
        )
    miss = np.empty((n, k))
    miss[threat, kind] = 1.0 - p_kill
    return Instance(value.copy(), miss, np.full(k, each, dtype=np.int64))


def _whole(name: str, what: str, word: str, most: int) -> int:
    try:
        number = int(word)
    except ValueError:
        number = 0
    if not 1 <= number <= most:
        _refuse(name, f"number of {what}", repr(word), f"a whole number from 1 to {most}")
    return number


def _numbers(words: list[str], name: str) -> Floats:
    try:
        numbers = np.array(words, dtype=np.float64)
    except ValueError:
        numbers = np.full(1, np.nan)
    if not np.isfinite(numbers).all():
        for i, word in enumerate(words):
            try:
                is_good = bool(np.isfinite(float(word)))
            except ValueError:
                is_good = False
            if not is_good:
                _refuse(name, f"number {i + 1}", repr(word), "a finite number is asked")
    return numbers


def _check(is_off: Any, numbers: Floats, name: str, what: str, allowed: str) -> None:
    if np.any(is_off):
        i = int(np.argmax(is_off))
        _refuse(name, what.format(i), f"{numbers[i]:g}", allowed)


def _from_json(text: str, name: str) -> Instance | Defended:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as problem:
        raise ScenarioError(f"{name}: line {problem.lineno} is not JSON; {problem.msg}.") from None
    if isinstance(data, dict) and "assets" in data:
        return _of_assets(data, name)
    if not isinstance(data, dict) or set(data) != set(KEYS):
        keys = ", ".join(map(repr, data)) if isinstance(data, dict) else type(data).__name__
        _refuse(name, "the object", keys or "empty", f"its keys are {', '.join(KEYS)}",
                "p_kill has a row for each threat, a number for each kind of round. "
                f"Where assets have the values: {', '.join(OF_ASSETS)}.")  # fmt: skip
    value = _from_zero(data["value"], name, "value")
    p_kill, rounds = _rounds(data, name, len(value))
    return Instance(value, 1.0 - p_kill, rounds)


def _of_assets(data: dict[str, Any], name: str) -> Defended:
    """Values of assets, the asset that each threat is aimed at, and what a hit does to it."""
    if set(data) != set(OF_ASSETS):
        missing = [repr(key) for key in OF_ASSETS if key not in data]
        odd = [repr(key) for key in data if key not in OF_ASSETS]
        what, keys = ("the missing key", missing) if missing else ("the unknown key", odd)
        _refuse(name, what, keys[0], f"the keys are {', '.join(OF_ASSETS)}",
                "aim has the number of an asset for each threat, from 0.")  # fmt: skip
    value = _from_zero(data["assets"], name, "assets")
    aim = _list(data["aim"], name, "aim")
    is_off = (aim != np.floor(aim)) | (aim < 0) | (aim >= len(value))
    if is_off.any() and len(value):
        _check(is_off, aim, name, "aim[{}]", f"an asset from 0 to {len(value) - 1}")
    p_destroy = _list(data["p_destroy"], name, "p_destroy")
    if len(p_destroy) != len(aim):
        _refuse(name, "p_destroy", f"{len(p_destroy)} numbers long",
                f"one for each of the {len(aim)} threats in aim")  # fmt: skip
    _check((p_destroy < 0) | (p_destroy > 1), p_destroy, name, "p_destroy[{}]", "from 0 to 1")
    p_kill, rounds = _rounds(data, name, len(aim))
    if len(value) == 0:
        _refuse(name, "assets", "empty", "at least one value")
    return Defended(value, aim.astype(np.int64), p_destroy, 1.0 - p_kill, rounds)


def _rounds(data: dict[str, Any], name: str, n: int) -> tuple[Floats, NDArray[np.int64]]:
    """Kill chances (n, k) at n threats, and rounds (k,)."""
    rounds = _list(data["rounds"], name, "rounds")
    rows = data["p_kill"] if isinstance(data["p_kill"], list) else []
    k = len(rounds)
    if len(rows) != n:
        _refuse(name, "p_kill", f"{len(rows)} rows long", f"one for each of the {n} threats")
    table = [_list(row, name, f"p_kill[{i}]") for i, row in enumerate(rows)]
    for i, row in enumerate(table):
        if len(row) != k:
            _refuse(name, f"p_kill[{i}]", f"{len(row)} numbers long", f"one for each of {k} kinds")
        _check((row < 0.0) | (row > 1.0), row, name, f"p_kill[{i}][{{}}]", "from 0 to 1")
    is_off = (rounds != np.floor(rounds)) | (rounds < 0) | (rounds > MAX_ROUNDS)
    _check(is_off, rounds, name, "rounds[{}]", f"a whole number from 0 to {MAX_ROUNDS}")
    if n == 0 or k == 0:
        _refuse(name, "the problem", f"{n} threats and {k} kinds", "at least one of each")
    return np.array(table), rounds.astype(np.int64)


def _from_zero(data: Any, name: str, what: str) -> Floats:
    """A list of values."""
    value = _list(data, name, what)
    _check(value < 0.0, value, name, what + "[{}]", "0 or more")
    return value


def _list(data: Any, name: str, what: str) -> Floats:
    if not isinstance(data, list):
        _refuse(name, what, type(data).__name__, "a list of numbers is asked")
    for i, item in enumerate(data):
        if isinstance(item, bool) or not isinstance(item, int | float) or not np.isfinite(item):
            _refuse(name, f"{what}[{i}]", repr(item), "a finite number is asked")
    return np.array(data, dtype=np.float64)
