"""Names behind the indices of a simulation, for its tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Names:
    """Names behind the indices, in scenario order."""

    groups: tuple[str, ...]
    threat_systems: tuple[str, ...]  # of each group
    families: tuple[str, ...]  # of each group
    cells: tuple[str, ...]  # nodes that share a picture
    nodes: tuple[str, ...]  # of each battery
    batteries: tuple[str, ...]
    weapon_systems: tuple[str, ...]  # of each battery
    costs: Floats  # of one round of each battery
