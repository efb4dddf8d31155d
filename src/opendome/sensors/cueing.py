"""What a radar that searches does where a node asks it to look: it dwells there for longer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from opendome.kernels import radar as kernel
from opendome.kernels.cueing import are_cued, first_of_each
from opendome.kernels.dwell import Ration
from opendome.kernels.looks import Cues, Draws, Looks, joined_looks, no_looks
from opendome.messages import Bools, Floats, Ints
from opendome.scenario.sensors import RadarSystem

FREE = Ration(10**9, math.inf)  # what cues leave of nothing is taken from the other looks
There = tuple[Ints, Ints, Floats, Floats, Floats]  # run, threat, r_ecef, v_ecef, cross-section


@final
@dataclass(frozen=True)
class LongDwell:
    """Dwells on cues. Model: docs/models/cueing.md."""

    gain: float  # of the signal
    cost: float  # ordinary looks in whose time one cue is searched

    @staticmethod
    def of(system: RadarSystem) -> LongDwell | None:
        """That of a class of radar; None where a cue makes it see nothing better."""
        if not system.cue_gain > 1.0:
            return None
        return LongDwell(system.cue_gain, system.looks_of_cue)

    def kept(self, cues: Cues, budget: float) -> Cues:
        """The cues of each run, in the order asked, for which the budget of a period suffices."""
        most = 10**9 if math.isinf(budget) else int(budget // self.cost)
        first = first_of_each(cues.run, most)
        return Cues(cues.run[first], cues.u_los[first], cues.cos_width)

    def shown(self, radar: kernel.Radar, run: Ints, r_ecef: Floats, cues: Cues) -> Bools:
        """Whether each thing (n,) lies where the radar dwells."""
        found: Bools = are_cued(cues, run, r_ecef, radar.field.r_ecef)
        return found

    def look(
        self, radar: kernel.Radar, draws: Draws, there: There, alarms: tuple[Ints, float],
        cues: Cues,
    ) -> Looks:  # fmt: skip
        """One look: long dwells on cues, and as many ordinary looks as their time is left for.

        The power that it reports is that of an ordinary look at the same echo.
        """
        run, _, r_ecef, _, rcs = there
        here = np.isin(cues.run, alarms[0])  # a run that is over may have been cued last
        cues = Cues(cues.run[here], cues.u_los[here], cues.cos_width)
        is_long = self.shown(radar, run, r_ecef, cues)
        mine, others = np.flatnonzero(is_long), np.flatnonzero(~is_long)
        dwelling = radar._replace(is_cued=True, ration=FREE)
        brighter = (*_rows(there, mine)[:4], rcs[mine] * self.gain)
        mean = alarms[1] if radar.is_cued else 0.0
        seen = kernel.scan(dwelling, draws, brighter, (alarms[0], mean), cues)
        excess = seen.snr - radar.threshold
        found = seen._replace(snr=radar.threshold + excess / self.gain)
        counts = np.bincount(np.searchsorted(alarms[0], cues.run), minlength=len(alarms[0]))
        for count in np.unique(counts).tolist():
            runs = alarms[0][counts == count]
            rows = others[np.isin(run[others], runs)]
            left = radar.ration._replace(budget=radar.ration.budget - self.cost * count)
            some = _rows(there, rows)
            nowhere = Cues(np.zeros(0, np.int64), np.zeros((0, 3)), cues.cos_width)
            ordinary = radar._replace(ration=left)
            more = kernel.scan(ordinary, draws, some, (runs, alarms[1]), nowhere)
            found = joined_looks(found, more)
        return found if len(found.run) else no_looks(0)


def _rows(there: There, rows: Ints) -> There:
    run, threat, r_ecef, v_ecef, rcs = there
    return run[rows], threat[rows], r_ecef[rows], v_ecef[rows], rcs[rows]
