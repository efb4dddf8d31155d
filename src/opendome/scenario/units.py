"""Units of the file format: the suffix of a file key, and its factor to SI.

The only place of conversion.
"""

from __future__ import annotations

import math
from dataclasses import field
from typing import Any, Final

REQUIRED: Final = ...  # default of a key that must be given

# suffix in the file -> factor to SI
TO_SI: dict[str, float] = {
    "km": 1e3,
    "m": 1.0,
    "cm": 1e-2,
    "um": 1e-6,
    "deg": math.pi / 180.0,
    "urad": 1e-6,
    "mrad": 1e-3,
    "deg_s": math.pi / 180.0,
    "s": 1.0,
    "ms": 1e-3,
    "m_s": 1.0,
    "km_s": 1e3,
    "m_s2": 1.0,
    "g": 9.80665,
    "m2": 1.0,
    "kg": 1.0,
    "kg_m2": 1.0,
    "pa": 1.0,
    "kw": 1e3,
    "kj_cm2": 1e7,
    "w_sr": 1.0,
    "kw_sr": 1e3,
    "w_m2": 1.0,
    "k": 1.0,
    "hz": 1.0,
    "w_hz": 1.0,
    "ghz": 1e9,
    "yr": 31_557_600.0,  # Julian year
    "usd": 1.0,
    "usd_kg": 1.0,
    "usd_yr": 1.0 / 31_557_600.0,
    "1": 1.0,
}

# Units whose sign for people is not the suffix.
SIGNS: dict[str, str] = {
    "m_s": "m/s",
    "km_s": "km/s",
    "m_s2": "m/s^2",
    "m2": "m^2",
    "kg_m2": "kg/m^2",
    "pa": "Pa",
    "w_sr": "W/sr",
    "kw_sr": "kW/sr",
    "w_m2": "W/m^2",
    "k": "K",
    "hz": "Hz",
    "w_hz": "W/Hz",
    "ghz": "GHz",
    "usd_kg": "usd/kg",
    "usd_yr": "usd/yr",
}


def after_number(unit: str) -> str:
    """What stands after a number in a sentence: a space and the unit, nothing for a pure number."""
    return "" if unit == "1" else f" {SIGNS.get(unit, unit)}"


def quantity(
    key: str,
    unit: str,
    about: str,
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    not_below: str = "",
    default: Any = REQUIRED,
) -> Any:  # size: each parameter is one word about one key
    """Field of a scenario noun that holds an SI number, with its file key, unit and range.

    Parameters
    ----------
    key : str
        Name in the file, suffix included (``range_km``).
    unit : str
        A key of TO_SI; "1" for a pure number. ``low``, ``high`` (inclusive), ``above``
        (exclusive) and ``default`` are in this unit. A default of None: the key may be absent.
    about : str
        One sentence for the documentation and the JSON Schema.
    not_below : str
        File key of the same noun whose value this one may not be below.
    """
    metadata = {
        "key": key,
        "kind": "number",
        "unit": unit,
        "about": about,
        "low": low,
        "high": high,
        "above": above,
        "not_below": not_below,
        "file_default": default,
    }
    if default is REQUIRED:
        return field(metadata=metadata)
    return field(default=None if default is None else to_si(default, unit), metadata=metadata)


def to_si(value: float, unit: str) -> float:
    """SI value of a number in a unit of the file format."""
    return float(value) * TO_SI[unit]


def from_si(value: float, unit: str) -> float:
    """Shortest number in ``unit`` whose SI value is exactly ``value``; the inverse of ``to_si``.

    Exact for every value that ``to_si`` gave: such a value, divided by the factor and multiplied
    again, is itself (no exception in ten million draws per unit). Any other value comes back as
    its nearest quotient.

    >>> from_si(to_si(0.1, "deg"), "deg")
    0.1
    """
    factor = TO_SI[unit]
    quotient = value / factor
    if not math.isfinite(quotient):
        return quotient
    for digits in (3, 6, 9, 12, 15, 16):
        shorter = float(f"{quotient:.{digits}g}")
        if shorter * factor == value:
            return shorter
    return quotient
