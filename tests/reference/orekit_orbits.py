"""Orbits by Orekit, asked in a process of its own: ``python orekit_orbits.py < question``.

The question is JSON: constants, states and times; so is the answer.
"""

import json
import sys

import orekit_jpype

orekit_jpype.initVM()

from org.hipparchus.geometry.euclidean.threed import Vector3D  # noqa: E402
from org.hipparchus.ode.nonstiff import DormandPrince853Integrator  # noqa: E402
from org.orekit.forces.gravity import J2OnlyPerturbation  # noqa: E402
from org.orekit.frames import FramesFactory  # noqa: E402
from org.orekit.orbits import CartesianOrbit, OrbitType  # noqa: E402
from org.orekit.propagation import SpacecraftState  # noqa: E402
from org.orekit.propagation.analytical import (  # noqa: E402
    EcksteinHechlerPropagator,
    KeplerianPropagator,
)
from org.orekit.propagation.numerical import NumericalPropagator  # noqa: E402
from org.orekit.time import AbsoluteDate  # noqa: E402
from org.orekit.utils import PVCoordinates  # noqa: E402

EPOCH = AbsoluteDate.ARBITRARY_EPOCH
FRAME = FramesFactory.getGCRF()


def states(propagator, times):
    found = []
    for t in times:
        pv = propagator.getPVCoordinates(EPOCH.shiftedBy(float(t)), FRAME)
        r, v = pv.getPosition(), pv.getVelocity()
        found.append([r.getX(), r.getY(), r.getZ(), v.getX(), v.getY(), v.getZ()])
    return found


def orbit_of(row, mu):
    y = [float(x) for x in row]
    return CartesianOrbit(PVCoordinates(Vector3D(*y[:3]), Vector3D(*y[3:])), FRAME, EPOCH, mu)


def answer(ask):
    mu, radius, j2, j3, j4 = (float(ask[k]) for k in ("mu", "radius", "j2", "j3", "j4"))
    orbit = orbit_of(ask["start"], mu)
    integrator = DormandPrince853Integrator(1e-3, 60.0, 1e-10, 1e-13)
    numerical = NumericalPropagator(integrator)
    numerical.setOrbitType(OrbitType.CARTESIAN)
    numerical.setMu(mu)
    numerical.addForceModel(J2OnlyPerturbation(mu, radius, j2, FRAME))
    numerical.setInitialState(SpacecraftState(orbit))
    satellites = []
    for row in ask["satellites"]:
        analytical = EcksteinHechlerPropagator(
            orbit_of(row, mu), radius, mu, -j2, -j3, -j4, 0.0, 0.0
        )
        satellites.append(states(analytical, ask["hours"]))
    return {
        "kepler": states(KeplerianPropagator(orbit), ask["times"]),
        "j2": states(numerical, ask["times"]),
        "satellites": satellites,
    }


if __name__ == "__main__":
    print(json.dumps(answer(json.load(sys.stdin))))
