"""The door of the benchmarks: ``python -m benchmarks [NAME ...] [--json FILE]``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from benchmarks import (
    assignments,
    bodies,
    firing,
    flights,
    picture,
    raids,
    shells,
    startup,
    sweeps,
    tracking,
)
from benchmarks.measure import Row, machine

BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "flights": flights.measure,
    "bodies": bodies.measure,
    "shells": shells.measure,
    "startup": startup.measure,
    "tracking": tracking.measure,
    "picture": picture.measure,
    "assign": assignments.measure,
    "raids": raids.measure,
    "firing": firing.measure,
    "mixed": raids.measure_mixed,
    "campaign": raids.measure_campaign,
    "sweeps": sweeps.measure,
    "profile": raids.measure_profile,
}


def print_rows(rows: list[Row]) -> None:
    """Rows as aligned columns."""
    width = max(len(row.case) for row in rows)
    for row in rows:
        value = f"{row.value:,.0f}" if abs(row.value) >= 1000 else f"{row.value:.3g}"
        print(f"  {row.case:<{width}}  {value:>9} {row.unit:<12} {row.note}".rstrip(), flush=True)


def main() -> int:
    """Measure what was asked, print it, write it."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures OpenDome. Times are processor seconds, least of several repeats, "
        "unless a line says wall.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"no benchmark {unknown[0]!r}; there are: {', '.join(BENCHMARKS)}")

    before = machine()
    print(
        f"{before['processor']}, {before['cores']} cores, load {before['load'][0]}; "
        f"Python {before['python']}, NumPy {before['numpy']}, Numba {before['numba']}"
    )
    measured: list[Row] = []
    for name in options.names or BENCHMARKS:
        print(f"\n{name}", flush=True)
        rows = BENCHMARKS[name]()
        print_rows(rows)
        measured += rows
    after = machine()
    print(f"\nload at the end {after['load'][0]}")
    if options.json:
        document = {"before": before, "after": after, "rows": [asdict(row) for row in measured]}
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
