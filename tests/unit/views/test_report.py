"""The report as a whole: sound, complete, offline and honest, whatever it is given."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from opendome.errors import RecordError
from opendome.results.result import open_campaign
from opendome.views.report import write_report
from opendome.views.report.counts import stage_means
from opendome.views.report.made import command
from opendome.views.report.scene import scene_of
from opendome.views.report.shown import shown_run
from opendome.views.report.stocks import firings, spread
from tests.unit.views.fabricated import CITY, ICBM, value, write_campaign
from tests.unit.views.pages import Page

SECTIONS = ["where", "when", "side", "many", "rounds", "picture", "assumed", "made"]


def page_of(folder: Path) -> Page:
    return Page(write_report(folder).read_text(encoding="utf-8"))


def changed(scenario: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {**copy.deepcopy(scenario), **keys}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_campaign(tmp_path_factory.mktemp("city"), CITY, runs=12)


@pytest.fixture(scope="module")
def icbm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_campaign(tmp_path_factory.mktemp("icbm"), ICBM, runs=30)


@pytest.mark.parametrize("name", ["city", "icbm"])
def test_complete_sound_small_and_offline(name: str, request: pytest.FixtureRequest):
    folder = request.getfixturevalue(name)
    path = write_report(folder)
    assert path == folder / "report.html"
    html = path.read_text(encoding="utf-8")
    assert len(html) < 3_000_000
    page = Page(html)
    assert [a["id"] for a in page.all("section")] == SECTIONS
    for _, attributes in page.elements:
        for key in ("src", "href", "action", "data"):
            assert not re.match(r"(https?:)?//", attributes.get(key, ""))
    assert not re.search(r"url\((?!#)|@import", html)
    assert [p.name for p in folder.iterdir() if p.name.startswith(".tmp")] == []


def test_each_drawing_says_what_it_shows(city: Path):
    page = page_of(city)
    drawings = page.all("svg")
    assert len(drawings) > 8
    assert all(len(d["aria-label"]) > 10 for d in drawings)
    assert all(a["id"] for a in page.all("h2"))


def test_no_long_digits_before_the_reader(city: Path, icbm: Path):
    for folder in (city, icbm):
        text = page_of(folder).text.split("Scenario hash")[0]
        assert re.findall(r"\d{6,}|\d\.\d{4,}|\de[+-]\d|\bnan\b|\binf\b|\bNone\b", text) == []


def test_the_verdict_is_the_summary(city: Path):
    summary = open_campaign(city).summary
    text = page_of(city).text
    assert f"Over {summary['runs']} simulated runs" in text
    assert f"{100 * summary['leak_fraction']['value']:.1f} %" in text


def test_same_campaign_same_bytes(city: Path):
    assert write_report(city).read_bytes() == write_report(city).read_bytes()


def test_funnel_counts_what_the_threats_say(city: Path):
    campaign = open_campaign(city)
    means = [estimate.value for estimate in stage_means(campaign)]
    threats = campaign.table("threats").to_pylist()
    armed = [r for r in threats if not r["is_failed"]]
    dangerous = [r for r in armed if r["is_threatening"]]
    expected = [
        len(threats),
        len(armed),
        len(dangerous),
        sum(r["n_shots"] > 0 for r in dangerous),
        sum(r["outcome"] == "intercepted" for r in dangerous),
        sum(r["outcome"] == "leaked" for r in dangerous),
    ]
    assert means == pytest.approx([n / 12 for n in expected])


def test_rounds_fired_are_the_engagements(icbm: Path):
    campaign = open_campaign(icbm)
    found = firings(campaign, scene_of(campaign.manifest["scenario"]))
    assert {f.battery.name: f.battery.stock for f in found} == {"fort_greely": 40, "vandenberg": 4}
    assert sum(f.fired.sum() for f in found) == campaign.table("engagements").num_rows
    assert all(len(f.fired) == 30 for f in found)


def test_the_run_shown_is_typical_and_its_paths_end_where_it_says(icbm: Path):
    shown = shown_run(open_campaign(icbm))
    assert shown is not None
    assert shown.run in (0, 1)
    assert not shown.is_sketch
    for flight in shown.flights:
        if flight.outcome == "leaked":
            assert flight.to_go[-1] < 10e3
        if flight.kind == "threat":
            row = int(np.flatnonzero(shown.threats["threat"] == flight.id)[0])
            assert flight.outcome == shown.threats["outcome"][row]
            assert flight.t[-1] == pytest.approx(shown.threats["t_end"][row])


def test_what_a_user_typed_is_text(tmp_path: Path):
    evil = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>&amp;"
    scenario = changed(CITY, name=evil, title=evil, description=evil)
    for group in ("assets", "threats", "sensors", "weapons"):
        for part in scenario[group]:
            part["name"] = f"{part['name']}{evil}"
    scenario["command"]["nodes"][0]["name"] = evil
    for entry in scenario["systems"].values():
        entry["title"] = entry["about"] = evil
        for row in entry["parameters"].values():
            row["source"] = evil
    for group in scenario["threats"]:
        if isinstance(group["aim"], str):
            group["aim"] += evil
    page = page_of(write_campaign(tmp_path, scenario, runs=2))
    assert len(page.all("script")) == 2
    assert page.all("img") == []
    assert evil in page.text


def test_the_data_of_the_replay_are_json(icbm: Path):
    html = write_report(icbm).read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="raid">(.*?)</script>', html)
    assert found is not None
    raid = json.loads(found[1])
    shown = shown_run(open_campaign(icbm))
    assert shown is not None
    assert len(raid["bodies"]) == len(shown.flights)
    for body in raid["bodies"]:
        assert body["t"] == sorted(body["t"])
        assert all(len(line) == 2 * len(body["t"]) for line in body["p"].values())


def test_no_paths(tmp_path: Path):
    page = page_of(write_campaign(tmp_path, CITY, runs=3, without=("trajectories",)))
    assert "cannot be drawn from the side" in page.text
    assert "tracks are great circles" in page.text
    assert page.all("path", "track")


def test_one_run(tmp_path: Path):
    page = page_of(write_campaign(tmp_path, ICBM, runs=1))
    assert "In the one run made" in page.text
    assert "one run cannot say" in page.text
    assert "One run has no distribution" in page.text


def test_no_threats(tmp_path: Path):
    scenario = changed(CITY)
    for group in scenario["threats"]:
        group["count"] = 0
    page = page_of(write_campaign(tmp_path, scenario, runs=2))
    assert "no threat was launched" in page.text
    assert [a["id"] for a in page.all("section")] == SECTIONS


def test_no_engagements(tmp_path: Path):
    scenario = changed(CITY, weapons=[])
    page = page_of(write_campaign(tmp_path, scenario, runs=2))
    assert "The scenario has no battery." in page.text
    assert "all of the threats to a defended asset got through" in page.text


def test_harmless_raid(tmp_path: Path):
    scenario = changed(CITY)
    scenario["threats"] = [g for g in scenario["threats"] if g["name"] == "stray"]
    scenario["assets"][0]["radius_km"] = 0.001
    page = page_of(write_campaign(tmp_path, scenario, runs=2))
    assert "none of the threats would have hit a defended asset" in page.text


def test_perfect_picture(tmp_path: Path):
    page = page_of(write_campaign(tmp_path, changed(CITY, picture="perfect"), runs=2))
    assert "perfect picture" in page.text


def test_no_picture(tmp_path: Path):
    page = page_of(write_campaign(tmp_path, CITY, runs=2, without=("picture",)))
    assert "No picture was recorded." in page.text


def test_no_run_finished(tmp_path: Path):
    every = ("runs", "threats", "engagements", "events", "picture", "trajectories")
    page = page_of(write_campaign(tmp_path, CITY, runs=2, without=every))
    assert "No run was finished" in page.text


def test_a_bare_manifest(tmp_path: Path):
    folder = write_campaign(tmp_path, CITY, runs=2)
    manifest = {"format": 1, "name": "x", "seed": 1, "runs": 2}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    page = page_of(folder)
    assert "The scenario names no system." in page.text


def test_a_folder_that_is_no_campaign_is_refused(tmp_path: Path):
    with pytest.raises(RecordError):
        write_report(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_changed_number_is_marked_and_both_are_said(tmp_path: Path):
    scenario = changed(ICBM)
    scenario["weapons"][0]["overrides"] = {"p_kill": 0.321}
    page = page_of(write_campaign(tmp_path, scenario, runs=2))
    marked = page.all("td", "changed")
    nominal = value(ICBM, ICBM["weapons"][0], "p_kill")
    assert [m["title"] for m in marked] == [f"nominal: {nominal:g}"]
    assert "0.321" in page.text


def test_the_command_reproduces():
    manifest = {"name": "two words; rm -rf", "runs": 40, "seed": 7}
    assert command(manifest) == "opendome run 'two words; rm -rf' --runs 40 --seed 7"


def test_labels_are_spread_within_the_paper():
    placed = [y for y, _ in spread([(10, "a"), (11, "b"), (98, "c"), (99, "d")], 15, 100)]
    assert np.diff(placed).min() >= 15
    assert max(placed) <= 100
