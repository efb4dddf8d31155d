"""What is not known, apart from chance, as every study shows it: words, JSON, a dashed line."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from opendome.studies.uncertain import Unknown
from opendome.views.report.words import NOTHING, percent
from opendome.views.studies.chart import Line

BAND: Final = "not known, 90 %"
SHARE: Final = "of a raid's variance"
HEAD: Final = (BAND, SHARE)
NAME: Final = "not known"  # of the line in a legend


def cells(found: Unknown, words: Callable[[float], str] = percent) -> tuple[str, str]:
    """The band and the share of the variance, for a row of a table."""
    share = percent(found.share) if math.isfinite(found.share) else NOTHING
    return span(found.low, found.high, words), share


def span(low: float, high: float, words: Callable[[float], str] = percent) -> str:
    """A band in words; nothing where it is not known."""
    return f"{words(low)} to {words(high)}" if math.isfinite(low) else NOTHING


def json_of(found: Unknown) -> dict[str, Any]:
    """For programs; None where the runs do not say."""
    return {
        "low": _finite(found.low),
        "high": _finite(found.high),
        "share_of_variance": _finite(found.share),
    }


def upright(found: Unknown, x: float, colour: str, name: str = NAME) -> list[Line]:
    """A dashed line from the low to the high; none where it is not known."""
    if not math.isfinite(found.low):
        return []
    ends = np.array([found.low, found.high])
    return [Line(name, np.array([x, x]), ends, is_dashed=True, colour=colour)]


def sentence(n_draws: int, of: str = "kill chances and radar ranges") -> str:
    """What the dashed lines and bands are; empty without draws."""
    if not n_draws:
        return ""
    return f" Not known: 90 % of {n_draws} draws of {of} between low and high, chance taken out."


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
