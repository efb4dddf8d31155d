"""Noise of jammers at a radar: how far it raises the noise of each look."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.constants import BOLTZMANN, SPEED_OF_LIGHT
from opendome.kernels._jit import jit
from opendome.kernels.field import ABOVE_ANY_HORIZON, Field, is_over_horizon, seen_from
from opendome.kernels.frames import altitude

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BEAM_SHAPE = 4.0 * math.log(2.0)  # of a Gaussian beam, half its power at half its width
GAIN_TIMES_AREA = 26e3 * math.radians(1.0) ** 2  # of a beam of one square radian


class Receiver(NamedTuple):
    """What a radar hears noise with."""

    area: float  # m^2, effective, on the axis of the beam
    noise: float  # W/Hz, of its own
    beam_width: float  # rad
    side_lobe: float  # least gain in any direction, as a part of that on the axis


class Emitters(NamedTuple):
    """Jammers of n rows, ordered by run."""

    run: Ints
    r_ecef: Floats  # (n, 3)
    density: Floats  # W/Hz, effective radiated power density


def receiver_of(
    frequency: float, beam_width: float, temperature: float, side_lobe: float
) -> Receiver:
    """Receiver of a beam of equal widths in both planes.

    Notes
    -----
    Gain 26,000 over the product of the beam widths in degrees: M. I. Skolnik, Introduction to
    Radar Systems (2001), ch. 9.
    """
    gain = GAIN_TIMES_AREA / beam_width**2
    area = gain * (SPEED_OF_LIGHT / frequency) ** 2 / (4.0 * math.pi)
    return Receiver(area, BOLTZMANN * temperature, float(beam_width), float(side_lobe))


@jit
def arrivals(receiver: Receiver, field: Field, emitters: Emitters) -> tuple[Floats, Floats]:
    """Ratio (n,) of a jammer's noise to the radar's own if the beam looks at it; direction (n, 3).

    Notes
    -----
    One way, so that it falls with the square of the distance: J/N = p A / (4 pi R^2 k T), 0 behind
    the horizon. Source: D. L. Adamy, EW 101 (2001), ch. 9; M. I. Skolnik, Introduction to Radar
    Systems (2001). Symbols: p effective radiated power density, A effective area.
    """
    n = len(emitters.density)
    ratios, u_los = np.zeros(n), np.zeros((n, 3))
    for j in range(n):
        x, y, z = emitters.r_ecef[j, 0], emitters.r_ecef[j, 1], emitters.r_ecef[j, 2]
        distance, _, elevation = seen_from(field, x, y, z)
        height = max(altitude(x, y, z), 0.0)
        is_open = elevation > ABOVE_ANY_HORIZON or is_over_horizon(
            max(field.height, 0.0), distance, elevation, height
        )
        if not is_open or distance <= 0.0:
            continue
        for k in range(3):
            u_los[j, k] = (emitters.r_ecef[j, k] - field.r_ecef[k]) / distance
        flux = emitters.density[j] / (4.0 * math.pi * distance * distance)
        ratios[j] = flux * receiver.area / receiver.noise
    return ratios, u_los


@jit
def pattern(receiver: Receiver, cosine: float) -> float:
    """Gain at an angle from the axis of the beam, given by its cosine, as a part of that on it."""
    angle = math.acos(min(max(cosine, -1.0), 1.0)) / receiver.beam_width
    return max(math.exp(-BEAM_SHAPE * angle * angle), receiver.side_lobe)


@jit
def noise_ratios(
    receiver: Receiver, field: Field, emitters: Emitters, run: Ints, r_ecef: Floats
) -> Floats:
    """Ratio (n,) of all jammers' noise to the radar's own in a look at each place.

    Parameters
    ----------
    run : (n,) int
        Of the looks.
    r_ecef : (n, 3) float
        Where the beam looks.
    """
    ratios, u_los = arrivals(receiver, field, emitters)
    total = np.zeros(len(run))
    for i in range(len(run)):
        dx = r_ecef[i, 0] - field.r_ecef[0]
        dy = r_ecef[i, 1] - field.r_ecef[1]
        dz = r_ecef[i, 2] - field.r_ecef[2]
        distance = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1e-9)
        first = np.searchsorted(emitters.run, run[i])
        for j in range(first, len(emitters.run)):
            if emitters.run[j] != run[i]:
                break
            if ratios[j] > 0.0:
                along = dx * u_los[j, 0] + dy * u_los[j, 1] + dz * u_los[j, 2]
                total[i] += ratios[j] * pattern(receiver, along / distance)
    return total
