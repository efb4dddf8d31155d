"""The tile is vector code, and its lanes are single bodies."""

import re

import llvmlite.binding as llvm
import numba
import numpy as np
import pytest

from opendome.kernels.tiles import (
    BETA,
    END,
    HEIGHT,
    LAST,
    N_FIELDS,
    TAU,
    WIDTH,
    lane_state,
    rk4_step,
    step_tile,
)


def filled() -> np.ndarray:
    tile = np.zeros(N_FIELDS * WIDTH)
    lanes = np.arange(WIDTH)
    tile[lanes] = 6.5e6 + 1e3 * lanes
    tile[4 * WIDTH + lanes] = 4000.0 + 100.0 * lanes
    tile[5 * WIDTH + lanes] = -900.0
    tile[BETA * WIDTH + lanes] = 500.0 + 100.0 * lanes
    tile[HEIGHT * WIDTH + lanes] = 95e3 + 1e3 * lanes
    tile[END * WIDTH + lanes] = 1e4
    return tile


def test_every_lane_takes_its_own_step() -> None:
    tile = filled()
    before = [lane_state(tile, lane, 0) for lane in range(WIDTH)]
    step_tile(tile)
    for lane in range(WIDTH):
        h = tile[LAST * WIDTH + lane]
        expected = rk4_step(before[lane], h, tile[BETA * WIDTH + lane])
        np.testing.assert_allclose(lane_state(tile, lane, 0), expected, rtol=1e-13)
        assert lane_state(tile, lane, 6) == before[lane]
        assert tile[TAU * WIDTH + lane] == h
    assert len(set(tile[LAST * WIDTH : (LAST + 1) * WIDTH])) > 1


def test_a_lane_stops_at_its_end() -> None:
    tile = filled()
    tile[END * WIDTH + 3] = 0.25
    tile[END * WIDTH + 4] = 0.0
    step_tile(tile)
    after = lane_state(tile, 3, 0)
    assert tile[TAU * WIDTH + 3] == 0.25
    assert lane_state(tile, 4, 0) == lane_state(tile, 4, 6)
    step_tile(tile)
    assert lane_state(tile, 3, 0) == after


@pytest.mark.skipif(
    not llvm.get_host_cpu_features().get("avx2"), reason="this processor has no AVX2"
)
@pytest.mark.compiled
def test_the_lane_loop_is_vector_code() -> None:
    afresh = numba.njit(error_model="numpy", nogil=True)(step_tile.py_func)  # type: ignore[attr-defined]
    afresh(filled())  # code read from a cache cannot be looked at
    listing = "".join(afresh.inspect_asm().values())
    assert len(re.findall(r"vsqrtpd", listing)) >= 8
    assert len(re.findall(r"vdivpd", listing)) >= 4
    assert len(re.findall(r"vsqrtsd", listing)) == 0
