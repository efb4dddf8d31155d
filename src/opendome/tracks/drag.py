"""What drag a track may be expected to have, from what it may be: that of bodies of its family.

Filters take one prior for all kinds: a track must be followed before it can be called anything.
Where drag has not been felt yet, an impact hangs on it; there the catalog takes the prior's place.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from opendome.messages import Floats, Ints
from opendome.scenario.catalog_entries import build_system, catalog
from opendome.scenario.families import KINDS, family_of
from opendome.tracks.kalman import LOG_BETA

# Of the logarithm of a body's ballistic coefficient about the catalog's number. The catalog gives a
# re-entry body 5,000 to 12,000 kg/m^2: a quarter of that, two deviations either way, is 0.22.
SPREAD = 0.2
FALLING = (
    "rocket", "short_range", "medium_range", "intermediate_range", "intercontinental", "orbital"
)  # fmt: skip


@cache
def _bodies() -> tuple[Floats, Floats, Ints, Floats]:
    """Drag that may be: log coefficient, variance, family of each (m,), and its share in that.

    What is armed of each modelled system of the catalog that falls: its warheads if it lets go any,
    else what is left of it after its burn. The last is any body at all, for the other kinds.
    """
    found: list[tuple[float, int]] = []
    for entry in catalog().values():
        if entry.kind != "threat" or not entry.is_modelled:
            continue
        system = build_system(entry)
        family = family_of(system)
        if system.booster is None or family not in FALLING:
            continue
        warheads = system.releases.warheads if system.releases else None
        beta = warheads.beta if warheads else system.booster.payload_beta
        found.append((math.log(beta), KINDS.index(family)))
    mean, family_of_each = (np.array(column) for column in zip(*found, strict=True))
    share = 1.0 / np.bincount(family_of_each, minlength=len(KINDS))[family_of_each]
    return (
        np.append(mean, LOG_BETA[0]),
        np.append(np.full(len(mean), SPREAD**2), LOG_BETA[1] ** 2),
        family_of_each,
        share,
    )


def with_drag_of_families(x: Floats, cov: Floats, chances: Floats) -> tuple[Floats, Floats]:
    """Rows that fall, with what their families say of drag in place of the filter's prior.

    Parameters
    ----------
    x, cov : (n, 7), (n, 7, 7) float
        Rows as in `kernels.motion`, coasting.
    chances : (n, n_kinds) float
        Of the families of each row, in the order of KINDS, without regard to drag.

    Returns
    -------
    x, cov : (n, 7), (n, 7, 7) float

    Notes
    -----
    Bayes' rule with another prior: what looks have told of the logarithm of the coefficient is the
    row divided by the filter's prior, LOG_BETA; times each body of the catalog, and any body at all
    for other kinds, that gives a mixture, of which mean and variance are taken.
    Given the coefficient the rest of the row stays what it is, so that it follows by regression. A
    row that knows less than the prior, as after a manoeuvre, has been told nothing.
    """
    mean, var, family, share = _bodies()
    weight = np.empty((len(x), len(mean)))
    weight[:, :-1] = chances[:, family] * share
    weight[:, -1] = 1.0 - weight[:, :-1].sum(axis=1)
    known = cov[:, 6, 6]
    told = np.maximum(1.0 / known - 1.0 / LOG_BETA[1] ** 2, 0.0)[:, None]  # information of looks
    toward = np.where(told > 0.0, (x[:, 6] / known - LOG_BETA[0] / LOG_BETA[1] ** 2)[:, None], 0.0)
    after = 1.0 / (told + 1.0 / var)
    middle = after * (toward + mean / var)
    # of the looks' Gaussian times the body's, without what all bodies share
    fit = 0.5 * (np.log(after / var) + middle**2 / after - mean**2 / var)
    fit += np.log(np.maximum(weight, 1e-300))
    weight = np.exp(fit - fit.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    best = np.sum(weight * middle, axis=1)
    doubt = np.sum(weight * (after + middle**2), axis=1) - best**2
    gain = cov[:, :, 6] / known[:, None]
    moved = x + gain * (best - x[:, 6])[:, None]
    spread = cov + gain[:, :, None] * gain[:, None, :] * (doubt - known)[:, None, None]
    return moved, spread
