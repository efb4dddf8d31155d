"""Nouns: what the user wrote, checked, frozen, in SI."""

from opendome.scenario.catalog_entries import build_system, catalog, entry
from opendome.scenario.check import check
from opendome.scenario.entries import Entry, Parameter
from opendome.scenario.load import load, resolved, scenario_hash, shipped
from opendome.scenario.scenario import Scenario
from opendome.scenario.schema import json_schema, reference_markdown
from opendome.scenario.vary import vary

__all__ = [
    "Entry",
    "Parameter",
    "Scenario",
    "build_system",
    "catalog",
    "check",
    "entry",
    "json_schema",
    "load",
    "reference_markdown",
    "resolved",
    "scenario_hash",
    "shipped",
    "vary",
]
