"""What each part of the picture buys: one left out at a time, in paired runs of a shipped scenario.

python docs/ablation_table.py golden_dome --runs 8           # prints
python docs/ablation_table.py golden_dome --runs 8 --write   # and renews figures/ablation.md
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent / "models" / "figures"
EYES = ("sbirs_geo", "pwsa_tracking_t3", "next_gen_opir")  # infrared sensors of golden_dome
LONE = "geo_pacific"
FAR = ("uewr", "lrdr", "cobra_dane")  # radars that search for what comes over the pole
LONGER = {"cue_gain_1": 16, "cue_deg": 0.5}  # of them, where they are told where to look
AMISS = {"bias_az_deg": 0.05, "bias_el_deg": 0.05, "bias_range_m": 30.0}  # of each radar
AMISS_EYES = {"bias_pointing_urad": 30.0}

Data = dict[str, Any]


def nodes(**changes: Any) -> Callable[[Data], None]:
    """A change of every command node."""

    def change(data: Data) -> None:
        for node in data["command"]["nodes"]:
            node.update(changes)

    return change


def command(**changes: Any) -> Callable[[Data], None]:
    """A change of what all nodes share."""
    return lambda data: data["command"].update(changes)


def blind(data: Data) -> None:
    """No infrared sensors."""
    data["sensors"] = [s for s in data["sensors"] if s["system"] not in EYES]


def one_eye(data: Data) -> None:
    """One infrared satellite: no lines of sight cross."""
    data["sensors"] = [s for s in data["sensors"] if s["system"] not in EYES or s["name"] == LONE]


def misalign(data: Data) -> None:
    """Every radar and satellite is set up a little amiss."""
    for sensor in data["sensors"]:
        sensor.update(AMISS_EYES if sensor["system"] in EYES else AMISS)


def dwell_longer(data: Data) -> None:
    """Radars that search look for longer where they are told to."""
    for sensor in data["sensors"]:
        if sensor["system"] in FAR:
            sensor["overrides"] = {**sensor.get("overrides", {}), **LONGER}


def both(*changes: Callable[[Data], None]) -> Callable[[Data], None]:
    """Several changes."""

    def change(data: Data) -> None:
        for one in changes:
            one(data)

    return change


def nothing(data: Data) -> None:
    """As shipped."""


# name -> what is changed, and what it is compared with
PARTS: dict[str, tuple[Callable[[Data], None], str]] = {
    "as shipped": (nothing, ""),
    "one filter of one model (`ekf`)": (nodes(filter="ekf"), "as shipped"),
    "one infrared satellite: no stereo": (one_eye, "as shipped"),
    "confirmed by existence": (nodes(confirm_by="existence"), "as shipped"),
    "nearest neighbours, not by chance (`gnn`)": (nodes(associator="gnn"), "as shipped"),
    "no cues: `sbx` looks nowhere": (command(is_cueing=False), "as shipped"),
    "misaligned sensors, biases learned": (misalign, "as shipped"),
    "misaligned sensors, biases ignored": (
        both(misalign, command(registration="none")),
        "misaligned sensors, biases learned",
    ),
    "no infrared satellites": (blind, "as shipped"),
    "search radars dwell longer on cues": (dwell_longer, "as shipped"),
}
SIAP = """
select run, sum(tracked) {on}::double / sum(truths) {on} as completeness,
  sum(tracks) {on}::double / nullif(sum(tracked) {on}, 0) as ambiguity,
  sum(spurious)::double / nullif(sum(tracks), 0) as spuriousness,
  sum(position_error * tracks) filter (where system <> '' and isfinite(position_error))
    / nullif(sum(tracks) filter (where system <> '' and isfinite(position_error)), 0) as error
from siap where phase = 'any' and condition = 'all'
  and (system = '' or role in ('warhead', 'bus')) group by run order by run"""
MEASURES = {  # heading: (of ``runs`` or one of the questions, column, factor, digits)
    "leakers": ("runs", "leakers", 1.0, 1),
    "rounds": ("runs", "shots", 1.0, 0),
    "tracked, % of flight": ("siap", "completeness", 100.0, 1),
    "tracks of each": ("siap", "ambiguity", 1.0, 3),
    "of nothing, %": ("siap", "spuriousness", 100.0, 1),
    "error, m": ("siap", "error", 1.0, 0),
}


def played(name: str, change: Callable[[Data], None], runs: int, seed: int) -> Any:
    """A campaign of the changed scenario, every run looked at closely."""
    import opendome as od
    from opendome.scenario.load import resolved

    data: Data = resolved(name, [])
    change(data)
    return od.run_many(od.load(data), runs=runs, seed=seed, workers=1, keep_trajectories=runs)


def measured(campaign: Any) -> dict[str, list[float]]:
    """Each measure, run by run."""
    on = "filter (where system <> '')"
    tables = {
        "runs": campaign.query("select * from runs order by run").to_pydict(),
        "siap": campaign.query(SIAP.format(on=on)).to_pydict(),
    }
    return {
        heading: [factor * float(x) for x in tables[table][column]]
        for heading, (table, column, factor, _) in MEASURES.items()
    }


def table_of(found: dict[str, dict[str, list[float]]], seed: int) -> str:
    """Means as shipped, and paired differences with 95 % intervals, as Markdown."""
    from opendome.results.statistics import paired_difference

    lines = ["| | " + " | ".join(MEASURES) + " |", "| --- " * (1 + len(MEASURES)) + "|"]
    for name, (_, other) in PARTS.items():
        if name not in found:
            continue
        cells = []
        for heading, (*_, digits) in MEASURES.items():
            mine = found[name][heading]
            if not other:
                cells.append(f"{np.mean(mine):,.{digits}f}")
                continue
            gap = paired_difference(mine, found[other][heading], seed)
            cells.append(
                f"{gap.value:+,.{digits}f} ({gap.low:+,.{digits}f} to {gap.high:+,.{digits}f})"
            )
        lines.append(f"| {name}{' *' if other not in ('', 'as shipped') else ''} | "
                     f"{' | '.join(cells)} |")  # fmt: skip
    return "\n".join([*lines, ""])


def main() -> None:
    """Play every part in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--runs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--keep", type=Path, help="JSON file that holds what is done, to go on")
    given = parser.parse_args()
    start = time.process_time()
    found = json.loads(given.keep.read_text()) if given.keep and given.keep.exists() else {}
    for name, (change, _) in PARTS.items():
        if name in found:
            continue
        found[name] = measured(played(given.name, change, given.runs, given.seed))
        print(f"{name}: {time.process_time() - start:.0f} s", flush=True)
        if given.keep:
            given.keep.write_text(json.dumps(found))
    text = table_of(found, given.seed)
    text = f"{given.runs} runs, seed {given.seed}.\n\n{text}"
    print(text)
    if given.write:
        (FOLDER / "ablation.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
