"""Defenses that contradict themselves, as a user meets them: one line, exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from opendome.campaign.runner import Engine
from opendome.views.cli import check as check_command
from opendome.views.cli import main
from tests.unit.scenario.breaking import changed

NODES = (("command", "nodes"), [{"name": "c2"}, {"name": "far"}])
APART = (("command", "wiring"), "stovepiped")
LAYERS = [{"name": "a", "batteries": ["bat1"]}, {"name": "b", "batteries": ["bat1"]}]
REFUSED = {
    "ship": (
        [(("weapons", 0, "platform"), "ship"), (("weapons", 0, "lat_deg"), -20.5)],
        "weapons[0].platform is 'ship'; lat_deg -20.5, lon_deg 13.78 lies on land, 47 km from the "
        "sea. Move it, or take platform: ground.",
    ),
    "launchers": (
        [(("weapons", 0, "launchers"), 0)],
        "weapons[0].launchers is 0; allowed: whole numbers 1 to 1000. Launchers; absent: as the "
        "system has.",
    ),
    "launchers of the system": (
        [(("weapons", 0, "launchers"), None), (("weapons", 0, "overrides"), {"launchers": 0})],
        "weapons[0].overrides.launchers is 0; allowed: whole numbers 1 to 1000. Launchers of a "
        "battery.",
    ),
    "link": (
        [(("command", "links"), [{"node": "c3"}])],
        "command.links[0].node is 'c3'; known nodes: c2.",
    ),
    "hub": (
        [(("command", "hub"), "c3")],
        "command.hub is 'c3'; known nodes: c2.",
    ),
    "layers": (
        [(("command", "layers"), LAYERS)],
        "command.layers[1].batteries[0] is 'bat1'; it stands in layer a already. A battery fires "
        "in one layer; which comes first must be clear.",
    ),
    "no radar": (
        [NODES, APART, (("sensors", 0, "node"), "far")],
        "weapons[0].node is 'c2'; under wiring: stovepiped battery bat1 hears this node's sensors "
        "alone, and it has no radar, known radars: mmr. Give its node a radar, or take wiring: "
        "integrated or hub.",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("command", [["check"], ["run", "--runs", "2"]])
def test_contradictions_are_refused_in_one_line(what, command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    changes, said = REFUSED[what]
    Path("raid.yaml").write_text(yaml.safe_dump(changed(*changes)), encoding="utf-8")
    assert main([*command, "raid.yaml"]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == f"opendome: raid.yaml: {said}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["raid.yaml"]


def test_a_radar_that_faces_away_is_allowed_and_said(monkeypatch, capsys):
    engine = Engine(lambda _: None, lambda *_: None)  # whether it flies is not asked here
    monkeypatch.setattr(check_command, "simulation_engine", lambda: engine)
    away = ["--set", "sensors.city_radar.az_deg=250", "--set", "sensors.city_radar.lon_deg=13.5"]
    assert main(["check", "iron_dome_city", *away]) == 0
    notes = [s for s in capsys.readouterr().out.splitlines() if "faces away" in s]
    assert notes == [
        "note: sensors[0] (city_radar) faces away from every threat: no launch place, aim or way "
        "between them lies in its sector of 120 deg about az_deg 250."
    ]
