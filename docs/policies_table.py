"""Policies under each wiring, as `opendome study policies` says; the tables of studies/policies.md.

python docs/policies_table.py mixed_raid --set scenarios=mixed_raid --set runs=40           # prints
python docs/policies_table.py mixed_raid --set scenarios=mixed_raid --set runs=40 --write

The first word names the file in studies/figures. `--set out=DIR` keeps the runs and goes on with
them.
"""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path

import opendome
from opendome.views.studies.policies import tell
from opendome.views.studies.told import Table

FOLDER = Path(__file__).parent / "studies" / "figures"


def markdown(table: Table) -> str:
    """A table with its title."""
    lines = ["| " + " | ".join(row) + " |" for row in (table.head, ["---"] * len(table.head))]
    lines += ["| " + " | ".join(row).replace("*", "\\*") + " |" for row in table.rows]
    return "\n".join([f"**{table.title.replace('*', chr(92) + '*')}**", "", *lines])


def main() -> None:
    """Play what is not there yet, print, and perhaps write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--set", action="append", default=[], dest="sets")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    told = tell(given.sets)
    today = datetime.datetime.now(tz=datetime.UTC).date()
    made = f"*`{told.answer['command']}`, {today}, OpenDome {opendome.__version__}.*"
    page = "\n\n".join([*map(markdown, told.tables), made]) + "\n"
    print(page)
    if given.write:
        (FOLDER / f"policies_{given.name}.md").write_text(page, encoding="utf-8")
        if told.figure is not None:
            (FOLDER / f"policies_{given.name}.svg").write_text(f"{told.figure()}\n", "utf-8")


if __name__ == "__main__":
    main()
