"""Every system has a model, a test and a shipped scenario that shows it (docs/systems.yaml)."""

from __future__ import annotations

import sys

import pytest

from tests.house.sources import ROOT

sys.path.insert(0, str(ROOT / "docs"))
import systems_table

ROWS = list(systems_table.rows())
READY = [row for _, row in ROWS if not row.get("waits")]
KEYS = {
    "system",
    "entries",
    "code",
    "models",
    "against",
    "tests",
    "example",
    "has",
    "sets",
    "waits",
}
# Systems that are not of the mission's list, and need no row.
EXTRA = {"green_pine", "parcs"}
# The families and how many members each has.
MEMBERS = {
    "threats": 18,
    "interceptors": 20,
    "sensors": 20,
    "command": 5,
    "accounts": 2,
}


@pytest.mark.parametrize("row", READY, ids=lambda row: row["system"])
def test_a_row_has_its_model_its_test_and_its_example(row: systems_table.Row):
    assert not systems_table.faults(row)


def test_no_row_is_lost():
    assert {family: len(rows) for family, rows in systems_table.families().items()} == MEMBERS
    names = [row["system"] for _, row in ROWS]
    assert len(names) == len(set(names))
    assert not [f"{row['system']}: {key}" for _, row in ROWS for key in set(row) - KEYS]


def test_every_modelled_system_of_the_catalog_stands_in_the_table():
    from opendome.scenario import catalog

    listed = {name for _, row in ROWS for name in row.get("entries", [])}
    modelled = {name for name, entry in catalog().items() if entry.is_modelled}
    assert modelled <= listed | EXTRA, modelled - listed


def test_what_is_lost_is_seen():
    good = READY[0]
    assert not systems_table.faults(good)
    for change in (
        {"entries": ["high_energy_laserr"]},
        {"entries": ["stovepiped_batteries"]},
        {"tests": ["published/test_shells.py::test_gun_of_900_mm"]},
        {"tests": []},
        {"models": ["no_such_page"]},
        {"example": "no_such_scenario"},
        {"entries": ["gbi"]},
        {"against": ""},
    ):
        assert systems_table.faults({**good, **change}), change


def test_the_page_names_every_system():
    page = systems_table.page()
    for _, row in ROWS:
        assert f"| {row['system']} |" in page
