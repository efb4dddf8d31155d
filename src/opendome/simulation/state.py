"""What evolves while a batch of runs is simulated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from opendome.battle.books import BattleState
from opendome.engagements.engagement import FireControlState
from opendome.messages import Commands, Tasking, empty
from opendome.scenario.wiring import Fates
from opendome.simulation.network import NetworkState
from opendome.simulation.recorder import Recorder
from opendome.tracks.classify import KindBook, no_kinds
from opendome.world.state import WorldState


@dataclass
class State:
    """One batch of runs between two ticks."""

    seed: int
    keep: frozenset[int]  # runs whose trajectories are kept
    fates: Fates
    world: WorldState
    picture: Any  # of the tracker, or of the shortcut that stands for it
    battle: BattleState
    fire_control: FireControlState
    network: NetworkState
    recorder: Recorder
    tasking: Tasking = field(default_factory=lambda: empty(Tasking))
    commands: Commands = field(default_factory=lambda: empty(Commands))
    kinds: KindBook = field(default_factory=no_kinds)  # of the tracks of the kept runs
