"""Differences between campaigns that share their chance: same seed, same runs, one thing changed.

Run k of both campaigns draws the same lots (common random numbers), so runs are compared pair by
pair: the difference has a much narrower interval than the two means. Pairs of runs are drawn with
replacement, both members together; a ratio is formed of the sums of each resample.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.errors import RecordError
from opendome.results import layers
from opendome.results.result import Campaign
from opendome.results.statistics import (
    UNKNOWN,
    Estimate,
    percentile_interval,
    ratios,
    resampled_sums,
)

Floats = NDArray[np.float64]

# Fewest pairs that must differ for a difference to be called clear: an exact sign test cannot reach
# 5 % with fewer, and resampling few events promises too much.
MIN_DIFFERING = 6


class Measure(NamedTuple):
    """What is compared: a column, or the ratio of two, of a layer or of the whole defense."""

    name: str
    above: str  # column of the sums of a campaign
    below: str | None = None
    layer: str | None = None


class Difference(NamedTuple):
    """How far a campaign is from the first one in a measure."""

    measure: Measure
    estimate: Estimate  # second minus first
    n_differing: int  # pairs of runs that differ
    n: int  # pairs

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return bool(self.estimate.low > 0 or self.estimate.high < 0)


WHOLE = (
    Measure("leak_fraction", "leakers", "threatening"),
    Measure("leakers", "leakers"),
    Measure("shots", "shots"),
    Measure("cost_defense_usd", "cost_defense_usd"),
    Measure("asset_value_lost", "asset_value_lost"),
)
OF_LAYER = ("came", "engaged", "killed", "rounds", "cost_usd")


def measures(manifest: Mapping[str, Any]) -> tuple[Measure, ...]:
    """All that is compared: of the whole defense, then of each layer."""
    found = list(WHOLE)
    for k, layer in enumerate(layers.layers_of_manifest(manifest)):
        found += [Measure(what, layers.key(k, what), layer=layer.name) for what in OF_LAYER]
    return tuple(found)


def differences(first: Campaign, second: Campaign) -> list[Difference]:
    """``second`` minus ``first`` in every measure that both have, run by run.

    Runs that only one of them has finished are left out. Layers are matched by name.

    Raises
    ------
    RecordError
        If the campaigns have different seeds, or no run in common.
    """
    seeds = [c.manifest.get("seed") for c in (first, second)]
    if seeds[0] != seeds[1]:
        raise RecordError(f"{second.folder}: seed is {seeds[1]}, of {first.folder} it is "
                          f"{seeds[0]}; only campaigns of one seed are compared run by run."
                          )  # fmt: skip
    rows = [_runs(c) for c in (first, second)]
    both, i, j = np.intersect1d(rows[0], rows[1], return_indices=True)
    if len(both) == 0:
        raise RecordError(f"{second.folder}: has no run in common with {first.folder}; "
                          "at least one is asked.")  # fmt: skip
    ours, theirs = (measures(c.manifest) for c in (first, second))
    theirs_by_name = {(m.name, m.layer): m for m in theirs}
    seed = int(seeds[0] or 0)
    found = []
    for measure in ours:
        other = theirs_by_name.get((measure.name, measure.layer))
        if other is None:
            continue
        a, b = _columns(first, measure, i), _columns(second, other, j)
        if a is not None and b is not None:
            found.append(difference(measure, a, b, seed))
    return found


def difference(
    measure: Measure, first: Sequence[Floats], second: Sequence[Floats], seed: int
) -> Difference:
    """``second`` minus ``first`` with its interval.

    Parameters
    ----------
    first, second : sequence of (n,) float
        Column of the runs; for a ratio, numerators and denominators.
    seed : int
        Keys the resamples.
    """
    n = len(first[0])
    matrix = np.column_stack([*first, *second])
    is_same = np.all([np.asarray(a) == np.asarray(b) for a, b in zip(first, second)], axis=0)
    n_differing = int(n - np.count_nonzero(is_same))
    if not np.isfinite(matrix).all():
        return Difference(measure, UNKNOWN, n_differing, n)
    sums = resampled_sums(matrix, seed)
    totals = matrix.sum(axis=0)[None, :]
    half = len(first)
    if half == 1:
        samples, value = (m[:, 1] / n - m[:, 0] / n for m in (sums, totals))
    else:
        samples, value = (
            ratios(m[:, 2], m[:, 3]) - ratios(m[:, 0], m[:, 1]) for m in (sums, totals)
        )
    estimate = Estimate(float(value[0]), *percentile_interval(samples, n))
    if math.isnan(estimate.value):
        return Difference(measure, UNKNOWN, n_differing, n)
    if n_differing < MIN_DIFFERING:
        estimate = Estimate(estimate.value, min(estimate.low, 0.0), max(estimate.high, 0.0))
    return Difference(measure, estimate, n_differing, n)


def _runs(campaign: Campaign) -> NDArray[np.int64]:
    return np.asarray(campaign.table("runs", ["run"]).column("run").to_numpy(), dtype=np.int64)


def _columns(campaign: Campaign, measure: Measure, rows: NDArray[np.int64]) -> list[Floats] | None:
    names = [measure.above] if measure.below is None else [measure.above, measure.below]
    if any(name not in campaign.sums for name in names):
        return None
    return [campaign.sums[name][rows] for name in names]
