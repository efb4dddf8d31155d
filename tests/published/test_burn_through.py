"""Burn-through ranges against the formulas of the textbooks on electronic warfare.

A radar is described twice: by the power, gain and noise of the radar equation, from which the
formulas follow, and by the range that this gives it, which is all that the program is told.

Sources: D. L. Adamy, EW 101 (2001), ch. 9; M. I. Skolnik, Introduction to Radar Systems (2001),
eq. (1.6) and ch. 9. With p the effective radiated power density of the jammer, S the least ratio of
signal to noise, E the energy of a dwell and G the gain: R_bt = sqrt(E G sigma / (4 pi p S)) for a
threat that screens itself, R_bt = (E G sigma R_j^2 / (4 pi p S g))^(1/4) for a jammer that stands
off at R_j in side lobes of relative gain g.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pyproj
import pytest

from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.messages import Tasking, empty
from opendome.scenario.jamming import Jammer, Noise
from opendome.scenario.places import Place
from opendome.scenario.sensors import RadarSystem, Sensor
from opendome.sensors import build
from opendome.sensors.radar import Radar
from tests.unit.sensors.sites import LOCAL, truth_of

BOLTZMANN, C = 1.380649e-23, 299792458.0
POWER, DWELL = 1e6, 2e-3  # W, s
FREQUENCY = 3.3e9  # Hz
BEAM = math.radians(1.6)
GAIN = 26000.0 / 1.6**2
TEMPERATURE = 900.0  # K
SIDE_LOBE = 1e-4
P_FALSE, P_DETECT = 1e-6, 0.8
LEAST_SNR = math.log(P_FALSE) / math.log(P_DETECT) - 1.0  # Swerling 1
RCS = 0.7
LAT, LON, ELEVATION = math.radians(45.0), 0.0, math.radians(20.0)
NOBODY = empty(Tasking)


def snr_at(distance: float, rcs: float) -> float:
    """Radar equation, no jamming."""
    wave = C / FREQUENCY
    top = POWER * DWELL * GAIN**2 * wave**2 * rcs
    return top / ((4 * math.pi) ** 3 * distance**4 * BOLTZMANN * TEMPERATURE)


def system(**changes) -> RadarSystem:
    reach = (snr_at(1.0, RCS) / LEAST_SNR) ** 0.25
    numbers = LOCAL | {
        "reference_range": reach,
        "reference_rcs": RCS,
        "reference_p_detect": P_DETECT,
        "p_false_alarm": P_FALSE,
        "max_range": 20e6,
        "sector": 2 * math.pi,
        "max_elevation": math.pi / 2,
        "beam_width": BEAM,
        "noise_temperature": TEMPERATURE,
        "side_lobe": SIDE_LOBE,
        "false_alarms": 0.0,
    }
    return RadarSystem(**{**numbers, **changes})


def place_at(distance: float, azimuth: float = 0.0, elevation: float = ELEVATION) -> np.ndarray:
    level = math.cos(elevation)
    u = np.array([level * math.sin(azimuth), level * math.cos(azimuth), math.sin(elevation)])
    site = np.array(ecef_from_geodetic(LAT, LON, 0.0))
    return site + distance * enu_basis(LAT, LON).T @ u


def placed(*jammers: Jammer, **changes) -> Radar:
    site = Place(lat=LAT, lon=LON)
    (built,) = build((Sensor("eye", system(**changes), "hub", site=site),), jammers=jammers)
    assert isinstance(built, Radar)
    return built


def p_detect(radar: Radar, truth) -> np.ndarray:
    shown = radar.shown_rcs(truth)
    distance = np.linalg.norm(truth.r_ecef - radar.numbers.field.r_ecef, axis=1)
    snr = radar.numbers.snr_unit * shown / distance**4
    return np.exp(-radar.numbers.threshold / (1.0 + snr))


def burn_through(radar: Radar, density: float) -> float:
    """Distance inside which a threat that jams is detected with the stated chance, by halving."""
    low, high = 1.0, 1e7
    for _ in range(80):
        half = math.sqrt(low * high)
        truth = truth_of(place_at(half), rcs=RCS, jamming=density)
        low, high = (half, high) if p_detect(radar, truth)[0] > P_DETECT else (low, half)
    return low


@pytest.mark.parametrize("density", [1e-3, 1.0, 100.0])
def test_self_screening_burns_through_where_the_formula_says(density: float) -> None:
    """Noise that drowns the radar's own: the square root of the ratio of densities."""
    expected = math.sqrt(POWER * DWELL * GAIN * RCS / (4 * math.pi * density * LEAST_SNR))
    wave = C / FREQUENCY
    ratio = density * GAIN * wave**2 / (4 * math.pi * expected) ** 2 / (BOLTZMANN * TEMPERATURE)
    assert ratio > 1e4
    assert burn_through(placed(), density) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("density", [1e-12, 1e-8, 1e-7, 1e-6])
