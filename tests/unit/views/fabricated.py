"""Campaign folders made up without a simulation: the tables of the format, plausible numbers.

Ground tracks are great circles, altitudes parabolas, outcomes draws. Good for looking at pages and
for testing what reads the tables; nothing here is a result.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from opendome.scenario.load import resolved

RADIUS = 6371e3  # m
Rows = list[dict[str, Any]]


CITY = resolved("iron_dome_city")
ICBM = resolved("limited_icbm")


def value(scenario: dict[str, Any], part: dict[str, Any], key: str) -> float:
    """Number of a part's system."""
    nominal = scenario["systems"][part["system"]]["parameters"][key]["nominal"]
    return float(part["overrides"].get(key, nominal))


def stocks(scenario: dict[str, Any]) -> dict[str, int]:
    """Rounds of each battery."""
    return {
        w["name"]: round(
            w.get("launchers", value(scenario, w, "launchers"))
            * w.get("rounds_per_launcher", value(scenario, w, "rounds_per_launcher"))
        )
        for w in scenario["weapons"]
    }


def unit(lat: float, lon: float) -> Any:
    """Unit vector of a place."""
    return np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])


def great_circle(a: tuple[float, float], b: tuple[float, float], s: Any) -> tuple[Any, Any]:
    """Latitudes and longitudes at fractions ``s`` of the way from a to b (rad)."""
    u, v = unit(*a), unit(*b)
    angle = math.acos(float(np.clip(u @ v, -1, 1)))
    if angle < 1e-9:
        return np.full_like(s, a[0]), np.full_like(s, a[1])
    x = (np.sin((1 - s) * angle)[:, None] * u + np.sin(s * angle)[:, None] * v) / math.sin(angle)
    return np.arcsin(x[:, 2]), np.arctan2(x[:, 1], x[:, 0])


def distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance in m."""
    return RADIUS * math.acos(float(np.clip(unit(*a) @ unit(*b), -1, 1)))


def moved(lat: float, lon: float, north: float, east: float) -> tuple[float, float]:
    """A place some metres away."""
    return lat + north / RADIUS, lon + east / RADIUS / math.cos(lat)


@dataclass
class Campaign:
    """Rows of all tables while they are made up."""

    scenario: dict[str, Any]
    is_local: bool
    shown_runs: tuple[int, ...]
    rng: Any
    tables: dict[str, Rows] = field(
        default_factory=lambda: {
            name: []
            for name in ("runs", "threats", "engagements", "events", "picture", "trajectories")
        }
    )

    def place(self, aim: Any, k: int = 0) -> tuple[float, float]:
        """Place of an aim, by name or in itself; of several, the k-th."""
        if isinstance(aim, list):
            return self.place(aim[k % len(aim)])
        where = (
            next(a for a in self.scenario["assets"] if a["name"] == aim)
            if isinstance(aim, str)
            else aim
        )
        return math.radians(where["lat_deg"]), math.radians(where["lon_deg"])


def fly(c: Campaign, run: int, kind: str, row: dict[str, Any], until: float) -> None:
    """Append the path of one body up to a time."""
    n = 60
    t = np.linspace(row["t_launch"], until, n)
    s = (t - row["t_launch"]) / (row["t_impact"] - row["t_launch"])
    lats, lons = great_circle(row["from"], row["to"], s)
    alts = row["shape"](s)
    c.tables["trajectories"] += [
        {
            "run": run,
            "kind": kind,
            "id": row["id"],
            "system": row["system"],
            "t": float(ti),
            "lat": float(a),
            "lon": float(o),
            "alt": float(h),
        }
        for ti, a, o, h in zip(t, lats, lons, alts, strict=True)
    ]


def threat(c: Campaign, run: int, i: int, group: dict[str, Any], k: int) -> dict[str, Any]:
    """Make up one threat, before the defense acts."""
    rng, scatter = c.rng, 1e3
    at = (math.radians(group["launch"]["lat_deg"]), math.radians(group["launch"]["lon_deg"]))
    launch = moved(*at, *(rng.normal(0, group["launch_scatter_km"] * scatter, 2)))
    aim = moved(*c.place(group["aim"], k), *(rng.normal(0, group["aim_scatter_km"] * scatter, 2)))
    impact = moved(*aim, *(rng.normal(0, 300 if c.is_local else 3000, 2)))
    salvo, order = divmod(k, group["salvo_size"])
    t0 = group["first_launch_s"] + salvo * group["salvo_interval_s"] + order * group["spacing_s"]
    reach = distance(launch, impact)
    outside, asset = min(
        (distance(impact, c.place(a["name"])) - a["radius_km"] * 1e3, a["name"])
        for a in c.scenario["assets"]
    )
    return {
        "run": run,
        "threat": i,
        "group": group["name"],
        "system": group["system"],
        "t_launch": t0,
        "launch_lat": launch[0],
        "launch_lon": launch[1],
        "aim_lat": aim[0],
        "aim_lon": aim[1],
        "is_defeated": False,
        "is_failed": bool(rng.random() > value(c.scenario, group, "reliability")),
        "t_burnout": t0 + (4 if c.is_local else 240),
        "apogee": 0.32 * reach if c.is_local else 1250e3,
        "t_impact": t0 + (70 + reach / 1e3 if c.is_local else 1980 + (reach - 9e6) / 6.5e3),
        "impact_lat": impact[0],
        "impact_lon": impact[1],
        "is_threatening": outside <= 0,
        "asset": asset if outside <= 0 else "",
        "outside_distance": outside,
        "is_in_reach": True,
        "outcome": "harmless",
        "t_end": 0.0,
        "n_shots": 0,
        "sigma_impact": float(rng.uniform(100, 400)),
    }


def engage(c: Campaign, row: dict[str, Any], stock: dict[str, int], shots: Rows) -> None:
    """Fire at one threat until it is dead, out of rounds, or too late; fill in its outcome."""
    row["outcome"] = "leaked" if row["is_threatening"] else "harmless"
    row["t_end"] = row["t_impact"]
    is_fought = c.rng.random() < (0.97 if row["is_threatening"] else 0.04)
    for share in ((0.72, 0.84) if c.is_local else (0.55, 0.56, 0.7, 0.71)) if is_fought else ():
        weapons = [w for w in c.scenario["weapons"] if stock[w["name"]] > 0]
        if not weapons:
            return
        weights = np.array([stock[w["name"]] for w in weapons], dtype=float)
        weapon = weapons[int(c.rng.choice(len(weapons), p=weights / weights.sum()))]
        stock[weapon["name"]] -= 1
        row["n_shots"] += 1
        shots.append(shot(c, row, weapon, share, len(shots)))
        if shots[-1]["is_kill"]:
            row["outcome"], row["t_end"] = "intercepted", shots[-1]["t_intercept"]
            return


def shot(
    c: Campaign, row: dict[str, Any], weapon: dict[str, Any], share: float, number: int
) -> dict[str, Any]:
    """Make up one engagement, at a share of the threat's flight; keep its path if asked."""
    launch, impact = (
        (row["launch_lat"], row["launch_lon"]),
        (row["impact_lat"], row["impact_lon"]),
    )
    lat, lon = great_circle(launch, impact, np.array([share]))
    there = (float(lat[0]), float(lon[0]))
    site = (math.radians(weapon["lat_deg"]), math.radians(weapon["lon_deg"]))
    t = row["t_launch"] + share * (row["t_impact"] - row["t_launch"])
    speed, rise = (600, 8) if c.is_local else (5000, 120)
    t_launch = t - distance(site, there) / speed - rise
    alt = 4 * row["apogee"] * share * (1 - share)
    kill = bool(c.rng.random() < value(c.scenario, weapon, "p_kill"))
    if row["run"] in c.shown_runs:
        body = {
            "t_launch": t_launch,
            "t_impact": t,
            "from": site,
            "to": there,
            "id": number,
            "system": weapon["system"],
            "shape": lambda x: alt * np.sin(x * math.pi / 2) ** 0.9,
        }
        fly(c, row["run"], "interceptor", body, t)
    return {
        "run": row["run"],
        "shot": number,
        "order": number,
        "node": weapon["node"],
        "battery": weapon["name"],
        "system": weapon["system"],
        "track": row["threat"],
        "threat": row["threat"],
        "t_order": t_launch - 4,
        "t_launch": t_launch,
        "t_planned": t,
        "t_intercept": t,
        "lat": there[0],
        "lon": there[1],
        "alt": alt,
        "miss": float(abs(c.rng.normal(0, 2 if kill else 30))),
        "is_reliable": True,
        "is_acquired": True,
        "is_discriminated": kill or bool(c.rng.random() < 0.7),
        "is_lethal": kill,
        "is_kill": kill,
        "assessed": "killed" if kill else "survived",
        "t_assessed": t + 5,
    }


