"""Figures of one shipped scenario, from many runs; the tables of the pages in docs/scenarios.

    python docs/scenario_table.py fobs_south --runs 100           # prints
    python docs/scenario_table.py fobs_south --runs 100 --write   # and renews figures/fobs_south.md
    python docs/scenario_table.py fobs_south --from runs/fobs_south --write

``--set KEY=VALUE --label WORDS`` writes a variant beside it, under a name made of the words.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent / "scenarios" / "figures"


def by_class(campaign: Any) -> list[tuple[str, float, Any]]:
    """Of each class of threat: its name, how many threaten per run, and the share that leaks."""
    from opendome.results.layers import is_armed
    from opendome.results.statistics import bootstrap_ratio

    threats = campaign.table("threats")
    run = threats.column("run").to_numpy()
    system = np.array(threats.column("system").to_pylist(), dtype=object)
    threatening = threats.column("is_threatening").to_numpy(zero_copy_only=False) & is_armed(
        threats
    )
    leaked = np.array(threats.column("outcome").to_pylist(), dtype=object) == "leaked"
    found = []
    for name in sorted(set(system[threatening])):
        mine = threatening & (system == name)
        came = np.bincount(run[mine], minlength=campaign.runs).astype(float)
        through = np.bincount(run[mine & leaked], minlength=campaign.runs).astype(float)
        found.append((name, float(came.mean()), bootstrap_ratio(through, came, 0)))
    return found


def words(value: Any, factor: float = 1.0, digits: int = 1) -> str:
    """An estimate and its interval."""
    if isinstance(value, dict):
        middle, low, high = (value[k] for k in ("value", "low", "high"))
    else:
        middle, low, high = value.value, value.low, value.high
    if middle is None:
        return ""
    if low is None:
        return f"{middle * factor:.{digits}f}"
    middle, low, high = (f"{v * factor:.{digits}f}" for v in (middle, low, high))
    return f"{middle} ({low} to {high})"


def table_of(campaign: Any) -> str:
    """All tables as Markdown."""
    summary = campaign.summary
    layers = summary["layers"]
    head = " | ".join(f"{layer['name'].replace('_', ' ')} kills" for layer in layers)
    seed = campaign.manifest["seed"]
    lines = [
        f"{campaign.runs} runs, seed {seed}; means per raid, 95 % intervals in brackets.",
        "",
        f"| class | threatening | {head} | leak, % |",
        "| --- " * (len(layers) + 3) + "|",
    ]
    for name, came, leak in by_class(campaign):
        kills = " | ".join(
            f"{layer['by_class'].get(name, {}).get('killed', 0.0):.1f}" for layer in layers
        )
        lines.append(f"| `{name}` | {came:.1f} | {kills} | {words(leak, 100.0)} |")
    lines += ["", "| layer | fired at | killed | rounds | cost, M$ |", "| --- " * 5 + "|"]
    for layer in layers:
        name = layer["name"].replace("_", " ")
        parts = [words(layer[what]) for what in ("engaged", "killed", "rounds")]
        lines.append(f"| {' | '.join([name, *parts, words(layer['cost_usd'], 1e-6, 2)])} |")
    none, leak = words(summary["p_no_leak"], 100.0, 0), words(summary["leak_fraction"], 100.0)
    price = words(summary["cost_exchange"], 1.0, 2)
    lines += [
        "",
        f"Of all that threatened {leak} % leaked; {none} % of the raids had no leak. Rounds cost "
        f"{price} dollars for each dollar of threats.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Run, or read, one campaign."""
    import opendome as od

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--set", action="append", default=[], dest="sets")
    parser.add_argument("--label", default="")
    parser.add_argument("--from", dest="folder", type=Path)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    if given.folder:
        campaign = od.open_campaign(given.folder)
    else:
        scenario = od.load(given.name, given.sets)
        campaign = od.run_many(scenario, runs=given.runs, seed=given.seed, workers=given.workers)
    text = table_of(campaign)
    print(text)
    if given.write:
        label = "-" + given.label.replace(" ", "_") if given.label else ""
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"{given.name}{label}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
