"""Scans of radars taken in many at a time, for the filter and associator that most pictures use.

What it does is what `scan` does for any of them, step by step.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from opendome.kernels.births import Birth
from opendome.kernels.initiation import Prior
from opendome.kernels.looks import Looks, no_looks
from opendome.kernels.radar_scans import Habits, Words
from opendome.messages import Bools
from opendome.tracks.associate import GATES, Gnn
from opendome.tracks.coverage import AbstractCoverage, RadarCoverage
from opendome.tracks.fusion import GATE
from opendome.tracks.imm import LOW, MANNER, MOTION, SIGMA_CLIMB, SIGMA_GROUND, START, Imm
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
from opendome.tracks.words import Word

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
NO_LOOKS = no_looks(0)


def is_plain(rules: Rules) -> bool:
    """Whether a picture is kept by the filter and the associator that this is for."""
    return isinstance(rules.filter, Imm) and isinstance(rules.associator, Gnn)


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
        rule=(rules.confirm_hits, rules.confirm_looks),
    )


def stacked_words(words: list[tuple[Word, Bools]]) -> Words:
    """Scans of radars and the runs (n_runs,) that take each in, as arrays."""
    last = np.cumsum([len(word.looks.run) for word, _ in words])
    seen = [word.looks for word, _ in words if len(word.looks.run)]
    looks = NO_LOOKS
    if seen:
        columns: list[Any] = [np.concatenate(column) for column in zip(*seen, strict=True)]
        looks = Looks(*columns)
    return Words(
        sensor=np.array([word.sensor for word, _ in words], dtype=np.int64),
        t=np.array([word.t for word, _ in words], dtype=np.float64),
        is_heard=np.array([is_new for _, is_new in words]),
        ends=np.stack([np.append(0, last[:-1]), last], axis=1),
        looks=looks,
    )
