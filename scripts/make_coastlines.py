"""Make the coastlines and borders of the report from Natural Earth.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python scripts/make_coastlines.py package src/opendome/scenario/geodata

Natural Earth is in the public domain; world-atlas is its TopoJSON edition. Each line is simplified
by the rule of Douglas and Peucker (Cartographica 10, 112 (1973)) and stored as differences of
integers, 1e-4 degrees a unit. Same input, same bytes.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

UNITS_PER_DEG = 10_000
# file to write, file to read, tolerance in degrees of latitude, smallest ring in square degrees
LANDS = (
    ("land_50m.npz", "land-50m.json", 0.012, 0.002),
    ("land_10m.npz", "land-10m.json", 0.0025, 0.0),
)
BORDERS = ("borders_50m.npz", "countries-50m.json", 0.02)


def arcs_of(topology: dict[str, Any]) -> list[Floats]:
    """Arcs of a quantised topology as (n, 2) longitude and latitude in degrees."""
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    return [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in topology["arcs"]]


def joined(arcs: list[Floats], indices: list[int]) -> Floats:
    """One line from arcs end to end; ~i stands for arc i turned around."""
    parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
    return np.vstack([parts[0], *(part[1:] for part in parts[1:])])


def simplified(line: Floats, tolerance_deg: float) -> Floats:
    """Points of a line that are needed to stay within a tolerance of it."""
    width = np.cos(np.radians(np.clip(line[:, 1], -88.0, 88.0)))
    x = np.column_stack([line[:, 0] * width, line[:, 1]])
    keep = np.zeros(len(line), dtype=bool)
    keep[[0, -1]] = True
    closed = bool(np.array_equal(line[0], line[-1]))
    spans = [(0, len(line) - 1)]
    if closed:  # split a ring at the point farthest from its start
        far = int(np.argmax(np.hypot(*(x - x[0]).T)))
        keep[far] = True
        spans = [(0, far), (far, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        chord = x[last] - x[first]
        offset = x[first + 1 : last] - x[first]
        length = float(np.hypot(*chord))
        if length > 0:
            along = np.clip(offset @ chord / length**2, 0.0, 1.0)
            offset = offset - along[:, None] * chord
        distance = np.hypot(offset[:, 0], offset[:, 1])
        worst = int(np.argmax(distance))
        if distance[worst] > tolerance_deg:
            middle = first + 1 + worst
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return line[keep]


def area_square_deg(ring: Floats) -> float:
    """Signed area of a ring, its longitudes shrunk to scale."""
    x, y = ring[:, 0] * np.cos(np.radians(ring[:, 1])), ring[:, 1]
    return float(0.5 * np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))


def land_rings(topology: dict[str, Any], tolerance_deg: float, smallest: float) -> Iterator[Floats]:
    """Simplified rings of all land, islands and inland seas, large enough to be seen."""
    arcs = arcs_of(topology)
    for geometry in topology["objects"]["land"]["geometries"]:
        for polygon in geometry["arcs"]:
            for indices in polygon:
                ring = simplified(joined(arcs, indices), tolerance_deg)
                if len(ring) >= 4 and abs(area_square_deg(ring)) >= smallest:
                    yield ring


def border_lines(topology: dict[str, Any], tolerance_deg: float) -> Iterator[Floats]:
    """Simplified lines between two countries: the arcs that two of them share."""
    owners: Counter[int] = Counter()
    for geometry in topology["objects"]["countries"]["geometries"]:
        nested = geometry.get("arcs", [])
        polygons = nested if geometry["type"] == "MultiPolygon" else [nested]
        owners.update({i if i >= 0 else ~i for rings in polygons for ring in rings for i in ring})
    arcs = arcs_of(topology)
    for i in sorted(owners):
        if owners[i] > 1:
            yield simplified(arcs[i], tolerance_deg)


def write(path: Path, lines: list[Floats]) -> None:
    """Store lines as their lengths and the differences of their integer coordinates."""
    points = np.rint(np.vstack(lines) * UNITS_PER_DEG).astype(np.int32)
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int32))
    counts = np.array([len(line) for line in lines], dtype=np.int32)
    np.savez_compressed(path, counts=counts, lon_steps=steps[:, 0], lat_steps=steps[:, 1])
    print(f"{path}: {len(lines)} lines, {len(points)} points, {path.stat().st_size / 1e3:.0f} kB")


def main(source: Path, target: Path) -> None:
    """Read the world-atlas package in ``source`` and write the files of ``target``."""
    for name, original, tolerance_deg, smallest in LANDS:
        topology = json.loads((source / original).read_text())
        write(target / name, list(land_rings(topology, tolerance_deg, smallest)))
    name, original, tolerance_deg = BORDERS
    topology = json.loads((source / original).read_text())
    write(target / name, list(border_lines(topology, tolerance_deg)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
