"""What each cell commands: its batteries, their reach and delays, and what a round is worth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.doctrine import SalvoRules
from opendome.battle.evaluate import SIGMA_COURSE, T_REACH
from opendome.battle.remote import NOWHERE, own_field
from opendome.battle.reserve import Expected, expected_of
from opendome.battle.windows import Site, Sites
from opendome.kernels.engageable import Rules
from opendome.kernels.frames import ecef_from_geodetic
from opendome.kernels.judgement import Assets
from opendome.kernels.reach import Envelope, ReachTable
from opendome.kernels.shell_windows import orbital_launcher
from opendome.kernels.windows import Launcher
from opendome.scenario.scenario import Scenario
from opendome.scenario.weapons import Battery, WeaponSystem, p_kill_of_round
from opendome.scenario.wiring import Cell, link_of

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUND_COST = 1e-6  # of the dearest round, in units of the most valuable asset
NO_LAYER = -1


class Arms(NamedTuple):
    """The b batteries of a cell, which fire k kinds of round."""

    numbers: Ints  # (b,) in scenario order
    nodes: Ints  # (b,) that they obey
    sites: Sites
    p_kill: Floats  # (k,)
    cost: Floats  # (k,) in the unit of asset values
    kind: Ints  # (b,) of round
    unit: Ints  # (b,) batteries of one number share guidance channels
    channels: Ints  # (b,) while nothing is in flight
    layer: Ints  # (b,) first to fire first, NO_LAYER where any time will do
    layers: Ints  # of its batteries, each once, NO_LAYER left out
    is_layered: bool  # some batteries come before others
    rules: SalvoRules  # of the nodes that the batteries obey
    against: Bools  # (b, 3) may fire at what falls, at a flyer on wings, at what burns
    assumed_burn: float  # s from launch to burn-out of what burns; 0: none fires at that
    expected: tuple[Expected | None, ...]  # what the rounds of each battery are kept for
    is_shell: Bools  # (b,) whose launchers are satellites
    consent: Floats  # (b,) s, human, before the first engagement of a track
    latency: Floats  # (b,) s from a decision until the battery has the order
    reaction: Floats  # (b,) s from the order to the launch
    heard: Floats  # (b,) s from an intercept until its assessment is heard at the latest
    again: Floats  # (b,) s from word of one shot to the launch of the next
    word: Floats  # (b, 2) chance to hear of a dead threat that it lives, and the reverse; doubted

    @property
    def look(self) -> Floats:
        """Seconds from an intercept to the next launch of the same battery, (b,)."""
        return np.asarray(self.heard + self.again)


def cell_arms(
    scenario: Scenario, cell: Cell, reach_tables: Mapping[WeaponSystem, ReachTable]
) -> Arms:
    """Batteries of the nodes of a cell.

    Rounds are of one kind when their systems have one name, one chance to kill and one cost, they
    are of one layer, and the nodes of their batteries fire as many of them. A battery that keeps
    rounds in reserve is the only one of its kind.
    """
    nodes = scenario.command.nodes
    place = {node.name: i for i, node in enumerate(nodes)}
    chosen = [i for i, w in enumerate(scenario.weapons) if place[w.node] in cell.nodes]
    weapons = [scenario.weapons[i] for i in chosen]
    node = np.array([place[w.node] for w in weapons], dtype=np.int64)
    rules = [(nodes[i].doctrine.salvo, nodes[i].doctrine.max_rounds) for i in node]
    layer = layers_of(scenario, weapons)
    rounds = [
        (
            *(w.system.name, p_kill_of_round(w.system), w.system.cost, *rule, 1 + int(of_layer)),
            None if w.reserve is None else w.name,
        )
        for w, rule, of_layer in zip(weapons, rules, layer, strict=True)
    ]
    kinds = list(dict.fromkeys(rounds))
    dearest = max((battery.system.cost for battery in scenario.weapons), default=0.0)
    worth = ROUND_COST * max((asset.value for asset in scenario.assets), default=0.0)
    reaction = np.array([w.system.reaction for w in weapons], dtype=np.float64)
    assess = np.array([w.system.assess_delay for w in weapons], dtype=np.float64)
    layers = np.unique(layer[layer >= 0])
    consent, latency, on_link = _delays(scenario, cell, node)
    is_doubted = nodes[cell.lead].doctrine.is_word_doubted
    return Arms(
        numbers=np.array(chosen, dtype=np.int64),
        nodes=node,
        sites=Sites.of([_site(scenario, w, reach_tables[w.system]) for w in weapons]),
        p_kill=np.array([one[1] for one in kinds], dtype=np.float64),
        cost=np.array([worth * one[2] / (dearest or 1.0) for one in kinds], dtype=np.float64),
        kind=np.array([kinds.index(one) for one in rounds], dtype=np.int64),
        unit=units_of(weapons),
        channels=np.array([w.system.channels for w in weapons], dtype=np.int64),
        layer=layer,
        layers=layers,
        is_layered=len(layers) > 1,
        rules=SalvoRules(
            np.array([one[3] for one in kinds], dtype=np.int64),
            np.array([one[4] for one in kinds], dtype=np.int64),
            np.array([one[5] for one in kinds], dtype=np.int64),
        ),
        against=np.array([_classes(w) for w in weapons], dtype=np.bool_).reshape(-1, 3),
        assumed_burn=max(
            (w.system.assumed_burn for w in weapons if w.system.phase != "coast"), default=0.0
        ),
        expected=expected_of(
            weapons,
            np.array([rule[1] for rule in rules], dtype=np.int64),
            float(np.mean([asset.value for asset in scenario.assets] or [0.0])),
        ),
        is_shell=np.array([w.shell is not None for w in weapons], dtype=np.bool_),
        consent=consent,
        latency=latency,
        reaction=reaction,
        heard=assess + on_link,
        again=latency + reaction + nodes[cell.lead].decision_period,
        word=np.array([[w.system.p_assess_error * is_doubted] * 2 for w in weapons]).reshape(-1, 2),
    )


def _classes(weapon: Battery) -> tuple[bool, bool, bool]:
    """Whether it may fire at what falls, at a flyer on wings, at what burns."""
    phase, against = weapon.system.phase, weapon.against
    may_coast, is_free = phase != "boost", weapon.shell is None
    return (
        may_coast and against != "level",
        may_coast and is_free and against != "ballistic",
        phase != "coast" and against != "level",
    )


def _delays(scenario: Scenario, cell: Cell, node: Ints) -> tuple[Floats, Floats, Floats]:
    """Consent, order latency and latency of the link, for the node of each battery.

    A hub consents for all, and its orders travel over the links; elsewhere each node consents for
    its own batteries and passes orders on to them.
    """
    command = scenario.command
    nodes = command.nodes
    is_hub = command.wiring == "hub" and len(cell.nodes) > 1
    links = {} if cell.is_fallback else {i: link_of(command, i) for i in cell.nodes}
    consent = [nodes[cell.lead if is_hub else i].consent for i in node]
    on_link = np.array([getattr(links.get(int(i)), "latency", 0.0) for i in node], dtype=np.float64)
    latency = np.array([nodes[i].order_latency for i in node], dtype=np.float64)
    latency = latency + on_link if is_hub else latency
    return np.array(consent, dtype=np.float64), latency, on_link


def units_of(weapons: Sequence[Battery]) -> Ints:
    """Number of the fire unit of each battery, (b,): one of their own where they name none."""
    units = [("unit", w.unit) if w.unit is not None else ("battery", w.name) for w in weapons]
    return np.array([units.index(one) for one in units], dtype=np.int64)


def layers_of(scenario: Scenario, weapons: Sequence[Battery]) -> Ints:
    """Number of the layer of each battery, (b,)."""
    layers = scenario.command.layers
    of_name = {name: i for i, layer in enumerate(layers) for name in layer.batteries}
    return np.array([of_name.get(w.name, NO_LAYER) for w in weapons], dtype=np.int64)


def _site(scenario: Scenario, weapon: Battery, table: ReachTable) -> Site:
    """What windows need to know of a battery."""
    system = weapon.system
    level = Envelope(system.min_range, system.max_range, system.min_altitude, system.max_altitude)
    ballistic = system.ballistic_range
    is_guided = system.remote != "engage"
    field = own_field(scenario, weapon) if is_guided else None
    site, shell = weapon.site, weapon.shell
    launcher = Launcher(
        r_ecef=np.zeros(3)
        if site is None
        else np.array(ecef_from_geodetic(site.lat, site.lon, site.alt)),
        table=table,
        envelope=level if ballistic is None else level._replace(max_range=ballistic),
        level_envelope=level,
        is_guided=is_guided,
        field=NOWHERE if field is None else field,
    )
    orbit = None if shell is None else orbital_launcher(shell, system)
    return Site(launcher, system.remote, has_radar=field is not None, orbit=orbit)


def rules_of(scenario: Scenario, cell: Cell, arms: Arms, layer: Ints, is_cueing: bool) -> Rules:
    """What a cell goes by as it looks for threats; ``layer`` is of every battery."""
    doctrine, assets = scenario.command.nodes[cell.lead].doctrine, scenario.assets
    discs = [[a.place.lat, a.place.lon, a.radius] for a in assets]
    values = np.array([a.value for a in assets], dtype=np.float64)
    return Rules(
        numbers=arms.numbers,
        layers=arms.layers,
        layer=layer,
        most_rounds=int(arms.rules.most.max(initial=0)),
        p_threatening=float(doctrine.p_threatening),
        least_log_beta=math.log(doctrine.least_beta) if doctrine.least_beta > 0.0 else -math.inf,
        is_shoot_look_shoot=bool(doctrine.is_shoot_look_shoot),
        is_layered=bool(arms.is_layered),
        is_cueing=is_cueing,
        burn=float(arms.assumed_burn),
        burning_value=float(values.mean()) if len(values) else 0.0,
        assets=Assets(
            np.array(discs, dtype=np.float64).reshape(-1, 3), values, SIGMA_COURSE, T_REACH
        ),
    )
