"""The recorder: notes what happens while a batch runs, and makes its tables at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opendome.kernels.burning import SEEN_AFTER
from opendome.kernels.frames import ecefs_from_ecis, geodetics_from_ecefs
from opendome.kernels.paths import paths_at
from opendome.kernels.reach import reach_windows
from opendome.kernels.shell_windows import shell_windows
from opendome.messages import (
    EventKind,
    Events,
    Orders,
    Plans,
    ReportKind,
    Reports,
    Tracks,
    join,
    take,
)  # fmt: skip
from opendome.results.beliefs import (
    Believed,
    Calls,
    Origin,
    calls_of,
    family_table,
    track_table,
)
from opendome.results.close_look import Classes, Sample, score
from opendome.results.record import TABLES, Coded, Record, make_record
from opendome.results.track_metrics import match_confirmed, match_tracks, score_picture
from opendome.simulation.names import Names
from opendome.simulation.tally import (
    DEFEATED,
    FAILED,
    INTERCEPTED,
    LEAKED,
    OUTCOMES,
    are_wasted,
    is_wasted,
    killers,
    outcomes,
    shots_at,
)  # fmt: skip
from opendome.simulation.trajectories import trajectories
from opendome.tracks.classify import KindBook, classify, no_kinds
from opendome.tracks.predict import coast
from opendome.truth import Truth
from opendome.world.model import WorldModel
from opendome.world.objects import ROLES
from opendome.world.state import WorldState

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REACH_SAMPLES = 64  # points of a true path in the question whether it was in reach


@dataclass
class Recorder:
    """Notes of one batch of runs."""

    keep: frozenset[int]  # runs whose trajectories are kept
    period: float  # between two looks at the picture's quality
    family: Ints  # of each threat of a run, index into FAMILIES
    events: list[Events] = field(default_factory=list)
    orders: list[Orders] = field(default_factory=list)
    plans: list[Plans] = field(default_factory=list)
    reports: list[Reports] = field(default_factory=list)
    picture: list[dict[str, Any]] = field(default_factory=list)
    sigma: Floats = field(default_factory=lambda: np.zeros(0))  # per threat row of the batch
    kinds: KindBook = field(default_factory=no_kinds)  # of the tracks of all runs, at those looks
    calls: list[Calls] = field(default_factory=list)  # what they were called
    t_next: float = 0.0
    samples: list[Sample] = field(default_factory=list)  # close looks at the kept runs
    believed: list[Believed] = field(default_factory=list)  # of their tracks, then
    t_sample: float = 0.0  # of the last

    def wants_picture(self, t: float) -> bool:
        """Whether the picture's quality is due at t."""
        return t >= self.t_next - 1e-9

    def note_picture(self, world: WorldState, truth: Truth, tracks: Tracks, names: Names) -> None:
        """Compare a picture with the truth, and remember how sharp its impact points are."""
        self.t_next = truth.t + self.period
        # runs that have ended keep their tracks; each track is at its own time
        tracks = coast(take(tracks, np.isin(tracks.run, truth.runs)), truth.t)
        told, pairs = match_confirmed(truth, tracks)
        self.picture.append(score_picture(truth, told, pairs, names.cells))
        chances = classify(self.kinds, told)
        self.calls.append(calls_of(truth, told, pairs, chances, self.family))
        matches = match_tracks(truth, tracks)
        if not len(self.sigma):
            self.sigma = np.full(len(world.killer), np.nan)
        cov = tracks.impact_cov_enu[matches.track]
        sigma = np.sqrt(0.5 * (cov[:, 0, 0] + cov[:, 1, 1]))
        batch = np.searchsorted(world.runs, truth.run[matches.truth])
        rows = batch * len(self.family) + truth.threat[matches.truth]
        known = np.isfinite(sigma)
        self.sigma[rows[known]] = sigma[known]


def record(model: WorldModel, state: WorldState, notes: Recorder, names: Names) -> Record:
    """All tables of a finished batch."""
    outcome = outcomes(model, state)
    shots = shots_at(model, state)
    siap, initiation = score(notes.samples, _classes(model, names), names.cells)
    rec = state.threats
    origins = Origin(rec.run, rec.threat, rec.launch_lat, rec.launch_lon)
    return make_record(
        {
            "runs": _runs(model, state, outcome, shots, names),
            "threats": _threats(model, state, notes, names, outcome, shots),
            "engagements": _engagements(model, state, notes, names),
            "plans": _plan_table(notes, names),
            "events": _event_table(notes),
            "picture": _joined(notes.picture),
            "siap": siap,
            "initiation": initiation,
            "families": family_table(notes.calls, names.cells),
            "tracks": track_table(notes.believed, origins, names.cells),
            "trajectories": trajectories(model, state, notes.keep, names),
        }
    )


