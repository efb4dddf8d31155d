"""What a filter and an associator are to the tracker: batch acts on structures of arrays.

A new kind is a final class in its own file and one line in a table of ``tracks/__init__.py``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields

import numpy as np

from opendome.kernels.kalman import Expected
from opendome.kernels.looks import Looks
from opendome.messages import Bools, Floats, Ints


@dataclass(slots=True)
class Beliefs:
    """What a filter believes of n things, each at its own time; ECEF as in ``kernels.motion``."""

    t: Floats
    x: Floats  # (n, 7)
    cov: Floats  # (n, 7, 7)
    is_boosting: Bools
    agility: Floats  # m^2/s^3, acceleration noise added where a manoeuvre is suspected
    is_level: Bools  # the state is that of a flyer on wings
    p_level: Floats  # chance of that; 0 or 1: sure, there is no other state
    other_x: Floats  # (n, 7), as the other model has it
    other_cov: Floats  # (n, 7, 7)
    other_agility: Floats


def sure(t: Floats, x: Floats, cov: Floats, is_boosting: Bools, agility: Floats) -> Beliefs:
    """Beliefs of things that are surely not level."""
    n = len(t)
    none = np.zeros(n, np.bool_)
    return Beliefs(
        t, x, cov, is_boosting, agility, none, np.zeros(n), x.copy(), cov.copy(), np.zeros(n)
    )


BELIEFS = tuple(f.name for f in fields(Beliefs))


def pick(beliefs: Beliefs, chosen: Ints) -> Beliefs:
    """Copies of chosen rows."""
    return Beliefs(*[getattr(beliefs, name)[chosen] for name in BELIEFS])


def put(beliefs: Beliefs, chosen: Ints, part: Beliefs) -> None:
    """Write chosen rows in place."""
    for name in BELIEFS:
        getattr(beliefs, name)[chosen] = getattr(part, name)


@dataclass(frozen=True, slots=True)
class Association:
    """Which look updates which row, and with what weight (1 where the choice is hard)."""

    row: Ints
    look: Ints
    weight: Floats


class AbstractFilter(ABC):
    """Estimates one thing from its looks; every method works on all rows at once."""

    @abstractmethod
    def predict(self, beliefs: Beliefs, t: float) -> Beliefs:
        """The same rows at time t; the old ones are not changed."""

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
    def ignite(self, beliefs: Beliefs, rows: Ints) -> None:
        """In place: these rows were seen to burn and did not before."""

    @abstractmethod
    def burn_out(self, beliefs: Beliefs, rows: Ints, period: Floats) -> None:
        """In place: these rows burn no more; it ended within ``period`` after their last plume."""


class AbstractAssociator(ABC):
    """Says which look belongs to which row."""

    @abstractmethod
    def associate(
        self, run: Ints, expected: Expected, looks: Looks, is_confirmed: Bools
    ) -> Association:
        """Rows and looks of the same run that belong together.

        Parameters
        ----------
        run : (n,) int
            Run of each row, ascending.
        looks : Looks
            Of one scan of one sensor, ordered by run, then by distance.
        is_confirmed : (n,) bool
            Rows that are surely real choose first.
        """
