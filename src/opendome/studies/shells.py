"""Closed forms for satellites spread over shells: how many can reach a threat, and how far.

Boost-phase sizing by formulas, beside which propagated shells can be set. SI and radians.
"""

from __future__ import annotations

import math

from opendome.constants import EARTH_RADIUS_MEAN


def coast_reach(acceleration: float, speed: float, time: float) -> float:
    """Distance that a round covers which accelerates evenly to ``speed`` and then coasts.

    NaN where ``time`` ends before it has reached its speed.

    Notes
    -----
    Source: D. K. Barton and others, Report of the American Physical Society Study Group on
    Boost-Phase Intercept Systems, Rev. Mod. Phys. 76 (2004) S1.
    """
    burn = speed / acceleration
    if burn > time:
        return math.nan
    return 0.5 * acceleration * burn * burn + speed * (time - burn)


def widest_orbit(
    reach: float, altitude: float, elevation: float, earth_radius: float = EARTH_RADIUS_MEAN
) -> float:
    """Altitude from which a reach gives the widest footprint at a target's altitude.

    ``elevation`` is the angle above the local horizontal at which the round may come to its target.
    """
    target = earth_radius + altitude
    square = target * target + reach * reach + 2.0 * target * reach * math.sin(elevation)
    return math.sqrt(square) - earth_radius


def uniform_share(reach: float, altitude: float, earth_radius: float = EARTH_RADIUS_MEAN) -> float:
    """Share of satellites evenly spread over a sphere within ``reach`` of a place on it.

    Exact for a chord ``reach`` and a target at the height of the satellites; small-angle otherwise.
    """
    return reach * reach / (4.0 * (earth_radius + altitude) ** 2)


def shell_share(
    reach: float,
    altitude: float,
    inclination: float,
    latitude: float,
    earth_radius: float = EARTH_RADIUS_MEAN,
) -> float:
    """Share of a shell of circular orbits within ``reach`` of a place at a latitude.

    Satellites crowd near the latitude that equals their inclination. 0 polewards of it; the form
    holds where the reach does not come near that edge.
    """
    square = math.sin(inclination) ** 2 - math.sin(latitude) ** 2
    if square <= 0.0:
        return 0.0
    crowding = 2.0 / (math.pi * math.sqrt(square))
    return uniform_share(reach, altitude, earth_radius) * crowding


def chance_of_any(mean: float) -> float:
    """Chance that at least one satellite is in reach, where ``mean`` are on average (Poisson)."""
    return -math.expm1(-mean)


def least_satellites(cap: float, fold: int = 1) -> int:
    """Fewest satellites whose footprints can cover the whole Earth ``fold`` times, by area alone.

    ``cap`` is the angle at the Earth's centre from the middle to the edge of a footprint.
    """
    return math.ceil(fold * 2.0 / (1.0 - math.cos(cap)))


def footprint_cap(half_field: float, altitude: float, target: float, earth_radius: float) -> float:
    """Angle at the Earth's centre that a cone about the nadir covers at a target's altitude.

    To the edge of the cone, or to the Earth's limb where the cone looks past it.
    """
    satellite, place = earth_radius + altitude, earth_radius + target
    limb = math.asin(earth_radius / satellite)
    if half_field >= limb:
        return math.acos(earth_radius / satellite) + math.acos(earth_radius / place)
    sine = satellite * math.sin(half_field) / place
    return math.asin(min(sine, 1.0)) - half_field
