"""Salvo equations of naval combat, as published.

Source: W. P. Hughes, A salvo model of warships in missile combat used to evaluate their staying
power, Naval Research Logistics 42 (1995). A quirk is kept: losses may exceed the force.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Force:
    """One side: ships, what each of them does, and the share of its strike that is scouted."""

    ships: float
    striking: float  # good missiles of one ship in a salvo
    defense: float  # missiles that one ship stops
    staying: float  # hits that take one ship out
    scouting: float = 1.0


def losses(of: Force, by: Force) -> float:
    """Ships that a force loses to one salvo of another."""
    through = by.scouting * by.striking * by.ships - of.defense * of.ships
    return max(through, 0.0) / of.staying
