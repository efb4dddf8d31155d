"""The map of footprints: outlines by hand, areas and words."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.scenario.load import resolved
from opendome.studies.footprints import Footprint, Footprints
from opendome.views.report import ground
from opendome.views.report.scene import scene_of

CITY = scene_of(resolved("iron_dome_city"))


def made(cells: np.ndarray, threat: str = "rocket_122mm") -> Footprint:
    n = len(cells)
    offsets = np.linspace(-10e3, 10e3, n)
    site = CITY.batteries[0].place
    return Footprint("battery_north", "iron_dome", site, threat, "north", offsets,
                     np.ones((n, n), dtype=bool), cells)  # fmt: skip


def area_of(loop: list[tuple[int, int]]) -> float:
    """Signed area inside corners."""
    y, x = np.array(loop).T
    return 0.5 * float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


def test_outlines_hold_the_cells_and_leave_out_the_hole():
    cells = np.zeros((5, 5), dtype=bool)
    cells[1:4, 1:4] = True
    cells[2, 2] = False
    found = ground.loops(cells)
    assert len(found) == 2
    assert sorted(abs(area_of(loop)) for loop in found) == [1, 9]
    assert sum(area_of(loop) for loop in found) == pytest.approx(8)


def test_cells_that_meet_at_a_corner_are_kept():
    cells = np.eye(2, dtype=bool)
    assert sum(area_of(loop) for loop in ground.loops(cells)) == pytest.approx(2)
    assert ground.loops(np.zeros((2, 2), dtype=bool)) == []


def test_the_map_has_a_shape_for_each_class_and_says_what_is_left_out():
    cells = np.zeros((5, 5), dtype=bool)
    cells[2:4, 1:4] = True
    found = Footprints((made(cells), made(cells, "rocket_long")), n_refused=1, n_left_out=3)
    drawings = ground.maps(CITY, found)
    assert [is_close for _, is_close in drawings] == [False, True]
    for drawing, _ in drawings:
        assert drawing.count('class="ground kind-') == 2
        assert "against rocket long: battery north 150 km²" in drawing
    assert "defended against rocket 122mm" in ground.legend(found)
    said = ground.words(found, CITY)
    assert "3 more pairs of a battery and a class left out" in said
    assert "1 pair could not be flown" in said
    assert "150 km²" in ground.table(found)


def test_ground_at_the_edge_of_its_square_is_said_to_be_cut():
    cells = np.zeros((5, 5), dtype=bool)
    cells[0] = True
    assert "cut at a square of 20 km" in ground.table(Footprints((made(cells),))).replace(
        "\u202f", " "
    )


def test_an_outline_lies_about_its_battery():
    cells = np.zeros((3, 3), dtype=bool)
    cells[1, 1] = True
    window = ground.window_of(CITY, None)
    assert window is not None
    data = ground._outline(window, made(cells))
    x, y = map(float, data[1:].split("l")[0].split())
    at = window.pixel(*CITY.batteries[0].place)
    assert math.dist((x, y), at) == pytest.approx(5e3 / window.metres_per_pixel, rel=0.02)
