"""`sbi_sizing` for people: our numbers, the AEI calculator's, and what others published."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import numpy as np

from opendome.studies.inputs import read_inputs, written
from opendome.studies.published import aei
from opendome.studies.published.figures import SATELLITES
from opendome.studies.sbi_inputs import SbiInputs
from opendome.studies.sbi_sizing import Layer, Sizing, calculator, shots_wanted, size
from opendome.studies.sbi_sweep import Cell, sweep_of
from opendome.views.report.markup import Markup
from opendome.views.report.words import dollars, significant, whole
from opendome.views.studies.chart import COLOURS, Frame, Level, Line, Panel, chart
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


def sweep(given: SbiInputs) -> list[Cell]:
    """Satellites over speed, decision time and burn time about what is asked.

    Speeds of two thirds, once and four thirds; burns from the one asked on, a minute apart;
    decisions from none to a minute and a half.
    """
    base = replace(given, flyout=None)
    return sweep_of(
        base,
        speeds=[given.speed * f for f in (2 / 3, 1.0, 4 / 3)],
        burns=[given.burn + 60.0 * k for k in range(3)],
        decisions=[0.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0],
    )


def drawing(given: SbiInputs, cells: Sequence[Cell], command: str) -> Markup:
    """Three panels by burn time: satellites against decision time, a line for each speed."""
    panels = []
    for burn in sorted({c.burn for c in cells}):
        lines = []
        for k, speed in enumerate(sorted({c.speed for c in cells})):
            mine = [c for c in cells if c.burn == burn and c.speed == speed]
            x = np.array([c.decide for c in mine])
            mean, best, worst = (np.array([getattr(c, name) for c in mine])
                                 for name in ("mean", "best", "worst"))  # fmt: skip
            lines.append(Line(f"{speed / KM:g} km/s", x, mean, best, worst, colour=COLOURS[k]))
        for k, speed in enumerate(sorted({c.speed for c in cells})):
            mine = [c for c in cells if c.burn == burn and c.speed == speed]
            lines.append(
                Line(f"AEI, {speed / KM:g} km/s", np.array([c.decide for c in mine]),
                     np.array([c.aei for c in mine]), is_dashed=True, colour=COLOURS[k])
            )  # fmt: skip
        panels.append(Panel(f"motors burn {burn:g} s", lines, _levels(given),
                            "decision time, s", "satellites in orbit"))  # fmt: skip
    return chart(
        f"Satellites that stop {given.salvo} missiles launched nearly together",
        panels,
        Frame(is_log=True, y_range=(500.0, 200_000.0), width=310.0, height=340.0),
        [
            f"Line: mean over launches from {degrees(given.from_latitude):g}° to "
            f"{degrees(given.latitude):g}°; band: best to worst latitude. Walker shell at "
            f"{given.orbit_altitude / KM:g} km, propagated for a day; no draw, no seed. "
            f"{shots_wanted(given.p_kill, given.p_kill_wanted)} shots each, detected after "
            f"{given.detect:g} s, {given.acceleration / 9.80665:g} g.",
            f"Dotted: published, scaled to {given.salvo} missiles where it was for another number. "
            "AEI: its calculator with the same times and speeds, satellites spread evenly.",
            command,
        ],
    )


def _levels(given: SbiInputs) -> list[Level]:
    return [
        Level(f"{s.who}: {given.salvo * s.satellites / s.threats:,.0f}",
              given.salvo * s.satellites / s.threats)
        for s in SATELLITES
    ]  # fmt: skip


def _figure(given: SbiInputs, sets: Sequence[str]) -> Markup:
    return drawing(given, sweep(given), command_of(NAME, sets) + " --figure sbi_sizing.svg")
