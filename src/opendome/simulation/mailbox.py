"""Messages on their way: what is said now is heard later, in the order of arrival."""

from __future__ import annotations

from typing import Generic

import numpy as np
from numpy.typing import NDArray

from opendome.messages import Batch, empty, join, take

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
