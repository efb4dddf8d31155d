"""Checks of names: unique in their list, known where they are named."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from opendome.scenario.grammar.refusal import Origin, did_you_mean


def refuse_same_names(things: Iterable[Any], key: str, origin: Origin) -> None:
    """Raise ScenarioError if two things of a list have one name."""
    seen: dict[str, int] = {}
    for i, thing in enumerate(things):
        if thing.name in seen:
            words = f"{key}[{seen[thing.name]}] has this name already"
            raise origin.refuse(
                f"{key}[{i}].name", thing.name, words, "Names are unique in a list."
            )
        seen[thing.name] = i


def refuse_unknown(path: str, name: str, known: list[str], kind: str, origin: Origin) -> None:
    """Raise ScenarioError if a name is none of those that are known; it offers the nearest."""
    if name not in known:
        listed = ", ".join(known[:12]) or "none"
        raise origin.refuse(path, name, f"known {kind}: {listed}", did_you_mean(name, known))
