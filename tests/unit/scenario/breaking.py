"""A valid scenario, and ways to break it."""

from __future__ import annotations

import copy
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from opendome.errors import ScenarioError
from opendome.scenario import load
from opendome.scenario.grammar.yaml_text import parse_yaml

SMALL = Path(__file__).parent / "small.yaml"


class Mark(Enum):
    """What may stand in place of a value."""

    REMOVED = "removed"  # the key is taken out


REMOVED: Any = Mark.REMOVED


def small() -> dict[str, Any]:
    """Fresh mapping of the small scenario."""
    data: dict[str, Any] = parse_yaml(SMALL.read_text(encoding="utf-8"), "small.yaml")
    return copy.deepcopy(data)


def changed(*changes: tuple[tuple[str | int, ...], Any]) -> dict[str, Any]:
    """The small scenario with values set or taken out, each at a path of keys and indices."""
    data = small()
    for path, value in changes:
        here: Any = data
        for step in path[:-1]:
            here = here[step]
        if value is REMOVED:
            del here[path[-1]]
        else:
            here[path[-1]] = value
    return data


def refusal(source: Any, *sets: str) -> str:
    """The one line with which a scenario is refused."""
    with pytest.raises(ScenarioError) as caught:
        load(source, sets)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 700
    return message
