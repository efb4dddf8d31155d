from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from opendome.campaign import store
from opendome.campaign.runner import Request
from opendome.campaign.store import Batch, batch_size, batches
from opendome.errors import RecordError
from opendome.results import layout
from tests.unit.campaign.fake_simulation import scenario, simulate


def of(*parts: tuple[int, int, int]) -> list[tuple[int, int]]:
    manifest = {"batches": [{"first": f, "stop": s, "size": n} for f, s, n in parts]}
    found = batches(manifest)
    assert [b.index for b in found] == list(range(len(found)))
    return [(b.first, b.stop) for b in found]


def test_the_first_batch_is_run_0_alone():
    assert of((0, 1, 5)) == [(0, 1)]
    assert of((0, 8, 3)) == [(0, 1), (1, 4), (4, 7), (7, 8)]


def test_an_extension_adds_batches_and_changes_none():
    assert of((0, 8, 3), (8, 20, 10)) == [*of((0, 8, 3)), (8, 18), (18, 20)]
    assert of((0, 1, 1), (1, 4, 10)) == [(0, 1), (1, 4)]


@pytest.mark.parametrize(
    ("n_threats", "runs", "size"),
    [(120, 100, 13), (120, 10_000, 16), (12, 20_000, 166), (5000, 50, 1), (0, 80, 10), (1, 1, 1)],
)
def test_batches_share_memory_and_keep_workers_busy(n_threats, runs, size):
    raid = SimpleNamespace(threats=[SimpleNamespace(n_objects=lambda: n_threats)])
    assert batch_size(raid, runs) == size


def plan(folder: Path, runs: int = 10, **changed):
    request = Request(scenario(), runs)
    return replace(request, **changed).plan(folder)


def test_planning_writes_nothing(tmp_path: Path):
    assert plan(tmp_path / "new")["runs"] == 10
    assert not (tmp_path / "new").exists()


def test_the_manifest_says_how_it_was_made(tmp_path: Path):
    manifest = plan(tmp_path / "new")
    promised = (
        "format name title seed runs batch_size scenario scenario_hash versions platform "
        "trajectories_runs timing"
    )
    for key in promised.split():
        assert key in manifest
    assert set(manifest["versions"]) == {"opendome", "python", "numpy", "numba"}
    json.dumps(manifest, allow_nan=False)


def test_the_same_request_goes_on_and_more_runs_extend(tmp_path: Path):
    store.open_folder(tmp_path, plan(tmp_path))
    assert plan(tmp_path) == layout.read_manifest(tmp_path)
    more = plan(tmp_path, runs=50)
    assert more["runs"] == 50
    assert more["batches"][0] == layout.read_manifest(tmp_path)["batches"][0]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"seed": 2}, "seed is 1 there and 2 here"),
        ({"scenario": scenario("other")}, "scenario is 'small' there and 'other' here"),
        ({"scenario": scenario(step=0.5)}, "contents of the scenario differ"),
        ({"keep_trajectories": 2}, "runs with trajectories is"),
        ({"runs": 9}, "holds a campaign of 10 runs; 9 runs are asked"),
    ],
)
def test_another_campaign_is_refused_with_what_differs(tmp_path: Path, changed, said):
    store.open_folder(tmp_path, plan(tmp_path))
    with pytest.raises(RecordError, match=said) as problem:
        plan(tmp_path, **changed)
    assert "--out" in str(problem.value)


def test_other_versions_are_not_mixed_but_another_python_is(tmp_path: Path):
    store.open_folder(tmp_path, plan(tmp_path))
    manifest = layout.read_manifest(tmp_path)
    manifest["versions"]["python"] = "3.99.0"
    layout.write_manifest(tmp_path, manifest)
    assert plan(tmp_path)
    manifest["versions"]["opendome"] = "0.0.1"
    layout.write_manifest(tmp_path, manifest)
    with pytest.raises(RecordError, match=r"versions is opendome 0\.0\.1"):
        plan(tmp_path)


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(RecordError, match="holds other files"):
        plan(tmp_path)
    with pytest.raises(RecordError, match="is not a folder"):
        plan(tmp_path / "thesis.txt")


def test_a_folder_of_a_version_without_batches_can_be_read_only(tmp_path: Path):
    layout.write_manifest(tmp_path, {"format": 1, "name": "small"})
    with pytest.raises(RecordError, match="can be read but not extended"):
        plan(tmp_path)


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="cannot be written"):
        store.open_folder(tmp_path / "file" / "below", {})


def test_a_batch_is_finished_when_all_its_parts_are_whole(tmp_path: Path):
    batch = Batch(0, 0, 2)
    assert not store.is_finished(tmp_path, batch)
    store.write_batch(tmp_path, batch, simulate({}, 1, [0, 1], []))
    assert store.is_finished(tmp_path, batch)
    assert not store.is_finished(tmp_path, Batch(0, 0, 3))
    part = tmp_path / "events" / "part-00000.parquet"
    part.write_bytes(part.read_bytes()[:-5])
    assert not store.is_finished(tmp_path, batch)


def test_a_record_of_other_runs_is_not_taken(tmp_path: Path):
    with pytest.raises(ValueError, match="record holds the runs"):
        store.write_batch(tmp_path, Batch(0, 0, 2), simulate({}, 1, [1, 2], []))


def test_what_a_killed_process_left_is_cleared(tmp_path: Path):
    (tmp_path / "events").mkdir()
    left = tmp_path / "events" / ".tmp-12-part-00000.parquet"
    left.write_text("half")
    store.open_folder(tmp_path, plan(tmp_path / "new"))
    assert not left.exists()


def test_timing_adds_up(tmp_path: Path):
    store.open_folder(tmp_path, plan(tmp_path))
    store.add_timing(tmp_path, 1.5)
    store.add_timing(tmp_path, 2.0)
    assert layout.read_manifest(tmp_path)["timing"] == {"wall_s": 3.5}