def test_with_the_radars_own_noise_it_is_the_root_of_a_quadratic(density: float) -> None:
    """K sigma / R^4 = S (1 + c / R^2), from the range without jamming to far inside it."""
    c = density * GAIN * (C / FREQUENCY) ** 2 / (4 * math.pi) ** 2 / (BOLTZMANN * TEMPERATURE)
    k = snr_at(1.0, RCS) / LEAST_SNR
    expected = math.sqrt(0.5 * (-c + math.sqrt(c * c + 4.0 * k)))
    assert burn_through(placed(), density) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(("density", "away"), [(10.0, 150e3), (1e3, 150e3), (1e3, 300e3)])
def test_stand_off_jamming_in_the_side_lobes(density: float, away: float) -> None:
    """A threat to the north, a jammer to the east: the fourth root, with the side lobe's gain."""
    east = place_at(away, azimuth=math.pi / 2)
    to_geodetic = pyproj.Transformer.from_crs("EPSG:4978", "EPSG:4979", always_xy=True)
    lon, lat, alt = to_geodetic.transform(*east)
    site = Place(lat=math.radians(lat), lon=math.radians(lon), alt=alt)
    radar = placed(Jammer("stand_off", site, Noise(density)))
    energy = POWER * DWELL * GAIN * RCS
    expected = (energy * away**2 / (4 * math.pi * density * LEAST_SNR * SIDE_LOBE)) ** 0.25
    low, high = 1.0, 1e7
    for _ in range(80):
        half = math.sqrt(low * high)
        truth = truth_of(place_at(half), rcs=RCS)
        low, high = (half, high) if p_detect(radar, truth)[0] > P_DETECT else (low, half)
    assert low == pytest.approx(expected, rel=1e-3)


def test_drawn_looks_detect_as_often_at_the_burn_through_range() -> None:
    density = 1.0
    reach = math.sqrt(POWER * DWELL * GAIN * RCS / (4 * math.pi * density * LEAST_SNR))
    for jamming, p in ((density, P_DETECT), (0.0, 1.0)):
        truth = truth_of(place_at(reach), rcs=RCS, jamming=jamming, runs=4000)
        n = len(placed().sense(truth, NOBODY, 5).run)
        assert abs(n - 4000 * p) <= 4.0 * math.sqrt(4000 * p * (1 - p))


def test_errors_grow_with_the_noise() -> None:
    """Noise that leaves a signal of 100 times it: cells over the root of 200, and the floor."""
    distance = 100e3
    one = GAIN * (C / FREQUENCY) ** 2 / (4 * math.pi * distance) ** 2 / (BOLTZMANN * TEMPERATURE)
    density = (snr_at(distance, RCS) / 100.0 - 1.0) / one
    assert density > 0.0
    noisy = truth_of(place_at(distance), rcs=RCS, jamming=density, runs=4000)
    found = placed().sense(noisy, NOBODY, 5)
    assert np.mean(found.snr) == pytest.approx(100.0, rel=0.15)
    assert found.sigma_distance == pytest.approx(30.0 * np.sqrt(0.5 / found.snr + 1 / 2500))


def test_only_its_own_band_and_only_above_the_horizon() -> None:
    near = truth_of(place_at(50e3), rcs=RCS, jamming=1.0, jam_bands=1 << 5)  # band x
    assert placed().shown_rcs(near)[0] == RCS
    assert placed(band="x").shown_rcs(near)[0] < 1e-3 * RCS
    far = Place(lat=LAT, lon=math.radians(8.0), alt=100.0)  # 630 km away, under the horizon
    seen = truth_of(place_at(50e3), rcs=RCS)
    assert placed(Jammer("low", far, Noise(1e6))).shown_rcs(seen)[0] == RCS
    high = Place(lat=LAT, lon=math.radians(1.0), alt=10e3)
    assert placed(Jammer("high", high, Noise(1e6))).shown_rcs(seen)[0] < RCS


def test_an_escort_in_the_beam_hides_its_neighbour_and_not_one_elsewhere() -> None:
    places = np.stack([place_at(60e3), place_at(60e3, 0.3 * BEAM), place_at(60e3, 1.0)])
    truth = truth_of(places, rcs=RCS, jamming=[1.0, 0.0, 0.0])
    shown = placed().shown_rcs(truth)
    assert shown[0] < shown[1] < 1e-3 * shown[2] < 1e-3 * RCS
    beam = math.exp(-4 * math.log(2) * (0.3 * math.cos(ELEVATION)) ** 2)
    assert shown[0] / shown[1] == pytest.approx(beam, rel=1e-3)


def test_runs_do_not_hear_each_others_jammers() -> None:
    both = truth_of(place_at(60e3), rcs=RCS, runs=2)
    jam = np.array([1.0, 0.0])
    shown = placed().shown_rcs(replace(both, jamming=jam))
    assert shown[0] < 1e-2 * RCS
    assert shown[1] == RCS
