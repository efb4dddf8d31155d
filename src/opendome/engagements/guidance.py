"""Table of guidance laws: the names that a scenario may use, and the codes that commands carry."""

from __future__ import annotations

from opendome.kernels.guidance import PROPORTIONAL_NAVIGATION, ZERO_EFFORT_MISS

LAWS: dict[str, int] = {
    "proportional_navigation": PROPORTIONAL_NAVIGATION,
    "zero_effort_miss": ZERO_EFFORT_MISS,
}
