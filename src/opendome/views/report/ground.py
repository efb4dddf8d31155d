"""The map of footprints: sites, their reach and sectors, and the ground that batteries defend."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyarrow import csv

from opendome.results import layout
from opendome.scenario.load import load
from opendome.views.report.map import close_up, raid_map, window_of
from opendome.views.report.markup import Markup, path_data, tag
from opendome.views.report.projection import Window
from opendome.views.report.scene import Scene
from opendome.views.report.words import length, listed, plural, spaced, whole

if TYPE_CHECKING:  # what flies threats brings the compiler: imported when it is first needed
    from opendome.studies.footprints import Footprint, Footprints

FILE: Final = "footprints"
COLOURS: Final = 5
KM2: Final = 1e6
SYMBOLS: Final = (
    ("battery", "battery, dashed: its reach"),
    ("sensor", "sensor, dotted: its sector"),
    ("launch", "launch area"),
    ("asset", "defended asset"),
)


def footprints_in(folder: Path, scenario: Mapping[str, Any]) -> Footprints:
    """Footprints of a scenario, from the folder where they are; else they are found and kept."""
    from opendome.studies.footprints import footprints, from_table, to_table

    path = folder / f"{FILE}.parquet"
    try:
        return from_table(pq.read_table(path))
    except (OSError, pa.ArrowException, KeyError, ValueError):
        pass
    found = footprints(load(scenario))
    table = to_table(found)
    layout.write_table(path, table)
    csv.write_csv(table, path.with_suffix(".csv"))
    return found


def classes_of(found: Footprints) -> list[str]:
    """Classes of threats in the order of their colours."""
    return list(dict.fromkeys(one.threat for one in found.found))


def maps(scene: Scene, found: Footprints) -> list[tuple[Markup, bool]]:
    """The whole map and, where it shows more, a close-up (True)."""
    window = window_of(scene, None)
    if window is None:
        return []
    close = close_up(window, scene)
    wanted = [("map", window, close)] + ([] if close is None else [("close", close, None)])
    return [
        (raid_map(name, w, scene, None, [], inset, _shaded(w, found)), name == "close")
        for name, w, inset in wanted
    ]


def legend(found: Footprints) -> Markup:
    """Classes of threats by colour, and the symbols."""
    classes = [
        tag("li", tag("span", class_=f"patch ground kind-{k % COLOURS}", aria_hidden="true"),
            f"defended against {spaced(name)}")
        for k, name in enumerate(classes_of(found))
    ]  # fmt: skip
    marks = [
        tag("li", tag("span", class_=f"symbol {k}", aria_hidden="true"), words)
        for k, words in SYMBOLS
    ]
    return tag("ul", *classes, *marks, class_="legend")


def table(found: Footprints) -> Markup:
    """Areas of all footprints."""
    head = ("battery", "round", "against", "launched from", "ground defended")
    rows = [
        tag("tr", tag("th", spaced(one.battery), scope="row"), tag("td", spaced(one.system)),
            tag("td", spaced(one.threat)), tag("td", spaced(one.groups)),
            tag("td", _area(one)))
        for one in found.found
    ]  # fmt: skip
    return tag("table", tag("thead", tag("tr", *(tag("th", w, scope="col") for w in head))),
               tag("tbody", *rows), class_="counts")  # fmt: skip


def words(found: Footprints, scene: Scene) -> str:
    """What the map shows, assumes and leaves out."""
    said = [
        "Shaded: a battery can meet a threat of the class inside its envelope before it lands "
        "there, from every launch area that reaches the place. Others cue it from burn-out on, and "
        "it may fire after consent and reaction. Nothing is said of kill chances, stocks or raids; "
        "gliders and lasers are not drawn."
    ]
    if found.n_left_out:
        said.append(f"{plural(found.n_left_out, 'more pair')} of a battery and a class left out.")
    if found.n_refused:
        said.append(f"{plural(found.n_refused, 'pair')} could not be flown.")
    orbit = [spaced(b.name) for b in scene.batteries if not np.isfinite(b.place[0])]
    if orbit:
        said.append(f"In orbit, without ground of their own: {listed(orbit)}.")
    return " ".join(said)


def _area(one: Footprint) -> str:
    is_cut = one.is_defended[[0, -1]].any() or one.is_defended[:, [0, -1]].any()
    side = length(2.0 * float(one.offsets[-1]))
    return f"{whole(one.area / KM2)} km²" + (f", cut at a square of {side}" if is_cut else "")


def _shaded(window: Window, found: Footprints) -> Markup:
    """A shape for each class: the ground of all batteries together."""
    shapes = []
    for k, name in enumerate(classes_of(found)):
        mine = [one for one in found.found if one.threat == name]
        tip = "; ".join(f"{spaced(one.battery)} {_area(one)}" for one in mine)
        shapes.append(
            tag("path", d="".join(_outline(window, one) for one in mine),
                class_=f"ground kind-{k % COLOURS}", data_tip=f"against {spaced(name)}: {tip}")
        )  # fmt: skip
    return tag("g", *shapes)


def _outline(window: Window, one: Footprint) -> str:
    """Path data about the defended cells, corners cut at the middles of their edges."""
    from opendome.studies.defended_area import place_at

    step = float(one.offsets[1] - one.offsets[0])
    start = float(one.offsets[0]) - step / 2
    words = []
    for loop in loops(one.is_defended):
        middles = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairwise([*loop, loop[0]])]
        places = [place_at(start + n * step, start + e * step, one.site) for n, e in middles]
        lats, lons = np.array(places).T
        words.append(path_data(*window.pixels(lats, lons), closed=True))
    return "".join(words)


def loops(cells: NDArray[np.bool_]) -> list[list[tuple[int, int]]]:
    """Corners (row, column) around connected cells, one loop after another, holes too."""
    edges: set[tuple[tuple[int, int], tuple[int, int]]] = set()
    for r, c in np.argwhere(cells).tolist():
        corners = [(r, c), (r, c + 1), (r + 1, c + 1), (r + 1, c)]
        for a, b in pairwise([*corners, corners[0]]):
            if (b, a) in edges:
                edges.remove((b, a))
            else:
                edges.add((a, b))
    following: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for a, b in sorted(edges):
        following.setdefault(a, []).append(b)
    found = []
    while following:
        first = min(following)
        loop, here = [], first
        while here in following:
            loop.append(here)
            after = following[here]
            here = after.pop()
            if not after:
                del following[loop[-1]]
        found.append(loop)
    return found
