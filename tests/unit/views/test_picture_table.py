"""The table of what was tracked: quotients of sums, what could be tracked beside everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from opendome.results.layout import write_manifest, write_record
from opendome.results.record import make_record
from opendome.results.result import open_campaign
from opendome.views.report.picture_table import figures, spuriousness, table
from tests.unit.results.tables import rows
from tests.unit.views.fabricated import CITY, manifest_of
from tests.unit.views.pages import Page

COLUMNS = (  # run, system, role, phase, condition, truths, tracked, tracks, spurious, error
    (0, "srbm", "warhead", "any", "all", 100, 60, 66, 0, 50.0),
    (0, "srbm", "warhead", "any", "trackable", 40, 40, 44, 0, 30.0),
    (0, "srbm", "warhead", "space", "all", 100, 60, 66, 0, 50.0),
    (0, "srbm", "decoy", "any", "all", 100, 0, 0, 0, float("nan")),
    (0, "", "", "any", "all", 0, 0, 34, 34, float("nan")),
    (0, "", "", "any", "trackable", 0, 0, 34, 34, float("nan")),
    (1, "srbm", "warhead", "any", "all", 100, 100, 134, 0, 20.0),
)


@pytest.fixture
def campaign(tmp_path: Path):
    names = ("run", "system", "role", "phase", "condition", "truths", "tracked", "tracks",
             "spurious", "position_error")  # fmt: skip
    given = dict(zip(names, map(list, zip(*COLUMNS))))
    given |= {"t_longest": [10.0] * len(COLUMNS), "t_life": [20.0] * len(COLUMNS)}
    tables = {
        "runs": rows("runs", run=[0, 1]),
        "siap": rows("siap", **given),
        "threats": rows(
            "threats", run=[0, 0, 1], threat=[0, 1, 0], system=["srbm"] * 3, role=["warhead"] * 3
        ),
        "initiation": rows(
            "initiation",
            run=[0, 0, 1],
            threat=[0, 1, 0],
            t_trackable=[10.0, 10.0, float("nan")],
            t_tracked=[12.0, 16.0, 9.0],
        ),
    }
    write_manifest(tmp_path, manifest_of(CITY, 2, (0, 1)))
    write_record(tmp_path, 0, make_record(tables))
    return open_campaign(tmp_path)


def test_sums_are_divided_not_quotients_averaged(campaign):
    found = {row.name: row for row in figures(campaign)}
    srbm, every = found["srbm"], found["all threats"]
    assert srbm.completeness_all == pytest.approx(160 / 200)
    assert srbm.ambiguity_all == pytest.approx(200 / 160)
    assert srbm.share_trackable == pytest.approx(40 / 200)
    assert (srbm.completeness, srbm.error, srbm.longest) == (1.0, 30.0, 0.5)
    assert srbm.delay == pytest.approx(4.0)
    assert every.completeness_all == pytest.approx(160 / 300)
    assert found["space"].completeness_all == pytest.approx(0.6)
    assert found["decoy"].completeness_all == 0.0
    assert spuriousness(campaign) == pytest.approx(34 / 234)


def test_the_table_says_so_in_words(campaign):
    words = Page(str(table(figures(campaign)))).text
    for part in ("all threats", "above 100 km", "srbm", "80.0 %", "1.25"):
        assert part in words


def test_no_close_look_no_table(tmp_path: Path):
    write_manifest(tmp_path, manifest_of(CITY, 1, (0,)))
    write_record(tmp_path, 0, make_record({"runs": rows("runs", run=[0])}))
    assert figures(open_campaign(tmp_path)) == []
