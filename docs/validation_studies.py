"""Rows of `validation.md` about studies: sizes, shots and costs that others published, and ours."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from validation_physics import Row

from opendome.constants import EARTH_RADIUS_EQUATOR
from opendome.studies import doctrine
from opendome.studies.cost import Bill, bill
from opendome.studies.inputs import read_inputs
from opendome.studies.price_book import price_book
from opendome.studies.published.aei import Calculator, calculate
from opendome.studies.published.hughes import Force, losses
from opendome.studies.raids import Attack, Raid, play
from opendome.studies.sbi_inputs import SbiInputs
from opendome.studies.sbi_sizing import size
from opendome.studies.shot_doctrine import DoctrineInputs, answer

sys.path.append(str(Path(__file__).resolve().parents[1]))
from tests.published.test_aei_2025 import ROWS
from tests.unit.studies.architectures import architecture, battery, shell

SBI = "space_based_interceptor"
CASE = ("salvo=10", "orbit_alt_km=400", "from_latitude_deg=30", "latitude_deg=60")


def off(ours: float, published: float) -> str:
    """Difference as a share."""
    return f"{ours / published - 1.0:+.1%}"


def port() -> Iterator[Row]:
    """The AEI calculator's ten rows by the port."""
    for change, _, _, _, interceptors, _, _, total in ROWS:
        got = calculate(replace(Calculator(), **change))
        what = ", ".join(f"{key} {value:g}" for key, value in change.items()) or "defaults"
        yield Row(f"AEI calculator (port), {what}", f"{interceptors:,} satellites, ${total}B",
                  f"{got.interceptors:,}, ${got.total / 1e9:.1f}B",
                  f"{got.interceptors - interceptors}, {off(got.total / 1e9, total)}",
                  "the same formulas, quirks kept")  # fmt: skip
    one = calculate(replace(Calculator(), p_kill_wanted=0.8)).interceptors
    for salvo, count in ((10, 4990), (100, 49900), (500, 249500)):
        yield Row(f"AEI tiers (S): {salvo} at a time, one shot each", f"{count:,}",
                  f"{salvo * one:,}", f"{salvo * one - count}",
                  "rounded for one, then multiplied")  # fmt: skip


def sizing() -> Iterator[Row]:
    """Our propagated model beside the published numbers of satellites."""
    cases = (
        ("AEI: 998 for one threat, anywhere on Earth, two shots", "998", (), 998,
         "orbits crowd away from the equator; no flat disc; ours is the mean over the Earth"),
        ("CBO 2026: ten missiles, 6 km/s and 15 s to decide assumed", "7,800", CASE, 7800,
         "CBO prints neither speed nor time; launches from 30 to 60 degrees"),
        ("The same with 4 km/s", "7,800", (*CASE, "speed_km_s=4"), 7800,
         "reach 426 km in place of 598 km"),
        ("The same with 30 s to decide", "7,800", (*CASE, "decide_s=30"), 7800,
         "reach 508 km"),
        ("APS 2003 (S): one solid-fuel missile, 4 km/s assumed", "about 1,600",
         (*CASE, "salvo=1", "speed_km_s=4"), 1600,
         "its own speeds and times are not copied here: beside, no gate"),
    )  # fmt: skip
    for what, published, sets, number, why in cases:
        got = size(read_inputs(SbiInputs, "sbi_sizing", sets), is_assured=False)
        ours = (
            f"{got.mean.interceptors:,} ({got.best.interceptors:,} to "
            f"{got.worst.interceptors:,} by latitude)"
        )
        yield Row(what, published, ours, off(got.mean.interceptors, number), why)
    got = size(read_inputs(SbiInputs, "sbi_sizing", ()), is_assured=False)
    yield Row("APS 2003 (S): mass of a satellite", "1,250 kg", f"{got.mass:,.0f} kg",
              off(got.mass, 1250), "6 km/s, Isp 240 s, 2.5 km/s of divert")  # fmt: skip


