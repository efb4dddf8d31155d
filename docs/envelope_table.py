"""Flies every interceptor system to the edges of its envelope; the table of the reference.

    python docs/envelope_table.py            # prints the table, a minute
    python docs/envelope_table.py --write    # and writes envelopes.csv beside this file

The reference page is made from `envelopes.csv`; a test flies some of its rows again.
"""

from __future__ import annotations

import argparse
import csv
import math
from pathlib import Path

from opendome.scenario import catalog, entry
from opendome.studies.envelope import classes_of, envelope, fired_beyond, kinematic_reach
from opendome.studies.shooting import range_of

FILE = Path(__file__).with_name("envelopes.csv")
COLUMNS = ("system", "against", "edge", "unit", "catalog", "flown")
HEAD = """# Envelopes of interceptors

What the catalog says of every interceptor system, beside what its rounds do when they are fired
and flown. Each system stands alone with a perfect picture and fires at threats that come to points
about every edge: level flyers at 250 m/s, and bodies that fall at 45 degrees with 0.5, 1.5 or
3 km/s by the system's ceiling. An edge counts as flown where the round, guided by its noisy seeker,
passes within its lethal radius. *Fired beyond* counts rounds that left at threats which never enter
the envelope.

The envelope is a rule that fire control obeys; the round itself could often go on. *Reach alone* is
how far and high the round would come without the rule (by fins: where they still give a tenth of
their acceleration), and says nothing about a real system. Peak speed is that of the steepest
launches, without the Earth's turn.

A lowest edge against falling bodies lies above the catalog's by up to a second of their fall: fire
control plans no meeting in the last second above the ground.

These are the catalog's nominal numbers. Its stages have no spread, so at its high numbers four
rounds cannot fly as far or high as their envelope would let them: alone SM-2 comes 158 of 170 km
far, SM-6 261 of 370 km, SM-3 IIA 2,322 of 2,500 km, and Arrow-3 586 of 1,000 km high. The public
peak speed of SM-6, 1.2 km/s, carries no round to its public range unless it glides; ours has 1.5.

Coyote, which a jet drives and wings carry, flies level at its public 0.15 km/s; it is faster only
in a dive from far above its ceiling.

`python docs/envelope_table.py --write` makes the figures again.
"""


def systems() -> list[str]:
    """Every interceptor system that a scenario may fire from a site."""
    return [
        n
        for n, e in catalog().items()
        if e.kind == "interceptor" and e.is_modelled and e.choices.get("basing") != "orbit"
    ]


def rows_of(name: str) -> list[dict[str, str]]:
    """Rows of one system: its edges, what left beyond them, and the round alone."""
    place = range_of(name)
    rows = [(e.against, e.edge, "km", e.catalog / 1e3, e.flown / 1e3) for e in envelope(name)]
    for against in classes_of(place.system):
        rows += [(against, "fired beyond", "1", 0.0, fired_beyond(place, against))]
    reach = kinematic_reach(place.system)
    said = entry("interceptor_account").parameters.get(f"{name}.speed_km_s")
    public = said.nominal if said else math.nan
    rows += [
        ("", "peak speed", "km/s", public, reach.peak_speed / 1e3),
        ("", "reach alone", "km", math.nan, reach.distance / 1e3),
        ("", "height alone", "km", math.nan, reach.height / 1e3),
    ]
    return [dict(zip(COLUMNS, (name, *(_text(v) for v in row)), strict=True)) for row in rows]


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float | int) else str(value)


def read() -> list[dict[str, str]]:
    """The committed rows."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page(rows: list[dict[str, str]]) -> str:
    """The reference page."""
    lines = [HEAD, "| system | against | edge | catalog | flown | difference |"]
    lines += ["| --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        catalog_value, flown = float(row["catalog"]), float(row["flown"])
        unit = "" if row["unit"] == "1" else f" {row['unit']}"
        said = "" if math.isnan(catalog_value) else f"{catalog_value:g}{unit}"
        off = _difference(catalog_value, flown, row["unit"]) if said else ""
        cells = (f"`{row['system']}`", row["against"], row["edge"], said, f"{flown:g}{unit}", off)
        lines += [f"| {' | '.join(cells)} |"]
    return "\n".join([*lines, ""])


def _difference(catalog_value: float, flown: float, unit: str) -> str:
    """Flown less catalog, and its share where that means something."""
    if unit == "1":
        return f"{flown - catalog_value:+g}"
    share = f" ({100 * (flown / catalog_value - 1):+.1f} %)" if catalog_value >= 1.0 else ""
    return f"{flown - catalog_value:+.3g} {unit}{share}"


def main() -> None:
    """Fly, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    rows = [row for name in systems() for row in rows_of(name)]
    print(page(rows))
    if parser.parse_args().write:
        with FILE.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
