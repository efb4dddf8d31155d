"""Calls of kernels, recorded where the program makes them and made again in plain Python.

    python kernel_calls.py record FILE      # runs scenarios, keeps some calls of each kernel
    NUMBA_DISABLE_JIT=1 python kernel_calls.py replay FILE      # prints what came out, as JSON

A call is kept with its arguments before and after, and its result.
"""

from __future__ import annotations

import copy
import importlib
import json
import math
import pickle
import pkgutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

TURNS = (1, 10, 100, 1000)  # calls of each kernel that are kept
LARGEST = 300_000  # numbers in the arguments of a kept call
SECONDS = 20  # for one call in plain Python
NEARLY = 1e-4  # relative, of launches that land within a tolerance
LANDS = 1e-6  # relative, of where, when and how fast flights with other steps end

# Beside the shipped scenarios with a few threats each: other pictures, policies and filters.
CHANGES: dict[str, list[list[str]]] = {
    "mixed_raid": [
        ["picture=statistical", "engagement=tabled"],
        ["picture=perfect"],
        ["sensors.thaad_radar.bias_az_deg=0.1", "sensors.patriot_radar.bias_range_m=30"],
        ["command.wiring=stovepiped", "weapons.patriot_mse.overrides.remote=nothing"],
        [f"command.nodes.{node}.filter=ekf" for node in ("thaad", "patriot", "city_defense")],
        [f"command.nodes.{node}.associator=gnn" for node in ("thaad", "patriot", "city_defense")],
        [f"command.nodes.{node}.doctrine.policy=optimal" for node in ("thaad", "patriot")],
        [f"command.nodes.{node}.filter=ckf" for node in ("thaad", "patriot", "city_defense")],
        [f"command.nodes.{node}.doctrine.policy=nearest_shooter" for node in ("thaad", "patriot")],
        [f"command.nodes.{node}.doctrine.policy=sequencing" for node in ("thaad", "patriot")],
        [
            f"command.nodes.{node}.doctrine.{key}"
            for node in ("thaad", "patriot", "city_defense")
            for key in ("policy=sequencing", "is_word_doubted=true")
        ],
        [
            "sensors.thaad_radar.bias_az_deg=0.1",
            *(f"command.nodes.{node}.associator=gnn" for node in ("thaad", "patriot")),
        ],
    ],
    "limited_icbm": [
        ["picture=statistical"],
        ["engagement=tabled"],
        ["sensors.geo_west.overrides.false_alarms_1=1"],
        ["sensors.geo_west.bias_pointing_urad=50", "sensors.geo_middle.bias_pointing_urad=50"],
        ["command.nodes.gmd_fire_control.associator=gnn"],
        ["sensors.clear_lrdr.overrides.cue_gain_1=16", "sensors.clear_lrdr.overrides.cue_deg=0.5"],
    ],
    "iron_dome_city": [["picture=statistical"]],
    "swarm_night": [["threats.swarm.count=24"]],
    "theater_bases": [
        [
            "sensors.north_patriot_radar.overrides.scan_power_1=2",
            "threats.quasi_ballistic.jammer.erp_w_hz=0.001",
        ],
    ],
}
OTHERS = [
    ("mortar", 4.0),
    ("hgv_regional", 1400.0),
    ("fobs", 9000.0),
    ("artillery_shell", 15.0),
    ("mirv_bus", 9000.0),
]
SKYWAVE = {
    "name": "skywave", "system": "over_the_horizon_radar", "node": "post", "az_deg": 270,
    "lat_deg": 0.0, "lon_deg": 30.0,
}  # fmt: skip


def modules() -> list[Any]:
    """Every module of the package."""
    package = importlib.import_module("opendome")
    names = [m.name for m in pkgutil.walk_packages(package.__path__, "opendome.")]
    return [importlib.import_module(n) for n in names if not n.endswith("__main__")]


def is_kernel(thing: Any) -> bool:
    """Whether a thing is a compiled kernel of the package."""
    function = getattr(thing, "py_func", None)
    return function is not None and function.__module__.startswith("opendome.kernels.")


