"""When the search for a proof is given up."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


def never() -> bool:
    """No clock is looked at."""
    return False


class Limits(NamedTuple):
    """Where the search stops; the answer then carries the gap that was proven."""

    nodes: int = 20_000
    is_late: Callable[[], bool] = never  # asked between two steps, each of which is finished


USUAL = Limits()
