"""How brightly warm and air-heated bodies glow in two infrared bands, from all sides alike."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.atmosphere import density_fast
from opendome.kernels.frames import geocentric_height
from opendome.kernels.glide import heating_rate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEFAN_BOLTZMANN: Final = 5.670374419e-8  # W/m^2/K^4, CODATA 2018
SECOND_RADIATION: Final = 1.438776877e-2  # m K, CODATA 2018
MID_BAND: Final = (3e-6, 5e-6)  # m, in which plumes and hot bodies are seen
LONG_BAND: Final = (8e-6, 12e-6)  # m, in which bodies at room temperature are seen
HOTTEST: Final = 3500.0  # K, at which a heat shield of carbon wastes away instead
SERIES: Final = 30  # terms; 1e-5 of the whole at the hottest


class Skin(NamedTuple):
    """What glows of each kind of body, (n_kinds,)."""

    area: Floats  # m^2, as seen; 0: it does not glow
    emissivity: Floats
    temperature: Floats  # K, where no air heats it
    nose_radius: Floats  # m
    share: Floats  # mean heating of the area, as a part of that of the nose


@jit
def share_below(wavelength: float, temperature: float) -> float:
    """Part of a black body's radiation at wavelengths below one given.

    Notes
    -----
    Source: S. L. Chang, K. T. Rhee, "Blackbody radiation functions", Int. Comm. Heat Mass
    Transfer 11 (1984): the integral of Planck's law as a series.
    """
    x = SECOND_RADIATION / (wavelength * temperature)
    total = 0.0
    for n in range(1, SERIES + 1):
        if n * x > 40.0:
            break
        term = x**3 / n + 3.0 * x * x / n**2 + 6.0 * x / n**3 + 6.0 / n**4
        total += math.exp(-n * x) * term
    return 15.0 / math.pi**4 * total


@jit
def band_radiance(temperature: float, band: tuple[float, float]) -> float:
    """Radiance of a black body between two wavelengths, W/m^2/sr."""
    share = share_below(band[1], temperature) - share_below(band[0], temperature)
    return STEFAN_BOLTZMANN * temperature**4 / math.pi * share


@jit
def skin_temperature(heating: float, emissivity: float, coldest: float) -> float:
    """Temperature at which a surface radiates away what heats it (W/m^2), K.

    Never below the temperature that it has without air.
    """
    hot = (heating / (emissivity * STEFAN_BOLTZMANN)) ** 0.25
    return float(min(max(hot, coldest), HOTTEST))


@jit
def glows(kind: Ints, r_ecef: Floats, v_ecef: Floats, skin: Skin) -> Floats:
    """Intensity (n, 2) of bodies in the middle and long band, W/sr.

    Parameters
    ----------
    kind : (n,) int
        Row of ``skin`` of each body.
    r_ecef, v_ecef : (n, 3) float
        The air turns with the Earth.

    Notes
    -----
    Radiative equilibrium with a share of the heating at the stagnation point; no heat is stored.
    Heating: K. Sutton, R. A. Graves, NASA TR R-376 (1971).
    """
    found = np.zeros((len(kind), 2))
    for i in range(len(kind)):
        k = kind[i]
        if skin.area[k] <= 0.0:
            continue
        height = geocentric_height(r_ecef[i, 0], r_ecef[i, 1], r_ecef[i, 2])
        vx, vy, vz = v_ecef[i, 0], v_ecef[i, 1], v_ecef[i, 2]
        speed = math.sqrt(vx * vx + vy * vy + vz * vz)
        heating = skin.share[k] * heating_rate(density_fast(height), speed, skin.nose_radius[k])
        hot = skin_temperature(heating, skin.emissivity[k], skin.temperature[k])
        bright = skin.emissivity[k] * skin.area[k]
        found[i, 0] = bright * band_radiance(hot, MID_BAND)
        found[i, 1] = bright * band_radiance(hot, LONG_BAND)
    return found
