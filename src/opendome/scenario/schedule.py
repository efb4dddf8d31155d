"""When each sensor looks: it follows from the scenario alone."""

from __future__ import annotations

from datetime import UTC, datetime

J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)

# Fraction of the golden section: successive multiples spread evenly over one period.
GOLDEN = 0.6180339887498949


def scan_phase(index: int, period: float) -> float:
    """First look of the sensor with this index, in [0, period): sensors do not look in step."""
    return period * ((index * GOLDEN) % 1.0)


def scan_number(t: float, index: int, period: float) -> int:
    """Which look of the sensor falls on time ``t``: 0, 1, 2 ..."""
    return round((t - scan_phase(index, period)) / period)


def scan_time(number: int, index: int, period: float) -> float:
    """When the sensor looks for the n-th time."""
    return scan_phase(index, period) + number * period


def days_after_j2000(start: str) -> float:
    """Days from noon of 1 January 2000 to a calendar time, ISO 8601 in UTC."""
    return (datetime.fromisoformat(start) - J2000).total_seconds() / 86400.0
