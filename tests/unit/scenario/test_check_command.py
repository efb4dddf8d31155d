"""Contradictions among nodes, links, layers, units and the radars of batteries are refused."""

from __future__ import annotations

from typing import Any

import pytest

from opendome.scenario import check, load
from opendome.scenario.command import Command
from tests.unit.scenario.breaking import changed, refusal

Change = tuple[tuple[Any, ...], Any]

TWO = (("command", "nodes"), [{"name": "c2"}, {"name": "south"}])
APART = (("command", "wiring"), "stovepiped")
SECOND = {"name": "bat2", "system": "iron_dome", "node": "c2", "lat_deg": -21.05, "lon_deg": 13.78}
FIRST = {**SECOND, "name": "bat1", "lat_deg": -21.03}


def batteries(first: dict[str, Any] | None = None, second: dict[str, Any] | None = None) -> Change:
    """Two batteries, 2.2 km apart, with changes."""
    return (("weapons",), [{**FIRST, **(first or {})}, {**SECOND, **(second or {})}])


def layers(*named: tuple[str, list[str]]) -> Change:
    return (("command", "layers"), [{"name": name, "batteries": held} for name, held in named])


def links(*nodes: str) -> Change:
    return (("command", "links"), [{"node": node} for node in nodes])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([links("c3")], "command.links[0].node is 'c3'; known nodes: c2."),
        (
            [TWO, links("south", "c2", "south")],
            "command.links[2].node is 'south'; command.links[0] is the link of this node already.",
        ),
        (
            [TWO, (("command", "links"), [{"node": "c2", "mean_up_s": 60}])],
            "command.links[0].mean_down_s is empty; outages by chance need it, since mean_up_s is "
            "60 s. Give both, or remove mean_up_s.",
        ),
        (
            [TWO, (("command", "links"), [{"node": "c2", "mean_down_s": 5}])],
            "command.links[0].mean_up_s is empty; outages by chance need it, since mean_down_s",
        ),
        (
            [TWO, (("command", "links"), [{"node": "c2", "mean_up_s": 1, "mean_down_s": 5}])],
            "command.links[0].mean_up_s is 1 s; allowed: 10 to 1e+08 s.",
        ),
        (
            [(("command", "nodes"), [{"name": "c2", "mean_life_s": 0}])],
            "command.nodes[0].mean_life_s is 0 s; allowed: 1 to 1e+08 s.",
        ),
        (
            [TWO, (("command", "hub"), "suoth")],
            "command.hub is 'suoth'; known nodes: c2, south. Did you mean 'south'?",
        ),
        (
            [batteries(), layers(("upper", ["bat1"]), ("lower", ["bta2"]))],
            "command.layers[1].batteries[0] is 'bta2'; known batteries: bat1, bat2. Did you mean ",
        ),
        (
            [batteries(), layers(("upper", ["bat1", "bat2"]), ("lower", ["bat2"]))],
            "command.layers[1].batteries[0] is 'bat2'; it stands in layer upper already. A battery "
            "fires in one layer; which comes first must be clear.",
        ),
        (
            [batteries(), layers(("upper", ["bat1", "bat2", "bat1"]))],
            "command.layers[0].batteries[2] is 'bat1'; it stands in layer upper already.",
        ),
        (
            [batteries(), layers(("upper", ["bat1", "bat2"]), ("lower", []))],
            "command.layers[1].batteries is a list (0 items); layer lower needs at least one",
        ),
        (
            [batteries(), layers(("upper", ["bat1"]))],
            "weapons[1].name is 'bat2'; it stands in no layer, while there are layers: upper.",
        ),
        (
            [batteries(), layers(("upper", ["bat1"]), ("upper", ["bat2"]))],
            "command.layers[1].name is 'upper'; command.layers[0] has this name already.",
        ),
        (
            [batteries({"radar": "mmmr"})],
            "weapons[0].radar is 'mmmr'; known sensors: mmr, geo. Did you mean 'mmr'?",
        ),
        (
            [batteries({"radar": "geo"})],
            "weapons[0].radar is 'geo'; it is an infrared sensor and guides nothing, known radars: "
            "mmr.",
        ),
        (
            [TWO, APART, batteries({"radar": "mmr", "node": "south"})],
            "weapons[0].radar is 'mmr'; it reports to node c2, and under wiring: stovepiped it "
            "serves no battery of node south. Give its node a radar, or take wiring: integrated",
        ),
        (
            [TWO, APART, batteries({}, {"node": "south"})],
            "weapons[1].node is 'south'; under wiring: stovepiped battery bat2 hears this node's "
            "sensors alone, and it has no radar, known radars: mmr. Give its node a radar, or take "
            "wiring: integrated or hub.",
        ),
        (
            [TWO, APART, batteries({}, {"node": "south"}), (("sensors", 1, "node"), "south")],
            "weapons[1].node is 'south'; under wiring: stovepiped battery bat2 hears this node's",
        ),
        (
            [APART, (("sensors",), [])],
            "bat1 hears this node's sensors alone, and it has no radar, known radars: none.",
        ),
        (
            [TWO, batteries({"unit": "fox"}, {"unit": "fox", "node": "south"})],
            "weapons[1].unit is 'fox'; weapons[0] (bat1) of this unit obeys node c2, bat2 obeys "
            "south. Batteries of a unit share its guidance channels; name another unit.",
        ),
        (
            [batteries({"unit": "fox"}, {"unit": "fox", "lat_deg": -21.08})],
            "weapons[1].unit is 'fox'; weapons[0] (bat1) of this unit is 5.6 km away, allowed: at "
            "most 5 km.",
        ),
    ],
)
def test_contradictions_are_refused(changes: list[Change], said: str):
    message = refusal(changed(*changes))
    assert message.startswith("scenario: ")
    assert said in message


@pytest.mark.parametrize(
    "changes",
    [
        [TWO, batteries({}, {"node": "south"})],
        [TWO, APART, batteries()],
        [TWO, APART, batteries({}, {"node": "south"}), (("picture",), "perfect")],
        [TWO, batteries({"node": "south", "radar": "mmr"})],
        [batteries({"unit": "fox"}, {"unit": "fox"})],
        [batteries({"unit": "fox"}, {"unit": "hen", "lat_deg": -21.4})],
        [batteries(), layers(("upper", ["bat2"]), ("lower", ["bat1"]))],
        [TWO, links("south", "c2"), (("command", "hub"), "south")],
    ],
)
def test_what_is_plain_is_taken(changes: list[Change]):
    assert load(changed(*changes)).name == "small"


@pytest.mark.parametrize("wiring", ["integrated", "hub", "stovepiped"])
@pytest.mark.parametrize("name", ["iron_dome_city", "limited_icbm"])
def test_shipped_scenarios_load_under_every_wiring(name: str, wiring: str):
    command: Command = load(name, [f"command.wiring={wiring}"]).command
    assert command.wiring == wiring


def test_a_node_that_only_leads_is_not_idle():
    data = changed(TWO, (("command", "wiring"), "hub"))
    assert "command.nodes[1] (south) has neither sensors nor batteries." in check(load(data))
    assert check(load(data, ["command.hub=south"])) == []
