"""Defeat before launch in the report and in the table of the command line."""

from pathlib import Path

import pytest

import opendome as od
from opendome.results.result import Campaign, open_campaign
from opendome.scenario import load, resolved
from opendome.views.cli.summary import rows
from opendome.views.report import write_report
from opendome.views.report.counts import STAGES, before_words, stage_means, stages_of

FEW = ["picture=perfect", "engagement=tabled", "threats.north.count=6", "threats.east.count=4",
       "threats.stray.count=1", "threats.long_range.count=1"]  # fmt: skip


@pytest.fixture(scope="module")
def hunted(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    effort = {
        "name": "hunt",
        "system": "defeat_before_launch",
        "overrides": {"p_defeat": 1, "cost_usd": 1e6},
        "groups": ["north"],
        "launchers": 3,
    }
    scenario = load({**resolved(load("iron_dome_city", FEW)), "before_launch": [effort]})
    folder = tmp_path_factory.mktemp("hunted") / "out"
    od.run_many(scenario, 2, seed=1, out=folder)
    return open_campaign(folder)


def test_the_funnel_begins_with_what_was_planned(hunted: Campaign) -> None:
    stages = stages_of(hunted)
    assert [s[0] for s in stages][:3] == ["Planned", "Before launch", "Launched"]
    assert len(stages) == len(STAGES) + 2
    assert [e.value for e in stage_means(hunted)][:3] == [12.0, 6.0, 6.0]


def test_words_and_lines_say_what_was_stopped_and_for_how_much(hunted: Campaign) -> None:
    words = before_words(hunted.summary)
    assert words == "Of 12 planned per raid, 6 are stopped before launch, for $3M. "
    found = {row.name: row.estimate["value"] for row in rows(hunted.summary)}
    assert found["defeated before launch"] == 6.0
    assert found["  before launch"] == 3e6
    assert found["cost of shots and before launch"] == (hunted.summary["cost_defense_usd"]["value"])


def test_the_page_says_so(hunted: Campaign) -> None:
    page = Path(write_report(hunted.folder)).read_text(encoding="utf-8")
    assert "stopped at their launchers" in page
    assert "interceptors and attempts at launchers" in page
    assert "chance that an attempt stops a launcher" in page


def test_without_it_nothing_is_said(tmp_path: Path) -> None:
    plain = od.run_many(load("iron_dome_city", FEW), 1, seed=1, out=tmp_path / "plain")
    assert stages_of(plain) == STAGES
    assert before_words(plain.summary) == ""
    assert not any("before launch" in row.name for row in rows(plain.summary))
    page = Path(write_report(plain.folder)).read_text(encoding="utf-8")
    assert "before launch" not in page.lower()
