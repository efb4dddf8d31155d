"""The page of a comparison and the funnel of the layers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from opendome.campaign.compare import open_comparison
from opendome.results.layout import write_manifest, write_record
from opendome.results.paired import Difference, Measure
from opendome.results.record import make_record
from opendome.results.statistics import Estimate
from opendome.views.report import apart, funnels, write_report
from tests.unit.results.tables import rows
from tests.unit.views.pages import Page

LAYERS = [
    {"name": "upper_layer", "batteries": ["high"]},
    {"name": "lower", "batteries": ["near"]},
]
COSTS = {"high": 10e6, "near": 1e6}
RUNS, SRBM, DRONES = 20, 6, 4


def write(folder: Path, upper: int, lower: int, name: str = "raid <1>") -> None:
    """Campaign of 20 equal runs of ten threats.

    Each layer fires at all that come to it, and kills so many, ballistic ones first.
    """
    n = SRBM + DRONES
    shots = []
    for run in range(RUNS):
        for k in range(n):
            shots.append((run, k, "high", k < upper))
            if k >= upper:
                shots.append((run, k, "near", k < upper + lower))
    shot = list(zip(*shots, strict=True))
    leak = n - upper - lower
    record = make_record(
        {
            "runs": rows(
                "runs",
                run=np.arange(RUNS),
                launched=np.full(RUNS, n),
                threats=np.full(RUNS, n),
                threatening=np.full(RUNS, n),
                leakers=np.full(RUNS, leak),
                shots=np.full(RUNS, 2 * n - upper),
                cost_defense_usd=np.full(RUNS, n * 10e6 + (n - upper) * 1e6),
            ),
            "threats": rows(
                "threats",
                run=np.repeat(np.arange(RUNS), n),
                threat=np.tile(np.arange(n), RUNS),
                system=np.tile(["srbm"] * SRBM + ["attack_drone"] * DRONES, RUNS),
                is_threatening=np.ones(RUNS * n, dtype=bool),
                outcome=np.tile(["intercepted"] * (n - leak) + ["leaked"] * leak, RUNS),
            ),
            "engagements": rows(
                "engagements", run=shot[0], threat=shot[1], battery=shot[2], is_kill=shot[3]
            ),
        }
    )
    manifest = {
        "format": 1, "name": name, "title": name, "seed": 1, "runs": RUNS, "batches": [],
        "batteries": {b: {"system": b, "cost_usd": c} for b, c in COSTS.items()},
        "layers": LAYERS, "asset_value": 10.0, "scenario_hash": "0f" * 32,
    }  # fmt: skip
    write_manifest(folder, manifest)
    write_record(folder, 0, record)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compared")
    values = {"integrated": (5, 4), "hub": (5, 4), "stovepiped": (2, 3)}
    for value, kills in values.items():
        write(folder / value, *kills)
    note = {"format": 1, "key": "command.wiring", "values": list(values), "folders": list(values),
            "sets": ["picture=perfect"]}  # fmt: skip
    (folder / "comparison.json").write_text(json.dumps(note))
    return folder


@pytest.fixture(scope="module")
def page(compared: Path) -> Page:
    return Page(write_report(compared).read_text(encoding="utf-8"))


def test_the_page_is_sound_and_offline(page: Page, compared: Path):
    for _, attributes in page.elements:
        for key in ("src", "href", "action", "data"):
            assert not re.match(r"(https?:)?//", attributes.get(key, ""))
    ids = {a["id"] for _, a in page.elements if "id" in a}
    links = {a["href"][1:] for a in page.all("a") if a["href"].startswith("#")}
    assert links <= ids
    assert [p.name for p in compared.rglob(".tmp*")] == []
    assert "raid <1>: wiring compared" in page.text  # escaped, not an element


def test_it_says_what_got_through_under_each_value(page: Page):
    assert "10 % (integrated), 10 % (hub) and 50 % (stovepiped)" in page.text
    assert "Clearly different from integrated: stovepiped." in page.text


def test_it_says_what_differs_and_what_does_not(page: Page, compared: Path):
    (hub_start, hub), (other_start, other) = apart.sentences(open_comparison(compared))
    assert hub_start == "hub against integrated:"
    assert hub.startswith("No clear difference: leak fraction, leakers, rounds")
    assert other_start == "stovepiped against integrated:"
    assert "leak fraction (+40 points" in other
    assert "Kills by layer: upper layer \u22123 and lower \u22121." in other
    assert "the same in every run" in page.text
    assert hub in page.text


def test_the_command_makes_the_same_comparison(page: Page):
    assert "--vary command.wiring=integrated,hub,stovepiped" in page.text
    assert "--runs 20 --seed 1 --set picture=perfect" in page.text


def test_rounds_and_cost_go_by_layer(page: Page):
    # stovepiped: ten rounds of the upper layer at $10M, eight of the lower at $1M
    assert "Rounds for $105M (integrated), $105M (hub) and $108M (stovepiped) per raid." in (
        page.text
    )
    assert re.search(r"cost per kill, upper layer \$20M \$20M \$50M", page.text)


def test_bars_of_the_funnel_are_as_long_as_what_they_count(compared: Path):
    found = open_comparison(compared)
    layer_rows = funnels.layer_rows(found.campaigns[2].summary)
    assert [r.name for r in layer_rows] == ["upper_layer", "lower"]
    drawing = Page(funnels.funnel(layer_rows, ["srbm", "attack_drone"], width=204.0))
    # 204 pixels less a gap of 4 for ten threats: 20 pixels a threat
    width = {
        what: [float(a["width"]) for a in drawing.all("rect", what)]
        for what in ("fill-passed", "fill-intercepted", "fill-hit", "fill-leaked")
    }
    assert width["fill-passed"] == [4 * 20, 4 * 20, 1 * 20, 4 * 20]
    assert width["fill-intercepted"] == [2 * 20, 0, 3 * 20, 0]
    assert width["fill-hit"] == [6 * 20, 4 * 20, 4 * 20, 4 * 20]
    assert width["fill-leaked"] == [1 * 20, 4 * 20]
    said = drawing.all("svg")[0]["aria-label"]
    assert said == ("Layers: upper layer killed 2 of 10; lower killed 3 of 8; 5 got through.")


def test_a_campaign_alone_has_its_funnel_too(compared: Path):
    page = Page((compared / "stovepiped" / "report.html").read_text(encoding="utf-8"))
    assert "Upper layer kills 20.0 % of the 10 threats that come to it, with 10 rounds" in page.text
    assert "attack drone" in page.text


def test_one_scale_for_all_funnels_side_by_side(compared: Path):
    found = open_comparison(compared)
    layer_rows = funnels.layer_rows(found.campaigns[0].summary)
    half = Page(funnels.funnel(layer_rows, ["srbm", "attack_drone"], most=20.0, width=204.0))
    assert sum(float(a["width"]) for a in half.all("rect", "fill-hit")) == 10 * (10 + 5)


def test_campaigns_of_another_version_have_no_funnel():
    assert funnels.layer_rows({}) == []
    nothing = {"value": None, "low": None, "high": None}
    row = {"name": "a", **dict.fromkeys(("came", "engaged", "killed", "rounds"), nothing)}
    assert funnels.layer_rows({"layers": [row]}) == []


@pytest.mark.parametrize(
    ("name", "estimate", "words"),
    [
        ("leakers", (1.234, 0.4, 2.0), ("+1.2", "+0.4 to +2.0")),
        ("leak_fraction", (-0.05, -0.07, -0.03), ("\u22125", "\u22127 to \u22123")),
        ("cost_defense_usd", (-2.5e6, -3e6, 1e5), ("\u2212$2.5M", "\u2212$3M to +$100k")),
        ("shots", (0.0, 0.0, 0.0), ("0", "0 to 0")),
        ("leakers", (-0.4, -0.76, -0.03), ("\u22120.40", "\u22120.76 to \u22120.03")),
    ],
)
def test_differences_bear_their_sign(name, estimate, words):
    found = Difference(Measure(name, name), Estimate(*estimate), 10, 20)
    assert apart.signed(found) == words


def test_a_bare_number_gets_the_word_of_its_key():
    assert apart.label("weapons[0].launchers", "3") == "launchers 3"
    assert apart.label("command.wiring", "hub") == "hub"
    assert apart.label("a.is_loud", "true") == "is loud true"


def test_a_handful_of_runs_is_told_to_be_one(compared: Path):
    found = open_comparison(compared)
    few = [[d._replace(n=5) for d in ds] for ds in found.pairs]
    found.__dict__["pairs"] = few  # where the property keeps what it found
    assert {rest for _, rest in apart.sentences(found)} == {
        "too few runs to say; at least 6 are asked."
    }
