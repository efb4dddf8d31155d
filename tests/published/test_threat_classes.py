"""Flights of the catalog's theater threats against public figures of their classes.

Ballistic: class figures as recalled in open encyclopedias (Scud missile, 9K720 Iskander, KN-23,
Ghadr-110, Sejjil) and least-energy arcs over a sphere; a flight takes the arc's time plus most of
the burn. Hwasong-12, May 2017: 700 km, apogee 2,111 km, 30 min (Strategic Study India 2017).
Flyers: speeds of Kalibr, Oniks, Kh-22 and Shahed-136.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from opendome.kernels.frames import ecefs_from_ecis, geodetics_from_ecefs
from opendome.kernels.paths import path_at
from opendome.scenario import build_system, entry, load
from opendome.world.flights import Flown, fly_nominal
from opendome.world.raid import raid_of
from tests.unit.kernels.notional import place_at
from tests.unit.world.raids import BASE, raid

LAUNCH = (35.0, 45.0)
SYSTEMS = [
    "srbm",
    "srbm_quasi_ballistic",
    "mrbm_liquid",
    "mrbm_solid",
    "irbm",
    "cruise_subsonic",
    "cruise_supersonic",
    "cruise_hypersonic",
    "drone_one_way",
]


class Class(NamedTuple):
    """Public figures of one class at one range: km, s, km/s, km, km, min; each (low, high)."""

    system: str
    range_km: float
    burn: tuple[float, float]
    speed: tuple[float, float]
    burnout_alt: tuple[float, float]
    apogee: tuple[float, float]
    minutes: tuple[float, float]


# Burnout speeds are allowed 0.1 km/s above the public ones: those are of flights without air.
CLASSES = [
    Class("srbm", 300, (60, 65), (1.4, 1.6), (25, 35), (74, 90), (4.2, 5.2)),
    Class("srbm_quasi_ballistic", 400, (20, 40), (2.0, 2.3), (15, 25), (40, 61), (4, 6)),
    Class("mrbm_liquid", 1600, (100, 120), (3.5, 4.0), (80, 110), (372, 460), (10.3, 12)),
    Class("mrbm_liquid", 1999, (100, 120), (3.5, 4.0), (80, 110), (375, 461), (11.7, 13.5)),
    Class("mrbm_solid", 1449, (60, 110), (3.4, 4.1), (60, 100), (339, 460), (9.7, 12)),
    Class("irbm", 3000, (100, 150), (4.6, 6.1), (80, 200), (653, 1042), (14.9, 17.4)),
    Class("irbm", 5499, (100, 150), (4.9, 6.1), (80, 200), (653, 1042), (21.9, 24.4)),
]


def flown(
    system: str, range_km: float, apogee_km: float | None = None, level: str = "nominal"
) -> Flown:
    """Nominal flight of a system over a range, due west-southwest."""
    lat, lon = np.degrees(place_at(*LAUNCH, 250.0, range_km))
    group = {
        "name": "one", "system": system, "count": 1, "aim": "base",
        "launch": {"lat_deg": LAUNCH[0], "lon_deg": LAUNCH[1]},
        "overrides": {"min_range_km": 1, "max_range_km": 6000},
    }  # fmt: skip
    if apogee_km is not None:
        group["apogee_km"] = apogee_km
    scenario = raid(("scud",))
    base = {**scenario["assets"][0], **BASE, "lat_deg": float(lat), "lon_deg": float(lon)}
    groups, *_ = raid_of(
        load({**scenario, "duration_s": 99000, "threats": [group], "assets": [base]}, (), level)
    )
    return fly_nominal(groups[0], 0.0)


@pytest.mark.parametrize("public", CLASSES, ids=lambda c: f"{c.system}-{c.range_km}")
def test_ballistic_classes(public: Class) -> None:
    flight = flown(public.system, public.range_km).paths
    t = float(flight.t_burnout[0])
    y = np.array([path_at(flight.knots[0], int(flight.n_knots[0]), t)])
    r, v = ecefs_from_ecis(y[:, :3].copy(), y[:, 3:].copy(), np.array([t]))
    assert public.burn[0] <= t <= public.burn[1]
    assert public.speed[0] <= np.linalg.norm(v) / 1e3 <= public.speed[1]
    assert public.burnout_alt[0] <= geodetics_from_ecefs(r)[0, 2] / 1e3 <= public.burnout_alt[1]
    assert public.apogee[0] <= flight.apogee_alt[0] / 1e3 <= public.apogee[1]
    assert public.minutes[0] <= flight.impact[0, 0] / 60 <= public.minutes[1]


def test_the_hwasong_12_flight_of_2017() -> None:
    flight = flown("irbm", 700, 2111).paths
    assert flight.apogee_alt[0] / 1e3 == pytest.approx(2111, abs=0.6)
    assert flight.impact[0, 0] == pytest.approx(1800, rel=0.03)


@pytest.mark.parametrize(
    ("system", "low", "high", "range_km"),
    [
        ("cruise_subsonic", 220, 260, 1500),
        ("cruise_supersonic", 700, 1400, 500),
        ("cruise_hypersonic", 1700, 2500, 900),
        ("drone_one_way", 45, 55, 1500),
    ],
)
def test_flyers(system: str, low: float, high: float, range_km: float) -> None:
    seconds = float(flown(system, range_km).paths.impact[0, 0])
    speed = build_system(entry(system)).cruise.speed
    assert low <= speed <= high
    assert range_km * 1e3 / seconds == pytest.approx(speed, rel=0.02)


@pytest.mark.parametrize("level", ["low", "nominal", "high"])
def test_each_class_flies_from_its_shortest_to_its_longest_range(level: str) -> None:
    for name in SYSTEMS:
        system = build_system(entry(name), level)
        for metres in (1.002 * system.min_range, 0.998 * system.max_range):
            flight = flown(name, metres / 1e3, level=level)
            assert flight.status[0] == 0
            assert flight.miss[0] < 30.0


def at_sea(range_km: float, apogee_km: float | None = None) -> Flown:
    """Nominal flight of the submarine's missile from the North Pacific, over the pole."""
    lat, lon = np.degrees(place_at(35.0, -170.0, 10.0, range_km))
    group = {
        "name": "sub", "system": "slbm", "count": 1, "apogee_km": apogee_km,
        "aim": {"lat_deg": float(lat), "lon_deg": float((lon + 180) % 360 - 180)},
        "launch": {"lat_deg": 35.0, "lon_deg": -170.0},
    }  # fmt: skip
    keys = {name: value for name, value in group.items() if value is not None}
    groups, *_ = raid_of(load({**raid(("scud",)), "duration_s": 99000, "threats": [keys]}))
    return fly_nominal(groups[0], 0.0)


