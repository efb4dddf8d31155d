"""What fire control knows: its batteries (constant), its orders and rounds in flight (evolving)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.beam import Laser
from opendome.kernels.propulsion import Vehicle
from opendome.kernels.reach import Envelope, ReachTable
from opendome.kernels.shell_windows import OrbitalLauncher
from opendome.messages import Orders, Tracks, empty

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Light:
    """What a battery that fires light gives its threats."""

    laser: Laser
    fluence_level: float  # J/m^2, to flyers on wings
    fluence_ballistic: float  # to any other


@dataclass(frozen=True)
class FireUnit:
    """One battery as fire control sees it."""

    name: str
    node: int
    site: Floats  # (3,) lat, lon, alt
    vehicle: Vehicle
    table: ReachTable
    envelope: Envelope
    envelope_ballistic: Envelope  # against threats that are not level flyers
    law: int
    is_divert: bool
    rounds: int
    channels: int  # of its fire unit
    launch_interval: float
    reaction: float
    unit: int  # the first battery of its fire unit, whose channels they share
    rounds_per_launcher: int
    reload: float | None  # s to fill an empty launcher; None: not within a fight
    reloads: int  # full loads of a launcher in store
    orbit: OrbitalLauncher | None = None  # its launchers, where they are satellites
    may_boost: bool = False  # it may be fired at what burns
    may_coast: bool = True  # and at what does not
    assumed_burn: float = np.inf  # s from launch to burn-out of what burns
    light: Light | None = None  # instead of rounds that fly


@dataclass(frozen=True)
class FireControlModel:
    """All batteries, and whether rounds are flown or tabled."""

    units: tuple[FireUnit, ...]
    n_cells: int
    is_flown: bool

    @cached_property
    def unit(self) -> Ints:
        """Fire unit of each battery, (n_batteries,)."""
        return np.array([u.unit for u in self.units], dtype=np.int64)

    @cached_property
    def reaction(self) -> Floats:
        """From an order to the launch of each battery, (n_batteries,) s."""
        return np.array([u.reaction for u in self.units], dtype=np.float64)

    @cached_property
    def is_divert(self) -> Bools:
        """Whether the rounds of each battery steer by divert, (n_batteries,)."""
        return np.array([u.is_divert for u in self.units], dtype=np.bool_)

    @cached_property
    def channels(self) -> Ints:
        """Channels of the fire unit of each battery, (n_batteries,)."""
        return np.array([u.channels for u in self.units], dtype=np.int64)


@dataclass(frozen=True)
class Sight:
    """What each battery's fire control sees: the picture now, or as it reached the battery's node.

    The first picture is that of this moment. A cell that gives orders over links is the first cell;
    every other cell is at the battery, and what it sees is seen at once.
    """

    pictures: tuple[Tracks, ...]
    of_battery: Ints  # which picture of the first cell each battery has

    @staticmethod
    def of(picture: Tracks, n_batteries: int) -> Sight:
        """The same picture for every battery."""
        return Sight((picture,), np.zeros(n_batteries, dtype=np.int64))


@dataclass(frozen=True)
class InFlight:
    """Rounds that fire control guides, rows in order of launch."""

    batch: Ints
    shot: Ints
    order: Ints
    battery: Ints
    node: Ints  # cell whose track it is
    track: Ints
    t_intercept: Floats
    t_update: Floats  # time of the track last handed over


def no_flights() -> InFlight:
    """No rounds in flight."""
    ints, floats = np.zeros(0, dtype=np.int64), np.zeros(0)
    return InFlight(ints, ints, ints, ints, ints, ints, floats, floats)


@dataclass(frozen=True)
class Refills:
    """Launchers that are being filled again, n rows."""

    batch: Ints
    battery: Ints
    t: Floats  # when it is done


def no_refills() -> Refills:
    """No launcher is being filled."""
    ints = np.zeros(0, dtype=np.int64)
    return Refills(ints, ints, np.zeros(0))


@dataclass
class FireControlState:
    """One batch of runs; arrays (n_runs, n_batteries) hold what each battery has."""

    runs: Ints
    rounds: Ints  # in launchers
    t_ready: Floats
    lost: Floats  # s, when each battery is lost with its node, inf for never
    n_shots: Ints  # (n_runs,) rounds launched so far
    n_fired: Ints  # from the launcher in use, since it was full
    n_stored: Ints  # loads of a launcher that are left
    refusals: Ints  # (n_runs, n) rounds of each order that were refused; -1: order not heard of
    waiting: Orders = field(default_factory=lambda: empty(Orders))
    flights: InFlight = field(default_factory=no_flights)
    refills: Refills = field(default_factory=no_refills)
    # battery whose launchers are satellites -> (n_runs, total) rounds that each has left
    aloft: dict[int, Ints] = field(default_factory=dict)
    # (index of run, battery) -> where its director points, unit vector (3,), ECEF
    pointing: dict[tuple[int, int], Floats] = field(default_factory=dict)


def begin(model: FireControlModel, runs: Ints, lost: Floats | None = None) -> FireControlState:
    """Full magazines; ``lost`` (n_runs, n_nodes) s, when each node is lost, absent: none is."""
    shape = (len(runs), len(model.units))
    stock = np.array([u.rounds for u in model.units], dtype=np.int64)
    stored = np.array([u.reloads for u in model.units], dtype=np.int64)
    return FireControlState(
        runs=runs,
        rounds=np.tile(stock, (len(runs), 1)).reshape(shape),
        t_ready=np.zeros(shape),
        lost=np.full(shape, np.inf) if lost is None else lost[:, [u.node for u in model.units]],
        n_shots=np.zeros(len(runs), dtype=np.int64),
        n_fired=np.zeros(shape, dtype=np.int64),
        n_stored=np.tile(stored, (len(runs), 1)).reshape(shape),
        refusals=np.full((len(runs), 0), -1, dtype=np.int64),
        aloft={
            j: np.full((len(runs), len(u.orbit.shell.elements)), u.rounds_per_launcher)
            for j, u in enumerate(model.units)
            if u.orbit is not None
        },
    )
