"""What is put to a study: a frozen noun, filled from defaults and ``KEY=VALUE`` words.

Each field says its key, unit and range, as those of a scenario do, so that the same sentences
refuse what is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from opendome.scenario.grammar.keys import Key, file_keys
from opendome.scenario.grammar.reading import Reading, read_noun
from opendome.scenario.grammar.writing import in_file
from opendome.scenario.vary import vary

Noun = TypeVar("Noun")


def read_inputs(noun: type[Noun], name: str, sets: Sequence[str] = ()) -> Noun:
    """Inputs of a study.

    Parameters
    ----------
    noun : type
        A frozen dataclass whose fields are `quantity`, `integer`, `choice`, `flag` or `name`.
    name : str
        Of the study, for errors.
    sets : sequence of str
        ``KEY=VALUE`` each; later ones win.

    Raises
    ------
    ScenarioError
        One line: study, key, value, what is allowed.
    """
    data, origin = vary({}, sets, name)
    made: Noun = read_noun(noun, data, "", Reading(origin))
    return made


def keys_of_inputs(noun: type) -> tuple[Key, ...]:
    """The keys that can be set, in the order of their fields."""
    return tuple(file_keys(noun).values())


def written(inputs: Any) -> dict[str, Any]:
    """File keys and values of inputs, as they could be set again; what is absent is left out."""
    found = {}
    for key in keys_of_inputs(type(inputs)):
        value = getattr(inputs, key.field)
        if value is not None:
            found[key.key] = in_file(value, key)
    return found
