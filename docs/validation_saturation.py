"""Section (i) of `validation.md`: a raid outgrows a battery, and what pen and paper say of it.

One Iron Dome battery defends a city from rockets fired 50 km away. Either the rockets come one by
one and the rounds run out, or they come at once and the channels are all taken. Nothing here asks
the battle manager: rounds are counted, and a channel is followed from launch to launch along the
path that a rocket flies when no round kills. `tests/statistical/test_saturation.py` holds both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.engagements.magazines import AFTER_INTERCEPT
from opendome.kernels.frames import ecef_from_geodetic
from opendome.kernels.reach import Envelope, ReachTable, fly_out, ground_range
from opendome.results.statistics import wilson
from opendome.scenario import Scenario, load, resolved
from opendome.simulation.run import compile_scenario, simulate

Floats = NDArray[np.float64]

TICK = 0.5  # s, of the clock and of decisions
START = 5.0  # s, first launch of the raid
SEEN = 16.5  # s, the first decision after the coincident raid has burnt out


class Battery(NamedTuple):
    """What the battery of a case has."""

    rounds: int = 1000
    channels: int = 100
    salvo: int = 1  # rounds at each threat, all at once, and no more
    reaction: float = 7.0  # s
    p_kill: float = 0.8


def scenario(n: int, spacing: float, battery: Battery, *settings: str) -> Scenario:
    """A raid of n rockets, one every ``spacing`` seconds, against one battery."""
    data: dict[str, Any] = resolved("iron_dome_city", [])
    group = next(t for t in data["threats"] if t["name"] == "long_range")
    group |= {
        "count": n,
        "salvo_size": n,
        "spacing_s": spacing,
        "first_launch_s": START,
        "launch": {"lat_deg": -21.25, "lon_deg": 14.0, "alt_m": 500},
        "launch_scatter_km": 0.5,
        "aim_scatter_km": 0,
        "overrides": {"reliability": 1, "cep_m": 0},
    }
    weapon = data["weapons"][0]
    weapon |= {
        "launchers": 1,
        "rounds_per_launcher": battery.rounds,
        "overrides": {
            "channels": battery.channels,
            "reaction_s": battery.reaction,
            "p_kill": battery.p_kill,
            "p_assess_error": 0,
            "launch_interval_s": 0.1,
            "min_range_km": 1,
            "max_alt_km": 20,
        },
    }
    node = data["command"]["nodes"][0] | {"consent_s": 0, "decision_period_s": TICK}
    node["doctrine"] = {
        "policy": "fixed_salvo",
        "salvo": battery.salvo,
        "max_rounds": battery.salvo,
        "is_shoot_look_shoot": False,
        "p_threatening": 0.1,
    }
    data["threats"], data["weapons"] = [group], [weapon]
    data["command"]["nodes"] = [node]
    data |= {"picture": "perfect", "engagement": "tabled", "step_s": TICK}
    data["duration_s"] = 200 + n * spacing
    return load(data, list(settings))


class Found(NamedTuple):
    """What came of the runs of a case."""

    shots: NDArray[np.int64]  # (n_runs,)
    leakers: NDArray[np.int64]  # (n_runs,)
    unfired: NDArray[np.int64]  # (n_runs,) threats never fired at
    no_round: float  # part of the time, while these could have been fired at, without a round
    no_channel: float  # part of that time with rounds but with every channel taken


def fight(case: Scenario, n_runs: int, chances: tuple[float, float], seed: int = 1) -> Found:
    """Runs of a case; why threats were not fired at is read from the record of the shots alone.

    Parameters
    ----------
    chances : first, last
        Time at which an order could be given that meets a threat, s after the threat's launch.
    """
    tables = simulate(compile_scenario(case), seed, range(n_runs), []).tables
    runs = {name: tables["runs"].column(name).to_numpy() for name in ("shots", "leakers")}
    shots = {
        name: tables["engagements"].column(name).to_numpy()
        for name in ("run", "t_order", "t_planned")
    }
    of = {name: tables["threats"].column(name).to_numpy() for name in ("run", "t_launch")}
    n_shots = tables["threats"].column("n_shots").to_numpy()
    battery = case.weapons[0].system
    stock = case.weapons[0].rounds_per_launcher
    empty, full = [], []
    for run, t in zip(of["run"][n_shots == 0], of["t_launch"][n_shots == 0], strict=True):
        mine = {name: values[shots["run"] == run] for name, values in shots.items()}
        times = np.arange(t + chances[0], t + chances[1], TICK)[:, None]
        is_ordered = mine["t_order"] <= times
        is_held = is_ordered & (times < mine["t_planned"] + AFTER_INTERCEPT)
        is_empty = is_ordered.sum(axis=1) >= stock
        empty.append(is_empty.mean())
        full.append((~is_empty & (is_held.sum(axis=1) >= battery.channels)).mean())
    unfired = np.bincount(of["run"][n_shots == 0], minlength=n_runs)
    causes = (float(np.mean(empty)), float(np.mean(full))) if empty else (0.0, 0.0)
    return Found(runs["shots"], runs["leakers"], unfired, *causes)


class Path(NamedTuple):
    """How a rocket flies that nothing kills, and when a round could meet it."""

    t_launch: Floats  # of a round, s; of those places that a round may meet
    t_meet: Floats


def free_path(battery: Battery, threat: int) -> Path:
    """Chances at a rocket of the coincident raid, from fly-out times along its unopposed path."""
    case = scenario(12, 0.0, battery._replace(p_kill=0.0, rounds=1))
    model = compile_scenario(case)
    table = simulate(model, 1, range(1), [0]).tables["trajectories"].to_pydict()
    kept = zip(*(table[k] for k in ("kind", "id", "t", "lat", "lon", "alt")), strict=True)
    of_one = [row[2:] for row in kept if row[:2] == ("threat", threat)]
    site = model.world.batteries
    home = np.array(ecef_from_geodetic(*site.site[0]))
    chances = [
        (t - tof, t)
        for t, *place in of_one
        if np.isfinite(tof := _flight(site.tables[0], site.envelopes[0], home, place))
    ]
    return Path(*np.array(chances).T)


def _flight(table: ReachTable, bounds: Envelope, home: Floats, place: list[float]) -> float:
    """Time of flight to a place, inf where a round may not meet anything."""
    r = np.array(ecef_from_geodetic(*place))
    is_far = not bounds.min_range <= ground_range(home, r) <= bounds.max_range
    is_off = not bounds.min_altitude <= place[2] <= bounds.max_altitude
    return np.inf if is_far or is_off else float(fly_out(table, home, r)[0])


def rounds_of_a_channel(path: Path, reaction: float) -> list[float]:
    """Launches that one channel serves in turn, s: each holds it until after its intercept."""
    launches = []
    t = SEEN + reaction
    while t <= path.t_launch[-1]:
        launches.append(t)
        met = float(np.interp(t, path.t_launch, path.t_meet))
        t = float(np.ceil((met + AFTER_INTERCEPT) / TICK) * TICK + reaction)
    return launches


def capacity(battery: Battery) -> int:
    """Threats of the coincident raid that the channels serve, one round each."""
    served = {len(rounds_of_a_channel(free_path(battery, k), battery.reaction)) for k in (0, 5, 11)}
    (of_one,) = served  # no rocket is so early or late that it would make another number
    return battery.channels * of_one


def order_times(battery: Battery) -> tuple[float, float]:
    """When orders at a rocket of the coincident raid could be given, s after its launch."""
    return SEEN - START, free_path(battery, 0).t_launch[-1] - battery.reaction - START


def expected_leakers(n: int, battery: Battery, p_kill: float, served: int | None = None) -> float:
    """Mean number that gets through: rounds are dealt out in order, a salvo each, while they last.

    Parameters
    ----------
    served : int or None
        Threats that channels allow; None: the rounds are what is scarce.
    """
    if served is not None:
        return n - min(n, served) * p_kill
    full, rest = divmod(battery.rounds, battery.salvo)
    whole = min(n, full)
    partly = 1.0 - (1.0 - p_kill) ** rest if n > full else 0.0
    return n - whole * (1.0 - (1.0 - p_kill) ** battery.salvo) - partly


def saturation(runs: int, seed: int) -> Iterator[tuple[str, str, str, str, str]]:
    """Rows of the table: leak fraction of growing raids beside the closed form, and its cause."""
    cases = (
        ("21 rounds, two a threat", Battery(rounds=21, salvo=2), 3.0, (5, 10, 11, 20, 40)),
        ("4 channels, reaction 1 s", Battery(channels=4, reaction=1.0), 0.0, (8, 16, 20, 32, 48)),
        ("4 channels, reaction 7 s", Battery(channels=4, reaction=7.0), 0.0, (8, 12, 16, 24, 48)),
    )
    for what, battery, spacing, raids in cases:
        served = None if spacing else capacity(battery)
        when = (15.0, 75.0) if spacing else order_times(battery)
        for n in raids:
            found = fight(scenario(n, spacing, battery), runs, when, seed)
            leaked = wilson(int(found.leakers.sum()), n * runs, 0.99)
            expected = expected_leakers(n, battery, battery.p_kill, served) / n
            half = 0.5 * (leaked.high - leaked.low)
            yield (
                f"{what}: {n} threats, leak fraction",
                f"{expected:.4f}",
                f"{leaked.value:.4f}",
                f"{leaked.value - expected:+.4f} ± {half:.4f}",
                f"{found.shots.mean():.0f} rounds, {found.unfired.mean():.0f} threats not fired at"
                + _cause(found),
            )


def _cause(found: Found) -> str:
    """Why threats were not fired at."""
    if not found.unfired.any():
        return ""
    return f": no round {found.no_round:.0%}, no channel {found.no_channel:.0%} of the time"
