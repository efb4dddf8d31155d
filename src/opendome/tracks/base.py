"""What a filter and an associator are to the tracker: batch acts on structures of arrays.

A new kind is a final class in its own file and one line in a table of ``tracks/__init__.py``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from opendome.kernels.chances import Prospect, Shares
from opendome.kernels.kalman import Expected
from opendome.kernels.looks import Looks
from opendome.kernels.rows import FALLS, N_MODELS, Beliefs, new_banks
from opendome.messages import Bools, Floats, Ints


def sure(t: Floats, x: Floats, cov: Floats, is_boosting: Bools, agility: Floats) -> Beliefs:
    """Beliefs of things that are surely not level."""
    n = len(t)
    chance = np.zeros((n, N_MODELS))
    chance[:, FALLS] = 1.0
    bank_x, bank_cov = new_banks(n)
    speaks, calm = np.full(n, FALLS), np.zeros((n, N_MODELS))
    return Beliefs(t, x, cov, is_boosting, agility, speaks, chance, bank_x, bank_cov, calm)


CLOSED, TENTATIVE, CONFIRMED = range(3)  # ranks of rows, as an associator serves them


@dataclass(frozen=True, slots=True)
class Association:
    """Which look is of which row, no row twice, and how well it fits."""

    row: Ints
    look: Ints
    fit: Floats  # natural logarithm of the density of the look, if it is of the row
    shares: Shares | None = None  # by which rows are updated; None: each by its one look


class AbstractFilter(ABC):
    """Estimates one thing from its looks; every method works on all rows at once."""

    @abstractmethod
    def predict(self, beliefs: Beliefs, rows: Ints, t: float) -> Beliefs:
        """Chosen rows at time t; the old ones are not changed."""

    @abstractmethod
    def expect(self, beliefs: Beliefs, r_sensor: Floats) -> Expected:
        """What a sensor at ``r_sensor`` (3,) should see of rows, at the time of their beliefs."""

    @abstractmethod
    def update(
        self, beliefs: Beliefs, expected: Expected, looks: Looks, found: Association
    ) -> None:
        """Update the associated rows in place."""

    @abstractmethod
    def start(self, looks: Looks, rows: Ints, r_sensor: Floats, max_range: float) -> Beliefs:
        """First belief from one look each; ``max_range`` is NaN for an infrared sensor."""

    @abstractmethod
    def adopt(self, x: Floats, cov: Floats, is_boosting: Bools) -> Beliefs:
        """Belief from guesses (n, 7) and (n, 7, 7) made elsewhere; the last component is drawn up
        here."""

    @abstractmethod
    def ignite(self, beliefs: Beliefs, rows: Ints) -> None:
        """In place: these rows were seen to burn and did not before."""

    @abstractmethod
    def burn_out(self, beliefs: Beliefs, rows: Ints, period: Floats) -> None:
        """In place: these rows burn no more; it ended within ``period`` after their last plume."""


class AbstractAssociator(ABC):
    """Says which look belongs to which row."""

    @abstractmethod
    def associate(
        self, run: Ints, expected: Expected, looks: Looks, rank: Ints, prospect: Prospect
    ) -> Association:
        """Rows and looks of the same run that belong together.

        Parameters
        ----------
        run : (n,) int
            Run of each row, ascending.
        looks : Looks
            Of one scan of one sensor, ordered by run, then by distance.
        rank : (n,) int
            Of each row. CLOSED ones get nothing.
        prospect : Prospect
            Chance of detection and existence of each row, and what looks of the sensor are worth.
        """
