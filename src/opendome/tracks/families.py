"""What families of threats look like in flight: densities over mode, speed, height and slope.

The table behind them is made by scripts/make_families.py from the catalog's public numbers, and
knows nothing of any scenario. See docs/models/families.md.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_MU, EARTH_OMEGA, EARTH_RADIUS_MEAN
from opendome.messages import Bools, Floats, Ints
from opendome.scenario.families import FAMILIES

BURNS, FALLS, IS_LEVEL = range(3)  # modes
N_MODES = 3
# Speed at the ground, m/s: what a thing would have there if it kept its energy. Even in logarithm.
SLOWEST, FASTEST, N_SPEEDS = 20.0, 12000.0, 80
# Height over the ellipsoid, m, of which even in logarithm with so much added.
SPACE = 100e3  # m
HEIGHT_SCALE, HIGHEST, N_HEIGHTS = 100.0, 3e6, 28
SLOPES = (-0.6, -0.2, -0.03, 0.03, 0.2, 0.6)  # sines of climb between the cells
N_SLOPES = len(SLOPES) + 1
SHAPE = (N_MODES, N_SPEEDS, N_HEIGHTS, N_SLOPES)
BLUR = (0.7, 0.7, 0.5)  # cells, standard deviations over which counts are spread
LEAST = -20.0  # natural logarithm of the least share of a cell that is told from none
STEP = -LEAST / 255.0


def energy_and_slope(r_ecef: Floats, v_ecef: Floats, height: Floats) -> tuple[Floats, Floats]:
    """Speed at the ground and sine of climb (n, k) of things at places (n, 3).

    Parameters
    ----------
    v_ecef : (n, k, 3) float
        Velocities that each may have. Above SPACE their energy is that in the inertial frame, where
        a fall keeps it; below, that over the ground.
    height : (n, k) float
        Over the ellipsoid, that each may have.
    """
    up = r_ecef / np.linalg.norm(r_ecef, axis=1)[:, None]
    over_ground = np.linalg.norm(v_ecef, axis=2)
    turning = EARTH_OMEGA * np.column_stack([-r_ecef[:, 1], r_ecef[:, 0], np.zeros(len(r_ecef))])
    inertial = np.linalg.norm(v_ecef + turning[:, None, :], axis=2)
    speed = np.where(height > SPACE, inertial, over_ground)
    climb = np.einsum("nki,ni->nk", v_ecef, up)
    slope = np.clip(climb / np.maximum(over_ground, 1e-3), -1.0, 1.0)
    return ground_speed(speed, height), slope


def ground_speed(speed: Floats, height: Floats) -> Floats:
    """Speed (n,) that things would have on the ground by their energy, m/s."""
    radius = EARTH_RADIUS_MEAN
    fallen = 2.0 * EARTH_MU * (1.0 / radius - 1.0 / (radius + np.maximum(height, 0.0)))
    found: Floats = np.sqrt(speed * speed + fallen)
    return found


def cells_of(ground: Floats, height: Floats, slope: Floats) -> Ints:
    """Cell (n,) of each thing, any mode; what is beyond the table is in its outermost cells."""
    speed = np.log(np.maximum(ground, 1e-3) / SLOWEST) / np.log(FASTEST / SLOWEST) * N_SPEEDS
    up = np.log1p(np.maximum(height, 0.0) / HEIGHT_SCALE) / np.log1p(HIGHEST / HEIGHT_SCALE)
    i = np.clip(speed.astype(np.int64), 0, N_SPEEDS - 1)
    j = np.clip((up * N_HEIGHTS).astype(np.int64), 0, N_HEIGHTS - 1)
    k = np.searchsorted(SLOPES, slope)
    cells: Ints = (i * N_HEIGHTS + j) * N_SLOPES + k
    return cells


def counted(seen: Floats) -> Floats:
    """Share of each cell, SHAPE, of rows of mode, speed at the ground, height and slope."""
    cell = cells_of(seen[:, 1], seen[:, 2], seen[:, 3])
    place = seen[:, 0].astype(np.int64) * (N_SPEEDS * N_HEIGHTS * N_SLOPES) + cell
    share: Floats = np.bincount(place, minlength=int(np.prod(SHAPE))) / len(seen)
    return share.reshape(SHAPE)


def blurred(table: Floats) -> Floats:
    """Shares (n, *SHAPE), each spread over the cells nearby by BLUR, as far as energy allows."""
    for axis, sigma in enumerate(BLUR, start=2):
        table = _blurred(table, axis, sigma)
    table = table * is_possible()
    spread: Floats = table / table.sum(axis=(1, 2, 3, 4), keepdims=True)
    return spread


def _blurred(share: Floats, axis: int, sigma: float) -> Floats:
    """Spread along an axis; what would leave the table stays in its outermost cells."""
    n = share.shape[axis]
    apart = np.arange(n)[:, None] - np.arange(n)
    weight = np.exp(-0.5 * (apart / sigma) ** 2)
    weight /= weight.sum(axis=0)
    blurred: Floats = np.moveaxis(np.tensordot(weight, share, axes=(1, axis)), 0, axis)
    return blurred


def packed(table: Floats) -> NDArray[np.uint8]:
    """Shares as bytes: 0 is none, 255 is all, even in logarithm."""
    with np.errstate(divide="ignore"):
        steps = 255.0 + np.rint(np.log(table) / STEP)
    return np.clip(steps, 0.0, 255.0).astype(np.uint8)


@cache
def family_table() -> Floats:
    """Density (n_families, N_MODES, n_cells), each adds up to 1. Not to be changed."""
    with (files("opendome.tracks") / "families.npz").open("rb") as file:
        stored = np.load(file)["share"].astype(np.float64)
    share = np.where(stored > 0.0, np.exp((stored - 255.0) * STEP), 0.0)
    table = blurred(share).reshape(len(FAMILIES), N_MODES, -1)
    table.flags.writeable = False
    return table


@cache
def broad_table() -> Floats:
    """Density (N_MODES, n_cells) of anything at all: even over every cell that energy allows."""
    table = np.broadcast_to(is_possible(), SHAPE).reshape(N_MODES, -1).astype(np.float64)
    table /= table.sum()
    table.flags.writeable = False
    return table


@cache
def is_possible() -> Bools:
    """Cells (N_SPEEDS, N_HEIGHTS, 1) so high that speed at the ground allows them."""
    share = (np.arange(N_SPEEDS) + 1.0) / N_SPEEDS
    speed = SLOWEST * (FASTEST / SLOWEST) ** share
    up = np.log1p(HIGHEST / HEIGHT_SCALE) * np.arange(N_HEIGHTS) / N_HEIGHTS
    height = HEIGHT_SCALE * np.expm1(up)
    found: Bools = ground_speed(np.zeros(1), height) <= speed[:, None]
    return found[:, :, None]