def entries() -> dict[str, list[tuple[Any, str]]]:
    """Kernels that the rest of the package calls: name -> the modules and names it has there.

    A module of kernels that is called by its name is replaced there by a copy of it.
    """
    found: dict[str, list[tuple[Any, str]]] = {}
    for module in modules():
        if module.__name__.startswith("opendome.kernels"):
            continue
        places = [(module, name) for name in vars(module)]
        for name, thing in list(vars(module).items()):
            if isinstance(thing, ModuleType) and thing.__name__.startswith("opendome.kernels."):
                stand_in = SimpleNamespace(**vars(thing))
                setattr(module, name, stand_in)
                places += [(stand_in, inner) for inner in vars(stand_in)]
        for place, name in places:
            thing = getattr(place, name)
            if is_kernel(thing):
                function = thing.py_func
                key = f"{function.__module__}.{function.__name__}"
                found.setdefault(key, []).append((place, name))
    return found


def amount(thing: Any) -> int:
    """How many numbers there are in arguments."""
    if isinstance(thing, np.ndarray):
        return thing.size
    if isinstance(thing, tuple | list):
        return sum(amount(item) for item in thing)
    return 1


class Recorder:
    """Stands for a kernel and keeps some of its calls: the first, the tenth, the hundredth ..."""

    def __init__(self, kernel: Callable[..., Any], kept: list[Any]) -> None:
        self.kernel, self.kept, self.n = kernel, kept, 0

    def __call__(self, *args: Any) -> Any:
        self.n += 0 < amount(args) <= LARGEST
        if self.n not in TURNS or len(self.kept) > TURNS.index(self.n) or amount(args) > LARGEST:
            return self.kernel(*args)
        before = copy.deepcopy(args)
        result = self.kernel(*args)
        self.kept.append((before, copy.deepcopy(args), copy.deepcopy(result)))
        return result


def few(name: str) -> list[str]:
    """Settings that leave one or two threats in every group."""
    from opendome.scenario import load

    groups = load(name).threats
    return [f"threats[{i}].count={min(g.count, 2)}" for i, g in enumerate(groups)]


def play() -> None:
    """Run everything that is to be recorded."""
    from opendome.scenario import load, shipped
    from opendome.scenario.catalog_entries import build_system, entry
    from opendome.simulation.run import compile_scenario, simulate
    from opendome.studies.coverage import fold_of, sight_of
    from opendome.studies.envelope import classes_of, fired_beyond
    from opendome.studies.shooting import range_of

    for name in shipped():
        for change in ([], *CHANGES.get(name, [])):
            model = compile_scenario(load(name, [*few(name), *change]))
            simulate(model, 3, range(2), [0])  # with a close look at the picture of the first
    place = range_of("nasams")
    for against in classes_of(place.system):
        fired_beyond(place, against)
    for system, range_km in OTHERS:
        simulate(compile_scenario(load(raid_of_one(system, range_km))), 3, range(1), [])
    raid = raid_of_one("cruise_subsonic", 900.0)
    for picture in ("tracked", "statistical"):
        scenario = load({**raid, "sensors": [SKYWAVE], "picture": picture})
        simulate(compile_scenario(scenario), 3, range(1), [0])
    sight_of(build_system(entry("sentinel")), 1.0, 15.0)
    fold_of(build_system(entry("pwsa_tracking_t3")), 50e3)


def raid_of_one(system: str, range_km: float) -> dict[str, Any]:
    """A single threat that flies east, and nothing that stops it."""
    far = math.degrees(range_km / 6371.0)
    return {
        "format": 1, "name": "one", "title": "One", "start": "2026-01-01T00:00:00Z",
        "duration_s": 9000, "step_s": 10,
        "assets": [{"name": "base", "lat_deg": 0.0, "lon_deg": far, "radius_km": 3, "value": 1}],
        "threats": [{"name": "one", "system": system, "count": 1, "aim": "base",
                     "launch": {"lat_deg": 0.0, "lon_deg": 0.0}}],
        "sensors": [], "weapons": [], "command": {"nodes": [{"name": "post"}]},
    }  # fmt: skip


def record(file: Path) -> None:
    """Run the scenarios with recorders in the kernels' places, and write what they kept."""
    calls: dict[str, list[Any]] = {}
    for key, places in entries().items():
        module, name = places[0]
        recorder = Recorder(getattr(module, name), calls.setdefault(key, []))
        for module, name in places:
            setattr(module, name, recorder)
    play()
    file.write_bytes(pickle.dumps(calls))


