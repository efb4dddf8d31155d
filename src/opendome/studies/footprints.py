"""Footprints: the ground that each battery of a scenario defends against each of its threats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from opendome.errors import OpenDomeError, ScenarioError
from opendome.scenario.load import resolved
from opendome.scenario.scenario import Scenario
from opendome.scenario.threats import ThreatGroup
from opendome.scenario.weapons import Battery, InterceptorSystem
from opendome.studies.defended_area import (
    Place,
    alone,
    ground_distance,
    is_in_range,
    place_at,
    time_left,
)
from opendome.studies.envelope import classes_of, max_range_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

N: Final = 17  # places along a side
MOST: Final = 16  # footprints
WIDEST: Final = 6_000e3  # m, half of a side
N_COARSE: Final = 9  # while its size is sought
NOT_FLOWN: Final = "glide"  # whose fit to an aim takes a tenth of a second
MARGIN: Final = 0.05  # of a threat's ranges, where its flights do not quite reach them
KEPT: Final = ("system", "launch", "overrides", "apogee_km", "flight_path_deg", "way")  # of a group
SHARED: Final = ("catalog_level", "weather", "start")  # of the scenario
ALONE: Final = ("unit", "radar", "layer")  # what a battery has with others

COLUMNS: Final = pa.schema(
    [
        ("battery", pa.string()), ("system", pa.string()), ("site_lat", pa.float64()),
        ("site_lon", pa.float64()), ("threat", pa.string()), ("groups", pa.string()),
        *((name, pa.float64()) for name in ("north", "east", "lat", "lon")),
        ("is_threatened", pa.bool_()), ("is_defended", pa.bool_()),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Footprint:
    """Ground of one battery against one class of threat.

    Places stand on a square grid about the battery by (north, east), both ascending. A place is
    defended if threats from every launch area that reaches it are met.
    """

    battery: str
    system: str
    site: Place
    threat: str
    groups: str  # whose launch areas they come from, with commas between
    offsets: Floats  # (n,) m, of rows (north) and columns (east)
    is_threatened: Bools  # (n, n): a threat reaches the place
    is_defended: Bools  # a round can meet it before it lands there

    @property
    def area(self) -> float:
        """Defended ground, m^2."""
        cell = float(self.offsets[1] - self.offsets[0])
        return float(np.sum(self.is_defended)) * cell * cell


@dataclass(frozen=True)
class Footprints:
    """Those of a scenario that are not empty, and how many pairs were left out."""

    found: tuple[Footprint, ...]
    n_refused: int = 0  # the threat cannot be flown to places about the battery
    n_left_out: int = 0  # beyond MOST


def footprints(scenario: Scenario) -> Footprints:
    """Footprint of every battery on the ground against every class of threat.

    Each threat is flown straight from the middle of its launch area to every place of a grid, works
    and flies exactly; the battery is cued from burn-out on, and its first round may leave after
    its node's consent and its own reaction.
    """
    data, found, n_refused = resolved(scenario), list[Footprint](), 0
    pairs = _pairs(scenario)
    for n_asked, (i, groups) in enumerate(pairs):
        if len(found) == MOST:
            return Footprints(tuple(found), n_refused, len(pairs) - n_asked)
        try:
            one = footprint(scenario, data, i, groups)
        except OpenDomeError:
            n_refused += 1
            continue
        if one.is_defended.any():
            found.append(one)
    return Footprints(tuple(found), n_refused)


def _pairs(scenario: Scenario) -> list[tuple[int, tuple[int, ...]]]:
    """Numbers of batteries, each with the groups of one class, alike ones once.

    Each battery's largest class comes first, then the second of each.
    """
    classes: dict[str, dict[Place, int]] = {}
    for k in sorted(range(len(scenario.threats)), key=lambda k: -scenario.threats[k].count):
        group = scenario.threats[k]
        classes.setdefault(group.system.name, {}).setdefault(_launch(group), k)
    batteries: dict[tuple[Any, ...], int] = {}
    for i, battery in enumerate(scenario.weapons):
        if battery.site is not None and isinstance(battery.system, InterceptorSystem):
            batteries.setdefault((battery.system, battery.site), i)
    of_each = []
    for i in batteries.values():
        meant = [
            (i, tuple(k for k in groups.values() if _is_meant(scenario, scenario.weapons[i], k)))
            for groups in classes.values()
        ]
        of_each.append([pair for pair in meant if pair[1]])
    return [pair for turn in zip_longest(*of_each) for pair in turn if pair is not None]


def _launch(group: ThreatGroup) -> Place:
    return group.launch.lat, group.launch.lon


def _is_meant(scenario: Scenario, battery: Battery, k: int) -> bool:
    """Whether a battery may fire at a group, and reaches something that it is aimed at."""
    group = scenario.threats[k]
    assert battery.site is not None
    assert isinstance(battery.system, InterceptorSystem)
    kind = "level" if group.system.steering == "waypoints" else "ballistic"
    if battery.against not in ("any", kind) or kind not in classes_of(battery.system):
        return False
    if battery.system.phase == "boost" or group.system.steering == NOT_FLOWN:
        return False
    site, reach = (battery.site.lat, battery.site.lon), _reach(battery, group)
    places = {asset.name: (asset.place.lat, asset.place.lon) for asset in scenario.assets}
    aims = group.aim if isinstance(group.aim, tuple) else (group.aim,)
    return any(
        ground_distance(places[aim] if isinstance(aim, str) else (aim.lat, aim.lon), site) <= reach
        for aim in aims
    )


def _reach(battery: Battery, group: ThreatGroup) -> float:
    """Farthest intercept that the catalog allows, m over the ground."""
    assert isinstance(battery.system, InterceptorSystem)
    kind = "level" if group.system.steering == "waypoints" else "ballistic"
    return max_range_of(battery.system, kind)


def footprint(
    scenario: Scenario, data: Mapping[str, Any], i: int, groups: tuple[int, ...]
) -> Footprint:
    """Footprint of battery ``i`` against groups of one class; ``data`` is the resolved scenario.

    A coarse square begins as wide as the battery reaches. It is doubled while ground at its edge is
    defended, but against flyers on wings, of which all that is behind the battery is; what it finds
    is asked again with a finer one.
    """
    battery, group = scenario.weapons[i], scenario.threats[groups[0]]
    half = min(max(_reach(battery, group), 10e3), WIDEST)
    while True:
        coarse = _within(scenario, data, (i, groups), half, N_COARSE)
        north, east = np.nonzero(coarse.is_defended)
        if len(north) == 0:
            return coarse
        most = float(np.abs(coarse.offsets[np.concatenate([north, east])]).max())
        if most < half or half >= WIDEST or group.system.steering == "waypoints":
            step = float(coarse.offsets[1] - coarse.offsets[0])
            return _within(scenario, data, (i, groups), min(half, most + step), N)
        half = min(2.0 * half, WIDEST)


def _within(
    scenario: Scenario,
    data: Mapping[str, Any],
    pair: tuple[int, tuple[int, ...]],
    half: float,
    n: int,
) -> Footprint:
    """The footprint as far as a square of that half width, ``n`` places along a side, holds it."""
    i, groups = pair
    battery = scenario.weapons[i]
    assert battery.site is not None
    site = (battery.site.lat, battery.site.lon)
    node = next(n for n in scenario.command.nodes if n.name == battery.node)
    delay = node.consent + battery.system.reaction
    offsets = np.linspace(-half, half, n)
    grid = [place_at(north, east, site) for north in offsets for east in offsets]
    is_threatened = np.zeros(n * n, dtype=np.bool_)
    is_defended = np.ones(n * n, dtype=np.bool_)
    for k in groups:
        reached, met = _against(scenario.threats[k], data, (i, k), grid, delay)
        is_threatened |= reached
        is_defended &= met | ~reached
    return Footprint(
        battery.name, battery.system.name, site, scenario.threats[groups[0]].system.name,
        ", ".join(scenario.threats[k].name for k in groups), offsets,
        is_threatened.reshape(n, n), (is_defended & is_threatened).reshape(n, n),
    )  # fmt: skip


def _against(
    group: ThreatGroup, data: Mapping[str, Any], pair: tuple[int, int], grid: list[Place],
    delay: float,
) -> tuple[Bools, Bools]:  # fmt: skip
    """Which places a group reaches, and at which of them it can be met."""
    for margin in (0.0, MARGIN):
        reached = is_in_range(group.system, _launch(group), grid, margin)
        try:
            return reached, np.isfinite(_time_left(data, pair, grid, reached, delay))
        except ScenarioError:  # a flight does not reach its aim
            if margin:
                raise
    raise AssertionError


def _time_left(
    data: Mapping[str, Any], pair: tuple[int, int], grid: list[Place], asked: Bools, delay: float
) -> Floats:
    """Seconds between first and last launch at a threat to each place (n,), NaN where none."""
    left, rows = np.full(len(grid), np.nan), np.flatnonzero(asked)
    if len(rows):
        battery, group = data["weapons"][pair[0]], data["threats"][pair[1]]
        names = (battery["system"], group["system"])
        shared = {key: data[key] for key in SHARED if key in data}
        shared["systems"] = {name: data["systems"][name] for name in names}
        model, system = alone(
            {key: group[key] for key in KEPT if key in group},
            {key: value for key, value in battery.items() if key not in ALONE},
            [grid[row] for row in rows],
            shared,
        )
        left[rows] = time_left(model, system, delay)
    return left


def to_table(found: Footprints) -> pa.Table:
    """A row for each place of each footprint; how many were left out is in the metadata."""
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS.names}
    for one in found.found:
        for r, north in enumerate(one.offsets):
            for c, east in enumerate(one.offsets):
                lat, lon = place_at(north, east, one.site)
                row = (one.battery, one.system, *one.site, one.threat, one.groups, north, east, lat,
                       lon, one.is_threatened[r, c], one.is_defended[r, c])  # fmt: skip
                for name, value in zip(COLUMNS.names, row, strict=True):
                    columns[name].append(value)
    counts = {"n_refused": str(found.n_refused), "n_left_out": str(found.n_left_out)}
    return pa.table(columns, schema=COLUMNS.with_metadata(counts))


def from_table(table: pa.Table) -> Footprints:
    """What a table of footprints was made of."""
    found = []
    rows: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        rows.setdefault((row["battery"], row["threat"]), []).append(row)
    for places in rows.values():
        n, first = round(len(places) ** 0.5), places[0]
        found.append(
            Footprint(
                first["battery"],
                first["system"],
                (first["site_lat"], first["site_lon"]),
                first["threat"],
                first["groups"],
                np.array([p["east"] for p in places[:n]]),
                *(
                    np.array([p[key] for p in places]).reshape(n, n)
                    for key in ("is_threatened", "is_defended")
                ),
            )
        )
    counts = table.schema.metadata or {}
    return Footprints(
        tuple(found), *(int(counts.get(key, b"0")) for key in (b"n_refused", b"n_left_out"))
    )
