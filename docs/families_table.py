"""What tracks of shipped scenarios are called, and how sure that is; of docs/models/families.md.

python docs/families_table.py            # prints
python docs/families_table.py --write    # and renews figures/families.md
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa

from opendome.results.beliefs import AGES
from opendome.results.called import Score, confusion, scores
from opendome.results.record import stack_tables
from opendome.scenario.families import FAMILIES, UNKNOWN

ENDS = dict(pairwise(AGES))
FOLDER = Path(__file__).parent / "models" / "figures"
SCENARIOS = (
    "iron_dome_city",
    "limited_icbm",
    "mixed_raid",
    "theater_bases",
    "hypersonic_strike",
    "carrier_group",
    "swarm_night",
    "fobs_south",
)
SEED = 0  # nothing was tuned on it
RUNS = 10


def seen_in(names: tuple[str, ...], runs: int, seed: int) -> pa.Table:
    """Table ``families`` of some runs of each scenario, with its name."""
    import opendome as od

    parts = []
    for name in names:
        campaign = od.run_many(od.load(name), runs=runs, seed=seed, keep_trajectories=0)
        table = campaign.table("families")
        parts.append(table.append_column("scenario", pa.array([name] * len(table))))
        print(name, flush=True)
    return stack_tables(parts)


def text_of(seen: pa.Table) -> str:
    """Confusion, scores and confidence as Markdown."""
    rows = []
    for row in sorted(confusion(seen), key=lambda row: [*FAMILIES, ""].index(row.family)):
        most = sorted((k for k in row.shares if k != row.family), key=lambda k: -row.shares[k])
        others = ", ".join(f"{kind} {percent(row.shares[kind])}" for kind in most[:2])
        if row.family:
            right = percent(row.shares.get(row.family, 0.0))
            rows.append((f"`{row.family}`", row.tracks, right, others, f"{row.brier:.3f}"))
    lines = table_of(("family", "looks", "called so", "else most often", "Brier score"), rows)
    lines += ["", f"Brier score of all: {scores(seen)[()].brier:.3f}. By scenario:", ""]
    found = scores(seen, "scenario")
    unknown = scores(seen, "scenario", "called")
    rows = []
    for (name,), score in found.items():
        share = unknown[name, UNKNOWN].tracks if (name, UNKNOWN) in unknown else 0.0
        rows.append((f"`{name}`", *told(score), percent(share / score.tracks)))
    heads = "scenario", "looks", "called right", "Brier score", "called unknown"
    lines += [*table_of(heads, rows), "", "By phase, and by the time since the first look:", ""]
    rows = [(phase, *told(score)) for (phase,), score in scores(seen, "phase").items()]
    rows += [(f"{age:.0f} s and more" if age == AGES[-1] else f"{age:.0f} to {ENDS[age]:.0f} s",
              *told(score)) for (age,), score in scores(seen, "age").items()]  # fmt: skip
    lines += [*table_of(("", "looks", "called right", "Brier score"), rows), ""]
    rows = [(f"{100 * low:.0f} to {100 * low + 10:.0f} %", *told(score)[:2])
            for (low,), score in scores(seen, "confidence").items()]  # fmt: skip
    lines += table_of(("chance of the likeliest", "looks", "right"), rows)
    return "\n".join([*lines, ""])


def table_of(heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> list[str]:
    """Lines of a table; plain numbers are counts."""
    lines = [heads, ("---",) * len(heads), *rows]
    texts = [[x if isinstance(x, str) else f"{x:,.0f}" for x in line] for line in lines]
    return [f"| {' | '.join(line)} |" for line in texts]


def told(score: Score) -> tuple[float, str, str]:
    """Looks, share called right and Brier score."""
    return score.tracks, percent(score.right), f"{score.brier:.3f}"


def percent(share: float) -> str:
    """To a tenth of a percent."""
    return f"{100 * share:.1f} %"


def main() -> None:
    """Some runs of each scenario."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    text = text_of(seen_in(SCENARIOS, RUNS, SEED))
    print(text)
    if given.write:
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / "families.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
