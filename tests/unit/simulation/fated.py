"""Fates of made-up networks, written out run by run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from opendome.scenario.wiring import Fates

Spans = Sequence[tuple[float, float]]


def fated(*runs: Sequence[Spans], lost: Sequence[Sequence[float]] | None = None) -> Fates:
    """Of each run: the outages of each node's link, and when each node is lost."""
    n_runs, n_nodes = len(runs), len(runs[0])
    k = max(len(spans) for run in runs for spans in run)
    start, end = np.full((2, n_runs, n_nodes, k), np.inf)
    for r, run in enumerate(runs):
        for i, spans in enumerate(run):
            for j, (a, b) in enumerate(spans):
                start[r, i, j], end[r, i, j] = a, b
    gone = np.full((n_runs, n_nodes), np.inf) if lost is None else np.array(lost, dtype=float)
    return Fates.of(gone, start, end)
