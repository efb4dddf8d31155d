"""Our sizing of a boost-phase layer: where its assumptions are made equal to a form, they agree."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from opendome.constants import EARTH_RADIUS_EQUATOR
from opendome.errors import ModelRangeError, ScenarioError
from opendome.studies.inputs import read_inputs, written
from opendome.studies.published.aei import calculate
from opendome.studies.sbi_inputs import SbiInputs
from opendome.studies.sbi_sizing import (
    calculator,
    counts_in_reach,
    layer_of,
    mass_of,
    shell_of,
    shots_wanted,
    size,
)
from opendome.studies.shells import shell_share, uniform_share

NAME = "sbi_sizing"


def asked(*sets: str) -> SbiInputs:
    return read_inputs(SbiInputs, NAME, sets)


@pytest.mark.parametrize(
    ("p_kill", "wanted", "shots"),
    [(0.8, 0.96, 2), (0.8, 0.8, 1), (0.8, 0.99, 3), (1.0, 0.999, 1), (0.5, 0.9, 4)],
)
def test_fewest_shots(p_kill: float, wanted: float, shots: int) -> None:
    assert shots_wanted(p_kill, wanted) == shots


def test_by_default_both_fly_for_two_minutes() -> None:
    """180 s of burn less 45 s to detect and 15 s to decide: what the calculator takes."""
    assert asked().time_left == 120.0
    assert calculate(calculator(asked())).interceptors == 998
    assert asked("flyout_s=90", "burn_s=400").time_left == 90.0
    assert asked("burn_s=240", "decide_s=60").time_left == 135.0


@pytest.mark.compiled
def test_over_the_whole_earth_a_shell_has_the_share_of_a_sphere() -> None:
    """However orbits are inclined: the mean over all ground is the share of a sphere's cap.

    With satellites at the height of intercept and whole-Earth cover this is the calculator's count,
    but for the last rounding up and its Earth.
    """
    given = asked("orbit_alt_km=200", "p_kill_wanted=0.8", "salvo=10")
    got = size(given, is_assured=False)
    asked_share = uniform_share(got.reach, 200e3, EARTH_RADIUS_EQUATOR)
    assert 10 / got.mean.interceptors == pytest.approx(asked_share, rel=0.01)
    assert got.mean.interceptors == pytest.approx(
        calculate(calculator(given)).interceptors, rel=0.03
    )


@pytest.mark.compiled
@pytest.mark.parametrize("sets", [["latitude_deg=40", "inclination_deg=60"],
                                  ["latitude_deg=30", "inclination_deg=50", "orbit_alt_km=450",
                                   "speed_km_s=5"]])  # fmt: skip
def test_latitudes_have_the_share_of_the_published_form(sets: list[str]) -> None:
    given = replace(asked(*sets), intercept_altitude=asked(*sets).orbit_altitude)
    got = size(given, is_assured=False)
    assert given.inclination is not None
    form = [
        shell_share(got.reach, given.orbit_altitude, given.inclination, lat, EARTH_RADIUS_EQUATOR)
        for lat in got.latitudes
    ]
    assert got.shares == pytest.approx(form, rel=0.025)
    assert got.worst.latitude < math.radians(10.0)
    assert got.best.interceptors < got.mean.interceptors < got.worst.interceptors


@pytest.mark.compiled
def test_enough_for_most_of_the_time_is_enough() -> None:
    given = asked("salvo=5", "latitude_deg=50", "from_latitude_deg=35", "inclination_deg=55")
    got = size(given)
    assert got.assured is not None
    assert got.assured.interceptors >= got.worst.interceptors
    elements = shell_of(given, got.inclination, got.assured.interceptors)
    assert len(elements) == got.assured.interceptors
    counts = counts_in_reach(elements, got.worst.latitude, given.intercept_altitude, got.reach, 29)
    assert np.mean(counts >= 5 * got.shots) >= 0.95
    fewer = shell_of(given, got.inclination, round(0.9 * got.assured.interceptors))
    counts = counts_in_reach(fewer, got.worst.latitude, given.intercept_altitude, got.reach, 29)
    assert np.mean(counts >= 5 * got.shots) < 0.95


@pytest.mark.compiled
def test_less_time_and_more_threats_want_more_satellites() -> None:
    base = size(asked(), is_assured=False).worst.interceptors
    assert size(asked("salvo=10"), is_assured=False).worst.interceptors == pytest.approx(
        10 * base, rel=0.01
    )
    for harder in ("decide_s=45", "burn_s=150", "speed_km_s=4", "p_kill=0.5"):
        assert size(asked(harder), is_assured=False).worst.interceptors > base


def test_generations_may_be_fractions_and_learning_goes_on() -> None:
    given = asked("spares=0", "period_yr=12.5")
    layer = layer_of(given, mass_of(given), 0.0, 1000)
    assert layer.bought == pytest.approx(2500.0)
    assert layer.launches == math.ceil(2500 / 34)
    whole = calculate(replace(calculator(given), period=10 * 31_557_600.0))
    assert layer.total < 2 * 1000 * whole.unit_cost + 450e6 * 12.5 + 7e9 + 74 * whole.launch_cost
    short = layer_of(asked("spares=0", "period_yr=2"), mass_of(given), 0.0, 1000)
    assert short.bought == pytest.approx(1000.0)
    spared = layer_of(asked("spares=0.2", "period_yr=12.5"), mass_of(given), 0.0, 1000)
    assert spared.bought == pytest.approx(3000.0)


@pytest.mark.parametrize(
    ("sets", "words"),
    [
        (["burn_s=50"], "Nothing is left to fly in"),
        (["burn_s=90"], "the interceptor burns for 40.8 s"),
        (["speed_km_s=15", "accel_g=40"], "a launcher lifts 45,000 kg"),
        (["inclination_deg=30", "latitude_deg=80"], "Raise inclination_deg"),
    ],
)
def test_what_has_no_answer_is_said_in_a_line(sets: list[str], words: str) -> None:
    with pytest.raises(ModelRangeError, match=words) as problem:
        size(asked(*sets))
    assert "\n" not in str(problem.value)


def test_a_wrong_key_is_refused_as_in_a_scenario() -> None:
    with pytest.raises(ScenarioError, match=r"orbit_km is 3; .*Use orbit_alt_km|orbit_alt_km"):
        asked("orbit_km=3")
    with pytest.raises(ScenarioError, match="above 0, up to 20 km/s"):
        asked("speed_km_s=-1")


def test_inputs_are_written_as_they_could_be_set() -> None:
    given = asked("salvo=7", "latitude_deg=33.3", "life_yr=6.5")
    again = asked(*(f"{key}={value}" for key, value in written(given).items()))
    assert again == given
