"""Sensors and truths for the tests of sensors and tracks: plausible, notional numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from opendome.messages import Tasking
from opendome.scenario.command import Doctrine, Node
from opendome.scenario.places import Place
from opendome.scenario.sensors import InfraredSystem, RadarSystem, Sensor
from opendome.scenario.shells import Shell
from opendome.scenario.skywave import SkywaveSystem
from opendome.truth import Truth

LOCAL = {
    "name": "local",
    "title": "Local radar",
    "band": "s",
    "reference_range": 300e3,
    "reference_rcs": 1.0,
    "reference_p_detect": 0.8,
    "max_range": 470e3,
    "sector": math.radians(120.0),
    "min_elevation": math.radians(0.5),
    "max_elevation": math.radians(70.0),
    "period": 1.0,
    "range_resolution": 30.0,
    "beam_width": math.radians(1.8),
    "p_false_alarm": 1e-6,
    "false_alarms": 0.2,
    "speed_resolution": 2.0,
}
WARNING = LOCAL | {
    "name": "warning",
    "title": "Early warning radar",
    "band": "uhf",
    "reference_range": 3100e3,
    "max_range": 5000e3,
    "sector": math.radians(240.0),
    "min_elevation": math.radians(3.0),
    "max_elevation": math.radians(85.0),
    "period": 10.0,
    "range_resolution": 150.0,
    "beam_width": math.radians(2.2),
    "false_alarms": 0.05,
    "speed_resolution": None,
}
FINE = WARNING | {
    "name": "fine",
    "title": "Fine radar",
    "band": "s",
    "reference_range": 4000e3,
    "reference_rcs": 0.1,
    "period": 2.0,
    "range_resolution": 3.0,
    "beam_width": math.radians(0.35),
    "speed_resolution": 3.0,
    "min_elevation": math.radians(2.0),
}
SKYWAVE = {
    "name": "beyond",
    "title": "Over-the-horizon radar",
    "reference_range": 3000e3,
    "reference_rcs": 10.0,
    "reference_p_detect": 0.8,
    "min_range": 900e3,
    "max_range": 3500e3,
    "sector": math.radians(90.0),
    "top": 400e3,
    "period": 20.0,
    "sigma_range": 15e3,
    "sigma_azimuth": math.radians(0.7),
    "sigma_speed": 3.0,
    "blind_speed": 15.0,
    "assumed_altitude": 8e3,
    "p_false_alarm": 1e-6,
    "false_alarms": 0.2,
}
STARER = {
    "name": "starer",
    "title": "Infrared warning",
    "noise_plume": 10e3,
    "threshold": 6.0,
    "sigma_angle": 30e-6,
    "period": 5.0,
    "cloud_top": 10e3,
    "min_limb": 30e3,
    "false_alarms": 0.0,
}


def radar(lat: float, lon: float, azimuth: float, base: dict[str, Any] = LOCAL, **changes: Any):
    """A radar at a place, degrees."""
    latency = changes.pop("latency", 0.5)
    return Sensor(
        name=str(base["name"]),
        system=RadarSystem(**{**base, **changes}),
        node="hub",
        site=Place(lat=math.radians(lat), lon=math.radians(lon), alt=40.0),
        azimuth=math.radians(azimuth),
        latency=latency,
    )


def skywave(lat: float, lon: float, azimuth: float, **changes: Any):
    """An over-the-horizon radar at a place, degrees; it sees as high as missiles burn."""
    system = SkywaveSystem(**{**SKYWAVE, **changes})
    site = Place(lat=math.radians(lat), lon=math.radians(lon), alt=40.0)
    return Sensor("beyond", system, "hub", site=site, azimuth=math.radians(azimuth))


def starer(lon: float, **changes: Any):
    """An infrared sensor above the equator, degrees."""
    latency = changes.pop("latency", 2.0)
    return Sensor(
        name=f"starer{lon:.0f}",
        system=InfraredSystem(**{**STARER, **changes}),
        node="hub",
        geo_longitude=math.radians(lon),
        latency=latency,
    )


LOW = {
    **STARER,
    "name": "low",
    "noise_plume": 0.2e3,
    "noise_hot": 0.2e3,
    "noise_distance": 3000e3,
    "sigma_angle": 20e-6,
    "period": 2.0,
    "field": math.radians(120.0),
}


def fleet(total: int = 72, planes: int = 8, shell: dict[str, Any] | None = None, **changes: Any):
    """A constellation 1,000 km up."""
    pattern = {"inclination": math.radians(81.0), "phasing": 1, **(shell or {})}
    return Sensor(
        name="low",
        system=InfraredSystem(**{**LOW, **changes}),
        node="hub",
        shells=(Shell(altitude=1000e3, total=total, planes=planes, **pattern),),
        latency=1.0,
    )


def node(**changes: Any) -> Node:
    """A command node."""
    return Node(**{"name": "hub", "doctrine": Doctrine(), **changes})


def truth_of(r_ecef, v_ecef=None, *, t: float = 0.0, runs: int = 1, **columns: Any) -> Truth:
    """The same threats in every run."""
    r_ecef = np.atleast_2d(r_ecef)
    n = len(r_ecef)
    v_ecef = np.zeros((n, 3)) if v_ecef is None else np.atleast_2d(v_ecef)

    def column(name: str, default: float):
        return np.tile(np.broadcast_to(columns.get(name, default), n), runs).astype(float)

    return Truth(
        t=t,
        runs=np.arange(runs),
        run=np.repeat(np.arange(runs), n),
        threat=np.tile(np.arange(n), runs),
        r_ecef=np.tile(r_ecef, (runs, 1)),
        v_ecef=np.tile(v_ecef, (runs, 1)),
        is_burning=column("plume", 0.0) > 0,
        is_level=column("plume", 0.0) < 0,
        log_beta=column("log_beta", math.log(6000.0)),
        rcs=column("rcs", 0.1),
        rcs_uhf=column("rcs_uhf", 0.5),
        plume=column("plume", 0.0),
        glow=np.tile(np.broadcast_to(columns.get("glow", 0.0), (n, 2)), (runs, 1)).astype(
            float, "C"
        ),
        jamming=column("jamming", 0.0),
        jam_bands=column("jam_bands", 255).astype(np.int64),
    )


def tasking_of(run, sensor: int, r_ecef, v_ecef=(0.0, 0.0, 0.0), t: float = 0.0) -> Tasking:
    """One cue for each run given."""
    n = len(run)
    x = np.concatenate([r_ecef, v_ecef, [math.log(6000.0)]])
    return Tasking(
        run=np.asarray(run, np.int64),
        sensor=np.full(n, sensor),
        track=np.zeros(n, np.int64),
        t=np.full(n, t),
        x_ecef=np.tile(x, (n, 1)),
    )
