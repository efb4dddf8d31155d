"""Units of the file format: each file key's suffix, and the factor to SI. The only place of conversion."""

from __future__ import annotations

import math
from dataclasses import MISSING, field
from typing import Any

# suffix in the file -> factor to SI
TO_SI: dict[str, float] = {
    "km": 1e3,
    "m": 1.0,
    "cm": 1e-2,
    "deg": math.pi / 180.0,
    "urad": 1e-6,
    "mrad": 1e-3,
    "s": 1.0,
    "ms": 1e-3,
    "m_s": 1.0,
    "km_s": 1e3,
    "m_s2": 1.0,
    "g": 9.80665,
    "m2": 1.0,
    "kg": 1.0,
    "kg_m2": 1.0,
    "w_sr": 1.0,
    "kw_sr": 1e3,
    "hz": 1.0,
    "ghz": 1e9,
    "usd": 1.0,
    "1": 1.0,
}


def quantity(
    key: str,
    unit: str,
    about: str,
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    default: Any = MISSING,
) -> Any:
    """Field of a scenario noun that holds an SI number, with its file key, unit and range.

    Parameters
    ----------
    key : str
        Name in the file, suffix included (``range_km``).
    unit : str
        A key of TO_SI; "1" for a pure number. ``low``, ``high`` (inclusive) and ``above``
        (exclusive) are in this unit.
    about : str
        One sentence for the documentation and the JSON Schema.
    """
    metadata = {
        "key": key,
        "unit": unit,
        "about": about,
        "low": low,
        "high": high,
        "above": above,
    }
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=None if default is None else default * TO_SI[unit], metadata=metadata)
