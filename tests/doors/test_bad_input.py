"""Bad input as a user meets it: one helpful line, exit code 2, nothing half-written.

Each bad input has its own test. It is met at both doors: ``load`` in Python and the command line.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from opendome.errors import ScenarioError
from opendome.scenario import check, load
from opendome.views.cli import main
from tests.unit.scenario.breaking import SMALL

TEXT = SMALL.read_text(encoding="utf-8")

Refused = Callable[..., str]


@pytest.fixture
def refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Refused:
    """Writes raid.yaml, and gives the line with which both doors refuse it."""
    monkeypatch.chdir(tmp_path)

    def lines(content: str | bytes | None, name: str = "raid.yaml", *sets: str) -> str:
        if content is not None:
            data = content.encode() if isinstance(content, str) else content
            (tmp_path / name).write_bytes(data)
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(ScenarioError) as caught:
            load(name, sets)
        message = str(caught.value)
        words = [word for one in sets for word in ("--set", one)]
        for command in (["check"], ["run", "--runs", "2", "--out", "out"], ["check", "--json"]):
            assert main([*command, name, *words]) == 2
            output = capsys.readouterr()
            assert output.out == ""
            assert output.err == f"opendome: {message}\n"
        assert sorted(tmp_path.rglob("*")) == before
        return message

    return lines


def _edit(old: str, new: str) -> str:
    assert TEXT.count(old) == 1, old
    return TEXT.replace(old, new)


def test_unknown_key(refused: Refused):
    assert refused(_edit("salvo_size: 4", "salvo_sise: 4")) == (
        "raid.yaml: threats[0].salvo_sise is 4; there is no such key. Did you mean 'salvo_size'?"
    )


def test_wrong_unit(refused: Refused):
    assert refused(_edit("radius_km: 6", "radius_m: 6000")) == (
        "raid.yaml: assets[0].radius_m is 6000; there is no such key, radius is given in km. "
        "Use radius_km."
    )


def test_unit_in_the_value(refused: Refused):
    assert refused(_edit("radius_km: 6", "radius_km: 6 km")) == (
        "raid.yaml: assets[0].radius_km is '6 km'; allowed: above 0, up to 500 km. "
        "Write a plain number; the unit stands in the key."
    )


def test_negative_range(refused: Refused):
    assert refused(_edit("radius_km: 2.5", "radius_km: -2.5")) == (
        "raid.yaml: assets[1].radius_km is -2.5 km; allowed: above 0, up to 500 km. "
        "Radius of the asset."
    )


def test_negative_range_of_a_system(refused: Refused):
    assert refused(_edit("{p_kill: 0.8,", "{max_range_km: -70,")) == (
        "raid.yaml: weapons[0].overrides.max_range_km is -70 km; allowed: above 0, up to "
        "20000 km. Farthest intercept, ground range."
    )


def test_latitude_95(refused: Refused):
    assert refused(_edit("lat_deg: -21.0,", "lat_deg: 95,")) == (
        "raid.yaml: assets[0].lat_deg is 95 deg; allowed: -90 to 90 deg. Geodetic latitude."
    )


def test_count_of_a_thousand_million(refused: Refused):
    assert refused(_edit("count: 12", "count: 1000000000")) == (
        "raid.yaml: threats[0].count is 1000000000; allowed: whole numbers 0 to 20000. "
        "Launches in all."
    )


def test_counts_that_are_too_many_together(refused: Refused):
    assert refused(_edit("count: 12", "count: 19999")) == (
        "raid.yaml: threats[0].count is 19999; allowed: at most 20000 launches in all, these "
        "groups have 20002."
    )


@pytest.mark.parametrize("word", [".nan", ".inf", "-.inf", "1e999"])
def test_numbers_that_are_not_finite(refused: Refused, word: str):
    message = refused(_edit("step_s: 0.5", f"step_s: {word}"))
    assert message.startswith("raid.yaml: step_s is ")
    assert message.endswith("s; allowed: above 0, up to 60 s. Write a finite number.")


def test_duplicate_key(refused: Refused):
    assert refused(_edit("    count: 12", "    count: 12\n    count: 13")) == (
        "raid.yaml: line 18: threats[0].count is given twice (first on line 17); each key may "
        "stand once."
    )


def test_alias_bomb(refused: Refused):
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for last, this in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{this}: &{this} [{', '.join([f'*{last}'] * 9)}]\n"
    assert refused(bomb) == "raid.yaml: line 1: '&a' is an anchor; write each value out."


def test_a_tag(refused: Refused):
    message = refused(_edit("name: small", "name: !!python/object/apply:os.getcwd []"))
    assert message.startswith("raid.yaml: line 3: ")
    assert message.endswith("is a tag; plain data only, remove it.")


def test_nesting_without_end(refused: Refused):
    message = "raid.yaml: line 1: nesting is 21 levels deep; at most 20 are allowed."
    assert refused("[" * 100_000) == message


def test_a_file_of_100_megabytes_is_not_read(refused: Refused, tmp_path: Path):
    with open(tmp_path / "big.yaml", "wb") as file:
        file.truncate(100_000_000)
    start = time.process_time()
    assert refused(None, "big.yaml") == "big.yaml is 100.0 MB; at most 5 MB are allowed."
    assert time.process_time() - start < 2.0


def test_a_binary_file(refused: Refused):
    message = "raid.yaml is a binary file or not UTF-8; a YAML text file is wanted."
    assert refused(bytes(range(256)) * 20) == message
    assert refused(TEXT.encode("utf-16")) == message


def test_a_file_in_another_encoding(refused: Refused):
    content = _edit("A small raid", "Ein kleiner Überfall").encode("latin-1")
    assert refused(content) == (
        f"raid.yaml is not UTF-8 text; byte {content.index(0xDC)} is 0xdc. Save it as UTF-8."
    )


def test_a_missing_file(refused: Refused):
    message = refused(None, "nowhere.yaml")
    assert message.startswith(
        "'nowhere.yaml' is no file and no shipped scenario; shipped scenarios: "
    )
    assert "iron_dome_city" in message


def test_a_misspelled_shipped_scenario(refused: Refused):
    message = refused(None, "iron_dome_cty")
    assert message.endswith("Did you mean 'iron_dome_city'?")


def test_a_folder(refused: Refused, tmp_path: Path):
    (tmp_path / "folder").mkdir()
    assert refused(None, "folder") == "folder is a folder; a YAML file is wanted."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_that_never_speaks(refused: Refused, tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    assert refused(None, "pipe") == "pipe is not a plain file; a YAML file is wanted."


def test_a_name_that_no_file_can_have(refused: Refused):
    assert refused(None, "a" * 300).endswith("... cannot be read; File name too long.")


def test_a_name_that_is_empty(refused: Refused):
    assert refused(None, " ").startswith("the name of the scenario is empty; shipped scenarios: ")


def test_an_empty_file(refused: Refused):
    for content in ("", "\n \n"):
        assert refused(content).startswith("raid.yaml is empty; keys such as format and name")
    assert refused("# nothing\n").startswith("raid.yaml is empty; allowed: a mapping of keys")


def test_a_file_that_is_no_mapping(refused: Refused):
    assert refused("- 1\n- 2\n").startswith("raid.yaml is a list (2 items); allowed: a mapping")
    assert refused("hello\n").startswith("raid.yaml is 'hello'; allowed: a mapping of keys")


def test_several_documents(refused: Refused):
    assert refused(f"{TEXT}---\n{TEXT}").endswith(
        "a second document starts; one document is allowed."
    )


def test_text_that_is_no_yaml(refused: Refused):
    assert refused("a: [1, 2\nb: 3\n").startswith("raid.yaml: line 2, column 2 is not YAML; ")
    assert refused("a:\n\tb: 1\n").endswith("Indent with spaces, not tabs.")


def test_unknown_system(refused: Refused):
    message = refused(_edit("system: iron_dome", "system: thad"))
    assert message.startswith(
        "raid.yaml: weapons[0].system is 'thad'; known as interceptor or laser: "
    )
    assert message.endswith(" Did you mean 'thaad'?")


def test_a_system_that_is_listed_for_its_numbers(refused: Refused):
    message = refused(_edit("system: iron_dome", "system: aegis_ship"))
    assert message.startswith(
        "raid.yaml: weapons[0].system is 'aegis_ship'; it is listed in the catalog for its "
        "numbers; no scenario can use it. "
    )
    assert message.endswith("each with `platform: ship`, all of one node.")


def test_a_system_of_another_kind(refused: Refused):
    message = refused(_edit("system: iron_dome", "system: elm2084"))
    assert message.startswith(
        "raid.yaml: weapons[0].system is 'elm2084'; that system is of kind radar, wanted: "
        "interceptor or laser. Known: "
    )


def test_an_aim_that_does_not_exist(refused: Refused):
    assert refused(_edit("aim: city\n", "aim: ctiy\n")) == (
        "raid.yaml: threats[0].aim is 'ctiy'; known assets: city, port. Did you mean 'city'?"
    )


def test_a_node_that_does_not_exist(refused: Refused):
    assert refused(_edit("    node: c2\n", "    node: bmc\n")) == (
        "raid.yaml: weapons[0].node is 'bmc'; known nodes: c2."
    )


def test_a_launch_that_cannot_reach_its_aim(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """A question of physics: allowed by ``load``, refused when the world is built."""
    monkeypatch.chdir(tmp_path)
    Path("raid.yaml").write_text(_edit("lat_deg: -20.85", "lat_deg: -15"), encoding="utf-8")
    load("raid.yaml")
    for command in (["check"], ["run", "--runs", "1", "--out", "out"]):
        assert main([*command, "raid.yaml"]) == 2
        output = capsys.readouterr()
        assert output.out == ""
        said = output.err.splitlines()[-1]
        assert "raid.yaml: threats.north.aim is 667" in said
        assert "rocket_122mm flies 3 to 20 km" in said
        assert "Traceback" not in output.err
    assert [p.name for p in tmp_path.iterdir()] == ["raid.yaml"]


def test_an_asset_defended_by_nobody_is_allowed_but_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "raid.yaml"
    far = "  - {name: far, lat_deg: -10, lon_deg: 13.75, radius_km: 6}\nthreats:\n"
    path.write_text(_edit("threats:\n", far), encoding="utf-8")
    said = "assets[2] (far) is defended by nobody; the nearest reach, that of bat1, ends "
    assert [sentence for sentence in check(load(path)) if sentence.startswith(said)]
    nearer = (
        "north.launch.lat_deg=-20.9",
        "south.launch.lat_deg=-21.1",
        "south.launch.lon_deg=13.87",
    )
    sets = [word for change in nearer for word in ("--set", f"threats.{change}")]
    assert main(["check", str(path), *sets]) == 0
    output = capsys.readouterr()
    assert said in " ".join((output.out + output.err).split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("threats[0].count=-3", "raid.yaml: threats[0].count is -3; allowed: whole numbers 0 to"),
        ("threats.north.cuont=3", "raid.yaml: threats[0].cuont is 3; there is no such key. Did"),
        ("threats[7].count=3", "--set threats[7].count=3: threats[7] is missing; there: 0 to 1."),
        ("count", "--set 'count' is not understood. Write KEY=VALUE, for example threats[0].co"),
        ("weapons.bat1.overrides.p_kill=2", "weapons[0].overrides.p_kill is 2; allowed: 0 to 1."),
    ],
)
def test_changes_from_the_command_line(refused: Refused, words: str, said: str):
    assert said in refused(TEXT, "raid.yaml", words)
