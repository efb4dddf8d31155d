"""The static assignment problem given to SCIP, which shares nothing with the solver of the package.

Usage: python scip_assignment.py FILE SECONDS. FILE is JSON with value, rounds and miss (a row for
each threat). Prints the objective and the bound of SCIP, whose model has a logarithm for each
threat and the exponential function itself.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import pyscipopt as scip


def main() -> None:
    """Solve the problem of a file and print what was found."""
    data = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    value, rounds, miss = data["value"], data["rounds"], data["miss"]
    model = scip.Model()
    model.hideOutput()
    model.setParam("limits/time", float(sys.argv[2]))
    model.setParam("limits/gap", 1e-8)
    losses = []
    uses: list[list[object]] = [[] for _ in rounds]
    for v, row in zip(value, miss):
        log = 0.0
        for i, q in enumerate(row):
            if q < 1.0 and rounds[i] > 0:
                use = model.addVar(vtype="I", lb=0, ub=rounds[i])
                uses[i].append(use)
                log += math.log(q) * use
        loss = model.addVar(lb=0.0, ub=v)
        model.addCons(loss >= v * scip.exp(log))
        losses.append(loss)
    for used, most in zip(uses, rounds):
        if used:
            model.addCons(scip.quicksum(used) <= most)
    model.setObjective(scip.quicksum(losses), "minimize")
    model.optimize()
    print(json.dumps({"objective": model.getObjVal(), "bound": model.getDualbound()}))


if __name__ == "__main__":
    main()
