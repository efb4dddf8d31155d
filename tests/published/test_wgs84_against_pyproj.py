"""WGS-84 geodesy against PROJ, to a micrometre."""

import numpy as np
import pyproj

from opendome.kernels.frames import ecefs_from_geodetics, geodetics_from_ecefs

METRES = 1e-6


def test_both_ways() -> None:
    rng = np.random.default_rng(2)
    n = 2000
    lat = np.concatenate([rng.uniform(-np.pi / 2, np.pi / 2, n), [0.0, 1e-9, 1.5707, -1.5707]])
    lon = rng.uniform(-np.pi, np.pi, n + 4)
    alt = rng.uniform(-1e4, 4.2e7, n + 4)
    to_ecef = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    oracle = np.column_stack(to_ecef.transform(np.degrees(lon), np.degrees(lat), alt))
    r_ecef = ecefs_from_geodetics(lat, lon, alt)
    assert np.max(np.abs(r_ecef - oracle)) < METRES
    back = geodetics_from_ecefs(oracle)
    radius = np.linalg.norm(oracle, axis=1)
    assert np.max(np.abs(back[:, 0] - lat) * radius) < METRES
    assert np.max(np.abs(back[:, 1] - lon) * np.cos(lat) * radius) < METRES
    assert np.max(np.abs(back[:, 2] - alt)) < METRES
