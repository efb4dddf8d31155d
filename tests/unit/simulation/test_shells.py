"""Shells of space-based interceptors in a whole run: who fires, at what, when, with what left."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from opendome.scenario import load
from opendome.simulation.run import begin, compile_scenario
from opendome.simulation.state import State
from opendome.simulation.tick import tick

SURE = [
    "picture=perfect",
    "duration_s=2700",
    "threats.liquid.count=0",
    "threats.irbm.count=0",
    "threats.solid.overrides.reliability=1",
    "weapons.boost_shell.overrides.p_reliability=1",
    "weapons.boost_shell.overrides.p_discrimination=1",
    # a perfect picture sees the launch itself, which fire control puts 40 s before
    "weapons.boost_shell.overrides.assumed_burn_s=210",
]
ALONE = "weapons.midcourse_shell.rounds_per_launcher=0"


def run(*sets: str, until: float = 400.0, n_runs: int = 2) -> tuple[Any, State]:
    """Model and state after some minutes of a few runs."""
    model = compile_scenario(load("sbi_boost", [*SURE, *sets]))
    state = begin(model, 3, range(n_runs), [])
    for t0, t1 in model.clock.ticks():
        if t1 > until or not state.world.is_active.any():
            break
        tick(model, state, t0, t1)
    return model, state


@pytest.mark.parametrize(("engagement", "n_shots"), [("flown", 4), ("tabled", 2)])
def test_a_booster_is_met_while_it_burns(engagement: str, n_shots: int) -> None:
    p_kill = {"flown": 0.6, "tabled": 1}[engagement]  # a sure round needs no second
    _, state = run(
        f"engagement={engagement}", ALONE, f"weapons.boost_shell.overrides.p_kill={p_kill}"
    )
    threats, shots = state.world.threats, state.world.shots
    assert len(shots.t_launch) == n_shots
    assert np.all(state.world.killer >= 0)
    assert np.all(state.world.sky.t_gone < threats.t_burnout)
    assert np.all(shots.t_launch > threats.t_launch[0] + 31.0)  # consent and order
    if engagement == "flown":
        miss = state.world.rounds.miss
        assert np.all(miss[shots.is_kill] < 1.0)


@pytest.mark.parametrize("each", [1, 2])
def test_a_satellite_spends_its_own_rounds(each: int) -> None:
    model, state = run(
        ALONE,
        f"weapons.boost_shell.rounds_per_launcher={each}",
        "weapons.boost_shell.shell.total=780",
        "weapons.boost_shell.shell.planes=39",
        "threats.solid.count=6",
        "threats.solid.salvo_size=6",
        "command.nodes.space_command.doctrine.salvo=1",
    )
    aloft = state.fire_control.aloft[0]
    n_shots = np.bincount(state.world.rounds.batch, minlength=2)
    assert n_shots.min() > 0
    assert np.all(aloft >= 0)
    assert np.all((each - aloft).sum(axis=1) == n_shots)
    assert np.all(state.fire_control.rounds[:, 0] == aloft.sum(axis=1))
    assert model.fire_control.units[0].rounds == 780 * each


def test_rounds_of_a_salvo_leave_different_satellites() -> None:
    _, state = run(ALONE)
    assert np.all(np.sort(1 - state.fire_control.aloft[0], axis=1)[:, -2:] == 1)


def test_a_midcourse_shell_waits_for_burn_out() -> None:
    _, state = run("weapons.boost_shell.rounds_per_launcher=0", until=1500.0)
    shots, threats = state.world.shots, state.world.threats
    assert len(shots.t_launch) > 0
    assert np.all(shots.t_launch > threats.t_burnout.max())
    assert np.all(shots.battery == 1)


def test_a_shell_of_one_satellite_fires_at_nothing() -> None:
    one = ("weapons.boost_shell.shell.total=1", "weapons.boost_shell.shell.planes=1")
    _, state = run(*one, "weapons.boost_shell.shell.phasing=0", ALONE)
    assert len(state.world.shots.t_launch) == 0


def test_thinking_for_too_long_loses_the_boost_phase() -> None:
    _, state = run(ALONE, "command.nodes.space_command.consent_s=100")
    assert len(state.world.shots.t_launch) == 0
