"""Which places a battery can defend: threats flown to a grid of aims, and its chance at each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.kernels.frames import ecef_from_geodetic, ecefs_from_ecis, geodetics_from_ecefs
from opendome.kernels.paths import paths_at
from opendome.kernels.reach import reach_windows
from opendome.scenario import build_system, entry, load
from opendome.scenario.threats import ThreatSystem
from opendome.scenario.weapons import WeaponSystem
from opendome.simulation.build import fly_out_table
from opendome.world.build import build as build_world
from opendome.world.model import WorldModel
from opendome.world.world import begin

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Place: TypeAlias = tuple[float, float]  # lat, lon

SITE = (math.radians(32.0), math.radians(35.0))
BENDING = 4.0 / 3.0  # of the Earth's radius, for radar waves low over the ground
N_SAMPLES = 300  # points of a path
LONGEST = 20_000.0  # s


@dataclass(frozen=True)
class Question:
    """What is asked of one battery against one threat class, angles in rad, lengths in m.

    Threats leave from one place, ``launch_distance`` away under ``bearing``, and are aimed at a
    square grid of ``n`` by ``n`` places about the battery. They are seen when their motor has burnt
    out, they are nearer than ``seen_from``, and they stand above the horizon of a ``mast``; the
    first round may leave ``delay`` later.
    """

    interceptor: str
    threat: str
    bearing: float
    launch_distance: float
    half_width: float
    n: int
    seen_from: float
    mast: float
    delay: float


@dataclass(frozen=True)
class DefendedArea:
    """Answer: grid of aims by (north, east), both ascending.

    ``is_threatened``: the threat can be aimed there. ``is_defended``: a round can meet it within
    its envelope before it lands. ``time_left`` is the time between the first and the last launch
    that still meet it, s, NaN where there is none.
    """

    offsets: Floats  # (n,) m, of rows (north) and columns (east)
    is_threatened: Bools  # (n, n)
    is_defended: Bools
    time_left: Floats

    @property
    def area(self) -> float:
        """Defended ground, m^2: grid cells whose aim is defended."""
        cell = float(self.offsets[1] - self.offsets[0])
        return float(np.sum(self.is_defended)) * cell * cell


def place_at(north: float, east: float, site: Place = SITE) -> Place:
    """Latitude and longitude (rad) of a place some way north and east of a site, on a sphere."""
    distance, bearing = math.hypot(north, east), math.atan2(east, north)
    angle = distance / EARTH_RADIUS_MEAN
    lat, lon = site
    sine = math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(bearing)
    across = math.sin(bearing) * math.sin(angle) * math.cos(lat)
    lon += math.atan2(across, math.cos(angle) - math.sin(lat) * sine)
    return math.asin(sine), (lon + math.pi) % (2.0 * math.pi) - math.pi


def ground_distance(a: Place, b: Place) -> float:
    """Ground distance between two places on the mean sphere, m."""
    half = math.sin((b[0] - a[0]) / 2.0) ** 2
    half += math.cos(a[0]) * math.cos(b[0]) * math.sin((b[1] - a[1]) / 2.0) ** 2
    return 2.0 * EARTH_RADIUS_MEAN * math.asin(math.sqrt(min(half, 1.0)))


def _degrees(place: Place) -> dict[str, float]:
    return {"lat_deg": math.degrees(place[0]), "lon_deg": math.degrees(place[1])}


def _world(
    question: Question, launch: Place, aims: Sequence[Place]
) -> tuple[WorldModel, WeaponSystem]:
    """A world of the battery and the threats of a question."""
    threat = {"system": question.threat, "launch": _degrees(launch)}
    return alone(threat, {"system": question.interceptor, **_degrees(SITE)}, aims)


def alone(
    threat: Mapping[str, Any],
    battery: Mapping[str, Any],
    aims: Sequence[Place],
    more: Mapping[str, Any] | None = None,
) -> tuple[WorldModel, WeaponSystem]:
    """A world with one battery and one reliable, exact threat at every aim, all launched at 0.

    ``threat`` and ``battery`` are file keys, ``more`` others of the scenario, such as systems.
    """
    n = len(aims)
    scenario = load(
        {
            "format": 1,
            "name": "defended_area",
            "picture": "perfect",
            "duration_s": LONGEST,
            "assets": [],
            "sensors": [],
            **(more or {}),
            "threats": [
                {
                    **threat,
                    "name": "all",
                    "count": n,
                    "aim": [_degrees(a) for a in aims],
                    "salvo_size": n,
                    "spacing_s": 0,
                    "overrides": {**threat.get("overrides", {}), "reliability": 1, "cep_m": 0},
                }
            ],
            "weapons": [{**battery, "name": "battery", "node": "c2"}],
            "command": {"wiring": "integrated", "nodes": [{"name": "c2"}]},
        }
    )
    system = scenario.weapons[0].system
    return build_world(scenario, {system: fly_out_table(system)}), system


def _paths(model: WorldModel) -> tuple[Floats, Floats, Floats]:
    """Times (n, k), ECEF positions (n, k, 3) and burn-out times (n,) of all threats."""
    state = begin(model, 1, [0])
    sky = state.sky
    n = len(sky.counts)
    share = np.linspace(0.0, 1.0, N_SAMPLES)
    times = sky.t_launch[:, None] + (sky.t_gone - sky.t_launch)[:, None] * share[None, :]
    rows = np.repeat(np.arange(n, dtype=np.int64), N_SAMPLES)
    flat = np.ascontiguousarray(times.ravel())
    states = paths_at(sky.knots, sky.offsets, sky.counts, rows, flat)
    r = np.ascontiguousarray(states[:, :3])
    r, _ = ecefs_from_ecis(r, np.zeros_like(r), flat)
    return times, r.reshape(n, N_SAMPLES, 3), np.nan_to_num(state.threats.t_burnout, nan=0.0)


def is_above_horizon(distance: Floats, height: Floats, mast: float) -> Bools:
    """Whether a thing at a ground distance and height can be seen from a mast, waves bent."""
    radius = BENDING * EARTH_RADIUS_MEAN
    far = np.sqrt(2.0 * radius * mast) + np.sqrt(2.0 * radius * np.maximum(height, 0.0))
    return np.asarray(distance <= far)


def seen_at(question: Question, times: Floats, paths: Floats, t_burnout: Floats) -> Floats:
    """When each threat is first seen (n,), inf where never."""
    site = np.array(ecef_from_geodetic(SITE[0], SITE[1], 0.0))
    distance = np.linalg.norm(paths - site, axis=2)
    heights = geodetics_from_ecefs(np.ascontiguousarray(paths.reshape(-1, 3)))[:, 2]
    cosine = (paths @ site) / (np.linalg.norm(paths, axis=2) * np.linalg.norm(site))
    ground = EARTH_RADIUS_MEAN * np.arccos(np.clip(cosine, -1.0, 1.0))
    seen = distance <= question.seen_from
    seen &= is_above_horizon(ground, heights.reshape(distance.shape), question.mast)
    seen &= times >= t_burnout[:, None]
    return np.asarray(np.where(seen, times, np.inf).min(axis=1))


def is_in_range(
    threat: ThreatSystem, launch: Place, aims: Sequence[Place], margin: float = 0.0
) -> Bools:
    """Which aims a threat reaches from its launch place, with a share of its ranges to spare."""
    reach = np.array([ground_distance(launch, aim) for aim in aims])
    near, far = threat.min_range * (1.0 + margin), threat.max_range * (1.0 - margin)
    return np.asarray((reach >= near) & (reach <= far))


def defended_area(question: Question) -> DefendedArea:
    """Where the battery has a chance to meet the threat before it lands.

    Parameters
    ----------
    question : Question
        ``seen_from`` may be inf for a battery that others cue: the horizon then does not count.
    """
    n = question.n
    offsets = np.linspace(-question.half_width, question.half_width, n)
    far, bearing = question.launch_distance, question.bearing
    launch = place_at(far * math.cos(bearing), far * math.sin(bearing))
    threat = build_system(entry(question.threat))
    assert isinstance(threat, ThreatSystem)
    grid = [place_at(north, east) for north in offsets for east in offsets]
    threatened = is_in_range(threat, launch, grid)
    rows = np.flatnonzero(threatened)
    left = np.full(n * n, np.nan)
    if len(rows):
        model, system = _world(question, launch, [grid[i] for i in rows])
        sight = None if math.isinf(question.seen_from) else partial(seen_at, question)
        left[rows] = time_left(model, system, question.delay, sight)
    return DefendedArea(
        offsets=offsets,
        is_threatened=threatened.reshape(n, n),
        is_defended=np.isfinite(left).reshape(n, n),
        time_left=left.reshape(n, n),
    )


def time_left(
    model: WorldModel,
    system: WeaponSystem,
    delay: float,
    seen: Callable[[Floats, Floats, Floats], Floats] | None = None,
) -> Floats:
    """Seconds between first and last launch at every threat (n,), NaN where there is none.

    ``seen`` says of times, paths and burn-out times when each is first seen; without it others cue
    the battery from burn-out on.
    """
    times, paths, t_burnout = _paths(model)
    t_seen = t_burnout if seen is None else seen(times, paths, t_burnout)
    is_level = model.groups[0].flight == "waypoints"
    envelope = model.batteries.envelopes[0]
    if not is_level and system.ballistic_range is not None:
        envelope = envelope._replace(max_range=system.ballistic_range)
    windows, _ = reach_windows(
        times, paths, model.batteries.site[0], model.batteries.tables[0], envelope, t_seen + delay
    )
    left: Floats = windows[:, 2] - windows[:, 0]
    return left
