"""Who is in the air, and where: as paths and frames say one by one."""

import numpy as np
import pytest

from opendome.kernels.aloft import is_any_due, threats_aloft
from opendome.kernels.frames import ecefs_from_ecis
from opendome.kernels.guidance import Sky
from opendome.kernels.paths import paths_at


def sky() -> Sky:
    rng = np.random.default_rng(2)
    counts = np.array([4, 6, 2, 5])
    offsets = np.concatenate([[0], np.cumsum(counts)[:-1]])
    knots = rng.normal(0.0, 1e3, (counts.sum(), 7))
    knots[:, 1] += 6.4e6
    for first, n in zip(offsets, counts, strict=True):
        knots[first : first + n, 0] = 10.0 + 7.0 * np.arange(n)
    return Sky(2, knots, offsets, counts, np.array([0.0, 20.0, 0.0, 5.0]), np.full(4, 40.0))


def test_those_in_the_air_are_where_their_paths_are() -> None:
    s = sky()
    for t, asked in ((12.0, [0, 2, 3]), (20.0, [0, 1, 2, 3]), (39.9, [0, 1, 2, 3]), (40.0, [])):
        rows, r, v = threats_aloft(s, t)
        assert rows.tolist() == asked
        when = np.full(len(rows), t)
        y = paths_at(s.knots, s.offsets, s.counts, rows, when)
        r_asked, v_asked = ecefs_from_ecis(y[:, :3].copy(), y[:, 3:].copy(), when)
        np.testing.assert_allclose(r, r_asked, rtol=1e-14, atol=1e-8)
        np.testing.assert_allclose(v, v_asked, rtol=1e-12, atol=1e-9)


def test_what_was_killed_is_gone() -> None:
    s = sky()
    s.t_gone[0] = 11.0
    assert threats_aloft(s, 11.0)[0].tolist() == [2, 3]


NEVER = np.array([np.inf, np.nan])


@pytest.mark.parametrize(
    ("t", "t0", "t1", "is_due"),
    [
        (5.0, 4.0, 5.0, True),
        (4.0, 4.0, 5.0, False),
        (5.1, 4.0, 5.0, False),
        (0.0, 0.0, 1.0, True),
        (-0.1, 0.0, 1.0, False),
        (np.nan, 4.0, 5.0, False),
        (np.inf, 4.0, 5.0, False),
    ],
)
def test_times_in_a_tick(t: float, t0: float, t1: float, is_due: bool) -> None:
    times = np.array([t])
    for columns in ((times, NEVER, NEVER, NEVER), (NEVER, NEVER, NEVER, times)):
        assert is_any_due(columns, t0, t1) == is_due
