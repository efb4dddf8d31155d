"""Files of proven bounds for the instances of ``dwta``: prices found here, proven there.

``python -m benchmarks.bounds``
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.dwta import check, exact
from benchmarks.dwta.problems import FiringProblem, read
from benchmarks.firing_policies import bound
from opendome.battle.sequencing import Effort

FOLDER = Path(__file__).parent / "dwta"
DIGITS = 6  # of a price: what rounding costs is proven, too


def bound_document(name: str, problem: FiringProblem) -> dict[str, Any]:
    """Prices and the bound that they prove; the optimum of what is tiny."""
    is_tiny = name.startswith("tiny")
    salvo = 1 if is_tiny else check.SALVO
    plan = bound(problem, Effort(sweeps=400, gap=1e-9, slack=1e-9, salvo=salvo))
    channel = np.round(plan.prices.channel, DIGITS)
    priced = [[int(b), int(t), float(channel[b, t])] for b, t in np.argwhere(channel > 0.0)]
    document: dict[str, Any] = {
        "instance": name,
        "salvo": salvo,
        "round_prices": np.round(plan.prices.round, DIGITS).tolist(),
        "channel_prices": priced,
    }
    document["bound"] = check.bound(problem, check.prices_of(document, problem), salvo)
    if is_tiny:
        document["optimum"] = exact.optimum(problem)
    return document


if __name__ == "__main__":
    for path in sorted((FOLDER / "instances").glob("*.json")):
        document = bound_document(path.stem, read(path))
        text = json.dumps(document) + "\n"
        (FOLDER / "bounds" / path.name).write_text(text, encoding="utf-8")
        print(path.stem, document["bound"], document.get("optimum", ""))
