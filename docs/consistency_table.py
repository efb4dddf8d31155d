"""NEES, ellipses of impact and launch of each family; tables of docs/models/picture_quality.md.

python docs/consistency_table.py            # prints
python docs/consistency_table.py --write    # and renews those in figures/
python docs/consistency_table.py --only SRBM --table nees --write    # one row of one
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from benchmarks.consistency import (
    BALLISTIC,
    DRAWN,
    FAMILIES,
    INSTANTS,
    Watched,
    coverage,
    drawn_of,
    honesty,
    launch_coverage,
    scenario_of,
    watch,
)

FOLDER = Path(__file__).parent / "models" / "figures"
RUNS, EVERY = 50, 5.0
TRIALS = (300, 4, 90.0)  # runs, threats of each, s between their launches
DRAWS = (10, 120, 30.0)  # runs, threats of each that are drawn, s between their launches
_SEEN: dict[str, Watched] = {}


def nees_table(names: list[str]) -> str:
    """One threat, 50 runs."""
    lines = [
        "| family | sensors of | bins | inside the band | below | above "
        "| mean NEES: boost | space | air | level |",
        "| --- " * 10 + "|",
    ]
    for name in names:
        start = time.process_time()
        found = honesty(watch(scenario_of(name, 1, 0.0), RUNS, EVERY), RUNS)
        by_phase = [
            f"{found.medians[p]:.1f}" if p in found.medians else ""
            for p in ("boost", "space", "air", "level")
        ]
        shares = [f"{x:.2f}" for x in (found.inside, found.below, found.above)]
        cells = [name, f"`{FAMILIES[name][0]}`", str(found.n_bins), *shares, *by_phase]
        lines.append(f"| {' | '.join(cells)} |")
        print(lines[-1], f"{time.process_time() - start:.0f} s", flush=True)
    return "\n".join([*lines, ""])


def seen_early(name: str) -> Watched:
    """Four threats, 300 runs, until the last instant after burn-out: a thousand trials and more."""
    if name not in _SEEN:
        runs, count, spacing = TRIALS
        data = scenario_of(name, count, spacing)
        _SEEN[name] = watch(data, runs, EVERY, until=INSTANTS[-1] + 4.0 * EVERY)
    return _SEEN[name]


def ellipse_table(names: list[str]) -> str:
    """Shares of true impacts in their ellipses."""
    head = " | ".join(f"{instant:.0f} s after burn-out" for instant in INSTANTS)
    lines = [f"| family | {head} |", "| --- " * (1 + len(INSTANTS)) + "|"]
    for name in names:
        start = time.process_time()
        found = coverage(seen_early(name))
        cells = [
            f"{100 * found[i][1]:.1f} % of {found[i][0]:,}" if i in found else "" for i in INSTANTS
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
        print(lines[-1], f"{time.process_time() - start:.0f} s", flush=True)
    return "\n".join([*lines, ""])


def launch_table(names: list[str]) -> str:
    """Shares of true launches in their ellipses."""
    lines = [
        "| family | launches in their ellipse | median standard deviation |",
        "| --- " * 3 + "|",
    ]
    for name in names:
        start = time.process_time()
        trials, share, sigma = launch_coverage(seen_early(name))
        cell = f"{100 * share:.1f} % of {trials:,} | {sigma / 1e3:.1f} km" if trials else "none |"
        lines.append(f"| {name} | {cell} |")
        print(lines[-1], f"{time.process_time() - start:.0f} s", flush=True)
    return "\n".join([*lines, ""])


def drawn_table(names: list[str]) -> str:
    """The same of threats drawn from all of a family, with what is not known of them."""
    head = " | ".join(f"impacts {instant:.0f} s after burn-out" for instant in INSTANTS)
    lines = [
        f"| family of | launches in their ellipse | median standard deviation | {head} |",
        "| --- " * (3 + len(INSTANTS)) + "|",
    ]
    for name in names:
        start = time.process_time()
        runs, count, spacing = DRAWS
        until = INSTANTS[-1] + 4.0 * EVERY
        seen = watch(drawn_of(name, count, spacing), runs, EVERY, until=until)
        trials, share, sigma = launch_coverage(seen)
        found = coverage(seen)
        cells = [f"{100 * share:.1f} % of {trials:,}", f"{sigma / 1e3:.1f} km"]
        cells += [
            f"{100 * found[i][1]:.1f} % of {found[i][0]:,}" if i in found else "" for i in INSTANTS
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
        print(lines[-1], f"{time.process_time() - start:.0f} s", flush=True)
    return "\n".join([*lines, ""])


def renewed(path: Path, table: str) -> str:
    """A table with the rows of the file that it does not have itself, in the order of families."""
    old = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    lines = table.splitlines()
    rows = {line.split(" | ")[0].strip("| "): line for line in [*old[2:], *lines[2:]]}
    return "\n".join([*lines[:2], *(rows[name] for name in FAMILIES if name in rows), ""])


def main() -> None:
    """All tables, or some."""
    makers = {
        "ellipses": (ellipse_table, BALLISTIC),
        "launches": (launch_table, (*BALLISTIC, "quasi-ballistic")),
        "drawn": (drawn_table, DRAWN),
        "nees": (nees_table, tuple(FAMILIES)),
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only", action="append", choices=FAMILIES)
    parser.add_argument("--table", action="append", choices=makers)
    given = parser.parse_args()
    names = given.only or list(FAMILIES)
    for table in given.table or makers:
        make, has = makers[table]
        text = make([n for n in names if n in has])
        if given.write:
            FOLDER.mkdir(exist_ok=True)
            path = FOLDER / f"{table}.md"
            path.write_text(renewed(path, text), encoding="utf-8")


if __name__ == "__main__":
    main()
