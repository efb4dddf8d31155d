"""Energy and angular momentum in the inertial frame, for whatever flies without air and thrust.

In the field of an oblate Earth, symmetric about its axis, energy and the part of the angular
momentum along the axis are kept; the rest of the angular momentum turns with the orbit.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from opendome.constants import EARTH_J2, EARTH_J3, EARTH_J4, EARTH_MU, EARTH_RADIUS_EQUATOR
from opendome.kernels.flight import STILL_FLYING, Cursor, Limits, fly_segment
from opendome.kernels.frames import ecef_from_geodetic, ecefs_from_ecis, ecis_from_ecefs, enu_basis
from opendome.kernels.impact import coast_paths
from opendome.kernels.propulsion import coast_push
from opendome.kernels.quasi_ballistic import held_step
from opendome.kernels.satellites import satellite_states
from tests.laws.examples import examples

RULES = examples(60)
LAT = st.floats(-math.pi / 2, math.pi / 2)
LON = st.floats(-math.pi, math.pi)
NO_AIR = 1e30  # kg/m^2
J2_ONLY = ((2, EARTH_J2),)
ZONAL = ((2, EARTH_J2), (3, EARTH_J3), (4, EARTH_J4))


def energy(y: np.ndarray, terms: tuple[tuple[int, float], ...] = J2_ONLY) -> float:
    """Specific energy, J/kg, with zonal terms of the potential."""
    r = float(np.linalg.norm(y[:3]))
    shape = 1.0
    for n, j in terms:
        legendre = np.polynomial.legendre.Legendre.basis(n)(y[2] / r)
        shape -= j * (EARTH_RADIUS_EQUATOR / r) ** n * float(legendre)
    return 0.5 * float(y[3:] @ y[3:]) - EARTH_MU / r * shape


def momentum(y: np.ndarray) -> float:
    """Specific angular momentum along the Earth's axis, m^2/s."""
    return float(y[0] * y[4] - y[1] * y[3])


def thrown(lat: float, lon: float, alt: float, speed: float, azimuth: float, climb: float):
    """Inertial state of a body thrown from a height."""
    basis = enu_basis(lat, lon)
    level = math.sin(azimuth) * basis[0] + math.cos(azimuth) * basis[1]
    v = speed * (math.cos(climb) * level + math.sin(climb) * basis[2])
    return np.concatenate([ecef_from_geodetic(lat, lon, alt), v])


THROWN = st.builds(
    thrown, LAT, LON, st.floats(2e5, 2e6), st.floats(1000.0, 7500.0), st.floats(0.0, 6.28),
    st.floats(0.0, 1.5),
)  # fmt: skip


@RULES
@given(THROWN, st.floats(10.0, 1500.0))
def test_a_coast_by_the_adaptive_integrator(y: np.ndarray, seconds: float) -> None:
    limits = Limits(1e-4, 1e-7, seconds, 0.0, 0.0)
    cursor = Cursor(0.0, tuple(y), 1.0, 0, 0, 0.0, 1)
    flown = fly_segment(cursor, seconds, coast_push(NO_AIR), limits, np.empty((0, 7)))
    assume(flown.status == STILL_FLYING)
    end = np.array(flown.y)
    assert energy(end) == pytest.approx(energy(y), abs=2e-3)  # J/kg, of 6e7
    assert momentum(end) == pytest.approx(momentum(y), abs=1.0)  # m^2/s, of 4e10


@RULES
@given(st.lists(THROWN, min_size=1, max_size=5), st.floats(10.0, 1500.0))
def test_coasts_in_a_tile(bodies: list[np.ndarray], seconds: float) -> None:
    n = len(bodies)
    y = np.array(bodies)
    r, v = ecefs_from_ecis(y[:, :3].copy(), y[:, 3:].copy(), np.zeros(n))
    times = np.full((n, 1), seconds)
    path = coast_paths(r, v, np.full(n, math.log(NO_AIR)), np.zeros(n), times)[:, 0]
    is_up = np.isfinite(path[:, 0])
    assume(is_up.any())
    path = path[is_up]
    r, v = ecis_from_ecefs(
        np.ascontiguousarray(path[:, :3]), np.ascontiguousarray(path[:, 3:]),
        np.full(len(path), seconds),
    )  # fmt: skip
    for start, end in zip(y[is_up], np.hstack([r, v]), strict=True):
        assert energy(end) == pytest.approx(energy(start), abs=10.0)
        assert momentum(end) == pytest.approx(momentum(start), abs=200.0)


@RULES
@given(THROWN, st.floats(0.05, 0.5))
def test_a_held_step_without_command(y: np.ndarray, h: float) -> None:
    end = tuple(y)
    for _ in range(100):
        end = held_step(end, (0.0, 0.0, 0.0), NO_AIR, h)
    assert energy(np.array(end)) == pytest.approx(energy(y), abs=0.1)
    assert momentum(np.array(end)) == pytest.approx(momentum(y), abs=100.0)


@RULES
@given(
    st.floats(6.6e6, 4.3e7), st.floats(0.0, 0.7), st.floats(0.01, 3.1), LON, LON, LON,
    st.floats(0.0, 7 * 86400.0),
)  # fmt: skip
def test_satellites(
    a: float, e: float, i: float, node: float, perigee: float, anomaly: float, t: float
) -> None:
    """To the order of the theory: second order in J2, and its short periods are of circles.

    Higher zonal terms have no short periods in it: high up that is more than the square of J2.
    """
    assume(a * (1.0 - e) > 6.5e6)
    elements = np.array([[a, e, i, node, perigee, anomaly]])
    states = [satellite_states(elements, x)[0] for x in (0.0, t)]
    scale = EARTH_MU / a
    first = (EARTH_RADIUS_EQUATOR / (a * (1 - e * e))) ** 2 * EARTH_J2
    higher = sum(
        abs(j) * (EARTH_RADIUS_EQUATOR / (a * (1 - e * e))) ** n for n, j in ZONAL if n > 2
    )
    left_out = 4.0 * first**2 + 4.0 * first * e + 2.0 * higher
    allowed = left_out * scale / (1.0 - e) ** 3
    assert energy(states[1], ZONAL) == pytest.approx(energy(states[0], ZONAL), abs=allowed)
    whole = float(np.linalg.norm(np.cross(states[0][:3], states[0][3:])))
    assert momentum(states[1]) == pytest.approx(momentum(states[0]), abs=whole * left_out)


@RULES
@given(LAT, LON, st.floats(-1e7, 1e7), st.floats(-1e7, 1e7), st.floats(-1e7, 1e7))
def test_local_axes_are_a_rotation(lat: float, lon: float, x: float, y: float, z: float) -> None:
    basis = enu_basis(lat, lon)
    np.testing.assert_allclose(basis @ basis.T, np.eye(3), atol=1e-14)
    assert np.linalg.det(basis) == pytest.approx(1.0, abs=1e-14)
    d = np.array([x, y, z])
    np.testing.assert_allclose(basis.T @ (basis @ d), d, atol=1e-7)
