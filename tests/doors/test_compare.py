"""``opendome compare`` and ``opendome.compare`` as a user meets them, with a stand-in engine."""

from __future__ import annotations

import json

import numpy as np
import pytest
import yaml

import opendome as od
from opendome.campaign import compare as comparing
from opendome.campaign import runner
from opendome.errors import RecordError, ScenarioError
from opendome.results.layout import finished_parts
from opendome.views.cli import compare as command
from opendome.views.cli import main
from tests.doors.cli_with_fake import write_nothing
from tests.unit.campaign.layered_simulation import LayeredModel, compile_layered, simulate_layered
from tests.unit.views.pages import Page

VARY = "weapons[0].launchers=2,3"


@pytest.fixture
def engine(monkeypatch, tmp_path):
    """The stand-in, in an empty working folder."""
    made = runner.Engine(compile_layered, simulate_layered)
    for place in (command, comparing):
        monkeypatch.setattr(place, "simulation_engine", lambda: made)
    monkeypatch.setattr(command, "write_report", write_nothing)
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def pages(engine, monkeypatch):
    """Reports are written, which takes most of the time."""
    monkeypatch.setattr(command, "write_report", od.write_report)


def words(*more: str) -> list[str]:
    return ["compare", "iron_dome_city", "--vary", VARY, "--runs", "24", "--workers", "1", *more]


def test_values_side_by_side_a_folder_for_each_and_a_page(pages, capsys, tmp_path):
    assert main(words("--out", "cmp")) == 0
    said = capsys.readouterr().out
    assert "launchers 2" in said
    assert "launchers 3 against launchers 2:" in said
    for name in ("2", "3"):
        assert finished_parts(tmp_path / "cmp" / name)
        assert (tmp_path / "cmp" / name / "report.html").is_file()
    page = Page((tmp_path / "cmp" / "report.html").read_text(encoding="utf-8"))
    assert [a["id"] for a in page.all("section")] == [
        "through", "layers", "spent", "apart", "made",
    ]  # fmt: skip
    assert "launchers 3 minus launchers 2" in page.text
    assert {a["href"] for a in page.all("a")} >= {"2/report.html", "3/report.html", "#through"}


def test_what_is_clear_is_said_and_what_is_not_too(engine, capsys):
    assert main(words("--out", "cmp")) == 0
    said = " ".join(capsys.readouterr().out.split())
    # the stand-in kills more with more launchers, with the same rounds for each threat
    assert "clearly different are leak fraction" in said
    assert "No clear difference: rounds and cost of the rounds." in said


def test_json_is_one_object_with_the_paired_differences(engine, capsys):
    assert main(words("--out", "cmp", "--json")) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["key"] == "weapons[0].launchers"
    assert found["values"] == ["2", "3"]
    (leak,) = (d for d in found["differences"] if d["measure"] == "leak_fraction")
    values = [found["summaries"][v]["leak_fraction"]["value"] for v in ("2", "3")]
    assert leak["difference"] == pytest.approx(values[1] - values[0])
    assert leak["high"] < 0
    assert leak["is_clear"] is True
    assert leak["runs"] == 24


def test_the_same_command_goes_on_and_more_values_join(engine, tmp_path, capsys):
    assert main(words("--out", "cmp")) == 0
    stamps = {p: p.stat().st_mtime_ns for p in (tmp_path / "cmp").rglob("part-*.parquet")}
    more = ["compare", "iron_dome_city", "--vary", "weapons[0].launchers=2,3,4", "--runs", "24"]
    assert main([*more, "--workers", "1", "--out", "cmp"]) == 0
    assert all(p.stat().st_mtime_ns == t for p, t in stamps.items())
    assert "launchers 4 against launchers 2:" in capsys.readouterr().out


def test_a_stopped_comparison_is_readable_and_goes_on(engine, tmp_path, monkeypatch):
    stopped = runner.Engine(compile_layered, StopAt(3))
    monkeypatch.setattr(command, "simulation_engine", lambda: stopped)
    assert main(words("--out", "cmp")) == 1
    assert od.open_comparison("cmp").values == ("2",)
    assert main(["report", "cmp"]) == 0
    monkeypatch.setattr(command, "simulation_engine", lambda: engine)
    assert main(words("--out", "cmp")) == 0
    assert od.open_comparison("cmp").values == ("2", "3")


