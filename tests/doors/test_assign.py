"""``opendome assign`` as a user meets it: answers, files, checks, one line for bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.instances import andersen
from opendome.kernels.packages import Instance
from opendome.views.cli import main

Refused = Callable[[str | bytes, str], str]

SMALL = andersen(4, 6, 2, seed=1)


def public_text(instance: Instance) -> str:
    """The text format of the public benchmark."""
    n, k = instance.miss.shape
    lines = [f"{k} {n} {instance.rounds[0]}", *(f"{v:g}" for v in instance.value)]
    p_kill = (1.0 - instance.miss).tolist()
    lines += [f"{i} {j} {p_kill[j][i]!r}" for i in range(k) for j in range(n)]
    return "\n".join(lines) + "\n"


def json_text(instance: Instance) -> str:
    """The same as JSON."""
    parts = instance.value.tolist(), instance.rounds.tolist(), (1.0 - instance.miss).tolist()
    return json.dumps(dict(zip(("value", "rounds", "p_kill"), parts)))


def test_no_time_gives_a_plan_and_says_that_it_is_not_proven(folder: Path, capsys):
    (folder / "a.txt").write_text(public_text(andersen(30, 60, 3, seed=2)))
    assert main(["assign", "a.txt", "--seconds", "0"]) == 0
    assert "not proven; gap" in capsys.readouterr().out
    assert main(["assign", "a.txt", "--check", "runs/assign-a/certificate.json"]) == 0


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Writes a file and gives the line that refuses it."""

    def line(content: str | bytes, name: str) -> str:
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        before = sorted(folder.rglob("*"))
        assert main(["assign", name]) == 2
        output = capsys.readouterr()
        assert output.out == ""
        assert output.err.startswith("opendome: ")
        assert output.err.count("\n") == 1
        assert sorted(folder.rglob("*")) == before
        return output.err.removeprefix("opendome: ").rstrip("\n")

    return line


def test_both_formats_give_one_answer_and_its_certificate_holds(folder: Path, capsys):
    (folder / "a.txt").write_text(public_text(SMALL))
    (folder / "b.json").write_text(json_text(SMALL))
    answers = []
    for name, out in (("a.txt", "runs/assign-a"), ("b.json", "elsewhere")):
        more = ["--out", out] if out == "elsewhere" else []
        assert main(["assign", name, "--json", *more]) == 0
        said = capsys.readouterr()
        answer = json.loads(said.out)
        assert list(answer) == ["objective", "bound", "gap", "proven", "seconds"]
        assert answer["proven"]
        assert answer["gap"] <= 1e-7
        assert out in said.err
        answers.append(answer["objective"])
        assert main(["assign", name, "--check", f"{out}/certificate.json"]) == 0
        assert "holds" in capsys.readouterr().out
        solution = json.loads((folder / out / "solution.json").read_text())
        loss = [
            v * np.prod(SMALL.miss[j, solution["rounds_of_threat"][j]])
            for j, v in enumerate(SMALL.value)
        ]
        assert sum(loss) == pytest.approx(answer["objective"], rel=1e-9)
    assert answers[0] == pytest.approx(answers[1], rel=1e-12)


def test_people_read_a_table(folder: Path, capsys):
    (folder / "a.txt").write_text(public_text(SMALL))
    assert main(["assign", "a.txt"]) == 0
    said = capsys.readouterr().out
    assert "no plan is better" in said
    assert "8 rounds of 4 kinds" in said


def test_a_tampered_certificate_is_refused(folder: Path, capsys):
    (folder / "a.txt").write_text(public_text(SMALL))
    main(["assign", "a.txt"])
    path = folder / "runs" / "assign-a" / "certificate.json"
    good = json.loads(path.read_text())
    better = {**good, "objective": 0.9 * good["objective"], "bound": 0.9 * good["bound"]}
    dearer = {**good, "least": [cost + 0.1 for cost in good["least"]]}
    worse = {**good, "plan": {**good["plan"], "kind": good["plan"]["kind"][::-1]}}
    for forged in (better, dearer, worse):
        path.write_text(json.dumps(forged))
        capsys.readouterr()
        assert main(["assign", "a.txt", "--check", str(path)]) == 1
        output = capsys.readouterr()
        assert output.out == ""
        assert "the certificate does not hold" in output.err


