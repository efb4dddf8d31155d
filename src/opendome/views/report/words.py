"""Numbers as people read them: few digits, a unit, and an interval where there is one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

NARROW: Final = "\u202f"  # narrow space that does not break, between number and unit
DASH: Final = "\u2013"
MINUS: Final = "\u2212"
NOTHING: Final = "\u2014"  # where there is no number


def significant(value: float, digits: int = 3) -> str:
    """Number rounded to significant digits, thousands marked, no exponent.

    Examples
    --------
    >>> significant(12345.6), significant(0.012345), significant(-2.0)
    ('12,300', '0.0123', '\u22122')
    """
    if not math.isfinite(value):
        return NOTHING
    if value == 0:
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    text = f"{abs(rounded):,.{max(places, 0)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return (MINUS if rounded < 0 else "") + text


def whole(value: float) -> str:
    """Count without decimals: ``1,234``."""
    return f"{round(value):,}" if math.isfinite(value) else NOTHING


def mean(value: float) -> str:
    """Mean of a count: a decimal or two where they matter."""
    if not math.isfinite(value):
        return NOTHING
    if value == round(value) or abs(value) >= 1000:
        return whole(value)
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.2f}"


def percent_number(fraction: float) -> str:
    """Percent without its sign, so that intervals can share one."""
    percent = 100 * fraction
    if not math.isfinite(percent):
        return NOTHING
    if percent in (0.0, 100.0):
        return f"{percent:.0f}"
    if 0 < percent < 0.1:
        return significant(percent, 1)
    if percent > 99.9:
        return f"{math.floor(percent * 100) / 100:g}"
    return f"{percent:.1f}"


def percent(fraction: float) -> str:
    """Percent with a narrow space before its sign."""
    return f"{percent_number(fraction)}{NARROW}%"


def to_interval(value: float, low: float, high: float) -> tuple[str, str]:
    """Value and interval with no more decimals than the interval allows.

    Examples
    --------
    >>> to_interval(64.04, 62.6, 65.7), to_interval(3.21, 2.61, 3.83)
    (('64', '63 to 66'), ('3.2', '2.6 to 3.8'))
    """
    width = high - low
    if not math.isfinite(width):
        return mean(value), ""
    places = 1 if width <= 0 else min(max(math.ceil(-math.log10(width / 2.5)), 0), 3)
    value_words, low_words, high_words = (f"{v:,.{places}f}" for v in (value, low, high))
    if width == 0 and value == round(value):
        return whole(value), ""
    return value_words, f"{low_words} to {high_words}"


def percent_interval(value: float, low: float, high: float) -> tuple[str, str]:
    """As ``to_interval``, in percent."""
    if not math.isfinite(high - low):
        return percent(value), ""
    in_words, interval = to_interval(100 * value, 100 * low, 100 * high)
    return f"{in_words}{NARROW}%", f"{interval}{NARROW}%" if interval else ""


def dollars(value: float) -> str:
    """Money with k, M or B: ``$1.2B``.

    Examples
    --------
    >>> dollars(50_000), dollars(1_234_000_000), dollars(12.0)
    ('$50k', '$1.23B', '$12')
    """
    if not math.isfinite(value):
        return NOTHING
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= 0.9995 * size:
            return f"${significant(value / size)}{letter}"
    return f"${significant(value)}"


def length(metres: float) -> str:
    """Length in m below 2 km, in km above."""
    if not math.isfinite(metres):
        return NOTHING
    if abs(metres) < 2000:
        return f"{significant(metres, 2)}{NARROW}m"
    return f"{significant(metres / 1e3, 3)}{NARROW}km"


def clock(seconds: float) -> str:
    """Time since the start as minutes and seconds: ``3:05``."""
    if not math.isfinite(seconds):
        return NOTHING
    minutes, rest = divmod(round(abs(seconds)), 60)
    return f"{MINUS if seconds < -0.5 else ''}{minutes}:{rest:02d}"


def duration(seconds: float) -> str:
    """Length of time in s, min or h."""
    if not math.isfinite(seconds):
        return NOTHING
    if seconds < 120:
        return f"{significant(seconds, 2)}{NARROW}s"
    if seconds < 7200:
        return f"{significant(seconds / 60, 2)}{NARROW}min"
    return f"{significant(seconds / 3600, 2)}{NARROW}h"


def plural(count: float, noun: str, several: str | None = None) -> str:
    """Count and noun: ``1 shot``, ``12 shots``; a mean such as 3.2 is several."""
    return f"{mean(count)} {noun if count == 1 else several or noun + 's'}"


def listed(words: Sequence[str], most: int = 6) -> str:
    """Words as a list in a sentence: ``a, b and c``; a long one is cut short."""
    shown = [*words[:most], f"{len(words) - most} more"] if len(words) > most else list(words)
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def spaced(name: str) -> str:
    """Name of a file as people say it: ``north_battery`` becomes ``north battery``."""
    return name.replace("_", " ")
