"""The ground that each interceptor defends against two classes of threat: figures and pictures.

    python docs/defended_areas.py            # prints areas, two minutes
    python docs/defended_areas.py --write    # and writes defended_areas.json beside this file

The pictures are drawn from `defended_areas.json` whenever the documentation is built.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("defended_areas.json")
N = 25  # places along a side
BEARING = 60.0  # degrees: threats come from the north-east
KM = 1e3
OWN_RADAR, CUED = 15.0, math.inf

HEAD = """# Ground that a battery defends

Each picture asks: a lone battery in the middle, threats of one class launched from one place far
away under 60 degrees (arrow), aimed at every place of a grid. Where can a round meet the threat
inside the envelope before it lands? The battery's own radar sees out to a stated distance, not
below the horizon of its mast, and not before the motor has burnt out; some seconds later the first
round may leave. *Cued* means that others see the threat from its burn-out on. One chance counts as
defended: the pictures say nothing of raids, of kill chances, or of what a radar really sees. The
numbers are public and notional, as everywhere.

Dark: defended. Light: a threat can be aimed there, and no round meets it. White: out of the
threat's range.

`python docs/defended_areas.py --write` makes the figures again.
"""


class Pair(NamedTuple):
    """One picture: lengths in km; ``seen`` is how far its own radar sees."""

    interceptor: str
    threat: str
    launch: float
    half_width: float
    seen: float
    delay: float  # s from the first look to the first launch


PAIRS = (
    Pair("iron_dome", "rocket_122mm", 12, 16, 100, 12),
    Pair("iron_dome", "rocket_long", 60, 30, 100, 12),
    Pair("nasams", "cruise_subsonic", 300, 40, 75, 15),
    Pair("nasams", "drone_one_way", 300, 40, 75, 15),
    Pair("patriot_gemt", "srbm", 240, 60, 150, 15),
    Pair("patriot_gemt", "cruise_subsonic", 300, 60, 150, 15),
    Pair("patriot_cri", "srbm", 240, 60, 150, 15),
    Pair("patriot_cri", "srbm_quasi_ballistic", 350, 60, 150, 15),
    Pair("patriot_mse", "srbm_quasi_ballistic", 350, 80, 150, 15),
    Pair("patriot_mse", "cruise_subsonic", 300, 80, 150, 15),
    Pair("davids_sling", "srbm", 220, 100, 400, 15),
    Pair("davids_sling", "cruise_subsonic", 400, 100, 400, 15),
    Pair("thaad", "srbm_quasi_ballistic", 350, 200, 600, 25),
    Pair("thaad", "mrbm_solid", 1000, 250, 600, 25),
    Pair("arrow2", "mrbm_liquid", 1300, 150, 500, 25),
    Pair("arrow2", "irbm", 2500, 150, 500, 25),
    Pair("arrow3", "mrbm_liquid", 1300, 450, CUED, 60),
    Pair("arrow3", "irbm", 2500, 450, CUED, 60),
    Pair("sm2", "cruise_subsonic", 400, 100, 300, 15),
    Pair("sm2", "cruise_supersonic", 450, 100, 300, 15),
    Pair("sm6", "cruise_supersonic", 450, 150, 400, 15),
    Pair("sm6", "mrbm_solid", 1000, 150, 400, 15),
    Pair("sm3_ib", "mrbm_solid", 1000, 700, CUED, 60),
    Pair("sm3_ib", "irbm", 2500, 700, CUED, 60),
    Pair("sm3_iia", "mrbm_liquid", 1300, 1500, CUED, 60),
    Pair("sm3_iia", "irbm", 3000, 1500, CUED, 60),
    Pair("gbi", "icbm_liquid", 6000, 2000, CUED, 120),
    Pair("gbi", "icbm_solid", 6000, 2000, CUED, 120),
)


def question(pair: Pair, n: int = N) -> Any:
    """The question of one picture."""
    from opendome.studies.defended_area import Question

    return Question(
        interceptor=pair.interceptor,
        threat=pair.threat,
        bearing=math.radians(BEARING),
        launch_distance=pair.launch * KM,
        half_width=pair.half_width * KM,
        n=n,
        seen_from=pair.seen * KM,
        mast=OWN_RADAR,
        delay=pair.delay,
    )


def answer(pair: Pair, n: int = N) -> dict[str, Any]:
    """What is kept of one picture: rows from north to south, # defended, - threatened."""
    from opendome.studies.defended_area import defended_area

    area = defended_area(question(pair, n))
    signs = [
        "".join("#" if d else "-" if t else " " for d, t in zip(*rows, strict=True))
        for rows in zip(area.is_defended, area.is_threatened, strict=True)
    ]
    return {
        **pair._asdict(),
        "seen": None if math.isinf(pair.seen) else pair.seen,
        "area_km2": round(area.area / KM**2),
        "rows": signs[::-1],
    }


