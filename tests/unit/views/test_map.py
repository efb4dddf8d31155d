"""Projection, coastlines and paths on paper, against pyproj and known places."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.views.report import coast, sites
from opendome.views.report.labels import Labels
from opendome.views.report.profile import side_picture, sides_of
from opendome.views.report.projection import (
    FARTHEST,
    Window,
    backward,
    circle,
    forward,
    ground_distance,
    way_left,
    window_around,
)
from opendome.views.report.scene import Asset, Battery, Scene, Sensor
from opendome.views.report.shown import Flight, Shown
from opendome.views.report.tracks_drawn import needed

lats = st.floats(-1.55, 1.55)
lons = st.floats(-math.pi, math.pi)


@given(lats, lons, lats, lons)
def test_projection_is_that_of_pyproj(lat0: float, lon0: float, lat: float, lon: float):
    theirs = pyproj.Proj(
        proj="aeqd", lat_0=math.degrees(lat0), lon_0=math.degrees(lon0), R=EARTH_RADIUS_MEAN
    )
    away = ground_distance(np.array([lat]), np.array([lon]), lat0, lon0)[0]
    ours = forward(lat0, lon0, np.array([lat]), np.array([lon]))
    if away > 2.55 * EARTH_RADIUS_MEAN:
        assert np.hypot(*ours)[0] <= FARTHEST * EARTH_RADIUS_MEAN * (1 + 1e-12)
        return
    assert np.hypot(*ours)[0] == pytest.approx(away, rel=1e-9, abs=0.1)
    expected = theirs(math.degrees(lon), math.degrees(lat))
    assert np.hypot(ours[0][0] - expected[0], ours[1][0] - expected[1]) < 1.0


@given(lats, lons, st.floats(0, 1.6e7), st.floats(-math.pi, math.pi))
def test_backward_undoes_forward(lat0: float, lon0: float, distance: float, azimuth: float):
    x, y = distance * math.sin(azimuth), distance * math.cos(azimuth)
    place = backward(lat0, lon0, np.array([x]), np.array([y]))
    back = forward(lat0, lon0, *place)
    assert np.hypot(back[0][0] - x, back[1][0] - y) < 1.0


def test_a_circle_has_its_radius():
    places = circle(0.7, 2.1, 40e3, np.linspace(0, 6, 9))
    assert ground_distance(*places, 0.7, 2.1) == pytest.approx(40e3, rel=1e-9)


@given(st.lists(st.tuples(st.floats(0.3, 1.5), lons), min_size=1, max_size=9))
def test_a_window_holds_every_place(places: list[tuple[float, float]]):
    lat, lon = np.array(places).T
    window = window_around(lat, lon, 1000.0, (480.0, 680.0))
    if window.reach > 2.2 * EARTH_RADIUS_MEAN:
        return
    x, y = window.pixels(lat, lon)
    assert ((x > 0) & (x < window.width) & (y > 0) & (y < window.height)).all()


LAND = {
    "Denver": (39.7, -105.0),
    "Moscow": (55.7, 37.6),
    "Nairobi": (-1.3, 36.8),
    "Brasilia": (-15.8, -47.9),
    "Alice Springs": (-23.7, 133.9),
    "Vostok": (-78.5, 106.8),
    "Sakha": (65.0, 125.0),
}
SEA = {
    "North Pacific": (35.0, -160.0),
    "South Pacific": (-40.0, -120.0),
    "Atlantic": (30.0, -40.0),
    "Indian Ocean": (-30.0, 80.0),
    "Caspian": (41.5, 51.0),
    "North Pole": (89.0, 0.0),
    "Tasman Sea": (-38.0, 160.0),
}
MIDDLES = [(50.0, -170.0), (-45.0, -90.0), (0.0, 20.0), (85.0, 10.0), (-80.0, 0.0)]


def _is_inside(data: str, x: float, y: float) -> bool:
    """Even-odd rule for path data made of M, relative l, z, H and V."""
    count = 0
    for ring in re.findall(r"M[^M]+", data):
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", ring)]
        if "H" in ring:
            right, low, left = numbers[2], numbers[3], numbers[4]
            corners = [(numbers[0], numbers[1]), (right, numbers[1]), (right, low), (left, low)]
            points = np.array(corners)
        else:
            points = np.cumsum(np.array(numbers).reshape(-1, 2), axis=0)
        a, b = points, np.roll(points, -1, axis=0)
        crosses = (a[:, 1] > y) != (b[:, 1] > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            at = a[:, 0] + (y - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0])
        count += int(np.sum(crosses & (at > x)))
    return count % 2 == 1


@pytest.mark.parametrize("middle", MIDDLES)
def test_land_is_land_and_sea_is_sea_wherever_the_map_is_centred(middle: tuple[float, float]):
    window = Window(math.radians(middle[0]), math.radians(middle[1]), 14e3, 1000, 1000)
    data = coast.land(window)
    seen = 0
    for places, is_land in ((LAND, True), (SEA, False)):
        for name, (lat, lon) in places.items():
            x, y = window.pixel(math.radians(lat), math.radians(lon))
            if 0 < x < 1000 and 0 < y < 1000:
                seen += 1
                assert _is_inside(data, x, y) == is_land, name
    assert seen >= 4


def test_a_map_deep_inside_a_continent_is_all_land():
    window = Window(math.radians(48), math.radians(67), 100, 1000, 600)
    assert _is_inside(coast.land(window), 500, 300)
    assert coast.borders(window) == ""


def test_a_map_far_out_at_sea_has_no_land():
    for lat, lon in ((-30, -110), (-45, -90), (20, -150)):  # opposite of land, land, sea
        window = Window(math.radians(lat), math.radians(lon), 100, 1000, 600)
        assert not _is_inside(coast.land(window), 500, 300)


def test_cutting_keeps_the_part_within():
    window = Window(0, 0, 1, 100, 100)
    x, y = coast.cut(np.array([50.0, 500, 500, 50]), np.array([50.0, 50, 500, 500]), window)
    area = 0.5 * abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
    assert area == pytest.approx((58) ** 2)


@given(st.integers(0, 2**32 - 1))
def test_thinning_is_wrong_by_less_than_its_tolerance(seed: int):
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(0, 100, 50))
    points = np.cumsum(rng.normal(0, 1, (50, 4)), axis=0)
    keep = needed(t, points, 0.8)
    assert keep[0]
    assert keep[-1]
    for column in points.T:
        assert np.abs(np.interp(t, t[keep], column[keep]) - column).max() <= 0.8 + 1e-9


def test_a_straight_path_needs_its_ends_only():
    t = np.linspace(0, 10, 30)
    assert needed(t, np.column_stack([3 * t, 5 - t]), 0.3).sum() == 2


def test_names_do_not_cover_each_other():
    labels = Labels(200, 60)
    for _ in range(12):
        labels.add(100, 30, "battery", "battery")
    shown = labels.drawn()
    assert 1 <= shown.count("<text") < 12


NOWHERE = Scene((), (), (), ())


def battery(name: str, lat: float = -21.0, platform: str = "ground") -> Battery:
    place = (math.radians(lat), math.radians(13.6))
    return Battery(name, "System", place, 50e3, 12, 20e3, platform)


def sensor(name: str, platform: str = "ground") -> Sensor:
    place = (math.radians(-21.0), math.radians(13.6))
    return Sensor(name, "Radar", place, math.nan, 100e3, 0.0, 2.0, platform)


def boxes(markup: str) -> list[tuple[float, float]]:
    """Left edges and tops of the squares of batteries."""
    found = re.findall(r'<rect x="([-\d.]+)" y="([-\d.]+)"[^>]*site battery', markup)
    return [(float(x), float(y)) for x, y in found]


WINDOW = Window(math.radians(-21.0), math.radians(13.6), 100.0, 1000.0, 500.0)


def test_sites_of_one_spot_stand_side_by_side_under_one_name():
    scene = replace(NOWHERE, batteries=(battery("unit_mse"), battery("unit_gemt")))
    labels = Labels(1000, 500)
    marks = "".join(sites.drawn(WINDOW, scene, labels, None))
    (left, _), (right, _) = boxes(marks)
    assert right - left == sites.STEP
    assert [name for _, _, name, _, _ in labels.wanted] == ["unit: mse, gemt"]
    (x,) = re.findall(r'<text x="([\d.]+)"', labels.drawn())
    assert float(x) > right + 9  # beyond the last symbol


def test_what_a_ship_carries_is_one_hull():
    scene = replace(
        NOWHERE,
        batteries=tuple(battery(f"west_{k}", platform="ship") for k in range(4)),
        sensors=(sensor("west_radar", "ship"), sensor("high_eye", "aircraft")),
    )
    labels = Labels(1000, 500)
    marks = sites.drawn(WINDOW, scene, labels, None)
    assert [m.count("<polygon") for m in marks] == [1, 1]
    assert "on an aircraft" in marks[1]


def test_within_the_close_up_only_assets_are_named():
    asset = Asset("city", (math.radians(-21.001), math.radians(13.601)), 5e3, 1.0)
    scene = replace(NOWHERE, batteries=(battery("near"), battery("far", -21.2)), assets=(asset,))
    inset = Window(math.radians(-21.0), math.radians(13.6), 10.0, 1000.0, 500.0)
    labels = Labels(1000, 500)
    assert len(sites.drawn(WINDOW, scene, labels, inset)) == 3
    assert [name for _, _, name, _, _ in labels.wanted] == ["far", "city"]


def test_the_frame_of_the_close_up_is_where_its_corners_are():
    inset = Window(math.radians(-21.05), math.radians(13.7), 10.0, 1000.0, 500.0)
    left, top, right, bottom = sites.frame(WINDOW, inset)
    x, y = WINDOW.pixel(inset.lat, inset.lon)
    # ten times finer: 100 by 50 pixels about its middle
    assert (left, right) == pytest.approx((x - 50, x + 50), abs=0.2)
    assert (top, bottom) == pytest.approx((y - 25, y + 25), abs=0.2)


def flight(kind: str, top: float, end: float, outcome: str = "leaked") -> Flight:
    s = np.linspace(0, 1, 41)
    alt = 4 * (top - end / 2) * s * (1 - s) + end * s if top > end else np.full(41, end)
    zero = np.zeros(41)
    return Flight(kind, 0, outcome, 100 * s, zero, zero, alt, 2e5 * (1 - s))


def shown(*flights: Flight) -> Shown:
    return Shown(0, {}, {}, {}, {}, flights, False, 0)


def test_low_flyers_get_a_picture_of_their_own_where_others_dwarf_them():
    high, cruise = flight("threat", 300e3, 0), flight("threat", 60, 60)
    whole, low = sides_of(shown(high, cruise))
    assert (whole.name, low.name) == ("side", "low")
    assert low.altitude.high < 100
    assert low.holds(cruise)
    assert not low.holds(high)
    assert low.holds(flight("interceptor", 5e3, 50))  # comes down on a low flyer
    assert not low.holds(flight("interceptor", 80e3, 70e3))
    drawing = side_picture(low, [])
    assert "altitude, m" in drawing
    assert 'id="low-replay"' in drawing


@pytest.mark.parametrize("tops", [[300e3, 250e3], [60, 70], [300e3]])
def test_raids_of_one_kind_need_one_picture(tops):
    assert [s.name for s in sides_of(shown(*(flight("threat", h, 0) for h in tops)))] == ["side"]


@pytest.mark.parametrize("share", [1.0, 0.9])
def test_the_way_left_over_the_far_side_is_that_along_the_path(share: float) -> None:
    """From 60 degrees north over the north pole and the south pole to the equator: 300 degrees."""
    angle = np.linspace(0.0, np.radians(300.0) * share, 400)
    heading = np.radians(60.0) + angle  # along the meridian from the equator
    lats = np.arcsin(np.sin(heading))
    lons = np.where(np.cos(heading) < 0.0, 1.0 + math.pi, 1.0)
    left = way_left(lats, lons, 0.0, 1.0)
    assert left == pytest.approx(EARTH_RADIUS_MEAN * (np.radians(300.0) - angle), abs=10.0)


def test_the_way_left_of_a_short_flight_is_the_great_circle() -> None:
    lats, lons = np.array([0.1, 0.3, 0.2]), np.array([0.1, 0.1, 0.2])
    assert way_left(lats, lons, 0.2, 0.25) == pytest.approx(ground_distance(lats, lons, 0.2, 0.25))
