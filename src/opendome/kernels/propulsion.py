"""Staged vehicles: what a launch weighs, how it thrusts, and when anything about that changes."""

# ruff: noqa: D102 -- the noun of the scenario says what the numbers of the protocol are

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels._jit import jit

BURN, PROPELLANT, EXHAUST_SPEED, INERT, DRAG_AREA = 0, 1, 2, 3, 4  # columns of `stages`


class Vehicle(NamedTuple):
    """A rocket, missile or interceptor as the flight kernels see it.

    Attributes
    ----------
    stages : (k, 5) float
        Rows in firing order: burn time (s), propellant (kg), effective exhaust speed (m/s),
        inert mass dropped after the burn (kg), cd A while burning (m^2). No coast in between.
    payload_mass : float
        Mass after the last stage.
    payload_beta : float
        Ballistic coefficient m / (cd A) after burn-out or cut-off, kg/m^2.
    rise_time, pitch_time : float
        Vertical rise, then fixed attitude at the launch elevation; afterwards a gravity turn.
    muzzle_speed : float
        With which a tube throws it along the launch elevation, m/s.
    stall_speed : float
        From which on wings carry it after its pitch program, m/s at sea level; 0: it has none.
    """

    stages: NDArray[np.float64]
    payload_mass: float
    payload_beta: float
    rise_time: float
    pitch_time: float
    muzzle_speed: float = 0.0
    stall_speed: float = 0.0


class StageNumbers(Protocol):
    """The numbers of a stage, SI, as its noun in the scenario names them."""

    # fmt: off
    @property
    def burn_time(self) -> float: ...
    @property
    def propellant_mass(self) -> float: ...
    @property
    def specific_impulse(self) -> float: ...
    @property
    def inert_mass(self) -> float: ...
    @property
    def drag_area(self) -> float: ...
    # fmt: on


class BoosterNumbers(Protocol):
    """The numbers of a booster, SI, as its noun in the scenario names them."""

    # fmt: off
    @property
    def payload_mass(self) -> float: ...
    @property
    def payload_beta(self) -> float: ...
    @property
    def stages(self) -> Sequence[StageNumbers]: ...
    @property
    def rise_time(self) -> float: ...
    @property
    def pitch_time(self) -> float: ...
    @property
    def muzzle_speed(self) -> float: ...
    @property
    def stall_speed(self) -> float: ...
    # fmt: on


def vehicle_of(booster: BoosterNumbers) -> Vehicle:
    """A booster as the flight kernels see it."""
    stages = [
        (
            s.burn_time,
            s.propellant_mass,
            s.specific_impulse * STANDARD_GRAVITY,
            s.inert_mass,
            s.drag_area,
        )
        for s in booster.stages
    ]
    return Vehicle(
        np.array(stages, dtype=np.float64).reshape(len(stages), 5),
        float(booster.payload_mass),
        float(booster.payload_beta),
        float(booster.rise_time),
        float(booster.pitch_time),
        float(booster.muzzle_speed),
        float(booster.stall_speed),
    )


class Push(NamedTuple):
    """Forces besides gravity during one segment; a coast has no thrust, area 1 and mass beta.

    ``mass`` and ``flow`` give the mass at time tau after launch as mass - flow tau. Thrust goes
    along (ux, uy, uz), inertial, or along the velocity through the air if ``is_turning``. Wings
    that bear have a ``stall_speed``.
    """

    thrust: float
    mass: float
    flow: float
    area: float
    is_turning: bool
    ux: float
    uy: float
    uz: float
    stall_speed: float


@jit
def launch_mass(vehicle: Vehicle) -> float:
    """Mass of the whole vehicle before ignition."""
    mass = vehicle.payload_mass
    for i in range(len(vehicle.stages)):
        mass += vehicle.stages[i, PROPELLANT] + vehicle.stages[i, INERT]
    return mass


@jit
def burn_time(vehicle: Vehicle) -> float:
    """Time from launch to the end of the last burn."""
    time = 0.0
    for i in range(len(vehicle.stages)):
        time += vehicle.stages[i, BURN]
    return time


@jit
def ideal_speed(vehicle: Vehicle) -> float:
    """Speed that tube and stages would give without gravity and air (Tsiolkovsky)."""
    mass, speed = launch_mass(vehicle), vehicle.muzzle_speed
    for i in range(len(vehicle.stages)):
        after = mass - vehicle.stages[i, PROPELLANT]
        speed += vehicle.stages[i, EXHAUST_SPEED] * math.log(mass / after)
        mass = after - vehicle.stages[i, INERT]
    return speed


@jit
def segment_bounds(vehicle: Vehicle, t_cut: float) -> NDArray[np.float64]:
    """Times after launch, increasing from 0, at which thrust, mass flow or steering change.

    The last one is the burn-out or cut-off. Between two of them all forces are smooth.
    """
    k = len(vehicle.stages)
    end = min(burn_time(vehicle), max(t_cut, 0.0))
    bounds = np.empty(k + 4)
    bounds[0], n, time = 0.0, 1, 0.0
    for i in range(k + 3):
        if i < k:
            time += vehicle.stages[i, BURN]
            bound = time
        else:
            bound = (vehicle.rise_time, vehicle.rise_time + vehicle.pitch_time, end)[i - k]
        place = 0
        while place < n and bounds[place] < bound:
            place += 1
        if bound <= end and (place == n or bounds[place] > bound):
            for j in range(n, place, -1):
                bounds[j] = bounds[j - 1]
            bounds[place] = bound
            n += 1
    return bounds[:n]


@jit
def push_at(
    vehicle: Vehicle, tau: float, up: NDArray[np.float64], aim: NDArray[np.float64]
) -> Push:
    """Forces of the powered segment that holds tau (not a segment's bound).

    ``up`` and ``aim`` (3,) are the inertial unit vectors of the vertical and of the pitched
    attitude, both frozen at launch.
    """
    mass, start, i = launch_mass(vehicle), 0.0, 0
    while i < len(vehicle.stages) - 1 and tau > start + vehicle.stages[i, BURN]:
        start += vehicle.stages[i, BURN]
        mass -= vehicle.stages[i, PROPELLANT] + vehicle.stages[i, INERT]
        i += 1
    flow = vehicle.stages[i, PROPELLANT] / vehicle.stages[i, BURN]
    axis = up if tau < vehicle.rise_time else aim
    is_turning = tau > vehicle.rise_time + vehicle.pitch_time
    return Push(
        flow * vehicle.stages[i, EXHAUST_SPEED],
        mass + flow * start,
        flow,
        vehicle.stages[i, DRAG_AREA],
        is_turning,
        axis[0],
        axis[1],
        axis[2],
        vehicle.stall_speed if is_turning else 0.0,
    )


@jit
def coast_push(beta: float, stall_speed: float = 0.0) -> Push:
    """Forces of a coasting body of ballistic coefficient beta (kg/m^2): drag, and lift of wings."""
    return Push(0.0, beta, 0.0, 1.0, False, 0.0, 0.0, 0.0, stall_speed)
