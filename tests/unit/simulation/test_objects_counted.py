"""What counts when launches release objects: a small raid counted by hand."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from opendome.simulation.tally import (
    FAILED,
    HARMLESS,
    INTERCEPTED,
    LEAKED,
    UNARMED,
    is_wasted,
    killers,
    outcomes,
    shots_at,
)
from opendome.world import world
from opendome.world.model import WorldModel
from opendome.world.outcomes import lose_cargo
from opendome.world.rounds import no_rounds
from opendome.world.state import ShotRecord, WorldState
from tests.unit.world.test_releasing import model_of

BUS, FIRST, SECOND, THIRD, DECOY = 0, 1, 2, 3, 4  # threats of the first launch
OTHER = 15  # the second launch's bus


@pytest.fixture(scope="module")
def model() -> WorldModel:
    made = model_of({"system": "mirv_bus"})
    return replace(made, threats=replace(made.threats, reliability=np.ones(made.n_threats)))


def with_shots(state: WorldState, shots: list[tuple[int, float, float]]) -> None:
    """Give the state shots: (threat met and meant, launch, meeting; NaN: it met nothing)."""
    n = len(shots)
    who, t_launch, t_meet = (np.array(column) for column in zip(*shots, strict=True))
    columns: dict[str, Any] = {
        name: np.zeros((n, *old.shape[1:]), dtype=old.dtype)
        for name, old in no_rounds()._asdict().items()
    }
    state.rounds = no_rounds()._replace(**columns)
    state.rounds.shot[:] = 10 + np.arange(n)
    state.rounds.t_meet[:] = t_meet
    state.rounds.target[:] = np.where(np.isnan(t_meet), -1, who)
    zeros = {f.name: np.zeros(n, dtype=np.int64) for f in fields(ShotRecord)}
    state.shots = ShotRecord(**{**zeros, "intended": who, "t_launch": t_launch})


def test_a_raid_counted_by_hand(model: WorldModel) -> None:
    """Shot 0 misses the bus with three warheads aboard; shot 1 hits a decoy; shot 2 hits the bus
    when one warhead is away; shot 3 hits the empty bus of the other launch, and shot 4 its second
    warhead."""
    state = world.begin(model, 3, [0])
    rec = state.threats
    release = rec.t_release
    early = release[FIRST] - 5.0
    middle = 0.5 * (release[FIRST] + release[SECOND])
    late = release[OTHER + 3] + 50.0
    with_shots(
        state,
        [
            (BUS, early - 100.0, np.nan),
            (DECOY, middle - 50.0, middle - 1.0),
            (BUS, middle - 40.0, middle),
            (OTHER, late - 20.0, late),
            (OTHER + 2, late, late + 40.0),
        ],
    )
    for threat, shot in ((DECOY, 1), (BUS, 2), (OTHER, 3), (OTHER + 2, 4)):
        t = float(state.rounds.t_meet[shot])
        state.sky.t_gone[threat], state.killer[threat] = t, shot
        lose_cargo(model, state, threat, shot, t)
    outcome = outcomes(model, state)
    armed = model.objects.is_armed
    assert (outcome[~armed] == UNARMED).all()
    fate = {k: outcome[k] for k in np.flatnonzero(armed)}
    free = LEAKED, HARMLESS
    assert fate[FIRST] in free  # it was away
    assert fate[SECOND] == fate[THIRD] == INTERCEPTED  # with the bus
    assert fate[OTHER + 1] in free  # the bus was empty
    assert fate[OTHER + 3] in free
    assert fate[OTHER + 2] == INTERCEPTED
    shot, battery = killers(state)
    assert (shot[SECOND], shot[THIRD], shot[OTHER + 2], shot[FIRST]) == (12, 12, 14, -1)
    assert (battery >= 0).sum() == (state.killer >= 0).sum()
    n = shots_at(model, state)
    assert n[FIRST] == 2  # both at the bus were fired before its release
    assert (n[SECOND], n[THIRD], n[OTHER + 2], n[OTHER + 1], n[DECOY]) == (2, 2, 1, 0, 3)
    # the decoy, and the bus with nothing aboard; the miss was at a bus with warheads
    assert is_wasted(model, state).tolist() == [False, True, False, True, False]


def test_warheads_of_a_failed_bus_failed(model: WorldModel) -> None:
    never = replace(model.threats, reliability=np.zeros(model.n_threats))
    state = world.begin(replace(model, threats=never), 3, [0])
    outcome = outcomes(model, state)
    assert (outcome[model.objects.is_armed] == FAILED).all()
    assert (outcome[~model.objects.is_armed] == UNARMED).all()
