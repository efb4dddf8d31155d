"""The paths of what launches release: from the carrier's own path, at the time of its release."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opendome.errors import ModelRangeError, ScenarioError
from opendome.kernels.flight import KNOTS_FULL, LANDED, Flights
from opendome.kernels.paths import paths_at
from opendome.kernels.philox import normals
from opendome.kernels.release import Released, aim_released, fly_released, pushes_of
from opendome.rng import Purpose
from opendome.world.flights import COARSEST_AIM, displaced, tolerance_of
from opendome.world.objects import WARHEAD, Objects

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ROOM = 256  # knots, at first
AT_ONCE = 1000  # objects flown in one piece of memory
NOT_REACHED = 100.0  # m; a push that misses by more is none


@dataclass(frozen=True)
class Batch:
    """The flights of a batch, rows by (run, threat), as those launched themselves flew.

    ``columns`` and ``pieces`` (knots of each row) of what is released are filled in here.
    """

    run: Ints
    threat: Ints
    is_failed: Bools
    columns: dict[str, Floats]
    pieces: list[Floats]


def release(objects: Objects, seed: int, batch: Batch) -> Floats:
    """Fly all that is released.

    Returns
    -------
    t_release : (n,) float
        NaN for what is launched itself, inf for what is never let go, because its carrier failed or
        is down before.
    """
    t_release = np.full(len(batch.run), np.nan)
    rows = np.flatnonzero(objects.is_released[batch.threat])
    if not len(rows):
        return t_release
    columns, threat = batch.columns, batch.threat[rows]
    carriers = rows - objects.place[threat]
    when = columns["t_burnout"][carriers] + objects.after[threat]
    flies = ~batch.is_failed[carriers] & (when < columns["t_impact"][carriers])
    t_release[rows] = np.where(flies, when, np.inf)
    for values in columns.values():
        values[rows] = values[carriers]
    columns["t_level"][rows] = -np.inf
    for row, carrier in zip(rows[~flies], carriers[~flies], strict=True):
        batch.pieces[row] = batch.pieces[carrier][-1:]
    rows, carriers = rows[flies], carriers[flies]
    for first in range(0, len(rows), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        _fly(objects, seed, batch, rows[some], carriers[some], t_release)
    return t_release


def _fly(
    objects: Objects, seed: int, batch: Batch, rows: Ints, carriers: Ints, t_release: Floats
) -> None:
    """Push and fly some rows; their columns and knots are filled in."""
    run, threat, t = batch.run[rows], batch.threat[rows], t_release[rows]
    states = _states(batch.pieces, carriers, t)
    launch, place = objects.launch[threat], objects.place[threat]
    draws = normals(seed, run, int(Purpose.RELEASE), launch, place, 3)
    states[:, 3:] += objects.delta_v[threat][:, None] * draws
    beta, is_armed = objects.beta[threat], objects.is_armed[threat]
    aimed = np.flatnonzero(objects.role[threat] == WARHEAD)
    if len(aimed):
        sigma = objects.aim_scatter[threat[aimed]]
        draws = normals(seed, run[aimed], int(Purpose.AIM_SCATTER), launch[aimed], place[aimed], 2)
        lat, lon = displaced(
            objects.aim_lat[threat[aimed]],
            objects.aim_lon[threat[aimed]],
            sigma * draws[:, 0],
            sigma * draws[:, 1],
        )
        aims = np.column_stack([lat, lon])
        tolerance = np.array([tolerance_of(s) for s in sigma.tolist()])
        pushes = aim_released(t[aimed], states[aimed], beta[aimed], aims, tolerance)
        _refuse_lost(run[aimed], threat[aimed], pushes)
        states[aimed] = pushes_of(states[aimed], pushes)
        batch.columns["aim_lat"][rows[aimed]], batch.columns["aim_lon"][rows[aimed]] = lat, lon
    flown = _flown(t, states, beta, is_armed)
    bad = np.flatnonzero(flown.status != LANDED)
    if len(bad):
        raise ModelRangeError(
            f"threat {int(threat[bad[0]])} in run {int(run[bad[0]])}, released at t = "
            f"{t[bad[0]]:.0f} s, does not come down. Lower its delta_v_m_s."
        )
    for name, values in (
        ("apogee", flown.apogee_alt),
        ("t_impact", flown.impact[:, 0]),
        ("impact_lat", flown.impact[:, 1]),
        ("impact_lon", flown.impact[:, 2]),
    ):
        batch.columns[name][rows] = values
    for m, row in enumerate(rows):
        batch.pieces[row] = flown.knots[m, : flown.n_knots[m]].copy()


def _states(pieces: list[Floats], carriers: Ints, t: Floats) -> Floats:
    """Inertial states (n, 6) of carriers at times t."""
    known, which = np.unique(carriers, return_inverse=True)
    paths = [pieces[row] for row in known]
    counts = np.array([len(p) for p in paths], dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    return paths_at(np.concatenate(paths), offsets, counts, which.astype(np.int64), t)


def _flown(t: Floats, states: Floats, beta: Floats, is_armed: Bools) -> Released:
    """Paths, with room for all their knots."""
    room = ROOM
    while True:
        flown = fly_released(t, states, beta, is_armed, room)
        if not np.any(flown.status == KNOTS_FULL):
            return flown
        room *= 2


def _refuse_lost(run: Ints, threat: Ints, pushes: Floats) -> None:
    lost = np.flatnonzero(~(pushes[:, 2] <= NOT_REACHED))
    if len(lost):
        raise ModelRangeError(
            f"warhead {int(threat[lost[0]])} in run {int(run[lost[0]])} cannot be brought to its "
            "aim by its bus. Move the aims together."
        )


def refuse_far_aims(
    objects: Objects, first: int, paths: Flights, budget: float, where: str
) -> None:
    """Each warhead of one nominal launch must get to its aim within what the bus can give it.

    Parameters
    ----------
    first : int
        Id of what is launched.
    paths : Flights
        Its nominal flight.
    budget : float
        Largest push of one warhead, m/s.

    Raises
    ------
    ScenarioError
    """
    ids = np.flatnonzero((objects.carrier == first) & objects.is_released)
    when = float(paths.t_burnout[0]) + objects.after[ids]
    t_down = float(paths.impact[0, 0])
    late = np.flatnonzero(when >= t_down)
    if len(late):
        raise ScenarioError(
            f"{where}.system: object {int(objects.place[ids[late[0]]])} of a launch is released at "
            f"t = {when[late[0]]:.0f} s, but its carrier is down at {t_down:.0f} s. Lower after_s, "
            "interval_s or count of what it releases."
        )
    aimed = objects.role[ids] == WARHEAD
    ids, when = ids[aimed], when[aimed]
    if not len(ids):
        return
    knots = paths.knots[0, : paths.n_knots[0]]
    states = _states([knots], np.zeros(len(ids), dtype=np.int64), when)
    aims = np.column_stack([objects.aim_lat[ids], objects.aim_lon[ids]])
    pushes = aim_released(when, states, objects.beta[ids], aims, np.full(len(ids), COARSEST_AIM))
    size = np.hypot(pushes[:, 0], pushes[:, 1])
    size[~(pushes[:, 2] <= NOT_REACHED)] = np.inf
    worst = int(np.argmax(size))
    if size[worst] > budget:
        needs = f"{size[worst]:.0f} m/s" if np.isfinite(size[worst]) else "more than it ever could"
        raise ScenarioError(
            f"{where}.aim: warhead {worst + 1} of the bus needs {needs} to get to its aim; it is "
            f"given delta_v_m_s {budget:g} m/s at most. Move the aims together, or raise "
            "releases.warheads.delta_v_m_s."
        )
