"""What a file may name and what the tables of kinds hold are the same words."""

from __future__ import annotations

from importlib import import_module

import pytest

from opendome.scenario.command import Doctrine, Node
from opendome.scenario.grammar.keys import file_keys
from opendome.scenario.threats import ThreatSystem
from opendome.scenario.weapons import Homing

CHOICES = [
    (Doctrine, "policy", "opendome.battle", "POLICIES"),
    (Node, "filter", "opendome.tracks", "FILTERS"),
    (Node, "associator", "opendome.tracks", "ASSOCIATORS"),
    (Homing, "law", "opendome.engagements", "LAWS"),
    (ThreatSystem, "steering", "opendome.world", "FLIGHTS"),
]


@pytest.mark.parametrize(("noun", "key", "module", "table"), CHOICES)
def test_a_file_may_name_each_kind_and_no_other(noun: type, key: str, module: str, table: str):
    kinds = getattr(import_module(module), table)
    assert set(file_keys(noun)[key].choices) == set(kinds)
