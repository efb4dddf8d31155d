"""When does a defense run dry? Raids over weeks against stocks, production and reload.

Both sides have a stock and a line that makes more; the defense fires from launchers that are filled
again between raids. In closed form every raid takes and leaks what it does on average; beside it
every raid is played, with the rounds that are left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from opendome.campaign.runner import simulation_engine
from opendome.errors import ScenarioError
from opendome.results.statistics import Estimate, bootstrap_mean
from opendome.scenario.catalog_entries import build_system, catalog, entry
from opendome.scenario.entries import LEVELS, Parameter
from opendome.scenario.grammar import keys
from opendome.scenario.load import load
from opendome.scenario.scenario import Scenario
from opendome.scenario.units import TO_SI, quantity
from opendome.scenario.weapons import p_kill_of_round
from opendome.studies.cost_exchange import PAIRS, SATELLITES, Pair, raid_of
from opendome.studies.doctrine import mean_leakers, rounds_with_looks, salvo_kill
from opendome.studies.uncertain import Unknown, draws, draws_key, unknown_of

Floats = NDArray[np.float64]
Outcome = Callable[[int, int, Floats], tuple[Floats, Floats]]

ACCOUNT: Final = "interceptor_account"  # of stocks and production, in the catalog
DAY: Final = 86400.0  # s
WEEK: Final = 7.0 * DAY
YEAR: Final = TO_SI["yr"]
PLAYED: Final = {
    f"{p.threat}-{p.interceptor}": p for p in PAIRS if p.interceptor != SATELLITES
}  # fmt: skip


@dataclass(frozen=True)
class InventoryInputs:
    """What is asked. What is absent of the defense is taken from the catalog."""

    pair: str = keys.choice(
        "pair", "Class of threat, and what meets it.", tuple(PLAYED), default="mrbm_solid-thaad"
    )
    weeks: int = keys.integer("weeks", "Weeks of the campaign.", low=1, high=520, default=12)
    raids: int = keys.integer(
        "raids_per_week", "Raids in a week, evenly spaced.", low=1, high=14, default=2
    )
    threats: int = keys.integer("threats", "Threats in a raid.", low=1, high=200, default=20)
    attacker_stock: int = keys.integer(
        "attacker_stock", "Threats of the attacker at the start.", low=0, high=10**6, default=1000
    )
    attacker_made: float = quantity(
        "attacker_made_per_year", "1", "Threats that the attacker makes in a year.",
        low=0, high=1e6, default=600,
    )  # fmt: skip
    stock: int | None = keys.integer(
        "stock", "Rounds of the defense at the start, those in launchers included; absent: the "
        "catalog's inventory.", low=0, high=10**6, default=None,
    )  # fmt: skip
    made: float | None = quantity(
        "made_per_year", "1", "Rounds made in a year; absent: the catalog's production.",
        low=0, high=1e6, default=None,
    )  # fmt: skip
    ready: int = keys.integer("ready", "Rounds that launchers hold.", low=1, high=10**5, default=96)
    reloaded: float = quantity(
        "reloaded_per_day", "1", "Rounds that can be put into launchers in a day.",
        low=0, high=1e5, default=24,
    )  # fmt: skip
    rounds: int = keys.integer(
        "rounds", "Rounds at one threat, at most.", low=1, high=20, default=2
    )
    has_looks: bool = keys.flag(
        "has_looks", "One by one, each after the look at the one before.", default=False
    )
    p_kill: float | None = quantity(
        "p_kill", "1", "Chance that one round kills; absent: the catalog's.",
        above=0, high=0.999, default=None,
    )  # fmt: skip
    runs: int = keys.integer(
        "runs", "Campaigns that are played, raid by raid; 0: none.", low=0, high=10**5, default=8
    )
    draws: int = draws_key("stock, production and kill chance, those that are not set,")
    seed: int = keys.integer("seed", "Seed of the runs.", low=0, high=2**31, default=1)


@dataclass(frozen=True)
class Known:
    """Numbers of the defense at one level."""

    stock: int
    made: float  # rounds in a year
    p_kill: float


@dataclass(frozen=True)
class Timeline:
    """One campaign or several, a row for each and a column for each raid."""

    t: Floats  # of the raids, since the first
    threats: Floats  # launched in each
    left: Floats  # rounds of the defense after each, launchers and depot
    fired: Floats
    leakers: Floats
    attacker_left: Floats  # after each

    def short(self, rounds: int) -> Floats:
        """Time of the first raid before which less was left than a salvo at each; inf if none."""
        had = self.left + self.fired
        return self._first(had < rounds * self.threats)

    @property
    def empty(self) -> Floats:
        """Time of the first raid after which nothing was left; inf if there is none."""
        return self._first((self.left < 1.0) & (self.threats > 0))

    def _first(self, is_so: NDArray[np.bool_]) -> Floats:
        return np.where(is_so.any(axis=1), self.t[np.argmax(is_so, axis=1)], np.inf)


@dataclass(frozen=True)
class Inventory:
    """The answer: by the form at each level of what is not known, and as played at nominal."""

    known: dict[str, Known]
    form: dict[str, Timeline]
    played: Timeline | None
    usd: tuple[float, float]  # unit prices: of a threat, of a round
    drawn: tuple[Known, ...] = ()
    drawn_form: tuple[Timeline, ...] = ()  # one for each draw
    drawn_leakers: Floats | None = None  # of a whole campaign, (n_draws, n_runs), as played

    @property
    def unknown(self) -> Unknown | None:
        """Leakers of a whole campaign under draws, as played; None if not asked."""
        return None if self.drawn_leakers is None else unknown_of(self.drawn_leakers)

    def leakers_played(self, seed: int) -> Estimate:
        """Leakers of a whole campaign, 99 %."""
        assert self.played is not None
        return bootstrap_mean(self.played.leakers.sum(axis=1), seed, 0.99)


def known(given: InventoryInputs, level: str) -> Known:
    """What is given, else what the catalog says at a level."""
    name = PLAYED[given.pair].interceptor
    said = catalog()[ACCOUNT].parameters

    def of(what: str, asked: float | None) -> float:
        if asked is not None:
            return asked
        found = said.get(f"{name}.{what}")
        if found is None:
            key = {"inventory": "stock", "production_1_yr": "made_per_year"}[what]
            raise ScenarioError(
                f"inventory: {key} is missing; the catalog's {ACCOUNT} says no {what} of {name}. "
                f"Set it: --set {key}=..."
            )
        return float(getattr(found, level))

    p_kill = given.p_kill
    if p_kill is None:
        p_kill = p_kill_of_round(build_system(entry(name), level))
    return Known(
        int(of("inventory", given.stock)), of("production_1_yr", given.made), p_kill
    )  # fmt: skip


def drawn_numbers(given: InventoryInputs, numbers: dict[str, Known]) -> list[Known]:
    """Numbers of the defense drawn between their levels; what is set is the same at all."""
    names = ("stock", "made", "p_kill")
    ranges = {}
    for name in names:
        low, nominal, high = (float(getattr(numbers[level], name)) for level in LEVELS)
        ranges[name] = Parameter(low, nominal, high, "1", "")
    made = draws(ranges, given.draws, given.seed)
    return [Known(round(d["stock"]), d["made"], d["p_kill"]) for d in made]


def raid_times(given: InventoryInputs) -> Floats:
    """Times of the raids; the first comes at once."""
    n = given.weeks * given.raids
    return np.arange(n) * WEEK / given.raids


def made_until(per_year: float, t: float) -> float:
    """Whole rounds that a line has made by a time."""
    return float(np.floor(per_year * t / YEAR + 1e-9))


class Store:
    """Rounds of the defense in some campaigns at once: in launchers, and in the depot."""

    def __init__(self, given: InventoryInputs, numbers: Known, n: int) -> None:
        self._given, self._made = given, numbers.made
        ready = min(given.ready, numbers.stock)
        self.ready = np.full(n, float(ready))
        self.depot = np.full(n, float(numbers.stock - ready))

    def wait(self, start: float, end: float) -> None:
        """What is made between two times comes to the depot, and from there into launchers."""
        self.depot += made_until(self._made, end) - made_until(self._made, start)
        can = np.floor(self._given.reloaded * (end - start) / DAY + 1e-9)
        moved = np.minimum(np.minimum(self.depot, self._given.ready - self.ready), can)
        self.depot -= moved
        self.ready += moved

    def fire(self, rounds: Floats) -> None:
        """Rounds leave the launchers."""
        self.ready = np.maximum(self.ready - rounds, 0.0)


def launched(given: InventoryInputs) -> tuple[Floats, Floats]:
    """Threats of each raid, and what the attacker has left: a raid takes what there is."""
    stock, last, raids, left = float(given.attacker_stock), 0.0, [], []
    for t in raid_times(given):
        stock += made_until(given.attacker_made, t) - made_until(given.attacker_made, last)
        raids.append(min(float(given.threats), stock))
        stock -= raids[-1]
        left.append(stock)
        last = t
    return np.array(raids), np.array(left)


def one_raid(
    given: InventoryInputs, p_kill: float, threats: int, ready: float
) -> tuple[float, float]:
    """Rounds fired at a raid, and leakers, on average.

    With looks a threat takes the mean number of rounds of one that has no lack of them, and rounds
    are for so many threats: right while there are enough, near enough when there are none.
    """
    if given.has_looks:
        each = rounds_with_looks(p_kill, given.rounds)
        served = min(float(threats), ready / each)
        return min(ready, served * each), threats - served * salvo_kill(p_kill, given.rounds)
    fired = min(ready, float(threats * given.rounds))
    return fired, mean_leakers(threats, int(ready), given.rounds, p_kill)


def follow(given: InventoryInputs, numbers: Known, raid: Outcome, n: int) -> Timeline:
    """Campaigns from raid to raid.

    Parameters
    ----------
    raid : callable
        ``raid(i, threats, ready)``: rounds fired and leakers (n,) of the i-th raid.
    """
    store, times = Store(given, numbers, n), raid_times(given)
    threats, attacker_left = launched(given)
    columns: list[tuple[Floats, Floats, Floats]] = []
    last = 0.0
    for i, t in enumerate(times):
        store.wait(last, t)
        fired, leakers = raid(i, int(threats[i]), store.ready)
        store.fire(fired)
        columns.append((store.ready + store.depot, fired, leakers))
        last = t
    left, fired_, leakers_ = (np.column_stack(c) for c in zip(*columns, strict=True))
    return Timeline(times, threats, left, fired_, leakers_, attacker_left)


def form(given: InventoryInputs, numbers: Known) -> Timeline:
    """The campaign by means."""

    def raid(_: int, threats: int, ready: Floats) -> tuple[Floats, Floats]:
        fired, leakers = one_raid(given, numbers.p_kill, threats, float(ready[0]))
        return np.array([fired]), np.array([leakers])

    return follow(given, numbers, raid, 1)


def scenario_of(given: InventoryInputs, p_kill: float, threats: int, ready: int) -> Scenario:
    """One raid against the rounds that are ready."""
    pair: Pair = PLAYED[given.pair]
    data: dict[str, Any] = raid_of(pair, given.rounds, given.has_looks)
    data["threats"][0] |= {
        "count": threats, "salvo_size": threats, "spacing_s": 2, "launch_scatter_km": 3,
    }  # fmt: skip
    battery = data["weapons"][0]
    battery |= {"launchers": 1, "rounds_per_launcher": ready}
    battery["overrides"] |= {"p_kill": p_kill, "kill_vehicles": 1, "channels": 1000}
    return load(data)


def play(given: InventoryInputs, numbers: Known) -> Timeline:
    """Campaigns of which every raid is simulated with the rounds that each has left.

    Run ``i * runs + c`` is the i-th raid of campaign c. More rounds than a raid can be given change
    nothing in it, so such raids are one case.
    """
    engine, models = simulation_engine(), dict[tuple[int, int], Any]()

    def raid(i: int, threats: int, ready: Floats) -> tuple[Floats, Floats]:
        fired, leakers = np.zeros(given.runs), np.full(given.runs, float(threats))
        usable = np.minimum(ready, threats * given.rounds).astype(np.int64)
        for rounds in np.unique(usable[usable > 0]):
            case = (threats, int(rounds))
            if case not in models:
                models[case] = engine.compile(scenario_of(given, numbers.p_kill, *case))
            mine = np.flatnonzero(usable == rounds)
            runs = [i * given.runs + int(c) for c in mine]
            table = engine.simulate(models[case], given.seed, runs, []).tables["runs"]
            fired[mine], leakers[mine] = (
                table.column(name).to_numpy() for name in ("shots", "leakers")
            )
        return fired, leakers

    return follow(given, numbers, raid, given.runs)


def answer(given: InventoryInputs) -> Inventory:
    """The form at all levels of what is not known, and runs at the nominal one."""
    numbers = {level: known(given, level) for level in LEVELS}
    pair = PLAYED[given.pair]
    prices: list[Any] = [build_system(entry(name)) for name in (pair.threat, pair.interceptor)]
    made = drawn_numbers(given, numbers) if given.draws else []
    through = None
    if made and given.runs:
        through = np.array([play(given, one).leakers.sum(axis=1) for one in made])
    return Inventory(
        numbers,
        {level: form(given, found) for level, found in numbers.items()},
        play(given, numbers["nominal"]) if given.runs else None,
        (float(prices[0].cost), float(prices[1].cost)),
        tuple(made),
        tuple(form(given, one) for one in made),
        through,
    )