def implied() -> Iterator[Row]:
    """Reach that a number of satellites implies, evenly spread over a sphere, caps as discs."""
    for rounds, reach in ((1, 471.0), (2, 666.0)):
        ours = 2.0 * (EARTH_RADIUS_EQUATOR + 200e3) * math.sqrt(rounds / 780.0) / 1e3
        yield Row(f"CBO 2026: reach that 780 satellites a missile imply, rounds each: {rounds}",
                  f"{reach:g} km", f"{ours:.1f} km", off(ours, reach),
                  "even spread, intercept at 200 km")  # fmt: skip


def shots() -> Iterator[Row]:
    """Doctrine that is published as a second-hand figure."""
    sets = ["threats=20", "interceptors=200", "p_track=0.99", "p_kill=0.7", "runs=0"]
    got = answer(read_inputs(DoctrineInputs, "shot_doctrine", sets))
    yield Row("Wilkening 1998 (S): 20 warheads, barrage", "about 113", f"{got.barrage:.1f}",
              off(got.barrage, 113), "closed form, 5.65 each, a fraction")  # fmt: skip
    whole = 20 * math.ceil(got.rounds_wanted)
    six = doctrine.no_leak(doctrine.warhead_kill(0.99, 0.7, 6), 20)
    yield Row("The same in whole rounds", "about 113", f"{whole}", off(whole, 113),
              f"six each: {six:.3f} that none leaks in place of 0.8")  # fmt: skip
    raid, sure = Raid(20, 120, 6, 0.7), doctrine.no_leak_of_stock(20, 120, 6, 0.7)
    turns = 20 * sum(2 * 0.3 ** (2 * k) for k in range(3))
    for what, attack, rounds in (
        ("six at once", Attack(raid, 6, is_looking=False), 120.0),
        ("three, look, three", Attack(raid, 3),
         doctrine.rounds_in_two_turns(20, 0.7, 3, 6)),
        ("two, look, two, look, two (no time for the third turn at some)",
         Attack(raid, 2, assess_delay=5.0), turns),
    ):  # fmt: skip
        flown = play(attack, 300, 1)
        yield Row(f"The same in the simulator, all tracked, {what}: rounds, none leaks",
                  f"{rounds:.1f}, {sure:.3f}",
                  f"{flown.shots.value:.1f}, {flown.no_leak.value:.3f}",
                  f"{flown.shots.value - rounds:+.1f}, {flown.no_leak.value - sure:+.3f}",
                  f"300 runs, seed 1; 99 %: {flown.shots.low:.1f} to {flown.shots.high:.1f}, "
                  f"{flown.no_leak.low:.3f} to {flown.no_leak.high:.3f}")  # fmt: skip
    yield Row("The same: two first, the rest at survivors", "about 47", f"{got.two_turns:.1f}",
              off(got.two_turns, 47), "closed form")  # fmt: skip
    yield from second_look()
    a = Force(ships=2, striking=4, defense=4, staying=1, scouting=1)
    b = Force(ships=5, striking=8, defense=0, staying=2, scouting=0.5)
    yield Row("Hughes' salvo equations (S): losses of the two ships and of the five", "12 and 4",
              f"{losses(a, b):g} and {losses(b, a):g}", "0",
              "a port; losses exceed the force")  # fmt: skip
    kill = doctrine.kill_wanted(0.8, 20)
    yield Row("Kill of each of 20 so that none leaks with 0.8", "0.9889", f"{kill:.4f}",
              f"{kill - 0.9889:+.4f}", "closed form")  # fmt: skip


def second_look() -> Iterator[Row]:
    """Many threats, few rounds: what looking before firing again is worth."""
    limit = 0.25 / doctrine.share_left_after_a_look(2.0, 0.5)
    yield Row("Hosein, Athans 1990 (S): a second look, many targets, few rounds", "about double",
              f"{limit:.2f}", "", "closed form, two rounds a target that kill with 1/2, the limit "
              "of many; 1.41 where they kill with 0.4, 3.95 with 0.6")  # fmt: skip
    raid = Raid(20, 40, 6, 0.5)
    cases = (
        ("at once", 1, Attack(raid, 2, is_looking=False)),
        ("one look, `sequencing`", 2, Attack(raid, 3, policy="sequencing")),
        ("one look, `greedy`, one round each", 2, Attack(raid, 1, policy="greedy")),
    )
    for what, turns, attack in cases:
        least, got = doctrine.least_leakers(20, 40, 0.5, turns), play(attack, 300, 1).leakers
        yield Row(f"20 threats, 40 rounds that kill with 1/2, {what}: leakers", f"{least:.2f}",
                  f"{got.value:.2f} (99 %: {got.low:.2f} to {got.high:.2f})",
                  f"{got.value - least:+.2f}",
                  "published: the least of all policies, exact; ours: the simulator, 300 runs, "
                  "seed 1")  # fmt: skip


