"""One scenario under several values of one key, or several scenarios, with the same chance.

A folder of a comparison holds one campaign for each value, and ``comparison.json`` that names them:

    comparison.json     key, values, folders
    VALUE/              a campaign, as of ``run_many``
    report.html         written by views
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from opendome.campaign.runner import (
    Engine,
    Progress,
    Request,
    in_folder,
    run_campaign,
    simulation_engine,
)
from opendome.errors import RecordError, ScenarioError
from opendome.results import paired
from opendome.results.result import Campaign, open_campaign
from opendome.results.statistics import bootstrap_mean, bootstrap_ratio
from opendome.scenario.load import Source, load
from opendome.scenario.scenario import Scenario

FORMAT = 1
COMPARISON = "comparison.json"
SCENARIO = "scenario"  # as the key: the values are names or paths of scenarios themselves
MAX_VALUES = 20
LONGEST_NAME = 60  # of a value's folder


@dataclass(frozen=True)
class Variation:
    """A key of the scenario and the values that it is given, as words of ``--set``.

    ``sets`` are changes that all of them share. With SCENARIO as the key the values are scenarios.
    """

    key: str
    values: tuple[str, ...]
    sets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.values)
        if not 2 <= n <= MAX_VALUES:
            raise ScenarioError(f"{self.key} gets {n} value{'' if n == 1 else 's'}; 2 to "
                                f"{MAX_VALUES} are compared.")  # fmt: skip
        twice = next((v for v in self.values if self.values.count(v) > 1), None)
        if twice is not None:
            raise ScenarioError(f"{self.key} gets {twice!r} twice; each value is given once.")

    @staticmethod
    def of(key: str, values: Sequence[Any]) -> Variation:
        """Variation by plain values: texts as they are, others as JSON writes them."""
        words = (str(v) if isinstance(v, str | Path) else json.dumps(v) for v in values)
        return Variation(key, tuple(words))

    @property
    def folders(self) -> tuple[str, ...]:
        """Name of the folder of each value: its words, other signs made dashes, all different."""
        names: list[str] = []
        for value in self.values:
            words = Path(value).stem if self.key == SCENARIO else value
            plain = re.sub(r"[^A-Za-z0-9._-]+", "-", words).strip(".-")[:LONGEST_NAME] or "value"
            taken = {name.lower() for name in names}
            name, k = plain, 2
            while name.lower() in taken:
                name, k = f"{plain}-{k}", k + 1
            names.append(name)
        return tuple(names)

    def scenarios(self, source: Source) -> tuple[Scenario, ...]:
        """The scenario under each value, all checked."""
        if self.key == SCENARIO:
            return tuple(load(value, self.sets) for value in self.values)
        return tuple(load(source, [*self.sets, f"{self.key}={value}"]) for value in self.values)


@dataclass(frozen=True)
class Comparison:
    """Campaigns of one scenario that differ in one key, in the order of its values."""

    folder: Path
    key: str
    values: tuple[str, ...]
    campaigns: tuple[Campaign, ...]
    sets: tuple[str, ...] = ()  # changes that all of them share

    def __repr__(self) -> str:
        return f"<Comparison of {self.key} = {', '.join(self.values)} in {self.folder}>"

    @property
    def is_one_raid(self) -> bool:
        """Whether all of them meet the same raid: the same threats aimed at the same assets."""
        first, *others = (campaign.manifest.get("scenario", {}) for campaign in self.campaigns)
        return all(o.get(k) == first.get(k) for o in others for k in ("threats", "assets"))

    @cached_property
    def table(self) -> pa.Table:
        """Every measure under every value: ``value``, ``measure``, ``layer``, mean or share, with
        its interval; ``layer`` is null for the whole defense."""
        rows = []
        for value, campaign in zip(self.values, self.campaigns, strict=True):
            seed = int(campaign.manifest.get("seed", 0))
            for m in paired.measures(campaign.manifest):
                if m.above not in campaign.sums:
                    continue
                above = campaign.sums[m.above]
                found = (
                    bootstrap_mean(above, seed)
                    if m.below is None
                    else bootstrap_ratio(above, campaign.sums[m.below], seed)
                )
                known = campaign.summary.get(m.name) if m.layer is None else None
                numbers = dict(known) if known else found._asdict()
                rows.append({"value": value, "measure": m.name, "layer": m.layer,
                             "estimate": numbers["value"], "low": numbers["low"],
                             "high": numbers["high"]})  # fmt: skip
        return pa.Table.from_pylist(rows, schema=_schema("estimate"))

    @cached_property
    def pairs(self) -> tuple[tuple[paired.Difference, ...], ...]:
        """Differences of each value but the first from the first."""
        first, *others = self.campaigns
        return tuple(tuple(paired.differences(first, other)) for other in others)

    @cached_property
    def differences(self) -> pa.Table:
        """Each value but the first minus the first, run by run, with 95 % intervals.

        ``is_clear`` says that the interval leaves out zero; ``runs_differing`` of ``runs`` pairs
        are not equal.
        """
        rows = [
            {"value": value, "measure": d.measure.name, "layer": d.measure.layer,
             "difference": d.estimate.value, "low": d.estimate.low, "high": d.estimate.high,
             "is_clear": d.is_clear, "runs_differing": d.n_differing, "runs": d.n}
            for value, found in zip(self.values[1:], self.pairs, strict=True)
            for d in found
        ]  # fmt: skip
        more = [("is_clear", pa.bool_()), ("runs_differing", pa.int64()), ("runs", pa.int64())]
        return pa.Table.from_pylist(rows, schema=_schema("difference", *more))

    def save(self, directory: str | Path) -> Comparison:
        """Copy the campaigns into a new folder, and open the comparison there."""
        path = Path(directory)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise RecordError(f"{path}: already exists; a new or empty folder is asked. "
                              "Choose another name.")  # fmt: skip
        try:
            shutil.copytree(self.folder, path, dirs_exist_ok=True)
        except (OSError, shutil.Error) as problem:
            raise RecordError(f"{path}: cannot be written: {problem}.") from problem
        return open_comparison(path)


@dataclass(frozen=True)
class Plan:
    """A comparison as asked for, its scenarios read and checked; nothing is written yet."""

    variation: Variation
    requests: tuple[Request, ...]

    @staticmethod
    def of(variation: Variation, scenarios: Sequence[Scenario], runs: int, seed: int) -> Plan:
        """Plan of as many runs under each value."""
        return Plan(variation, tuple(Request(s, runs, seed) for s in scenarios))

    def refuse(self, folder: Path) -> None:
        """RecordError if the folder holds something else; writes nothing."""
        note = folder / COMPARISON
        if folder.is_dir() and any(folder.iterdir()) and not note.is_file():
            raise RecordError(f"{folder}: holds other files; a new or empty folder, or one of the "
                              "same comparison, is asked. Choose another --out.")  # fmt: skip
        if note.is_file() and (key := _read(folder)["key"]) != self.variation.key:
            raise RecordError(f"{folder}: compares values of {key}; {self.variation.key} is asked. "
                              "Choose another --out.")  # fmt: skip
        for name, request in zip(self.variation.folders, self.requests, strict=True):
            request.plan(folder / name)

    def act(
        self, engine: Engine, folder: Path, workers: int, progress: Progress | None = None
    ) -> Comparison:
        """Bring every campaign to the runs asked for, and open the comparison."""
        self.refuse(folder)
        for request in self.requests[1:]:  # what the last value breaks is said before the first run
            engine.compile(request.scenario)
        _write(folder, self.variation)
        total = sum(request.runs for request in self.requests)
        done = 0
        for name, request in zip(self.variation.folders, self.requests, strict=True):
            shown = partial(_shifted, progress, done, total) if progress else None
            run_campaign(engine, request, folder / name, workers, shown)
            done += request.runs
        return open_comparison(folder)


def compare(
    scenario: Source,
    key: str,
    values: Sequence[Any],
    runs: int,
    seed: int = 1,
    workers: int = 1,
    out: str | Path | None = None,
) -> Comparison:
    """Run a scenario under several values of one key, with the same chance in each.

    Parameters
    ----------
    scenario : str, Path, mapping or Scenario
        As for ``load``.
    key : str
        Key of the scenario as in ``load(..., sets=...)``, such as ``command.wiring``; or
        ``scenario``, whose values are names or paths of whole scenarios.
    values : sequence
        Two or more; the others are compared with the first.
    runs : int
        Runs under each value.
    seed : int
        The same for all values: run k draws the same lots under each.
    workers : int
        Processes, each with one thread; no result depends on it.
    out : path, optional
        Folder of the comparison, gone on with if it holds part of it; without it a temporary one,
        deleted with the Comparison.

    Examples
    --------
    >>> found = compare("iron_dome_city", "weapons[0].launchers", [2, 3], runs=40)
    ... # doctest: +SKIP
    """
    variation = Variation.of(key, values)
    plan = Plan.of(variation, variation.scenarios(scenario), runs, seed)
    engine = simulation_engine()
    return in_folder(out, lambda to: plan.act(engine, to, workers))


def open_comparison(directory: str | Path) -> Comparison:
    """Open the folder of a comparison; values without a finished run are left out."""
    folder = Path(directory)
    note = _read(folder)
    found = [
        (value, open_campaign(folder / name))
        for value, name in zip(note["values"], note["folders"], strict=True)
        if (folder / name).is_dir()
    ]
    kept = [(value, campaign) for value, campaign in found if campaign.parts]
    if not kept:
        raise RecordError(f"{folder}: no run is finished; nothing can be compared yet. Give the "
                          "same opendome compare command again.")  # fmt: skip
    values, campaigns = zip(*kept, strict=True)
    sets = tuple(str(words) for words in note.get("sets", ()))
    return Comparison(folder, note["key"], values, campaigns, sets)


def is_comparison(directory: str | Path) -> bool:
    """Whether a folder holds a comparison."""
    return (Path(directory) / COMPARISON).is_file()


def _schema(name: str, *more: tuple[str, pa.DataType]) -> pa.Schema:
    texts = [(column, pa.string()) for column in ("value", "measure", "layer")]
    numbers = [(column, pa.float64()) for column in (name, "low", "high")]
    return pa.schema([*texts, *numbers, *more])


def _shifted(progress: Progress, offset: int, total: int, done: int, _: int) -> None:
    progress(offset + done, total)


def _write(folder: Path, variation: Variation) -> None:
    note = {
        "format": FORMAT,
        "key": variation.key,
        "values": list(variation.values),
        "sets": list(variation.sets),
        "folders": list(variation.folders),
    }
    temporary = folder / f".tmp-{os.getpid()}-{COMPARISON}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(note, indent=1) + "\n", encoding="utf-8")
        temporary.replace(folder / COMPARISON)
    except OSError as problem:
        raise RecordError(f"{folder}: cannot be written: {problem.strerror or problem}. "
                          "Choose another --out.") from problem  # fmt: skip
    finally:
        temporary.unlink(missing_ok=True)


def _read(folder: Path) -> dict[str, Any]:
    path = folder / COMPARISON
    if not path.is_file():
        raise RecordError(f"{folder}: has no {COMPARISON}; a folder of a comparison has one. "
                          "Make one with: opendome compare SCENARIO --vary KEY=A,B")  # fmt: skip
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        raise RecordError(f"{path}: cannot be read ({problem}). It was changed after OpenDome "
                          "wrote it, or is not OpenDome's.") from problem  # fmt: skip
    wanted = {"key": str, "values": list, "folders": list}
    if not isinstance(note, dict) or not all(isinstance(note.get(k), t) for k, t in wanted.items()):
        raise RecordError(f"{path}: lacks key, values or folders; it was not written by OpenDome.")
    if not all(re.fullmatch(r"[A-Za-z0-9._-]+", str(name)) for name in note["folders"]) or len(
        note["folders"]
    ) != len(note["values"]):
        raise RecordError(f"{path}: folders are {note['folders']}; one plain name for each value "
                          "is asked.")  # fmt: skip
    return note
