"""Whether the picture knows how wrong it is: NEES and ellipses of impact, family by family.

One threat, or a few far apart in time, is tracked through its whole flight by the sensors of a
shipped scenario, with nothing fired at it; over many runs. Figures: docs/models/picture_metrics.md.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import EARTH_RADIUS_MEAN
from opendome.kernels.frames import ecef_from_geodetic, enu_basis
from opendome.messages import take
from opendome.results.close_look import BOOST, IN_AIR, IN_SPACE, LEVEL, PHASES, phases
from opendome.results.consistency import band_of_mean, chi_square_quantile
from opendome.results.track_metrics import match_tracks, normalised_errors
from opendome.scenario import load, resolved
from opendome.scenario.catalog_entries import build_system, catalog
from opendome.scenario.entries import Entry
from opendome.scenario.families import family_of
from opendome.simulation.run import begin, compile_scenario
from opendome.simulation.tick import tick
from opendome.tracks.burns import GUIDED
from opendome.tracks.classify import classify
from opendome.tracks.drag import SPREAD
from opendome.tracks.launches import BEHIND, DOUBT, origins_of
from opendome.tracks.predict import coast
from opendome.world import world

Floats = NDArray[np.float64]

FAMILIES = {  # name: scenario whose sensors look, group of its threats
    "rocket": ("mixed_raid", "rockets"),
    "drone": ("mixed_raid", "drones"),
    "subsonic cruise": ("mixed_raid", "cruise"),
    "quasi-ballistic": ("mixed_raid", "quasi_ballistic"),
    "SRBM": ("mixed_raid", "short_range"),
    "MRBM": ("mixed_raid", "medium_range"),
    "supersonic cruise": ("golden_dome", "supersonic"),
    "hypersonic cruise": ("golden_dome", "hypersonic"),
    "regional glider": ("golden_dome", "gliders_near"),
    "IRBM": ("golden_dome", "intermediate"),
    "solid ICBM": ("golden_dome", "icbm_solid"),
    "liquid ICBM": ("golden_dome", "icbm_liquid"),
    "SLBM": ("golden_dome", "submarine_pacific"),
    "MIRV": ("golden_dome", "buses_east"),
    "FOBS": ("golden_dome", "orbital"),
    "intercontinental glider": ("golden_dome", "gliders_far"),
    "long rocket": ("golden_dome", "rockets"),
}
BALLISTIC = ("rocket", "SRBM", "MRBM", "IRBM", "solid ICBM", "liquid ICBM", "SLBM")
DRAWN = ("rocket", "SRBM", "MRBM")  # of which launches are drawn from all of the family
REACHES = (0.45, 0.65)  # of the longest range of a system, between which drawn ones fly
FALL = 0.05  # of the way, by which land falls to the sea at most: flat shots reach no nearer
INSTANTS = (15.0, 60.0, 180.0)  # s after the motor has burnt out
EARLIEST = 30.0  # s from the start to the first launch: nothing is learned of empty skies
LEAST = 0.5  # share of the runs that must have a track in a bin


class Watched(NamedTuple):
    """All matched tracks of a family, a row for each run, threat and bin."""

    run: NDArray[np.int64]
    threat: NDArray[np.int64]
    bin: NDArray[np.int64]
    phase: NDArray[np.int64]
    nees: Floats
    since: Floats  # s since the motor has burnt out
    impact: Floats  # of what is armed: squared distance of its impact in its ellipse, else NaN
    launch: Floats  # the same of the true launch
    launch_sigma: Floats  # m, standard deviation of the estimated launch, NaN without one


class Honesty(NamedTuple):
    """How the mean NEES over runs lies in its 95 % band."""

    n_bins: int
    inside: float  # share of bins
    below: float  # more cautious than it need be
    above: float  # surer than it may be
    medians: dict[str, float]  # of the mean NEES over the bins of each phase


def scenario_of(name: str, count: int, spacing: float) -> dict[str, Any]:
    """The sensors of a scenario and one group of its threats, nobody to fire."""
    shipped, group = FAMILIES[name]
    data: dict[str, Any] = resolved(shipped, [])
    one = next(g for g in data["threats"] if g["name"] == group)
    data["threats"] = [one | {"count": count, "spacing_s": spacing}]
    data["duration_s"] += count * spacing
    data["weapons"], data["command"] = [], data["command"] | {"layers": []}
    idle = float(compile_scenario(load(data)).world.threats.t_launch.min()) - EARLIEST
    data["threats"][0]["arrive_s"] -= float(np.floor(max(idle, 0.0)))
    return data


def drawn_of(name: str, count: int, spacing: float, draw: int = 0) -> dict[str, Any]:
    """As `scenario_of`, but what ellipses hold for doubtful is drawn anew for each threat.

    Which modelled system of the family it is, and its range; the height of the ground, from 0 to
    FALL; how long it burns, of what is not guided how well, and the drag of what is left, with the
    standard deviations that the estimates take for theirs, up to two of them.
    """
    rng, data = np.random.default_rng(draw), scenario_of(name, 1, 0.0)
    one = data["threats"][0]
    alike = systems_like(one["system"])
    data["threats"], data["duration_s"] = [], data["duration_s"] + count * spacing
    for k in range(count):
        entry, share = alike[k % len(alike)], rng.uniform()
        z = np.clip(rng.normal(size=4), -2.0, 2.0)
        factors = {"burn_s": 1.0 + BEHIND.band[0] * z[0], "payload_beta": math.exp(SPREAD * z[1])}
        if entry.choices["steering"] not in GUIDED:
            factors["isp_s"] = factors["muzzle_speed"] = 1.0 + BEHIND.band[0] * z[2]
        changed = {
            key: row.nominal * next(f for part, f in factors.items() if part in key)
            for key, row in entry.parameters.items()
            if key.startswith("booster.") and any(part in key for part in factors)
        }
        least, most = (entry.parameters[f"{end}_range_km"].nominal for end in ("min", "max"))
        reach = max(least, REACHES[0] * most)
        reach += share * (REACHES[1] * most - reach)
        ground = DOUBT.ground[0] + DOUBT.ground[1] * z[3]
        place = beyond(data, one, 1e3 * reach)
        place["alt_m"] = min(max(ground, 0.0), FALL * 1e3 * reach)
        group = one | {"name": f"drawn_{k}", "system": entry.name, "launch": place}
        group |= {"overrides": changed, "arrive_s": one["arrive_s"] + k * spacing}
        data["threats"].append(group)
    return data


def systems_like(name: str) -> list[Entry]:
    """Modelled systems of the family of one, in the order of the catalog."""
    every = [e for e in catalog().values() if e.kind == "threat" and e.is_modelled]
    family = family_of(build_system(catalog()[name]))
    return [e for e in every if family_of(build_system(e)) == family]


def beyond(data: dict[str, Any], group: dict[str, Any], reach: float) -> dict[str, float]:
    """Place at a distance (m, on a flat Earth) from a group's first aim, towards its launch."""
    aim = group["aim"] if isinstance(group["aim"], list) else [group["aim"]]
    there = next(a for a in data["assets"] if a["name"] == aim[0])
    north = math.radians(group["launch"]["lat_deg"] - there["lat_deg"])
    east = math.radians(group["launch"]["lon_deg"] - there["lon_deg"])
    scale = reach / EARTH_RADIUS_MEAN
    scale /= math.hypot(north, east * math.cos(math.radians(there["lat_deg"])))
    return {
        "lat_deg": there["lat_deg"] + math.degrees(scale * north),
        "lon_deg": there["lon_deg"] + math.degrees(scale * east),
    }


