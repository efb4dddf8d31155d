"""Kill assessment: late, sometimes wrong, and sure of nothing that met nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from opendome.messages import ReportKind
from opendome.sensors.assessment import Assessor
from opendome.truth import Meetings


def assessor(p_error: float) -> Assessor:
    systems = [
        SimpleNamespace(assess_delay=3.0, p_assess_error=p_error),
        SimpleNamespace(assess_delay=20.0, p_assess_error=0.0),
    ]
    batteries: Any = [SimpleNamespace(system=s) for s in systems]
    return Assessor.build(batteries)


def meetings(n: int, battery: int, threat: int, is_kill: bool) -> Meetings:
    zero = np.zeros(n, np.int64)
    return Meetings(
        run=np.arange(n), t=np.full(n, 100.0), shot=zero + 2, lot=zero + 2, order=zero + 1,
        battery=zero + battery, track=zero + 9, threat=zero + threat,
        is_kill=np.full(n, is_kill),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("is_kill", "kind"), [(True, ReportKind.KILLED), (False, ReportKind.SURVIVED)]
)
def test_right_report_after_the_delay(is_kill, kind):
    said = assessor(0.0).look(meetings(4, 1, 5, is_kill), seed=1)
    assert (said.kind == kind).all()
    assert (said.t == 120.0).all()
    assert (said.shot == 2).all()
    assert (said.order == 1).all()
    assert (said.track == 9).all()


@pytest.mark.parametrize("is_kill", [True, False])
def test_part_of_wrong_reports(is_kill):
    said = assessor(0.1).look(meetings(5000, 0, 5, is_kill), seed=1)
    wrong = np.mean((said.kind == ReportKind.KILLED) != is_kill)
    assert wrong == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / 5000))


def test_a_round_that_met_nothing_never_reports_a_kill():
    said = assessor(0.5).look(meetings(1000, 0, -1, False), seed=1)
    assert (said.kind == ReportKind.SURVIVED).all()


def test_one_shot_is_judged_alike_in_any_batch():
    everyone = assessor(0.3).look(meetings(50, 0, 5, True), seed=7)
    m = meetings(50, 0, 5, True)
    half = Meetings(**{name: getattr(m, name)[20:30] for name in m.__slots__})
    assert np.array_equal(assessor(0.3).look(half, seed=7).kind, everyone.kind[20:30])
