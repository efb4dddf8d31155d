"""Rows that every plan keeps and that shares of packages may break: rounded sums of other rows.

Rows are those of the threats (each takes one package), of the kinds (so many rounds), and of
earlier cuts. Some parts of them add up to a row with broken coefficients; as packages are taken
whole, the coefficients may be rounded. All in whole numbers: nothing rests on floating point.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.static.certificate import Cut
from opendome.battle.static.master import Master
from opendome.battle.static.packages import owners, taken
from opendome.kernels.packages import Packages

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_PARTS = 12  # a row is taken in halves, thirds ... twelfths
MULTIPLES = 5  # of these parts that are tried
MOST_ROWS = 150  # that are added up
LARGEST = 200  # coefficient
MOST_CUTS = 80  # of one round
BROKEN = 1e-3  # how far a cut must be broken, in the norm of its coefficients
ALIKE = 0.7  # cosine above which one of two cuts is enough
WHOLE = 1e-6


class Rows(NamedTuple):
    """What a table of packages takes of each row of a problem of n threats and k kinds."""

    packages: Packages
    cut: Ints  # (m, c) coefficients in cuts
    limit: Ints  # (n + k + c,)
    n: int


def rows_of(packages: Packages, n: int, rounds: Ints) -> Rows:
    """The rows before there are cuts."""
    none = np.zeros((len(packages.threat), 0), dtype=np.int64)
    return Rows(packages, none, np.concatenate([np.ones(n, dtype=np.int64), rounds]), n)


def with_cut(rows: Rows, cut: Cut) -> Rows:
    """One row more."""
    coefficient, limit = rounded_sum(rows, cut)
    return rows._replace(
        cut=np.hstack([rows.cut, coefficient[:, None]]), limit=np.append(rows.limit, limit)
    )


def some(rows: Rows, chosen: Ints) -> Rows:
    """The rows of some of the packages."""
    return rows._replace(packages=taken(rows.packages, chosen), cut=rows.cut[chosen])


def _sum(rows: Rows, weight: Ints) -> Ints:
    """What each package takes of a sum of rows, (m,)."""
    packages, k = rows.packages, len(rows.limit) - rows.n - rows.cut.shape[1]
    of_kinds = np.bincount(
        owners(packages), weight[rows.n + packages.kind], len(packages.threat)
    ).astype(np.int64)
    own: Ints = weight[packages.threat] + of_kinds + rows.cut @ weight[rows.n + k :]
    return own


def rounded_sum(rows: Rows, cut: Cut) -> tuple[Ints, int]:
    """Coefficients (m,) and limit of a cut.

    Notes
    -----
    Mixed-integer rounding of the sum of rows with their slacks, which are whole numbers too, and
    the slacks put back. With parts ``p / q``, right side ``b`` and ``r = b mod q``, a sum ``a``
    becomes ``(q - r) floor(a / q) + max(a mod q - r, 0)``.
    Source: Nemhauser and Wolsey, A Recursive Procedure to Generate All Cuts for 0-1 Mixed Integer
    Programs, Mathematical Programming 46 (1990).
    """
    weight = np.zeros(len(rows.limit), dtype=np.int64)
    weight[cut.row] = cut.part
    right = int(weight @ rows.limit)
    rest = right % cut.of
    slack = np.maximum(weight - rest, 0)
    slack[: rows.n] = 0
    total = _sum(rows, weight)
    coefficient = (cut.of - rest) * (total // cut.of) + np.maximum(total % cut.of - rest, 0)
    limit = (cut.of - rest) * (right // cut.of) - int(slack @ rows.limit)
    return (coefficient - _sum(rows, slack)) // cut.unit, limit // cut.unit


def separate(rows: Rows, master: Master, stay: Ints, active: Ints) -> list[Cut]:
    """Cuts that the last solution of a master program breaks.

    Every package that is taken in part stands in a row of the simplex tableau; the multipliers of
    that row, modulo 1, are the parts.

    Parameters
    ----------
    rows : Rows
        Of all packages, with all cuts so far.
    stay : (m,) int
        The packages that the master program has, in its order.
    active : (c,) int
        The cuts that the master program has, in its order.

    Notes
    -----
    Source: Gomory, An Algorithm for the Mixed Integer Problem, RAND RM-2597 (1960).
    """
    share, _ = master.shares()
    used = np.flatnonzero(share > WHOLE)
    here = some(rows, stay[used])
    base = len(rows.limit) - rows.cut.shape[1]
    number = np.concatenate([np.arange(base), base + active])
    found: dict[bytes, tuple[float, Cut, Floats]] = {}
    for multiplier in master.broken_rows():
        row = np.flatnonzero(np.abs(multiplier) > 1e-9)
        if len(row) > MOST_ROWS:
            continue
        part, of = _parts(multiplier[row])
        for times in range(1, min(of, MULTIPLES + 1)):
            some_part = part * times % of
            is_in = some_part > 0
            cut = Cut(number[row[is_in]], some_part[is_in], of, 1)
            coefficient, limit = rounded_sum(here, cut)
            norm = float(np.sqrt(np.sum(coefficient.astype(np.float64) ** 2)))
            excess = float(coefficient @ share[used]) - limit
            if norm > 0.0 and excess > BROKEN * norm:
                found[coefficient.tobytes()] = excess / norm, cut, coefficient / norm
    return _chosen(rows, sorted(found.values(), key=lambda one: -one[0]))


def _parts(multiplier: Floats) -> tuple[Ints, int]:
    """Multipliers modulo 1 as whole parts of one number, 1 if there is none."""
    broken = multiplier - np.floor(multiplier)
    for of in range(2, MOST_PARTS + 1):
        part = np.round(of * broken)
        if np.all(np.abs(of * broken - part) < of * WHOLE):
            return part.astype(np.int64) % of, of
    return np.zeros(len(multiplier), dtype=np.int64), 1


def _chosen(rows: Rows, found: list[tuple[float, Cut, Floats]]) -> list[Cut]:
    """The most broken cuts that are not much alike, in their smallest whole numbers."""
    cuts: list[Cut] = []
    directions: list[Floats] = []
    for _, cut, direction in found:
        if any(float(direction @ other) > ALIKE for other in directions):
            continue
        coefficient, _ = rounded_sum(rows, cut)
        unit = int(np.gcd.reduce(coefficient))
        if unit > 0 and np.abs(coefficient).max() <= LARGEST * unit:
            cuts.append(cut._replace(unit=unit))
            directions.append(direction)
        if len(cuts) == MOST_CUTS:
            break
    return cuts