class StopAt:
    """Simulation during which Ctrl-C comes, once the model has so many launchers."""

    def __init__(self, launchers: int) -> None:
        self.launchers = launchers

    def __call__(self, model, seed, runs, keep):
        if model.launchers == self.launchers:
            raise KeyboardInterrupt
        return simulate_layered(model, seed, runs, keep)


@pytest.mark.parametrize(
    ("vary", "sentence"),
    [
        ("command.wiring", "Write KEY=V1,V2"),
        ("=1,2", "Write KEY=V1,V2"),
        ("weapons[0].launchers=2", "gets 1 value; 2 to 20 are compared"),
        ("weapons[0].launchers=2,2", "gets '2' twice"),
        ("weapons[0].launchers=2,,3", "has an empty value"),
        ("weapons[0].lunchers=2,3", "weapons[0].lunchers"),
        ("weapons[0].launchers=2,-3", "weapons[0].launchers is -3"),
        ("command.wiring=integrated,hubb", "Did you mean 'hub'?"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_before_anything_is_written(
    engine, vary, sentence, capsys, tmp_path
):
    assert main(["compare", "iron_dome_city", "--vary", vary, "--out", "cmp"]) == 2
    said = [s for s in capsys.readouterr().err.splitlines() if not s.startswith("opendome: note:")]
    assert len(said) == 1
    assert sentence in said[0]
    assert not (tmp_path / "cmp").exists()


def test_a_folder_of_something_else_is_left_alone(engine, capsys, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    assert main(words("--out", "mine")) == 2
    assert "holds other files" in capsys.readouterr().err
    assert main(words("--out", "cmp")) == 0
    assert main([*words("--out", "cmp"), "--seed", "2"]) == 2
    assert "holds another campaign: seed is 1 there and 2 here" in capsys.readouterr().err
    other = ["compare", "iron_dome_city", "--vary", "threats[0].count=3,4", "--out", "cmp"]
    assert main(other) == 2
    assert "compares values of weapons[0].launchers; threats[0].count is asked" in (
        capsys.readouterr().err
    )


def test_without_out_a_free_folder_is_taken(engine, capsys, tmp_path):
    assert main(words()) == 0
    first = tmp_path / "runs" / "iron_dome_city-by-weapons-0-.launchers"
    assert (first / "report.html").is_file()
    assert main([*words(), "--seed", "5"]) == 0
    assert (first.with_name(first.name + "-2") / "report.html").is_file()
    assert "goes to" in capsys.readouterr().err


# --- the Python door ------------------------------------------------------------------------


def test_python_gives_a_table_differences_and_saves(engine, tmp_path):
    found = od.compare("iron_dome_city", "weapons[0].launchers", [2, 3], runs=24)
    assert repr(found).startswith("<Comparison of weapons[0].launchers = 2, 3 in ")
    rows = found.table.to_pylist()
    assert {r["value"] for r in rows} == {"2", "3"}
    summary = found.campaigns[1].summary
    (leak,) = (r for r in rows if (r["value"], r["measure"]) == ("3", "leak_fraction"))
    assert leak["estimate"] == summary["leak_fraction"]["value"]
    assert leak["high"] == summary["leak_fraction"]["high"]
    (rounds,) = (
        r for r in rows if (r["value"], r["measure"], r["layer"]) == ("2", "rounds", "iron_dome")
    )
    assert rounds["estimate"] == found.campaigns[0].summary["layers"][0]["rounds"]["value"]
    kept = found.save(tmp_path / "kept")
    assert kept.differences == found.differences
    assert od.write_report(kept.folder).is_file()
    folder = found.folder
    del found
    assert not folder.exists()  # it was temporary
    with pytest.raises(RecordError, match="already exists"):
        kept.save(tmp_path / "kept")


def test_the_pairs_share_their_chance(engine):
    found = od.compare("iron_dome_city", "weapons[0].launchers", [2, 3], runs=24, seed=9)
    leakers = [c.sums["leakers"] for c in found.campaigns]
    assert np.all(leakers[1] <= leakers[0])  # the same lots against a higher chance of a kill
    assert np.any(leakers[1] < leakers[0])


def test_one_value_is_no_comparison():
    with pytest.raises(ScenarioError, match="2 to 20 are compared"):
        od.compare("iron_dome_city", "weapons[0].launchers", [2], runs=1)


def test_a_folder_that_is_no_comparison_is_told_so(tmp_path):
    with pytest.raises(RecordError, match=r"has no comparison\.json"):
        od.open_comparison(tmp_path)


def test_folders_outside_the_comparison_are_refused(tmp_path):
    note = {"format": 1, "key": "a", "values": ["x", "y"], "folders": ["../x", "y"]}
    (tmp_path / "comparison.json").write_text(json.dumps(note))
    with pytest.raises(RecordError, match="one plain name for each value"):
        od.open_comparison(tmp_path)


def test_values_that_look_alike_get_folders_of_their_own():
    found = comparing.Variation.of("a", ["x y", "x-y", "X y", True, "..", "é"])
    assert len({name.lower() for name in found.folders}) == 6
    assert all(name not in ("", ".", "..") for name in found.folders)
    assert found.values[3] == "true"


def test_the_stand_in_is_one(engine):
    assert isinstance(engine.compile(od.load("iron_dome_city")), LayeredModel)


def test_two_files_side_by_side_with_their_bills(pages, capsys, tmp_path):
    assert main(["copy", "iron_dome_city", "mine.yaml"]) == 0
    text = (tmp_path / "mine.yaml").read_text(encoding="utf-8")
    assert "name: mine" in text
    assert od.load("mine.yaml").weapons == od.load("iron_dome_city").weapons
    capsys.readouterr()
    (tmp_path / "mine.yaml").write_text(_with_launchers(text, 5), encoding="utf-8")
    words = ["compare", "iron_dome_city", "mine.yaml", "--runs", "24", "--workers", "1"]
    assert main([*words, "--out", "two", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["key"] == "scenario"
    assert found["values"] == ["iron_dome_city", "mine.yaml"]
    bills = found["architecture_usd"]
    assert bills["mine.yaml"]["nominal"] > bills["iron_dome_city"]["nominal"]
    assert od.open_comparison("two").is_one_raid
    assert (tmp_path / "two" / "mine" / "report.html").is_file()
    page = Page((tmp_path / "two" / "report.html").read_text(encoding="utf-8"))
    assert "architecture, all of it" in page.text
    assert "opendome compare iron_dome_city mine.yaml --runs 24" in page.text


def test_files_differ_as_the_values_of_a_key_do(engine, tmp_path):
    assert main(["copy", "iron_dome_city", "mine.yaml"]) == 0
    text = (tmp_path / "mine.yaml").read_text(encoding="utf-8")
    files = []
    for launchers in (3, 5):
        files.append(tmp_path / f"with_{launchers}.yaml")
        files[-1].write_text(_with_launchers(text, launchers), encoding="utf-8")
    by_key = od.compare("mine.yaml", "weapons[0].launchers", [3, 5], runs=24)
    by_file = od.compare("mine.yaml", "scenario", files, runs=24)
    columns = [c.differences.column("difference") for c in (by_key, by_file)]
    assert columns[0].equals(columns[1])


def _with_launchers(text: str, launchers: int) -> str:
    data = yaml.safe_load(text)
    data["weapons"][0]["launchers"] = launchers
    return yaml.safe_dump(data)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["compare", "iron_dome_city"], "Write --vary KEY=V1,V2, or a second scenario"),
        (["compare", "iron_dome_city", "mixed_raid", "--vary", VARY], "one scenario with --vary"),
        (["compare", "iron_dome_city", "iron_dome_city"], "gets 'iron_dome_city' twice"),
        (["compare", "iron_dome_city", "my.yaml"], "is no file and no shipped scenario"),
        (["copy", "iron_dome", "my.yaml"], "Did you mean 'iron_dome_city'?"),
        (["copy", "iron_dome_city", "none/my.yaml"], "cannot be written"),
    ],
)
def test_what_is_wrong_with_files_is_said_in_one_line(engine, words, sentence, capsys, tmp_path):
    assert main(words) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert len(said.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_copy_never_writes_over_a_file(engine, capsys, tmp_path):
    (tmp_path / "mine.yaml").write_text("kept", encoding="utf-8")
    assert main(["copy", "iron_dome_city", "mine.yaml"]) == 2
    assert "already exists" in capsys.readouterr().err
    assert (tmp_path / "mine.yaml").read_text(encoding="utf-8") == "kept"


def test_raids_that_differ_are_not_called_the_same(engine, tmp_path):
    found = od.compare("iron_dome_city", "threats[0].count", [3, 4], runs=8, out="raids")
    assert not found.is_one_raid
    page = Page(od.write_report("raids").read_text(encoding="utf-8"))
    assert "of each raid with the same chance" in page.text
