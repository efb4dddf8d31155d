"""US Standard Atmosphere 1976: the standard itself, and a table of its density for flight kernels.

All numbers: U.S. Standard Atmosphere, 1976, NOAA-S/T 76-1562. Altitudes are geometric.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome.constants import STANDARD_GRAVITY
from opendome.kernels._jit import jit

RADIUS = 6356766.0  # m, the standard's Earth, for geopotential height
GAS_CONSTANT = 8.31432 / 28.9644e-3  # J/(kg K), of air
HEAT_RATIO = 1.4
LAPSE_FACTOR = STANDARD_GRAVITY / GAS_CONSTANT  # K/m

# Layers to 86 km (table 4): base in geopotential metres, gradient in K/m, temperature and pressure
# at the base, the last two by recurrence from sea level.
BASES = np.array([0.0, 11e3, 20e3, 32e3, 47e3, 51e3, 71e3])
LAPSES = np.array([-6.5e-3, 0.0, 1.0e-3, 2.8e-3, 0.0, -2.8e-3, -2.0e-3])


def pressure_ratio(temperature: float, lapse: float, rise: float) -> float:
    """Pressure over that at a layer's base, ``rise`` geopotential metres above it."""
    if lapse == 0.0:
        return math.exp(-LAPSE_FACTOR * rise / temperature)
    return math.pow(1.0 + lapse * rise / temperature, -LAPSE_FACTOR / lapse)


def layer_bases() -> NDArray[np.float64]:
    """Temperature and pressure (7, 2) at the base of each layer."""
    bases = [(288.15, 101325.0)]
    for lapse, rise in zip(LAPSES[:-1], np.diff(BASES)):
        temperature, pressure = bases[-1]
        above = pressure * pressure_ratio(temperature, float(lapse), float(rise))
        bases.append((temperature + float(lapse * rise), above))
    return np.array(bases)


AT_BASE = layer_bases()
SEAM = 86e3  # m, where the layers end and table 1 of the standard begins

# Table 1, from 86 km: altitude in km, density in kg/m^3, pressure in Pa.
UPPER = np.array(
    [
        [86, 6.958e-6, 3.7338e-1],
        [90, 3.416e-6, 1.8359e-1],
        [95, 1.393e-6, 7.5966e-2],
        [100, 5.604e-7, 3.2011e-2],
        [105, 2.325e-7, 1.4477e-2],
        [110, 9.708e-8, 7.1042e-3],
        [115, 4.289e-8, 4.0096e-3],
        [120, 2.222e-8, 2.5382e-3],
        [125, 1.291e-8, 1.7354e-3],
        [130, 8.152e-9, 1.2505e-3],
        [140, 3.831e-9, 7.2028e-4],
        [150, 2.076e-9, 4.5422e-4],
        [160, 1.233e-9, 3.0395e-4],
        [170, 7.815e-10, 2.1210e-4],
        [180, 5.194e-10, 1.5271e-4],
        [190, 3.581e-10, 1.1266e-4],
        [200, 2.541e-10, 8.4736e-5],
        [220, 1.367e-10, 5.0149e-5],
        [240, 7.858e-11, 3.1059e-5],
        [250, 6.073e-11, 2.4767e-5],
        [300, 1.916e-11, 8.7704e-6],
        [350, 7.014e-12, 3.4498e-6],
        [400, 2.803e-12, 1.4518e-6],
        [450, 1.184e-12, 6.4468e-7],
        [500, 5.215e-13, 3.0236e-7],
        [600, 1.137e-13, 8.2130e-8],
        [700, 3.070e-14, 3.1908e-8],
        [800, 1.136e-14, 1.7036e-8],
        [900, 5.759e-15, 1.0873e-8],
        [1000, 3.561e-15, 7.5138e-9],
    ]
)
HEIGHTS = UPPER[:, 0] * 1e3  # m
LOGS = np.log(UPPER[:, 1:])
SLOPES = np.gradient(LOGS, HEIGHTS, axis=0)  # of the logarithms, second order
TOP = float(HEIGHTS[-1])
SOUND_AT_SEAM = 274.10  # m/s


