"""Two layers under a growing raid: forms by hand and law, the knee, the simulator beside."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendome.studies import saturation as study
from opendome.studies.doctrine import mean_leakers
from opendome.studies.inputs import read_inputs
from opendome.studies.saturation import (
    Layer,
    SaturationInputs,
    answer,
    hinge,
    kill_chances,
    knee_of,
    layers_of,
    passed_on,
    play,
    row_of,
    sizes,
    under_draw,
)
from opendome.views.studies.saturation import tell
from tests.unit.views.pages import Page

layers = st.builds(Layer, st.integers(0, 30), st.integers(1, 4), st.floats(0.05, 0.95))


def test_two_threats_by_hand():
    """One round above (0.8), one below (0.5): the lower layer meets one or two."""
    row = row_of(2, Layer(1, 1, 0.8), Layer(1, 1, 0.5))
    assert row.upper == pytest.approx((1 + 0.2) / 2)
    through = 0.8 * 0.5 + 0.2 * 1.5
    assert row.both == pytest.approx(through / 2)
    assert row.lower == pytest.approx(through / 1.2)


def test_numbers_that_get_past_a_layer_are_all_of_chance():
    chances = passed_on(5, Layer(7, 2, 0.6))
    assert chances.sum() == pytest.approx(1.0)
    assert chances[:1].sum() == 0.0  # the fifth meets nobody
    assert chances @ np.arange(6) == pytest.approx(mean_leakers(5, 7, 2, 0.6))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), layers, layers)
def test_laws(threats: int, upper: Layer, lower: Layer):
    """A second layer never hurts, an empty one does nothing, larger raids leak no smaller share."""
    row = row_of(threats, upper, lower)
    assert 0.0 <= row.both <= row.upper + 1e-12 <= 1.0 + 2e-12
    assert row.both == pytest.approx(row.upper * row.lower)
    empty = Layer(0, 1, 0.5)
    assert row_of(threats, upper, empty).both == pytest.approx(row.upper)
    assert row_of(threats, empty, lower).both == pytest.approx(
        mean_leakers(threats, lower.rounds, lower.salvo, lower.p_kill) / threats
    )
    assert row_of(threats + 1, upper, lower).both >= row.both - 1e-9


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        (Layer(16, 1, 0.8), Layer(24, 2, 0.7)),
        (Layer(40, 2, 0.5), Layer(10, 1, 0.9)),
        (Layer(0, 1, 0.5), Layer(20, 1, 0.9)),
    ],
)
def test_leakers_bend_at_the_knee(upper: Layer, lower: Layer):
    """Fitted to the form itself, the bend is where the rounds say."""
    knee = knee_of(upper, lower)
    x = np.arange(1.0, 2 * knee)
    y = np.array([n * row_of(int(n), upper, lower).both for n in x])
    assert hinge(x, y) == pytest.approx(knee, rel=0.05)


def test_a_bend_is_found_where_it_was_put():
    x = np.arange(1.0, 41.0)
    assert hinge(x, 0.1 * x + 0.9 * np.maximum(x - 13.0, 0.0)) == pytest.approx(13.0, abs=0.1)
    assert math.isnan(hinge(x[:2], x[:2]))


@pytest.mark.compiled
@pytest.mark.parametrize("threats", [3, 10])
def test_the_simulator_agrees_layer_by_layer(threats: int):
    """Inside its own 99 % intervals, with rounds to spare above and with too few."""
    sets = ["upper_rounds=4", "lower_rounds=8", "runs=25"]
    given_ = read_inputs(SaturationInputs, "saturation", sets)
    played, row = play(given_, threats), row_of(threats, *layers_of(given_))
    assert played.upper.low <= row.upper <= played.upper.high
    assert played.lower.low <= row.lower <= played.lower.high
    assert played.both.low <= row.both <= played.both.high


@pytest.mark.parametrize(("most", "sizes_"), [(48, [8, 16, 24, 32, 40, 48]), (3, [1, 2, 3])])
def test_raids_that_are_played(most: int, sizes_: list[int]):
    assert sizes(most, 6) == sizes_
    got = answer(read_inputs(SaturationInputs, "saturation", [f"most={most}", "runs=0"]))
    assert got.played == []
    assert math.isnan(got.knee_played)
    assert [row.threats for row in got.rows] == list(range(1, most + 1))


def test_draws_of_the_kill_chances_have_their_peaks_at_those_asked():
    """The catalog's ranges, widened where less or more is asked; every draw within them."""
    given_ = read_inputs(SaturationInputs, "saturation", ["draws=200", "lower_p_kill=0.3"])
    made = kill_chances(given_)
    upper, lower = (np.array([d[name] for d in made]) for name in ("thaad", "patriot_mse"))
    assert 0.7 <= upper.min() < upper.max() <= 0.95
    assert upper.mean() == pytest.approx((0.7 + 0.8 + 0.95) / 3, rel=0.01)
    assert 0.3 <= lower.min() < lower.max() <= 0.9
    assert lower.mean() == pytest.approx((0.3 + 0.3 + 0.9) / 3, rel=0.02)
    first = under_draw(given_, made[0])
    assert [layer.p_kill for layer in first] == [upper[0], lower[0]]
    assert [layer.rounds for layer in first] == [16, 24]


def test_the_band_of_the_form_is_that_of_its_draws_and_default_draws_nothing():
    sets = ["most=20", "runs=0", "upper_rounds=4"]
    got = answer(read_inputs(SaturationInputs, "saturation", [*sets, "draws=25"]))
    given_ = read_inputs(SaturationInputs, "saturation", [*sets, "draws=25"])
    every = [row_of(20, *under_draw(given_, draw)).both for draw in kill_chances(given_)]
    assert got.rows[-1].unknown == pytest.approx(np.quantile(every, [0.05, 0.95]))
    assert all(row.unknown[0] < row.both < row.unknown[1] for row in got.rows)
    plain = answer(read_inputs(SaturationInputs, "saturation", sets))
    assert [row.both for row in plain.rows] == [row.both for row in got.rows]
    assert all(math.isnan(row.unknown[0]) for row in plain.rows)


@pytest.mark.compiled
def test_what_is_not_known_stands_beside_chance_in_table_json_and_figure(
    monkeypatch: pytest.MonkeyPatch,
):
    """Eight threats and a round for each, of which nobody knows whether six or nine in ten kill."""
    monkeypatch.setattr(study, "SIZES", 1)
    sets = ["most=8", "upper_rounds=0", "lower_rounds=8", "lower_salvo=1", "runs=6", "draws=5"]
    told = tell(sets)
    last = told.answer["simulated"][-1]["not_known"]
    form = told.answer["rows"][-1]["not_known"]
    assert 0.0 <= last["low"] < last["high"] < 0.6
    assert last["low"] < sum(form.values()) / 2 < last["high"]
    assert 0.0 <= last["share_of_variance"] <= 1.0
    table = told.tables[1]
    assert "5 draws of both kill chances" in table.title
    assert len(table.rows) == 1
    drawing = told.figure()
    assert "5 draws of both kill chances" in Page(drawing).text
    assert "not known" in drawing
