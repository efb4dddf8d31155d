"""Boosted flights per core-second, against a C++ reference with the same physics in the same run.

The vehicle is notional: two stages, burn-outs at 60 and 125 s, 7,000 km in about 1,600 s. Both
sides use the largest step (tolerance) whose median impact error is at most 3 m.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Row, Timing, timed
from opendome.kernels import atmosphere
from opendome.kernels.atmosphere import density_fast
from opendome.kernels.flight import LANDED, Flights, fly_many, launch_state
from opendome.kernels.frames import ecefs_from_geodetics, geocentric_height
from opendome.kernels.propulsion import Vehicle

Floats = NDArray[np.float64]

VEHICLE = Vehicle(
    stages=np.array([[60.0, 20e3, 2500.0, 1500.0, 0.6], [65.0, 6e3, 2800.0, 700.0, 0.4]]),
    payload_mass=800.0,
    payload_beta=6700.0,
    rise_time=8.0,
    pitch_time=8.0,
)
N_FLIGHTS = 4000
MEDIAN_ERROR = 3.0  # m
N_JUDGED = 12  # flights that are also flown by DOP853
TOLERANCES = (3e-5, 2e-5, 1e-5, 5e-6, 3e-6, 2e-6, 1e-6, 5e-7, 2e-7, 1e-7, 1e-8)
TIGHT = 1e-10  # below it rounding of the state outweighs the error of a step
LONGEST = 7200.0  # s
SOURCE = Path(__file__).with_name("reference_flight.cpp")


@lru_cache(maxsize=1)
def launches() -> Floats:
    """Launches (n, 7) from latitude 0 to 60 deg, in every direction, pitched to 37 to 46 deg."""
    i = np.arange(N_FLIGHTS)
    rows = np.zeros((N_FLIGHTS, 7))
    rows[:, 0] = np.radians(60.0 * i / N_FLIGHTS)
    rows[:, 4] = np.radians((i * 137.508) % 360.0)  # golden angle: even cover of directions
    rows[:, 5] = np.radians(37.0 + 9.0 * ((i * 0.754878) % 1.0))
    rows[:, 6] = np.inf
    return rows


def impacts(flights: Flights) -> Floats:
    """Earth-fixed impact points (n, 3)."""
    if not np.all(flights.status == LANDED):
        raise RuntimeError("a flight of the benchmark did not land")
    lat, lon = flights.impact[:, 1], flights.impact[:, 2]
    return np.asarray(ecefs_from_geodetics(lat, lon, np.zeros(len(lat))))


def fly(rows: Floats, tolerance: float, max_knots: int = 0) -> Flights:
    """Flights of the benchmark's vehicle."""
    return fly_many(VEHICLE, rows, LONGEST, tolerance, max_knots)


def median_error(tolerance: float, truth: Floats, every: int = 13) -> float:
    """Median distance (m) between impacts at a tolerance and the tight ones, on a subset."""
    there = impacts(fly(launches()[::every], tolerance))
    return float(np.median(np.linalg.norm(there - truth[::every], axis=1)))


def reference_input(truth: Floats, flight_time: Floats) -> bytes:
    """What the C++ reference reads; flights of similar length stand together."""
    header = [
        float(len(VEHICLE.stages)),
        *VEHICLE.stages.ravel(),
        VEHICLE.payload_mass,
        VEHICLE.payload_beta,
        VEHICLE.rise_time,
        VEHICLE.pitch_time,
        atmosphere.FLOOR,
        atmosphere.FINE_TOP,
        atmosphere.FINE,
        atmosphere.COARSE,
        float(atmosphere.N_FINE),
        float(len(atmosphere.TABLE)),
        *atmosphere.TABLE,
        float(N_FLIGHTS),
    ]
    rows = []
    for i in np.argsort(flight_time, kind="stable"):
        state, up, aim = launch_state(launches()[i])
        rows.append([*state, *up, *aim, *truth[i], launches()[i, 6]])
    return np.array(header).tobytes() + np.array(rows).tobytes()


def run_reference(data: bytes) -> tuple[dict[str, float], str] | None:
    """Figures of the C++ reference and how it was compiled; None without a compiler."""
    compiler = next((c for c in ("g++", "clang++", "c++") if shutil.which(c)), None)
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        program, file = Path(folder) / "reference_flight", Path(folder) / "input"
        file.write_bytes(data)
        flags = ["-O3", "-march=native", "-ffast-math", "-std=c++17"]
        subprocess.run([compiler, *flags, str(SOURCE), "-o", str(program)], check=True)
        done = subprocess.run(
            [str(program), str(file), str(MEDIAN_ERROR), "3"],
            check=True,
            capture_output=True,
            text=True,
        )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures, f"{compiler} {' '.join(flags[:3])}"


def measure() -> list[Row]:
    """Flights per core-second of the kernel and of the reference, at the same error."""
    tight = fly(launches(), TIGHT)
    truth = impacts(tight)
    flight_time = tight.impact[:, 0]
    tolerance, error = TIGHT, 0.0
    for tolerance in TOLERANCES:
        error = median_error(tolerance, truth)
        if error <= MEDIAN_ERROR:
            break
    kernel = _row("kernel, DP5(4)", tolerance, error, timed(lambda: fly(launches(), tolerance)))
    rows = [
        Row("flights", "mean flight", float(np.mean(flight_time)), "s"),
        *_judged_by_dop853(tolerance, truth),
        kernel,
        _row("kernel, path kept", tolerance, error, timed(lambda: fly(launches(), tolerance, 256))),
    ]
    found = run_reference(reference_input(truth, flight_time))
    if found is None:
        return [
            *rows,
            Row("flights", "C++ reference", float("nan"), "flights/CPU-s", "no compiler"),
        ]
    figures, how = found
    reference = figures["flights"] / figures["cpu"]
    note = f"{how}; RK4 step {figures['step']:g} s, median error {figures['median_error']:.2f} m"
    return [
        *rows,
        Row("flights", "C++ SIMD RK4", reference, "flights/CPU-s", note),
        Row("flights", "kernel / C++", kernel.value / reference, "times"),
    ]


def _judged_by_dop853(tolerance: float, truth: Floats) -> list[Row]:
    """How far flights, and the truth that is used here, end from SciPy's DOP853 at 1e-13."""
    try:
        from tests.reference.test_flight_against_dop853 import Twin, standard_air
    except ImportError:  # the oracle is of the test extra
        return []
    some = np.arange(0, N_FLIGHTS, N_FLIGHTS // N_JUDGED)
    ours = impacts(fly(launches()[some], tolerance))
    airs = {
        "height and air of the kernels": lambda r: density_fast(geocentric_height(*r)),
        "exact height and air": standard_air,
    }
    rows = []
    for what, air in airs.items():
        ends = [Twin(VEHICLE, row[None], air).fly().impact()[1:] for row in launches()[some]]
        lat, lon = np.array(ends).T
        there = ecefs_from_geodetics(lat, lon, np.zeros(len(lat)))
        kernel, tight = (
            float(np.median(np.linalg.norm(points - there, axis=1)))
            for points in (ours, truth[some])
        )
        note = f"median of {len(some)} flights; the truth used here: {tight:.2f} m"
        rows.append(Row("flights", f"from DOP853 at 1e-13, {what}", kernel, "m", note))
    return rows


def _row(case: str, tolerance: float, error: float, timing: Timing) -> Row:
    note = f"tolerance {tolerance:g}, median error {error:.2f} m, wall {timing.wall:.3f} s"
    return Row("flights", case, N_FLIGHTS / timing.cpu, "flights/CPU-s", note)
