"""``opendome sweep`` as a user meets it, with the real simulation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import opendome as od
from opendome.campaign.sweep import open_sweep
from opendome.results.record import join_tables
from opendome.views.cli import main
from opendome.views.report.words import mean as words
from tests.unit.campaign.test_runner import bytes_of
from tests.unit.views.pages import Page

DESIGN = """\
format: 1
name: late_consent
title: What waiting for consent costs
scenario: limited_icbm
set: {picture: statistical, engagement: tabled, step_s: 20, threats.icbm.spacing_s: 10}
factors:
  - {key: threats.icbm.count, name: raid, values: [1, 2]}
  - {key: 'command.nodes[0].consent_s', name: consent_s, values: [30, 600]}
runs: 3
seed: 4
tables: [threats, engagements]
"""


@pytest.fixture(scope="module")
def swept(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "design.yaml").write_text(DESIGN, encoding="utf-8")
    words = ["sweep", str(folder / "design.yaml"), "--out", str(folder / "one"), "--workers", "1"]
    assert main(words) == 0
    return folder


def test_a_cell_is_the_campaign_of_its_scenario(swept: Path):
    found = open_sweep(swept / "one")
    changes = ["picture=statistical", "engagement=tabled", "step_s=20",
               "threats.icbm.spacing_s=10", "threats.icbm.count=2",
               "command.nodes[0].consent_s=600"]  # fmt: skip
    campaign = od.run_many(od.load("limited_icbm", changes), runs=3, seed=4)
    for name in ("runs", "threats"):
        table = found.query(f"select * exclude (cell) from {name} where cell = 3")
        ours = join_tables([table.cast(campaign.table(name).schema)], name)
        assert str(ours.to_pylist()) == str(campaign.table(name).to_pylist())
    hashes = {row["scenario_hash"] for row in found.outcomes.to_pylist() if row["cell"] == 3}
    assert hashes == {campaign.manifest["scenario_hash"]}


def test_the_page_has_the_rounds_left_and_the_ground_defended(swept: Path):
    """Both are drawn, kept as tables, and the map is not flown again."""
    page = Page((swept / "one" / "report.html").read_text(encoding="utf-8"))
    drawn = [a["aria-label"] for a in page.all("svg")]
    left = [words for words in drawn if words.startswith("Rounds left over time, raid")]
    found = open_sweep(swept / "one")
    fired = found.query("""select raid, count(distinct (cell, run, shot)) / 6 as n
        from engagements join cells using (cell) group by 1 order by 1""")  # fmt: skip
    assert left == [f"Rounds left over time, raid {r['raid']}: gbi {words(44 - r['n'])} of 44."
                    for r in fired.to_pylist()]  # fmt: skip
    assert "Map: coastlines, sites of the defense and launch areas." in drawn
    assert "defended against icbm liquid" in page.text
    kept = swept / "one" / "footprints.parquet"
    assert kept.with_suffix(".csv").is_file()
    before = kept.stat().st_mtime_ns
    od.write_report(swept / "one")
    assert kept.stat().st_mtime_ns == before


def test_two_workers_give_the_same_tables_and_json_is_one_object(swept: Path, capfd):
    words = ["sweep", str(swept / "design.yaml"), "--out", str(swept / "two"), "--workers", "2"]
    assert main([*words, "--json"]) == 0
    answer = json.loads(capfd.readouterr().out)
    assert [c["raid"] for c in answer["cells"]] == [1, 1, 2, 2]
    assert answer["runs"] == 12
    assert answer["failed"] == []
    assert 0.0 <= answer["cells"][3]["leak_fraction"]["value"] <= 1.0
    assert bytes_of(swept / "two") == bytes_of(swept / "one")


def test_a_sweep_that_is_finished_is_told_again_and_resume_needs_one(swept: Path, capsys):
    words = ["sweep", str(swept / "design.yaml")]
    assert main([*words, "--out", str(swept / "one"), "--resume"]) == 0
    said = capsys.readouterr().out
    assert "What waiting for consent costs: 4 cells, 12 runs" in said
    assert main([*words, "--out", str(swept / "none"), "--resume"]) == 2
    assert "holds no sweep to go on with" in capsys.readouterr().err
    assert not (swept / "none").exists()


def test_a_design_that_is_none_is_one_line_and_exit_code_2(tmp_path: Path, capsys):
    assert main(["sweep", "limited_icbm_defence"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Did you mean 'limited_icbm_defense'?" in said
    (tmp_path / "raid.yaml").write_text("format: 1\nname: raid\n")
    assert main(["sweep", str(tmp_path / "raid.yaml")]) == 2
    assert "scenario is missing" in capsys.readouterr().err
