"""What a battery defends and what a sensor sees: laws, closed forms, a published design."""

from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.errors import ModelRangeError
from opendome.scenario import build_system, entry
from opendome.studies.coverage import CoverageInputs, answer, fold_of, sight_of
from opendome.studies.inputs import read_inputs
from opendome.views.studies.coverage import rows_of, tell


def asked(*sets: str) -> CoverageInputs:
    return read_inputs(CoverageInputs, "coverage", sets)


@pytest.mark.compiled
def test_later_shots_and_nearer_sight_only_take_ground() -> None:
    best = answer(asked("places=9"))
    late = answer(asked("places=9", "delay_s=230"))
    near = answer(asked("places=9", "seen_km=30"))
    assert best.area.area > late.area.area
    assert best.area.area > near.area.area
    assert {len(row) for row in rows_of(best)} == {9}
    assert set("".join(rows_of(best))) <= set("#- ")


def test_a_radar_sees_by_the_fourth_root_and_not_below_its_horizon() -> None:
    radar = build_system(entry("ltamds"))
    one, sixteenth = (sight_of(radar, radar.reference_rcs / f, 15.0) for f in (16.0, 256.0))
    assert one.by_power[0] == pytest.approx(radar.reference_range / 2.0)
    assert sixteenth.by_power[0] == pytest.approx(radar.reference_range / 4.0)
    known = dict(zip(one.heights, one.by_horizon, strict=True))
    assert known[100.0] == pytest.approx(57e3, rel=0.01)
    assert known[10e3] == pytest.approx(428e3, rel=0.01)
    assert np.all(one.both <= one.by_power)


@pytest.mark.compiled
def test_a_shell_is_seen_by_as_many_as_its_footprints_allow() -> None:
    """The mean over all ground is satellites times the share of the sphere of a footprint."""
    system = build_system(entry("pwsa_tracking_t3"))
    found = fold_of(system, 20e3)
    shell = system.shells[0]
    n = sum(s.total for s in system.shells)
    # the line of sight may not dip before a target that lies below the lowest limb
    assert system.min_limb > 20e3
    cap = math.acos((EARTH_RADIUS_MEAN + 20e3) / (EARTH_RADIUS_MEAN + shell.altitude))
    weights = np.cos(found.latitudes)
    mean = float(np.sum(found.mean * weights) / np.sum(weights))
    share = 0.5 * (1.0 - math.cos(cap))
    assert mean == pytest.approx(n * share, rel=0.05)
    assert np.all(found.fewest <= found.mean)


def test_what_has_no_answer_is_said_in_a_line() -> None:
    with pytest.raises(ModelRangeError, match="stands in orbit"):
        answer(asked("interceptor=space_based_interceptor"))
    with pytest.raises(ModelRangeError, match="no shells of satellites"):
        fold_of(build_system(entry("sbirs_geo")), 20e3)


@pytest.mark.compiled
def test_the_answer_names_what_it_was_asked() -> None:
    told = tell(["places=5", "sensor=lrdr"])
    assert told.answer["inputs"]["sensor"] == "lrdr"
    assert len(told.answer["rows_north_to_south"]) == 5
    assert told.answer["defended_km2"] > 0
    assert "opendome study coverage --set places=5" in str(told.figure())
