"""The report as a whole: sound, complete, offline and honest, whatever it is given."""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from opendome.campaign import runner
from opendome.errors import RecordError
from opendome.results.layout import write_manifest, write_record
from opendome.results.provenance import make_manifest
from opendome.results.record import make_record
from opendome.results.result import open_campaign
from opendome.scenario.load import load
from opendome.views.report import write_report
from opendome.views.report.counts import shots_at_failed, stage_means, wasted_words
from opendome.views.report.made import command, is_as_shipped, program
from opendome.views.report.scene import scene_of
from opendome.views.report.shown import shown_run
from opendome.views.report.stocks import firings, spread
from tests.unit.campaign.layered_simulation import compile_layered, simulate_layered
from tests.unit.results.tables import rows
from tests.unit.views.fabricated import CITY, ICBM, value, write_campaign
from tests.unit.views.pages import Page

SECTIONS = ["where", "when", "side", "many", "rounds", "picture", "assumed", "made"]


@cache
def page_of(folder: Path) -> Page:
    """The page of a folder that is asked once, or does not change."""
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


@pytest.mark.parametrize("name", ["city", "icbm"])
def test_every_caption_says_how_it_was_made(name: str, request: pytest.FixtureRequest):
    folder = request.getfixturevalue(name)
    manifest = open_campaign(folder).manifest
    html = write_report(folder).read_text(encoding="utf-8")
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", html)
    assert len(captions) >= 4
    made = (f" Seed {manifest['seed']}; {manifest['runs']} runs; scenario {manifest['name']}, "
            f"hash {manifest['scenario_hash'][:12]}. Again: ")  # fmt: skip
    assert all(made in words for words in captions)
    assert all(command(manifest) in w or 'href="#made"' in w for w in captions)


def test_no_long_digits_before_the_reader(city: Path, icbm: Path):
    for folder in (city, icbm):
        text = page_of(folder).text.split("Scenario hash")[0]
        text = text.replace(open_campaign(folder).manifest["scenario_hash"][:12], "")
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


def test_a_shipped_scenario_is_told_from_a_changed_one():
    shipped, changed_one = (
        make_manifest(load("iron_dome_city", sets), 7, []) | {"runs": 40}
        for sets in ([], ["threats[0].count=3"])
    )
    assert is_as_shipped(shipped)
    assert not is_as_shipped(changed_one)
    assert not is_as_shipped({**shipped, "name": "my_raid"})
    assert not is_as_shipped({})


def test_the_program_makes_the_same_campaign_again(tmp_path: Path, monkeypatch):
    """It is run, with a stand-in for the simulation, where the page lies."""
    scenario = load("iron_dome_city", ["threats[0].count=3"])
    manifest = make_manifest(scenario, 7, [0]) | {"runs": 2}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    monkeypatch.chdir(tmp_path)
    engine = runner.Engine(compile_layered, simulate_layered)
    monkeypatch.setattr(runner, "simulation_engine", lambda: engine)
    exec(compile(program(manifest), "program", "exec"), {})
    again = open_campaign(tmp_path / "again")
    assert again.runs == 2
    for key in ("scenario_hash", "seed", "name"):
        assert again.manifest[key] == manifest[key]


def test_rounds_wasted_are_said_with_the_figures_of_the_summary(tmp_path: Path):
    threats = rows(
        "threats",
        run=np.repeat([0, 1], 4),
        threat=np.tile(np.arange(4), 2),
        is_threatening=[True, False, False, False] * 2,
        is_failed=[False, False, False, True] * 2,
        outside_distance=[-10.0, 200.0, 900.0, 900.0] * 2,
        sigma_impact=np.full(8, 100.0),
        n_shots=[1, 1, 0, 2] * 2,
    )
    shots = rows(
        "engagements",
        run=[0, 0, 0, 0, 1, 1, 1],
        shot=[0, 1, 2, 3, 0, 1, 2],
        threat=[0, 1, 3, 3, 0, 1, 3],
    )
    tables = {"runs": rows("runs", run=[0, 1]), "threats": threats, "engagements": shots}
    write_manifest(tmp_path / "c", {"format": 1, "seed": 1})
    write_record(tmp_path / "c", 0, make_record(tables))
    campaign = open_campaign(tmp_path / "c")
    # harmless: 1 and 2, of which 1 is fired at; by more than 300 m: 2 alone, never fired at
    assert campaign.summary["engaged_harmless"]["value"] == 0.5
    assert campaign.summary["engaged_far_outside"]["value"] == 0.0
    assert shots_at_failed(campaign) == 1.5
    words = wasted_words(campaign).replace("\u202f", " ")
    assert words == (
        "Of those that threaten nothing, 50.0 % are fired at as well (of those that miss by more "
        "than 3 standard deviations, 0 %). 1.50 rounds per raid go at launches that failed."
    )
