"""How well tracks were called what they are: quotients of the sums in the table ``families``."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from opendome.results.result import ask
from opendome.results.statistics import Estimate, bootstrap_ratio

SUMS = """sum(tracks)::double as tracks,
          sum(case when family = called then tracks else 0 end)::double as hits,
          sum(case when isnan(brier) then 0 else brier * tracks end) as squares"""


class Score(NamedTuple):
    """Of some tracks of threats: how many, how often called right, and the mean Brier score."""

    tracks: float  # summed over the times at which they were looked at
    right: float
    brier: float


class Called(NamedTuple):
    """What tracks of one family were called: a row of the confusion matrix."""

    family: str  # empty: of nothing
    tracks: float
    shares: dict[str, float]
    brier: float  # NaN of tracks of nothing


def scores(families: pa.Table, *by: str) -> dict[tuple[Any, ...], Score]:
    """Scores of each combination of values of some columns, in their order; tracks of threats only.

    Without columns: of all together, under the empty key; nothing if there are none.

    Parameters
    ----------
    families : pyarrow.Table
        The table of that name, of any number of runs.
    """
    names = ", ".join(f'"{name}"' for name in by)
    order = f"group by {names} order by {names}" if by else ""
    sql = f"""select {"".join(f'"{name}", ' for name in by)} {SUMS}
              from families where family <> '' {order}"""
    return {
        tuple(row[name] for name in by): Score(
            row["tracks"], row["hits"] / row["tracks"], row["squares"] / row["tracks"]
        )
        for row in ask(sql, {"families": families}).to_pylist()
        if row["tracks"]
    }


def brier_score(families: pa.Table, seed: int) -> Estimate:
    """Mean Brier score of all tracks of threats, with its interval over the runs."""
    sql = f"select run, {SUMS} from families where family <> '' group by run order by run"
    answer = ask(sql, {"families": families})
    squares, tracks = (answer[name].to_numpy().astype(np.float64) for name in ("squares", "tracks"))
    return bootstrap_ratio(squares, tracks, seed)


def confusion(families: pa.Table) -> list[Called]:
    """A row for each true family, those of nothing last."""
    sql = f"""select family, called, {SUMS} from families
              group by family, called order by family = '', family, called"""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for row in ask(sql, {"families": families}).to_pylist():
        found.setdefault(row["family"], {})[row["called"]] = (row["tracks"], row["squares"])
    rows = []
    for family, parts in found.items():
        total = sum(n for n, _ in parts.values())
        brier = sum(squares for _, squares in parts.values()) / total if family else math.nan
        rows.append(Called(family, total, {c: n / total for c, (n, _) in parts.items()}, brier))
    return rows
