"""The battle manager of every cell of nodes: each decision period, who shoots at what.

Reports are entered, the picture is read, threats are judged; what doctrine lets a cell engage
gets windows and one assignment problem per run and cell. Only what must leave before the next
decision is ordered: the rest of the plan is made anew then, from a better picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from opendome.battle import POLICIES, books, doctrine, evaluate, layers, outlook, stakes
from opendome.battle.apart import keep_apart
from opendome.battle.arms import Arms, cell_arms, layers_of, rules_of, units_of
from opendome.battle.books import BattleState, OrderBook
from opendome.battle.commit import Candidates, commit
from opendome.battle.cue import CuedSensor, cue, cued_sensors
from opendome.battle.handover import Nodes, Seen, hand_over
from opendome.battle.picture import contradict, read
from opendome.battle.plan import Options, is_open_now, nap, problems_of, written
from opendome.battle.windows import Paths
from opendome.kernels.assignment import NOW
from opendome.kernels.burning import assumed_burns
from opendome.kernels.engageable import Loads, Rules, choose
from opendome.kernels.reach import ReachTable
from opendome.messages import Orders, Reports, Stocks, Tasking, Tracks, empty, join, take
from opendome.scenario.command import Command, Node
from opendome.scenario.scenario import Scenario
from opendome.scenario.weapons import WeaponSystem, p_kill_of_round
from opendome.scenario.wiring import Cell, Fates, cell_of_nodes, cells, fates_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FAR_AHEAD = 600.0  # s: no further are the paths of flyers on wings followed


@dataclass(frozen=True, slots=True)
class Manager:
    """Everything about battle management that never changes."""

    command: Command
    cells: tuple[Cell, ...]
    arms: tuple[Arms, ...]  # of each cell
    rules: tuple[Rules, ...]  # of each cell
    battery_node: Ints  # (n_batteries,)
    unit: Ints  # (n_batteries,) batteries of one number share guidance channels
    layer: Ints  # (n_batteries,)
    p_kill: Floats  # (n_batteries,)
    assess_delay: Floats  # (n_batteries,)
    cued: tuple[CuedSensor, ...]

    @staticmethod
    def build(scenario: Scenario, reach_tables: Mapping[WeaponSystem, ReachTable]) -> Manager:
        """Model of a checked scenario; ``reach_tables`` holds one table per interceptor system."""
        place = {node.name: i for i, node in enumerate(scenario.command.nodes)}
        weapons = scenario.weapons
        joined = cells(scenario.command, scenario.sensors)
        arms = tuple(cell_arms(scenario, cell, reach_tables) for cell in joined)
        layer, cued = layers_of(scenario, weapons), cued_sensors(scenario)
        return Manager(
            command=scenario.command,
            cells=joined,
            arms=arms,
            rules=tuple(
                rules_of(scenario, cell, its, layer, len(cued) > 0)
                for cell, its in zip(joined, arms, strict=True)
            ),
            battery_node=np.array([place[w.node] for w in weapons], dtype=np.int64),
            unit=units_of(weapons),
            layer=layer,
            p_kill=np.array([p_kill_of_round(w.system) for w in weapons], dtype=np.float64),
            assess_delay=np.array([w.system.assess_delay for w in weapons], dtype=np.float64),
            cued=cued,
        )

    def begin(self, runs: Ints, fates: Fates | None = None) -> BattleState:
        """State before anything is seen, for a batch of runs; absent: fates as scheduled."""
        if fates is None:
            fates = fates_of(self.command, Fates.nothing(len(runs), len(self.command.nodes)))
        return books.begin(runs, len(self.cells), len(self.battery_node), fates)

    def decide(
        self, state: BattleState, picture: Tracks, stocks: Stocks, reports: Reports, t: float
    ) -> tuple[Orders, Tasking]:
        """Orders and cues of all cells at a tick; ``state`` is changed.

        Parameters
        ----------
        state : BattleState
        picture : Tracks
            All tracks of all cells now.
        stocks : Stocks
            Of all runs that have not ended, as they are now.
        reports : Reports
            That have arrived since the last call; what is said again does no harm.
        t : float
            Now. A cell decides on the first call at or after each multiple of its lead's period.

        Returns
        -------
        orders : Orders
            Sorted by run and number.
        tasking : Tasking
            Of all cued sensors, each tick anew.
        """
        books.fold(state, reports, self.assess_delay, t)
        pairs = read(state, picture)
        contradict(state, picture, *pairs)
        given: list[Orders] = []
        cell_of = cell_of_nodes(self.command, self.cells, state.fates, t)
        left = _left(state, stocks, self.unit)
        found = Seen(*pairs, picture.node[pairs[0]])
        nodes = Nodes(self.cells, self.battery_node, self.command.wiring == "hub")
        known = hand_over(state, picture, found, nodes, cell_of, t)
        for i, cell in enumerate(self.cells):
            if state.t_due[i] <= t + 1e-9:
                period = self.command.nodes[cell.lead].decision_period
                state.t_due[i] = (np.floor(t / period + 1e-9) + 1) * period
                mine, acts = found.cell == i, (cell_of == i).any(axis=1)
                if not acts.all():
                    mine &= acts[np.searchsorted(state.runs, picture.run[pairs[0]])]
                own = (pairs[0][mine], pairs[1][mine])
                # nothing to see, nothing to fire with, or every run has ended
                if len(own[0]) and len(left.runs):
                    held = self._held_by(i, left, cell_of[np.searchsorted(state.runs, left.runs)])
                    given.append(self._decide_cell(i, state, picture, own, (held, known), t))
        orders = join(given, Orders)
        if len(orders.run) > 1:
            orders = take(orders, np.lexsort((orders.id, orders.run)))
        return orders, cue(self.cued, cell_of, state, picture, pairs)

    def _decide_cell(
        self,
        i: int,
        state: BattleState,
        picture: Tracks,
        pairs: tuple[Ints, Ints],
        means: tuple[Stocks, OrderBook],
        t: float,
    ) -> Orders:
        """Orders of one cell, from what it may use and the orders that it counts as open."""
        left, known = means
        arms, lead = self.arms[i], self._lead(i)
        candidates = self._candidates(i, state, picture, pairs, means, t)
        if candidates is None:
            return empty(Orders)
        options = self._options(i, state, picture, candidates, left, t)
        problems = problems_of(state, lead, arms, candidates, options, t)
        is_now = problems.reach == NOW
        rows, period = candidates.rows, lead.decision_period
        naps = nap(lead, options, problems.reach, candidates.t_end - t)
        state.tracks.t_wake[rows] = t + naps
        outlook.hold(state, rows, is_now.any(axis=1), candidates.t_end, (t, period))
        if not is_now.any():
            return empty(Orders)
        assignment = POLICIES[lead.doctrine.policy](problems)
        state.plans.append(written(problems, assignment, left.runs[candidates.stock], i, t))
        planned = np.where(is_now, assignment.given, 0)
        given = np.flatnonzero(planned.any(axis=1))
        if len(given) == 0:
            return empty(Orders)
        found = outlook.renew(options.found, given, options.paths, arms, options.t_earliest)
        t_next = options.t_base + period + found.step[:, None]
        planned = np.where(found.t_launch < t_next, planned, 0)
        met, apart = found.t_intercept, lead.doctrine.intercepts_apart
        planned = keep_apart(planned, met, state.tracks.key[rows], known, arms, apart)
        return commit(state, picture, candidates, planned, found, arms, t)

    def _held_by(self, i: int, left: Stocks, cell_of: Ints) -> Stocks:
        """Stocks as a cell may use them: batteries that another commands now have no rounds."""
        numbers = self.arms[i].numbers
        is_lent = cell_of[:, self.battery_node[numbers]] != i
        if not is_lent.any():
            return left
        rounds = left.rounds.copy()
        rounds[:, numbers] = np.where(is_lent, 0, rounds[:, numbers])
        return replace(left, rounds=rounds)

    def _lead(self, i: int) -> Node:
        """The node whose doctrine and decision period hold in a cell."""
        return self.command.nodes[self.cells[i].lead]

    def _options(
        self,
        i: int,
        state: BattleState,
        picture: Tracks,
        candidates: Candidates,
        left: Stocks,
        t: float,
    ) -> Options:
        """What the batteries of a cell can do about its candidates, and whose turn it is."""
        arms, seen = self.arms[i], candidates.seen
        t_base = candidates.t_release + arms.latency + arms.reaction
        stock, numbers = candidates.stock, arms.numbers
        t_earliest = np.maximum(t_base, books.some_of(left.t_ready, stock, numbers))
        is_level = picture.is_level[seen]
        t_end = np.where(is_level, np.minimum(candidates.t_end, t + FAR_AHEAD), candidates.t_end)
        is_burning = picture.is_boosting[seen]
        paths = Paths(picture.x_ecef[seen], picture.t[seen], t_end, is_level)
        may_fire = arms.against[:, np.where(is_burning, 2, is_level)].T
        # a shell is looked through only for what it may fire at
        asked = np.where(may_fire | ~arms.is_shell, t_earliest, np.inf)
        if is_burning.any():
            thrust, _ = assumed_burns(picture.t_first[seen], paths.t, arms.assumed_burn)
            ends = np.where(is_burning, t_end, -np.inf)
            paths = paths._replace(thrust=np.full(len(seen), thrust), t_burnout=ends)
            asked = np.where(may_fire, t_earliest, np.inf)
            state.tracks.t_fresh[candidates.rows[is_burning]] = -np.inf
        found = outlook.look_ahead(state, candidates.rows, arms, paths, asked, t)
        has_rounds = (books.some_of(left.rounds, stock, numbers) > 0) & may_fire
        options = Options(
            found=outlook.without(found, has_rounds),
            paths=paths,
            t_earliest=np.where(has_rounds, t_earliest, np.inf),
            t_base=t_base,
            left=left,
            turns=None,
        )
        if not arms.is_layered:
            return options
        is_shoot_look_shoot = self._lead(i).doctrine.is_shoot_look_shoot
        is_waiting = ~is_open_now(self._lead(i), options)
        is_able = is_waiting | (books.some_of(left.free_channels, stock, numbers) > 0)
        is_served = layers.can_serve(state, arms, candidates, options.found, left, t)
        turns = layers.turns(
            arms, options.found, is_able, is_served, candidates.t_word, is_shoot_look_shoot, t
        )
        return options._replace(turns=turns)

    def _candidates(
        self,
        i: int,
        state: BattleState,
        picture: Tracks,
        pairs: tuple[Ints, Ints],
        means: tuple[Stocks, OrderBook],
        t: float,
    ) -> Candidates | None:
        """Threats that a cell may fire at now, in the runs where there is something to decide."""
        left, known = means
        arms, tracks = self.arms[i], state.tracks
        found = choose(
            pairs,
            evaluate.sighted(picture),
            evaluate.memory(tracks),
            doctrine.shots(known),
            self.rules[i],
            Loads(left.runs, left.rounds, np.ascontiguousarray(left.free_channels)),
            t,
        )
        if not len(found.seen):
            return None
        order = np.lexsort((picture.id[found.seen], found.stock))
        rows = found.rows[order]
        spent = doctrine.spent(state, known, rows, self.p_kill, self.layer)
        t_asked = np.where(np.isnan(tracks.t_asked[rows]), t, tracks.t_asked[rows])
        return Candidates(
            seen=found.seen[order],
            rows=rows,
            stock=found.stock[order],
            t_release=np.maximum(t, t_asked[:, None] + arms.consent),
            t_end=found.t_end[order],
            wanted=doctrine.salvo(arms.rules, spent.n_rounds),
            n_tries=doctrine.tries(arms.rules, spent.n_rounds),
            is_new=np.isnan(tracks.t_asked[rows]),
            stakes=self._stakes(i, state, picture, pairs, (rows, spent.survival), means, t),
            t_word=found.t_word[order],
        )

    def _stakes(
        self,
        i: int,
        state: BattleState,
        picture: Tracks,
        pairs: tuple[Ints, Ints],
        chosen: tuple[Ints, Floats],
        means: tuple[Stocks, OrderBook],
        t: float,
    ) -> stakes.Stakes:
        """What is at stake of the chosen rows of the book, in their order."""
        rows, survival = chosen
        p_destroy = self._lead(i).doctrine.p_destroy
        if p_destroy is None:
            return stakes.by_threats(state.tracks.value[rows] * survival)
        left, known = means
        others = np.flatnonzero(~np.isin(pairs[1], rows))
        every = np.concatenate([rows, pairs[1][others]])
        place = np.full(len(state.tracks.key), -1)
        place[pairs[1]] = np.arange(len(pairs[1]))
        run = picture.run[pairs[0][place[every]]]
        stock, is_known = books.find(left.runs, run)
        spent = doctrine.spent(state, known, every, self.p_kill, self.layer)
        seen = stakes.Seen(every, np.where(is_known, stock, -1), spent.survival)
        is_asked = np.arange(len(every)) < len(rows)
        values = self.rules[i].assets.values
        return stakes.by_assets(state.tracks, seen, is_asked, (values, p_destroy), t)


def _left(state: BattleState, stocks: Stocks, unit: Ints) -> Stocks:
    """Stocks less what is ordered and has not left, sorted by run; never below zero."""
    left = stocks
    if (stocks.runs[1:] < stocks.runs[:-1]).any():
        k = np.argsort(stocks.runs, kind="stable")
        left = Stocks(stocks.runs[k], stocks.rounds[k], stocks.free_channels[k], stocks.t_ready[k])
    if not state.orders.n_left.any():
        return left
    owed = books.outstanding(state, left.runs, stocks.rounds.shape[1])
    owed_by_unit = owed @ (unit[:, None] == unit).astype(np.int64)
    return replace(
        left,
        rounds=np.maximum(left.rounds - owed, 0),
        free_channels=np.maximum(left.free_channels - owed_by_unit, 0),
    )
