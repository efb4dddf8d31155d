"""Families of tracks in whole runs of a seed that nothing was tuned on, and their table."""

from __future__ import annotations

import importlib.util
from importlib.resources import files

import numpy as np
import pytest

from opendome.scenario import load
from opendome.scenario.catalog_entries import build_system, catalog
from opendome.scenario.families import FAMILIES
from opendome.simulation.run import compile_scenario, simulate
from opendome.tracks import families
from tests.house.sources import ROOT

pytestmark = [pytest.mark.nightly, pytest.mark.compiled, pytest.mark.timeout(600)]


def maker():
    """The script that makes the table."""
    spec = importlib.util.spec_from_file_location("maker", ROOT / "scripts" / "make_families.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["mixed_raid", "theater_bases"])
def test_chances_are_as_sure_as_they_are_right(name):
    record = simulate(compile_scenario(load(name)), 0, [0], [0])
    rows = [row for row in record.tables["families"].to_pylist() if row["family"]]
    n = np.array([row["tracks"] for row in rows])
    brier = np.array([row["brier"] for row in rows])
    right = np.array([row["family"] == row["called"] for row in rows])
    sure = np.array([row["confidence"] for row in rows])
    assert np.sum(brier * n) / n.sum() < 0.1  # even chances: 0.91
    most = sure > 0.85
    assert n[most].sum() > 0.7 * n.sum()
    assert np.sum(n[most] * right[most]) / n[most].sum() > 0.95


def test_the_table_is_that_of_the_catalog():
    """The one system of a family, flown again."""
    made = maker()
    system = build_system(catalog()["cruise_subsonic"])
    share = families.counted(made.moments(made.groups_of("cruise_subsonic"), system).reshape(-1, 4))
    with (files("opendome.tracks") / "families.npz").open("rb") as file:
        stored = np.load(file)["share"][FAMILIES.index("cruise")]
    assert np.array_equal(stored, families.packed(share[None])[0])
