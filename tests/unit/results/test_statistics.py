from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from opendome.results.statistics import (
    bootstrap_mean,
    bootstrap_ratio,
    paired_difference,
    percentile_interval,
    resampled_sums,
    student_quantile,
    wilson,
)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(12, 20, 0.42, 0.76), (12, 21, 0.40, 0.73), (16, 16, 0.86, 1.00)],
)
def test_wilson_gives_the_stated_intervals_of_flight_test_records(successes, n, low, high):
    # 90 % intervals of the GMD (12 of 20, 12 of 21) and THAAD (16 of 16) test records.
    estimate = wilson(successes, n, level=0.90)
    assert estimate.value == successes / n
    assert round(estimate.low, 2) == low
    assert round(estimate.high, 2) == high


@pytest.mark.parametrize("n", [1, 2, 7, 40, 1000])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_wilson_equals_scipy(n, share):
    k = round(n * share)
    theirs = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
    ours = wilson(k, n)
    assert ours.low == pytest.approx(theirs.low, abs=1e-12)
    assert ours.high == pytest.approx(theirs.high, abs=1e-12)


def test_nothing_is_known_of_no_runs():
    assert all(math.isnan(x) for x in wilson(0, 0))
    assert all(math.isnan(x) for x in bootstrap_mean([], seed=1))


@pytest.mark.parametrize("p", [0.5, 0.1, 0.05, 0.01])
@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 10, 30, 1000, 100_000])
def test_student_quantile_equals_scipy(p, freedom):
    assert student_quantile(p, freedom) == pytest.approx(stats.t.ppf(1 - p / 2, freedom), rel=1e-4)


def test_bootstrap_of_a_mean_approaches_the_normal_interval():
    values = np.random.Generator(np.random.Philox(key=5)).normal(10.0, 3.0, 4000)
    estimate = bootstrap_mean(values, seed=1)
    half = 1.96 * values.std(ddof=1) / math.sqrt(len(values))
    assert estimate.value == pytest.approx(values.mean())
    assert estimate.low == pytest.approx(values.mean() - half, abs=0.1 * half)
    assert estimate.high == pytest.approx(values.mean() + half, abs=0.1 * half)


@pytest.mark.parametrize("n", [10, 40])
def test_bootstrap_covers_the_truth_as_often_as_it_says(n):
    # 300 samples: the share that covers has a standard error of 0.0126; 0.91 is 3.2 of them below.
    generator = np.random.Generator(np.random.Philox(key=7))
    hits = 0
    for trial in range(300):
        estimate = bootstrap_mean(generator.normal(0.0, 1.0, n), seed=trial)
        hits += estimate.low <= 0.0 <= estimate.high
    assert 0.91 <= hits / 300 <= 0.985


def test_one_run_has_a_value_but_no_interval():
    estimate = bootstrap_mean([3.0], seed=1)
    assert estimate.value == 3.0
    assert math.isnan(estimate.low)
    assert math.isnan(estimate.high)


def test_a_constant_has_an_interval_of_no_width():
    assert tuple(bootstrap_mean([2.0] * 10, seed=1)) == (2.0, 2.0, 2.0)


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    values = np.arange(30.0)
    assert bootstrap_mean(values, seed=4) == bootstrap_mean(values, seed=4)
    assert bootstrap_mean(values, seed=4) != bootstrap_mean(values, seed=5)


def test_a_ratio_of_proportional_sums_is_certain():
    below = np.arange(1.0, 20.0)
    assert tuple(bootstrap_ratio(0.25 * below, below, seed=1)) == pytest.approx((0.25,) * 3)


def test_a_ratio_is_of_sums_not_a_mean_of_ratios():
    assert bootstrap_ratio([1, 0], [1, 3], seed=1).value == 0.25


def test_a_ratio_over_nothing_is_unknown_and_resamples_of_nothing_are_left_out():
    assert all(math.isnan(x) for x in bootstrap_ratio([0, 0], [0, 0], seed=1))
    estimate = bootstrap_ratio([1, 0, 0], [2, 0, 0], seed=1)
    assert tuple(estimate) == (0.5, 0.5, 0.5)


def test_pairing_removes_what_both_runs_share():
    generator = np.random.Generator(np.random.Philox(key=2))
    luck = generator.normal(0.0, 100.0, 50)
    estimate = paired_difference(luck + 1.0, luck, seed=1)
    assert tuple(estimate) == pytest.approx((1.0, 1.0, 1.0))


def test_resampled_sums_are_sums_of_as_many_runs_whatever_the_chunks(monkeypatch):
    columns = np.column_stack([np.ones(50), np.arange(50.0)])
    sums = resampled_sums(columns, seed=3)
    assert np.all(sums[:, 0] == 50.0)
    assert sums[:, 1].mean() == pytest.approx(columns[:, 1].sum(), rel=0.02)
    monkeypatch.setattr("opendome.results.statistics.CHUNK", 170)
    assert np.array_equal(resampled_sums(columns, seed=3), sums)


def test_few_runs_get_a_wider_interval_than_plain_percentiles():
    samples = resampled_sums(np.arange(6.0)[:, None], seed=1)[:, 0] / 6
    low, high = percentile_interval(samples, 6)
    plain_low, plain_high = np.quantile(samples, [0.025, 0.975])
    assert low < plain_low
    assert high > plain_high
