"""The battle manager of every command node: each decision period, who shoots at what.

Reports are entered, the picture is read, threats are judged; what doctrine lets a node engage
gets windows and one assignment problem per run and node. Only what must leave before the next
decision is ordered: the rest of the plan is made anew then, from a better picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opendome.battle import POLICIES, books, doctrine, evaluate
from opendome.battle.arms import Arms, node_arms
from opendome.battle.books import BattleState
from opendome.battle.commit import Candidates, alone, commit
from opendome.battle.cue import CuedSensor, cue, cued_sensors
from opendome.battle.picture import contradict, read
from opendome.battle.windows import Windows, find_windows, tries
from opendome.kernels.assignment import LATER, NOW, OUT_OF_REACH, Problems
from opendome.kernels.reach import ReachTable
from opendome.messages import Orders, Reports, Stocks, Tasking, Tracks, empty, join, take
from opendome.scenario.command import Node
from opendome.scenario.scenario import Scenario
from opendome.scenario.weapons import InterceptorSystem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NAP_SHARE = 0.1  # of the time to impact: how long a threat out of reach is left alone
LONGEST_NAP = 30.0  # s


@dataclass(frozen=True, slots=True)
class Manager:
    """Everything about battle management that never changes."""

    nodes: tuple[Node, ...]
    arms: tuple[Arms, ...]  # of each node
    discs: Floats  # (n_assets, 3) lat, lon, radius
    values: Floats  # (n_assets,)
    battery_node: Ints  # (n_batteries,)
    p_kill: Floats  # (n_batteries,)
    assess_delay: Floats  # (n_batteries,)
    cued: tuple[CuedSensor, ...]

    @staticmethod
    def build(scenario: Scenario, reach_tables: Mapping[InterceptorSystem, ReachTable]) -> Manager:
        """Model of a checked scenario; ``reach_tables`` holds one table per interceptor system."""
        nodes = scenario.command.nodes
        place = {node.name: i for i, node in enumerate(nodes)}
        weapons, assets = scenario.weapons, scenario.assets
        return Manager(
            nodes=nodes,
            arms=tuple(node_arms(scenario, node, reach_tables) for node in nodes),
            discs=np.array(
                [[a.place.lat, a.place.lon, a.radius] for a in assets], dtype=np.float64
            ).reshape(-1, 3),
            values=np.array([a.value for a in assets], dtype=np.float64),
            battery_node=np.array([place[w.node] for w in weapons], dtype=np.int64),
            p_kill=np.array([w.system.p_kill for w in weapons], dtype=np.float64),
            assess_delay=np.array([w.system.assess_delay for w in weapons], dtype=np.float64),
            cued=cued_sensors(scenario),
        )

    def begin(self, runs: Ints) -> BattleState:
        """State before anything is seen, for a batch of runs."""
        return books.begin(runs, len(self.nodes), len(self.battery_node))

    def decide(
        self, state: BattleState, picture: Tracks, stocks: Stocks, reports: Reports, t: float
    ) -> tuple[Orders, Tasking]:
        """Orders and cues of all nodes at a tick; ``state`` is changed.

        Parameters
        ----------
        state : BattleState
        picture : Tracks
            All tracks of all nodes now.
        stocks : Stocks
            Of all runs that have not ended, as they are now.
        reports : Reports
            That have arrived since the last call.
        t : float
            Now. A node decides on the first call at or after each multiple of its period.

        Returns
        -------
        orders : Orders
            Sorted by run and number.
        tasking : Tasking
            Of all cued sensors, each tick anew.
        """
        books.fold(state, reports, self.battery_node, self.assess_delay, t)
        pairs = read(state, picture)
        contradict(state, picture, *pairs)
        given: list[Orders] = []
        left = _left(state, stocks)
        for i, node in enumerate(self.nodes):
            if state.t_due[i] <= t + 1e-9:
                state.t_due[i] = (
                    np.floor(t / node.decision_period + 1e-9) + 1
                ) * node.decision_period
                given.append(self._decide_node(i, state, picture, pairs, left, t))
        orders = join(given, Orders)
        orders = take(orders, np.lexsort((orders.id, orders.run)))
        return orders, cue(self.cued, state, picture, pairs)

    def _decide_node(
        self,
        i: int,
        state: BattleState,
        picture: Tracks,
        pairs: tuple[Ints, Ints],
        left: Stocks,
        t: float,
    ) -> Orders:
        """Orders of one node."""
        node, arms, tracks = self.nodes[i], self.arms[i], state.tracks
        mine = picture.node[pairs[0]] == i
        pairs = (pairs[0][mine], pairs[1][mine])
        if len(pairs[0]) == 0 or len(left.runs) == 0:  # nothing to see, or every run has ended
            return empty(Orders)
        candidates = self._candidates(i, state, picture, pairs, left, t)
        if len(candidates.seen) == 0:
            return empty(Orders)
        t_base = candidates.t_release[:, None] + node.order_latency + arms.reaction
        stock = np.ix_(candidates.stock, arms.numbers)
        t_earliest = np.where(
            left.rounds[stock] > 0, np.maximum(t_base, left.t_ready[stock]), np.inf
        )
        seen = candidates.seen
        found = find_windows(
            picture.x_ecef[seen], picture.t[seen], picture.impact_t[seen], arms.sites, t_earliest
        )
        problems = _problems(node, arms, candidates, found, left, t_base, state)
        is_now = problems.reach == NOW
        wait = np.nan_to_num(found.t_launch - t_base, nan=np.inf).min(axis=1, initial=np.inf)
        nap = _nap(node, np.where(is_now.any(axis=1), 0.0, wait), picture.impact_t[seen] - t)
        tracks.t_wake[candidates.rows] = t + nap
        if not is_now.any():
            return empty(Orders)
        assignment = POLICIES[node.doctrine.policy](problems)
        state.n_unproven += int(np.sum(~assignment.is_proven))
        planned = np.where(is_now, assignment.given, 0)
        return commit(state, picture, candidates, planned, found, arms.batteries, t)

    def _candidates(
        self,
        i: int,
        state: BattleState,
        picture: Tracks,
        pairs: tuple[Ints, Ints],
        left: Stocks,
        t: float,
    ) -> Candidates:
        """Threats that a node may fire at now, in the runs where there is something to decide."""
        node, arms, tracks = self.nodes[i], self.arms[i], state.tracks
        spent = doctrine.spent(state, self.p_kill)
        is_free = doctrine.may_engage(node.doctrine, state, picture, pairs, spent)
        is_judged = is_free | any(sensor.node == i for sensor in self.cued)
        judged = (pairs[0][is_judged], pairs[1][is_judged])
        evaluate.refresh(state, picture, judged, self.discs, self.values)
        seen, rows = pairs[0][is_free], pairs[1][is_free]
        is_threat = doctrine.is_threatening(node.doctrine, tracks.chance[rows])
        is_threat &= picture.impact_t[seen] > t
        seen, rows = seen[is_threat], rows[is_threat]
        stock, is_known = books.find(left.runs, picture.run[seen])
        is_ready = (np.minimum(left.rounds, left.free_channels)[:, arms.numbers] > 0).any(axis=1)
        is_due = np.zeros(len(left.runs), dtype=np.bool_)
        is_due[stock[is_known & (tracks.t_wake[rows] <= t + 1e-9)]] = True
        chosen = np.flatnonzero(is_known & (is_due & is_ready)[stock])
        chosen = chosen[np.lexsort((picture.id[seen[chosen]], stock[chosen]))]
        seen, rows, stock = seen[chosen], rows[chosen], stock[chosen]
        t_consent = tracks.t_consent[rows]
        return Candidates(
            seen=seen,
            rows=rows,
            stock=stock,
            t_release=np.where(np.isnan(t_consent), t + node.consent, np.maximum(t, t_consent)),
            wanted=doctrine.salvo(node.doctrine, spent.n_rounds[rows]),
            n_tries=doctrine.tries(node.doctrine, spent.n_rounds[rows]),
            is_new=np.isnan(t_consent),
            value=tracks.value[rows] * spent.survival[rows],
        )


def _left(state: BattleState, stocks: Stocks) -> Stocks:
    """Stocks less what is ordered and has not left, sorted by run; never below zero."""
    order = np.argsort(stocks.runs, kind="stable")
    runs = stocks.runs[order]
    owed = books.outstanding(state, runs, stocks.rounds.shape[1])
    return Stocks(
        runs=runs,
        rounds=np.maximum(stocks.rounds[order] - owed, 0),
        free_channels=np.maximum(stocks.free_channels[order] - owed, 0),
        t_ready=stocks.t_ready[order],
    )


def _problems(
    node: Node,
    arms: Arms,
    candidates: Candidates,
    found: Windows,
    left: Stocks,
    t_base: Floats,
    state: BattleState,
) -> Problems:
    """One assignment problem per run: who can be reached at once, who later, with what."""
    first = np.flatnonzero(np.diff(candidates.stock, prepend=-1))
    stock = np.ix_(candidates.stock[first], arms.numbers)
    n = len(candidates.stock)
    is_now = found.t_launch < t_base + node.decision_period + found.step[:, None]
    reach = np.where(is_now, NOW, np.where(np.isnan(found.t_launch), OUT_OF_REACH, LATER))
    depth = np.isfinite(found.t_launch).astype(np.int64)
    if node.doctrine.is_shoot_look_shoot:
        depth = np.minimum(tries(found, arms.look), candidates.n_tries[:, None])
    place = np.ix_(books.find(state.runs, left.runs[candidates.stock[first]])[0], arms.numbers)
    is_alone = alone(found, arms.batteries.kind) & candidates.is_new[:, None]
    return Problems(
        offsets=np.append(first, n),
        wanted=candidates.wanted,
        value=candidates.value,
        p_kill=np.broadcast_to(arms.p_kill, (n, len(arms.p_kill))).copy(),
        t_last=np.max(np.nan_to_num(found.t_launch_last, nan=-np.inf), axis=1, initial=-np.inf),
        reach=reach,
        depth=depth,
        alone=state.n_alone[place] + np.add.reduceat(is_alone.astype(np.int64), first, axis=0),
        rounds=left.rounds[stock],
        channels=left.free_channels[stock],
        kind=arms.batteries.kind,
        cost=arms.cost,
    )


def _nap(node: Node, wait: Floats, t_to_impact: Floats) -> Floats:
    """How long to leave a threat alone when its first window opens after ``wait`` (inf: never).

    Until just before the window opens, but never much longer than a tenth of the time to impact.
    Others of the same run may wake it earlier: a run's candidates are planned together.
    """
    nap = np.clip(NAP_SHARE * t_to_impact, node.decision_period, LONGEST_NAP)
    return np.minimum(np.maximum(wait - node.decision_period, 0.0), nap)
