"""Misaligned looks: angles of a radar, rotations of a satellite, and their derivatives."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.kernels.looks import tangents
from opendome.kernels.misalignment import (
    SATELLITE,
    line_slopes,
    look_slopes,
    misaligned,
    radar_mount,
    turned_line,
)

PLACE = (0.6, 0.7, 300.0)
RADAR = radar_mount(np.array(ecef_from_geodetic(*PLACE)))


def line(azimuth, elevation):
    level = math.cos(elevation)
    enu = np.array([level * math.sin(azimuth), level * math.cos(azimuth), math.sin(elevation)])
    return enu @ enu_basis(PLACE[0], PLACE[1])


def test_a_radar_adds_to_azimuth_and_elevation_and_distance():
    u = np.array([line(1.0, 0.3), line(-2.0, 0.02)])
    b = np.array([[40.0, 2e-3, -1e-3], [-7.0, 0.0, 5e-3]])
    lines, distance = misaligned(RADAR, u, np.array([1e5, 2e5]), b, 1.0)
    assert lines == pytest.approx(np.array([line(1.002, 0.299), line(-2.0, 0.025)]), abs=1e-9)
    assert distance == pytest.approx([1e5 + 40.0, 2e5 - 7.0])
    back, far = misaligned(RADAR, lines, distance, b, -1.0)
    assert back == pytest.approx(u, abs=1e-12)
    assert far == pytest.approx([1e5, 2e5])


def test_a_satellite_is_rotated_and_measures_no_distance():
    u = np.array([[1.0, 0.0, 0.0]])
    lines, distance = misaligned(
        SATELLITE, u, np.array([np.nan]), np.array([[0.3, 0.0, 1e-3]]), 1.0
    )
    assert lines[0] == pytest.approx([math.cos(1e-3), math.sin(1e-3), 0.0], abs=2e-4)
    assert np.linalg.norm(lines[0]) == pytest.approx(1.0)
    assert np.isnan(distance).all()


@pytest.mark.parametrize("mount", [RADAR, SATELLITE])
def test_derivatives_are_those_of_the_reported_line(mount):
    u = tuple(line(0.4, 0.9))
    slopes = np.empty((3, 3))
    line_slopes(mount, u, slopes)
    h = 1e-6
    for k in range(3):
        step = [h if j == k else 0.0 for j in range(3)]
        less = [-x for x in step]
        ahead, behind = turned_line(mount, u, tuple(step)), turned_line(mount, u, tuple(less))
        assert slopes[k] == pytest.approx((np.array(ahead) - behind) / (2 * h), abs=1e-9)
    axes = tangents(*u)
    basis = np.array([u, axes[:3], axes[3:]])
    components = np.empty((4, 3))
    look_slopes(mount, basis, components, np.empty((3, 3)))
    assert components[1] == pytest.approx(slopes @ basis[1])
    assert components[2] == pytest.approx(slopes @ basis[2])
    assert components[0] == pytest.approx([1.0 if mount.is_radar else 0.0, 0.0, 0.0])
    assert components[3] == pytest.approx([0.0, 0.0, 0.0])
