"""Networks that fall apart and heal in mid-raid: what is guaranteed under any partition.

Real battle manager, network and magazines; threats on straight lines; a plain ledger knows what
truly happened. Each cell numbers its tracks in its own way and sees them a little shifted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from opendome.battle import books, windows
from opendome.battle.manager import Manager
from opendome.engagements import engagement, fire_control
from opendome.engagements.engagement import FireControlModel
from opendome.engagements.magazines import stocks
from opendome.messages import CommandKind, Orders, ReportKind, Reports, Tracks, join, take
from opendome.scenario.command import Doctrine, Link, Node, Outage
from opendome.scenario.scenario import Scenario
from opendome.scenario.wiring import Fates, cell_of_nodes, fates_of
from opendome.simulation import network
from opendome.simulation.network import Network
from tests.laws.examples import examples
from tests.laws.test_network_laws import first_of_each, solved, unit
from tests.unit.battle.situations import Raid, battery, raid, scenario, straight_paths, tables
from tests.unit.simulation.fated import Spans, fated

RUNS = np.array([3])
N_NODES, N_THREATS = 3, 4
END = 80
NUMBERS = 100  # by which the tracks of one cell are numbered apart from those of the next
SHIFT = 60.0  # m by which the picture of one cell lies beside that of the next
ASSESS = 2.0  # s, of the made-up interceptor

cuts = st.lists(st.integers(0, 70), max_size=6, unique=True).map(
    lambda x: tuple(zip(sorted(x)[::2], sorted(x)[1::2], strict=False))
)
Partition = tuple[Spans, Spans, Spans]
partitions = st.tuples(cuts, cuts, cuts)
losses = st.none() | st.tuples(st.integers(0, N_NODES - 1), st.integers(0, 25))
faults = st.tuples(st.sampled_from([0.0, 0.5, 3.0]), st.sampled_from([0.0, 0.3, 0.6]))


class Launch(NamedTuple):
    """One round that left."""

    t: float
    t_end: float
    threat: int
    cell: int
    battery: int
    order: int


@dataclass
class Ledger:
    """What truly happened: every launch and its end."""

    p_kill: float
    rng: np.random.Generator
    launches: list[Launch] = field(default_factory=list)
    ends: list[tuple[float, Reports]] = field(default_factory=list)  # assessments to come
    t_killed: dict[int, float] = field(default_factory=dict)

    def launch(self, commands: Any, cell: np.ndarray) -> None:
        """Rounds leave; whether they will hit is drawn."""
        for i in range(len(commands.run)):
            threat, t_end = int(commands.track[i]) % NUMBERS, float(commands.t_intercept[i])
            t, order = float(commands.t_launch[i]), int(commands.order[i])
            battery = int(commands.battery[i])
            self.launches.append(Launch(t, t_end, threat, int(cell[i]), battery, order))
            hits = self.rng.random() < self.p_kill or self.t_killed.get(threat, 1e9) <= t_end
            if hits:
                self.t_killed[threat] = min(self.t_killed.get(threat, 1e9), t_end)
            kind = int(ReportKind.KILLED if hits else ReportKind.SURVIVED)
            one = Reports(
                commands.run[i : i + 1], np.array([t_end + ASSESS]), np.array([kind]),
                commands.order[i : i + 1], commands.shot[i : i + 1], commands.battery[i : i + 1],
                commands.track[i : i + 1], np.zeros(1, dtype=np.int64),
            )  # fmt: skip
            self.ends.append((t_end + ASSESS, one))

    def assessed(self, t: float) -> Reports:
        """Assessments that are made by now."""
        due = [one for when, one in self.ends if when <= t]
        self.ends = [row for row in self.ends if row[0] > t]
        return join(due, Reports)


def picture_of(n_cells: int, ledgers: dict[int, Ledger], t: float) -> Tracks:
    """Every cell sees every living threat of every run."""
    views: list[Raid] = []
    whole = raid(N_THREATS)
    for run, ledger in ledgers.items():
        alive = np.array([k for k in range(N_THREATS) if ledger.t_killed.get(k, 1e9) > t], np.int64)
        views += [
            Raid(np.full(len(alive), run), alive + NUMBERS * c, whole.east[alive] + SHIFT * c,
                 whole.north[alive], whole.t_impact[alive], node=c)
            for c in range(n_cells)
        ]  # fmt: skip
    return join([view.picture(t) for view in views], Tracks)


@dataclass
class War:
    """One raid, in each run under a fate of the network of its own."""

    ledgers: dict[int, Ledger]
    model: Manager
    fates: Fates
    orders: Orders

    @property
    def ledger(self) -> Ledger:
        """Of the first run."""
        return self.ledgers[min(self.ledgers)]


def made_of(
    wiring: str, nodes: tuple[Node, ...], links: tuple[Link, ...], fault: tuple[float, float]
) -> Scenario:
    """A battery for each node, behind links that delay and lose messages."""
    links = tuple(replace(link, latency=fault[0], loss=fault[1]) for link in links)
    weapons = tuple(battery(f"b{i}", node=f"n{i}") for i in range(N_NODES))
    return scenario(nodes=nodes, weapons=weapons, wiring=wiring, links=links)


NODE = Node("n", Doctrine("greedy", salvo=1, max_rounds=9), order_latency=0.5)


def war(
    wiring: str,
    outages: Partition,
    fault: tuple[float, float],
    p_kill: float,
    seed: int,
    lost: tuple[int, int] | None = None,
) -> War:
    """Fight one raid under a schedule of outages."""
    when = [float(lost[1]) if lost is not None and lost[0] == i else None for i in range(N_NODES)]
    nodes = tuple(replace(NODE, name=f"n{i}", lost=when[i]) for i in range(N_NODES))
    links = tuple(
        Link(f"n{i}", outages=tuple(Outage(a, b) for a, b in outages[i])) for i in range(N_NODES)
    )
    made = made_of(wiring, nodes, links, fault)
    fates = fates_of(made.command, Fates.nothing(len(RUNS), N_NODES))
    return fought(made, fates, RUNS, p_kill, seed)


def wars(
    wiring: str,
    fates_of_runs: dict[int, tuple[Partition, tuple[int, int] | None]],
    fault: tuple[float, float],
    p_kill: float,
    seed: int,
) -> War:
    """Fight raids at once that chance gave different networks: outages and a node that is lost."""
    nodes = tuple(replace(NODE, name=f"n{i}", mean_life=1e6) for i in range(N_NODES))
    links = tuple(Link(f"n{i}", mean_up=1e6, mean_down=1.0) for i in range(N_NODES))
    made = made_of(wiring, nodes, links, fault)
    when = np.full((len(fates_of_runs), N_NODES), np.inf)
    for r, (_, lost) in enumerate(fates_of_runs.values()):
        if lost is not None:
            when[r, lost[0]] = lost[1]
    chance = fated(*[outages for outages, _ in fates_of_runs.values()], lost=when.tolist())
    runs = np.array(list(fates_of_runs))
    return fought(made, fates_of(made.command, chance), runs, p_kill, seed)


def fought(made: Scenario, fates: Fates, runs: np.ndarray, p_kill: float, seed: int) -> War:
    """Fight to the end; the books are checked against the ledgers in every second."""
    rounds, shape = 9, (len(runs), N_NODES)
    model, wire = Manager.build(made, tables(made)), Network.build(made, ())
    control = FireControlModel(
        tuple(
            replace(unit(rounds, 8, None), name=w.name, node=i) for i, w in enumerate(made.weapons)
        ),
        n_cells=len(model.cells), is_flown=False,
    )  # fmt: skip
    arms, state = engagement.begin(control, runs, fates.lost), model.begin(runs, fates)
    said = network.begin(wire, seed, runs, fates)
    ledgers = {int(r): Ledger(p_kill, np.random.default_rng([seed, int(r)])) for r in runs}
    sent: list[Orders] = []
    heard: list[Reports] = []
    launched, ordered = np.zeros(shape, int), np.zeros(shape, int)
    for t in map(float, range(END)):
        picture = picture_of(len(model.cells), ledgers, t)
        judged = join([ledger.assessed(t) for ledger in ledgers.values()], Reports)
        network.send_reports(wire, said, judged, is_said=False)
        heard.append(said.reports.receive(t))
        known = network.as_known(said, stocks(control, arms, t), control, t)
        orders, _ = model.decide(state, picture, known, heard[-1], t)
        sent.append(orders)
        np.add.at(ordered, (np.searchsorted(runs, orders.run), orders.battery), orders.n_rounds)
        network.send_orders(wire, said, orders)
        sight = network.sight(wire, said, picture, t)
        arrived = said.orders.receive(t)
        commands, word = fire_control.act(control, arms, arrived, sight, (t, t + 1.0))
        assert (commands.kind == CommandKind.LAUNCH).all()
        np.add.at(launched, (np.searchsorted(runs, commands.run), commands.battery), 1)
        for run, ledger in ledgers.items():
            mine = take(commands, commands.run == run)
            ledger.launch(mine, _cells(sent, run, mine.order))
        network.send_reports(wire, said, word, is_said=True)
        no = first_of_each(join(heard, Reports))
        no = take(no, no.kind == ReportKind.CANNOT)
        refused = np.zeros(shape, int)
        np.add.at(refused, (np.searchsorted(runs, no.run), no.battery), 1)
        promised = books.outstanding(state, runs, N_NODES)
        have = stocks(control, arms, t).rounds
        assert (have >= 0).all()
        known = network.as_known(said, stocks(control, arms, t), control, t)
        assert np.array_equal(known.rounds - promised, rounds - ordered + refused)
    return War(ledgers, model, fates, join(sent, Orders))


def _cells(sent: list[Orders], run: int, number: np.ndarray) -> np.ndarray:
    """Cell that gave each order of a run."""
    every = join(sent, Orders)
    mine = take(every, every.run == run)
    return mine.node[np.searchsorted(mine.id, number)]


@pytest.fixture(autouse=True)
def _straight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "predicted_paths", straight_paths)
    monkeypatch.setattr(fire_control, "solve", solved)


@examples(20)
@given(st.sampled_from(["integrated", "hub"]), partitions, faults, losses, st.integers(0, 2**40))
@example("integrated", (((5, 60),), (), ()), (0.5, 0.0), None, 1)
@example("hub", ((), ((1, 70),), ((3, 9), (12, 60))), (3.0, 0.6), None, 2)
@example("hub", ((), (), ()), (0.5, 0.0), (0, 9), 3)
@example("integrated", ((), ((0, 30),), ()), (0.5, 0.3), (1, 5), 4)
def test_under_any_partition_no_round_is_counted_twice_and_no_threat_is_left(
    wiring: str,
    outages: Partition,
    fault: tuple[float, float],
    lost: tuple[int, int] | None,
    seed: int,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "predicted_paths", straight_paths)
        patch.setattr(fire_control, "solve", solved)
        found = war(wiring, outages, fault, 0.7, seed, lost)
    keeps_its_promises(found, int(RUNS[0]), lost)


def keeps_its_promises(found: War, run: int, lost: tuple[int, int] | None) -> None:
    """What is guaranteed in a run under any partition."""
    launches = found.ledgers[run].launches
    of_order: dict[int, int] = {}
    for one in launches:
        of_order[one.order] = of_order.get(one.order, 0) + 1
    orders = take(found.orders, found.orders.run == run)
    most = dict(zip(orders.id.tolist(), orders.n_rounds.tolist(), strict=True))
    assert all(n <= most[number] for number, n in of_order.items())  # no order is executed twice
    assert {one.threat for one in launches} == set(range(N_THREATS))  # none is left
    if lost is not None:  # the battery of a node stands at the place of its number
        assert all(one.battery != lost[0] or one.t < lost[1] + 1.0 for one in launches)
    assert not fired_again(found, run)  # whoever is joined knows what anyone fired alone


def fired_again(found: War, run: int) -> list[tuple[float, Launch]]:
    """Orders of joined nodes, all links up, at a threat at which a round was not yet assessed."""
    again, row = [], list(found.ledgers).index(run)
    for i in np.flatnonzero((found.orders.node == 0) & (found.orders.run == run)):
        t, threat = found.orders.t_decided[i], found.orders.track[i] % NUMBERS
        cells = cell_of_nodes(found.model.command, found.model.cells, found.fates, t)
        if set(cells[row]) == {0}:
            for one in found.ledgers[run].launches:
                if one.threat == threat and one.t <= t < one.t_end + ASSESS:
                    again.append((t, one))
    return again


@examples(10)
@given(
    st.sampled_from(["integrated", "hub"]),
    st.lists(st.tuples(partitions, losses), min_size=3, max_size=3),
    faults,
    st.integers(0, 2**40),
)
@example(
    "hub", [(((), (), ()), (0, 20)), (((), ((3, 30),), ()), None), (((), (), ()), None)],
    (0.5, 0.3), 1,
)  # fmt: skip
def test_runs_that_chance_gave_different_networks_do_not_touch_each_other(
    wiring: str,
    each: list[tuple[Partition, tuple[int, int] | None]],
    fault: tuple[float, float],
    seed: int,
) -> None:
    fates = dict(zip((2, 5, 11), each, strict=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "predicted_paths", straight_paths)
        patch.setattr(fire_control, "solve", solved)
        together = wars(wiring, fates, fault, 0.7, seed)
        for run, fate in fates.items():
            alone = wars(wiring, {run: fate}, fault, 0.7, seed)
            assert together.ledgers[run].launches == alone.ledgers[run].launches
            mine = take(together.orders, together.orders.run == run)
            for name in Orders.__slots__:
                assert np.array_equal(getattr(mine, name), getattr(alone.orders, name), True), name
            keeps_its_promises(together, run, fate[1])


@pytest.mark.parametrize("wiring", ["integrated", "hub"])
def test_when_a_link_returns_double_engagements_are_resolved(wiring: str) -> None:
    n_alone = 0
    for end in range(8, 40, 2):
        found = war(wiring, ((), ((0, end),), ()), (0.0, 0.0), 0.0, end)
        assert not fired_again(found, int(RUNS[0]))
        n_alone += sum(one.t < end < one.t_end for one in found.ledger.launches if one.cell != 0)
    assert n_alone > 10  # rounds of the node were in the air when its link returned


def doubles(launches: list[Launch]) -> int:
    """Rounds that left while another cell had one in the air at the same threat."""
    return sum(
        any(a.threat == b.threat and a.cell != b.cell and a.t <= b.t < a.t_end for a in launches)
        for b in launches
    )


def test_what_is_not_guaranteed_while_cut_two_nodes_may_fire_at_one_threat() -> None:
    apart = war("integrated", (((0, 79),), (), ()), (0.0, 0.0), 0.7, 4)
    assert doubles(apart.ledger.launches) > 0
    whole = war("integrated", ((), (), ()), (0.0, 0.0), 0.7, 4)
    assert doubles(whole.ledger.launches) == 0


def test_a_node_that_is_cut_off_knows_what_was_open_before() -> None:
    """Rounds of the joint plan are in the air when the link goes down: the node waits for them."""
    launches = war("integrated", (((8, 79),), (), ()), (0.0, 0.0), 0.0, 4).ledger.launches
    before = [a for a in launches if a.cell == 0 and a.t <= 8.0]
    alone = [b for b in launches if b.cell == 1]
    assert before
    assert alone
    for b in alone:
        assert not any(a.threat == b.threat and b.t < a.t_end for a in before)


def test_a_hub_that_is_killed_leaves_nodes_that_fight_alone() -> None:
    launches = war("hub", ((), (), ()), (0.5, 0.0), 0.0, 4, (0, 20)).ledger.launches
    before, after = ([a for a in launches if (a.t >= 22.0) == late] for late in (False, True))
    assert {a.cell for a in before} == {0}
    assert {a.cell for a in after} == {1, 2}  # of the other two: every link ends at the hub
    assert {a.threat for a in after} == set(range(N_THREATS))
