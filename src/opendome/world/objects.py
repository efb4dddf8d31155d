"""What each threat of a run is: launched itself, or released by one that was; armed or not.

All objects of one launch stand together, in the order of launches: first what is launched, then
what it releases. Draws go by the number of the launch, so that what one group releases changes
nothing in the luck of another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.discrimination import Clusters
from opendome.kernels.glow import LONG_BAND, band_radiance
from opendome.scenario.heat import Heat
from opendome.scenario.releases import Released
from opendome.scenario.threats import ThreatGroup, ThreatSystem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROLES = ("warhead", "decoy", "debris", "tank", "bus")
WARHEAD, DECOY, DEBRIS, TANK, BUS = range(5)


@dataclass(frozen=True)
class Objects:
    """Per threat of a run, in the order of their ids; all (n,)."""

    launch: Ints  # number of its launch, by which it draws
    place: Ints  # among the objects of its launch; 0: what is launched itself
    carrier: Ints  # id of what carries it until its release; its own where it is launched itself
    role: Ints  # index into ROLES
    is_armed: NDArray[np.bool_]
    after: Floats  # s from the end of the burn to its release
    delta_v: Floats  # m/s, standard deviation per axis; 0 of warheads, which are aimed
    aim_lat: Floats  # of a released warhead its own, NaN of all else
    aim_lon: Floats
    aim_scatter: Floats  # m, standard deviation per axis of the places that warheads come down
    beta: Floats  # kg/m^2, NaN of what is launched itself
    clusters: Clusters  # as seekers tell them apart

    @property
    def is_released(self) -> NDArray[np.bool_]:
        """Whether each is let go by another."""
        return self.place > 0


@dataclass(frozen=True)
class Item:
    """One object of a launch."""

    role: int
    after: float
    part: Released | None  # None: what is launched itself


def items_of(system: ThreatSystem) -> list[Item]:
    """Objects of one launch of a system, what is launched first."""
    releases = system.releases
    first = BUS if releases is not None and releases.warheads is not None else WARHEAD
    items = [Item(first, 0.0, None)]
    for role, part in releases.kinds() if releases is not None else ():
        for k in range(part.count):
            items.append(Item(ROLES.index(role), part.after + k * part.interval, part))
    return items


def unarmed_launches(group: ThreatGroup) -> NDArray[np.bool_]:
    """Which launches of a group carry no warhead: an even share of them."""
    number = np.arange(group.count)
    share = group.system.swarm.decoy_share if group.system.swarm else 0.0
    return np.asarray(np.floor((number + 1) * share + 1e-9) > np.floor(number * share + 1e-9))


def scatter_of(group: ThreatGroup) -> float:
    """Standard deviation per axis of where warheads come down, m: intended, and by their errors."""
    return math.hypot(group.aim_scatter, group.system.aim_error / math.sqrt(2.0 * math.log(2.0)))


def objects_of(
    threats: Sequence[ThreatGroup], aims: Sequence[Sequence[tuple[float, float]]]
) -> Objects:
    """Objects of every launch of a scenario.

    Parameters
    ----------
    threats : sequence of ThreatGroup
    aims : sequence of sequence of (lat, lon)
        Places that each group aims at in turn.
    """
    columns: dict[str, list[NDArray[np.float64]]] = {}
    first_launch, first = 0, 0
    for group, places in zip(threats, aims, strict=True):
        items, count = items_of(group.system), group.count
        m = len(items)
        launch, place = np.divmod(np.arange(count * m), m)
        made = _of_group(group, items, np.array(places, dtype=np.float64), launch, place)
        made |= {
            "launch": first_launch + launch,
            "place": place,
            "carrier": first + launch * m,
        }
        for name, values in made.items():
            columns.setdefault(name, []).append(values)
        first_launch, first = first_launch + count, first + count * m
    whole = {name: np.concatenate(parts) for name, parts in columns.items()}
    if not whole:
        whole = {name: np.zeros(0) for name in _COLUMNS}
    clusters = Clusters(
        whole["is_cluster"].astype(np.bool_),
        np.column_stack([whole["own_infrared"], whole["own_radar"]]),
        np.column_stack([whole["warhead_infrared"], whole["warhead_radar"]]),
        np.where(np.isnan(whole["beta"]), whole["own_beta"], whole["beta"]),
    )
    return Objects(
        launch=whole["launch"].astype(np.int64),
        place=whole["place"].astype(np.int64),
        carrier=whole["carrier"].astype(np.int64),
        role=whole["role"].astype(np.int64),
        is_armed=whole["is_armed"].astype(np.bool_),
        after=whole["after"],
        delta_v=whole["delta_v"],
        aim_lat=whole["aim_lat"],
        aim_lon=whole["aim_lon"],
        aim_scatter=whole["aim_scatter"],
        beta=whole["beta"],
        clusters=clusters,
    )


_COLUMNS = (
    "launch", "place", "carrier", "role", "is_armed", "after", "delta_v", "aim_lat", "aim_lon",
    "aim_scatter", "beta", "own_beta", "is_cluster", "own_infrared", "own_radar",
    "warhead_infrared", "warhead_radar",
)  # fmt: skip


def _of_group(
    group: ThreatGroup, items: list[Item], aims: Floats, launch: Ints, place: Ints
) -> dict[str, Floats]:
    """Columns of one group's objects; ``launch`` counts within the group."""
    system = group.system
    unarmed = unarmed_launches(group)
    role = np.array([item.role for item in items])[place]
    is_plain = unarmed[launch] & (place == 0)
    role = np.where(is_plain, DECOY, role)
    is_warhead = role == WARHEAD
    number = np.cumsum([item.role == WARHEAD and item.part is not None for item in items])[place]
    aim = aims[(launch + np.maximum(number - 1, 0)) % len(aims)]
    is_aimed = (is_warhead & (place > 0))[:, None]
    aim = np.where(is_aimed, aim, np.nan)

    def per(values: list[float]) -> Floats:
        return np.array(values, dtype=np.float64)[place]

    parts = [item.part for item in items]
    own = [(p.heat, p.rcs) if p else (system.heat, system.rcs) for p in parts]
    warhead = next((f for f, i in zip(own, items, strict=True) if i.role == WARHEAD), own[0])
    booster = system.booster
    return {
        "role": role,
        "is_armed": is_warhead,
        "after": per([item.after for item in items]),
        "delta_v": per([p.delta_v if p else 0.0 for p in parts]) * ~is_warhead,
        "aim_lat": aim[:, 0],
        "aim_lon": aim[:, 1],
        "aim_scatter": np.full(len(place), scatter_of(group)),
        "beta": per([p.beta if p else math.nan for p in parts]),
        "own_beta": np.full(len(place), booster.payload_beta if booster else math.nan),
        "is_cluster": np.full(len(place), len(items) > 1),
        "own_infrared": per([_brightness(heat) for heat, _ in own]),
        "own_radar": per([math.log(radar) for _, radar in own]),
        "warhead_infrared": np.full(len(place), _brightness(warhead[0])),
        "warhead_radar": np.full(len(place), math.log(warhead[1])),
    }


def _brightness(heat: Heat | None) -> float:
    """Logarithm of the intensity (W/sr) in the long band where no air heats; NaN: not known."""
    if heat is None:
        return math.nan
    return math.log(heat.emissivity * heat.area * band_radiance(heat.temperature, LONG_BAND))
