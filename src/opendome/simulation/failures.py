"""When nodes and links fail in each run, by chance and as scheduled. Model: docs/models/links.md.

What chance does is drawn before a run begins, from (seed, run) and (node, number of the draw): it
depends neither on what happens in the run nor on the runs that share its batch.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.philox import uniforms
from opendome.messages import EventKind, Events, join
from opendome.rng import Purpose
from opendome.scenario.command import Command
from opendome.scenario.wiring import Fates, Outages, ends_of_link, fates_of, link_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def fates_of_runs(command: Command, horizon: float, seed: int, runs: Ints) -> Fates:
    """What befalls nodes and links in each run, by chance and as scheduled.

    Parameters
    ----------
    horizon : float
        End of the longest run, s: what begins later is left out.
    """
    chance = Fates.nothing(len(runs), len(command.nodes))
    drawn: dict[int, Outages] = {}
    for i, node in enumerate(command.nodes):
        link = link_of(command, i)
        if node.mean_life is not None:
            chance.lost[:, i] = lives(node.mean_life, seed, runs, i)
        if link is not None and link.mean_up is not None and link.mean_down is not None:
            drawn[i] = outages((link.mean_up, link.mean_down), horizon, seed, runs, i)
    if drawn:
        k = max(one.start.shape[1] for one in drawn.values())
        start, end = np.full((2, len(runs), len(command.nodes), k), np.inf)
        for i, one in drawn.items():
            start[:, i, : one.start.shape[1]] = one.start
            end[:, i, : one.end.shape[1]] = one.end
        chance = chance._replace(start=start, end=end)
    return fates_of(command, chance)


def lives(mean: float, seed: int, runs: Ints, node: int) -> Floats:
    """When a node is lost in each run: exponential."""
    return -mean * np.log(_uniforms(Purpose.NODE_LOSS, seed, runs, node, 1)[:, 0])


def outages(
    means: tuple[float, float], horizon: float, seed: int, runs: Ints, node: int
) -> Outages:
    """Outages of a link in each run: exponential times up and down, by turns.

    Parameters
    ----------
    means : (up, down)
        s.

    Notes
    -----
    A link is down at t = 0 with chance down / (up + down); then its chance to be down is the same
    at all times, since what is left of an exponential time is as long as a new one. Source: D. R.
    Cox, Renewal Theory (1962), chapter 7, alternating renewal processes.
    """
    up, down = means
    k = 2 + 2 * math.ceil(horizon / (up + down))  # draws of times, twice as many as are expected
    while True:
        draws = _uniforms(Purpose.LINK_OUTAGE, seed, runs, node, 1 + 2 * k)
        spans = -np.log(draws[:, 1:]) * np.tile([up, down], k)
        spans[draws[:, 0] < down / (up + down), 0] = 0.0
        times = np.cumsum(spans, axis=1)
        if (times[:, -1] >= horizon).all():
            break
        k *= 2
    start, end = times[:, ::2], times[:, 1::2]
    is_one = start < horizon
    n = int(is_one.sum(axis=1).max(initial=0))
    start, end = (np.where(is_one, t, np.inf)[:, :n] for t in (start, end))
    return Outages(start, end)


def happenings(command: Command, fates: Fates, runs: Ints, t_end: Floats) -> Events:
    """What befell nodes that may be lost by chance, and links that may go down by chance.

    Parameters
    ----------
    runs, t_end : (n_runs,)
        Each run and when it ended, s: what would have come later did not happen.
    """
    parts: list[tuple[EventKind, int, Floats]] = []  # times (n_runs, k) of each node
    for i, node in enumerate(command.nodes):
        link, ends = link_of(command, i), ends_of_link(command, i)
        if node.mean_life is not None:
            parts.append((EventKind.NODE_LOST, i, fates.lost[:, i : i + 1]))
        may_fail = any(command.nodes[end].mean_life is not None for end in ends)
        if link is not None and (may_fail or link.mean_up is not None):
            parts.append((EventKind.LINK_DOWN, i, fates.start[:, i]))
            parts.append((EventKind.LINK_UP, i, fates.end[:, i]))
    found = []
    for kind, node_id, times in parts:
        row, column = np.nonzero(times <= t_end[:, None])
        n = len(row)
        found.append(
            Events(
                run=runs[row],
                t=times[row, column],
                kind=np.full(n, int(kind), dtype=np.int64),
                subject=np.full(n, node_id, dtype=np.int64),
                other=np.full(n, -1, dtype=np.int64),
                value=np.full(n, np.nan),
            )
        )
    return join(found, Events)


def _uniforms(purpose: Purpose, seed: int, runs: Ints, node: int, k: int) -> Floats:
    """The first k draws of a purpose at a node, (n_runs, k)."""
    every = np.full(len(runs), node)
    return uniforms(seed, runs, int(purpose), every, np.zeros(len(runs), dtype=np.int64), k)