def test_submarine_launched_missiles_of_the_class() -> None:
    """Figures of the class: 120 to 190 s of burn, 4.1 to 7.5 km/s, 460 to 1,320 km, 8 to 35 min.

    Those are of least-energy arcs: the burn comes on top of their minutes.
    """
    minutes = []
    for range_km, speeds in ((2010, (3.6, 4.4)), (9800, (6.5, 7.5))):
        found = at_sea(range_km)
        flight = found.paths
        assert found.status[0] == 0
        assert found.miss[0] < 30.0
        t = float(flight.t_burnout[0])
        y = np.array([path_at(flight.knots[0], int(flight.n_knots[0]), t)])
        _, v = ecefs_from_ecis(y[:, :3].copy(), y[:, 3:].copy(), np.array([t]))
        assert t <= 190.0
        assert speeds[0] <= np.linalg.norm(v) / 1e3 <= speeds[1]
        assert 440.0 <= flight.apogee_alt[0] / 1e3 <= 1400.0
        minutes.append((flight.impact[0, 0] - t) / 60)
    assert 8.0 <= minutes[0] < minutes[1] <= 35.0
    depressed = at_sea(2500, 180.0).paths
    assert depressed.apogee_alt[0] == pytest.approx(180e3, rel=0.01)
    assert depressed.impact[0, 0] < 0.85 * at_sea(2500).paths.impact[0, 0]