def watch(
    data: dict[str, Any], runs: int, every: float, seed: int = 0, until: float = np.inf
) -> Watched:
    """Fly all runs at once and compare the picture with the truth every few seconds.

    Parameters
    ----------
    until : float
        s after the last motor has burnt out, at which this ends; else with the last impact.
    """
    model = compile_scenario(load(data))
    state = begin(model, seed, range(runs), [])
    found: list[tuple[Any, ...]] = []
    due, end = every, float(state.world.threats.t_burnout.max()) + until
    for t0, t1 in model.clock.ticks():
        tick(model, state, t0, t1)
        if t1 >= due - 1e-9:
            found.append(_compared(model, state, t1, round(t1 / every)))
            due = t1 + every
        if t1 >= end or not state.world.is_active.any():
            break
    return Watched(*[np.concatenate(columns) for columns in zip(*found)])


def _compared(model: Any, state: Any, t: float, k: int) -> tuple[Any, ...]:
    truth = world.snapshot(model.world, state.world, t)
    picture = model.picture.picture(state.picture, t)
    picture = take(picture, picture.is_confirmed & np.isin(picture.run, truth.runs))
    tracks = coast(picture, t)
    launches = origins_of(picture, classify(state.kinds, tracks))
    pairs = match_tracks(truth, tracks)
    states = np.hstack([truth.r_ecef, truth.v_ecef])[pairs.truth]
    error = tracks.x_ecef[pairs.track, :6] - states
    nees = normalised_errors(error, tracks.cov_ecef[pairs.track, :6, :6])
    run, threat = truth.run[pairs.truth], truth.threat[pairs.truth]
    record = state.world.threats
    rows = np.searchsorted(state.world.runs, run) * model.world.n_threats + threat
    since = t - record.t_burnout[rows]
    impact, launch, sigma = np.full((3, len(rows)), np.nan)
    objects = model.world.objects
    for i, (row, j) in enumerate(zip(rows, pairs.track)):
        is_late = tracks.t_predicted[j] > record.t_burnout[row]
        if is_late and objects.is_armed[threat[i]]:  # tanks and decoys fall where they will
            there = (record.impact_lat[row], record.impact_lon[row])
            guess = (tracks.impact_lat[j], tracks.impact_lon[j])
            impact[i] = _in_ellipse(tracks.impact_cov_enu[j], guess, there)
        if objects.carrier[threat[i]] != threat[i]:
            continue  # let go in flight
        here, guess = (
            (record.launch_lat[row], record.launch_lon[row]),
            (launches.lat[j], launches.lon[j]),
        )
        launch[i] = _in_ellipse(launches.cov_enu[j], guess, here)
        sigma[i] = np.sqrt(np.trace(launches.cov_enu[j]))
    bins = np.full(len(run), k)
    phase = phases(truth)[pairs.truth]
    return run, threat, bins, phase, nees, since, impact, launch, sigma


