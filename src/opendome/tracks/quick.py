"""Scans of radars taken in many at a time, for the filter that most pictures use.

What it does is what `scan` does for any of them, step by step.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from opendome.kernels.births import Birth
from opendome.kernels.initiation import Prior
from opendome.kernels.looks import Looks, no_looks
from opendome.kernels.radar_scans import Habits, Sweeps
from opendome.messages import Bools, Ints
from opendome.tracks.associate import GATES, Gnn
from opendome.tracks.coverage import AbstractCoverage, RadarCoverage
from opendome.tracks.fusion import GATE
from opendome.tracks.imm import (
    LOW,
    MANNER,
    MOTION,
    SIGMA_CLIMB,
    SIGMA_GROUND,
    START,
    Imm,
)
from opendome.tracks.jpda import Jpda
from opendome.tracks.kalman import (
    AGILITY,
    CLIMB,
    LOCAL_RANGE,
    LOG_BETA,
    LOW_RADIUS,
    PLUME_HEIGHT,
    SIGMA_SPEED,
    SIGMA_SPEED_LOCAL,
    WIDEST,
)
from opendome.tracks.scan import Rules
from opendome.tracks.words import Admitted, Words

BIRTH = Birth(
    near=Prior(SIGMA_SPEED_LOCAL, CLIMB, *LOG_BETA, *PLUME_HEIGHT, WIDEST),
    far=Prior(SIGMA_SPEED, CLIMB, *LOG_BETA, *PLUME_HEIGHT, WIDEST),
    local_range=LOCAL_RANGE,
    low_radius=LOW_RADIUS,
    agility=AGILITY,
    low=LOW,
    p_level=START,
    level=(SIGMA_GROUND, SIGMA_CLIMB),
)


def is_plain(rules: Rules) -> bool:
    """Whether a picture is kept by a filter and an associator that this is for."""
    return isinstance(rules.filter, Imm) and isinstance(rules.associator, Gnn | Jpda)


def are_quick(rules: Rules, coverage: AbstractCoverage) -> bool:
    """Whether scans of a sensor may be taken in this way."""
    return isinstance(coverage, RadarCoverage) and is_plain(rules)


@cache
def habits_of(rules: Rules) -> Habits:
    """How a picture of these rules is kept."""
    return Habits(
        motion=MOTION,
        manner=MANNER,
        gates=GATES,
        twin_gate=GATE,
        birth=BIRTH,
        rule=rules.proof,
        is_shared=isinstance(rules.associator, Jpda),
    )


def sweeps_of(words: Words, admitted: Admitted, is_quick: Bools) -> Sweeps:
    """Words as arrays; the looks of those only that may be taken in this way."""
    ends, looks = np.zeros((len(words.t), 2), np.int64), []
    for k, seen in words.seen.items():
        if is_quick[k]:
            ends[k, 1] = len(seen.looks.run)
            looks.append(seen.looks)
    if len(ends) > 1:
        ends[:, 1].cumsum(out=ends[:, 1])
        ends[1:, 0] = ends[:-1, 1]
    return Sweeps(
        sensor=words.sensor,
        t=words.t,
        is_heard=admitted.is_new,
        t_eyes=admitted.t_eyes,
        ends=ends,
        looks=_joined(looks),
    )


def _joined(looks: list[Looks]) -> Looks:
    """Looks of several scans, one after the other; the arrays themselves where it is one scan."""
    if len(looks) == 1:
        return looks[0]
    every: list[Any] = [np.concatenate(column) for column in zip(*looks, strict=True)]
    return Looks(*every) if looks else no_looks(0)


def some_sweeps(sweeps: Sweeps, chosen: Ints) -> Sweeps:
    """Chosen ones only."""
    columns: list[Any] = [column[chosen] for column in sweeps[:5]]
    return sweeps._replace(**dict(zip(sweeps._fields[:5], columns, strict=True)))
