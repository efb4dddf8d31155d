"""Looks of many radars at the sky in one call: each shows what `radar.scan` shows of it alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.aloft import threats_aloft
from opendome.kernels.dwell import Ration
from opendome.kernels.faces import Faces, scan_gains
from opendome.kernels.field import Fields, one_of, stacked
from opendome.kernels.guidance import Sky
from opendome.kernels.looks import Cues, Draws, Looks, copy_look, no_looks
from opendome.kernels.radar import Radar, scan
from opendome.kernels.silence import Due, are_silent

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Radars(NamedTuple):
    """n sensors, the radars among them that look by themselves, as arrays."""

    fields: Fields  # with a range of NaN where there is no such radar
    numbers: Floats  # (n, 7) of `Radar` from ``snr_unit`` to ``speed_resolution``, of its ration
    faces: Floats  # (n, 4) of `Faces`
    times: Floats  # (n, 3) of the first look, between looks, mean false alarms in a look
    is_low_band: Bools
    is_plain: Bools  # hears no jammer: its looks are worked out here


class Bodies(NamedTuple):
    """Threats of one run."""

    rcs: Floats  # m^2 at L to X band
    rcs_uhf: Floats  # m^2 at VHF and UHF


class Seen(NamedTuple):
    """What k looks show, one after the other; look j has entries ``ends[j]`` to ``ends[j + 1]``."""

    is_done: Bools  # (k,) all that it shows is here; of the others another has to say
    ends: Ints  # (k + 1,)
    ints: Ints  # (2, n) run, sensor
    floats: Floats  # (7, n) t, then of `Looks` from ``sigma_angle`` on
    vectors: Floats  # (2, n, 3) ECEF: antenna, line of sight


def radars_of(
    radars: Sequence[tuple[Radar, Faces] | None], times: Floats, is_low_band: Bools, is_plain: Bools
) -> Radars:
    """Radars with their faces; None where there is none that looks by itself."""
    n = len(radars)
    numbers, faces = np.full((n, 7), np.nan), np.zeros((n, 4))
    for i, one in enumerate(radars):
        if one is not None:
            radar = one[0]
            numbers[i] = (
                radar.snr_unit, radar.threshold, radar.range_resolution, radar.beam_width,
                radar.speed_resolution, radar.ration.capacity, radar.ration.budget,
            )  # fmt: skip
            faces[i] = one[1]
    fields = stacked([None if one is None else one[0].field for one in radars])
    return Radars(fields, numbers, faces, times, is_low_band, is_plain)


@jit
def radar_of(radars: Radars, i: int) -> Radar:
    """The i-th of several radars."""
    n, field = radars.numbers[i], one_of(radars.fields, i)
    return Radar(field, n[0], n[1], n[2], n[3], n[4], False, Ration(int(n[5]), n[6]))


@jit
def shown_rcs(radars: Radars, i: int, bodies: Bodies, threat: Ints, r_ecef: Floats) -> Floats:
    """Cross-section (n,) that gives each echo without losses, m^2."""
    rcs = (bodies.rcs_uhf if radars.is_low_band[i] else bodies.rcs)[threat]
    if radars.faces[i, 3] > 0.0:
        f = radars.faces[i]
        faces = Faces(int(f[0]), f[1], f[2], f[3])
        rcs = rcs * scan_gains(one_of(radars.fields, i), faces, r_ecef)
    return rcs


@jit
def due_of(radars: Radars, sensor: Ints, t: Floats, stride: int) -> Due:
    """Looks with the words of their draws; ``stride`` is between the objects of two sensors."""
    mean, event = np.empty(len(t)), np.empty(len(t), np.int64)
    for k in range(len(t)):
        first, period, mean[k] = radars.times[sensor[k]]
        event[k] = int(np.rint((t[k] - first) / period))
    return Due(sensor, t, mean, sensor * stride, event)


@jit
def with_looks(found: Looks, n: int, more: Looks) -> Looks:
    """Looks of which n are known, and others after these; in more room where it is needed."""
    n_new = n + len(more.run)
    room = found
    if n_new > len(found.run):
        room = no_looks(2 * n_new)
        for k in range(n):
            copy_look(found, k, room, k)
    for k in range(len(more.run)):
        copy_look(more, k, room, n + k)
    return room


@jit
def packed(radars: Radars, due: Due, is_done: Bools, ends: Ints, looks: Looks) -> Seen:
    """Looks as few arrays."""
    n = ends[-1]
    ints, floats = np.empty((2, n), np.int64), np.empty((7, n))
    vectors = np.empty((2, n, 3))
    for k in range(len(due.t)):
        for j in range(ends[k], ends[k + 1]):
            ints[0, j], ints[1, j], floats[0, j] = looks.run[j], due.sensor[k], due.t[k]
            floats[1, j], floats[2, j] = looks.sigma_angle[j], looks.distance[j]
            floats[3, j], floats[4, j] = looks.sigma_distance[j], looks.rate[j]
            floats[5, j], floats[6, j] = looks.sigma_rate[j], looks.snr[j]
            vectors[0, j], vectors[1, j] = radars.fields.r_ecef[due.sensor[k]], looks.u_los[j]
    return Seen(is_done, ends, ints, floats, vectors)


@jit
def look_all(
    radars: Radars, looks: tuple[Ints, Floats, int], span: tuple[float, float], sky: Sky,
    bodies: Bodies, batch: tuple[Ints, Floats, Draws],
) -> Seen:  # fmt: skip
    """Detections and false alarms of k looks in a span of time.

    Parameters
    ----------
    looks : (k,) int, (k,) float, int
        Sensor, time, and the stride between the objects of two sensors.
    span : float, float
        The looks and all that they may see lie in it.
    batch : (n_runs,) int, (n_runs,) float, Draws
        Runs, when each ends, and seed and purposes of the draws.
    """
    runs, t_end, draws = batch
    due = due_of(radars, looks[0], looks[1], looks[2])
    is_done = are_silent(radars.fields, due, span, sky, runs, draws)
    no_cues = Cues(np.zeros(0, np.int64), np.zeros((0, 3)), 1.0)
    found, ends = no_looks(len(sky.t_launch)), np.zeros(len(due.t) + 1, np.int64)
    for k in range(len(due.t)):
        i, t = due.sensor[k], due.t[k]
        ends[k + 1] = ends[k]
        if is_done[k] or not radars.is_plain[i]:
            continue
        word = Draws(
            draws.seed, due.event[k], due.obj[k], draws.detection, draws.noise, draws.alarms,
            draws.places,
        )  # fmt: skip
        rows, r_ecef, v_ecef = threats_aloft(sky, t)
        threat = rows % sky.n_threats
        rcs = shown_rcs(radars, i, bodies, threat, r_ecef)
        there = (runs[rows // sky.n_threats], threat, r_ecef, v_ecef, rcs)
        part = scan(radar_of(radars, i), word, there, (runs[t_end > t], due.mean[k]), no_cues)
        found = with_looks(found, ends[k], part)
        ends[k + 1] = ends[k] + len(part.run)
        is_done[k] = True
    return packed(radars, due, is_done, ends, found)
