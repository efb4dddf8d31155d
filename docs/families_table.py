"""What tracks of shipped scenarios are called, and how sure that is; of docs/models/families.md.

python docs/families_table.py            # prints
python docs/families_table.py --write    # and renews figures/families.md
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from opendome.scenario.families import FAMILIES

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


def looks(names: tuple[str, ...], seed: int) -> Any:
    """Table ``families`` of one run of each scenario, with its name."""
    import opendome as od

    parts = []
    for name in names:
        table = od.run_many(od.load(name), runs=1, seed=seed, workers=1).table("families")
        text = table.to_pylist()
        parts += [row | {"scenario": name} for row in text]
        print(name, flush=True)
    return pa.Table.from_pylist(parts)


def text_of(seen: Any) -> str:
    """Confusion, scores and confidence as Markdown."""
    lines = ["| family | looks | called so | else most often | Brier score |", "| --- " * 5 + "|"]
    sql = """select family, called, sum(tracks)::double as n, sum(brier * tracks) as brier
             from seen where family <> '' group by all order by n desc, called"""
    rows = duckdb.sql(sql).fetchall()
    for family in FAMILIES:
        mine = [row for row in rows if row[0] == family]
        if not mine:
            continue
        total, brier = (sum(row[k] for row in mine) for k in (2, 3))
        right = sum(row[2] for row in mine if row[1] == family)
        others = [f"{row[1]} {100 * row[2] / total:.1f} %" for row in mine if row[1] != family]
        name = f"`{family}`"
        cells = name, f"{total:,.0f}", f"{100 * right / total:.1f} %", ", ".join(others[:2])
        lines.append(f"| {' | '.join(cells)} | {brier / total:.3f} |")
    every = duckdb.sql("select sum(brier * tracks) / sum(tracks) from seen where family <> ''")
    lines += ["", f"Brier score of all: {every.fetchall()[0][0]:.3f}. By scenario:", ""]
    lines += ["| scenario | looks | Brier score | called unknown |", "| --- " * 4 + "|"]
    sql = """select scenario, sum(tracks)::double, sum(brier * tracks) / sum(tracks),
               sum(case when called = 'unknown' then tracks else 0 end) / sum(tracks)::double
             from seen where family <> '' group by scenario order by scenario"""
    for name, n, brier, unknown in duckdb.sql(sql).fetchall():
        lines.append(f"| `{name}` | {n:,.0f} | {brier:.3f} | {100 * unknown:.1f} % |")
    lines += ["", "| chance of the likeliest | looks | right |", "| --- " * 3 + "|"]
    sql = """select confidence, sum(tracks)::double,
               sum(case when family = called then tracks else 0 end) / sum(tracks)::double
             from seen where family <> '' group by confidence order by confidence"""
    for low, n, right in duckdb.sql(sql).fetchall():
        tenth = f"{100 * low:.0f} to {100 * low + 10:.0f} %"
        lines.append(f"| {tenth} | {n:,.0f} | {100 * right:.1f} % |")
    return "\n".join([*lines, ""])


def main() -> None:
    """One run of each scenario."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    text = text_of(looks(SCENARIOS, SEED))
    print(text)
    if given.write:
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / "families.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
