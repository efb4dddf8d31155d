"""Layers in one small situation: a threat falls at 1.2 km/s in 60 s past two layers.

With f the share of the 60 s that is left, the threat is 72.1 f km away and 40 f km high. A round of
the upper layer (1.5 km/s, 10 to 30 km high) that leaves at 1.5 s meets it at 27.5 s; one of the
lower layer (1.0 km/s) meets it below 8 km, at 48 s, if it leaves at 33.6 s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from opendome.battle import windows
from opendome.battle.manager import Manager
from opendome.messages import Orders, ReportKind, take
from opendome.scenario.command import Doctrine, Layer
from tests.unit.battle.situations import (
    SYSTEM,
    battery,
    raid,
    reports,
    scenario,
    stocks,
    straight_paths,
    tables,
)

L, K, S = ReportKind.LAUNCHED, ReportKind.KILLED, ReportKind.SURVIVED
UPPER = replace(SYSTEM, name="bolt", min_altitude=10e3, max_altitude=30e3)
LOWER = replace(SYSTEM, max_altitude=8e3)
LAYERS = (Layer("upper", ("high",)), Layer("lower", ("low",)))
RULES = Doctrine("greedy", salvo=1, max_rounds=4)

Shot = tuple[float, str, float]  # decided, by which battery, planned intercept


@pytest.fixture(autouse=True)
def _straight() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(windows, "predicted_paths", straight_paths)
    yield
    patch.undo()


def fight(
    upper=UPPER,
    lower=LOWER,
    layers=LAYERS,
    rules=RULES,
    rounds: tuple[int, int] = (20, 20),
    says: Callable[[Shot], ReportKind | None] = lambda _: S,
    n: int = 1,
    channels: tuple[int, int] = (20, 20),
) -> list[Shot]:
    """Shots at threats; what is said of each comes when its assessment is due."""
    weapons = (battery("high", upper), battery("low", lower))
    made = scenario(rules, weapons=weapons, layers=layers)
    model = Manager.build(made, tables(made))
    state = model.begin(np.array([0]))
    held = stocks(model, state.runs)
    held.rounds[0], held.free_channels[0] = rounds, channels
    threats = raid(n, spread=0.0)
    mail, shots, dead = [], [], {}
    for t in np.arange(0.0, 60.0 + n):
        told = [row for row in mail if row[1] <= t]
        mail = [row for row in mail if row[1] > t]
        heard = reports(*told)
        picture = threats.picture(t)
        picture = take(picture, np.array([dead.get(int(k), np.inf) > t for k in picture.id]))
        for b, weapon in enumerate(weapons):
            flying = [x for x in shots if x[1] == weapon.name and x[0] + 1.0 <= t < x[2] + 2.0]
            held.free_channels[0, b] = max(channels[b] - len(flying), 0)
        orders: Orders = model.decide(state, picture, held, heard, t)[0]
        for i, b in enumerate(orders.battery):
            order, track = int(orders.id[i]), int(orders.track[i])
            shots.append((t, weapons[b].name, float(orders.t_intercept[i])))
            mail.append((0, t + 1.0, L, order, int(b), track))
            word = says(shots[-1])
            if word is not None:
                due = float(orders.t_intercept[i]) + weapons[b].system.assess_delay
                mail.append((0, due, word, order, int(b), track))
                if word == K:
                    dead[track] = due  # seen for as long as that
            held.rounds[0, b] -= 1
    return shots


def test_the_upper_layer_kills_and_the_lower_stays_silent():
    shots = fight(says=lambda _: K)
    assert [name for _, name, _ in shots] == ["high"]
    assert shots[0][2] == pytest.approx(27.5, abs=0.3)


def test_without_layers_the_cheaper_or_surer_round_would_have_gone():
    sure = replace(LOWER, p_kill=0.99)
    assert fight(lower=sure, says=lambda _: K)[0][1] == "high"
    assert fight(lower=sure, layers=(), says=lambda _: K)[0][1] == "low"


def test_what_the_upper_layer_misses_is_handed_over_in_time():
    shots = fight(rounds=(1, 20))
    assert [name for _, name, _ in shots][:2] == ["high", "low"]
    assert shots[0][0] == 0.0
    assert 29.5 <= shots[1][0] <= 33.0  # after the word at 29.5 s, for a launch at 33.6 s
    assert shots[1][2] == pytest.approx(48.0, abs=0.5)


def test_the_upper_layer_shoots_again_while_it_can():
    shots = fight()
    assert [name for _, name, _ in shots][:3] == ["high", "high", "low"]
    assert shots[1][2] < 45.5
    assert shots[2][0] >= shots[1][2] + 2.0  # it has waited for the second word


def test_no_time_to_wait_for_word_means_both_fire():
    # Word of the first shot would come at 42.5 s, the lower layer's last launch is at 40.2 s.
    slow, high_floor = replace(UPPER, assess_delay=15.0), replace(LOWER, min_altitude=6e3)
    shots = fight(upper=slow, lower=high_floor, says=lambda _: K)
    assert [name for _, name, _ in shots] == ["high", "low"]
    assert shots[1][0] <= 34.0
    assert shots[1][2] < 52.0


def test_a_later_layer_does_not_wait_for_one_whose_turn_comes_too_late():
    # The first to fire meets it at 48 s; the other would have lost its last chance at 33 s.
    shots = fight(layers=LAYERS[::-1])
    assert shots[0][:2] == (0.0, "high")
    assert "low" in [name for _, name, _ in shots]


def test_rounds_that_run_out_above_are_made_good_below():
    shots = fight(rounds=(3, 20), n=5, says=lambda _: K)
    assert [name for _, name, _ in shots] == ["high"] * 3 + ["low"] * 2


def test_channels_that_are_taken_above_do_not_let_threats_through():
    shots = fight(channels=(0, 20), n=3, says=lambda _: K)
    assert [name for _, name, _ in shots] == ["low"] * 3


def test_nobody_waits_for_a_battery_without_a_free_channel():
    # Both are open at once. With a channel above the lower layer would leave the threat to it.
    low = replace(LOWER, max_altitude=30e3)
    assert fight(lower=low, says=lambda _: K)[0][1] == "high"
    assert fight(lower=low, channels=(0, 20), says=lambda _: K)[0][:2] == (0.0, "low")


def test_what_the_upper_layer_has_no_round_for_is_released_before_its_window_opens():
    # The lower layer could fire at once, the upper one must wait until the threat is at 12 km.
    high, low = replace(UPPER, max_altitude=12e3), replace(LOWER, max_altitude=30e3)
    plenty = fight(upper=high, lower=low, n=4, says=lambda _: K)
    assert [name for _, name, _ in plenty] == ["high"] * 4
    scarce = fight(upper=high, lower=low, n=4, rounds=(1, 20), says=lambda _: K)
    assert sorted(name for _, name, _ in scarce) == ["high"] + ["low"] * 3
    assert max(t for t, name, _ in scarce if name == "low") < plenty[0][0]


def test_what_the_upper_layer_has_no_channel_for_is_released_before_its_window_opens():
    high, low = replace(UPPER, max_altitude=12e3), replace(LOWER, max_altitude=30e3)
    shots = fight(upper=high, lower=low, n=4, channels=(2, 20), says=lambda _: K)
    assert sorted(name for _, name, _ in shots) == ["high"] * 2 + ["low"] * 2


def test_without_word_the_lower_layer_fires_all_the_same():
    shots = fight(says=lambda shot: None if shot[1] == "high" else K, rounds=(1, 20))
    assert [name for _, name, _ in shots] == ["high", "low"]


@pytest.mark.parametrize("is_shoot_look_shoot", [True, False])
def test_salvos_are_handed_over_too(is_shoot_look_shoot: bool):
    rules = replace(RULES, salvo=2, max_rounds=4, is_shoot_look_shoot=is_shoot_look_shoot)
    shots = fight(rules=rules, says=lambda _: K)
    assert {name for _, name, _ in shots} == {"high"}


def test_batteries_in_no_layer_fire_at_any_time():
    shots = fight(layers=(Layer("lower", ("low",)), Layer("none", ())), rounds=(2, 20))
    assert shots[0][1] == "high"
