"""Joint probabilistic data association: each look shared out among the tracks that may be its."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from opendome.kernels.chances import Prospect, leading, share_out
from opendome.kernels.kalman import Expected
from opendome.kernels.looks import Looks
from opendome.messages import Ints
from opendome.tracks.associate import GATES
from opendome.tracks.base import AbstractAssociator, Association


@final
@dataclass(frozen=True)
class Jpda(AbstractAssociator):
    """Joint probabilistic data association. Model: docs/models/jpda.md."""

    def associate(
        self, run: Ints, expected: Expected, looks: Looks, rank: Ints, prospect: Prospect
    ) -> Association:
        """Chances of all pairs in gates; of rows likelier seen than not, their likeliest looks."""
        shares = share_out(run, expected, looks, rank, GATES, prospect)
        return Association(*leading(shares, prospect), shares)
