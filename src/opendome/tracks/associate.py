"""Global nearest neighbour: the most likely set of pairs, each look to one track at most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from opendome.kernels.association import gate_pairs, nearest_neighbours, windows
from opendome.kernels.kalman import Expected
from opendome.kernels.looks import Looks
from opendome.messages import Bools, Ints
from opendome.tracks.base import AbstractAssociator, Association

# Squared distances by number of components (0 to 4). Tentative rows: the 99.9 % points of
# chi-squared. Confirmed rows: far outside, so that a manoeuvre is followed, not lost.
GATES_TENTATIVE = (0.0, 10.83, 13.82, 16.27, 18.47)
GATES_CONFIRMED = (0.0, 30.0, 30.0, 30.0, 30.0)


@final
@dataclass(frozen=True)
class Gnn(AbstractAssociator):
    """Global nearest neighbour. Model: docs/models/gnn.md."""

    def associate(
        self, run: Ints, expected: Expected, looks: Looks, is_confirmed: Bools
    ) -> Association:
        """Pairs of the best assignment; confirmed rows choose first."""
        gates = np.where(is_confirmed[:, None], GATES_CONFIRMED, GATES_TENTATIVE)
        starts = windows(run, expected, looks, gates)
        pairs = gate_pairs(run, expected, looks, gates, starts)
        is_taken = nearest_neighbours(pairs, is_confirmed, len(looks.run), GATES_CONFIRMED[-1])
        row, look = pairs.row[is_taken], pairs.look[is_taken]
        return Association(row, look, np.ones(len(row)))
