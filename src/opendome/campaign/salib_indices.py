"""Sensitivity indices of a sweep by SALib; needs the extra ``sensitivity``.

A saltelli sample gives first-order and total indices (Saltelli 2010, Jansen 1999); any other sample
of many cells gives first-order indices by random balance designs (Tarantola, Gatelli, Mara 2006),
which take the sample as it is.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.campaign.effects import Outcome
from opendome.errors import OpenDomeError

Floats = NDArray[np.float64]

FEWEST = 64  # cells, or base points


class Index(NamedTuple):
    """Share of the variance of the cells' means that a column explains."""

    column: str
    first: float  # alone
    first_half_width: float  # of its 95 % interval
    total: float  # with all that it does together with others; NaN where the sample cannot say
    total_half_width: float


def indices(outcome: Outcome) -> list[Index]:
    """Sensitivity indices of all columns that are numbers, the largest first.

    Raises
    ------
    OpenDomeError
        If SALib is not installed, or the sample is too small.
    """
    design = outcome.sweep.design
    names = [n for n in outcome.sweep.note["columns"] if _is_numeric(outcome.columns[n])]
    is_saltelli = design.sample == "saltelli"
    size = design.cells if is_saltelli else int(outcome.is_alive.sum())
    if not names or (size or 0) < FEWEST:
        raise OpenDomeError(f"{outcome.sweep.folder}: has {size or 0} points of {len(names)} "
                            f"numbers; sensitivity indices need {FEWEST} or more. Use sample: "
                            "saltelli or latin_hypercube with more cells.")  # fmt: skip
    values = np.array([outcome.columns[n] for n in names], dtype=np.float64).T
    mean = np.full(len(values), np.nan)
    above, below = outcome.above.sum(axis=1), outcome.below.sum(axis=1)
    np.divide(above, below, out=mean, where=outcome.is_alive & (below > 0))
    found = _saltelli(outcome, names, mean) if is_saltelli else _given(names, values, mean)
    return sorted(found, key=lambda index: -max(index.first, np.nan_to_num(index.total)))


def _saltelli(outcome: Outcome, names: list[str], mean: Floats) -> list[Index]:
    """Indices of the factors; the draws of a point are averaged, failed blocks left out."""
    factors = [f.column for f in outcome.sweep.design.factors]
    n_draws = int(outcome.draws.max()) + 1
    blocks = mean.reshape(-1, n_draws).mean(axis=1).reshape(-1, len(factors) + 2)
    kept = blocks[np.isfinite(blocks).all(axis=1)]
    problem = {"num_vars": len(factors), "names": factors, "bounds": [[0.0, 1.0]] * len(factors)}
    analyze = _salib().analyze.sobol.analyze
    if not kept.std() > 0:
        return [Index(name, 0.0, 0.0, 0.0, 0.0) for name in factors]
    found = analyze(problem, kept.ravel(), calc_second_order=False, seed=outcome.sweep.design.seed)
    rows = zip(factors, found["S1"], found["S1_conf"], found["ST"], found["ST_conf"], strict=True)
    return [Index(name, *(float(x) for x in numbers)) for name, *numbers in rows]


def _given(names: list[str], values: Floats, mean: Floats) -> list[Index]:
    kept = np.isfinite(mean)
    if not mean[kept].std() > 0:
        return [Index(name, 0.0, 0.0, np.nan, np.nan) for name in names]
    bounds = [[float(column.min()), float(column.max())] for column in values[kept].T]
    problem = {"num_vars": len(names), "names": names, "bounds": bounds}
    analyze = _salib().analyze.rbd_fast.analyze
    found = analyze(problem, values[kept], mean[kept], seed=1)
    rows = zip(names, found["S1"], found["S1_conf"], strict=True)
    return [Index(n, float(s), float(c), np.nan, np.nan) for n, s, c in rows]


def _is_numeric(values: list[Any]) -> bool:
    is_plain = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    return is_plain and len(set(values)) > 1


def _salib() -> Any:
    try:
        import SALib
        import SALib.analyze.rbd_fast
        import SALib.analyze.sobol
    except ImportError:
        raise OpenDomeError("sensitivity indices: the package SALib is not installed. Install it "
                            "with: pip install 'opendome[sensitivity]'") from None  # fmt: skip
    return SALib