def test_a_certificate_of_something_else_is_refused(folder: Path, capsys):
    (folder / "a.txt").write_text(public_text(SMALL))
    (folder / "b.txt").write_text(public_text(andersen(4, 6, 2, seed=2)))
    main(["assign", "a.txt"])
    capsys.readouterr()
    good = folder / "runs" / "assign-a" / "certificate.json"
    assert main(["assign", "b.txt", "--check", str(good)]) == 2
    assert "another problem" in capsys.readouterr().err
    assert main(["assign", "a.txt", "--check", "none.json"]) == 2
    assert "no such file" in capsys.readouterr().err
    (folder / "half.json").write_text(good.read_text()[:300])
    assert main(["assign", "a.txt", "--check", "half.json"]) == 2
    assert "not a whole certificate" in capsys.readouterr().err


TEXT = public_text(SMALL)
LINES = TEXT.splitlines()


def _with(line: int, words: str) -> str:
    return "\n".join([*LINES[:line], words, *LINES[line + 1 :]]) + "\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (_with(9, "0 2 1.2"), "a.txt: p_kill of kind 0 at threat 2 is 1.2; from 0 to 1."),
        (_with(9, "0 2 -0.1"), "a.txt: p_kill of kind 0 at threat 2 is -0.1; from 0 to 1."),
        (_with(9, "0 2 nan"), "a.txt: number 18 is 'nan'; a finite number is asked."),
        (_with(9, "0 2 surely"), "a.txt: number 18 is 'surely'; a finite number is asked."),
        (_with(3, "-5"), "a.txt: value of threat 2 is -5; 0 or more."),
        (_with(9, "0 1 0.5"),
         "a.txt: number of lines for kind 0 at threat 1 is 2; 1 is asked."),
        (_with(9, "0 77 0.5"), "a.txt: threat of pair 2 is 77; a number from 0 to 5."),
        (_with(9, "9 2 0.5"), "a.txt: kind of pair 2 is 9; a number from 0 to 3."),
        ("\n".join(LINES[:-1]),
         "a.txt: the file is 78 numbers long; line 1 says 4 kinds and 6 threats, which is 81. "
         "Is it cut off, or is a pair missing?"),
        ("1000000 1000000 1\n5\n",
         "a.txt: line 1 is 1000000 kinds x 1000000 threats; at most 2e+08 pairs."),
        ("4 6\n", "a.txt: line 1 is '4 6'; three whole numbers are asked. "
         "They are kinds of round, threats, rounds of each kind."),
        ("", "a.txt: line 1 is ''; three whole numbers are asked. "
         "They are kinds of round, threats, rounds of each kind."),
        ("4 0 2\n", "a.txt: number of threats is '0'; a whole number from 1 to 200000000."),
        ("4 6 2.5\n", "a.txt: number of rounds of each kind is '2.5'; "
         "a whole number from 1 to 1000000."),
    ],
)  # fmt: skip
def test_bad_text_gives_one_line(refused: Refused, text: str, message: str):
    assert refused(text, "a.txt") == message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"value": [1]}, "b.json: the object is 'value'; its keys are value, rounds, p_kill. "
         "p_kill has a row for each threat, a number for each kind of round. "
         "Where assets have the values: assets, aim, p_destroy, rounds, p_kill."),
        ([1], "b.json: the object is list; its keys are value, rounds, p_kill. "
         "p_kill has a row for each threat, a number for each kind of round. "
         "Where assets have the values: assets, aim, p_destroy, rounds, p_kill."),
        ({"value": [1, -2], "rounds": [1], "p_kill": [[0.5], [0.5]]},
         "b.json: value[1] is -2; 0 or more."),
        ({"value": [1, 2], "rounds": [1], "p_kill": [[0.5], [1.2]]},
         "b.json: p_kill[1][0] is 1.2; from 0 to 1."),
        ({"value": [1, 2], "rounds": [1], "p_kill": [[0.5]]},
         "b.json: p_kill is 1 rows long; one for each of the 2 threats."),
        ({"value": [1, 2], "rounds": [1], "p_kill": [[0.5], []]},
         "b.json: p_kill[1] is 0 numbers long; one for each of 1 kinds."),
        ({"value": [1, 2], "rounds": [1.5], "p_kill": [[0.5], [0.5]]},
         "b.json: rounds[0] is 1.5; a whole number from 0 to 1000000."),
        ({"value": [1, "x"], "rounds": [1], "p_kill": [[0.5], [0.5]]},
         "b.json: value[1] is 'x'; a finite number is asked."),
        ({"value": [1, float("nan")], "rounds": [1], "p_kill": [[0.5], [0.5]]},
         "b.json: value[1] is nan; a finite number is asked."),
        ({"value": [], "rounds": [], "p_kill": []},
         "b.json: the problem is 0 threats and 0 kinds; at least one of each."),
        ({"value": 3, "rounds": [1], "p_kill": []},
         "b.json: value is int; a list of numbers is asked."),
    ],
)  # fmt: skip
def test_bad_json_gives_one_line(refused: Refused, data: object, message: str):
    assert refused(json.dumps(data), "b.json") == message


