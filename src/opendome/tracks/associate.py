"""Global nearest neighbour: the most likely set of pairs, each look to one track at most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from opendome.kernels.association import match
from opendome.kernels.chances import Prospect
from opendome.kernels.kalman import Expected
from opendome.kernels.looks import Looks
from opendome.messages import Ints
from opendome.tracks.base import AbstractAssociator, Association

# Squared distances by number of components (0 to 4). Tentative rows: the 99.9 % points of
# chi-squared. Confirmed rows: far outside, so that a manoeuvre is followed, not lost.
GATES_CLOSED = (0.0, 0.0, 0.0, 0.0, 0.0)
GATES_TENTATIVE = (0.0, 10.83, 13.82, 16.27, 18.47)
GATES_CONFIRMED = (0.0, 30.0, 30.0, 30.0, 30.0)
GATES = np.array([GATES_CLOSED, GATES_TENTATIVE, GATES_CONFIRMED])  # by rank


@final
@dataclass(frozen=True)
class Gnn(AbstractAssociator):
    """Global nearest neighbour. Model: docs/models/gnn.md."""

    def associate(
        self, run: Ints, expected: Expected, looks: Looks, rank: Ints, prospect: Prospect
    ) -> Association:
        """Pairs of the best assignment; confirmed rows choose first."""
        return Association(*match(run, expected, looks, rank, GATES))
