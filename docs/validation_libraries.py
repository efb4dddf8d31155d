"""Rows of `validation.md` that set our physics beside independent libraries, in metres."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path

import ambiance
import numpy as np
import pyproj
from sgp4.api import WGS84, Satrec
from validation_physics import Row

from opendome.constants import EARTH_MU
from opendome.kernels.atmosphere import density_fast, us76
from opendome.kernels.flight import Cursor, Limits, fly_segment
from opendome.kernels.frames import ecef_from_geodetic, ecefs_from_geodetics, geodetics_from_ecefs
from opendome.kernels.glide import glide_home
from opendome.kernels.orbital import fly_orbitals
from opendome.kernels.orbits import kepler
from opendome.kernels.propulsion import coast_push
from opendome.kernels.satellites import satellite_states

sys.path.append(str(Path(__file__).resolve().parents[1]))
from tests.reference import guided_twins as twins
from tests.reference import test_coast_against_heyoka as taylor
from tests.reference import test_flight_against_dop853 as flights
from tests.reference import test_guided_flights_against_dop853 as guided
from tests.reference import test_orbits_against_orekit as orekit
from tests.reference import test_satellites_against_sgp4 as sgp4
from tests.unit.kernels.notional import LIQUID, distance, launch

DAY = 86400.0


def row(what: str, other: str, ours: str, why: str) -> Row:
    """A line without a published number: what it is held against stands in its place."""
    return Row(what, other, ours, "", why)


def satellites() -> Iterator[Row]:
    """Mean elements against SGP4, and against Orekit."""
    cases = ((6678, 0.0, 60.0), (6878, 1e-3, 98.0), (7378, 0.0, 70.0), (7178, 0.05, 30.0))
    for t, span in ((DAY, "a day"), (7 * DAY, "a week")):
        gaps = [_from_sgp4(*case, t) for case in cases]
        what, why = f"Four low satellites after {span}", "the same theory, written anew"
        yield row(what, "SGP4 (sgp4), no drag", f"{min(gaps):.1f} to {max(gaps):.1f} m", why)
    answer = orekit.ask()
    for span, k in (("an hour", 1), ("six hours", 2)):
        gaps = [
            math.dist(satellite_states(e[None], orekit.HOURS[k])[0, :3], states[k][:3])
            for e, states in zip(orekit.elements(), answer["satellites"])
        ]
        what = f"Five nearly circular orbits, 300 to 35,786 km up, after {span}"
        why = "both of first order; the least for the highest"
        found = f"{min(gaps):.1f} to {max(gaps):.0f} m"
        yield row(what, "Orekit, Eckstein-Hechler", found, why)
    ours = [kepler(orekit.START, t) for t in orekit.TIMES]
    gap = max(math.dist(a[:3], b[:3]) for a, b in zip(ours, answer["kepler"]))
    yield row("A two-body arc of 1,200 s", "Orekit, Keplerian", f"{gap:.0e} m", "rounding")
    limits = Limits(1e-4, 1e-7, orekit.TIMES[-1], 0.0, 0.0)
    cursor = Cursor(0.0, orekit.START, 1.0, 0, 0, 0.0, 1)
    push, none = coast_push(orekit.NO_AIR), np.empty((0, 7))
    end = fly_segment(cursor, orekit.TIMES[-1], push, limits, none).y
    gap = math.dist(end[:3], answer["j2"][-1][:3])
    yield row("The same with J2", "Orekit, DOP853", f"{gap:.0e} m", "tolerance 1e-4 m a step")
    gap = math.dist(end[:3], taylor.taylor()[:3])
    yield row("The same with J2", "heyoka, Taylor series", f"{gap:.0e} m", "machine precision")


def _from_sgp4(a_km: float, e: float, i_deg: float, t: float) -> float:
    elements = sgp4.row(a_km, e, i_deg)
    wanted = math.sqrt(EARTH_MU / elements[0, 0] ** 3)
    kozai = wanted
    for _ in range(30):
        kozai *= wanted / sgp4.brouwer(kozai, e, elements[0, 2])
    other, i = Satrec(), elements[0, 2]
    other.sgp4init(WGS84, "i", 1, 0.0, 0.0, 0.0, 0.0, e, 0.7, i, 0.3, kozai * 60.0, 1.0)
    _, r, _ = other.sgp4_tsince(t / 60.0)
    return float(np.linalg.norm(satellite_states(elements, t)[0, :3] - np.array(r) * 1e3))


def ballistic() -> Iterator[Row]:
    """Boosted flights against their plain twin."""
    misses = []
    for vehicle, start in flights.ICBM_FLIGHTS:
        misses.append(flights.miss(vehicle, start, flights.Twin(vehicle, start).fly()))
    yield row("Five boosted flights of 1,300 to 1,900 s: impacts",
              "DOP853 (SciPy), other formulas",
              f"median {np.median(misses):.1f} m, worst {max(misses):.1f} m",
              "tolerance of every day; heights along the radius")  # fmt: skip


def steered() -> Iterator[Row]:
    """Glides, descents with fins and flights by way of an orbit against their plain twins."""
    gaps, ends = [], []
    for lat, azimuth, speed, height, km, beside in guided.GLIDES:
        start = guided.begin(lat, speed, height, azimuth)
        place = guided.place_at(lat, 0.0, azimuth + beside, km)
        aim = np.array(ecef_from_geodetic(*place, 0.0))
        knots = np.empty((4000, 7))
        done = glide_home(knots, 0, (0.0, tuple(start)), guided.GLIDER, aim[None])
        path, _ = twins.glide_home(start, aim, guided.GLIDER, 600.0)
        gaps.append(guided.gap_along(knots[: done.n], path))
        ends.append(math.dist(done.y[:3], path[-1][1][:3]))
    yield row("Three glides of 240 to 380 km with turns and a dive",
              "DOP853, guidance written anew",
              f"on the way {max(gaps):.2f} m, at the end {max(ends):.2f} m",
              "commands held for 0.2 s in both")  # fmt: skip
    misses = []
    for aim_deg, is_long in guided.ORBITS:
        start = launch(40.0, 110.0, elevation_deg=82.0, t_cut=215.0)
        aims = np.radians([aim_deg])
        found = fly_orbitals(LIQUID, guided.BUS, start, aims, is_long, np.empty((0, 2)), 512)
        t, y = guided.orbital_twin(found)
        misses.append(distance(*found.flights.impact[0, 1:3], *guided.ground(t, y)))
    yield row("Two flights by way of an orbit, 29 and 71 min: impacts",
              "DOP853, guidance written anew", f"{min(misses):.1f} and {max(misses):.1f} m",
              "commands held for 0.5 s in both")  # fmt: skip


def ground_and_air() -> Iterator[Row]:
    """Geodesy against PROJ, air against ambiance."""
    rng = np.random.default_rng(2)
    lat, lon = rng.uniform(-math.pi / 2, math.pi / 2, 2000), rng.uniform(-math.pi, math.pi, 2000)
    alt = rng.uniform(-1e4, 4.2e7, 2000)
    to_ecef = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    other = np.column_stack(to_ecef.transform(np.degrees(lon), np.degrees(lat), alt))
    gap = np.abs(ecefs_from_geodetics(lat, lon, alt) - other).max()
    back = np.abs(geodetics_from_ecefs(other)[:, 2] - alt).max()
    yield row("2,000 places from -10 to 42,000 km, both ways", "PROJ (pyproj), WGS-84",
              f"{max(gap, back):.0e} m", "rounding")  # fmt: skip
    heights = np.linspace(-2000.0, 80e3, 4101)
    air = ambiance.Atmosphere(heights).density
    exact = np.abs(np.array([us76(h)[2] for h in heights]) / air - 1.0).max()
    table = np.abs(np.array([density_fast(h) for h in heights]) / air - 1.0)
    found = f"{exact:.0e}; flights' table {np.median(table):.0e}, at worst {table.max():.0e}"
    why = "relative; printed constants differ in the sixth digit"
    yield row("Density of air, -2 to 80 km", "ambiance (ICAO)", found, why)


def libraries() -> Iterator[Row]:
    """All rows of the section."""
    for part in (satellites, ballistic, steered, ground_and_air):
        yield from part()