def standard_atmosphere(alt: float) -> tuple[float, float, float, float]:
    """Temperature (K), pressure (Pa), density (kg/m^3) and speed of sound (m/s) at an altitude.

    Notes
    -----
    From -2 km to 86 km the defining formulas (temperature: molecular-scale, at most 0.08 K above
    the kinetic one, from 80 km up); from there to 1,000 km kinetic temperature by formula,
    pressure and density by cubic interpolation of the logarithm in table 1, within 1.3 %; above
    it a vacuum. The standard defines no speed of sound above 86 km: its last value is given.
    """
    if alt >= TOP:
        return 1000.0, 0.0, 0.0, SOUND_AT_SEAM
    if alt < SEAM:
        height = RADIUS * alt / (RADIUS + alt)
        i = 0
        while i < 6 and height >= BASES[i + 1]:
            i += 1
        base, lapse, rise = AT_BASE[i, 0], LAPSES[i], height - BASES[i]
        temperature = base + lapse * rise
        if lapse == 0.0:
            pressure = AT_BASE[i, 1] * math.exp(-LAPSE_FACTOR * rise / base)
        else:
            pressure = AT_BASE[i, 1] * (temperature / base) ** (-LAPSE_FACTOR / lapse)
        sound = math.sqrt(HEAT_RATIO * GAS_CONSTANT * temperature)
        return temperature, pressure, pressure / (GAS_CONSTANT * temperature), sound
    if alt < 91e3:
        temperature = 186.8673
    elif alt < 110e3:
        temperature = 263.1905 - 76.3232 * math.sqrt(1.0 - ((alt - 91e3) / 19942.9) ** 2)
    elif alt < 120e3:
        temperature = 240.0 + 12e-3 * (alt - 110e3)
    else:
        rise = (alt - 120e3) * (RADIUS + 120e3) / (RADIUS + alt)
        temperature = 1000.0 - 640.0 * math.exp(-1.875e-5 * rise)
    i = int(np.searchsorted(HEIGHTS, alt, side="right")) - 1
    width = HEIGHTS[i + 1] - HEIGHTS[i]
    u = (alt - HEIGHTS[i]) / width
    start, end = (1.0 + 2.0 * u) * (1.0 - u) ** 2, u * u * (3.0 - 2.0 * u)
    rise_start, rise_end = u * (1.0 - u) ** 2 * width, u * u * (u - 1.0) * width
    logs = LOGS[i] * start + LOGS[i + 1] * end + SLOPES[i] * rise_start + SLOPES[i + 1] * rise_end
    return temperature, math.exp(logs[1]), math.exp(logs[0]), SOUND_AT_SEAM


us76 = jit(standard_atmosphere)


@jit
def density(alt: float) -> float:
    """Density of the standard, kg/m^3; for tables and checks (flights use `density_fast`)."""
    return us76(alt)[2]


# Density every 25 m from -2 km to 120 km, then every 250 m to 1,000 km; linear in between.
FLOOR, FINE_TOP, FINE, COARSE = -2e3, 120e3, 25.0, 250.0  # m
N_FINE = round((FINE_TOP - FLOOR) / FINE)
TABLE = np.array(
    [
        standard_atmosphere(float(alt))[2]
        for alt in [
            *np.arange(N_FINE) * FINE + FLOOR,
            *np.arange(FINE_TOP, TOP + 2.0 * COARSE, COARSE),
        ]
    ]
)


@jit(inline="always")
def density_fast(alt: float) -> float:
    """Density from a table, kg/m^3: no branch, no exponential; 0 above 1,000 km.

    Notes
    -----
    Within 3e-6 of `density` below 120 km and 2e-4 above (2e-4 within 25 m of a layer's edge);
    below -2 km the value there.
    """
    fine = (alt - FLOOR) * (1.0 / FINE)
    coarse = (alt - FINE_TOP) * (1.0 / COARSE) + N_FINE
    place = min(max(fine if alt < FINE_TOP else coarse, 0.0), len(TABLE) - 2.0)
    i = int(place)
    part = place - i
    return float(TABLE[i] + part * (TABLE[i + 1] - TABLE[i]))
