"""Rows of `validation.md` about satellites: reach from shells, and stereo view by infrared eyes."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from validation_physics import Row

from opendome.constants import EARTH_RADIUS_EQUATOR, EARTH_RADIUS_MEAN, STANDARD_GRAVITY
from opendome.kernels.field import horizon_distance
from opendome.kernels.frames import ecefs_from_geodetics
from opendome.kernels.overhead import count_in_reach
from opendome.kernels.satellites import satellite_places, walker_delta
from opendome.studies import shells

sys.path.append(str(Path(__file__).resolve().parents[1]))
from tests.published.test_csis_getting_on_track import fewest_in_view

Floats = NDArray[np.float64]

AEI_EARTH, SPHERE = 6378.1e3, 6371e3  # m, of the calculators
REACH = 836e3
DAY = 86400.0


def off(ours: float, published: float) -> str:
    """Difference as a share."""
    return f"{ours / published - 1.0:+.2%}"


def reaches() -> Iterator[Row]:
    """Reach of a round, and from where it is best based."""
    for speed, km in ((4e3, 598.4), (6e3, 836.5)):
        ours = shells.coast_reach(10 * STANDARD_GRAVITY, speed, 170.0) / 1e3
        yield Row(f"10 g to {speed / 1e3:g} km/s, then coast, 170 s: reach", f"{km} km",
                  f"{ours:.1f} km", off(ours, km), "closed form")  # fmt: skip
    for degrees, km in ((0.0, 252.97), (10.0, 395.5)):
        ours = shells.widest_orbit(836.5e3, 200e3, math.radians(degrees), AEI_EARTH) / 1e3
        yield Row(f"Orbit of the widest footprint at 200 km, from {degrees:g} deg elevation",
                  f"{km} km", f"{ours:.1f} km", off(ours, km), "closed form")  # fmt: skip


def counted(elements: Floats, lat: float, target: float, reach: float, step: float) -> Floats:
    """Satellites in reach of places around a parallel, through a day: (times, places)."""
    lons = np.radians(np.arange(0.0, 360.0, 3.0))
    places = ecefs_from_geodetics(np.full(len(lons), lat), lons, np.full(len(lons), target))
    times = np.arange(0.0, DAY, step)
    return np.array([count_in_reach(satellite_places(elements, t), places, reach) for t in times])


def availability() -> Iterator[Row]:
    """Share of a shell in reach: published formula, ours, and propagated shells."""
    tilt = math.radians(60)
    for degrees, percent in ((40.38, 0.4349), (36.20, 0.3946)):
        lat = math.radians(degrees)
        ours = 100 * shells.shell_share(REACH, 300e3, tilt, lat, SPHERE)
        yield Row(f"Shell at 300 km, 60 deg, reach 836 km: share at {degrees} deg",
                  f"{percent} %", f"{ours:.4f} %", off(ours, percent), "closed form")  # fmt: skip
    elements = walker_delta(1200, 40, 1, 300e3, tilt)
    gaps = []
    for degrees in (0.0, 10.0, 20.0, 30.0, 36.2, 40.38, 43.0):
        lat = math.radians(degrees)
        asked = shells.shell_share(REACH, 300e3, tilt, lat, EARTH_RADIUS_EQUATOR)
        for target in (200e3, 300e3):
            share = counted(elements, lat, target, REACH, 1511.0).mean() / 1200
            gaps.append(share / asked - 1.0)
    yield Row("The same, 1,200 satellites propagated for a day, 0 to 43 deg", "the formula",
              "", f"{min(gaps):+.1%} to {max(gaps):+.1%}",
              "targets at 200 and 300 km; 2 % is asked")  # fmt: skip


def by_chance() -> Iterator[Row]:
    """A boost layer by Poisson's law, and satellites few in number."""
    mean = 1500 * shells.uniform_share(5e3 * 90.0, 500e3, SPHERE)
    yield Row("1,500 at 500 km, 5 km/s, 90 s left: in reach on average", "1.608", f"{mean:.3f}",
              off(mean, 1.608), "closed form")  # fmt: skip
    ours = shells.chance_of_any(mean)
    yield Row("The same: chance of at least one", "0.800", f"{ours:.3f}", off(ours, 0.8),
              "Poisson")  # fmt: skip
    found = []
    for degrees in range(40, 46):
        elements = walker_delta(24, 12, 1, 300e3, math.radians(degrees))
        counts = counted(elements, math.radians(39.0), 200e3, REACH, 60.0)
        found.append(float(np.mean(counts == 0)))
    yield Row("24 armed satellites (24/12/1, 300 km, 40 to 45 deg): a site at 39 N is uncovered",
              "more than 75 % of the time", f"{min(found):.1%} to {max(found):.1%}", "",
              "Roberts (CSIS 2018) gives no inclination: beside, no gate")  # fmt: skip


def stereo() -> Iterator[Row]:
    """Designs that keep two satellites in view of every place, and some that do not."""
    cases = (
        ((91, 7, 0, 1000e3, 70.0), 120.0, "two or more"),
        ((91, 7, 0, 1000e3, 70.0), 100.0, "fewer than two"),
        ((135, 9, 1, 1000e3, 70.0), 120.0, "two or more"),
        ((15, 5, 1, 10000e3, 60.0), 120.0, "two or more"),
    )
    for design, field, published in cases:
        total, planes, phasing, altitude, tilt = design
        ours = fewest_in_view(design, field, 240.0)
        yield Row(f"{total}/{planes}/{phasing} at {altitude / 1e3:,.0f} km, field of {field:g} deg:"
                  " in view at all times", published, f"{ours} or more" if ours > 1 else f"{ours}",
                  "", f"6 deg grid at 20 km, a day; inclination {tilt:g} deg is ours")  # fmt: skip
    cap = shells.footprint_cap(math.radians(50.0), 1000e3, 20e3, EARTH_RADIUS_EQUATOR)
    least = shells.least_satellites(cap, fold=2)
    yield Row("Field of 100 deg at 1,000 km: satellites that area alone asks for", "at least 182",
              f"{least}", "", "so no design of 91 can do")  # fmt: skip


def aircraft() -> Iterator[Row]:
    """What height buys an eye."""
    radius = EARTH_RADIUS_MEAN
    air = radius * shells.footprint_cap(math.pi / 2, 15e3, 20e3, radius) / 1e3
    ground = horizon_distance(0.0, 20e3) / 1e3
    yield Row("Aircraft at 15 km, target at 20 km: seen from", "950 km", f"{air:.0f} km",
              off(air, 950), "straight rays; the horizon of geometry is 943 km")  # fmt: skip
    yield Row("The same against a radar on the ground (583 km)", "65 % farther",
              f"{air / ground - 1.0:.0%} farther", "", "4/3 Earth for the ground")  # fmt: skip


def constellations() -> Iterator[Row]:
    """All rows of the section."""
    for part in (reaches, availability, by_chance, stereo, aircraft):
        yield from part()
