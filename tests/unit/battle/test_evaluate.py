"""What a predicted impact threatens."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from opendome.battle import books
from opendome.battle.picture import read
from tests.unit.battle.plain_choice import judge, refresh
from tests.unit.battle.situations import LAT, LON, raid

CITY = np.array([[LAT, LON, 6e3]])


def test_value_at_risk_is_chance_times_value():
    picture = replace(raid(1, spread=0.0), sigma=4e3).picture(0.0)
    judgement = judge(picture, np.array([0]), CITY, np.array([50.0]))
    chance = 1.0 - math.exp(-0.5 * (6 / 4) ** 2)
    assert judgement.chance == pytest.approx(chance, abs=1e-6)
    assert judgement.value == pytest.approx(50.0 * chance, abs=1e-4)
    assert judgement.asset.tolist() == [0]


def test_the_asset_in_danger_is_the_one_with_most_to_lose():
    discs = np.array([[LAT, LON - 1e-3, 5e3], [LAT, LON + 1e-3, 5e3], [LAT + 0.5, LON, 5e3]])
    picture = replace(raid(1, spread=0.0), sigma=3e3).picture(0.0)
    judgement = judge(picture, np.array([0]), discs, np.array([1.0, 3.0, 1e9]))
    assert judgement.asset.tolist() == [1]


def test_chances_of_disjoint_assets_add_up_to_one_at_most():
    picture = raid(1, spread=0.0).picture(0.0)
    twice = np.repeat(CITY, 2, axis=0)
    judgement = judge(picture, np.array([0]), twice, np.ones(2))
    assert judgement.chance.tolist() == [1.0]


def test_far_away_nothing_is_threatened():
    far = replace(raid(1), north=np.array([80e3])).picture(0.0)
    judgement = judge(far, np.array([0]), CITY, np.array([50.0]))
    assert judgement.chance.tolist() == [0.0]
    assert judgement.asset.tolist() == [-1]


def test_without_assets_or_prediction_nothing_is_threatened():
    picture = raid(2).picture(0.0)
    nothing = judge(picture, np.array([0, 1]), np.zeros((0, 3)), np.zeros(0))
    assert nothing.chance.tolist() == [0.0, 0.0]
    picture.impact_lat[0] = np.nan
    picture.impact_cov_enu[1] = np.nan
    judgement = judge(picture, np.array([0, 1]), CITY, np.array([1.0]))
    assert judgement.chance.tolist() == [0.0, 0.0]


def test_only_newer_predictions_are_judged_again():
    state = books.begin(np.array([0]), 1, 2)
    picture = raid(2).picture(5.0)
    pairs = read(state, picture)
    refresh(state, picture, pairs, CITY, np.array([10.0]))
    assert (state.tracks.chance > 0.99).all()
    picture.impact_lat[:] += 1.0
    refresh(state, picture, pairs, CITY, np.array([10.0]))
    assert (state.tracks.chance > 0.99).all()
    picture.t_predicted[0] = 6.0
    refresh(state, picture, pairs, CITY, np.array([10.0]))
    assert state.tracks.chance.tolist() == [0.0, pytest.approx(1.0)]
    picture.t_predicted[:] = np.nan
    refresh(state, picture, pairs, CITY, np.array([10.0]))
    assert state.tracks.t_judged.tolist() == [6.0, 5.0]