def _in_ellipse(cov: Floats, guess: tuple[float, float], true: tuple[float, float]) -> float:
    """Squared distance of a place on the ground from an estimated one, in its covariance."""
    if not np.isfinite(cov).all():
        return float("nan")
    apart = np.subtract(ecef_from_geodetic(*true, 0.0), ecef_from_geodetic(*guess, 0.0))
    east_north = (enu_basis(*guess) @ apart)[:2]
    return float(east_north @ np.linalg.solve(cov, east_north))


def honesty(seen: Watched, runs: int) -> Honesty:
    """Mean NEES over runs in each bin, beside its band."""
    n_bins = int(seen.bin.max()) + 1
    total, count = np.zeros(n_bins), np.zeros(n_bins, np.int64)
    phase = np.zeros((n_bins, len(PHASES)))
    known = np.isfinite(seen.nees)
    np.add.at(total, seen.bin[known], seen.nees[known])
    np.add.at(count, seen.bin[known], 1)
    np.add.at(phase, (seen.bin, seen.phase), 1)
    bins = np.flatnonzero(count >= LEAST * runs)
    mean = total[bins] / count[bins]
    band = np.array([band_of_mean(6, int(n)) for n in count[bins]])
    which = phase[bins].argmax(axis=1)
    medians = {
        PHASES[p]: float(np.median(mean[which == p]))
        for p in (BOOST, IN_SPACE, IN_AIR, LEVEL)
        if (which == p).any()
    }
    below, above = mean < band[:, 0], mean > band[:, 1]
    return Honesty(
        len(bins),
        float(np.mean(~below & ~above)),
        float(below.mean()),
        float(above.mean()),
        medians,
    )


def coverage(seen: Watched, level: float = 0.9) -> dict[float, tuple[int, float]]:
    """Instant after burn-out -> trials, and share of true impacts inside the ellipse."""
    limit, found = chi_square_quantile(level, 2), {}
    for instant in INSTANTS:
        rows = np.flatnonzero((seen.since >= instant) & np.isfinite(seen.impact))
        _, first = np.unique(seen.run[rows] * 2**20 + seen.threat[rows], return_index=True)
        mine = rows[first]
        mine = mine[seen.since[mine] < instant + 15.0]
        if len(mine):
            found[instant] = (len(mine), float(np.mean(seen.impact[mine] <= limit)))
    return found


def launch_coverage(seen: Watched, level: float = 0.9) -> tuple[int, float, float]:
    """Trials, share of true launches inside the ellipse, and median standard deviation, m.

    Of each threat in each run the estimate with the smallest ellipse.
    """
    rows = np.flatnonzero(np.isfinite(seen.launch))
    rows = rows[np.argsort(seen.launch_sigma[rows], kind="stable")]
    _, first = np.unique(seen.run[rows] * 2**20 + seen.threat[rows], return_index=True)
    best = rows[first]
    inside = seen.launch[best] <= chi_square_quantile(level, 2)
    if not len(best):
        return 0, float("nan"), float("nan")
    return len(best), float(inside.mean()), float(np.median(seen.launch_sigma[best]))
