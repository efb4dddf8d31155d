"""`sbi_sizing` for people: our numbers, the AEI calculator's, and what others published."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import numpy as np

from opendome.errors import ModelRangeError
from opendome.studies.inputs import read_inputs, written
from opendome.studies.published import aei
from opendome.studies.published.figures import SATELLITES
from opendome.studies.sbi_inputs import SbiInputs
from opendome.studies.sbi_sizing import Layer, Sizing, calculator, size
from opendome.views.report.markup import Markup
from opendome.views.report.words import dollars, significant, whole
from opendome.views.studies.chart import Frame, Level, Line, Panel, chart
from opendome.views.studies.told import Table, Told, command_of

NAME = "sbi_sizing"
INPUTS = SbiInputs
KM, BILLION = 1e3, 1e9


def tell(sets: Sequence[str]) -> Told:
    """The answer to one question."""
    given = read_inputs(SbiInputs, NAME, sets)
    theirs, ours = aei.calculate(calculator(given)), size(given)
    answer = {
        "study": NAME,
        "command": command_of(NAME, sets),
        "inputs": written(given),
        "aei": aei_json(theirs),
        "ours": ours_json(ours),
        "published": [asdict(said) for said in SATELLITES],
    }
    return Told(
        answer, _tables(given, theirs, ours), _notes(given, ours), partial(_figure, given, sets)
    )


def degrees(angle: float) -> float:
    """Degrees without the dust of the conversion."""
    return round(math.degrees(angle), 6)


def aei_json(got: aei.Answer) -> dict[str, Any]:
    """The calculator's answer; ``launches`` are those of one generation, as it shows them."""
    return {
        "shots": got.shots,
        "range_km": got.reach / KM,
        "radius_km": got.radius / KM,
        "interceptors": got.interceptors,
        "mass_kg": got.mass,
        "launches": got.launches,
        "total_usd_b": got.total / BILLION,
        "generations": got.generations,
        "unit_usd_m": got.unit_cost / 1e6,
        "launch_usd_m": got.launch_cost / 1e6,
    }


def ours_json(got: Sizing) -> dict[str, Any]:
    """Our answer, satellites by latitude and as layers with their cost."""
    return {
        "shots": got.shots,
        "flyout_s": got.time_left,
        "range_km": got.reach / KM,
        "mass_kg": got.mass,
        "inclination_deg": degrees(got.inclination),
        "by_latitude": [
            {
                "latitude_deg": degrees(float(lat)),
                "share_in_reach": float(share),
                "interceptors": int(n),
            }
            for lat, share, n in zip(got.latitudes, got.shares, got.needed, strict=True)
        ],
        "best": _layer_json(got.best),
        "mean": _layer_json(got.mean),
        "worst": _layer_json(got.worst),
        "assured": None if got.assured is None else _layer_json(got.assured),
    }


def _layer_json(layer: Layer) -> dict[str, Any]:
    return {
        "latitude_deg": None if math.isnan(layer.latitude) else degrees(layer.latitude),
        "interceptors": layer.interceptors,
        "bought": layer.bought,
        "launches": layer.launches,
        "total_usd_b": layer.total / BILLION,
    }


def _tables(given: SbiInputs, theirs: aei.Answer, ours: Sizing) -> list[Table]:
    sure = f"{given.availability:.0%} of the time, worst latitude"
    rows: list[tuple[str, ...]] = [
        ("AEI calculator", whole(theirs.interceptors),
         whole(theirs.generations * theirs.interceptors),
         whole(theirs.generations * theirs.launches), dollars(theirs.total)),
    ]  # fmt: skip
    named = (
        ("ours, best latitude", ours.best),
        ("ours, mean over the latitudes", ours.mean),
        ("ours, worst latitude", ours.worst),
        (f"ours, {sure}", ours.assured),
    )
    for name, layer in named:
        if layer is not None:
            where = "" if math.isnan(layer.latitude) else f" ({degrees(layer.latitude):.0f}°)"
            rows.append((name + where, whole(layer.interceptors), whole(layer.bought),
                         whole(layer.launches), dollars(layer.total)))  # fmt: skip
    years = f"bought in {significant(given.period / 31_557_600.0)} years"
    answer = Table(
        f"{given.salvo} threats, {ours.shots} shots each, {ours.time_left:g} s to fly "
        f"{ours.reach / KM:,.0f} km, {ours.mass:,.0f} kg",
        ("", "in orbit", years, "launches", "cost"),
        rows,
    )
    published = Table(
        "Published",
        ("who", "in orbit", "threats", "each", "assumed"),
        [
            (s.who, whole(s.satellites), whole(s.threats), whole(s.satellites / s.threats),
             s.assumed)
            for s in SATELLITES
        ],
    )  # fmt: skip
    return [answer, published]


def _notes(given: SbiInputs, ours: Sizing) -> list[str]:
    return [
        "Satellites needed in orbit, without spares; bought and cost count "
        f"{given.spares:.0%} spares and all replacements.",
        "AEI spreads satellites evenly and buys whole generations; ours stand in a Walker shell "
        f"inclined by {degrees(ours.inclination):g}°, propagated for a day.",
    ]


def sweep(given: SbiInputs, speeds: Sequence[float], times: Sequence[float]) -> list[Line]:
    """Satellites against the time left to fly, a line with its band for each speed."""
    found = []
    x = np.array(times)
    for speed in speeds:
        nominal, low, high = (np.full(len(x), np.nan) for _ in range(3))
        for i, time in enumerate(times):
            try:
                got = size(replace(given, speed=speed, flyout=time), is_assured=False)
            except ModelRangeError:
                continue
            nominal[i] = got.mean.interceptors
            low[i], high[i] = got.best.interceptors, got.worst.interceptors
        found.append(Line(f"{speed / KM:g} km/s", x, nominal, low, high))
    return found


def _figure(given: SbiInputs, sets: Sequence[str]) -> Markup:
    middle = given.time_left
    times = [middle * f for f in (0.5, 0.7, 0.85, 1.0, 1.2, 1.5)]
    speeds = [given.speed * f for f in (2 / 3, 1.0, 4 / 3)]
    lines = sweep(given, speeds, times)
    per_threat = [
        Level(f"{s.who}: {s.satellites / s.threats:,.0f} a threat", given.salvo * s.satellites /
              s.threats) for s in SATELLITES
    ]  # fmt: skip
    panel = Panel(
        f"{given.salvo} threats", lines, per_threat, "time of an interceptor to fly, s",
        "satellites in orbit",
    )  # fmt: skip
    return chart(
        "Satellites that a boost-phase layer needs",
        [panel],
        Frame(is_log=True, width=640.0, height=340.0),
        [
            "Band: best to worst latitude; line: mean over the latitudes. Propagated Walker shell, "
            "no chance drawn.",
            command_of(NAME, sets) + " --figure sbi_sizing.svg",
        ],
    )
