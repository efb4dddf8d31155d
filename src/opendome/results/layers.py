"""The defense as a row of layers: what came to each, what it fired at, killed and passed on.

A threatening threat comes to a layer if no earlier layer killed it. A threat counts as engaged by a
layer if the layer fired at it at all, so the counts of a layer never exceed what came to it. Rounds
and cost are of all the layer's rounds, those at harmless threats included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from opendome.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STAGES = ("came", "engaged", "killed")  # of the threatening threats, also by class
SPENT = ("rounds", "cost_usd")
# Columns of the tables that are read here.
READS: dict[str, tuple[str, ...]] = {
    "threats": ("threat", "system", "is_threatening"),
    "engagements": ("threat", "is_kill", "battery"),
}
# And these, where the version that wrote them knew of threats that others carry.
READS_OF_CARGO = ("role", "carrier", "killer", "t_release")
UNARMED = ("decoy", "debris", "tank", "bus")


@dataclass(frozen=True)
class DefenseLayer:
    """Batteries that stand together in the row of layers."""

    name: str
    batteries: tuple[str, ...]


def layers_of(scenario: Scenario) -> tuple[DefenseLayer, ...]:
    """Layers of the scenario; if it has none, one for each system, highest ceiling first."""
    if scenario.command.layers:
        return tuple(DefenseLayer(a.name, tuple(a.batteries)) for a in scenario.command.layers)
    ceilings = {b.system.name: b.system.max_altitude for b in scenario.weapons}
    by_height = sorted(ceilings, key=lambda name: (-ceilings[name], name))
    return tuple(
        DefenseLayer(name, tuple(b.name for b in scenario.weapons if b.system.name == name))
        for name in by_height
    )


def layers_of_manifest(manifest: Mapping[str, Any]) -> tuple[DefenseLayer, ...]:
    """Layers as a manifest states them; of an older version, one for each system."""
    if "layers" in manifest:
        return tuple(DefenseLayer(a["name"], tuple(a["batteries"])) for a in manifest["layers"])
    batteries: Mapping[str, Any] = manifest.get("batteries", {})
    systems = dict.fromkeys(b["system"] for b in batteries.values())
    return tuple(
        DefenseLayer(system, tuple(n for n, b in batteries.items() if b["system"] == system))
        for system in systems
    )


def key(layer: int, what: str, system: str | None = None) -> str:
    """Name of a column: what of a layer, of all threats or of one class."""
    return f"layer{layer}.{what}" + ("" if system is None else f".{system}")


def layer_sums(
    runs: Ints,
    tables: Mapping[str, pa.Table],
    layers: Sequence[DefenseLayer],
    cost_by_battery: Mapping[str, float],
) -> dict[str, Floats]:
    """Columns of the layers, one row per run, under the names that ``key`` gives.

    Empty where another version did not write what is needed.

    Parameters
    ----------
    runs : (n,) int
        Numbers of the runs, in order.
    tables : mapping
        ``threats`` and ``engagements`` of these runs.
    layers : sequence of DefenseLayer
        First to last.
    cost_by_battery : mapping
        USD per round.
    """
    if any(not set(names) <= set(tables[t].column_names) for t, names in READS.items()):
        return {}
    threats, shots = tables["threats"], tables["engagements"]
    i_run = np.searchsorted(runs, _integers(threats, "run"))
    systems = np.array(threats.column("system").to_pylist(), dtype=object)
    order, place = _order(threats)
    cargo = _cargo(threats, shots)
    layer_of_shot, row_of_shot, cost = _shots(shots, layers, cost_by_battery, order, place)
    i_run_of_shot = np.searchsorted(runs, _integers(shots, "run"))
    is_first = first_rows(shots)
    is_kill = np.asarray(shots.column("is_kill").to_numpy(zero_copy_only=False), dtype=bool)
    is_left = np.asarray(threats.column("is_threatening").to_numpy(zero_copy_only=False), bool)
    sums: dict[str, Floats] = {}
    n = len(runs)
    for k in range(len(layers)):
        is_mine = layer_of_shot == k
        at = is_mine & (row_of_shot >= 0)
        is_shot_at = np.zeros(len(is_left), dtype=bool)
        is_shot_at[row_of_shot[at]] = True
        is_killed = np.zeros(len(is_left), dtype=bool)
        is_killed[row_of_shot[at & is_kill]] = True
        is_shot_at[cargo.row[is_mine[cargo.shot]]] = True
        is_killed[cargo.row[is_mine[cargo.shot] & cargo.is_kill]] = True
        masks = (is_left, is_left & is_shot_at, is_left & is_killed)
        for what, mask in zip(STAGES, masks, strict=True):
            sums[key(k, what)] = _count(i_run[mask], n)
            for system in sorted(set(systems[mask])):
                sums[key(k, what, system)] = _count(i_run[mask & (systems == system)], n)
        is_round = is_mine & is_first
        sums[key(k, "rounds")] = _count(i_run_of_shot[is_round], n)
        spent = np.bincount(i_run_of_shot[is_round], weights=cost[is_round], minlength=n)
        sums[key(k, "cost_usd")] = spent.astype(np.float64)
        is_left = is_left & ~is_killed
    return sums


def first_rows(shots: pa.Table) -> NDArray[np.bool_]:
    """Which rows of engagements stand for a whole round: the first of its kill vehicles.

    Of an older version, all.
    """
    if "vehicle" not in shots.column_names:
        return np.ones(shots.num_rows, dtype=bool)
    return np.asarray(_integers(shots, "vehicle") == 0)


class Cargo(NamedTuple):
    """Pairs of a threat still aboard its carrier and a shot at that carrier."""

    row: Ints  # of the threat
    shot: Ints  # row of the shot
    is_kill: NDArray[np.bool_]


def is_armed(threats: pa.Table) -> NDArray[np.bool_]:
    """Which rows are warheads; of an older version, all."""
    if "role" not in threats.column_names:
        return np.ones(threats.num_rows, dtype=bool)
    return ~np.isin(np.array(threats.column("role").to_pylist(), dtype=object), UNARMED)


def _cargo(threats: pa.Table, shots: pa.Table) -> Cargo:
    """Shots at carriers, paired with what they still carried when the shot was fired."""
    nothing = np.zeros(0, dtype=np.int64)
    known = set(READS_OF_CARGO) <= set(threats.column_names)
    if not known or not {"shot", "t_launch"} <= set(shots.column_names):
        return Cargo(nothing, nothing, nothing.astype(bool))
    carrier, threat = _integers(threats, "carrier"), _integers(threats, "threat")
    aboard = np.flatnonzero(carrier != threat)
    met = _place(_integers(shots, "run"), _integers(shots, "threat"))
    if not len(aboard) or not len(met):
        return Cargo(nothing, nothing, nothing.astype(bool))
    by_place = np.argsort(met, kind="stable")
    wanted = _place(_integers(threats, "run")[aboard], carrier[aboard])
    first = np.searchsorted(met[by_place], wanted, "left")
    n = np.searchsorted(met[by_place], wanted, "right") - first
    row = np.repeat(aboard, n)
    step = np.arange(len(row)) - np.repeat(np.cumsum(n) - n, n)
    shot = by_place[np.repeat(first, n) + step]
    t_release = np.asarray(threats.column("t_release").to_numpy(), dtype=np.float64)
    t_shot = np.asarray(shots.column("t_launch").to_numpy(), dtype=np.float64)
    is_kill = _integers(threats, "killer")[row] == _integers(shots, "shot")[shot]
    is_aboard = is_kill | ~(t_release[row] <= t_shot[shot])
    return Cargo(row[is_aboard], shot[is_aboard], is_kill[is_aboard])


def classes(sums: Mapping[str, Any]) -> list[str]:
    """Classes of threats that came to the first layer, sorted."""
    start = key(0, "came", "")
    return sorted(name.removeprefix(start) for name in sums if name.startswith(start))


def _order(threats: pa.Table) -> tuple[Ints, Ints]:
    """Sorted places (run, threat) of the rows of threats, and the row of each."""
    place = _place(_integers(threats, "run"), _integers(threats, "threat"))
    order = np.argsort(place, kind="stable")
    return order, place[order]


def _shots(
    shots: pa.Table,
    layers: Sequence[DefenseLayer],
    cost_by_battery: Mapping[str, float],
    order: Ints,
    place: Ints,
) -> tuple[Ints, Ints, Floats]:
    """Layer, row of the threat (-1 if it met none) and cost of each shot."""
    index = {name: k for k, layer in enumerate(layers) for name in layer.batteries}
    names = shots.column("battery").to_pylist()
    layer = np.array([index.get(name, -1) for name in names], dtype=np.int64)
    cost = np.array([cost_by_battery.get(name, np.nan) for name in names], dtype=np.float64)
    threat = _integers(shots, "threat")
    wanted = _place(_integers(shots, "run"), threat)
    found = np.minimum(np.searchsorted(place, wanted), max(len(place) - 1, 0))
    is_known = (
        (place[found] == wanted) & (threat >= 0) if len(place) else np.zeros(len(layer), bool)
    )
    row = np.full(len(layer), -1, dtype=np.int64)
    row[is_known] = order[found[is_known]]
    return layer, row, cost


def _place(run: Ints, threat: Ints) -> Ints:
    return run * 2**32 + threat


def _count(rows: Ints, n: int) -> Floats:
    return np.bincount(rows, minlength=n).astype(np.float64)


def _integers(table: pa.Table, name: str) -> Ints:
    return np.asarray(table.column(name).to_numpy(), dtype=np.int64)
