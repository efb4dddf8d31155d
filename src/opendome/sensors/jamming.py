"""Jammers as one radar hears them: those that fly, and those that stand off at a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from opendome.kernels.field import Field
from opendome.kernels.frames import ecef_from_geodetic
from opendome.kernels.jamming import Emitters, Receiver, noise_ratios, receiver_of
from opendome.messages import Floats
from opendome.scenario.jamming import BANDS, Jammer, band_bits
from opendome.scenario.sensors import RadarSystem
from opendome.truth import Truth

# Middle of each band's radar allocations, IEEE Std 521-2002.
FREQUENCY = {
    "vhf": 0.18e9, "uhf": 0.435e9, "l": 1.3e9, "s": 3.3e9, "c": 5.6e9, "x": 9.5e9, "ku": 15.7e9,
    "ka": 35e9,
}  # Hz  # fmt: skip


@final
@dataclass(frozen=True)
class Ear:
    """What a radar hears of jammers in its band."""

    receiver: Receiver
    bit: int  # of its band in those that a jammer fills
    r_ecef: Floats  # (k, 3) jammers at a place that fill its band
    density: Floats  # (k,)

    @staticmethod
    def of(system: RadarSystem, jammers: tuple[Jammer, ...]) -> Ear:
        """The ear of a class of radar, with the jammers of the scenario."""
        bit = 1 << BANDS.index(system.band)
        mine = [j for j in jammers if band_bits(j.noise) & bit]
        places = [ecef_from_geodetic(j.site.lat, j.site.lon, j.site.alt) for j in mine]
        return Ear(
            receiver=receiver_of(
                FREQUENCY[system.band], system.beam_width, system.noise_temperature,
                system.side_lobe,
            ),
            bit=bit,
            r_ecef=np.array(places, dtype=np.float64).reshape(-1, 3),
            density=np.array([j.noise.density for j in mine], dtype=np.float64),
        )  # fmt: skip

    def noise_rise(self, field: Field, truth: Truth) -> Floats | None:
        """Noise (n,) of a look at each threat over that without jammers; None where none is."""
        k = len(self.density)
        if not k and not truth.jamming.any():
            return None
        rows = np.flatnonzero((truth.jamming > 0.0) & (truth.jam_bands & self.bit > 0))
        if not k and not len(rows):
            return None
        n = len(truth.runs)
        run = np.concatenate([truth.run[rows], np.repeat(truth.runs, k)])
        order = np.argsort(run, kind="stable")
        emitters = Emitters(
            run=run[order],
            r_ecef=np.concatenate([truth.r_ecef[rows], np.tile(self.r_ecef, (n, 1))])[order],
            density=np.concatenate([truth.jamming[rows], np.tile(self.density, n)])[order],
        )
        return 1.0 + noise_ratios(self.receiver, field, emitters, truth.run, truth.r_ecef)
