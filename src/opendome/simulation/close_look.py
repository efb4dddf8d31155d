"""A close look at the picture of the kept runs, every few seconds: truth, tracks and fair looks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.fair_looks import are_fair
from opendome.messages import Tracks, take
from opendome.results.beliefs import Believed
from opendome.results.close_look import APART, FAIR, Sample, sample
from opendome.simulation.build import Model
from opendome.simulation.state import State
from opendome.tracks.classify import classify
from opendome.tracks.launches import origins_of
from opendome.tracks.predict import coast
from opendome.truth import Truth, of_runs
from opendome.world import world

SHORTEST = 5.0  # s between close looks, in a scenario of up to MOST times as long
MOST = 520


def look_closely(model: Model, state: State, picture: Tracks, t: float) -> None:
    """Note truth, tracks and looks of the kept runs, if that is due.

    A look is taken to be as fair as one now: chances change little from one close look to the next.
    """
    notes, period = state.recorder, max(SHORTEST, model.clock.duration / MOST)
    if not notes.keep or t - notes.t_sample < period - 1e-9:
        return
    shows_glow = any(s.sees_glow for s in model.sensors)
    truth = of_runs(
        world.snapshot(model.world, state.world, t, shows_glow=shows_glow), sorted(notes.keep)
    )
    looks = fair_looks(model, state, truth, (notes.t_sample, t))
    notes.t_sample = t
    known = take(picture, np.isin(picture.run, truth.runs) & picture.is_confirmed)
    tracks = coast(known, t)
    if len(truth.run) or len(tracks.run):
        seen = sample(truth, tracks, looks)
        notes.samples.append(seen)
        notes.believed.append(beliefs(state, known, tracks, seen))


def beliefs(state: State, known: Tracks, tracks: Tracks, seen: Sample) -> Believed:
    """What is believed of confirmed tracks; ``known`` each at its own time, ``tracks`` at one."""
    chances = classify(state.kinds, tracks)
    launches = origins_of(known, chances)
    cov = launches.cov_enu
    columns = (launches.t, launches.lat, launches.lon, cov[:, 0, 0], cov[:, 0, 1], cov[:, 1, 1])
    return Believed(
        t=seen.t,
        run=tracks.run,
        node=tracks.node,
        id=tracks.id,
        threat=np.where(seen.match >= 0, seen.threat[seen.match], -1) if len(seen.run)
        else seen.match,
        t_first=tracks.t_first,
        chances=chances,
        launch=np.column_stack(columns),
    )  # fmt: skip


def fair_looks(
    model: Model, state: State, truth: Truth, span: tuple[float, float]
) -> NDArray[np.float64]:
    """Fair looks (n, n_cells) at each threat in a span, by the sensors that each cell hears."""
    found = np.zeros((len(truth.run), len(model.network.cells)))
    due = [i for _, i in model.clock.looks(*span)]
    for i in sorted(set(due)) if len(truth.run) else ():
        chances = model.sensors[i].chances(truth, state.tasking)
        if not (chances.p_detect >= FAIR).any():
            continue
        is_fair = are_fair(truth.run, truth.r_ecef, chances, FAIR, APART)
        for c, cell in enumerate(model.network.cells):
            if i in cell.sensors:
                found[:, c] += due.count(i) * is_fair * chances.share
    return found