def _classes(model: WorldModel, names: Names) -> Classes:
    """System and role of each threat of a run."""
    systems = sorted(set(names.threat_systems))
    system = np.array([systems.index(name) for name in names.threat_systems], dtype=np.int64)
    kinds = [(name, role) for name in systems for role in ROLES]
    return Classes(system[model.threats.group] * len(ROLES) + model.objects.role, kinds)


def _per_run(state: WorldState, values: NDArray[Any]) -> NDArray[Any]:
    """Sum over the threats of each run."""
    return np.asarray(values.reshape(len(state.runs), -1).sum(axis=1))


def _loss(model: WorldModel, state: WorldState, outcome: Ints) -> Floats:
    """Value lost in each run: each hit takes the share of the asset's area within lethal radius.

    Hits fall independently, so the share that n hits leave is the product of what each leaves.
    """
    assets, rec = model.assets, state.threats
    n_runs = len(state.runs)
    left = np.ones((n_runs, max(len(assets.names), 1)))
    for row in np.flatnonzero(outcome == LEAKED):
        a = rec.asset[row]
        lethal = model.threats.lethal_radius[row % model.n_threats]
        share = min(1.0, (lethal / assets.radius[a]) ** 2)
        left[row // model.n_threats, a] *= 1.0 - share
    value = assets.value if len(assets.names) else np.zeros(1)
    return np.asarray(((1.0 - left) * value[None, :]).sum(axis=1))


def _runs(
    model: WorldModel, state: WorldState, outcome: Ints, shots: Ints, names: Names
) -> dict[str, Any]:
    launched = model.objects.is_armed[state.threats.threat] & ~state.threats.is_defeated
    armed = launched & ~state.threats.is_failed
    threatening = armed & (state.threats.asset >= 0)
    cost = np.tile(model.threats.cost, len(state.runs))
    before = np.full(len(state.runs), model.before_launch.cost)
    rounds_cost = np.zeros(len(state.runs))
    n_shots = np.zeros(len(state.runs), dtype=np.int64)
    first = np.flatnonzero(state.rounds.vehicle == 0)
    np.add.at(rounds_cost, state.rounds.batch[first], names.costs[state.shots.battery[first]])
    np.add.at(n_shots, state.rounds.batch[first], 1)
    n_unarmed = np.zeros(len(state.runs), dtype=np.int64)
    np.add.at(n_unarmed, state.rounds.batch[first], are_wasted(model, state))
    return {
        "run": state.runs,
        "defeated_before_launch": _per_run(state, (outcome == DEFEATED).astype(np.int64)),
        "launched": _per_run(state, launched.astype(np.int64)),
        "failed": _per_run(state, (outcome == FAILED).astype(np.int64)),
        "threats": _per_run(state, armed.astype(np.int64)),
        "threatening": _per_run(state, threatening.astype(np.int64)),
        "leakers": _per_run(state, (outcome == LEAKED).astype(np.int64)),
        "intercepted": _per_run(state, (outcome == INTERCEPTED).astype(np.int64)),
        "engaged_threatening": _per_run(state, (threatening & (shots > 0)).astype(np.int64)),
        "engaged_harmless": _per_run(
            state, (launched & ~threatening & (shots > 0)).astype(np.int64)
        ),
        "shots": n_shots,
        "shots_unarmed": n_unarmed,
        "cost_before_launch_usd": before,
        "cost_defense_usd": rounds_cost + before,
        "cost_threat_usd": _per_run(state, np.where(state.threats.is_defeated, 0.0, cost)),
        "asset_value_lost": _loss(model, state, outcome),
        "t_end": state.t_end,
    }


def _in_reach(model: WorldModel, state: WorldState) -> NDArray[np.bool_]:
    """Whether any battery could have met each threat: launch after its burn-out plus reaction.

    Inside the battery's envelope for the class of threat; a battery kept for the other class
    cannot. A battery against burning threats: launch after first sight plus reaction, intercept
    before burn-out.
    """
    rec, table = state.threats, model.batteries
    rows = np.arange(len(rec.run))
    share = np.linspace(0.0, 1.0, REACH_SAMPLES)
    times = rec.t_burnout[:, None] + (rec.t_impact - rec.t_burnout)[:, None] * share[None, :]
    paths = np.ascontiguousarray(_true_states(state, rows, times)[:, :, :3])
    reached = np.zeros(len(rows), dtype=np.bool_)
    is_level = np.isfinite(rec.t_level)
    for b in range(len(table.names)):
        if table.shells[b] is not None:
            reached |= _in_reach_of_shell(model, state, b)
            continue
        kinds = ((~is_level, table.envelopes_ballistic), (is_level, table.envelopes))
        for k, (is_kind, envelopes) in enumerate(kinds):
            asked = np.flatnonzero(is_kind & ~reached) if table.against[b, k] else rows[:0]
            if len(asked):
                windows, _ = reach_windows(
                    times[asked], paths[asked], table.site[b], table.tables[b], envelopes[b],
                    rec.t_burnout[asked] + table.t_react[b],
                )  # fmt: skip
                reached[asked] = np.isfinite(windows[:, 0])
    return reached


def _in_reach_of_shell(model: WorldModel, state: WorldState, b: int) -> NDArray[np.bool_]:
    """Whether a battery whose launchers are satellites, all with rounds, could meet each threat."""
    rec, table, shell = state.threats, model.batteries, model.batteries.shells[b]
    none = np.isfinite(rec.t_level) | (not table.against[b, 0]) | (shell is None)
    reached = np.zeros(len(rec.run), dtype=np.bool_)
    rows = np.flatnonzero(~none)
    spans = {
        "boost": (rec.t_launch + SEEN_AFTER, rec.t_burnout),
        "coast": (rec.t_burnout, rec.t_impact),
    }
    for phase, (start, end) in spans.items():
        if shell is None or table.phase[b] not in (phase, "any"):
            continue
        share = np.linspace(0.0, 1.0, REACH_SAMPLES)
        times = start[rows, None] + np.maximum(end - start, 0.0)[rows, None] * share
        states = _true_states(state, rows, times)
        windows = shell_windows(shell, times, states, start[rows] + table.t_react[b])
        reached[rows] |= np.isfinite(windows[:, 0])
    return reached


def _true_states(state: WorldState, rows: Ints, times: Floats) -> Floats:
    """States (n, k, 6), ECEF, of threats at times (n, k)."""
    sky, flat = state.sky, times.reshape(-1)
    n_times = times.shape[1]
    states = paths_at(sky.knots, sky.offsets, sky.counts, np.repeat(rows, n_times), flat)
    r, v = ecefs_from_ecis(
        np.ascontiguousarray(states[:, :3]), np.ascontiguousarray(states[:, 3:]), flat
    )
    return np.concatenate([r, v], axis=1).reshape(len(rows), n_times, 6)


def _threats(
    model: WorldModel, state: WorldState, notes: Recorder, names: Names, outcome: Ints, shots: Ints
) -> dict[str, Any]:
    rec = state.threats
    group = np.tile(model.threats.group, len(state.runs))
    who, with_ = killers(state)
    sigma = notes.sigma if len(notes.sigma) else np.full(len(rec.run), np.nan)
    return {
        "run": rec.run,
        "threat": rec.threat,
        "group": Coded(group, names.groups),
        "system": Coded(group, names.threat_systems),
        "carrier": model.objects.carrier[rec.threat],
        "role": Coded(model.objects.role[rec.threat], ROLES),
        "t_launch": rec.t_launch,
        "t_release": np.where(np.isinf(rec.t_release), np.nan, rec.t_release),
        "launch_lat": rec.launch_lat,
        "launch_lon": rec.launch_lon,
        "aim_lat": rec.aim_lat,
        "aim_lon": rec.aim_lon,
        "is_defeated": rec.is_defeated,
        "is_failed": rec.is_failed,
        "t_burnout": rec.t_burnout,
        "apogee": rec.apogee,
        "t_impact": rec.t_impact,
        "impact_lat": rec.impact_lat,
        "impact_lon": rec.impact_lon,
        "is_threatening": (rec.asset >= 0) & ~rec.is_failed & ~rec.is_defeated,
        "asset": Coded(rec.asset + 1, ("", *model.assets.names)),
        "outside_distance": rec.outside_distance,
        "is_in_reach": _in_reach(model, state) & ~rec.is_defeated,
        "outcome": Coded(outcome, OUTCOMES),
        "t_end": state.sky.t_gone,
        "n_shots": shots,
        "killer": who,
        "killed_with": Coded(with_ + 1, ("", *names.weapon_systems)),
        "sigma_impact": sigma,
    }


def _engagements(
    model: WorldModel, state: WorldState, notes: Recorder, names: Names
) -> dict[str, Any]:
    rounds, shots = state.rounds, state.shots
    n = len(rounds.t)
    order = join(notes.orders, Orders)
    have = order.run * 2**32 + order.id
    sort = np.argsort(have, kind="stable")
    row = sort[np.searchsorted(have[sort], rounds.run * 2**32 + shots.order)] if n else sort[:0]
    met = np.isfinite(shots.r_end_ecef[:, 0])
    place = geodetics_from_ecefs(np.where(met[:, None], shots.r_end_ecef, [7e6, 0.0, 0.0]))
    place[~met] = np.nan
    who = np.where(rounds.target >= 0, rounds.target, shots.intended)
    threat = np.where(who >= 0, who % max(model.n_threats, 1), -1)
    believed, t_believed = _assessed(state, notes)
    return {
        "run": rounds.run,
        "shot": rounds.shot,
        "vehicle": rounds.vehicle,
        "order": shots.order,
        "node": Coded(shots.battery, names.nodes),
        "battery": Coded(shots.battery, names.batteries),
        "system": Coded(shots.battery, names.weapon_systems),
        "track": shots.track,
        "threat": threat,
        "is_wasted": is_wasted(model, state),
        "t_order": order.t_decided[row],
        "t_launch": shots.t_launch,
        "t_planned": shots.t_planned,
        "t_intercept": np.where(met, rounds.t_meet, np.nan),
        "lat": place[:, 0],
        "lon": place[:, 1],
        "alt": place[:, 2],
        "miss": np.where(met & np.isfinite(rounds.miss), rounds.miss, np.nan),
        "is_reliable": shots.is_reliable,
        "is_acquired": (rounds.target >= 0) | (not model.is_flown),
        "is_discriminated": shots.is_discriminated,
        "is_lethal": shots.is_lethal,
        "is_kill": shots.is_kill,
        "assessed": Coded(believed, ("none", "killed", "survived")),
        "t_assessed": t_believed,
    }


def _assessed(state: WorldState, notes: Recorder) -> tuple[Ints, Floats]:
    """What the defense first believed of every round: 0 nothing, 1 killed, 2 survived; and when."""
    n = len(state.rounds.t)
    believed, when = np.zeros(n, dtype=np.int64), np.full(n, np.nan)
    reports = join(notes.reports, Reports)
    heard = (reports.kind == ReportKind.KILLED) | (reports.kind == ReportKind.SURVIVED)
    in_time = reports.t <= state.t_end[np.searchsorted(state.runs, reports.run)]
    judged = np.flatnonzero(heard & in_time)[::-1]  # of what is said twice the first stays
    if not n or not len(judged):
        return believed, when
    have = state.rounds.run * 2**32 + state.rounds.shot
    sort = np.argsort(have, kind="stable")
    rows = sort[np.searchsorted(have[sort], reports.run[judged] * 2**32 + reports.shot[judged])]
    believed[rows] = np.where(reports.kind[judged] == ReportKind.KILLED, 1, 2)
    when[rows] = reports.t[judged]
    first = np.arange(n) - state.rounds.vehicle
    return believed[first], when[first]


def _plan_table(notes: Recorder, names: Names) -> dict[str, Any]:
    plans = join(notes.plans, Plans)
    columns = {name: getattr(plans, name) for name in Plans.__slots__ if name != "cell"}
    return {**columns, "node": Coded(plans.cell, names.cells)}


def _event_table(notes: Recorder) -> dict[str, Any]:
    events = join(notes.events, Events)
    rank = np.lexsort((events.subject, events.kind, events.t, events.run))
    return {
        "run": events.run[rank],
        "t": events.t[rank],
        "kind": Coded(events.kind[rank], [k.name.lower() for k in EventKind]),
        "subject": events.subject[rank],
        "other": events.other[rank],
        "value": events.value[rank],
    }


def _joined(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Columns of several small tables, one after another, ordered by run later."""
    if not parts:
        none: list[int] = []
        return {column.name: none for column in TABLES["picture"]}
    joined: dict[str, Any] = {}
    for name in parts[0]:
        columns = [p[name] for p in parts]
        if isinstance(columns[0], Coded):
            joined[name] = Coded(np.concatenate([c.codes for c in columns]), columns[0].names)
        else:
            joined[name] = np.concatenate(columns)
    return joined
