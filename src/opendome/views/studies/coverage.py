"""`coverage` for people: a map of aims, and what a sensor sees."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from opendome.studies.coverage import Coverage, CoverageInputs, answer
from opendome.studies.inputs import read_inputs, written
from opendome.views.report.markup import Markup, line, rect, tag, text
from opendome.views.report.words import length, significant, spaced
from opendome.views.studies.chart import STYLE
from opendome.views.studies.told import Table, Told, command_of

NAME = "coverage"
INPUTS = CoverageInputs
KM = 1e3
DEFENDED, THREATENED = "#2b6cb0", "#d9dee5"


def tell(sets: Sequence[str]) -> Told:
    """The answer to one question."""
    given = read_inputs(CoverageInputs, NAME, sets)
    got = answer(given)
    tables = [_ground(given, got)]
    if got.sight is not None:
        tables.append(_sight(given, got))
    if got.fold is not None:
        tables.append(_fold(given, got))
    found: dict[str, Any] = {
        "study": NAME,
        "command": command_of(NAME, sets),
        "inputs": written(given),
        "defended_km2": got.area.area / KM**2,
        "defended_share": _share(got),
        "rows_north_to_south": rows_of(got),
    }
    if got.sight is not None:
        found["sight_km"] = [
            {"target_alt_km": h / KM, "by_power_km": p / KM, "by_horizon_km": d / KM}
            for h, p, d in zip(got.sight.heights, got.sight.by_power, got.sight.by_horizon,
                               strict=True)
        ]  # fmt: skip
    if got.fold is not None:
        found["in_view"] = [
            {"latitude_deg": round(math.degrees(float(lat)), 6), "fewest": int(a), "mean": float(b)}
            for lat, a, b in zip(got.fold.latitudes, got.fold.fewest, got.fold.mean, strict=True)
        ]
    notes = ["One chance to meet the threat counts as defended; kill chances and raids do not."]
    return Told(found, tables, notes, partial(_figure, given, got, sets))


def rows_of(got: Coverage) -> list[str]:
    """Rows of aims from north to south: # defended, - threatened, blank out of its range."""
    signs = [
        "".join("#" if d else "-" if t else " " for d, t in zip(*rows, strict=True))
        for rows in zip(got.area.is_defended, got.area.is_threatened, strict=True)
    ]
    return signs[::-1]


def _share(got: Coverage) -> float:
    n = int(got.area.is_threatened.sum())
    return float(got.area.is_defended.sum()) / n if n else 0.0


def _ground(given: CoverageInputs, got: Coverage) -> Table:
    return Table(
        f"{spaced(given.interceptor)} against {spaced(given.threat)}, launched "
        f"{given.distance / KM:g} km away",
        ("ground", "of what can be aimed at", "seen"),
        [
            (f"{significant(got.area.area / KM**2)} km²", f"{_share(got):.0%}",
             "cued" if given.seen_from is None else f"from {given.seen_from / KM:g} km")
        ],
    )  # fmt: skip


def _sight(given: CoverageInputs, got: Coverage) -> Table:
    assert got.sight is not None
    s = got.sight
    return Table(
        f"{spaced(given.sensor)} and a target of {given.rcs:g} m², antenna {given.mast:g} m up",
        ("target at", "by its power", "above its horizon", "both"),
        [
            (length(h), length(p), length(d), length(b))
            for h, p, d, b in zip(s.heights, s.by_power, s.by_horizon, s.both, strict=True)
        ],
    )


def _fold(given: CoverageInputs, got: Coverage) -> Table:
    assert got.fold is not None
    return Table(
        f"{spaced(given.sensor)}: satellites that look at {given.target_altitude / KM:g} km, "
        "through a day",
        ("latitude", "fewest", "mean"),
        [
            (f"{math.degrees(float(lat)):.0f}°", f"{a}", f"{b:.1f}")
            for lat, a, b in zip(got.fold.latitudes, got.fold.fewest, got.fold.mean, strict=True)
        ],
    )


def _figure(given: CoverageInputs, got: Coverage, sets: Sequence[str]) -> Markup:
    rows, size, edge, top = rows_of(got), 420.0, 46.0, 54.0
    cell = size / len(rows)
    colours = {"#": DEFENDED, "-": THREATENED}
    title = f"Ground that {spaced(given.interceptor)} defends against {spaced(given.threat)}"
    width, height = 620.0, top + size + 92.0
    parts: list[Markup] = [
        tag("style", Markup(STYLE)), rect(0, 0, width, height, fill="white"),
        text(10, 22, title, "title"),
    ]  # fmt: skip
    for i, row in enumerate(rows):
        parts += [
            rect(edge + j * cell, top + i * cell, cell - 0.6, cell - 0.6, fill=colours[sign])
            for j, sign in enumerate(row)
            if sign in colours
        ]
    x0, y0 = edge + size / 2, top + size / 2
    east, north = math.sin(given.bearing), math.cos(given.bearing)
    parts.append(tag("circle", cx=x0, cy=y0, r="5", fill="black", stroke="white"))
    parts.append(line(x0 + 0.5 * size * east, y0 - 0.5 * size * north,
                      x0 + 0.36 * size * east, y0 - 0.36 * size * north, "come"))  # fmt: skip
    parts.append(tag("style", Markup(".come{stroke:#c53030;stroke-width:3}")))
    for share in (0.0, 0.5, 1.0):
        value = given.half_width / KM * (2.0 * share - 1.0)
        parts.append(text(edge + share * size, top + size + 18, f"{value:g}", "tick mid"))
    seen = "cued from burn-out on" if given.seen_from is None else (
        f"seen from {given.seen_from / KM:g} km"
    )  # fmt: skip
    notes = (
        f"km. Dark: defended, {significant(got.area.area / KM**2)} km². Light: can be aimed at. "
        "Red: where threats come from.",
        f"Launched {given.distance / KM:g} km away, {seen}, first launch {given.delay:g} s later. "
        "No draw, no seed.",
        command_of(NAME, sets) + f" --figure {NAME}.svg",
    )
    parts += [text(10, top + size + 44 + 15 * i, words, "note") for i, words in enumerate(notes)]
    return tag("svg", tag("title", title), *parts, viewBox=f"0 0 {width:.0f} {height:.0f}",
               width=f"{width:.0f}", xmlns="http://www.w3.org/2000/svg", role="img",
               aria_label=title)  # fmt: skip
