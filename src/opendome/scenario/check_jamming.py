"""Checks of jammers: their bands, and whether any radar hears them."""

from __future__ import annotations

from collections.abc import Iterator

from opendome.scenario.check_names import refuse_same_names, refuse_unknown
from opendome.scenario.grammar.refusal import Origin
from opendome.scenario.jamming import BANDS, Noise
from opendome.scenario.scenario import Scenario
from opendome.scenario.sensors import RadarSystem


def refuse_odd_jammers(scenario: Scenario, origin: Origin) -> None:
    """Raise ScenarioError for two jammers of one name and for a band that is none."""
    refuse_same_names(scenario.jammers, "jammers", origin)
    for path, _, noise in _noises(scenario):
        for j, band in enumerate(noise.bands):
            refuse_unknown(f"{path}.bands[{j}]", band, list(BANDS), "bands", origin)


def odd_jammers(scenario: Scenario) -> Iterator[str]:
    """Jammers in whose bands no radar is."""
    used = {s.system.band for s in scenario.sensors if isinstance(s.system, RadarSystem)}
    for path, name, noise in _noises(scenario):
        if noise.bands and not used & set(noise.bands):
            listed = ", ".join(sorted(used)) or "none"
            yield (
                f"{path} ({name}) fills band {', '.join(noise.bands)}, in which no radar is; "
                f"bands of the radars: {listed}."
            )


def _noises(scenario: Scenario) -> Iterator[tuple[str, str, Noise]]:
    """Path, name and noise of everything that jams."""
    for i, group in enumerate(scenario.threats):
        if group.jammer is not None:
            yield f"threats[{i}].jammer", group.name, group.jammer
    for i, jammer in enumerate(scenario.jammers):
        yield f"jammers[{i}]", jammer.name, jammer.noise
