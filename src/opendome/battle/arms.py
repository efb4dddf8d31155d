"""What each node commands: its batteries, their reach, and what a round of each kind is worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.battle.commit import Battery
from opendome.battle.windows import Site
from opendome.kernels.reach import Envelope, ReachTable
from opendome.scenario.command import Node
from opendome.scenario.scenario import Scenario
from opendome.scenario.weapons import InterceptorSystem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUND_COST = 1e-6  # of the dearest round, in units of the most valuable asset


class Arms(NamedTuple):
    """The b batteries of a node, which fire k kinds of round."""

    numbers: Ints  # (b,) in scenario order
    sites: tuple[Site, ...]
    p_kill: Floats  # (k,)
    cost: Floats  # (k,) in the unit of asset values
    reaction: Floats  # (b,) s
    look: Floats  # (b,) s from an intercept to the next launch
    batteries: Battery


def node_arms(
    scenario: Scenario, node: Node, reach_tables: Mapping[InterceptorSystem, ReachTable]
) -> Arms:
    """Batteries that obey a node.

    Rounds are of one kind when their systems have one name, and one chance to kill and one cost.
    """
    numbers = [i for i, battery in enumerate(scenario.weapons) if battery.node == node.name]
    weapons = [scenario.weapons[i] for i in numbers]
    rounds = [(w.system.name, w.system.p_kill, w.system.cost) for w in weapons]
    kinds = list(dict.fromkeys(rounds))
    dearest = max((battery.system.cost for battery in scenario.weapons), default=0.0)
    unit = ROUND_COST * max((asset.value for asset in scenario.assets), default=0.0)
    reaction = np.array([w.system.reaction for w in weapons], dtype=np.float64)
    t_word = np.array([w.system.assess_delay for w in weapons]) + node.order_latency
    kind = np.array([kinds.index(one) for one in rounds], dtype=np.int64)
    return Arms(
        numbers=np.array(numbers, dtype=np.int64),
        sites=tuple(
            Site(
                np.array([w.site.lat, w.site.lon, w.site.alt]),
                reach_tables[w.system],
                Envelope(
                    w.system.min_range,
                    w.system.max_range,
                    w.system.min_altitude,
                    w.system.max_altitude,
                ),
            )
            for w in weapons
        ),
        p_kill=np.array([p_kill for _, p_kill, _ in kinds], dtype=np.float64),
        cost=np.array(
            [unit * cost / (dearest or 1.0) for _, _, cost in kinds],
            dtype=np.float64,
        ),
        reaction=reaction,
        look=t_word + reaction + node.decision_period,
        batteries=Battery(np.array(numbers, dtype=np.int64), t_word, kind),
    )
