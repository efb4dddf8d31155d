"""The program as a user meets it: words, streams, exit codes, folders."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from opendome.campaign import runner
from opendome.errors import OpenDomeError, ScenarioError
from opendome.results import layout
from opendome.results.result import open_campaign
from opendome.scenario.load import shipped
from opendome.views.cli import main, run
from tests.doors.cli_with_fake import write_nothing
from tests.unit.campaign.fake_simulation import simulate

ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
    "PYTHONWARNINGS": "error",
}


def use(monkeypatch, compiled) -> None:
    """Let every command simulate by the stand-in."""
    engine = runner.Engine(compiled, simulate)
    for place in ("campaign.runner", "views.cli.check", "views.cli.warmup"):
        monkeypatch.setattr(f"opendome.{place}.simulation_engine", lambda: engine)


@pytest.fixture
def fake(monkeypatch, tmp_path):
    """The stand-in for the simulation, in an empty working folder."""
    model: dict = {}
    monkeypatch.chdir(tmp_path)
    use(monkeypatch, lambda _: model)
    monkeypatch.setattr(run, "write_report", write_nothing)
    return model


def only_line(text: str) -> str:
    """The one line that was said."""
    lines = text.splitlines()
    assert len(lines) == 1, text
    return lines[0]


# --- help ----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["--version"], ["rnu"], []])
def test_help_and_complaints_load_nothing_heavy(words):
    script = (
        "import sys; from opendome.views.cli import main; main(sys.argv[1:]); "
        "heavy = {'numba', 'numpy', 'pyarrow', 'duckdb', 'pydantic', 'yaml', 'rich'}; "
        "sys.exit(str(sorted(heavy & set(sys.modules))) if heavy & set(sys.modules) else 0)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, *words],
        capture_output=True, text=True, timeout=60, check=False, env=ENVIRONMENT,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    "command", ["run", "compare", "sweep", "check", "report", "catalog", "warmup"]
)
def test_every_command_explains_itself(command, capsys):
    assert main([command, "--help"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert f"usage: opendome {command}" in said.out
    assert "--json" in said.out


def test_help_names_the_shipped_scenarios_and_the_exit_codes(capsys):
    main(["run", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert ", ".join(shipped()) in said
    assert main(["--help"]) == 0
    assert "exit codes: 0 done, 1" in capsys.readouterr().out


def test_the_version_is_that_of_the_package(capsys):
    import opendome

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"opendome {opendome.__version__}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rnu", "x"], "'rnu' is not known; commands: run, compare, sweep, check, "),
        (["rnu", "x"], "warmup. Did you mean 'run'?"),
        (["xyzzy"], "'xyzzy' is not known; commands:"),
        (["--verson"], "Did you mean '--version'?"),
        (["run", "x", "--rusn", "3"], "Did you mean '--runs'?"),
        (["run", "x", "--run", "3"], "Did you mean '--runs'?"),
        (["run"], "required: SCENARIO"),
        (["run", "x", "y"], "'y' is one word too many"),
        (["run", "x", "--runs", "0"], "--runs is '0'; a whole number from 1 to 10000000 is asked"),
        (["run", "x", "--runs", "many"], "--runs is 'many'; a whole number"),
        (["run", "x", "--runs", "9" * 5000], "--runs is '9999"),
        (["run", "x", "--seed", "-1"], "--seed is '-1'; a whole number from 0"),
        (["run", "x", "--workers", "0"], "--workers is '0'"),
        (["run", "x", "--runs"], "--runs: expected one argument"),
    ],
)  # fmt: skip
def test_wrong_words_are_one_line_and_exit_code_2(words, said, capsys):
    assert main(words) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert said in only_line(streams.err)


def test_without_words_help_is_shown(capsys):
    assert main([]) == 2
    assert "usage: opendome" in capsys.readouterr().out


# --- run -----------------------------------------------------------------------------------


def test_a_run_prints_a_table_and_where_things_lie(fake, capsys):
    assert main(["run", "iron_dome_city", "--runs", "12", "--workers", "1"]) == 0
    said = capsys.readouterr()
    for words in (
        "12 runs", "95 % interval", "threatening an asset", "leakers", "chance of no leak",
        "iron_dome shots", "iron_dome cost", "cost exchange", "asset value lost",
    ):  # fmt: skip
        assert words in said.out, words
    assert "runs/iron_dome_city/report.html" in said.out
    assert "Traceback" not in said.err
    assert open_campaign("runs/iron_dome_city").runs == 12


def test_json_is_one_object_alone_on_standard_output(fake, capsys):
    words = ["run", "iron_dome_city", "--runs", "12", "--seed", "7", "--out", "here", "--json"]
    assert main([*words, "--workers", "1"]) == 0
    said = capsys.readouterr()
    answer = json.loads(said.out)
    assert said.out.count("\n") == 1
    assert answer["name"] == "iron_dome_city"
    assert answer["seed"] == 7
    assert answer["folder"] == "here"
    assert answer["report"] == "here/report.html"
    assert answer["summary"] == open_campaign("here").summary
    assert answer["summary"]["runs"] == 12
    assert set(answer["summary"]["p_no_leak"]) == {"value", "low", "high"}
    assert "chance of no leak" in said.err


def test_a_run_in_a_process_of_its_own_is_pure_json_too(tmp_path: Path):
    ended = subprocess.run(
        [sys.executable, "-m", "tests.doors.cli_with_fake", "0",
         "run", "limited_icbm", "--runs", "9", "--workers", "2", "--json"],
        capture_output=True, text=True, timeout=120, check=False, env=ENVIRONMENT, cwd=tmp_path,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["summary"]["runs"] == 9
    assert "Traceback" not in ended.stderr


def test_set_changes_the_scenario(fake):
    words = ["run", "limited_icbm", "--runs", "1", "--set", "step_s=2", "--out", "here"]
    assert main(words) == 0
    assert open_campaign("here").manifest["scenario"]["step_s"] == 2


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ("iron_dome_cty", "Did you mean 'iron_dome_city'?"),
        ("nowhere.yaml", "nowhere.yaml"),
        (".", "folder"),
    ],
)
@pytest.mark.parametrize("command", ["run", "check"])
def test_a_scenario_that_is_not_there_is_one_line_and_exit_code_2(
    fake, command, scenario, said, capsys
):
    assert main([command, scenario]) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert said in only_line(streams.err)
    assert not Path("runs").exists()


def test_a_wrong_key_is_one_line_and_leaves_nothing(fake, capsys):
    assert main(["run", "iron_dome_city", "--set", "threats[0].cout=5", "--json"]) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert "cout" in only_line(streams.err)
    assert not Path("runs").exists()


def test_another_campaign_in_out_is_refused_with_exit_code_2(fake, capsys):
    words = ["run", "iron_dome_city", "--runs", "2", "--out", "here"]
    assert main(words) == 0
    capsys.readouterr()
    assert main([*words, "--seed", "2"]) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert "seed is 1 there and 2 here" in streams.err.splitlines()[-1]
    assert open_campaign("here").manifest["seed"] == 1


def test_without_out_each_campaign_finds_its_own_folder(fake, capsys):
    assert main(["run", "iron_dome_city", "--runs", "2"]) == 0
    assert main(["run", "iron_dome_city", "--runs", "2", "--seed", "2"]) == 0
    assert main(["run", "iron_dome_city", "--runs", "4"]) == 0
    assert sorted(p.name for p in Path("runs").iterdir()) == [
        "iron_dome_city", "iron_dome_city-2",
    ]  # fmt: skip
    assert open_campaign("runs/iron_dome_city").runs == 4
    assert "holds 2 of 4 runs; going on" in capsys.readouterr().err


def test_a_refusal_of_physics_is_exit_code_2_and_leaves_nothing(fake, monkeypatch, capsys):
    def refuse(_: object) -> None:
        raise ScenarioError("raid.yaml: threats[0].aim is out of reach.")

    use(monkeypatch, refuse)
    assert main(["run", "limited_icbm"]) == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith("is out of reach.")
    assert not Path("runs").exists()


def test_a_full_disk_is_exit_code_1_and_a_sentence(fake, monkeypatch, capsys):
    def fill(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(layout, "write_record", fill)
    assert main(["run", "limited_icbm", "--out", "here"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1].startswith("opendome: here: cannot be written: No space left")


def test_a_fault_in_the_program_is_a_sentence_with_a_way_to_see_more(fake, monkeypatch, capsys):
    monkeypatch.delenv("OPENDOME_DEBUG", raising=False)
    fake["fail_at"] = 0
    assert main(["run", "limited_icbm"]) == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said
    last = said.splitlines()[-1]
    assert last == (
        "opendome: unexpected ZeroDivisionError: a fault in the model. "
        "Set OPENDOME_DEBUG=1 to see where."
    )
    monkeypatch.setenv("OPENDOME_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["run", "limited_icbm"])


@pytest.mark.skipif(os.name != "posix", reason="sends a signal to a process group")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_is_exit_code_1_and_says_how_to_go_on(tmp_path: Path, workers: str):
    words = ["run", "limited_icbm", "--runs", "16", "--workers", workers, "--out", "here"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.doors.cli_with_fake", "0.4", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd=tmp_path,
        start_new_session=True,
    )  # fmt: skip
    part = tmp_path / "here" / "runs" / "part-00001.parquet"
    deadline = time.monotonic() + 60
    while not part.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    out, said = process.communicate(timeout=30)
    assert process.returncode == 1, said
    assert out == ""
    assert "Traceback" not in said
    assert "Give the same command again" in said.splitlines()[-1]
    assert 1 <= open_campaign(tmp_path / "here").runs < 16


# --- check, warmup, report --------------------------------------------------------


def test_check_says_what_a_scenario_holds(fake, capsys):
    assert main(["check", "limited_icbm", "--set", "threats[0].count=1"]) == 0
    assert capsys.readouterr().out.startswith("limited_icbm can be run: ")
    assert main(["check", "limited_icbm", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["name"] == "limited_icbm"
    assert answer["threats"] >= 1
    assert isinstance(answer["notes"], list)
    assert list(Path().iterdir()) == []


def test_check_says_what_is_odd(fake, capsys):
    assert main(["check", "limited_icbm", "--set", "duration_s=1"]) == 0
    assert "note: threats[0]" in capsys.readouterr().out


def test_check_asks_physics_too(fake, monkeypatch, capsys):
    def refuse(_: object) -> None:
        raise ScenarioError("raid.yaml: threats[0].aim is out of reach.")

    use(monkeypatch, refuse)
    assert main(["check", "limited_icbm"]) == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith("out of reach.")


def test_warmup_runs_every_shipped_scenario_once(fake, monkeypatch, capsys, tmp_path):
    (tmp_path / "marks").mkdir()
    fake["marks"] = str(tmp_path / "marks")
    assert main(["warmup", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["scenarios"] == shipped()
    assert len(list((tmp_path / "marks").iterdir())) == len(shipped())


def test_a_report_of_a_folder_that_is_none_is_exit_code_2(tmp_path: Path, capsys):
    assert main(["report", str(tmp_path)]) == 2
    assert "has no manifest.json" in only_line(capsys.readouterr().err)
    assert main(["report", str(tmp_path / "nowhere")]) == 2
    assert "does not exist" in only_line(capsys.readouterr().err)


def test_who_reads_only_the_first_line_does_no_harm():
    ended = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {sys.executable} -m opendome catalog | true"],
        capture_output=True, text=True, timeout=60, check=False, env=ENVIRONMENT,
    )  # fmt: skip
    assert "Traceback" not in ended.stderr
    assert "Error" not in ended.stderr


def test_output_survives_a_console_of_few_signs():
    ended = subprocess.run(
        [sys.executable, "-m", "opendome", "catalog", "gbi"],
        capture_output=True, timeout=60, check=False,
        env={**ENVIRONMENT, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert b"gbi" in ended.stdout


def test_an_error_made_on_purpose_is_exit_code_2_wherever_it_is_raised(monkeypatch, capsys):
    import opendome.views.cli.catalog as command

    def refuse(_: str) -> None:
        raise OpenDomeError("something is asked that cannot be.")

    monkeypatch.setattr(command, "entry", refuse)
    assert main(["catalog", "x"]) == 2
    assert only_line(capsys.readouterr().err) == "opendome: something is asked that cannot be."
