"""Make the table of what families of threats look like in flight, from the catalog's numbers.

    python scripts/make_families.py src/opendome/tracks/families.npz

Every system that is modelled is flown over the ranges, bearings and apogees that its row allows,
with numbers between low and high; the table counts how much of their time its flights spend in
each cell of `opendome.tracks.families`. Same catalog, same bytes. See docs/models/families.md.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opendome.errors import OpenDomeError
from opendome.kernels.frames import ecefs_from_ecis, geodetics_from_ecefs
from opendome.kernels.paths import paths_at
from opendome.scenario import load, resolved
from opendome.scenario.catalog_entries import build_system, catalog
from opendome.scenario.families import FAMILIES, family_of
from opendome.scenario.threats import ThreatSystem
from opendome.simulation.run import begin, compile_scenario
from opendome.tracks import families

Floats = NDArray[np.float64]

FLIGHTS = 72  # tried of each system
MOMENTS = 400  # of each flight, evenly over its time
GOLDEN = 0.5 * (math.sqrt(5.0) - 1.0)
APOGEES = (1.0, 1.0, 0.7, 1.4)  # of the least-energy apogee; those out of reach are left out
PLACES = ((-20.0, 15.0), (40.0, 127.0), (60.0, 60.0))  # launches, degrees
AT_SEA = ((-20.0, -20.0), (40.0, -150.0), (60.0, -30.0))
GLIDES, GLIDE_SLOPE = 80e3, 0.15  # a glider below so many m on less than that slope is level
DRAWN = ("booster.payload_beta", "booster.muzzle", "cruise.", "glide.", "orbit.")
GROUNDS = (0.0, 300.0, 1200.0)  # m, height of launches


def groups_of(name: str) -> list[dict[str, Any]]:
    """Groups of one flight each, evenly spread over what the row of a system allows."""
    system, made = build_system(catalog()[name]), []
    for k in range(FLIGHTS):
        share, turn = (k + 0.5) / FLIGHTS, (GOLDEN * (k + 1)) % 1.0
        reach = system.min_range + share * (system.max_range - system.min_range)
        lat, lon = (AT_SEA if system.platform == "ship" else PLACES)[k % len(PLACES)]
        ground = 0.0 if system.platform == "ship" else GROUNDS[(k // 3) % len(GROUNDS)]
        aim = beyond(lat, lon, 2.0 * math.pi * turn, reach)
        group: dict[str, Any] = {
            "name": f"flight_{k}",
            "system": name,
            "count": 1,
            "launch": {"lat_deg": lat, "lon_deg": lon, "alt_m": ground},
            "aim": {"lat_deg": aim[0], "lon_deg": aim[1]},
            "overrides": numbers_of(name, k) | {"reliability": 1.0},
        }
        apogee = APOGEES[(k // 2) % len(APOGEES)]
        if system.steering == "cutoff" and apogee != 1.0:
            half = 0.5 * reach / 6371e3
            least = 0.5 * 6371.0 * (math.sin(half) + math.cos(half) - 1.0)
            group["apogee_km"] = apogee * least
        made.append(group)
    return made


def numbers_of(name: str, k: int) -> dict[str, float]:
    """Numbers that say how a system flies, of its flight k: between low, nominal and high.

    As many below the nominal number as above, even in logarithm; additive recurrences of the roots
    of primes.
    """
    found, primes = {}, iter((2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37))
    for key, row in catalog()[name].parameters.items():
        if row.low == row.high or not key.startswith(DRAWN):
            continue
        place = 2.0 * (((k + 1) * math.sqrt(next(primes))) % 1.0)
        first, last = (row.low, row.nominal) if place < 1.0 else (row.nominal, row.high)
        found[key] = float(first * (last / first) ** (place % 1.0))
    return found


def beyond(lat: float, lon: float, bearing: float, reach: float) -> tuple[float, float]:
    """Place (degrees) at a distance (m) on a bearing, on the mean sphere."""
    arc, phi = reach / 6371e3, math.radians(lat)
    sine = math.sin(phi) * math.cos(arc) + math.cos(phi) * math.sin(arc) * math.cos(bearing)
    there = math.asin(min(max(sine, -1.0), 1.0))
    east = math.atan2(
        math.sin(bearing) * math.sin(arc) * math.cos(phi), math.cos(arc) - math.sin(phi) * sine
    )
    return math.degrees(there), (lon + math.degrees(east) + 180.0) % 360.0 - 180.0


def moments(groups: list[dict[str, Any]], system: ThreatSystem) -> Floats:
    """What flights of groups look like (n, k, 4): mode, speed at the ground, height, slope."""
    found = []
    for group in groups:
        data = resolved("iron_dome_city", []) | {
            "duration_s": 90000.0,
            "picture": "perfect",
            "threats": [group],
            "weapons": [],
        }
        data["command"] |= {"layers": []}
        try:
            model = compile_scenario(load(data))
        except OpenDomeError as error:
            print("  left out:", str(error).splitlines()[0][:150])
            continue
        state = begin(model, 0, [0], [])
        found.append(looks_of(state.world, system))
    return np.array(found)


def looks_of(world: Any, system: ThreatSystem) -> Floats:
    """The first threat of a world at even moments of its flight."""
    rec, sky = world.threats, world.sky
    share = (np.arange(MOMENTS) + 0.5) / MOMENTS
    t = rec.t_launch[0] + share * (rec.t_impact[0] - rec.t_launch[0])
    rows = np.zeros(MOMENTS, np.int64)
    states = paths_at(sky.knots, sky.offsets, sky.counts, rows, t)
    r, v = ecefs_from_ecis(
        np.ascontiguousarray(states[:, :3]), np.ascontiguousarray(states[:, 3:]), t
    )
    height = geodetics_from_ecefs(r)[:, 2]
    ground, slope = (x[:, 0] for x in families.energy_and_slope(r, v[:, None], height[:, None]))
    is_level = t < rec.t_level[0]
    if system.steering == "glide":
        is_level = (height < GLIDES) & (np.abs(slope) < GLIDE_SLOPE)
    mode = np.where(is_level, families.IS_LEVEL, families.FALLS)
    mode = np.where(t < rec.t_burnout[0], families.BURNS, mode)
    return np.column_stack([mode, ground, height, slope])


def main() -> None:
    """Fly the catalog and write the table."""
    shares: dict[str, list[Floats]] = {name: [] for name in FAMILIES}
    for name, entry in catalog().items():
        if entry.kind != "threat" or not entry.is_modelled:
            continue
        system = build_system(entry)
        seen = moments(groups_of(name), system)
        print(name, family_of(system), len(seen), flush=True)
        shares[family_of(system)].append(families.counted(seen.reshape(-1, 4)))
    table = np.array([np.mean(shares[name], axis=0) for name in FAMILIES])
    np.savez_compressed(Path(sys.argv[1]), share=families.packed(table))


if __name__ == "__main__":
    main()
