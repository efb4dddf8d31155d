"""How many rounds at each warhead: what salvos, looks and shared failures do to leakage."""

from __future__ import annotations

from dataclasses import dataclass, replace

from opendome.scenario.grammar import keys
from opendome.scenario.units import quantity
from opendome.studies import doctrine
from opendome.studies.raids import Played, Raid, play


@dataclass(frozen=True)
class DoctrineInputs:
    """What is asked; the defaults are the public arithmetic of 44 interceptors, four a target."""

    threats: int = keys.integer("threats", "Warheads.", low=1, high=1000, default=11)
    interceptors: int = keys.integer(
        "interceptors", "Interceptors in stock.", low=1, high=1000, default=44
    )
    rounds: int = keys.integer(
        "rounds", "Rounds at one warhead, at most.", low=1, high=20, default=4
    )
    p_kill: float = quantity(
        "p_kill", "1", "Chance that one round kills.", above=0, high=0.999, default=0.56
    )
    p_track: float = quantity(
        "p_track",
        "1",
        "Chance that a warhead is tracked as what it is, each by itself.",
        above=0,
        high=1,
        default=1,
    )
    p_common: float = quantity(
        "p_common",
        "1",
        "Chance that the defense works at all: a failure that all shots share.",
        above=0,
        high=1,
        default=1,
    )
    p_no_leak: float = quantity(
        "p_no_leak", "1", "Wanted chance that none leaks.", above=0, high=0.9999, default=0.8
    )
    runs: int = keys.integer(
        "runs", "Runs of the simulator beside the forms; 0: none.", low=0, high=10**6, default=400
    )
    seed: int = keys.integer("seed", "Seed of the runs.", low=0, high=2**31, default=1)


@dataclass(frozen=True)
class Row:
    """Outcome with a number of rounds at each: by the forms, and as played."""

    rounds: int
    kill: float  # of one warhead that is fired at in full
    no_leak: float
    leakers: float
    shots: float
    shots_with_looks: float
    played: Played | None


@dataclass(frozen=True)
class Doctrines:
    """The answer: a row for each number of rounds up to the asked one, and what is wanted."""

    rows: list[Row]
    kill_wanted: float
    rounds_wanted: float  # a fraction; inf where the shared failure forbids it
    barrage: float  # rounds in all at that, fired at once
    two_turns: float  # two at each, then, after a look, the rest at survivors


def row_of(given: DoctrineInputs, rounds: int, is_played: bool) -> Row:
    """One number of rounds."""
    works = (given.p_track, given.p_common)
    asked = (given.threats, given.interceptors, rounds, given.p_kill, works)
    looks = given.threats * doctrine.rounds_with_looks(given.p_kill, rounds)
    played = None
    if is_played and given.runs:
        raid = Raid(given.threats, given.interceptors, rounds, given.p_kill)
        played = play(raid, given.runs, given.seed)
    return Row(
        rounds,
        given.p_common * doctrine.warhead_kill(given.p_track, given.p_kill, rounds),
        doctrine.no_leak_of_stock(*asked),
        doctrine.mean_leakers(*asked),
        float(min(given.interceptors, given.threats * rounds)),
        min(float(given.interceptors), looks),
        played,
    )


def answer(given: DoctrineInputs) -> Doctrines:
    """Rows for one to ``rounds`` rounds; the simulator plays the last one.

    It plays with perfect tracks and without a failure that all shots share, and is compared with
    the forms at the same.
    """
    rows = [row_of(given, n, n == given.rounds) for n in range(1, given.rounds + 1)]
    kill = doctrine.kill_wanted(given.p_no_leak / given.p_common, given.threats)
    rounds = doctrine.rounds_wanted(kill, given.p_track, given.p_kill)
    first = min(2.0, rounds)
    return Doctrines(
        rows,
        kill,
        rounds,
        given.threats * rounds,
        doctrine.rounds_in_two_turns(given.threats, given.p_kill, first, rounds),
    )


def sure(given: DoctrineInputs) -> DoctrineInputs:
    """The same with perfect tracks and nothing shared that fails: what the simulator plays."""
    return replace(given, p_track=1.0, p_common=1.0)