def test_what_is_no_text_gives_one_line(refused: Refused, capsys):
    assert refused(b"\xff\xfe\x00", "a.txt") == "a.txt: it cannot be read; it is not a text."
    assert "b.json: line 1 is not JSON" in refused("{", "b.json")
    assert main(["assign", "none.txt"]) == 2
    assert capsys.readouterr().err == "opendome: none.txt: there is no such file.\n"


ASSETS = {
    "assets": [10.0, 8.0, 6.0, 3.0],
    "aim": [0, 0, 1, 1, 2, 2],
    "p_destroy": [1.0, 1.0, 1.0, 1.0, 0.5, 0.9],
    "rounds": [3, 1],
    "p_kill": [[0.9, 0.8], [0.9, 0.8], [0.9, 0.8], [0.9, 0.8], [0.0, 0.8], [0.9, 0.8]],
}


def test_assets_are_held_or_given_up(folder: Path, capsys):
    """Three rounds of 0.9 and one of 0.8: the two dearest assets are held, the third given up."""
    (folder / "a.json").write_text(json.dumps(ASSETS))
    assert main(["assign", "a.json"]) == 0
    said = capsys.readouterr().out
    lost = 10.0 * (1 - 0.9 * 0.9) + 8.0 * (1 - 0.9 * 0.8) + 6.0 * (1 - 0.5 * 0.1)
    assert "4 assets worth 27, 6 threats, 4 rounds of 2 kinds" in said
    assert f"objective  {lost:.6f}  (asset value lost)" in said
    assert "no plan is better" in said
    assert "wholly     2 assets worth 18, chance to survive 0.72 to 0.81: 0, 1" in said
    assert "given up   1 assets worth 6, chance to survive 0.05 to 0.05: 2" in said
    assert "no threat  1 assets worth 3, chance to survive 1 to 1: 3" in said
    solution = json.loads((folder / "runs" / "assign-a" / "solution.json").read_text())
    assert solution["wholly"] == [0, 1]
    assert solution["given_up"] == [2]
    assert sorted(map(len, solution["rounds_of_threat"])) == [0, 0, 1, 1, 1, 1]
    assert solution["survival_of_asset"] == pytest.approx([0.81, 0.72, 0.05, 1.0])
    assert main(["assign", "a.json", "--check", "runs/assign-a/certificate.json"]) == 0
    assert "holds" in capsys.readouterr().out