def parts(thing: Any) -> Iterator[Any]:
    """Arrays and numbers in a result or in arguments, in their order."""
    if isinstance(thing, tuple | list):
        for item in thing:
            yield from parts(item)
    elif thing is not None:
        yield thing


def tidied(thing: Any) -> Any:
    """The same without what lies in the room beyond the last knot of a path."""
    if not isinstance(thing, tuple):
        return thing
    if "n_knots" in getattr(thing, "_fields", ()) and isinstance(thing.knots, np.ndarray):
        knots = thing.knots.copy()
        if knots.ndim == 3:
            for row, n in zip(knots, thing.n_knots, strict=True):
                row[n:] = 0.0
            return thing._replace(knots=knots)
    items = [tidied(item) for item in thing]
    return type(thing)(*items) if hasattr(thing, "_fields") else tuple(items)


def difference(ours: Any, plain: Any) -> float:
    """Largest difference of two results, relative to the size of an array; inf: another shape."""
    worst = 0.0
    for a, b in zip(parts(tidied(ours)), parts(tidied(plain)), strict=True):
        x, y = np.asarray(a), np.asarray(b)
        if x.shape != y.shape:
            return math.inf
        if x.dtype.kind not in "fc":
            worst = max(worst, 0.0 if np.array_equal(x, y) else math.inf)
            continue
        is_odd = ~(np.isfinite(x) & np.isfinite(y))
        if not np.array_equal(x[is_odd], y[is_odd], equal_nan=True):
            return math.inf
        gap = np.abs(x[~is_odd] - y[~is_odd])
        size = np.abs(x[~is_odd])
        if gap.size:
            worst = max(worst, float(np.max(gap / (np.maximum(size, size.max()) + 1e-12))))
    return worst


def aims_apart(args: Any, ours: Any, plain: Any) -> float:
    """0 where two searches for launches end alike: within their tolerance, at nearly one launch.

    Each stops at the first flight that lands near enough, and a step of Newton's method magnifies
    the rounding of the flight before it: what is left of the miss is another.
    """
    is_solved, tolerance = ours.status == 0, args[4]
    if not np.array_equal(ours.status, plain.status):
        return math.inf
    if any(np.any(found.miss[is_solved] > tolerance) for found in (ours, plain)):
        return math.inf
    return 0.0 if difference(ours.launches, plain.launches) < NEARLY else math.inf


def flights_apart(_: Any, ours: Any, plain: Any) -> float:
    """0 where flights end alike, with as many knots.

    Whether a step is taken or halved hangs on its last bits: knots may lie at other times.
    """
    ends = [(f.status, f.n_knots, f.t_burnout, f.apogee_alt, f.impact) for f in (ours, plain)]
    return 0.0 if difference(*ends) < LANDS else math.inf


def shots_apart(_: Any, ours: Any, plain: Any) -> float:
    """0 where searches for shots from orbit end alike."""
    return 0.0 if difference(ours, plain) < LANDS else math.inf


SEARCHES = {
    "opendome.kernels.aim.solve_aims": aims_apart,
    "opendome.kernels.flight.fly_many": flights_apart,
    "opendome.kernels.from_orbit.solve_from_orbits": shots_apart,
}


class TooSlow(Exception):
    """A call takes too long in plain Python."""


def _stop(*_: Any) -> None:
    raise TooSlow


def replay(file: Path) -> dict[str, Any]:
    """Make every kept call again; kernel -> differences, 'slow' where it took too long."""
    calls = pickle.loads(file.read_bytes())
    signal.signal(signal.SIGALRM, _stop)
    found: dict[str, Any] = {}
    for key, kept in calls.items():
        module, _, name = key.rpartition(".")
        kernel = getattr(importlib.import_module(module), name)
        assert not hasattr(kernel, "py_func"), "the compiler must be off"
        found[key] = []
        for args, after, result in sorted(kept, key=lambda call: amount(call[0])):
            signal.alarm(SECONDS)
            try:
                with np.errstate(all="ignore"):
                    plain = kernel(*args)
                signal.alarm(0)
                apart = SEARCHES.get(key, lambda _, ours, other: difference(ours, other))
                found[key].append(max(apart(args, result, plain), difference(after, args)))
            except TooSlow:
                found[key].append("slow")
                break
    return found


if __name__ == "__main__":
    if sys.argv[1] == "record":
        record(Path(sys.argv[2]))
    else:
        json.dump(replay(Path(sys.argv[2])), sys.stdout)
