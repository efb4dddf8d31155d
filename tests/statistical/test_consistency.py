"""Whether the picture of a scenario knows how wrong it is, family by family; nightly.

What holds is tested here; how far each family is from the aim (mean NEES inside its 95 % band in
nine bins of ten, ellipses that hold 87 to 93 % of the impacts) is told in
docs/models/picture_quality.md, from the same functions.
"""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.consistency import (
    Watched,
    coverage,
    drawn_of,
    honesty,
    launch_coverage,
    scenario_of,
    watch,
)

EVERY = 5.0  # s


def watched(nees, impact=np.nan, launch=np.nan, sigma=np.nan, runs=50, bins=20):
    """Made up: one threat, every run and bin."""
    run, k = np.divmod(np.arange(runs * bins), bins)
    zero, one = np.zeros_like(run), np.ones(len(run))
    columns = (nees * one, 20.0 * one, impact * one, launch * one, sigma * one)
    return Watched(run, zero, k, zero + 2, *columns)


def test_errors_as_stated_lie_inside_and_others_do_not():
    rng = np.random.default_rng(2)
    drawn = rng.chisquare(6, 1000)
    found = honesty(watched(drawn), 50)
    assert found.n_bins == 20
    assert found.inside >= 0.8  # four of twenty outside: three in a thousand
    assert set(found.medians) == {"space"}
    assert honesty(watched(0.5 * drawn), 50).below == 1.0
    assert honesty(watched(2.0 * drawn), 50).above == 1.0


def test_ellipses_of_ninety_percent_hold_ninety_percent():
    rng = np.random.default_rng(4)
    drawn = rng.chisquare(2, 20_000)
    found = coverage(watched(1.0, impact=drawn, runs=20_000, bins=1))
    assert list(found) == [15.0]
    trials, share = found[15.0]
    assert trials == 20_000
    assert share == pytest.approx(0.9, abs=0.007)  # three standard deviations


def test_of_the_launches_of_a_threat_the_smallest_ellipse_counts():
    rng = np.random.default_rng(5)
    sigma = np.tile([300.0, 100.0, 200.0], 5000)
    drawn = np.where(sigma == 100.0, rng.chisquare(2, len(sigma)), 1e6)
    trials, share, median = launch_coverage(
        watched(1.0, launch=drawn, sigma=sigma, runs=5000, bins=3)
    )
    assert (trials, median) == (5000, 100.0)
    assert share == pytest.approx(0.9, abs=0.014)


def test_what_is_drawn_is_of_the_family_and_each_is_another():
    groups = drawn_of("MRBM", 6, 30.0)["threats"]
    assert [group["system"] for group in groups] == ["mrbm_liquid", "mrbm_solid"] * 3
    assert len({group["launch"]["alt_m"] for group in groups}) > 3
    assert all(0.0 <= group["launch"]["alt_m"] <= 1200.0 for group in groups)
    first, burns = groups[1], [g["overrides"]["booster.stages[0].burn_s"] for g in groups[1::2]]
    assert len(set(burns)) == 3
    assert all(0.9 * 55.0 <= burn <= 1.1 * 55.0 for burn in burns)
    # one burns longer in all its stages, as strongly as it is
    ratio = first["overrides"]["booster.stages[1].burn_s"] / 45.0
    assert ratio == pytest.approx(burns[0] / 55.0)
    assert drawn_of("MRBM", 6, 30.0)["threats"] == groups


@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["SRBM", "MRBM"])
def test_ellipses_of_ballistic_missiles_hold_enough(name):
    """A minute and more after burn-out they hold more than they must, never less."""
    seen = watch(scenario_of(name, 4, 90.0), 300, EVERY)
    for instant, (trials, share) in coverage(seen).items():
        assert share > 0.87, instant
        assert trials > 800
    trials, share, sigma = launch_coverage(seen)
    assert trials > 1000
    assert share > 0.87
    assert sigma < 5e3
