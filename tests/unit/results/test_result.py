from __future__ import annotations

import errno
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from opendome.errors import RecordError
from opendome.results import layout
from opendome.results.record import TABLES, join_records
from opendome.results.result import Campaign, Result, open_campaign
from tests.unit.results.tables import record, rows

MANIFEST = {"format": 1, "name": "small", "seed": 3, "runs": 4, "asset_value": 9.0}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Campaign of four runs in two batches."""
    layout.write_manifest(tmp_path, MANIFEST)
    layout.write_record(tmp_path, 0, record([0, 2]))
    layout.write_record(tmp_path, 1, record([1, 0], first=2))
    return tmp_path


def test_tables_are_read_as_one_whatever_the_batches(folder: Path):
    campaign = open_campaign(folder)
    whole = join_records([record([0, 2, 1, 0])])
    assert campaign.runs == 4
    assert all(campaign.table(name).equals(whole.tables[name]) for name in TABLES)


def test_part_numbers_are_ordered_as_numbers(tmp_path: Path):
    layout.write_manifest(tmp_path, MANIFEST)
    layout.write_record(tmp_path, 100_000, record([0], first=1))
    layout.write_record(tmp_path, 99_999, record([2]))
    assert open_campaign(tmp_path).parts == ("part-99999.parquet", "part-100000.parquet")


def test_only_wanted_columns_are_read(folder: Path):
    table = open_campaign(folder).table("threats", columns=["run", "outcome"])
    assert table.column_names == ["run", "outcome"]
    assert open_campaign(folder).table("picture", columns=["t"]).column_names == ["t"]


def test_summary_of_the_folder_equals_that_of_the_tables(folder: Path):
    whole = Result(record([0, 2, 1, 0]), MANIFEST)
    assert open_campaign(folder).summary == whole.summary
    assert open_campaign(folder).summary["leakers"]["value"] == 0.75


def test_duckdb_answers_questions(folder: Path):
    campaign = open_campaign(folder)
    answer = campaign.query(
        "select outcome, count(*) as n from threats join runs using (run) "
        "where runs.leakers > 0 group by outcome order by outcome"
    )
    assert answer.to_pylist() == [
        {"outcome": "intercepted", "n": 5},
        {"outcome": "leaked", "n": 3},
    ]
    assert campaign.query("select count(*) as n from picture").to_pylist() == [{"n": 0}]


def test_duckdb_reads_folders_whose_names_look_like_patterns(tmp_path: Path):
    odd = tmp_path / "it's [odd] *"
    Result(record([1]), MANIFEST).save(odd)
    assert open_campaign(odd).query("select sum(leakers) as n from runs").to_pylist() == [{"n": 1}]


def test_an_unknown_table_gets_a_suggestion(folder: Path):
    with pytest.raises(ValueError, match="Did you mean 'engagements'"):
        open_campaign(folder).table("engagement")
    with pytest.raises(ValueError, match="table is 'xyz'"):
        Result(record([0]), MANIFEST).table("xyz")


def test_a_batch_without_its_commit_is_left_out(folder: Path):
    (folder / "runs" / "part-00001.parquet").unlink()
    campaign = open_campaign(folder)
    assert campaign.runs == 2
    assert set(campaign.table("threats").column("run").to_pylist()) == {0, 1}
    assert campaign.query("select count(*) as n from threats").to_pylist() == [{"n": 8}]


def test_a_campaign_without_any_batch_opens(tmp_path: Path):
    layout.write_manifest(tmp_path, MANIFEST)
    campaign = open_campaign(tmp_path)
    assert campaign.runs == 0
    assert campaign.summary == {"runs": 0}
    assert campaign.table("runs").num_rows == 0


def test_a_run_is_saved_as_a_campaign_of_one_run(tmp_path: Path):
    result = Result(record([2]), MANIFEST)
    saved = result.save(tmp_path / "new" / "one")
    assert isinstance(saved, Campaign)
    assert saved.summary == result.summary
    assert saved.table("runs").equals(result.table("runs"))
    with pytest.raises(RecordError, match="already exists"):
        result.save(tmp_path / "new" / "one")


def test_a_result_that_cannot_be_written_is_a_sentence(tmp_path: Path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(layout, "write_record", full)
    with pytest.raises(RecordError, match="No space left on device"):
        Result(record([2]), MANIFEST).save(tmp_path / "one")


def test_a_folder_of_another_version_opens(folder: Path):
    """Columns and tables may be missing or new; the manifest may say more or less."""
    (folder / "manifest.json").write_text(json.dumps({"format": 1, "colour": "red"}))
    for part in sorted((folder / "picture").iterdir()):
        part.unlink()
    for part in sorted((folder / "runs").iterdir()):
        pq.write_table(pq.read_table(part).drop_columns(["failed", "t_end"]), part)
    (folder / "weather").mkdir()
    pq.write_table(pq.read_table(folder / "events" / "part-00000.parquet"),
                   folder / "weather" / "part-00000.parquet")  # fmt: skip
    campaign = open_campaign(folder)
    assert campaign.summary["leakers"]["value"] == 0.75
    assert campaign.summary["failed"]["value"] is None
    assert campaign.table("picture").num_rows == 0
    assert campaign.tables == [*TABLES, "weather"]
    assert campaign.table("weather").num_rows == 0
    assert campaign.query("select count(*) as n from weather").to_pylist() == [{"n": 0}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "has no manifest.json"),
        ("{", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ("\x00\x01", "cannot be read"),
        ("[1]", "has no format number"),
        ('{"name": "x"}', "has no format number"),
        ('{"format": 2}', "reads up to 1. Open it with a newer OpenDome"),
    ],
)
def test_a_foreign_folder_is_refused_in_a_sentence(tmp_path: Path, text, said):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(RecordError, match=said) as problem:
        open_campaign(tmp_path)
    assert str(problem.value).startswith(str(tmp_path))
    assert "\n" not in str(problem.value)


def test_a_missing_folder_and_a_file_are_refused(tmp_path: Path):
    with pytest.raises(RecordError, match="does not exist"):
        open_campaign(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="is not a folder"):
        open_campaign(tmp_path / "file")


def test_a_damaged_part_is_named(folder: Path):
    (folder / "events" / "part-00001.parquet").write_bytes(b"PAR1 nonsense PAR1")
    with pytest.raises(RecordError, match=r"events/part-00001\.parquet: cannot be read"):
        open_campaign(folder).table("events")


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch):
    def half(_table: object, file, **_: object) -> None:
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(layout.pq, "write_table", half)
    with pytest.raises(OSError, match="No space"):
        layout.write_record(tmp_path, 0, record([0]))
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_equal_records_give_equal_bytes(tmp_path: Path):
    events = rows("events", run=[0, 0], kind=["shot", "kill"])
    for name in ("one", "two"):
        layout.write_record(tmp_path / name, 0, record([0], events=events))
    for name in TABLES:
        one, two = (tmp_path / n / name / "part-00000.parquet" for n in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
