"""What a radar loses by steering its beam away from the axis of a flat face."""

# ruff: noqa: D102 -- the noun of the scenario says what the numbers of the protocol are
from __future__ import annotations

import math
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.field import Field, wrapped

Floats = NDArray[np.float64]


class Faces(NamedTuple):
    """Flat faces that share the sector of a radar evenly. Angles in rad."""

    n_faces: int  # 0: an antenna that turns, its axis always at the azimuth of what it looks at
    step: float  # azimuth from face to face
    tilt: float  # elevation of their axes
    power: float  # of the cosine off the axis, both ways together; 0: nothing is lost


class AbstractFaces(Protocol):
    """The faces of a class of radar, SI, as its noun in the scenario names them."""

    # fmt: off
    @property
    def sector(self) -> float: ...
    @property
    def faces(self) -> int: ...
    @property
    def face_tilt(self) -> float: ...
    @property
    def scan_power(self) -> float: ...
    # fmt: on


def faces_of(numbers: AbstractFaces) -> Faces:
    """Faces of a class of radar."""
    step = float(numbers.sector) / max(numbers.faces, 1)
    return Faces(int(numbers.faces), step, float(numbers.face_tilt), float(numbers.scan_power))


@jit
def off_face(faces: Faces, turn: float) -> float:
    """Azimuth from the axis of the nearest face, for one from the middle of the sector, rad."""
    if faces.n_faces == 0:
        return 0.0
    place = math.floor(turn / faces.step + 0.5 * faces.n_faces)
    face = min(max(place, 0.0), faces.n_faces - 1.0)
    return turn - (face + 0.5 - 0.5 * faces.n_faces) * faces.step


@jit
def scan_gain(field: Field, faces: Faces, east: float, north: float, up: float) -> float:
    """Part of the signal on the axis of a face that is left in a direction (a unit vector, ENU).

    Notes
    -----
    The aperture that a direction sees shrinks with the cosine of the angle off the axis, out and
    back: power 2; with the pattern of real elements up to 3. Source: M. I. Skolnik (ed.), Radar
    Handbook (2008), ch. 13. The beam, which grows wider by the same cosine, is left as it is.
    """
    off = off_face(faces, wrapped(math.atan2(east, north) - field.azimuth))
    level = math.sqrt(max(1.0 - up * up, 0.0))
    cosine = math.cos(faces.tilt) * level * math.cos(off) + math.sin(faces.tilt) * up
    return float(max(cosine, 0.0) ** faces.power)


@jit
def scan_gains(field: Field, faces: Faces, r_ecef: Floats) -> Floats:
    """The same for places (n, 3)."""
    gains = np.ones(len(r_ecef))
    basis = field.basis
    for i in range(len(r_ecef)):
        dx = r_ecef[i, 0] - field.r_ecef[0]
        dy = r_ecef[i, 1] - field.r_ecef[1]
        dz = r_ecef[i, 2] - field.r_ecef[2]
        distance = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1e-9)
        east = (basis[0, 0] * dx + basis[0, 1] * dy + basis[0, 2] * dz) / distance
        north = (basis[1, 0] * dx + basis[1, 1] * dy + basis[1, 2] * dz) / distance
        up = (basis[2, 0] * dx + basis[2, 1] * dy + basis[2, 2] * dz) / distance
        gains[i] = scan_gain(field, faces, east, north, up)
    return gains
