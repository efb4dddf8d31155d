"""How many warheads get through, when a part of an arsenal survives a first strike.

Means, in closed form: a boost layer that can serve so many missiles at a time, then a stock of
midcourse interceptors among warheads and what looks like them; and what more of either costs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from opendome.scenario.grammar import keys
from opendome.scenario.units import quantity
from opendome.studies.cost import Range, price_of_one_more, price_of_one_threat
from opendome.studies.doctrine import mean_leakers, salvo_kill
from opendome.studies.price_book import Book, price_book
from opendome.studies.raids import Played, Raid, play

MOST_PLAYED = 120  # warheads in a raid that is played


@dataclass(frozen=True)
class PenetrationInputs:
    """What is asked."""

    missiles: int = keys.integer(
        "missiles", "Missiles of the attacker before a first strike.", low=1, high=5000, default=100
    )
    warheads: int = keys.integer("warheads", "Warheads on a missile.", low=1, high=12, default=1)
    decoys: int = keys.integer("decoys", "Decoys with a warhead.", low=0, high=100, default=0)
    survive: float = quantity(
        "survive", "1", "Share of the missiles that survives a first strike.",
        low=0, high=1, default=0.5,
    )  # fmt: skip
    reliability: float = quantity(
        "reliability", "1", "Chance that a missile works.", low=0, high=1, default=0.9
    )
    satellites: int = keys.integer(
        "satellites", "Space-based interceptors in orbit.", low=0, high=10**6, default=7800
    )
    satellites_each: float = quantity(
        "satellites_each", "1",
        "Satellites in orbit for each missile served at a time; CBO's 7,800 for ten.",
        above=0, high=1e5, default=780,
    )  # fmt: skip
    boost_rounds: int = keys.integer(
        "boost_rounds", "Rounds at a missile in boost that those satellites stand for.",
        low=1, high=10, default=2,
    )  # fmt: skip
    p_boost: float = quantity(
        "p_boost", "1", "Chance that one of them kills.", low=0, high=0.999, default=0.6
    )
    interceptors: int = keys.integer(
        "interceptors", "Midcourse interceptors.", low=0, high=10000, default=64
    )
    rounds: int = keys.integer(
        "rounds", "Of them at one object, at most.", low=1, high=20, default=4
    )
    p_kill: float = quantity(
        "p_kill", "1", "Chance that one of them kills.", above=0, high=0.999, default=0.56
    )
    p_discriminate: float = quantity(
        "p_discriminate", "1", "Chance that a decoy is known as one.", low=0, high=1, default=0.8
    )
    missile: str = keys.choice(
        "missile", "Whose price a missile has.", ("icbm_solid", "icbm_liquid", "mirv_bus", "slbm"),
        default="icbm_solid",
    )  # fmt: skip
    midcourse: str = keys.choice(
        "midcourse", "Whose price a midcourse interceptor has.", ("gbi", "ngi", "sm3_iia"),
        default="gbi",
    )  # fmt: skip
    runs: int = keys.integer(
        "runs", "Runs of the simulator beside the form of the midcourse; 0: none.",
        low=0, high=10**6, default=0,
    )  # fmt: skip
    seed: int = keys.integer("seed", "Seed of the runs.", low=0, high=2**31, default=1)


@dataclass(frozen=True)
class Through:
    """Means at one share that survives."""

    survive: float
    launched: float  # missiles that survive and work
    undefended: float  # warheads that would arrive
    served: float  # missiles that the boost layer fires at
    after_boost: float  # warheads
    through: float  # warheads


@dataclass(frozen=True)
class Exchange:
    """What one more missile costs its owner, and what it costs to cancel it, dollars of 20 years.

    ``missile`` is for one that survives and works; answers keep the mean number that gets through
    as it was.
    """

    missile: Range
    by_boost: Range
    by_midcourse: Range


@dataclass(frozen=True)
class Penetration:
    """The answer."""

    rows: list[Through]  # for shares from 0.1 to 1
    asked: Through
    exchange: Exchange
    form: float  # leakers of the midcourse alone, whole rounds, no decoys
    played: Played | None


def through(given: PenetrationInputs) -> Through:
    """What gets through."""
    launched = given.missiles * given.survive * given.reliability
    served = min(launched, given.satellites / given.satellites_each)
    left = launched - served * salvo_kill(given.p_boost, given.boost_rounds)
    warheads = left * given.warheads
    objects = warheads * (1.0 + given.decoys * (1.0 - given.p_discriminate))
    share = min(1.0, given.interceptors / given.rounds / objects) if objects else 0.0
    killed = warheads * share * salvo_kill(given.p_kill, given.rounds)
    undefended = launched * given.warheads
    return Through(given.survive, launched, undefended, served, warheads, warheads - killed)


def exchange(given: PenetrationInputs, book: Book) -> Exchange:
    """Both sides' price of one more missile that is launched.

    Answers bring as many more kills as warheads were added, on average. As no missile is killed for
    sure, more are served than are added.
    """
    works = max(given.survive * given.reliability, 1e-9)
    missile = Range(*(price / works for price in price_of_one_threat(given.missile, book)))
    satellite = price_of_one_more("space_based_interceptor", book)
    boost = given.satellites_each / max(salvo_kill(given.p_boost, given.boost_rounds), 1e-9)
    round_ = price_of_one_more(given.midcourse, book)
    objects = given.warheads * (1.0 + given.decoys * (1.0 - given.p_discriminate))
    rounds = objects * given.rounds / salvo_kill(given.p_kill, given.rounds)
    return Exchange(
        missile,
        Range(*(boost * price for price in satellite)),
        Range(*(rounds * price for price in round_)),
    )


def answer(given: PenetrationInputs) -> Penetration:
    """Rows over the share that survives, the exchange, and the midcourse as played."""
    asked = through(given)
    warheads = max(1, round(asked.undefended))
    form = mean_leakers(warheads, given.interceptors, given.rounds, given.p_kill)
    played = None
    if given.runs and warheads <= MOST_PLAYED and given.interceptors:
        played = play(
            Raid(warheads, given.interceptors, given.rounds, given.p_kill), given.runs, given.seed
        )
    return Penetration(
        [through(replace(given, survive=k / 10)) for k in range(1, 11)],
        asked,
        exchange(given, price_book()),
        form,
        played,
    )
