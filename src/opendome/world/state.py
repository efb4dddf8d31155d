"""What evolves in the world: one batch of runs, every array ordered by (run, thing)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.dwelling import Dwells, no_dwells
from opendome.kernels.guidance import Rounds, Sky

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NEVER = np.inf


@dataclass(frozen=True)
class ThreatRecord:
    """What is true of every threat of the batch from the start; rows by (run, threat)."""

    run: Ints
    threat: Ints
    t_launch: Floats  # of what carries it, where it is released by another
    t_release: Floats  # from which on it flies alone; NaN: launched itself, inf: never let go
    launch_lat: Floats
    launch_lon: Floats
    aim_lat: Floats
    aim_lon: Floats
    is_failed: Bools
    is_defeated: Bools  # before its launch, which never was
    t_burnout: Floats  # also when a failed one fails, and the launch of a flyer on wings
    t_level: Floats  # until when it flies on wings; -inf: it has none
    apogee: Floats
    t_impact: Floats
    impact_lat: Floats
    impact_lon: Floats
    asset: Ints  # index of the asset it would hit, -1 for none
    outside_distance: Floats  # m outside the nearest asset's edge, <= 0 inside


@dataclass
class ShotRecord:
    """What is recorded of every round, rows in order of launch; the arrays are replaced to grow."""

    order: Ints
    battery: Ints
    track: Ints
    t_launch: Floats
    t_planned: Floats
    intended: Ints  # threat row nearest to the track handed over
    is_reliable: Bools
    is_discriminated: Bools
    is_lethal: Bools
    is_kill: Bools
    is_over: Bools  # resolved: met something or ended otherwise
    r_end_ecef: Floats  # (n, 3)


@dataclass
class WorldState:
    """One batch of runs."""

    seed: int
    runs: Ints
    t: float
    threats: ThreatRecord
    sky: Sky
    rounds: Rounds
    shots: ShotRecord
    is_active: Bools  # per run
    t_end: Floats  # per run, when its last threat was gone
    killer: Ints  # per threat row, index of the round that killed it, -1
    n_sent: Ints  # per threat row, rounds launched at it so far
    # round row -> points (t, r_eci) of its path, for the kept runs only
    flown_paths: dict[int, list[Floats]] = field(default_factory=dict)
    dwells: Dwells = field(default_factory=no_dwells)
    # (index of run, battery) -> where its director points, unit vector (3,), ECEF
    pointing: dict[tuple[int, int], Floats] = field(default_factory=dict)
