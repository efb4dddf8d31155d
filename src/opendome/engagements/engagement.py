"""What fire control knows: its batteries (constant), its orders and rounds in flight (evolving)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.propulsion import Vehicle
from opendome.kernels.reach import Envelope, ReachTable
from opendome.messages import Orders, empty

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class FireUnit:
    """One battery as fire control sees it."""

    name: str
    node: int
    site: Floats  # (3,) lat, lon, alt
    vehicle: Vehicle
    table: ReachTable
    envelope: Envelope
    law: int
    is_divert: bool
    rounds: int
    channels: int
    launch_interval: float
    reaction: float


@dataclass(frozen=True)
class FireControlModel:
    """All batteries, and whether rounds are flown or tabled."""

    units: tuple[FireUnit, ...]
    n_nodes: int
    is_flown: bool


@dataclass(frozen=True)
class InFlight:
    """Rounds that fire control guides, rows in order of launch."""

    batch: Ints
    shot: Ints
    order: Ints
    battery: Ints
    node: Ints
    track: Ints
    t_intercept: Floats
    t_update: Floats  # time of the track last handed over


def no_flights() -> InFlight:
    """No rounds in flight."""
    ints, floats = np.zeros(0, dtype=np.int64), np.zeros(0)
    return InFlight(ints, ints, ints, ints, ints, ints, floats, floats)


@dataclass
class FireControlState:
    """One batch of runs; arrays (n_runs, n_batteries) hold what each battery has."""

    runs: Ints
    rounds: Ints
    t_ready: Floats
    n_shots: Ints  # (n_runs,) rounds launched so far
    waiting: Orders = field(default_factory=lambda: empty(Orders))
    flights: InFlight = field(default_factory=no_flights)


def begin(model: FireControlModel, runs: Ints) -> FireControlState:
    """Full magazines."""
    stock = np.array([u.rounds for u in model.units], dtype=np.int64)
    shape = (len(runs), len(stock))
    return FireControlState(
        runs=runs,
        rounds=np.tile(stock, (len(runs), 1)).reshape(shape),
        t_ready=np.zeros(shape),
        n_shots=np.zeros(len(runs), dtype=np.int64),
    )
