"""The table of what was planned: means over plans, and what is proven."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from opendome.results.layout import write_manifest, write_record
from opendome.results.record import make_record
from opendome.results.result import open_campaign
from opendome.views.report.planned import figures, table
from tests.unit.results.tables import rows
from tests.unit.views.fabricated import CITY, manifest_of
from tests.unit.views.pages import Page

NAN = float("nan")


@pytest.fixture
def campaign(tmp_path: Path):
    plans = rows(
        "plans",
        run=[0, 0, 1, 1, 1],
        node=["hub", "hub", "hub", "north", "hub"],
        threats=[2, 4, 6, 1, 9],
        value=[10.0, 20.0, 40.0, 5.0, 0.0],
        loss=[1.0, 4.0, 10.0, 1.0, 0.0],
        bound=[1.0, 3.0, NAN, NAN, 0.0],
        work=[0, 6, 3, 0, 0],
    )
    write_manifest(tmp_path, manifest_of(CITY, 2, (0, 1)))
    write_record(tmp_path, 0, make_record({"runs": rows("runs", run=[0, 1]), "plans": plans}))
    return open_campaign(tmp_path)


def test_means_over_plans_with_something_at_stake(campaign):
    hub, north = figures(campaign)
    assert (hub.node, hub.n, hub.threats, hub.work) == ("hub", 1.5, 4.0, 3.0)
    assert hub.loss == pytest.approx((0.1 + 0.2 + 0.25) / 3)
    assert hub.proven == pytest.approx(1 / 3)
    assert hub.gap == pytest.approx((0.0 + 0.05) / 2)
    assert (north.proven, math.isnan(north.gap)) == (0.0, True)


def test_the_table_says_so_in_words(campaign):
    words = Page(str(table(figures(campaign)))).text
    for part in ("hub", "north", "33.3 %", "2.5 %"):
        assert part in words


def test_no_plans_no_rows(tmp_path: Path):
    write_manifest(tmp_path, manifest_of(CITY, 1, (0,)))
    write_record(tmp_path, 0, make_record({"runs": rows("runs", run=[0])}))
    assert figures(open_campaign(tmp_path)) == []


def test_a_folder_of_an_older_version_has_no_plans(campaign):
    for part in (campaign.folder / "plans").iterdir():
        part.unlink()
    (campaign.folder / "plans").rmdir()
    assert figures(open_campaign(campaign.folder)) == []
