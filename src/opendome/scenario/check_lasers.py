"""Checks of lasers: one director each, threats that light destroys, air that lets it through."""

from __future__ import annotations

from collections.abc import Iterator

from opendome.scenario.grammar.refusal import Origin
from opendome.scenario.scenario import Scenario
from opendome.scenario.weapons import Battery, LaserSystem


def refuse_odd_lasers(scenario: Scenario, origin: Origin) -> None:
    """Raise ScenarioError for a battery that would have several beams, or lend out its one."""
    for i, _, battery in _lasers(scenario):
        if battery.launchers not in (None, 1):
            words = f"{battery.system.name} is one director with one beam, allowed: 1"
            hint = "Write a battery for each director."
            raise origin.refuse(f"weapons[{i}].launchers", battery.launchers, words, hint)
        if battery.unit is not None:
            words = f"{battery.system.name} guides no rounds; it shares no channels"
            raise origin.refuse(f"weapons[{i}].unit", battery.unit, words, "Remove this key.")


def odd_lasers(scenario: Scenario) -> Iterator[str]:
    """Lasers that can destroy nothing that comes, or stand under clouds that hide it."""
    weak = {g.system.name for g in scenario.threats if g.count and g.system.fluence is not None}
    clouds = scenario.weather.cloud_base if scenario.weather else None
    for i, system, battery in _lasers(scenario):
        name = f"weapons[{i}] ({battery.name})"
        if scenario.threats and not weak:
            yield f"{name} is a laser, and light destroys no threat: none has a fluence_kj_cm2."
        if clouds is not None and clouds <= system.min_altitude:
            yield f"{name} is a laser, and clouds at {clouds:.0f} m hide everything from it."


def _lasers(scenario: Scenario) -> Iterator[tuple[int, LaserSystem, Battery]]:
    """Number, system and battery of each laser."""
    for i, battery in enumerate(scenario.weapons):
        if isinstance(battery.system, LaserSystem):
            yield i, battery.system, battery
