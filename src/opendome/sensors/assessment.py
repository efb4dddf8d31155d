"""Kill assessment: what the defense comes to believe of each of its shots, late and fallible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from opendome.kernels.philox import uniforms
from opendome.messages import Floats, ReportKind, Reports
from opendome.rng import Purpose
from opendome.scenario.weapons import Battery
from opendome.truth import Meetings


@final
@dataclass(frozen=True)
class Assessor:
    """Looks at what rounds met. Model: docs/models/kill_assessment.md."""

    delay: Floats  # (n_batteries,) s, from meeting to report
    p_error: Floats  # (n_batteries,) chance that a report says the contrary

    @staticmethod
    def build(batteries: Sequence[Battery]) -> Assessor:
        """The assessor of a scenario's batteries."""
        return Assessor(
            delay=np.array([b.system.assess_delay for b in batteries], dtype=np.float64),
            p_error=np.array([b.system.p_assess_error for b in batteries], dtype=np.float64),
        )

    def look(self, meetings: Meetings, seed: int) -> Reports:
        """One report for each round; of one sent against nothing it surely says SURVIVED."""
        m = meetings
        event = np.zeros(len(m.run), np.int64)
        draw = uniforms(seed, m.run, int(Purpose.KILL_ASSESSMENT), m.lot, event, 1)[:, 0]
        is_wrong = (draw < self.p_error[m.battery]) & (m.threat >= 0)
        is_killed = (m.is_kill & (m.threat >= 0)) ^ is_wrong
        return Reports(
            run=m.run,
            t=m.t + self.delay[m.battery],
            kind=np.where(is_killed, int(ReportKind.KILLED), int(ReportKind.SURVIVED)),
            order=m.order,
            shot=m.shot,
            battery=m.battery,
            track=m.track,
            node=np.full(len(m.run), -1, dtype=np.int64),
        )
