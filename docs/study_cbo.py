"""The figure and the table of `studies/cbo_2026.md`: satellites against ten missiles.

python docs/study_cbo.py            # prints the table, some minutes
python docs/study_cbo.py --write    # and writes it into the page, and the figure beside it
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from opendome.studies.inputs import read_inputs
from opendome.studies.published import aei
from opendome.studies.sbi_inputs import SbiInputs
from opendome.studies.sbi_sizing import calculator, size
from opendome.views.report.words import dollars, whole
from opendome.views.studies.sbi_sizing import drawing, sweep

FOLDER = Path(__file__).parent / "studies"
PAGE, FIGURE = FOLDER / "cbo_2026.md", FOLDER / "figures" / "cbo_2026.svg"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
CASE = ("salvo=10", "orbit_alt_km=400", "from_latitude_deg=30", "latitude_deg=60")
CASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("solid fuel, 180 s; 15 s to decide", ()),
    ("30 s to decide", ("decide_s=30",)),
    ("60 s to decide", ("decide_s=60",)),
    ("fast burn, 130 s; no time to decide", ("burn_s=130", "decide_s=0")),
    ("liquid fuel, 240 s; 30 s to decide", ("burn_s=240", "decide_s=30")),
    ("liquid fuel, 240 s; 60 s to decide", ("burn_s=240", "decide_s=60")),
    ("slow burn, 300 s; 60 s to decide", ("burn_s=300", "decide_s=60")),
    ("4 km/s", ("speed_km_s=4",)),
    ("8 km/s", ("speed_km_s=8",)),
    ("one shot each", ("p_kill_wanted=0.8",)),
    ("kill chance 0.5, still 0.96 wanted", ("p_kill=0.5",)),
    ("orbits at 300 km", ("orbit_alt_km=300",)),
    ("orbits at 500 km", ("orbit_alt_km=500",)),
    ("from 30° to 45° only, orbits inclined by 48°", ("latitude_deg=45", "inclination_deg=48")),
    ("from anywhere on Earth, polar orbits", ("from_latitude_deg=0", "latitude_deg=90")),
)


def row(words: str, sets: tuple[str, ...]) -> str:
    """One row of the table."""
    given = read_inputs(SbiInputs, "sbi_sizing", [*CASE, *sets])
    got, theirs = size(given), aei.calculate(calculator(given))
    sure = "more than 300,000" if got.assured is None else whole(got.assured.interceptors)
    cells = [words, f"{got.time_left:g} s", f"{got.reach / 1e3:,.0f} km",
             whole(got.best.interceptors), f"**{whole(got.mean.interceptors)}**",
             whole(got.worst.interceptors), sure, whole(theirs.interceptors),
             dollars(got.mean.total)]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def table() -> Iterator[str]:
    """All rows."""
    yield (
        "| case | to fly | reach | ours, best latitude | ours, mean | ours, worst "
        "| ours, 95 % of the time at the worst | AEI, same inputs | ours: 20 years |"
    )
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for words, sets in CASES:
        yield row(words, sets)


def main() -> None:
    """Print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    lines = []
    for line in table():
        print(line, flush=True)
        lines.append(line)
    if not options.write:
        return
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    body = "\n".join(lines)
    PAGE.write_text(f"{before}{BEGIN}\n\n{body}\n\n{END}{after}", encoding="utf-8")
    given = read_inputs(SbiInputs, "sbi_sizing", CASE)
    command = "opendome study sbi_sizing " + " ".join(f"--set {words}" for words in CASE)
    FIGURE.parent.mkdir(exist_ok=True)
    text = drawing(given, sweep(given), f"{command} --figure cbo_2026.svg")
    FIGURE.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
