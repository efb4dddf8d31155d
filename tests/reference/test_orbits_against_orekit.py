"""Two-body arcs, coasts in J2 gravity and satellites against Orekit, which needs Java.

Orekit 13 (CS Group, Apache License): its Keplerian propagator, its DOP853 with J2 alone, and the
analytical theory of Eckstein and Hechler, which starts from our own state.
"""

from __future__ import annotations

import importlib.util
import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from opendome.constants import EARTH_J2, EARTH_J3, EARTH_J4, EARTH_MU, EARTH_RADIUS_EQUATOR
from opendome.kernels.flight import Cursor, Limits, fly_segment
from opendome.kernels.orbits import kepler
from opendome.kernels.propulsion import coast_push
from opendome.kernels.satellites import satellite_states

CHILD = Path(__file__).with_name("orekit_orbits.py")
START = (6.2e6, 1.5e6, 2.1e6, 1500.0, 3000.0, 5400.0)  # 6.4 km/s at 340 km, inertial
TIMES = [0.0, 300.0, 1200.0]
HOURS = [0.0, 3600.0, 6 * 3600.0]
# Semi-major axis km, eccentricity, inclination deg; metres within an hour, within six.
SHELLS = [
    (6678, 0.0, 60.0, 150, 700),
    (6878, 1e-3, 98.0, 300, 1100),
    (7378, 0.0, 70.0, 130, 500),
    (16378, 1e-3, 50.0, 8, 30),
    (42164, 1e-4, 5.0, 0.5, 2),
]
NO_AIR = 1e30

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("orekit_jpype") is None or shutil.which("java") is None,
    reason="needs orekit-jpype and Java",
)


def elements() -> np.ndarray:
    return np.array([[a * 1e3, e, math.radians(i), 1.0, 0.7, 0.3] for a, e, i, _, _ in SHELLS])


def ask() -> dict[str, list[list[float]]]:
    """What Orekit makes of our starts."""
    question = {
        "mu": EARTH_MU, "radius": EARTH_RADIUS_EQUATOR,
        "j2": EARTH_J2, "j3": EARTH_J3, "j4": EARTH_J4,
        "start": START, "times": TIMES, "hours": HOURS,
        "satellites": satellite_states(elements(), 0.0).tolist(),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, str(CHILD)],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, list[list[float]]] = json.loads(done.stdout.splitlines()[-1])
    return answer


@pytest.fixture(scope="module")
def orekit() -> dict[str, list[list[float]]]:
    return ask()


def test_two_bodies_to_a_micrometre(orekit: dict[str, list[list[float]]]) -> None:
    for t, state in zip(TIMES, orekit["kepler"], strict=True):
        ours = kepler(START, t)
        assert math.dist(ours[:3], state[:3]) < 1e-6
        assert math.dist(ours[3:], state[3:]) < 1e-9


def test_a_coast_in_j2_gravity_to_a_millimetre(orekit: dict[str, list[list[float]]]) -> None:
    limits = Limits(1e-4, 1e-7, TIMES[-1], 0.0, 0.0)
    cursor = Cursor(0.0, START, 1.0, 0, 0, 0.0, 1)
    end = fly_segment(cursor, TIMES[-1], coast_push(NO_AIR), limits, np.empty((0, 7))).y
    assert math.dist(end[:3], orekit["j2"][-1][:3]) < 1e-3
    assert math.dist(end[:3], orekit["kepler"][-1][:3]) > 1e3  # oblateness was felt


def test_satellites_of_nearly_circular_orbits(orekit: dict[str, list[list[float]]]) -> None:
    for row, shell, states in zip(elements(), SHELLS, orekit["satellites"], strict=True):
        ours = [satellite_states(row[None], t)[0, :3] for t in HOURS]
        gaps = [math.dist(a, b[:3]) for a, b in zip(ours, states, strict=True)]
        assert gaps[0] < 1e-3
        assert gaps[1] < shell[3]
        assert gaps[2] < shell[4]
