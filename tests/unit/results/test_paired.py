from __future__ import annotations

import math

import numpy as np
import pytest

from opendome.errors import RecordError
from opendome.results.layout import write_manifest, write_record
from opendome.results.paired import MIN_DIFFERING, Measure, difference, differences
from opendome.results.result import open_campaign
from opendome.results.statistics import bootstrap_mean, student_quantile
from tests.unit.results.tables import record

LEAKERS = Measure("leakers", "leakers")
FRACTION = Measure("leak_fraction", "leakers", "threatening")


def pairs(n: int = 400, rho: float = 0.9, shift: float = 0.3):
    """Two columns with common chance: correlated by rho, apart by a shift."""
    generator = np.random.Generator(np.random.Philox(key=[5, 5]))
    own = generator.normal(size=(n, 2))
    first = own[:, 0]
    return first, rho * first + math.sqrt(1 - rho**2) * own[:, 1] + shift


def test_the_interval_of_a_mean_is_students_of_the_paired_differences():
    first, second = pairs()
    found = difference(LEAKERS, [first], [second], seed=1).estimate
    apart = second - first
    half = student_quantile(0.05, len(apart) - 1) * apart.std(ddof=1) / math.sqrt(len(apart))
    assert found.value == pytest.approx(apart.mean(), abs=1e-12)
    assert found.low == pytest.approx(apart.mean() - half, abs=0.1 * half)
    assert found.high == pytest.approx(apart.mean() + half, abs=0.1 * half)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.95])
def test_pairing_narrows_the_interval_by_the_shared_part_of_the_variance(rho):
    first, second = pairs(n=2000, rho=rho)
    found = difference(LEAKERS, [first], [second], seed=1).estimate
    alone = [bootstrap_mean(c, seed=1) for c in (first, second)]
    unpaired = math.hypot(*((e.high - e.low) for e in alone))
    # variance of a difference: 2 (1 - rho) against 2 of independent columns of unit variance
    narrower = (found.high - found.low) / unpaired
    assert narrower == pytest.approx(math.sqrt(1 - rho), rel=0.1)


def test_a_ratio_is_of_sums_and_not_a_mean_of_ratios():
    leak, of = [np.array([1.0, 0, 3, 2])] * 1, np.array([1.0, 10, 3, 10])
    found = difference(FRACTION, [leak[0], of], [np.zeros(4), of], seed=1)
    assert found.estimate.value == pytest.approx(-6 / 24)


def test_the_interval_of_a_ratio_is_that_of_the_linear_approximation():
    generator = np.random.Generator(np.random.Philox(key=[6, 6]))
    of = generator.integers(80, 120, size=1500).astype(float)
    first = generator.binomial(of.astype(int), 0.3).astype(float)
    second = np.minimum(first + generator.binomial(5, 0.4, size=1500), of)
    found = difference(FRACTION, [first, of], [second, of], seed=1).estimate
    ratios = [c.sum() / of.sum() for c in (first, second)]
    # delta method: what each pair adds to the difference of the ratios
    share = ((second - ratios[1] * of) - (first - ratios[0] * of)) / of.mean()
    half = 1.96 * share.std(ddof=1) / math.sqrt(1500)
    assert found.value == pytest.approx(ratios[1] - ratios[0])
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.07)


def test_the_same_pairs_give_the_same_interval():
    first, second = pairs()
    found = [difference(LEAKERS, [first], [second], seed=3) for _ in range(2)]
    assert found[0] == found[1]


def test_equal_campaigns_do_not_differ():
    first, _ = pairs()
    found = difference(LEAKERS, [first], [first.copy()], seed=1)
    assert found.estimate == (0.0, 0.0, 0.0)
    assert not found.is_clear
    assert found.n_differing == 0


@pytest.mark.parametrize("n_differing", [MIN_DIFFERING - 1, MIN_DIFFERING])
def test_a_handful_of_differing_runs_is_never_clear(n_differing):
    first = np.zeros(12)
    second = np.where(np.arange(12) < n_differing, 1.0, 0.0)
    found = difference(LEAKERS, [first], [second], seed=1)
    assert found.is_clear == (n_differing >= MIN_DIFFERING)


def test_a_difference_that_is_there_is_found_and_one_that_is_not_is_found_as_rarely_as_promised():
    generator = np.random.Generator(np.random.Philox(key=[7, 7]))
    clear = 0
    for seed in range(200):
        own = generator.normal(size=(40, 2))
        clear += difference(LEAKERS, [own[:, 0]], [own[:, 1]], seed).is_clear
    assert 2 <= clear <= 20  # 5 % of 200 is 10; binomial, beyond with chance below 2e-3


def campaign(tmp_path, name, leakers, seed=1, first=0):
    manifest = {
        "format": 1,
        "name": name,
        "seed": seed,
        "runs": len(leakers),
        "batches": [],
        "batteries": {
            "south": {"system": "iron_dome", "cost_usd": 50e3},
            "far": {"system": "arrow", "cost_usd": 2e6},
        },
        "layers": [
            {"name": "upper", "batteries": ["far"]},
            {"name": "lower", "batteries": ["south"]},
        ],
    }
    write_manifest(tmp_path / name, manifest)
    write_record(tmp_path / name, 0, record(leakers, first=first))
    return open_campaign(tmp_path / name)


def test_campaigns_are_compared_in_all_measures_and_layers(tmp_path):
    first = campaign(tmp_path, "a", [0, 1, 2, 3, 0, 1, 2, 3])
    second = campaign(tmp_path, "b", [1, 2, 3, 4, 1, 2, 3, 4])
    found = {(d.measure.name, d.measure.layer): d for d in differences(first, second)}
    assert found["leak_fraction", None].estimate.value == pytest.approx(8 / 32)
    assert found["leakers", None].estimate == (1.0, 1.0, 1.0)
    assert found["leakers", None].is_clear
    assert found["asset_value_lost", None].estimate.value == pytest.approx(1.5)
    assert found["rounds", "upper"].estimate == (0.0, 0.0, 0.0)
    assert {layer for _, layer in found} == {None, "upper", "lower"}


def test_only_runs_that_both_have_are_paired(tmp_path):
    first = campaign(tmp_path, "a", [0, 0, 4, 4], first=0)
    second = campaign(tmp_path, "b", [4, 4, 0, 0], first=2)
    (leakers,) = (d for d in differences(first, second) if d.measure == LEAKERS)
    assert leakers.n == 2
    assert leakers.estimate.value == 0.0  # runs 2 and 3: four leakers in both


def test_campaigns_that_share_no_chance_are_refused(tmp_path):
    first = campaign(tmp_path, "a", [0, 1])
    with pytest.raises(RecordError, match=r"seed is 2, of .*a it is 1"):
        differences(first, campaign(tmp_path, "b", [0, 1], seed=2))
    with pytest.raises(RecordError, match="no run in common"):
        differences(first, campaign(tmp_path, "c", [0, 1], first=7))
