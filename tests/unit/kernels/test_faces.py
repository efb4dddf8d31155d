"""Loss off the axis of flat faces: by hand, against the angle, and what it costs of range."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from opendome.kernels.faces import faces_of, off_face, scan_gain, scan_gains
from opendome.kernels.field import Field
from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.kernels.radar import coverage
from opendome.messages import Tasking, empty
from opendome.scenario import build_system, entry
from opendome.sensors import build
from opendome.sensors.radar import Radar
from tests.unit.sensors.sites import WARNING, radar, truth_of

BEALE = (math.radians(39.136), math.radians(-121.351))


def numbers(sector_deg: float, faces: int, tilt_deg: float = 0.0, power: float = 2.0) -> Any:
    return SimpleNamespace(
        sector=math.radians(sector_deg),
        faces=faces,
        face_tilt=math.radians(tilt_deg),
        scan_power=power,
    )


def field_at(azimuth_deg: float) -> Field:
    lat, lon = BEALE
    place = np.array(ecef_from_geodetic(lat, lon, 0.0))
    return Field(place, enu_basis(lat, lon), 0.0, math.radians(azimuth_deg), 3.2, -1.6, 1.6, 1e7)


@pytest.mark.parametrize(
    ("sector", "faces", "turn", "off"),
    [
        (240, 2, 0.0, -60.0),  # the seam of two faces belongs to the right one
        (240, 2, -1.0, 59.0),
        (240, 2, -60.0, 0.0),
        (240, 2, 60.0, 0.0),
        (240, 2, 119.0, 59.0),
        (360, 4, 0.0, -45.0),
        (360, 4, 100.0, -35.0),
        (360, 4, -179.0, -44.0),
        (360, 3, 170.0, 50.0),
        (360, 3, 0.0, 0.0),
        (120, 1, -50.0, -50.0),
        (360, 0, 123.0, 0.0),
    ],
)
def test_azimuth_from_the_nearest_face(sector: float, faces: int, turn: float, off: float) -> None:
    found = off_face(faces_of(numbers(sector, faces)), math.radians(turn))
    assert math.degrees(found) == pytest.approx(off, abs=1e-9)


def test_the_faces_of_beale_look_to_186_and_306_degrees() -> None:
    """Sector 126 to 6 degrees in two faces: each axis gives the most of all azimuths around it."""
    field, faces = field_at(246.0), faces_of(numbers(240, 2))
    azimuths = np.radians(np.arange(126.0, 367.0))
    gains = np.array([scan_gain(field, faces, math.sin(a), math.cos(a), 0.0) for a in azimuths])
    peaks = [126 + i for i in range(1, 240) if gains[i] > gains[i - 1] and gains[i] > gains[i + 1]]
    assert peaks == [186, 306]
    assert gains[[0, 120, -1]] == pytest.approx(0.25)  # 60 degrees off, out and back


def test_gain_is_the_power_of_the_cosine_between_the_axis_and_the_direction() -> None:
    rng = np.random.default_rng(1)
    field, tilt = field_at(30.0), math.radians(20.0)
    faces = faces_of(numbers(120, 1, 20.0, 3.0))
    axis = np.array([math.sin(math.radians(30.0)), math.cos(math.radians(30.0)), math.tan(tilt)])
    axis /= np.linalg.norm(axis)
    for _ in range(50):
        u = rng.normal(size=3)
        u /= np.linalg.norm(u)
        expected = max(float(u @ axis), 0.0) ** 3
        assert scan_gain(field, faces, *u) == pytest.approx(expected, abs=1e-12)


def test_an_antenna_that_turns_loses_nothing_at_its_elevation() -> None:
    faces = faces_of(numbers(360, 0))
    for a in (0.1, 2.0, -3.0):
        assert scan_gain(field_at(0.0), faces, math.sin(a), math.cos(a), 0.0) == pytest.approx(1.0)


def test_places_and_directions_agree() -> None:
    field, faces = field_at(246.0), faces_of(numbers(240, 2, 20.0))
    u = np.array([[-0.8, 0.5, 0.3], [0.1, -0.9, 0.4]])
    u /= np.linalg.norm(u, axis=1)[:, None]
    places = field.r_ecef + 1e6 * (u @ field.basis)
    found = scan_gains(field, faces, places)
    assert found == pytest.approx([scan_gain(field, faces, *row) for row in u], rel=1e-9)


def test_sixty_degrees_off_the_axis_the_range_is_0_707_of_that_on_it() -> None:
    """A fourth root of cos^2 60: drawn looks there detect as the stated point says, no better."""
    changes = {"faces": 1, "scan_power": 2.0, "sector": math.radians(130.0), "false_alarms": 0.0}
    reach = WARNING["reference_range"] * math.sqrt(0.5)
    site = radar(45.0, 0.0, 0.0, WARNING, **changes)
    (built,) = build((site,))
    assert isinstance(built, Radar)
    lat, lon = math.radians(45.0), 0.0
    up = math.sin(math.radians(8.0))
    level = math.sqrt(1.0 - up * up)
    # 60 degrees off in all: elevation and azimuth together
    azimuth = math.acos(0.5 / level)
    u = np.array([level * math.sin(azimuth), level * math.cos(azimuth), up])
    place = np.array(ecef_from_geodetic(lat, lon, 40.0)) + reach * enu_basis(lat, lon).T @ u
    truth = truth_of(place, runs=4000, rcs_uhf=1.0)
    shown = built.shown_rcs(truth)
    assert shown == pytest.approx(0.25, rel=1e-9)
    assert coverage(built.numbers, place[None], shown[:1])[0] == pytest.approx(0.8, abs=1e-9)
    seen = len(built.sense(truth, empty(Tasking), 3).run)
    assert abs(seen - 3200) < 4.0 * math.sqrt(4000 * 0.8 * 0.2)


@pytest.mark.parametrize(
    ("name", "sector", "faces"),
    [("uewr", 240, 2), ("lrdr", 240, 2), ("spy1", 360, 4), ("spy6", 360, 4), ("spy7", 360, 4),
     ("parcs", 140, 1), ("cobra_dane", 120, 1), ("tpy2_forward", 120, 1), ("mpq65", 120, 1),
     ("ltamds", 360, 3), ("sentinel", 360, 0), ("airborne_radar", 360, 0)],
)  # fmt: skip
def test_faces_of_the_catalog(name: str, sector: float, faces: int) -> None:
    system = build_system(entry(name))
    assert math.degrees(system.sector) == pytest.approx(sector)
    assert system.faces == faces
    assert system.scan_power == 0.0


def test_fylingdales_has_three_faces_all_round() -> None:
    system = build_system(entry("uewr"), overrides={"sector_deg": 360, "faces": 3})
    faces = faces_of(system)
    assert math.degrees(faces.step) == pytest.approx(120.0)