def read() -> list[dict[str, Any]]:
    """The committed pictures."""
    found: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def drawing(picture: dict[str, Any]) -> str:
    """One picture as SVG: the grid, the battery, and where the threats come from."""
    rows, half = picture["rows"], picture["half_width"]
    n, size, edge = len(rows), 300.0, 34.0
    cell, colours = size / n, {"#": "#2b6cb0", "-": "#d9dee5"}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size + 2 * edge:g} '
        f'{size + 2 * edge:g}" width="300" font-family="sans-serif" font-size="12" role="img" '
        f'aria-label="Ground that {picture["interceptor"]} defends against {picture["threat"]}">',
        f'<rect width="{size + 2 * edge:g}" height="{size + 2 * edge:g}" fill="white"/>',
    ]
    for i, row in enumerate(rows):
        for j, sign in enumerate(row):
            if sign in colours:
                x, y = edge + j * cell, edge + i * cell
                parts.append(
                    f'<rect x="{x:.1f}" y="{y:.1f}" width="{cell - 0.6:.1f}" '
                    f'height="{cell - 0.6:.1f}" fill="{colours[sign]}"/>'
                )
    middle = edge + size / 2
    turn = math.radians(BEARING)
    x0, y0 = middle + 0.5 * size * math.sin(turn), middle - 0.5 * size * math.cos(turn)
    x1, y1 = middle + 0.36 * size * math.sin(turn), middle - 0.36 * size * math.cos(turn)
    parts += [
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 L10 5 L0 10 z" fill="#c53030"/></marker>'
        "</defs>",
        f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" stroke="#c53030" '
        'stroke-width="2.5" marker-end="url(#tip)"/>',
        f'<circle cx="{middle:g}" cy="{middle:g}" r="5" fill="black" stroke="white"/>',
        f'<text x="{edge:g}" y="22" fill="black">{picture["interceptor"]} against '
        f"{picture['threat']}</text>",
    ]
    for share, word in ((0.0, f"{-half:g}"), (0.5, "0"), (1.0, f"{half:g} km")):
        x = edge + share * size
        parts.append(
            f'<text x="{x:g}" y="{size + edge + 18:g}" text-anchor="middle" fill="black">'
            f"{word}</text>"
        )
    return "\n".join([*parts, "</svg>", ""])


def write(folder: Path) -> str:
    """Draw every picture into a folder; the page that shows them."""
    pictures = read()
    lines = [HEAD]
    for name in dict.fromkeys(p["interceptor"] for p in pictures):
        mine = [p for p in pictures if p["interceptor"] == name]
        lines += ["", f"## {name}", ""]
        for picture in mine:
            file = f"area_{name}_{picture['threat']}.svg"
            path, text = folder / file, drawing(picture)
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
            lines += [f"![{name} against {picture['threat']}]({file})"]
        lines += ["", "| threat | launched from | seen | first launch | defended |"]
        lines += ["| --- | --- | --- | --- | --- |"]
        for p in mine:
            seen = "cued" if p["seen"] is None else f"from {p['seen']:g} km"
            lines += [
                f"| `{p['threat']}` | {p['launch']:g} km | {seen} | {p['delay']:g} s later "
                f"| {_area(p)} |"
            ]
    return "\n".join([*lines, ""])


def _area(picture: dict[str, Any]) -> str:
    """Defended ground; "at least" where it reaches the picture's edge."""
    rows = picture["rows"]
    rim = "".join([rows[0], rows[-1], *(r[0] + r[-1] for r in rows)])
    return f"{'at least ' if '#' in rim else ''}{picture['area_km2']:,} km²"


def main() -> None:
    """Fly, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    pictures = [answer(pair) for pair in PAIRS]
    for picture in pictures:
        print(picture["interceptor"], picture["threat"], _area(picture), *picture["rows"], sep="\n")
    if parser.parse_args().write:
        FILE.write_text(json.dumps(pictures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
