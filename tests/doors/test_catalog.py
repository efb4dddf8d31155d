"""``opendome catalog`` as a user meets it."""

from __future__ import annotations

import json

from opendome.scenario.catalog_entries import catalog, entry
from opendome.views.cli import main


def test_the_catalog_can_leave_out_what_no_scenario_can_use(capsys):
    assert main(["catalog", "--json"]) == 0
    everything = json.loads(capsys.readouterr().out)["systems"]
    assert main(["catalog", "--modelled", "--json"]) == 0
    names = {s["name"] for s in json.loads(capsys.readouterr().out)["systems"]}
    assert names == {name for name, entry in catalog().items() if entry.is_modelled}
    assert len(names) < len(everything)
    assert main(["catalog", "--modelled"]) == 0
    assert "listed only" not in capsys.readouterr().out


def test_the_catalog_lists_every_system_and_says_which_are_modelled(capsys):
    assert main(["catalog"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    lines = {line.split()[0]: line for line in said.out.splitlines() if line.startswith("  ")}
    assert "listed only" not in lines["gbi"]
    assert "listed only" in lines["aegis_ship"]
    assert main(["catalog", "--json"]) == 0
    systems = json.loads(capsys.readouterr().out)["systems"]
    assert {s["name"] for s in systems} == set(lines)


def test_one_system_is_shown_with_spread_source_and_confidence(capsys):
    assert main(["catalog", "iron_dome"]) == 0
    said = capsys.readouterr().out
    p_kill = entry("iron_dome").parameters["p_kill"]
    line = next(row for row in said.splitlines() if row.strip().startswith("p_kill "))
    assert line.split()[1:5] == [
        f"{p_kill.low:g}", f"{p_kill.nominal:g}", f"{p_kill.high:g}", p_kill.confidence,
    ]  # fmt: skip
    assert p_kill.source.split()[0] in said
    assert main(["catalog", "iron_dome", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["name"] == "iron_dome"
    assert answer["parameters"]["p_kill"]["nominal"] == p_kill.nominal
    assert answer["parameters"]["p_kill"]["source"] == p_kill.source


def test_a_misspelt_system_gets_a_suggestion(capsys):
    assert main(["catalog", "thad"]) == 2
    assert "Did you mean 'thaad'?" in capsys.readouterr().err
