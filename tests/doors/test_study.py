"""``opendome study`` as a user meets it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

import pytest

from opendome.views.cli import main
from opendome.views.cli.parser import STUDIES

AEI = {
    "orbit_alt_km": 300, "accel_g": 15, "speed_km_s": 6, "divert_km_s": 2.5, "isp_s": 240,
    "p_kill": 0.8, "p_kill_wanted": 0.96, "salvo": 1, "intercept_alt_km": 200,
    "latitude_deg": 90, "flyout_s": 120, "life_yr": 5, "period_yr": 20,
}  # fmt: skip


def test_the_studies_are_listed(capsys):
    assert main(["study"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in STUDIES)
    assert main(["study", "--json"]) == 0
    assert {s["name"] for s in json.loads(capsys.readouterr().out)["studies"]} == set(STUDIES)


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_says_what_can_be_set(name, capsys):
    assert main(["study", name, "--keys", "--json"]) == 0
    keys = json.loads(capsys.readouterr().out)["keys"]
    assert keys
    assert all(key["about"] for key in keys)
    assert main(["study", name, "--keys"]) == 0
    assert keys[0]["key"] in capsys.readouterr().out


@pytest.mark.compiled
def test_sbi_sizing_holds_the_calculator_beside_our_answer(capsys):
    words = [word for key, value in AEI.items() for word in ("--set", f"{key}={value}")]
    assert main(["study", "sbi_sizing", *words, "--json"]) == 0
    said = capsys.readouterr()
    answer = json.loads(said.out)
    theirs = answer["aei"]
    assert {k: theirs[k] for k in ("shots", "interceptors", "launches")} == {
        "shots": 2, "interceptors": 998, "launches": 30,
    }  # fmt: skip
    assert theirs["range_km"] == pytest.approx(597.6, rel=1e-3)
    assert theirs["radius_km"] == pytest.approx(589.2, rel=1e-3)
    assert theirs["mass_kg"] == pytest.approx(1294, rel=1e-3)
    assert theirs["total_usd_b"] == pytest.approx(104.4, rel=1e-3)
    ours = answer["ours"]
    assert ours["best"]["interceptors"] < ours["mean"]["interceptors"]
    assert ours["mean"]["interceptors"] < ours["worst"]["interceptors"]
    assert {p["who"] for p in answer["published"]} == {"CBO 2026", "AEI 2025", "APS 2003"}
    assert answer["inputs"]["life_yr"] == 5


@pytest.mark.compiled
def test_sbi_sizing_prints_a_table_and_draws_a_figure(capsys, tmp_path):
    file = tmp_path / "sizing.svg"
    assert main(["study", "sbi_sizing", "--set", "salvo=10", "--figure", str(file)]) == 0
    said = capsys.readouterr()
    assert "AEI calculator" in said.out
    assert "9,972" in said.out
    text = file.read_text(encoding="utf-8")
    assert ElementTree.fromstring(text).tag.endswith("svg")
    assert "opendome study sbi_sizing --set salvo=10" in text
    assert "CBO 2026" in text


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["sbi_sizin"], "Did you mean 'sbi_sizing'?"),
        (["sbi_sizing", "--set", "orbit=3"], "there is no such key"),
        (["sbi_sizing", "--set", "speed_km_s=fast"], "above 0, up to 20 km/s"),
        (["sbi_sizing", "--set", "salvo"], "is not understood"),
        (["sbi_sizing", "--set", "flyout_s=30"], "burns for 40.8 s"),
        (["sbi_sizing", "--sett", "x=1"], "Did you mean '--set'?"),
    ],
)
def test_what_is_wrong_is_one_line(words, part, capsys):
    assert main(["study", *words]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert part in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.compiled
def test_compare_architectures_names_who_is_not_beaten(capsys, tmp_path):
    file = tmp_path / "front.svg"
    words = [
        "study", "compare_architectures", "--set", "runs=2",
        "--set", "architectures=limited_icbm, limited_icbm weapons.fort_greely.launchers=4",
        "--set", "raids=limited_icbm threats.icbm.count=4",
    ]  # fmt: skip
    assert main([*words, "--json", "--figure", str(file)]) == 0
    first, second = json.loads(capsys.readouterr().out)["architectures"]
    assert second["total_usd"]["nominal"] < first["total_usd"]["nominal"]
    assert second["outcomes"][0]["is_best"] is True
    assert "leak_fraction_against_first" in second["outcomes"][0]
    text = file.read_text(encoding="utf-8")
    assert ElementTree.fromstring(text).tag.endswith("svg")
    assert "B: limited_icbm weapons.fort_greely.launchers=4" in text


@pytest.mark.compiled
def test_integration_prints_forms_beside_runs_and_draws_them(capsys, tmp_path):
    file = tmp_path / "integration.svg"
    words = ["study", "integration", "--set", "plain_runs=4", "--set", "runs=1",
             "--set", "scenario=iron_dome_city"]  # fmt: skip
    assert main([*words, "--json", "--figure", str(file)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["batteries_alike"]["leakers"]["same_order"] == pytest.approx(4.16)
    assert set(answer["scenario"]["means"]) == {"stovepiped", "hub", "integrated"}
    assert set(answer["scenario"]["against_stovepiped"]) == {"hub", "integrated"}
    text = file.read_text(encoding="utf-8")
    assert ElementTree.fromstring(text).tag.endswith("svg")
    assert "opendome study integration --set plain_runs=4" in text


@pytest.mark.compiled
def test_saturation_says_where_the_knee_is(capsys, tmp_path):
    file = tmp_path / "saturation.svg"
    words = ["study", "saturation", "--set", "most=4", "--set", "runs=2"]
    assert main([*words, "--json", "--figure", str(file)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["knee"] == pytest.approx(12 + 16 * 0.8)
    assert len(answer["rows"]) == len(answer["simulated"]) == 4
    assert ElementTree.fromstring(file.read_text(encoding="utf-8")).tag.endswith("svg")
    assert main(["study", "saturation", "--set", "runs=0"]) == 0
    assert "Of a raid beyond 24.8" in " ".join(capsys.readouterr().out.split())


@pytest.mark.compiled
def test_inventory_says_when_it_runs_dry(capsys, tmp_path):
    file = tmp_path / "inventory.svg"
    words = ["study", "inventory", "--figure", str(file)]
    few = ["pair=rocket_long-iron_dome", "weeks=2", "threats=4", "stock=20", "made_per_year=0",
           "runs=2"]  # fmt: skip
    assert main([*words, *(w for s in few for w in ("--set", s)), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["form"]["nominal"]["rounds_left"] == [12, 4, 0, 0]
    assert answer["simulated"]["rounds_left"] == [12, 4, 0, 0]
    assert answer["form"]["nominal"]["short_day"] == 7
    assert ElementTree.fromstring(file.read_text(encoding="utf-8")).tag.endswith("svg")
    assert main([*words[:2], "--set", "runs=0"]) == 0
    assert "with the low stock, production and kill chance" in " ".join(
        capsys.readouterr().out.split()
    )
