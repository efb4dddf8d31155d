"""What a battery defends, how far a radar sees, how many satellites look at a latitude."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from opendome.errors import ModelRangeError
from opendome.kernels.field import horizon_distance
from opendome.kernels.frames import ecefs_from_geodetics
from opendome.kernels.overhead import count_in_view
from opendome.kernels.satellites import satellite_places, walker_delta
from opendome.scenario.catalog_entries import build_system, catalog, entry
from opendome.scenario.grammar import keys
from opendome.scenario.sensors import InfraredSystem, RadarSystem
from opendome.scenario.units import quantity
from opendome.scenario.weapons import InterceptorSystem
from opendome.studies.defended_area import DefendedArea, Question, defended_area
from opendome.studies.sbi_sizing import DAY

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOTHING: Final = "none"
KINDS: Final = {kind: tuple(n for n, e in catalog().items() if e.is_modelled and e.kind == kind)
                for kind in ("interceptor", "threat", "radar", "infrared")}  # fmt: skip
HEIGHTS: Final = (100.0, 1e3, 10e3, 20e3, 100e3, 300e3, 1000e3)  # m, of targets before radars
N_TIMES: Final = 48


@dataclass(frozen=True)
class CoverageInputs:
    """What is asked: a battery and a threat, and a sensor if one is named."""

    interceptor: str = keys.choice(
        "interceptor", "What the battery fires.", KINDS["interceptor"], default="patriot_mse"
    )
    threat: str = keys.choice(
        "threat", "What it fires at.", KINDS["threat"], default="srbm_quasi_ballistic"
    )
    bearing: float = quantity(
        "bearing_deg", "deg", "Where threats come from.", low=-360, high=360, default=60
    )
    distance: float = quantity(
        "launch_km", "km", "How far away they are launched.", above=0, high=15000, default=350
    )
    half_width: float = quantity(
        "half_width_km", "km", "Half of the side of the square of aims.",
        above=0, high=5000, default=80,
    )  # fmt: skip
    n: int = keys.integer("places", "Aims along a side.", low=3, high=61, default=17)
    seen_from: float | None = quantity(
        "seen_km", "km", "How far its own radar sees; absent: others cue it from burn-out on.",
        above=0, high=10000, default=None,
    )  # fmt: skip
    mast: float = quantity("mast_m", "m", "Height of that radar.", low=0, high=20000, default=15)
    delay: float = quantity(
        "delay_s", "s", "From the first look to the first launch.", low=0, high=1000, default=15
    )
    sensor: str = keys.choice(
        "sensor", "A radar, or infrared satellites in shells, to ask about as well.",
        (NOTHING, *KINDS["radar"], *KINDS["infrared"]), default=NOTHING,
    )  # fmt: skip
    rcs: float = quantity(
        "rcs_m2", "m2", "Radar cross-section of a target before a radar.",
        above=0, high=1000, default=0.1,
    )  # fmt: skip
    target_altitude: float = quantity(
        "target_alt_km", "km", "Height of a target before satellites.", low=0, high=2000, default=20
    )


@dataclass(frozen=True)
class Sight:
    """How far a radar sees a target at each height: by its power, its horizon, and both, m."""

    heights: Floats
    by_power: Floats
    by_horizon: Floats

    @property
    def both(self) -> Floats:
        """The lesser, as ground distance for the horizon and as slant range for the power."""
        return np.minimum(self.by_power, self.by_horizon)


@dataclass(frozen=True)
class Fold:
    """Satellites that look at a target over a parallel, through a day."""

    latitudes: Floats
    fewest: Ints
    mean: Floats


@dataclass(frozen=True)
class Coverage:
    """The answer."""

    area: DefendedArea
    sight: Sight | None
    fold: Fold | None


def sight_of(radar: RadarSystem, rcs: float, mast: float) -> Sight:
    """Range by the fourth root of the cross-section, and the horizon of a 4/3 Earth."""
    heights = np.array(HEIGHTS)
    power = radar.reference_range * (rcs / radar.reference_rcs) ** 0.25
    horizon = np.array([horizon_distance(mast, h) for h in heights])
    return Sight(heights, np.full(len(heights), min(power, radar.max_range)), horizon)


def fold_of(system: InfraredSystem, altitude: float) -> Fold:
    """Satellites in view of each latitude, fewest and mean over a day and around the parallel.

    Raises
    ------
    ModelRangeError
        Where the system has no shells.
    """
    if not system.shells:
        raise ModelRangeError(
            f"coverage: sensor is '{system.name}'; it has no shells of satellites. Take one "
            "that has, such as pwsa_tracking_t3."
        )
    elements = np.concatenate(
        [walker_delta(s.total, s.planes, float(s.phasing), s.altitude, s.inclination,
                      (s.node, s.place)) for s in system.shells]
    )  # fmt: skip
    latitudes, lons = np.radians(np.arange(-90.0, 91.0, 15.0)), np.radians(np.arange(0, 360, 10.0))
    n = len(lons)
    places = ecefs_from_geodetics(
        np.repeat(latitudes, n), np.tile(lons, len(latitudes)),
        np.full(n * len(latitudes), altitude),
    )  # fmt: skip
    cosine = math.cos(0.5 * min(system.field, 2.0 * math.pi))
    counts = np.array(
        [count_in_view(satellite_places(elements, t), places, cosine, system.min_limb)
         for t in np.arange(N_TIMES) * (DAY / N_TIMES)]
    ).reshape(N_TIMES, len(latitudes), n)  # fmt: skip
    return Fold(latitudes, counts.min(axis=(0, 2)), counts.mean(axis=(0, 2)))


def answer(given: CoverageInputs) -> Coverage:
    """The ground that the battery defends, and what the sensor sees.

    Raises
    ------
    ModelRangeError
        Where rounds leave satellites, which defend no ground of their own.
    """
    system = build_system(entry(given.interceptor))
    if not isinstance(system, InterceptorSystem) or system.basing == "orbit":
        raise ModelRangeError(
            f"coverage: interceptor is '{given.interceptor}'; it stands in orbit and defends no "
            "ground of its own. See the study sbi_sizing."
        )
    area = defended_area(
        Question(
            given.interceptor, given.threat, given.bearing, given.distance, given.half_width,
            given.n, math.inf if given.seen_from is None else given.seen_from, given.mast,
            given.delay,
        )
    )  # fmt: skip
    sight, fold = None, None
    if given.sensor != NOTHING:
        sensor = build_system(entry(given.sensor))
        if isinstance(sensor, RadarSystem):
            sight = sight_of(sensor, given.rcs, given.mast)
        else:
            fold = fold_of(sensor, given.target_altitude)
    return Coverage(area, sight, fold)
