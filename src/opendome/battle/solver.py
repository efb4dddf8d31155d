"""The one way to the solver of linear and mixed-integer programs: silent, on one thread."""

from __future__ import annotations

from typing import Any

import highspy

# The compiled solver itself: the Python class above it prints a banner as it is made.
SOLVER: Any = highspy.Highs.__base__


def new_solver(options: dict[str, Any]) -> Any:
    """A solver with these options, that prints nothing."""
    solver = SOLVER()
    for option, setting in {"output_flag": False, "threads": 1, **options}.items():
        solver.setOptionValue(option, setting)
    return solver
