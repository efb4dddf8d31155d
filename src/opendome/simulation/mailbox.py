"""Messages on their way: what is said now is heard later, in the order of arrival."""

from __future__ import annotations

from typing import Generic

import numpy as np
from numpy.typing import NDArray

from opendome.messages import Batch, Scan, empty, in_runs, join, take

Floats = NDArray[np.float64]


class Mailbox(Generic[Batch]):
    """Messages of one kind to one receiver; ties arrive in the order in which they were sent."""

    def __init__(self, kind: type[Batch]) -> None:
        self._kind: type[Batch] = kind
        self._batches: list[tuple[float, float, Floats, Batch]] = []  # first, last, each, what

    def __len__(self) -> int:
        """Rows on their way."""
        return sum(len(when) for _, _, when, _ in self._batches)

    def send(self, batch: Batch, t_arrive: Floats) -> None:
        """Put rows on their way, each with its own time of arrival."""
        if len(t_arrive):
            self._batches.append((float(t_arrive.min()), float(t_arrive.max()), t_arrive, batch))

    def receive(self, t: float) -> Batch:
        """Take off all rows that have arrived by t."""
        if not any(first <= t for first, *_ in self._batches):
            return empty(self._kind)
        arrived: list[Batch] = []
        times: list[Floats] = []
        rest: list[tuple[float, float, Floats, Batch]] = []
        for first, last, when, batch in self._batches:
            if last <= t:
                arrived.append(batch)
                times.append(when)
                continue
            here = when <= t
            if first <= t:
                arrived.append(take(batch, here))
                times.append(when[here])
            late = when[~here]
            rest.append(
                (float(late.min()), last, late, take(batch, ~here) if first <= t else batch)
            )
        self._batches = rest
        got, order = join(arrived, self._kind), np.concatenate(times)
        if not np.any(np.diff(order) < 0.0):
            return got
        return take(got, np.argsort(order, kind="stable"))


class Scanbox:
    """Scans on their way to one cell; each run may hear of a scan at a time of its own."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, float, Floats, Scan]] = []  # first, last, each, what

    def send(self, scan: Scan, t_arrive: Floats) -> None:
        """Put a scan on its way, with the time of arrival in each of its runs."""
        if len(t_arrive):
            self._waiting.append((float(t_arrive.min()), float(t_arrive.max()), t_arrive, scan))

    def send_at(self, scan: Scan, t_arrive: float) -> None:
        """Put a scan on its way that arrives everywhere at once."""
        self._waiting.append((t_arrive, t_arrive, np.zeros(0), scan))

    def receive(self, t: float) -> list[Scan]:
        """Take off all that has arrived by t, in the order in which it was sent."""
        heard: list[Scan] = []
        rest: list[tuple[float, float, Floats, Scan]] = []
        for first, last, when, scan in self._waiting:
            if last <= t:
                heard.append(scan)
            elif first > t:
                rest.append((first, last, when, scan))
            else:
                here = when <= t
                heard.append(in_runs(scan, here))
                late = when[~here]
                rest.append((float(late.min()), last, late, in_runs(scan, ~here)))
        self._waiting = rest
        return heard
