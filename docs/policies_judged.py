"""How often a rule gives the best plan of one decision; the table of studies/policies.md.

python docs/policies_judged.py mixed_raid --runs 4
python docs/policies_judged.py mixed_raid --runs 4 --set stock=0.4 --set wirings=stovepiped

Greedy fights; every decision is put to the other policies and to `optimal` as well. Of each: in
what share of the decisions it loses no more than the proven best plan, and how much more in the
mean, as a share of the value at stake. Plans over time are not of this kind. `--set policies=mine`
chooses.
"""

from __future__ import annotations

import argparse
from typing import NamedTuple

import numpy as np

from opendome.battle import POLICIES
from opendome.battle.assign import Assignment, objective
from opendome.kernels.assignment import NOW, Problems
from opendome.scenario.load import resolved
from opendome.simulation.run import compile_scenario, simulate
from opendome.studies.fidelity import quickened
from opendome.studies.inputs import read_inputs
from opendome.studies.policies import PolicyInputs, asked, following, with_stock

AS_SHIPPED = dict(POLICIES)
EQUAL = 1e-6  # of the value at stake


class Decision(NamedTuple):
    """One plan of one node."""

    behind: tuple[float, ...]  # what each loses more than the best plan, of the value
    rounds_bind: bool  # a battery gives its last round
    channels_bind: bool  # a battery uses its last channel


def judge(problems: Problems, names: tuple[str, ...]) -> tuple[Assignment, list[Decision]]:
    """What greedy gives, and how policies compare with the best plan."""
    given = {name: AS_SHIPPED[name](problems) for name in {*names, "greedy", "optimal"}}
    saved = {name: objective(problems, answer.given) for name, answer in given.items()}
    found = []
    for g in range(len(problems.offsets) - 1):
        rows = slice(problems.offsets[g], problems.offsets[g + 1])
        is_now, value = problems.reach[rows] == NOW, float(problems.value[rows].sum())
        if value <= 0.0 or not is_now.any():
            continue
        best = given["optimal"].given[rows]
        behind = (saved["optimal"][g] - saved[name][g] for name in names)
        fires = np.where(is_now, best, 0).sum(axis=0)
        found.append(
            Decision(
                tuple(max(float(b), 0.0) / value for b in behind),
                bool(((problems.rounds[g] > 0) & (best.sum(axis=0) >= problems.rounds[g])).any()),
                bool((is_now.any(axis=0) & (fires >= problems.channels[g])).any()),
            )
        )
    return given["greedy"], found


def main() -> None:
    """Play, and print one row for each wiring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario")
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--set", action="append", default=[], dest="sets")
    given = parser.parse_args()
    inputs = read_inputs(PolicyInputs, "policies", given.sets)
    data = with_stock(quickened(resolved(given.scenario), inputs.fidelity), inputs.stock)
    names = tuple(n for n in asked(inputs)[2] if n not in ("optimal", "sequencing"))
    head = ["wiring", "decisions", *(f"{name}: best, behind" for name in names), "rounds bind"]
    print("| " + " | ".join([*head, "channels bind"]) + " |")
    for wiring in asked(inputs)[1]:
        noted: list[Decision] = []

        def judged(problems: Problems, noted: list[Decision] = noted) -> Assignment:
            answer, found = judge(problems, names)
            noted += found
            return answer

        POLICIES["greedy"] = judged
        model = compile_scenario(following(data, wiring, "greedy"))
        simulate(model, inputs.seed, range(given.runs), [])
        behind = np.array([d.behind for d in noted])
        cells = [f"{np.mean(column <= EQUAL):.1%}, {column.mean():.2%}" for column in behind.T]
        binds = (np.mean([d.rounds_bind for d in noted]), np.mean([d.channels_bind for d in noted]))
        row = [wiring, f"{len(noted) / given.runs:,.0f}", *cells, *(f"{b:.0%}" for b in binds)]
        print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
