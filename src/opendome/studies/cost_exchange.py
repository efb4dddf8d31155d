"""What stopping one more threat costs beside what the threat costs, at equal leakage, by class."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from opendome.campaign.runner import run_many
from opendome.results.statistics import Estimate, bootstrap_ratio
from opendome.scenario.catalog_entries import build_system, entry
from opendome.scenario.grammar import keys
from opendome.scenario.load import load
from opendome.scenario.units import quantity
from opendome.scenario.weapons import p_kill_of_round
from opendome.studies.cost import Range, price_of_one_more, price_of_one_threat
from opendome.studies.defended_area import SITE, place_at
from opendome.studies.doctrine import rounds_with_looks, salvo_kill
from opendome.studies.price_book import Book, price_book

ALL: Final = "all"
SATELLITES: Final = "space_based_interceptor"
N_THREATS: Final = 8  # of a raid that is played


@dataclass(frozen=True)
class Pair:
    """A class of threat, what meets it, and how far away it is launched when it is played, m."""

    threat: str
    interceptor: str
    distance: float | None = None


PAIRS: Final = (
    Pair("rocket_long", "iron_dome", 60e3),
    Pair("drone_one_way", "coyote2", 40e3),
    Pair("drone_one_way", "nasams", 40e3),
    Pair("cruise_subsonic", "nasams", 150e3),
    Pair("cruise_subsonic", "patriot_gemt", 150e3),
    Pair("cruise_subsonic", "patriot_mse", 150e3),
    Pair("cruise_supersonic", "sm6", 450e3),
    Pair("srbm", "patriot_mse", 240e3),
    Pair("srbm_quasi_ballistic", "patriot_mse", 350e3),
    Pair("mrbm_solid", "thaad", 1000e3),
    Pair("mrbm_liquid", "sm3_iia", 1300e3),
    Pair("irbm", "arrow3", 2500e3),
    Pair("icbm_liquid", "gbi", 6000e3),
    Pair("icbm_solid", SATELLITES),
)
THREATS: Final = tuple(dict.fromkeys(p.threat for p in PAIRS))


@dataclass(frozen=True)
class ExchangeInputs:
    """What is asked."""

    threat: str = keys.choice("threat", "Class of threat, or all.", (ALL, *THREATS), default=ALL)
    leak: float = quantity(
        "leak", "1", "Share of the threats that may leak, the same for all pairs.",
        above=0, high=0.9, default=0.05,
    )  # fmt: skip
    has_looks: bool = keys.flag(
        "has_looks",
        "Rounds leave one by one, each after the look at the one before.",
        default=False,
    )
    satellites_each: float = quantity(
        "satellites_each", "1", "Satellites in orbit for each missile served at a time.",
        above=0, high=1e5, default=780,
    )  # fmt: skip
    runs: int = keys.integer(
        "runs", "Runs of the simulator for each pair; 0: none.", low=0, high=10**6, default=0
    )
    seed: int = keys.integer("seed", "Seed of the runs.", low=0, high=2**31, default=1)


@dataclass(frozen=True)
class Played:
    """What the simulator says of a pair, intervals of 95 %."""

    runs: int
    leak: Estimate
    shots: Estimate  # for each threat
    exchange: Estimate  # dollars of rounds for a dollar of threats, unit prices


@dataclass(frozen=True)
class Row:
    """One pair. Prices are those of 20 years, kept ready; ``exchange`` is of unit prices alone."""

    pair: Pair
    p_kill: float
    rounds: int  # that a threat may get
    mean_rounds: float  # that it does get
    leak: float
    threat: Range
    defense: Range
    ratio: Range
    exchange: float
    played: Played | None


def rounds_for(p_kill: float, leak: float) -> int:
    """Fewest rounds that let no more leak."""
    return max(1, math.ceil(math.log(leak) / math.log1p(-p_kill) - 1e-9))


def row_of(pair: Pair, given: ExchangeInputs, book: Book) -> Row:
    """Prices of a pair at the asked leakage."""
    system: Any = build_system(entry(pair.interceptor))
    p_kill = p_kill_of_round(system)
    rounds = rounds_for(p_kill, given.leak)
    fired = rounds_with_looks(p_kill, rounds) if given.has_looks else float(rounds)
    threat = price_of_one_threat(pair.threat, book)
    one = price_of_one_more(pair.interceptor, book)
    count = fired
    if pair.interceptor == SATELLITES:  # bought for where they are, not for what they fire
        count = given.satellites_each
    defense = Range(*(count * price for price in one))
    unit: Any = build_system(entry(pair.threat))
    played = None
    if given.runs and pair.distance is not None:
        played = play(pair, rounds, given)
    return Row(
        pair, p_kill, rounds, fired, 1.0 - salvo_kill(p_kill, rounds), threat, defense,
        Range(defense.low / threat.high, defense.nominal / threat.nominal,
              defense.high / threat.low),
        fired * system.cost / unit.cost, played,
    )  # fmt: skip


def answer(given: ExchangeInputs) -> list[Row]:
    """All pairs, or those of one class of threat."""
    book = price_book()
    return [row_of(pair, given, book) for pair in PAIRS if given.threat in (ALL, pair.threat)]


def raid_of(pair: Pair, rounds: int, has_looks: bool) -> dict[str, Any]:
    """A scenario of one battery with rounds to spare, and threats of one class aimed at it."""
    assert pair.distance is not None
    launch = place_at(pair.distance, 0.0)
    site = {"lat_deg": math.degrees(SITE[0]), "lon_deg": math.degrees(SITE[1])}
    sure = {"reliability": 1, "cep_m": 0}
    return {
        "format": 1,
        "name": f"{pair.threat}-{pair.interceptor}",
        "picture": "perfect",
        "engagement": "tabled",
        "step_s": 2,
        "duration_s": 20000,
        "assets": [{"name": "site", "radius_km": 5, **site}],
        "sensors": [],
        "threats": [
            {
                "name": "raid",
                "system": pair.threat,
                "count": N_THREATS,
                "launch": {
                    "lat_deg": math.degrees(launch[0]), "lon_deg": math.degrees(launch[1]),
                },
                "aim": "site",
                "salvo_size": N_THREATS,
                "spacing_s": 20,
                "overrides": sure,
            }
        ],
        "weapons": [
            {
                "name": "battery",
                "system": pair.interceptor,
                "node": "c2",
                "launchers": N_THREATS,
                "rounds_per_launcher": rounds,
                "overrides": {"p_assess_error": 0, "channels": 100, "remote": "engage"},
                **site,
            }
        ],
        "command": {
            "wiring": "integrated",
            "nodes": [
                {
                    "name": "c2",
                    "doctrine": {
                        "policy": "fixed_salvo",
                        "salvo": 1 if has_looks else rounds,
                        "max_rounds": rounds,
                    },
                }
            ],
        },
    }  # fmt: skip


def play(pair: Pair, rounds: int, given: ExchangeInputs) -> Played:
    """Many runs of the raid of a pair."""
    scenario = load(raid_of(pair, rounds, given.has_looks))
    campaign = run_many(scenario, runs=given.runs, seed=given.seed, workers=1)
    names = ["leakers", "threatening", "shots"]
    table = campaign.table("runs", names)
    leakers, threatening, shots = (
        np.asarray(table.column(name).to_numpy(), np.float64) for name in names
    )
    said = campaign.summary["cost_exchange"]
    low, high = (said["value"] if said[k] is None else said[k] for k in ("low", "high"))
    return Played(
        given.runs,
        bootstrap_ratio(leakers, threatening, given.seed),
        bootstrap_ratio(shots, threatening, given.seed),
        Estimate(said["value"], low, high),
    )