def one_run(c: Campaign, run: int) -> None:
    """Make up one run and its rows in every table."""
    shots: Rows = []
    stock = stocks(c.scenario)
    threats: Rows = []
    for group in c.scenario["threats"]:
        for k in range(group["count"]):
            threats.append(threat(c, run, len(threats), group, k))
    for row in threats:
        if row["is_failed"]:
            row["outcome"] = "failed"
            row["t_end"] = row["t_launch"] + 0.1 * (row["t_impact"] - row["t_launch"])
        else:
            engage(c, row, stock, shots)
        if run in c.shown_runs:
            body = {
                "t_launch": row["t_launch"],
                "t_impact": row["t_impact"],
                "from": (row["launch_lat"], row["launch_lon"]),
                "to": (row["impact_lat"], row["impact_lon"]),
                "id": row["threat"],
                "system": row["system"],
                "shape": lambda s, a=row["apogee"]: 4 * a * s * (1 - s),
            }
            fly(c, run, "threat", body, row["t_end"])
    c.tables["threats"] += threats
    c.tables["engagements"] += shots
    c.tables["picture"] += picture(c, run, threats)
    c.tables["events"] += [
        {
            "run": run,
            "t": r["t_launch"],
            "kind": "launch",
            "subject": r["threat"],
            "other": -1,
            "value": 0.0,
        }
        for r in threats
    ]
    c.tables["runs"].append(summary(c, run, threats, shots))


def picture(c: Campaign, run: int, threats: Rows) -> Rows:
    """Make up the quality of the picture over time."""
    end = max((r["t_end"] for r in threats), default=60.0)
    rows = []
    for t in np.arange(0, end, 5 if c.is_local else 20):
        alive = sum(r["t_launch"] <= t < r["t_end"] for r in threats)
        matched = sum(r["t_launch"] + (8 if c.is_local else 90) <= t < r["t_end"] for r in threats)
        spurious = int(c.rng.poisson(0.3))
        error = (60 if c.is_local else 3000) * float(c.rng.uniform(0.7, 1.3))
        rows.append(
            {
                "run": run,
                "t": float(t),
                "node": c.scenario["command"]["nodes"][0]["name"],
                "threats": alive,
                "tracks": matched + spurious,
                "matched": matched,
                "spurious": spurious,
                "position_error_rms": error if matched else math.nan,
                "velocity_error_rms": error / 20 if matched else math.nan,
                "nees": float(c.rng.gamma(6, 1.1)) if matched else math.nan,
            }
        )
    return rows


def summary(c: Campaign, run: int, threats: Rows, shots: Rows) -> dict[str, Any]:
    """The row of the table of runs."""
    armed = [r for r in threats if not r["is_failed"]]
    dangerous = [r for r in armed if r["is_threatening"]]
    costs = {w["system"]: value(c.scenario, w, "cost_usd") for w in c.scenario["weapons"]}
    prices = {g["system"]: value(c.scenario, g, "cost_usd") for g in c.scenario["threats"]}
    return {
        "run": run,
        "defeated_before_launch": 0,
        "launched": len(threats),
        "failed": len(threats) - len(armed),
        "threats": len(armed),
        "threatening": len(dangerous),
        "leakers": sum(r["outcome"] == "leaked" for r in dangerous),
        "intercepted": sum(r["outcome"] == "intercepted" for r in armed),
        "engaged_threatening": sum(r["n_shots"] > 0 for r in dangerous),
        "engaged_harmless": sum(r["n_shots"] > 0 for r in armed if not r["is_threatening"]),
        "shots": len(shots),
        "cost_before_launch_usd": 0.0,
        "cost_defense_usd": float(sum(costs[s["system"]] for s in shots)),
        "cost_threat_usd": float(sum(prices[r["system"]] for r in threats)),
        "asset_value_lost": float(sum(r["outcome"] == "leaked" for r in dangerous)) * 0.7,
        "t_end": max((r["t_end"] for r in threats), default=0.0),
    }


def manifest_of(scenario: dict[str, Any], runs: int, shown: tuple[int, ...]) -> dict[str, Any]:
    """The manifest of a made-up campaign."""
    return {
        "format": 1,
        "name": scenario["name"],
        "title": scenario["title"],
        "seed": 7,
        "runs": runs,
        "batch_size": runs,
        "scenario": scenario,
        "scenario_hash": "sha256:4f1c9f0a" + "0" * 56,
        "versions": {"opendome": "0.1.0", "python": "3.12.3", "numpy": "2.1.0", "numba": "0.61.0"},
        "platform": "Linux x86_64",
        "trajectories_runs": list(shown),
        "timing": {"wall_s": 12.3},
    }


def write_campaign(
    folder: Path,
    scenario: dict[str, Any] = CITY,
    runs: int = 40,
    seed: int = 1,
    without: tuple[str, ...] = (),
) -> Path:
    """Write a made-up campaign folder; tables named in ``without`` are left out."""
    is_local = scenario["duration_s"] < 1000
    shown = () if "trajectories" in without else (0, 1)[:runs]
    c = Campaign(scenario, is_local, shown, np.random.default_rng(seed))
    for run in range(runs):
        one_run(c, run)
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in c.tables.items():
        if name not in without and rows:
            (folder / name).mkdir(exist_ok=True)
            table = pa.Table.from_pylist(rows)
            pq.write_table(table, folder / name / "part-00000.parquet", compression="zstd")
    manifest = manifest_of(scenario, runs, shown)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder
