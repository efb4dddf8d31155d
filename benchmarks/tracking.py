"""Association: the linear tracker beside Stone Soup on the same detections, and at scale."""

from __future__ import annotations

import importlib.util
import time
from typing import Any

import numpy as np

from benchmarks.measure import Row, peak_memory
from opendome.tracks.linear import LinearTracker, existence_rules
from tests.reference.linear_scenes import START, Scene, scene, step
from tests.reference.stonesoup_trackers import our_rules, their_tracker

SETTLED = 10  # scans that do not count
N_THEIRS = 25  # scans that Stone Soup is given


def per_scan(tracker: LinearTracker, looked: Scene) -> Any:
    """Processor milliseconds of each scan once tracks stand."""
    spent = []
    for k, looks in enumerate(looked.looks):
        before = time.process_time()
        tracker.scan(float(k), looks)
        spent.append(time.process_time() - before)
    return 1e3 * np.array(spent[SETTLED:])


def theirs_per_scan(looked: Scene, clutter: float) -> Any:
    """The same of Stone Soup."""
    spent, tracker = [], their_tracker(looked.looks[:N_THEIRS], clutter)
    scans = iter(tracker)
    for _ in range(N_THEIRS):
        before = time.process_time()
        next(scans)
        spent.append(time.process_time() - before)
    return 1e3 * np.array(spent[SETTLED:])


def measure_parity() -> list[Row]:
    """Ours and Stone Soup's on the same detections, one after the other: their ratio."""
    if importlib.util.find_spec("stonesoup") is None:
        return [Row("tracking", "Stone Soup is not installed", 0.0, "")]
    rows = []
    for name, n in (("gnn", 50), ("gnn", 100), ("jpda", 50), ("jpda", 100)):
        looked = scene(n, 0)
        clutter = looked.clutter if name == "jpda" else 0.0
        ours = float(np.median(per_scan(LinearTracker(step, START, our_rules(clutter)), looked)))
        theirs = float(np.median(theirs_per_scan(looked, clutter)))
        case = f"{name}, {n} targets"
        rows.append(Row("tracking", f"{case}, ours", ours, "ms a scan"))
        rows.append(Row("tracking", f"{case}, Stone Soup", theirs, "ms a scan"))
        rows.append(Row("tracking", f"{case}, ratio", theirs / ours, "", "aim 1,000 at 100"))
    return rows


def measure_scale() -> list[Row]:
    """Processor time of a scan of thousands, and the memory of it all."""
    rows = []
    cases = (("gnn", 10_000, "aim 25"), ("jpda", 10_000, "aim 60"), ("gnn", 20_000, "aim 60"))
    for name, n, aim in cases:
        looked = scene(n, 0, 40)
        clutter = looked.clutter if name == "jpda" else 0.0
        spent = per_scan(LinearTracker(step, START, our_rules(clutter)), looked)
        rows.append(
            Row("tracking", f"{name}, {n:,} targets, median", float(np.median(spent)), "ms")
        )
        p95 = float(np.percentile(spent, 95))
        rows.append(Row("tracking", f"{name}, {n:,} targets, p95", p95, "ms", aim))
    rows.append(Row("tracking", "peak memory, with scenes", peak_memory() / 2**20, "MiB"))
    return rows


def measure_existence() -> list[Row]:
    """The same with a chance of existence, joint hypotheses of doubtful groups included."""
    rows = []
    for n, is_dense, aim in ((10_000, False, "aim 60"), (2_000, True, "aim 100")):
        looked = scene(n, 0, 40, is_dense=is_dense)
        rules = existence_rules(
            clutter=looked.clutter, birth=0.01 * looked.clutter, cap=2 * 60.0**2, capped=(0, 2)
        )
        spent = per_scan(LinearTracker(step, START, rules), looked)
        case = f"existence, {n:,} {'dense' if is_dense else 'standard'}"
        rows.append(Row("tracking", f"{case}, median", float(np.median(spent)), "ms a scan"))
        p95 = float(np.percentile(spent, 95))
        rows.append(Row("tracking", f"{case}, p95", p95, "ms a scan", aim))
    return rows


def measure() -> list[Row]:
    """Everything about association."""
    return [*measure_parity(), *measure_scale(), *measure_existence()]
