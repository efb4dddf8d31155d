"""Links between the stages: what is said now is heard later, in the order of arrival."""

from __future__ import annotations

from typing import Generic

import numpy as np
from numpy.typing import NDArray

from opendome.messages import Batch, join, take

Floats = NDArray[np.float64]


class Link(Generic[Batch]):
    """Messages of one kind on their way; ties arrive in the order in which they were sent."""

    def __init__(self, kind: type[Batch]) -> None:
        self._kind: type[Batch] = kind
        self._batches: list[tuple[Floats, Batch]] = []

    def send(self, batch: Batch, t_arrive: Floats) -> None:
        """Put rows on their way, each with its own time of arrival."""
        if len(t_arrive):
            self._batches.append((t_arrive, batch))

    def receive(self, t: float) -> Batch:
        """Take off all rows that have arrived by t."""
        arrived: list[Batch] = []
        times: list[Floats] = []
        rest: list[tuple[Floats, Batch]] = []
        for when, batch in self._batches:
            here = when <= t
            if np.any(here):
                arrived.append(take(batch, here))
                times.append(when[here])
            if not np.all(here):
                rest.append((when[~here], take(batch, ~here)))
        self._batches = rest
        got = join(arrived, self._kind)
        if not arrived:
            return got
        return take(got, np.argsort(np.concatenate(times), kind="stable"))
