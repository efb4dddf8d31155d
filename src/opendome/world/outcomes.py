"""What came of meetings: kills in the order of their time, and what each threat's end was."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.frames import ecef_from_eci
from opendome.kernels.guidance import ENDED, FREE, threat_at
from opendome.kernels.lethality import kill_chance
from opendome.kernels.paths import path_at
from opendome.kernels.philox import uniform
from opendome.rng import Purpose
from opendome.truth import Meetings
from opendome.world.model import WorldModel
from opendome.world.state import WorldState
from opendome.world.vehicles import last_words

Ints = NDArray[np.int64]


def resolve(model: WorldModel, state: WorldState, ended: Ints) -> Meetings:
    """Decide each ended round, earliest first: what it met and whether it killed.

    Parameters
    ----------
    ended : (n,) int
        Rows of rounds that ended in this tick.

    Returns
    -------
    meetings : Meetings
        A round that met nothing looks at the threat it was meant for: is that one gone? Of several
        kill vehicles one word comes, after the last.
    """
    rounds, shots, sky = state.rounds, state.shots, state.sky
    if not len(ended):
        let_go(state)
        return no_meetings()
    shots.is_over[ended] = True
    ended = ended[np.lexsort((ended, rounds.t_meet[ended]))]
    threats = np.full(len(ended), -1, dtype=np.int64)
    kills = np.zeros(len(ended), dtype=np.bool_)
    for m, i in enumerate(ended):
        t = rounds.t_meet[i]
        met = rounds.target[i] if model.is_flown else shots.intended[i]
        is_there = met >= 0 and sky.t_launch[met] <= t < sky.t_gone[met]
        if is_there and _is_met(model, state, int(i), int(met)):
            shots.is_lethal[i], shots.is_kill[i] = _draw(model, state, int(i))
            _place(state, int(i), int(met), float(t))
            if shots.is_kill[i]:
                sky.t_gone[met] = t
                state.killer[met] = i
                lose_cargo(model, state, int(met), int(i), float(t))
        elif model.is_flown:
            rounds.miss[i] = np.inf
        threat = met if met >= 0 else shots.intended[i]
        threats[m] = threat
        kills[m] = threat >= 0 and state.killer[threat] >= 0 and sky.t_gone[threat] <= t
    let_go(state)
    spoken = last_words(model, state, ended, threats, kills)
    ended, threats, kills = ended[spoken], threats[spoken], kills[spoken]
    first = ended - rounds.vehicle[ended]
    return Meetings(
        run=rounds.run[ended],
        t=rounds.t_meet[ended],
        shot=rounds.shot[ended],
        lot=rounds.lot[first],
        order=shots.order[ended],
        battery=shots.battery[ended],
        track=shots.track[ended],
        threat=np.where(threats >= 0, threats % max(model.n_threats, 1), -1),
        is_kill=kills,
    )


def no_meetings() -> Meetings:
    """Nothing met anything."""
    ints, none = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
    return Meetings(ints, np.zeros(0), ints, ints, ints, ints, ints, ints, none)


def lose_cargo(model: WorldModel, state: WorldState, carrier: int, shot: int, t: float) -> None:
    """What a carrier killed at t has not let go by then dies with it."""
    table = model.objects
    first = carrier % model.n_threats
    aboard = np.flatnonzero((table.carrier == first) & table.is_released) + (carrier - first)
    aboard = aboard[state.sky.t_launch[aboard] > t]
    state.sky.t_gone[aboard] = t
    state.killer[aboard] = shot


def let_go(state: WorldState) -> None:
    """Seekers that locked, in this tick, what had been killed earlier in it look for another.

    Rounds fly a whole tick before its kills are known. One that locked before the kill is lost.
    """
    rounds = state.rounds
    locked = np.flatnonzero((rounds.phase == FREE) & (rounds.target >= 0))
    wrong = locked[state.sky.t_gone[rounds.target[locked]] <= rounds.t_acquired[locked]]
    if len(wrong):
        rounds.target[wrong] = -1
        rounds.t_acquired[wrong] = np.nan


def _is_met(model: WorldModel, state: WorldState, i: int, threat: int) -> bool:
    """Whether round i came near enough to count: flown, it homed on the threat to the end; tabled,
    the threat is where it was planned to be, to within the seeker's reach."""
    rounds = state.rounds
    if model.is_flown:
        return bool(np.isfinite(rounds.miss[i]))
    place, _ = threat_at(state.sky, threat, rounds.t_meet[i])
    reach = model.interceptors.kinds.acquisition_range[rounds.system[i]]
    return bool(np.linalg.norm(np.array(place) - rounds.r[i]) <= reach)


def _draw(model: WorldModel, state: WorldState, i: int) -> tuple[bool, bool]:
    """Whether round i is lethal at its miss distance, and whether it kills what it met.

    Among objects of one launch the seeker has chosen by what it saw: whether that was a warhead is
    noted, and no lot is drawn beside it.
    """
    rounds, shots, table = state.rounds, state.shots, model.interceptors
    k = rounds.system[i]
    lot = uniform(state.seed, rounds.run[i], int(Purpose.KILL), rounds.lot[i], 0, 0)
    if not model.is_flown:
        is_lethal = bool(lot < table.p_kill[k])
        return is_lethal, bool(is_lethal and shots.is_reliable[i])
    is_lethal = bool(lot < kill_chance(rounds.miss[i], table.lethal_radius[k]))
    target = int(rounds.target[i])
    if model.objects.clusters.is_cluster[target % model.n_threats]:
        shots.is_discriminated[i] = has_warhead(model, state, target, float(rounds.t_meet[i]))
        return is_lethal, bool(is_lethal and shots.is_reliable[i])
    return is_lethal, bool(is_lethal and shots.is_reliable[i] and shots.is_discriminated[i])


def has_warhead(model: WorldModel, state: WorldState, threat: int, t: float) -> bool:
    """Whether the threat in a row is a warhead, or carries one at t."""
    table = model.objects
    first = threat % model.n_threats
    aboard = np.flatnonzero((table.carrier == first) & table.is_armed) + (threat - first)
    is_aboard = (state.sky.t_launch[aboard] > t) & (aboard != threat)
    return bool(table.is_armed[first] or is_aboard.any())


def _place(state: WorldState, i: int, threat: int, t: float) -> None:
    """Note where round i met its threat."""
    o, n = state.sky.offsets[threat], state.sky.counts[threat]
    s = np.array(path_at(state.sky.knots[o : o + n], n, t))
    r, _ = ecef_from_eci(s[None, :3], s[None, 3:], t)
    state.shots.r_end_ecef[i] = r[0]


def ended_rounds(model: WorldModel, state: WorldState, t1: float) -> Ints:
    """Rows of rounds that ended up to t1 and are not resolved yet."""
    rounds = state.rounds
    over = (rounds.t_meet <= t1) & ~state.shots.is_over
    if model.is_flown:
        over &= rounds.phase == ENDED
    return np.flatnonzero(over & state.is_active[rounds.batch])
