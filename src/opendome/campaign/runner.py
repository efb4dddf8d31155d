"""One run, or many: compile the scenario, share its batches among workers, keep the finished."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from opendome.campaign import local, store
from opendome.campaign.store import Batch
from opendome.errors import RecordError
from opendome.results.layout import remove_temporary
from opendome.results.provenance import make_manifest
from opendome.results.record import Record
from opendome.results.result import Campaign, Result, open_campaign
from opendome.rng import MAX_SEED
from opendome.scenario.scenario import Scenario

Progress: TypeAlias = Callable[[int, int], None]
Found = TypeVar("Found")


@dataclass(frozen=True)
class Engine:
    """What turns a scenario into records. Both functions must pickle.

    ``compile(scenario)`` gives a model that pickles; ``simulate(model, seed, runs,
    keep_trajectories)`` gives the record of exactly those runs, and of each run the same rows
    whichever runs share the batch.
    """

    compile: Callable[[Scenario], Any]
    simulate: Callable[[Any, int, Sequence[int], Sequence[int]], Record]


@dataclass(frozen=True)
class Place:
    """Where batches are computed: functions that start, use and stop workers.

    Workers that are not ``near`` give their tables back, since they may see another disk.
    """

    start: Callable[[Any, int], Any]
    map_unordered: Callable[[Any, Sequence[Any], int], Iterator[Any]]
    stop: Callable[[Any], None]
    is_near: bool = True


HERE = Place(local.start, local.map_unordered, local.stop)


@dataclass(frozen=True)
class Request:
    """A campaign as asked for: ``runs`` runs of ``scenario``, the first few with trajectories."""

    scenario: Scenario
    runs: int
    seed: int = 1
    keep_trajectories: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.scenario, Scenario):
            raise TypeError(f"scenario is {self.scenario!r:.60}; load it first: opendome.load(...)")
        if self.runs < 1:
            raise ValueError(f"runs is {self.runs}; at least 1 is asked")
        if not 0 <= self.seed <= MAX_SEED:
            raise ValueError(f"seed is {self.seed}; 0 to {MAX_SEED} is asked")

    @property
    def trajectories_runs(self) -> list[int]:
        """Runs whose trajectories are kept; they do not depend on ``runs``."""
        return list(range(self.keep_trajectories))

    def manifest(self) -> dict[str, Any]:
        """Manifest of the request, without runs."""
        return make_manifest(self.scenario, self.seed, self.trajectories_runs)

    def plan(self, folder: Path) -> dict[str, Any]:
        """Manifest with its batches if ``folder`` can take it, else RecordError; writes nothing."""
        return store.planned(folder, self.scenario, self.manifest(), self.runs)


def run(scenario: Scenario, seed: int = 1) -> Result:
    """Simulate one run, run 0 of the seed, and keep its trajectories.

    Parameters
    ----------
    scenario : Scenario
        From ``load``.
    seed : int
        The same seed gives the same result.
    """
    return run_once(simulation_engine(), Request(scenario, 1, seed))


def run_many(
    scenario: Scenario,
    runs: int,
    seed: int = 1,
    workers: int = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    keep_trajectories: int = 1,
) -> Campaign:
    """Simulate many runs; the result is the same for any number of workers.

    A folder that holds part of the same campaign is gone on with, also when fewer runs were asked
    for then. Ctrl-C (KeyboardInterrupt) leaves a readable campaign of the finished runs.

    Parameters
    ----------
    scenario : Scenario
        From ``load``.
    runs : int
        How many, those already in ``out`` included.
    seed : int
        Run k of a seed is the same in every campaign.
    workers : int
        Processes, each with one thread; 1 computes in this process.
    out : path, optional
        Folder of the campaign; without it a temporary one, deleted with the Campaign.
    progress : callable, optional
        Called with (finished runs, all runs): first when the work begins, then after each batch.
    keep_trajectories : int
        The trajectories of the first so many runs are kept.
    """
    request = Request(scenario, runs, seed, keep_trajectories)
    engine = simulation_engine()
    return in_folder(out, lambda to: run_campaign(engine, request, to, workers, progress))


def in_folder(out: str | Path | None, act: Callable[[Path], Found]) -> Found:
    """What ``act`` makes in the folder ``out``; in a temporary one, deleted with it, for None."""
    if out is not None:
        return act(Path(out))
    folder = Path(tempfile.mkdtemp(prefix="opendome-"))
    remove = partial(shutil.rmtree, folder, ignore_errors=True)
    try:
        found = act(folder)
    except BaseException:
        remove()
        raise
    weakref.finalize(found, remove)
    return found


def run_once(engine: Engine, request: Request) -> Result:
    """First run of a request as a Result."""
    started = time.monotonic()
    model = engine.compile(request.scenario)
    record = engine.simulate(model, request.seed, [0], request.trajectories_runs)
    manifest = request.manifest()
    manifest |= {"runs": 1, "batch_size": 1, "batches": [{"first": 0, "stop": 1, "size": 1}]}
    manifest["timing"] = {"wall_s": round(time.monotonic() - started, 3)}
    return Result(record, manifest)


def run_campaign(
    engine: Engine, request: Request, folder: Path, workers: int, progress: Progress | None
) -> Campaign:
    """Bring the campaign in ``folder`` to the runs asked for, and open it."""
    if workers < 1:
        raise ValueError(f"workers is {workers}; at least 1 is asked")
    started = time.monotonic()
    manifest = request.plan(folder)
    todo = store.unfinished(folder, manifest)
    done = request.runs - sum(batch.n_runs for batch in todo)
    if todo:
        model = engine.compile(request.scenario)  # before anything is written: it may refuse
        store.open_folder(folder, manifest)
        job = Job(engine.simulate, model, request, folder)
        _report(progress, done, request.runs)
        try:
            for n_runs in share_out(job, todo, workers):
                done += n_runs
                _report(progress, done, request.runs)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"stopped; {done} of {request.runs} runs are finished and readable in {folder}. "
                "Give the same command again to go on."
            ) from None
        finally:
            _note_time(folder, time.monotonic() - started)
    else:
        _report(progress, done, request.runs)
    return open_campaign(folder)


@dataclass(frozen=True)
class Job:
    """What a worker does with a batch: simulate it and write its parts."""

    simulate: Callable[[Any, int, Sequence[int], Sequence[int]], Record]
    model: Any
    request: Request
    folder: Path

    def __call__(self, batch: Batch) -> int:
        """Finish one batch; gives its number of runs."""
        runs = range(batch.first, batch.stop)
        kept = [run for run in self.request.trajectories_runs if run in runs]
        record = self.simulate(self.model, self.request.seed, list(runs), kept)
        store.write_batch(self.folder, batch, record)
        return batch.n_runs


def share_out(
    job: Any,
    todo: Sequence[Any],
    workers: int,
    retries: int = local.MAX_RETRIES,
    place: Place = HERE,
) -> Iterator[int]:
    """Numbers of runs of batches, as they are finished by ``job(batch)``.

    Parameters
    ----------
    job : callable
        Pickles, and has the ``folder`` that it writes to. Of workers that are not near only
        ``job.away(batch)``, a batch and its tables, is asked, and ``job.keep`` of it is done here.
    todo : sequence
        Batches, each with its ``index``.
    workers : int
        Processes; no result depends on it.
    retries : int
        Times that a batch whose worker died is given to another.
    place : Place
        Where the workers are.
    """
    todo = list(todo)
    if todo and todo[0].index == 0:  # here, so that kernels are compiled before workers need them
        yield job(todo.pop(0))
    n_workers = min(workers, len(todo))
    if n_workers <= 1 and place.is_near:
        yield from map(job, todo)
        return
    if not todo:
        return
    pool = place.start(job if place.is_near else job.away, n_workers)
    try:
        found = place.map_unordered(pool, todo, retries)
        yield from found if place.is_near else (job.keep(*answer) for answer in found)
    finally:
        place.stop(pool)
        with suppress(OSError):  # what a worker was writing when it was stopped
            remove_temporary(job.folder)


def _report(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)


def _note_time(folder: Path, wall_time: float) -> None:
    """Add to the manifest's timing; a disk that is full has been reported already."""
    try:
        store.add_timing(folder, wall_time)
    except (OSError, RecordError):
        return


def simulation_engine() -> Engine:
    """The simulation, imported when it is first needed: it brings the compiler."""
    from opendome.simulation.run import compile_scenario, simulate

    return Engine(compile_scenario, simulate)


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
