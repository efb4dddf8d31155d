"""Every interceptor reaches the edges of its envelope and fires at nothing beyond."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from opendome.scenario import catalog, entry
from opendome.studies.envelope import (
    classes_of,
    edges_of,
    envelope,
    fired_beyond,
    kinematic_reach,
    probe_at,
    probes_of,
)
from opendome.studies.shooting import range_of, shoot

SYSTEMS = [
    n
    for n, e in catalog().items()
    if e.kind == "interceptor" and e.is_modelled and e.choices.get("basing") != "orbit"
]
QUICK = ["nasams", "patriot_mse", "thaad"]
SHARE, DISTANCE = 0.05, 1.0  # an edge is reached within 5 % or 1 km
LAST_SECOND = 1.5  # km: no meeting is planned in the last second of a fall
TABLE = Path(__file__).parents[3] / "docs" / "envelopes.csv"
# A public speed that does not carry the round to its public range, or a lower bound ("more than").
# Coyote is fastest in a dive from far above its ceiling; its level speed is tested on its own.
OWN_SPEED = {"sm6", "arrow3", "coyote2"}


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


EDGES = [r for r in rows() if r["edge"] in ("nearest", "farthest", "lowest", "highest")]


def allowed(catalog_km: float, edge: str, against: str) -> float:
    low = LAST_SECOND if (edge, against) == ("lowest", "ballistic") else DISTANCE
    return max(SHARE * catalog_km, low)


def test_the_table_holds_every_system_and_edge() -> None:
    wanted = {
        (name, against, edge)
        for name in SYSTEMS
        for against in classes_of(range_of(name).system)
        for edge in ("nearest", "farthest", "lowest", "highest")
    }
    assert {(r["system"], r["against"], r["edge"]) for r in EDGES} == wanted


@pytest.mark.parametrize("row", EDGES, ids=lambda r: f"{r['system']}-{r['against']}-{r['edge']}")
def test_a_committed_edge_is_reached(row: dict[str, str]) -> None:
    said, flown = float(row["catalog"]), float(row["flown"])
    assert abs(flown - said) <= allowed(said, row["edge"], row["against"])
    key = {"nearest": "min_range_km", "farthest": "max_range_km"}.get(row["edge"])
    key = key or {"lowest": "min_alt_km", "highest": "max_alt_km"}[row["edge"]]
    numbers = entry(row["system"]).parameters
    if (row["edge"], row["against"]) == ("farthest", "ballistic"):
        key = "ballistic_range_km" if "ballistic_range_km" in numbers else key
    assert said == pytest.approx(numbers[key].nominal)


def test_nothing_was_fired_beyond() -> None:
    beyond = [float(r["flown"]) for r in rows() if r["edge"] == "fired beyond"]
    assert len(beyond) >= len(SYSTEMS)
    assert not any(beyond)


@pytest.mark.parametrize("name", QUICK)
def test_flown_again_the_edges_are_those_of_the_table(name: str) -> None:
    table = {(r["against"], r["edge"]): float(r["flown"]) for r in EDGES if r["system"] == name}
    for edge in envelope(name):
        flown, said = edge.flown / 1e3, edge.catalog / 1e3
        assert abs(flown - said) <= allowed(said, edge.edge, edge.against)
        assert flown == pytest.approx(table[edge.against, edge.edge], rel=0.02, abs=0.3)


@pytest.mark.nightly
@pytest.mark.parametrize("name", sorted(set(SYSTEMS) - set(QUICK)))
def test_flown_again_every_system_reaches_its_edges(name: str) -> None:
    test_flown_again_the_edges_are_those_of_the_table(name)


@pytest.mark.parametrize("name", SYSTEMS)
def test_no_round_leaves_for_what_never_enters_the_envelope(name: str) -> None:
    place = range_of(name)
    assert {c: fired_beyond(place, c) for c in classes_of(place.system)} == dict.fromkeys(
        classes_of(place.system), 0
    )


def test_no_round_meets_anything_far_outside_the_envelope() -> None:
    """A refined solution may not slide along a fast path out of the envelope."""
    place = range_of("davids_sling")
    shots = shoot(place, probes_of(place.system, "ballistic"))
    assert np.nanmax(shots.distance) < 1.02 * place.system.ballistic_range
    assert np.nanmax(shots.altitude) < 1.02 * place.system.max_altitude


def test_a_wider_rule_does_not_carry_a_round_farther_than_it_flies() -> None:
    place = range_of("nasams", overrides={"max_range_km": 200, "max_alt_km": 60})
    probes = [probe_at(place.system, "level", d, 5e3) for d in np.linspace(20e3, 200e3, 19)]
    far = edges_of(place.system, "level", shoot(place, probes))[1].flown
    assert 25e3 < far < 1.1 * kinematic_reach(place.system).distance < 200e3


def test_a_coarse_seeker_misses_what_a_fine_one_hits() -> None:
    probes = [probe_at(range_of("patriot_mse").system, "ballistic", 20e3, h) for h in (5e3, 12e3)]
    fine = shoot(range_of("patriot_mse"), probes)
    coarse = shoot(range_of("patriot_mse", overrides={"seeker.sigma_urad": 50000}), probes)
    assert fine.is_hit.all()
    assert np.all(coarse.miss > 5 * fine.miss)


@pytest.mark.parametrize("name", sorted(set(SYSTEMS) - OWN_SPEED - {"iron_dome", "gbi"}))
def test_the_stages_give_the_public_peak_speed(name: str) -> None:
    public = entry("interceptor_account").parameters[f"{name}.speed_km_s"]
    peak = kinematic_reach(range_of(name).system).peak_speed / 1e3
    assert 0.97 * public.low <= peak <= 1.03 * public.high


def test_coyote_cruises_at_its_public_speed() -> None:
    place = range_of("coyote2")
    public = entry("interceptor_account").parameters["coyote2.speed_km_s"]
    shot = shoot(place, [probe_at(place.system, "level", 11e3, 500.0)])
    assert shot.is_hit[0]
    pace = shot.distance[0] / (shot.flight_time[0] - 1.0) / 1e3  # after a second of boost
    assert 0.97 * public.low <= pace <= public.high


def test_ballistic_range_holds_for_falling_bodies_only() -> None:
    place = range_of("patriot_gemt")
    points = [("level", 80e3), ("ballistic", 80e3)]
    shots = shoot(place, [probe_at(place.system, c, d, 8e3) for c, d in points])
    assert shots.is_hit[0]
    assert shots.distance[0] == pytest.approx(80e3, rel=0.02)
    assert not shots.is_fired[1] or shots.distance[1] < 20.5e3
    assert math.isfinite(shots.miss[0])
