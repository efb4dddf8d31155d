"""A coast in J2 gravity without air, against a Taylor integrator at machine precision."""

import heyoka as hy
import numpy as np

from opendome.constants import EARTH_J2, EARTH_MU, EARTH_RADIUS_EQUATOR
from opendome.kernels.flight import Cursor, Limits, fly_segment
from opendome.kernels.frames import ecef_from_eci, eci_from_ecef
from opendome.kernels.impact import coast_paths
from opendome.kernels.propulsion import coast_push

START = (6.2e6, 1.5e6, 2.1e6, 1500.0, 3000.0, 5400.0)  # 6.4 km/s at 340 km, inertial
SPAN = 1200.0
NO_AIR = 1e30


def taylor() -> np.ndarray:
    x, y, z, vx, vy, vz = hy.make_vars("x", "y", "z", "vx", "vy", "vz")
    square = x**2 + y**2 + z**2
    central = EARTH_MU * square**-1.5
    oblate = 1.5 * EARTH_J2 * EARTH_RADIUS_EQUATOR**2 / square
    up = 5.0 * z**2 / square
    system = [
        (x, vx),
        (y, vy),
        (z, vz),
        (vx, -central * x * (1.0 + oblate * (1.0 - up))),
        (vy, -central * y * (1.0 + oblate * (1.0 - up))),
        (vz, -central * z * (1.0 + oblate * (3.0 - up))),
    ]
    integrator = hy.taylor_adaptive(system, list(START), tol=1e-15)
    integrator.propagate_until(SPAN)
    return np.array(integrator.state)


def test_dormand_prince_and_lane_tile() -> None:
    exact = taylor()
    cursor = Cursor(0.0, START, 1.0, 0, 0, 0.0, 1)
    limits = Limits(1e-4, 1e-7, SPAN, 0.0, 0.0)
    flown = fly_segment(cursor, SPAN, coast_push(NO_AIR), limits, np.empty((0, 7)))
    np.testing.assert_allclose(flown.y[:3], exact[:3], atol=1e-3)
    np.testing.assert_allclose(flown.y[3:], exact[3:], atol=1e-6)

    r_ecef, v_ecef = ecef_from_eci(np.array([START[:3]]), np.array([START[3:]]), 0.0)
    times = np.array([[SPAN]])
    path = coast_paths(r_ecef, v_ecef, np.log([NO_AIR]), np.zeros(1), times)
    r_eci, v_eci = eci_from_ecef(
        np.ascontiguousarray(path[:, 0, :3]), np.ascontiguousarray(path[:, 0, 3:]), SPAN
    )
    np.testing.assert_allclose(r_eci[0], exact[:3], atol=1.0)
    np.testing.assert_allclose(v_eci[0], exact[3:], atol=2e-3)