def fall(before: float) -> float:
    """Share by which our space layer falls from a price of launch to $500 a kilogram."""
    scenario = architecture([shell(1600)])
    old = bill(scenario, price_book([f"launch.price_usd_kg={before}"])).total(SBI).nominal
    return 1.0 - bill(scenario, price_book()).total(SBI).nominal / old


def price_for(share: float) -> float:
    """Price of launch from which the layer falls by a share, dollars for a kilogram."""
    low, high = 500.0, 1e5
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if fall(middle) < share else (low, middle)
    return low


def aei_in_the_bill() -> Bill:
    """The calculator's default satellites and prices in our model of costs."""
    return bill(
        architecture([shell(998, overrides={"cost_usd": 70e6})]),
        price_book([f"{SBI}.learning=0.85", f"{SBI}.unit_operation_usd_yr={450e6 / 998}",
                    f"{SBI}.launch_kg=1294", "launch.price_usd_kg=2985"]),
    )  # fmt: skip


def costs() -> Iterator[Row]:
    """Published costs by the one model of costs."""
    layer = bill(architecture([shell(7800)]), price_book())
    hardware = (
        layer.total(SBI, "procurement").nominal + layer.total(SBI, "replenishment").nominal
    ) / 1e9
    whole = layer.total(SBI)
    yield Row("CBO 2026: hardware of 31,200 satellites", "$686B", f"${hardware:.1f}B",
              off(hardware, 686), "arithmetic; 686.4 before rounding")  # fmt: skip
    yield Row("CBO 2026 (S): space layer, 20 years", "$743B",
              f"${whole.nominal / 1e9:.0f}B (${whole.low / 1e9:.0f}B to ${whole.high / 1e9:,.0f}B)",
              off(whole.nominal / 1e9, 743),
              "what is acquired beyond hardware is not broken down: ours is launch at $500/kg and "
              "AEI's development")  # fmt: skip
    for before, after, share in ((264, 161, 0.390), (831, 542, 0.348)):
        yield Row(f"CBO 2025: ${before}B to ${after}B by cheaper launch", f"-{share:.1%}",
                  f"-{share:.1%} from ${price_for(share):,.0f}/kg to $500/kg", "",
                  "masses and prices are not printed: ours are 1,250 kg and $22M each")  # fmt: skip
    book = price_book(["gbi.fire_unit_usd=0"], dollars_of=2021)
    silos = bill(architecture([battery("gbi", launchers=40)]), book)
    forty = silos.total("gbi", "procurement").nominal / 1e9
    yield Row("CBO 2021: 40 silos with interceptors", "about $5B", f"${forty:.2f}B",
              off(forty, 5.0), "$125M each: an interceptor of $85M, a silo of $40M")  # fmt: skip
    book = price_book(["gbi.fire_unit_usd=4e9", "gbi.launcher_usd=0"], dollars_of=2021)
    site = bill(architecture([battery("gbi", launchers=1, rounds_per_launcher=0)]), book)
    yield Row("CBO 2021: an eastern site, 20 years", "at least $5.6B",
              f"${site.total('gbi').nominal / 1e9:.1f}B", "0", "$4B and 2 % a year")  # fmt: skip
    ours = aei_in_the_bill().total(SBI).nominal / 1e9
    yield Row("AEI calculator's default in our model of costs", "$104.4B", f"${ours:.1f}B",
              off(ours, 104.4),
              "learning goes on over four generations instead of restarting")  # fmt: skip


def studies() -> Iterator[Row]:
    """All rows of the section."""
    for part in (port, sizing, implied, shots, costs):
        yield from part()
