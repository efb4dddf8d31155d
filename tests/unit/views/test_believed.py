"""What tracks were called and where they came from, as the report tells it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from opendome.results.layout import write_manifest, write_record
from opendome.results.record import make_record
from opendome.results.result import open_campaign
from opendome.views.report import believed
from opendome.views.report.projection import window_around
from opendome.views.report.shown import shown_run
from opendome.views.report.words import NARROW
from tests.unit.results.tables import rows
from tests.unit.views.fabricated import CITY, manifest_of
from tests.unit.views.pages import Page

NAN = float("nan")
SEEN = (  # run, family, phase, age, called, confidence, tracks, brier
    (0, "rocket", "boost", 0.0, "rocket", 0.9, 60, 0.1),
    (0, "rocket", "air", 120.0, "drone", 0.5, 20, 0.9),
    (1, "rocket", "air", 120.0, "rocket", 0.9, 20, 0.2),
    (1, "drone", "level", 120.0, "drone", 0.5, 30, 0.4),
    (0, "", "", 0.0, "rocket", 0.9, 10, NAN),
)
LAT, LON = 0.6, 0.2


@pytest.fixture
def campaign(tmp_path: Path):
    names = ("run", "family", "phase", "age", "called", "confidence", "tracks", "brier")
    tables = {
        "runs": rows("runs", run=[0, 1]),
        "families": rows("families", **dict(zip(names, map(list, zip(*SEEN))))),
        "threats": rows("threats", run=[0, 0], threat=[0, 1], role=["warhead"] * 2,
                        launch_lat=[LAT, LAT], launch_lon=[LON, LON]),
        "tracks": rows(
            "tracks", run=[0, 0, 0, 0], track=[4, 5, 6, 7], threat=[0, 0, 1, -1],
            launch_t=[1.0, 2.0, NAN, 3.0], launch_lat=[LAT, LAT, NAN, LAT],
            launch_lon=[LON + 1e-4, LON, NAN, LON], launch_cov_ee=[9e6, 4e6, NAN, 1e6],
            launch_cov_nn=[4e6, 1e6, NAN, 1e6], launch_cov_en=[0.0, 0.0, NAN, 0.0],
            launch_miss=[500.0, 2100.0, NAN, NAN], launch_square=[1.0, 5.0, NAN, NAN],
        ),
    }  # fmt: skip
    write_manifest(tmp_path, manifest_of(CITY, 2, (0, 1)))
    write_record(tmp_path, 0, make_record(tables))
    return open_campaign(tmp_path)


def test_how_often_it_was_right(campaign):
    words = believed.sureness_words(campaign.table("families")).replace(NARROW, " ")
    assert words == (
        "The likeliest family was right in 100 % where its chance was 90 % or more, "
        "60.0 % at 50 to 60 %."
    )


def test_the_tables_of_all_runs_say_so_in_words(campaign):
    words = Page("".join(map(str, believed.called(campaign.table("families"), 1)))).text
    words = " ".join(words.replace(NARROW, " ").replace("\u00a0", " ").split())
    for part in ("nothing", "rocket", "80.0 %", "0.280", "100"):
        assert part in words
    assert f"Brier score of all: {40 / 130:.3f} (95 % interval 0." in words
    assert "0.91 if every family were as likely" in words
    assert "0 to 30 s 120 s and more called right" in words
    assert "all threats 100 % 0.100 71.4 % 0.486" in words  # rocket, boost; the others
    assert "on wings — — 100 % 0.400" in words


def test_launches_in_words(campaign):
    words = believed.launch_words(campaign).replace(NARROW, " ")
    assert "launch of 2 tracked threats" in words
    assert "miss by 1,300 m or less" in words
    assert "50.0 % of the true launches lie in the ellipses of 50 %, 50.0 % in those" in words


def test_of_each_threat_the_surest_launch_is_drawn(campaign):
    shown = shown_run(campaign)
    assert shown is not None
    assert believed.best_launches(shown.tracks) == [1]
    window = window_around(np.array([LAT - 0.1, LAT + 0.1]), np.array([LON, LON]), 800, (300, 600))
    marks = "".join(str(mark) for mark in believed.launches_drawn(window, shown))
    assert marks.count("launch-ellipse") == 2
    assert marks.count("launch-miss") == 1
    assert "track 5 of threat 0" in marks


def test_an_ellipse_lies_at_its_distance(campaign):
    shown = shown_run(campaign)
    assert shown is not None
    lats, lons = believed.ellipse(shown.tracks, 1, 4.0)
    north, east = (lats - LAT) * 6371e3, (lons - LON) * 6371e3 * math.cos(LAT)
    assert (east / 2000.0) ** 2 + (north / 1000.0) ** 2 == pytest.approx(np.full(49, 4.0), rel=1e-2)


def test_no_close_look_no_words(tmp_path: Path):
    write_manifest(tmp_path, manifest_of(CITY, 1, (0,)))
    write_record(tmp_path, 0, make_record({"runs": rows("runs", run=[0])}))
    empty = open_campaign(tmp_path)
    assert believed.called(empty.table("families"), 1) == []
    assert believed.launch_words(empty) == ""
