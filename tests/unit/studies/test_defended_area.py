"""The ground a battery defends: a plain twin, closed forms, and what must only shrink it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from opendome.kernels.frames import ecef_from_geodetic, geodetic_from_ecef
from opendome.kernels.reach import fly_out, ground_range
from opendome.scenario import build_system, catalog, entry
from opendome.simulation.build import fly_out_table
from opendome.studies import defended_area as study
from opendome.studies.defended_area import Question, defended_area, is_above_horizon, place_at

KM = 1e3
FALLING = Question(
    "patriot_mse", "srbm", math.radians(60.0), 240 * KM, 60 * KM, 9, 150 * KM, 15.0, 15.0
)
LEVEL = replace(FALLING, threat="cruise_subsonic", launch_distance=300 * KM)
PICTURES = Path(__file__).parents[3] / "docs" / "defended_areas.json"


@pytest.mark.parametrize(
    ("mast", "height", "published"),
    [(15, 15, 32), (15, 100, 57), (15, 10e3, 428), (30, 50, 52), (3e3, 300, 297), (9e3, 15, 407)],
)
def test_the_horizon_is_that_of_the_reference_table(
    mast: float, height: float, published: float
) -> None:
    """4.12 (sqrt h1 + sqrt h2) km, heights in m, as radar books give it."""
    distances = np.array([published * KM - 1.2 * KM, published * KM + 1.2 * KM])
    assert is_above_horizon(distances, np.full(2, float(height)), mast).tolist() == [True, False]


@pytest.mark.parametrize("offset", [(0.0, 50e3), (-300e3, 0.0), (1200e3, -700e3)])
def test_places_lie_as_far_as_said(offset: tuple[float, float]) -> None:
    assert study.ground_distance(study.SITE, place_at(*offset)) == pytest.approx(
        math.hypot(*offset)
    )


@pytest.mark.parametrize("question", [FALLING, LEVEL], ids=["falling", "level"])
def test_defended_is_what_a_plain_search_finds(question: Question) -> None:
    """Twin: point by point of every path, inside the envelope and reached in time."""
    n = question.n
    offsets = np.linspace(-question.half_width, question.half_width, n)
    launch = place_at(
        question.launch_distance * math.cos(question.bearing),
        question.launch_distance * math.sin(question.bearing),
    )
    found = defended_area(question)
    assert found.is_threatened.any()
    aims = [place_at(x, y) for i, x in enumerate(offsets) for j, y in enumerate(offsets)
            if found.is_threatened[i, j]]  # fmt: skip
    model, system = study._world(question, launch, aims)
    times, paths, burnout = study._paths(model)
    ready = study.seen_at(question, times, paths, burnout) + question.delay
    table = fly_out_table(system)
    site = np.array(ecef_from_geodetic(*study.SITE, 0.0))
    far = system.max_range if question is LEVEL else system.ballistic_range
    twin = []
    for t, r, first in zip(times, paths, ready, strict=True):
        chances = [
            system.min_range <= ground_range(site, x) <= far
            and system.min_altitude <= geodetic_from_ecef(*x)[2] <= system.max_altitude
            and when - fly_out(table, site, x)[0] >= first
            for when, x in zip(t, r, strict=True)
        ]
        twin.append(any(chances))
    assert found.is_defended[found.is_threatened].tolist() == twin
    assert 0 < sum(twin) < len(twin)


@pytest.mark.parametrize("question", [FALLING, LEVEL], ids=["falling", "level"])
def test_time_lost_and_sight_lost_only_take_ground(question: Question) -> None:
    best = defended_area(replace(question, seen_from=math.inf))
    usual = defended_area(question)
    late = defended_area(replace(question, delay=80.0))
    blind = defended_area(replace(question, seen_from=1.0))
    assert np.all(best.is_defended >= usual.is_defended)
    assert np.all(usual.is_defended >= late.is_defended)
    assert usual.area > late.area
    assert not blind.is_defended.any()
    assert np.array_equal(np.isfinite(usual.time_left), usual.is_defended)


def test_a_low_flyer_is_seen_late_over_the_horizon() -> None:
    low = defended_area(LEVEL)
    high = defended_area(replace(LEVEL, mast=2000.0))
    assert high.area > low.area


def test_threats_from_the_north_leave_the_same_ground_east_and_west() -> None:
    area = defended_area(replace(FALLING, bearing=0.0, n=15))
    same = area.is_defended == area.is_defended[:, ::-1]
    assert same.mean() > 0.97
    assert area.is_defended.any()


def test_what_the_threat_cannot_reach_is_not_threatened() -> None:
    area = defended_area(replace(FALLING, n=9))
    srbm = build_system(entry("srbm"))
    corner = study.ground_distance(
        place_at(-60 * KM, -60 * KM), place_at(120 * KM, 240 * KM * math.sin(math.radians(60)))
    )
    assert corner > srbm.max_range
    assert not area.is_threatened[0, 0]
    assert not np.any(area.is_defended & ~area.is_threatened)


NOT_DRAWN = {"coyote2", "ngi"}  # of the others, those in orbit defend no area of their own


def test_every_interceptor_has_two_pictures_and_one_is_made_again() -> None:
    pictures = json.loads(PICTURES.read_text(encoding="utf-8"))
    modelled = [
        n
        for n, e in catalog().items()
        if e.kind == "interceptor"
        and e.is_modelled
        and n not in NOT_DRAWN
        and build_system(e).basing == "ground"
    ]
    assert sorted(p["interceptor"] for p in pictures) == sorted(2 * modelled)
    wanted = ("patriot_mse", "cruise_subsonic")
    kept = next(p for p in pictures if (p["interceptor"], p["threat"]) == wanted)
    n = len(kept["rows"])
    question = Question(
        "patriot_mse", "cruise_subsonic", math.radians(60.0), kept["launch"] * KM,
        kept["half_width"] * KM, n, kept["seen"] * KM, 15.0, kept["delay"],
    )  # fmt: skip
    again = defended_area(question).is_defended[::-1]
    drawn = np.array([[c == "#" for c in row] for row in kept["rows"]])
    assert (again == drawn).mean() > 0.99
