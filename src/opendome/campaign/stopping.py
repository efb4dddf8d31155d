"""When a cell has runs enough: sequential stopping at a wanted width of its interval.

After each round the cells whose interval is still too wide get as many runs again, up to the most.
What is decided depends on finished runs only, so an interrupted sweep decides the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from opendome.results.cells import READS, cell_estimates
from opendome.scenario.design import Design


def next_round(sweep: Any, design: Design) -> dict[str, Any] | None:
    """Cells that need more runs, and which; None when all have enough.

    Parameters
    ----------
    sweep : Sweep
        With all its rounds finished.
    """
    last = sweep.note["rounds"][-1]
    if design.stop is None or last["stop"] >= design.stop.most_runs:
        return None
    runs = sweep.table("runs", READS)
    n_cells = sweep.note["cells"]
    _, low, high = cell_estimates(runs, n_cells, design.stop.measure).T
    with np.errstate(invalid="ignore"):
        is_wide = ~((high - low) / 2.0 <= design.stop.half_width)
    failed = {cell for cell, _ in sweep.failed}
    asked = range(n_cells) if last["cells"] is None else last["cells"]
    wide = [int(cell) for cell in asked if is_wide[cell] and cell not in failed]
    if not wide:
        return None
    return {"cells": wide, "first": last["stop"],
            "stop": min(2 * last["stop"], design.stop.most_runs)}  # fmt: skip
