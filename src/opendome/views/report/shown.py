"""The one run that the report draws: which it is, what happened in it, and the paths flown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from opendome.results.result import Campaign
from opendome.views.report.markup import Floats
from opendome.views.report.projection import backward, forward, way_left

Columns: TypeAlias = dict[str, NDArray[Any]]

MOST_FLIGHTS: Final = 700  # paths drawn; a larger raid is thinned evenly, leakers are all kept
# in the order of drawing
OUTCOMES: Final = ("unarmed", "harmless", "failed", "intercepted", "leaked")
SKETCH_POINTS: Final = 33


@dataclass(frozen=True)
class Flight:
    """Path of one body. ``to_go`` is the way left over the ground to the aim of its threat."""

    kind: str  # threat | interceptor
    id: int
    outcome: str  # one of OUTCOMES, or of an interceptor: hit | missed
    t: Floats
    lat: Floats
    lon: Floats
    alt: Floats
    to_go: Floats


@dataclass(frozen=True)
class Shown:
    """One run: rows of its tables and its flights."""

    run: int
    threats: Columns
    shots: Columns
    picture: Columns
    tracks: Columns
    flights: tuple[Flight, ...]
    is_sketch: bool  # no paths were kept: ground tracks are drawn from launch to end
    n_left_out: int  # flights too many to draw
    n_kept: int = 1  # runs whose paths were kept: it was chosen among these

    @property
    def t_end(self) -> float:
        """End of what is drawn."""
        ends = [*self.threats["t_end"], *self.shots["t_intercept"], *self.shots["t_launch"]]
        finite = [t for t in ends if np.isfinite(t)]
        return float(max(finite, default=0.0))


def ask(campaign: Campaign, sql: str) -> Columns:
    """Answer of the campaign's tables as arrays."""
    table = campaign.query(sql)
    return {name: table.column(name).to_numpy() for name in table.column_names}


def shown_run(campaign: Campaign) -> Shown | None:
    """The run to draw: with paths, and closest to the median number of leakers."""
    kept = [int(r) for r in campaign.manifest.get("trajectories_runs", [])]
    wanted = ", ".join(str(r) for r in kept) or "-1"
    choice = ask(
        campaign,
        f"""select run from runs
            order by run in ({wanted}) desc,
                     abs(leakers - (select median(leakers) from runs)), run limit 1""",
    )["run"]
    if len(choice) == 0:
        return None
    run = int(choice[0])
    where = f"where run = {run}"
    flew = "and outcome <> 'defeated' order by threat"  # the others never left
    threats = ask(campaign, f"select * from threats {where} {flew}")
    shots = ask(campaign, f"select * from engagements {where} order by shot")
    picture = ask(campaign, f"select * from picture {where} order by node, t")
    tracks = ask(campaign, f"select * from tracks {where} order by node, track")
    paths = ask(
        campaign,
        f"select * from trajectories {where} and isfinite(lat + lon + alt) order by kind, id, t",
    )
    flights = flown(paths, threats, shots)
    is_sketch = not flights
    if is_sketch:
        flights = sketched(threats)
    kept_flights = _evenly(flights)
    n_left_out = len(flights) - len(kept_flights)
    return Shown(
        run, threats, shots, picture, tracks, tuple(kept_flights), is_sketch, n_left_out, len(kept)
    )


def flown(paths: Columns, threats: Columns, shots: Columns) -> list[Flight]:
    """Flights of the table of trajectories, with what became of them."""
    aims = {
        int(i): (float(a), float(b))
        for i, a, b in zip(threats["threat"], threats["aim_lat"], threats["aim_lon"], strict=True)
    }
    outcomes = _outcomes(threats)
    targets = dict(zip(shots["shot"].tolist(), shots["threat"].tolist(), strict=True))
    kills = dict(zip(shots["shot"].tolist(), shots["is_kill"].tolist(), strict=True))
    flights: list[Flight] = []
    for kind, i, rows in _bodies(paths):
        lat, lon = paths["lat"][rows], paths["lon"][rows]
        is_threat = kind == "threat"
        aim = aims.get(i if is_threat else int(targets.get(i, -1)))
        to_go = way_left(lat, lon, *aim) if aim else np.full(len(lat), np.nan)
        outcome = (
            outcomes.get(i, "harmless") if is_threat else ("hit" if kills.get(i) else "missed")
        )
        flights.append(
            Flight(kind, i, outcome, paths["t"][rows], lat, lon, paths["alt"][rows], to_go)
        )
    return flights


def sketched(threats: Columns) -> list[Flight]:
    """Ground tracks along great circles, for a campaign that kept no paths."""
    flights = []
    for k, outcome in enumerate(threats["outcome"]):
        names = ("t_launch", "t_impact", "t_end", "launch_lat", "launch_lon", "impact_lat")
        row = {name: float(threats[name][k]) for name in (*names, "impact_lon")}
        if not all(np.isfinite(v) for v in row.values()) or row["t_impact"] <= row["t_launch"]:
            continue
        share = (row["t_end"] - row["t_launch"]) / (row["t_impact"] - row["t_launch"])
        part = np.linspace(0.0, float(np.clip(share, 0.0, 1.0)), SKETCH_POINTS)
        lat0, lon0 = row["launch_lat"], row["launch_lon"]
        x, y = forward(lat0, lon0, np.array([row["impact_lat"]]), np.array([row["impact_lon"]]))
        lat, lon = backward(lat0, lon0, part * x[0], part * y[0])
        t = row["t_launch"] + part * (row["t_impact"] - row["t_launch"])
        nothing = np.full(SKETCH_POINTS, np.nan)
        number = int(threats["threat"][k])
        flights.append(Flight("threat", number, str(outcome), t, lat, lon, nothing, nothing))
    return flights


def _outcomes(threats: Columns) -> Mapping[int, str]:
    return {int(i): str(o) for i, o in zip(threats["threat"], threats["outcome"], strict=True)}


def _bodies(paths: Columns) -> list[tuple[str, int, slice]]:
    """Kind, number and rows of each body with at least two points; paths are sorted by body."""
    n = len(paths["run"])
    if n == 0:
        return []
    kind, number = paths["kind"], paths["id"]
    is_new = np.ones(n, dtype=bool)
    is_new[1:] = (kind[1:] != kind[:-1]) | (number[1:] != number[:-1])
    bounds = [*np.flatnonzero(is_new).tolist(), n]
    return [(str(kind[a]), int(number[a]), slice(a, b)) for a, b in pairwise(bounds) if b - a > 1]


def _evenly(flights: list[Flight]) -> list[Flight]:
    """At most MOST_FLIGHTS of the flights, leakers first, the others evenly spaced."""
    if len(flights) <= MOST_FLIGHTS:
        return flights
    leaked = [f for f in flights if f.outcome == "leaked"][:MOST_FLIGHTS]
    others = [f for f in flights if f.outcome != "leaked"]
    room = MOST_FLIGHTS - len(leaked)
    steps = np.linspace(0, len(others) - 1, room) if others else np.zeros(0)
    return leaked + [others[k] for k in sorted({int(step) for step in steps})]
