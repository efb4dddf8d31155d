"""Whether a row exists: natural logarithm of its odds, moved by looks and by looks that fail.

Source: J. L. Williams, "Marginal multi-Bernoulli filters", IEEE Trans. AES 51 (2015), with one
look for each row at most: then the odds of a Bernoulli row are the score of R. W. Sittler (1964),
a sum of logarithms of ratios of likelihoods.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from opendome.kernels._jit import jit

NEW_THINGS = 0.02  # mean number of things that a look shows for the first time
MOST_FIRST = math.log(9.0)  # odds of what one look shows, however rare false alarms are
MOST = math.log(99.0)  # and of anything: what is surer could not be lost
LEAST = -MOST  # below which a row is given up
LEAST_CHANCE = 0.05  # of detection of what was detected


class Rule(NamedTuple):
    """When a row is confirmed."""

    hits: int  # of so many
    looks: int
    odds: float  # natural logarithm from which; NaN: by the hits


class Doubt(NamedTuple):
    """What looks of a sensor are worth."""

    first: float  # natural logarithm of the odds that a look that nothing explains is of a thing
    clutter: float  # and of the density of false looks, in the components of a look
    strange: float  # the same of false looks and first looks of new things


@jit
def doubt_of(mean: float, volume: float) -> Doubt:
    """Worth of the looks of a sensor with so many false alarms a look, even over a volume."""
    if not mean > 0.0:
        return Doubt(MOST_FIRST, -math.inf, math.log(NEW_THINGS / volume))
    first = min(math.log(NEW_THINGS / mean), MOST_FIRST)
    return Doubt(first, math.log(mean / volume), math.log((mean + NEW_THINGS) / volume))


@jit
def odds_after_hit(odds: float, p_detect: float, fit: float, clutter: float) -> float:
    """Odds of a row that a look belongs to.

    ``fit``: natural logarithm of the density of such a look, if it is of the row.
    """
    seen = math.log(max(p_detect, LEAST_CHANCE))
    return min(odds + seen + fit - clutter, MOST)


@jit
def odds_after_miss(odds: float, p_detect: float) -> float:
    """Odds of a row that a look should have shown with a chance, and did not."""
    return odds + math.log(1.0 - p_detect)


@jit
def is_proven(n_hits: int, odds: float, rule: Rule) -> bool:
    """Whether a row is to be confirmed."""
    return n_hits >= rule.hits if math.isnan(rule.odds) else odds >= rule.odds


@jit
def log_density(distance2: float, log_det: float, n: int) -> float:
    """Natural logarithm of a Gaussian density of n components."""
    return -0.5 * (distance2 + log_det + n * math.log(2.0 * math.pi))
