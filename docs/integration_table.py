"""Compares the wirings of the shipped scenarios; the tables of the pages in docs/scenarios.

    python docs/integration_table.py mixed_raid --runs 200          # prints, half an hour
    python docs/integration_table.py mixed_raid --runs 200 --write  # and renews wirings.csv

The pages are made from `wirings.csv`; `--out DIR` keeps the campaigns themselves.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("wirings.csv")
WIRINGS = ["integrated", "hub", "stovepiped"]
COLUMNS = (
    "scenario", "runs", "seed", "value", "layer", "measure", "kind", "mean", "low", "high",
    "is_clear",
)  # fmt: skip
WHOLE = {
    "leak_fraction": ("leakers / threatening", 100.0, "%", 1),
    "leakers": ("leakers", 1.0, "", 1),
    "asset_value_lost": ("asset value lost", 1.0, "", 3),
    "shots": ("rounds", 1.0, "", 1),
    "cost_defense_usd": ("cost of the rounds", 1e-6, "M$", 1),
}
CLASS = "class:"  # in place of a layer: leakers of one class of threat
OF_A_LAYER = {
    "engaged": ("fired at", 1.0, "", 1),
    "killed": ("killed", 1.0, "", 1),
    "rounds": ("rounds", 1.0, "", 1),
    "cost_usd": ("cost", 1e-6, "M$", 1),
}


def rows_of(name: str, runs: int, seed: int, out: Path | None) -> list[dict[str, str]]:
    """Every measure under every wiring, and what differs from the first, with intervals."""
    import opendome as od

    found = od.compare(name, "command.wiring", WIRINGS, runs=runs, seed=seed, workers=2, out=out)
    rows = []
    for kind, table, mean in (
        ("mean", found.table, "estimate"),
        ("difference", found.differences, "difference"),
    ):
        for row in table.to_pylist():
            rows.append(
                _words((name, runs, seed, row["value"], row["layer"] or "", row["measure"], kind,
                        row[mean], row["low"], row["high"], row.get("is_clear", "")))
            )  # fmt: skip
    return rows + _rows_by_class(found, (name, runs, seed))


def _rows_by_class(found: Any, start: tuple[str, int, int]) -> list[dict[str, str]]:
    """Leakers by class of threat: what came to the first layer and no layer killed."""
    from opendome.results import layers, paired
    from opendome.results.statistics import bootstrap_mean

    seed = start[2]
    rows = []
    for system in layers.classes(found.campaigns[0].sums):
        measure = paired.Measure("leakers", system)
        columns = [_leakers(campaign.sums, system) for campaign in found.campaigns]
        for value, column in zip(found.values, columns, strict=True):
            mean = bootstrap_mean(column, seed)
            rows.append(_words((*start, value, CLASS + system, "leakers", "mean", *mean, "")))
        for value, column in zip(found.values[1:], columns[1:], strict=True):
            d = paired.difference(measure, [columns[0]], [column], seed)
            rows.append(
                _words((*start, value, CLASS + system, "leakers", "difference", *d.estimate,
                        d.is_clear))
            )  # fmt: skip
    return rows


def _leakers(sums: Any, system: str) -> Any:
    from opendome.results import layers

    left = sums[layers.key(0, "came", system)]
    n = 0
    while layers.key(n, "came") in sums:
        left = left - sums.get(layers.key(n, "killed", system), 0.0)
        n += 1
    return left


def _words(values: tuple[Any, ...]) -> dict[str, str]:
    texts = (f"{v:.6g}" if isinstance(v, float) else str(v) for v in values)
    return dict(zip(COLUMNS, texts, strict=True))


def read() -> list[dict[str, str]]:
    """The committed rows."""
    if not FILE.exists():
        return []
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(rows: list[dict[str, str]]) -> None:
    """Replace the rows of the scenarios that are among the new ones."""
    new = {row["scenario"] for row in rows}
    rows = [row for row in read() if row["scenario"] not in new] + rows
    rows.sort(key=lambda row: row["scenario"])
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def part(name: str, rows: list[dict[str, str]]) -> str:
    """The tables of one scenario, in Markdown."""
    mine = [row for row in rows if row["scenario"] == name]
    if not mine:
        return "The wirings of this scenario have not been compared yet.\n"
    names = list(dict.fromkeys(row["layer"] for row in mine if row["layer"]))
    layers = [name for name in names if not name.startswith(CLASS)]
    lines = [
        f"{mine[0]['runs']} paired runs of each wiring, seed {mine[0]['seed']}; means per raid",
        "with 95 % intervals; differences from `integrated` are run by run, **bold** where clear.",
        "",
        "| | integrated | hub | stovepiped | hub − integrated | stovepiped − integrated |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for measure, words in WHOLE.items():
        lines.append(_line(mine, "", measure, words))
    for name in names[len(layers) :]:
        system = name.removeprefix(CLASS).replace("_", " ")
        lines.append(_line(mine, name, "leakers", (f"leakers: {system}", 1.0, "", 2)))
    for layer in layers:
        for measure, (about, *rest) in OF_A_LAYER.items():
            lines.append(_line(mine, layer, measure, (f"{layer}: {about}", *rest)))
    return "\n".join([*lines, ""])


def _line(
    rows: list[dict[str, str]], layer: str, measure: str, words: tuple[str, float, str, int]
) -> str:
    about, scale, unit, digits = words
    at = {
        (r["kind"], r["value"]): r for r in rows if (r["layer"], r["measure"]) == (layer, measure)
    }

    def number(text: str, sign: str = "") -> str:
        return f"{float(text) * scale:{sign}.{digits}f}".replace("-", "−")

    cells = [f"{about}{f', {unit}' if unit else ''}"]
    for wiring in WIRINGS:
        row = at["mean", wiring]
        cells.append(f"{number(row['mean'])} ({number(row['low'])} to {number(row['high'])})")
    for wiring in WIRINGS[1:]:
        row = at["difference", wiring]
        span = f"{number(row['low'], '+')} to {number(row['high'], '+')}"
        text = f"{number(row['mean'], '+')} ({span})"
        cells.append(f"**{text}**" if row["is_clear"] == "True" else text)
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Compare the wirings of the named scenarios, print their tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scenario", nargs="+")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    for name in asked.scenario:
        out = asked.out / name if asked.out else None
        rows = rows_of(name, asked.runs, asked.seed, out)
        print(f"## {name}\n\n{part(name, rows)}")
        if asked.write:
            write(rows)


if __name__ == "__main__":
    main()