def test_assets_answer_in_the_same_words(folder: Path, capsys):
    (folder / "a.json").write_text(json.dumps(ASSETS))
    assert main(["assign", "a.json", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == ["objective", "bound", "gap", "proven", "seconds"]
    assert answer["proven"]
    assert main(["assign", "a.json", "--seconds", "0", "--json"]) == 0
    late = json.loads(capsys.readouterr().out)
    assert late["bound"] <= answer["objective"] <= late["objective"]


def test_a_tampered_certificate_of_assets_is_refused(folder: Path, capsys):
    (folder / "a.json").write_text(json.dumps(ASSETS))
    main(["assign", "a.json"])
    path = folder / "runs" / "assign-a" / "certificate.json"
    good = json.loads(path.read_text())
    better = {**good, "objective": 0.9 * good["objective"], "bound": 0.9 * good["bound"]}
    dearer = {**good, "least": [cost + 0.1 for cost in good["least"]]}
    worse = {**good, "counts": good["counts"][::-1]}
    more = {**good, "counts": [[n + 1 for n in row] for row in good["counts"]]}
    for forged in (better, dearer, worse, more):
        path.write_text(json.dumps(forged))
        capsys.readouterr()
        assert main(["assign", "a.json", "--check", str(path)]) == 1
        output = capsys.readouterr()
        assert output.out == ""
        assert "the certificate does not hold" in output.err
    path.write_text(json.dumps({**good, "price": "dear"}))
    assert main(["assign", "a.json", "--check", str(path)]) == 2
    assert "not a whole certificate" in capsys.readouterr().err
    (folder / "b.json").write_text(json.dumps({**ASSETS, "rounds": [3, 2]}))
    path.write_text(json.dumps(good))
    assert main(["assign", "b.json", "--check", str(path)]) == 2
    assert "another problem" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"aim": [0, 0, 1, 1, 2, 4]}, "b.json: aim[5] is 4; an asset from 0 to 3."),
        ({"aim": [0, 0, 1, 1, 2, -1]}, "b.json: aim[5] is -1; an asset from 0 to 3."),
        ({"aim": [0, 0.5, 1, 1, 2, 2]}, "b.json: aim[1] is 0.5; an asset from 0 to 3."),
        ({"aim": 3}, "b.json: aim is int; a list of numbers is asked."),
        ({"p_destroy": [1, 1, 1, 1, 1, 1.2]}, "b.json: p_destroy[5] is 1.2; from 0 to 1."),
        ({"p_destroy": [1, 1, 1, 1, 1, float("nan")]},
         "b.json: p_destroy[5] is nan; a finite number is asked."),
        ({"p_destroy": [1]},
         "b.json: p_destroy is 1 numbers long; one for each of the 6 threats in aim."),
        ({"p_kill": [[0.5, 0.5]]}, "b.json: p_kill is 1 rows long; one for each of the 6 threats."),
        ({"assets": []}, "b.json: assets is empty; at least one value."),
        ({"assets": [1, -1]}, "b.json: assets[1] is -1; 0 or more."),
        ({"assets": [1, None]}, "b.json: assets[1] is None; a finite number is asked."),
        ({"rounds": [1, -2]}, "b.json: rounds[1] is -2; a whole number from 0 to 1000000."),
        ({"value": [1]}, "b.json: the unknown key is 'value'; the keys are assets, aim, p_destroy, "
         "rounds, p_kill. aim has the number of an asset for each threat, from 0."),
    ],
)  # fmt: skip
def test_bad_assets_give_one_line(refused: Refused, change: dict[str, object], message: str):
    assert refused(json.dumps({**ASSETS, **change}), "b.json") == message


def test_a_missing_key_of_assets_is_named(refused: Refused):
    few = {key: ASSETS[key] for key in ("assets", "aim", "rounds", "p_kill")}
    assert refused(json.dumps(few), "b.json") == (
        "b.json: the missing key is 'p_destroy'; the keys are assets, aim, p_destroy, rounds, "
        "p_kill. aim has the number of an asset for each threat, from 0."
    )
