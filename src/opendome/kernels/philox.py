"""Random draws as pure functions of a key and a counter (Philox4x64-10): nothing is consumed."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit

# Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011), table 2.
MULTIPLIER_0 = np.uint64(0xD2E7470EE14C6C93)
MULTIPLIER_1 = np.uint64(0xCA5A826395121157)
WEYL_0 = np.uint64(0x9E3779B97F4A7C15)
WEYL_1 = np.uint64(0xBB67AE8584CAA73B)
ROUNDS = 10
HALF = np.uint64(32)
LOW = np.uint64(0xFFFFFFFF)
MANTISSA_SHIFT = np.uint64(11)
ULP = 2.0**-53


@jit
def high_product(a: np.uint64, b: np.uint64) -> np.uint64:
    """Upper 64 bits of the 128-bit product."""
    a_low, a_high = a & LOW, a >> HALF
    b_low, b_high = b & LOW, b >> HALF
    low_low = a_low * b_low
    middle = a_high * b_low + (low_low >> HALF)
    cross = a_low * b_high + (middle & LOW)
    return np.uint64(a_high * b_high + (middle >> HALF) + (cross >> HALF))


@jit
def philox4x64(
    k0: int, k1: int, c0: int, c1: int, c2: int, c3: int
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Four random words for one key and one counter (signed words count modulo 2^64).

    Notes
    -----
    The block function itself. ``numpy.random.Philox(key=k, counter=c)`` adds one to its 256-bit
    counter before its first block, so its first four words are those of counter c + 1 here.
    """
    x0, x1, x2, x3 = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    key0, key1 = np.uint64(k0), np.uint64(k1)
    for _ in range(ROUNDS):
        high0, low0 = high_product(MULTIPLIER_0, x0), MULTIPLIER_0 * x0
        high1, low1 = high_product(MULTIPLIER_1, x2), MULTIPLIER_1 * x2
        x0, x1, x2, x3 = high1 ^ x1 ^ key0, low1, high0 ^ x3 ^ key1, low0
        key0 += WEYL_0
        key1 += WEYL_1
    return x0, x1, x2, x3


@jit
def to_uniform(word: np.uint64) -> float:
    """Number in the open interval (0, 1): the middle of one of 2^53 equal parts."""
    return (np.float64(word >> MANTISSA_SHIFT) + 0.5) * ULP


@jit
def uniform(seed: int, run: int, purpose: int, obj: int, event: int, index: int) -> float:
    """Uniform draw in (0, 1) for key (seed, run) and counter (purpose, obj, event, index)."""
    return to_uniform(philox4x64(seed, run, purpose, obj, event, index)[0])


@jit
def normal(seed: int, run: int, purpose: int, obj: int, event: int, index: int) -> float:
    """Standard normal draw (Box and Muller, 1958) for the same key and counter as `uniform`."""
    words = philox4x64(seed, run, purpose, obj, event, index)
    radius = math.sqrt(-2.0 * math.log(to_uniform(words[0])))
    return radius * math.cos(2.0 * math.pi * to_uniform(words[1]))


@jit
def uniforms(
    seed: int,
    runs: NDArray[np.int64],
    purpose: int,
    objs: NDArray[np.int64],
    events: NDArray[np.int64],
    k: int,
) -> NDArray[np.float64]:
    """Uniform draws for n rows, shape (n, k); column j is the draw with index j."""
    n = len(runs)
    draws = np.empty((n, k))
    for i in range(n):
        for j in range(k):
            draws[i, j] = uniform(seed, runs[i], purpose, objs[i], events[i], j)
    return draws


@jit
def normals(
    seed: int,
    runs: NDArray[np.int64],
    purpose: int,
    objs: NDArray[np.int64],
    events: NDArray[np.int64],
    k: int,
) -> NDArray[np.float64]:
    """Standard normal draws for n rows, shape (n, k); column j is the draw with index j."""
    n = len(runs)
    draws = np.empty((n, k))
    for i in range(n):
        for j in range(k):
            draws[i, j] = normal(seed, runs[i], purpose, objs[i], events[i], j)
    return draws
