"""Jammers in scenarios: what they do to a campaign, and what is refused."""

from typing import Any

import numpy as np
import pytest

import opendome as od
from opendome.scenario import check, load, resolved
from opendome.scenario.jamming import Noise, band_bits
from tests.unit.scenario.breaking import changed, refusal

FEW = ["threats.north.count=12", "threats.east.count=12", "threats.stray.count=0",
       "threats.long_range.count=0"]  # fmt: skip
RUNS = 4


def campaign(**keys: Any) -> od.Campaign:
    """A few rockets against a city whose radar is in band s."""
    whole = resolved(load("iron_dome_city", FEW))
    jammer = keys.pop("jammer", None)
    if jammer:
        whole["threats"] = [{**group, "jammer": jammer} for group in whole["threats"]]
    return od.run_many(load({**whole, **keys}), RUNS, seed=2)


def aircraft(erp: float, *bands: str) -> dict[str, Any]:
    """85 km north-east of the city, 9 km up."""
    return {
        "name": "aircraft",
        "lat_deg": -20.5,
        "lon_deg": 14.2,
        "alt_m": 9000,
        "erp_w_hz": erp,
        "bands": list(bands),
    }


def column(campaign: od.Campaign, name: str) -> np.ndarray:
    return campaign.table("runs").column(name).to_numpy()


@pytest.fixture(scope="module")
def clear() -> od.Campaign:
    return campaign()


@pytest.mark.compiled
def test_noise_from_afar_lets_threats_through(clear: od.Campaign) -> None:
    some, much = (campaign(jammers=[aircraft(erp, "s")]) for erp in (0.1, 10.0))
    threatening = column(clear, "threatening")
    assert column(clear, "leakers").sum() < 0.2 * threatening.sum()
    assert 0.2 < column(some, "leakers").sum() / threatening.sum() < 0.8
    assert np.array_equal(column(much, "leakers"), threatening)
    assert column(much, "shots").sum() == 0
    assert np.array_equal(column(much, "threatening"), threatening)  # the raid is the same


@pytest.mark.compiled
def test_noise_of_the_threats_themselves_is_burnt_through_near_by(clear: od.Campaign) -> None:
    weak, strong = (campaign(jammer={"erp_w_hz": erp}) for erp in (1e-7, 1.0))
    share = column(clear, "leakers").sum() / column(clear, "threatening").sum()
    assert column(weak, "leakers").sum() / column(weak, "threatening").sum() < share + 0.2
    assert np.array_equal(column(strong, "leakers"), column(strong, "threatening"))


@pytest.mark.compiled
def test_noise_in_another_band_changes_no_byte(clear: od.Campaign) -> None:
    other = campaign(jammers=[aircraft(1e6, "x", "uhf")])
    for name in ("runs", "threats", "engagements", "picture"):
        assert repr(other.table(name).to_pydict()) == repr(clear.table(name).to_pydict())


@pytest.mark.compiled
def test_the_statistical_picture_is_jammed_too() -> None:
    sets = [*FEW, "picture=statistical", "engagement=tabled"]
    whole = resolved(load("iron_dome_city", sets))
    runs = [
        od.run_many(load({**whole, "jammers": jammers}), 2, seed=2)
        for jammers in ([], [aircraft(10.0)])
    ]
    assert [column(r, "shots").sum() > 0 for r in runs] == [True, False]


def test_bands_as_bits() -> None:
    assert band_bits(None) == 0
    assert band_bits(Noise(1.0)) == 255
    assert band_bits(Noise(1.0, ("uhf", "x"))) == 0b100010


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (
            aircraft(0.0),
            "scenario: jammers[0].erp_w_hz is 0 W/Hz; allowed: above 0, up to 1e+09 W/Hz. "
            "Effective radiated power density.",
        ),
        (
            aircraft(1.0, "xx"),
            "scenario: jammers[0].bands[0] is 'xx'; known bands: vhf, uhf, l, s, c, x, ku, ka. "
            "Did you mean 'x'?",
        ),
    ],
)
def test_bad_input_is_refused_in_a_line(keys: dict[str, Any], line: str) -> None:
    assert refusal(changed((("jammers",), [keys]))) == line


def test_a_jammer_that_no_radar_hears_is_said() -> None:
    said = check(load(changed((("jammers",), [aircraft(1.0, "x")]))))
    assert (
        "jammers[0] (aircraft) fills band x, in which no radar is; bands of the radars: s." in said
    )
    assert not any("jammer" in s for s in check(load(changed((("jammers",), [aircraft(1.0)])))))


def test_a_group_that_jams_reads_and_writes() -> None:
    noise = {"erp_w_hz": 2.5, "bands": ["s"]}
    whole = resolved(changed((("threats", 0, "jammer"), noise)))
    assert whole["threats"][0]["jammer"] == noise
    assert load(whole).threats[0].jammer == Noise(2.5, ("s",))
