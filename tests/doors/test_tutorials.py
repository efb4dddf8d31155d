"""The tutorials are run as they stand: every Python block of a page, in order, in one namespace."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

import opendome
from opendome.views.cli import main
from opendome.views.cli.parser import read_arguments

DOCS = Path(__file__).resolve().parents[2] / "docs"
TUTORIALS = sorted((DOCS / "tutorials").glob("0*.md"))


def blocks(page: Path, language: str) -> list[tuple[int, str]]:
    """Line and text of each fenced block of a language."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [(text.count("\n", 0, match.start()) + 2, match[1]) for match in found]


def execute(page: Path, runs: int | None = None) -> dict[str, object]:
    """Run all Python blocks of a page; line numbers of an error are those of the page.

    ``runs``: as many in each campaign; absent: as the page says.
    """
    namespace: dict[str, object] = {"__name__": "tutorial"}
    for line, text in blocks(page, "python"):
        said = text if runs is None else re.sub(r"\bruns=\d+", f"runs={runs}", text)
        exec(compile("\n" * (line - 1) + said, str(page), "exec"), namespace)
    return namespace


def test_every_tutorial_is_tested():
    assert [page.stem for page in TUTORIALS] == [
        "01_first_raid", "02_many_cells", "03_own_architecture",
    ]  # fmt: skip


@pytest.mark.parametrize("runs", [2, pytest.param(None, marks=pytest.mark.nightly)])
def test_first_raid_runs_and_says_what_its_page_says(
    runs: int | None, tmp_path: Path, monkeypatch, capsys
):
    """The page shows a defense that works, and the same raids under a dearer doctrine."""
    monkeypatch.chdir(tmp_path)
    names = execute(DOCS / "tutorials" / "01_first_raid.md", runs)
    assert "leak fraction" in capsys.readouterr().out
    campaign, twice = names["campaign"], names["twice"]
    assert isinstance(campaign, opendome.Campaign)
    assert isinstance(twice, opendome.Campaign)
    assert campaign.runs == (runs or 20)
    assert campaign.summary["leak_fraction"]["value"] < 0.5
    assert twice.summary["shots"]["value"] > campaign.summary["shots"]["value"]
    raids = [c.table("threats", ["run", "threat", "impact_lat"]) for c in (campaign, twice)]
    assert raids[0].equals(raids[1])
    assert (tmp_path / "city" / "report.html").stat().st_size > 10_000


def test_many_cells_run_and_say_what_their_page_says(tmp_path: Path, monkeypatch, capsys):
    """Waiting for consent lets more through, and the difference is clear."""
    monkeypatch.chdir(tmp_path)
    names = execute(DOCS / "tutorials" / "02_many_cells.md")
    said = capsys.readouterr().out
    assert "raid 2, consent after 600 s:" in said
    found = names["found"]
    assert found.failed == []  # type: ignore[attr-defined]
    at_once, late = found.estimates()[:2, 0]  # type: ignore[attr-defined]
    assert late > at_once
    assert (tmp_path / "late_consent" / "effects.csv").is_file()
    assert (tmp_path / "late_consent" / "report.html").stat().st_size > 10_000


def edit(file: Path, change: str) -> None:
    """Make one change that a page shows: ``-`` lines go, ``+`` lines come, others stay."""
    lines = change.splitlines()
    old = "\n".join(line[1:] for line in lines if line[0] in " -")
    new = "\n".join(line[1:] for line in lines if line[0] in " +")
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new), encoding="utf-8")


def follow(page: Path, obey: Callable[[list[str]], object]) -> None:
    """Make the edits of a page and obey its commands, in order: words after ``opendome``."""
    for _, text in sorted([*blocks(page, "text"), *blocks(page, "diff")]):
        if not text.startswith("opendome "):
            edit(Path("my_dome.yaml"), text)
            continue
        for command in text.splitlines():
            obey(shlex.split(command)[1:])


OWN_ARCHITECTURE = DOCS / "tutorials" / "03_own_architecture.md"


def test_own_architecture_is_edited_and_priced_as_its_page_says(
    tmp_path: Path, monkeypatch, capsys
):
    """All edits; of the commands those that fly nothing, and that the others are understood."""
    monkeypatch.chdir(tmp_path)
    flown = []

    def obey(words: list[str]) -> None:
        if words[0] in ("compare", "study"):
            flown.append(read_arguments(words).command)
        else:
            assert main(words) == 0

    follow(OWN_ARCHITECTURE, obey)
    assert flown == ["compare", "study"]
    ours, theirs = opendome.load("my_dome.yaml"), opendome.load("golden_dome")
    count = [sum(b.system.name == "thaad" for b in s.weapons) for s in (ours, theirs)]
    assert count[0] == count[1] + 1
    assert "$483B" in capsys.readouterr().out


@pytest.mark.nightly
@pytest.mark.compiled
@pytest.mark.timeout(1800)  # forty runs of the largest scenario
def test_own_architecture_does_what_its_page_says(tmp_path: Path, monkeypatch):
    """All commands and edits in order; the page then shows both defenses and their bills."""
    monkeypatch.chdir(tmp_path)

    def obey(words: list[str]) -> None:
        assert main(words) == 0

    follow(OWN_ARCHITECTURE, obey)
    found = opendome.open_comparison("domes")
    assert found.is_one_raid
    rounds = [
        c.summary["shots_by_system"]["space_based_interceptor"]["value"] for c in found.campaigns
    ]
    assert rounds[1] < rounds[0]
    html = (tmp_path / "domes" / "report.html").read_text(encoding="utf-8")
    assert "$845B" in html
    assert "$483B" in html
    assert "opendome compare golden_dome my_dome.yaml" in html
    assert (tmp_path / "front.svg").is_file()


def test_the_readme_alone_says_the_same_commands():
    text = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    page = OWN_ARCHITECTURE.read_text(encoding="utf-8")
    start = text.index("opendome copy")
    own = text[start : text.index("```", start)].splitlines()
    assert len(own) == 4
    assert all(command in page.splitlines() for command in own)


def test_written_scenario_can_be_loaded(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = DOCS / "howto" / "write_a_scenario.md"
    whole, part, *_ = (text for _, text in blocks(page, "yaml"))
    Path("my_raid.yaml").write_text(whole, encoding="utf-8")
    assert opendome.load("my_raid.yaml").threats[0].count == 12
    assert opendome.check(opendome.load("my_raid.yaml")) == []
    scenario = execute(page)["scenario"]
    assert isinstance(scenario, opendome.Scenario)
    assert scenario.threats[0].count == 24
    changed = {**yaml.safe_load(whole), **yaml.safe_load(part)}
    assert opendome.load(changed).weapons[0].system.p_kill == 0.7
