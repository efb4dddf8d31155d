"""One look of an infrared sensor of many satellites, taken into the tracks of one picture.

Each satellite sees a thing once at most, so each is associated by itself, one after the other. What
none of the tracks explains is triangulated.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from opendome.kernels.beside import take_after
from opendome.kernels.chances import Prospect
from opendome.kernels.fleet_view import VAGUE, note_glow
from opendome.kernels.initiation import Prior, start_many
from opendome.kernels.looks import Looks, no_looks
from opendome.kernels.misalignment import SATELLITE
from opendome.kernels.odds import MOST_FIRST
from opendome.kernels.registration import ALIGNED, crossing_leans, first_leans
from opendome.kernels.rows import Beliefs, Rows, take_beliefs
from opendome.kernels.scanning import kept_rows, note_stare
from opendome.kernels.starers import (
    NOBODY,
    SHARED,
    Sightings,
    counted,
    distinct_places,
    follow,
    follow_by_chance,
)
from opendome.kernels.triangulation import NONE, Crossings, crossings
from opendome.kernels.views import P_PLUME, rows_in_time
from opendome.messages import Bools, Floats, Ints
from opendome.tracks.associate import GATES
from opendome.tracks.base import CLOSED, CONFIRMED, TENTATIVE
from opendome.tracks.coverage import FleetCoverage
from opendome.tracks.fusion import merge_twins
from opendome.tracks.imm import MANNER
from opendome.tracks.jpda import Jpda
from opendome.tracks.kalman import CLIMB, PLUME_HEIGHT, SIGMA_SPEED_BOOST
from opendome.tracks.quick import is_plain
from opendome.tracks.registration import LAST, Lens, Near, carried, follow_all, ignite
from opendome.tracks.rows import add_rows, beliefs_of, new_rows, take_rows
from opendome.tracks.scan import NOTHING, Heard, Rules, scan_of
from opendome.tracks.take_up import free_looks, take_up

# Of plumes that one satellite alone sees: height, its sigma (m), climb, sigma per axis (m/s).
LONE_PLUME = (*PLUME_HEIGHT, CLIMB, SIGMA_SPEED_BOOST)
WIDEST = 300e3  # m, of a place along a line of sight
LEAST_COSINE = 0.02  # of the zenith angle at that height: a line that misses it says nothing
LOW_PLUME = 40e3  # m, below which a new plume is that of a launch
SPEED_LAUNCH, CLIMB_LAUNCH = 600.0, 400.0  # m/s, sigma per axis and mean upwards
SPEED_HIGH = 3500.0  # m/s per axis, of whatever else is seen


def sightings_of(looks: Looks, is_plume: Bools, r_sensor: Floats) -> Sightings:
    """Looks, with those of one satellite told by where they were made."""
    if not len(looks.run):  # those of an empty message cannot be written to: a type of their own
        looks, is_plume = no_looks(0), np.zeros(0, np.bool_)
    if not len(r_sensor):
        return Sightings(looks, is_plume, NOTHING, np.zeros((0, 3)))
    places, satellite = distinct_places(r_sensor)
    return Sightings(looks, is_plume, satellite, places)


def some(seen: Sightings, which: Ints) -> Sightings:
    """Chosen sightings."""
    columns: list[Any] = [column[which] for column in seen.looks]
    return Sightings(Looks(*columns), seen.is_plume[which], seen.satellite[which], seen.places)


def take_stare(
    rules: Rules,
    rows: Rows,
    coverage: FleetCoverage,
    heard: Heard,
    scan: tuple[Sightings, float],
    lens: Lens | None = None,
) -> tuple[Rows, Sightings]:
    """Tracks after one look of all satellites at a time, and the sightings of none of them.

    ``lens``: through which it is seen, where some sensor may be misaligned.
    """
    seen, t = scan
    if len(rows.run) and (len(seen.looks.run) or rows.glow[:, 1].any()):
        near = rows_in_time(rows, *heard, t)
        beliefs = rules.filter.predict(beliefs_of(rows), near, t)
        places = np.einsum("nii->n", beliefs.cov[:, :3, :3])
        is_vague = ~beliefs.is_boosting & (places > VAGUE**2)
        prospect = Prospect(np.full(len(near), P_PLUME), rows.odds[near], coverage.doubt)
        look = seen, is_vague, prospect, t
        whose, fits = _follow(rules, rows, near, beliefs, look, lens)
        said = coverage, (seen, whose, fits), is_vague, t
        rows = _write(rules, rows, near, beliefs, said, lens)
        seen = some(seen, np.flatnonzero(whose == NOBODY))
    kept = kept_rows(rows, *heard, t, rules.proof)
    return rows if len(kept) == len(rows.run) else take_rows(rows, kept), seen


def _follow(
    rules: Rules,
    rows: Rows,
    near: Ints,
    beliefs: Beliefs,
    look: tuple[Sightings, Bools, Prospect, float],
    lens: Lens | None,
) -> tuple[Ints, Floats]:
    """Update beliefs, in place, by one satellite after another; vague ones are left alone.

    Gives whose each look is, as a place in ``near``, and how well those of each fit (m,).
    """
    seen, is_vague, prospect, t = look
    rank = np.where(rows.is_confirmed[near], CONFIRMED, TENTATIVE)
    rank[is_vague] = CLOSED
    if lens is not None:
        own = carried(rows, near, t)
        there = Near(rows, rows.run[near], rank, beliefs, own, prospect)
        whose, fits = follow_all((rules.filter, rules.associator), there, seen, lens)
        hit = np.unique(whose[whose >= 0])
        rows.lean[near[hit]] = own[hit]
        return whose, fits
    if is_plain(rules):
        given = rows.run[near], beliefs, rank, seen, GATES, MANNER
        if isinstance(rules.associator, Jpda):
            return follow_by_chance(*given, prospect)
        return follow(*given)
    whose, fits = np.full(len(seen.looks.run), NOBODY), np.zeros(len(near))
    for k in range(len(seen.places)):
        mine = np.flatnonzero(seen.satellite == k)
        columns: list[Any] = [column[mine] for column in seen.looks]
        looks = Looks(*columns)
        expected = rules.filter.expect(beliefs, seen.places[k])
        found = rules.associator.associate(rows.run[near], expected, looks, rank, prospect)
        take_up(rules.filter, beliefs, expected, looks, found)
        whose[mine[~free_looks(found, len(mine))]] = SHARED
        whose[mine[found.look]] = found.row
        fits[found.row] += found.fit
    return whose, fits


def _write(
    rules: Rules,
    rows: Rows,
    near: Ints,
    beliefs: Beliefs,
    scan: tuple[FleetCoverage, tuple[Sightings, Ints, Floats], Bools, float],
    lens: Lens | None,
) -> Rows:
    """Rows with what the look said of those near."""
    coverage, (seen, whose, fits), is_vague, t = scan
    hits = counted(whose, seen.is_plume, len(near))
    p_detect = np.zeros(len(near))
    missed = np.flatnonzero(~hits.any(axis=1) & (rows.glow[near, 1] > 0.0))
    if len(missed):
        unseen = take_beliefs(beliefs, missed)
        p_detect[missed] = coverage.view(rows, near[missed], unseen, t).p_detect
    t_plume, now = rows.t_plume.copy(), scan_of(coverage, t)
    said = hits, fits, is_vague, p_detect
    noted = note_stare(rows, near, beliefs, said, now, rules.proof)
    shown = np.flatnonzero(whose >= 0)
    note_glow(rows, near[whose[shown]], some(seen, shown), coverage.eye.sensor.noise_warm)
    if len(noted.ignited):
        ignite(rules.filter, rows, noted.ignited)
        rows.t_predicted[noted.ignited] = np.nan
    if len(noted.quenched):
        # Carried on as if burning: the burn ended at some time since its plume was seen.
        since = np.nan_to_num(t - t_plume[noted.quenched])
        rules.filter.burn_out(beliefs_of(rows), noted.quenched, -since)
        rows.lean[noted.quenched, :, LAST] = 0.0
        rows.t_predicted[noted.quenched] = np.nan
    if len(noted.hit) and len(noted.stale):
        merge = merge_twins if lens is None else lens.merged
        rows = merge(rows, noted.hit, noted.stale)
    return rows


class Guess(NamedTuple):
    """New things that looks of satellites show, ordered by run."""

    look: Ints  # (g,) one of each
    x: Floats  # (g, 7), the last component is left to the filter
    cov: Floats  # (g, 7, 7)
    n_looks: Ints
    lean: Floats  # (g, 7, k) on biases of sensors


def first_guesses(seen: Sightings, is_high: bool, lens: Lens | None = None) -> Guess:
    """New things.

    A plume that one satellite alone sees begins a vague track where the sensor is high up
    (``is_high``): a launch that leaves the clouds. A low satellite passes by so fast that a filter
    would take its own motion for knowledge of the distance, and what glows may be at any height.
    """
    columns = np.full(len(seen.places), ALIGNED) if lens is None else lens.columns(seen.places)
    looks, n_biases = seen.looks, 0
    if lens is not None:
        seen = seen._replace(looks=lens.straight(seen.looks, columns[seen.satellite]))
        looks, n_biases = lens.doubtful(seen.looks, columns[seen.satellite]), lens.n_biases
    found = crossings(seen.places, seen.satellite, seen.is_plume, looks)
    lean = np.zeros((len(found.first), 7, n_biases))
    if lens is not None:
        who = (seen.looks, seen.satellite, seen.places)
        cov, lean[:, :3] = crossing_leans(who, found.group, found.place, columns, n_biases)
        found = found._replace(cov=cov)
    parts = [(found.first, *_crossed(seen, found), found.n_looks, lean)]
    is_lone = (found.group == NONE) & seen.is_plume & is_high
    for k in range(len(seen.places)):
        lone = np.flatnonzero(is_lone & (seen.satellite == k))
        if len(lone):
            guess, x, cov, counts = _lone(seen, lone, k)
            away = np.linalg.norm(x[:, :3] - seen.places[k], axis=1)
            lines, column = seen.looks.u_los[guess], int(columns[k])
            lean = first_leans(SATELLITE, lines, away, column, n_biases)
            parts.append((guess, x, cov, counts, lean))
    look, x, cov, counts, lean = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((look, seen.looks.run[look]))
    return Guess(look[order], x[order], cov[order], counts[order], lean[order])


def _lone(seen: Sightings, lone: Ints, k: int) -> tuple[Ints, Floats, Floats, Ints]:
    """Guesses from one look each of one satellite, where its line of sight comes down so far."""
    height, sigma, climb, speed = LONE_PLUME
    prior = Prior(speed, climb, 0.0, 1.0, height, sigma, WIDEST)
    x, cov = start_many(seen.looks, lone, seen.places[k], prior)
    cosine = -np.einsum("ij,ij->i", x[:, :3], seen.looks.u_los[lone])
    good = cosine > LEAST_COSINE * np.linalg.norm(x[:, :3], axis=1)
    return lone[good], x[good], cov[good], np.ones(good.sum(), np.int64)


def _crossed(seen: Sightings, found: Crossings) -> tuple[Floats, Floats]:
    """States and covariances of crossings; their velocity is hardly known."""
    g = len(found.first)
    x, cov = np.zeros((g, 7)), np.zeros((g, 7, 7))
    x[:, :3], cov[:, :3, :3] = found.place, found.cov
    radius = np.linalg.norm(found.place, axis=1)
    is_launch = seen.is_plume[found.first] & (radius < 6378e3 + LOW_PLUME)
    up = found.place / radius[:, None]
    x[is_launch, 3:6] = CLIMB_LAUNCH * up[is_launch]
    axes = np.arange(3, 6)
    cov[:, axes, axes] = np.where(is_launch, SPEED_LAUNCH, SPEED_HIGH)[:, None] ** 2
    return x, cov


def start_stare(
    rules: Rules,
    rows: Rows,
    coverage: FleetCoverage,
    found: tuple[Sightings, Guess],
    ids: Ints,
    t: float,
) -> Rows:
    """Tracks and those that begin; ``found``: sightings and what `first_guesses` made of them."""
    seen, guess = found
    if len(guess.look) == 0:
        return rows
    is_plume, counts = seen.is_plume[guess.look], guess.n_looks
    beliefs = rules.filter.adopt(guess.x, guess.cov, is_plume)
    fresh = new_rows(beliefs, seen.looks.run[guess.look], ids, t, guess.lean)
    fresh.period[:] = coverage.period
    fresh.heard[:] = 1 << coverage.index
    fresh.n_updates[:] = counts
    fresh.n_looks[:] = counts
    fresh.t_plume[is_plume] = t
    fresh.plume_period[is_plume] = coverage.period
    fresh.odds[:] = np.where(counts > 1, MOST_FIRST, coverage.doubt.first)
    fresh.is_confirmed[:] = counts >= rules.proof.hits
    each = np.arange(len(guess.look))
    take_after(fresh, rows, t)
    note_glow(fresh, each, some(seen, guess.look), coverage.eye.sensor.noise_warm)
    return add_rows(rows, fresh)
