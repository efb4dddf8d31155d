"""The summary of many runs: what was launched, what got through, what was spent.

Counts and costs are means per run; every estimate has a 95 % interval whose unit is the run:
Wilson for the chance of no leak, bootstrap over runs otherwise. Where a share was 0 or 1 in every
run, resampling would say that nothing else can happen; there the open end comes from Wilson's
interval for a run in which it differs, which bounds the share because a share cannot exceed 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from opendome.results import layers
from opendome.results.layers import DefenseLayer
from opendome.results.statistics import (
    LEVEL,
    UNKNOWN,
    Estimate,
    percentile_interval,
    ratios,
    resampled_sums,
    wilson,
)

Floats = NDArray[np.float64]

MEANS = (
    "defeated_before_launch", "launched", "failed", "threats", "threatening", "leakers",
    "intercepted", "shots", "shots_unarmed", "cost_before_launch_usd", "cost_defense_usd",
    "cost_threat_usd", "asset_value_lost",
)  # fmt: skip
# share -> (what, of what), both summed over the campaign; ``is a share`` if it cannot exceed 1
RATIOS = {
    "leak_fraction": ("leakers", "threatening"),
    "leak_fraction_launched": ("leakers", "launched"),
    "cost_exchange": ("cost_defense_usd", "cost_threat_usd"),
    "engaged_threatening_in_reach": ("n_engaged_in_reach", "n_in_reach"),
    "engaged_harmless": ("n_engaged_harmless", "n_harmless"),
    "engaged_far_outside": ("n_engaged_far_outside", "n_far_outside"),
}
NOT_SHARES = {"cost_exchange"}
BOUNDS = {
    "failed": "launched",
    "leakers": "threatening",
    "intercepted": "threats",
    "asset_value_lost": "asset_value",
}
FAR_OUTSIDE = 3.0  # standard deviations of the predicted impact outside every asset

# Columns of each table that the summary reads.
READS: dict[str, tuple[str, ...]] = {
    "runs": ("run", *MEANS),
    "threats": ("run", "threat", "system", "is_defeated", "is_failed", "is_threatening",
                "outside_distance", "is_in_reach", "n_shots", "sigma_impact",
                *layers.READS_OF_CARGO),
    "engagements": ("run", "shot", "vehicle", "system", "battery", "threat", "is_kill",
                    "t_launch"),
}  # fmt: skip


@dataclass(frozen=True)
class Accounts:
    """What the summary needs beside the tables."""

    seed: int = 0
    cost_by_battery: Mapping[str, float] = field(default_factory=dict)  # USD per round
    systems: tuple[str, ...] = ()  # of all batteries
    asset_value: float = math.nan  # of all assets together
    layers: tuple[DefenseLayer, ...] = ()  # first to last

    @staticmethod
    def of(manifest: Mapping[str, Any]) -> Accounts:
        """Accounts as a manifest states them; what another version did not state stays open."""
        batteries: Mapping[str, Any] = manifest.get("batteries", {})
        return Accounts(
            seed=int(manifest.get("seed", 0)),
            cost_by_battery={name: b["cost_usd"] for name, b in batteries.items()},
            systems=tuple(dict.fromkeys(b["system"] for b in batteries.values())),
            asset_value=float(manifest.get("asset_value", math.nan)),
            layers=layers.layers_of_manifest(manifest),
        )


def sums_by_run(tables: Mapping[str, pa.Table], accounts: Accounts) -> dict[str, Floats]:
    """Columns of the summary, one row per run of the table ``runs``.

    Shots of a system and their cost stand under ``shots.SYSTEM`` and ``cost.SYSTEM``. A column
    that another version did not write is NaN.
    """
    runs = _integers(tables["runs"], "run")
    sums = {name: _numbers(tables["runs"], name) for name in MEANS}
    threats, engagements = tables["threats"], tables["engagements"]
    row = np.searchsorted(runs, _integers(threats, "run"))
    is_engaged = _numbers(threats, "n_shots") > 0
    is_defeated = np.nan_to_num(_numbers(threats, "is_defeated")) > 0
    is_sound = (_numbers(threats, "is_failed") == 0) & ~is_defeated & layers.is_armed(threats)
    is_in_reach = (
        is_sound
        & (_numbers(threats, "is_threatening") > 0)
        & (_numbers(threats, "is_in_reach") > 0)
    )
    outside = _numbers(threats, "outside_distance")
    is_harmless = is_sound & (_numbers(threats, "is_threatening") == 0)
    is_far = is_sound & (outside > FAR_OUTSIDE * _numbers(threats, "sigma_impact"))
    for name, mask in (
        ("n_in_reach", is_in_reach),
        ("n_engaged_in_reach", is_in_reach & is_engaged),
        ("n_harmless", is_harmless),
        ("n_engaged_harmless", is_harmless & is_engaged),
        ("n_far_outside", is_far),
        ("n_engaged_far_outside", is_far & is_engaged),
    ):
        sums[name] = _count(row[mask], len(runs))
    if {"system", "battery"} <= set(engagements.column_names):
        row = np.searchsorted(runs, _integers(engagements, "run"))
        systems = np.array(engagements.column("system").to_pylist(), dtype=object)
        batteries = engagements.column("battery").to_pylist()
        cost = np.array([accounts.cost_by_battery.get(name, math.nan) for name in batteries])
        is_first = layers.first_rows(engagements)
        for system in sorted(set(systems)):
            mask = (systems == system) & is_first
            sums[f"shots.{system}"] = _count(row[mask], len(runs))
            sums[f"cost.{system}"] = _sum(row[mask], cost[mask], len(runs))
    sums.update(layers.layer_sums(runs, tables, accounts.layers, accounts.cost_by_battery))
    return sums


def join_sums(parts: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    """Columns of several batches as one; a system that a batch never fired has no shots there."""
    names = list(dict.fromkeys(name for part in parts for name in part))
    return {
        name: np.concatenate([p.get(name, np.zeros(len(p["leakers"]))) for p in parts])
        for name in names
    }


def summarise(sums: Mapping[str, Floats], accounts: Accounts) -> dict[str, Any]:
    """Summary of the runs: plain numbers, each estimate as ``{"value", "low", "high"}``.

    ``None`` stands where the runs do not say: the interval of a single run, a share of nothing.
    """
    n = len(sums.get("leakers", ()))
    summary: dict[str, Any] = {"runs": n}
    if n == 0:
        return summary
    columns = dict(sums)
    columns["asset_value"] = np.full(n, accounts.asset_value)
    for name in [f"{what}.{system}" for system in accounts.systems for what in ("shots", "cost")]:
        columns.setdefault(name, np.zeros(n))
    names = list(columns)
    matrix = np.column_stack([columns[name] for name in names])
    totals = dict(zip(names, matrix.sum(axis=0), strict=True))
    resampled = dict(zip(names, resampled_sums(matrix, accounts.seed).T, strict=True))

    def mean(name: str) -> Estimate:
        interval = percentile_interval(resampled[name] / n, n)
        estimate = Estimate(float(totals[name] / n), *interval)
        if name not in BOUNDS:
            return estimate
        bound = BOUNDS[name]
        share = _widened(UNKNOWN, columns[name], columns[bound])
        return _scaled(share, float(totals[bound] / n), estimate)

    def ratio(name: str) -> Estimate:
        above, below = RATIOS[name]
        if not totals[below] > 0:
            return UNKNOWN
        interval = percentile_interval(ratios(resampled[above], resampled[below]), n)
        estimate = Estimate(float(totals[above] / totals[below]), *interval)
        if name in NOT_SHARES:
            return estimate
        return _widened(estimate, columns[above], columns[below])

    summary.update({name: plain(mean(name)) for name in MEANS})
    summary["p_no_leak"] = plain(_p_no_leak(columns["leakers"]))
    summary.update({name: plain(ratio(name)) for name in RATIOS})
    for what, title in (("shots", "shots_by_system"), ("cost", "cost_defense_usd_by_system")):
        found = {n.removeprefix(f"{what}."): mean(n) for n in names if n.startswith(f"{what}.")}
        order = [*accounts.systems, *(s for s in sorted(found) if s not in accounts.systems)]
        summary[title] = {system: plain(found[system]) for system in order if system in found}
    summary["layers"] = [_layer(k, a, mean, columns) for k, a in enumerate(accounts.layers)]
    return summary


def _layer(
    k: int, layer: DefenseLayer, mean: Callable[[str], Estimate], columns: Mapping[str, Floats]
) -> dict[str, Any]:
    """Summary of a layer: what came to it, by class as means alone, and what it spent."""
    found: dict[str, Any] = {"name": layer.name, "batteries": list(layer.batteries)}
    for what in (*layers.STAGES, *layers.SPENT):
        name = layers.key(k, what)
        found[what] = plain(mean(name) if name in columns else UNKNOWN)
    found["by_class"] = {
        system: {
            what: float(columns[name].mean()) if name in columns else 0.0
            for what in layers.STAGES
            for name in [layers.key(k, what, system)]
        }
        for system in layers.classes(columns)
    }
    return found


def plain(estimate: Estimate) -> dict[str, float | None]:
    """An estimate for JSON: NaN becomes None."""
    return {
        name: None if math.isnan(value) else value
        for name, value in zip(Estimate._fields, estimate, strict=True)
    }


def _p_no_leak(leakers: Floats) -> Estimate:
    if np.isnan(leakers).any():
        return UNKNOWN
    return wilson(int((leakers == 0).sum()), len(leakers))


def _widened(estimate: Estimate, above: Floats, below: Floats) -> Estimate:
    """The estimate of a share, its open end from Wilson where every run says 0 or every run 1."""
    asked = below > 0
    n = int(asked.sum())
    if n and not above[asked].any():
        return Estimate(0.0, 0.0, wilson(0, n, LEVEL).high)
    if n and np.array_equal(above[asked], below[asked]):
        return Estimate(1.0, wilson(n, n, LEVEL).low, 1.0)
    return estimate


def _scaled(share: Estimate, bound: float, otherwise: Estimate) -> Estimate:
    if math.isnan(share.value):
        return otherwise
    return Estimate(share.value * bound, share.low * bound, share.high * bound)


def _count(rows: NDArray[np.int64], n: int) -> Floats:
    return np.bincount(rows, minlength=n).astype(np.float64)


def _sum(rows: NDArray[np.int64], values: Floats, n: int) -> Floats:
    return np.bincount(rows, weights=values, minlength=n).astype(np.float64)


def _integers(table: pa.Table, name: str) -> NDArray[np.int64]:
    return np.asarray(table.column(name).to_numpy(), dtype=np.int64)


def _numbers(table: pa.Table, name: str) -> Floats:
    if name not in table.column_names:
        return np.full(table.num_rows, np.nan)
    return np.asarray(table.column(name).to_numpy(zero_copy_only=False), dtype=np.float64)
