"""Fills the table of `validation.md`: what is published, what OpenDome gives, and why they differ.

    python docs/validation_table.py                       # a quick look, minutes
    python docs/validation_table.py --runs 20000 --flown-runs 200 --write

One process. Prints Markdown; `--write` puts it between the marks in `validation.md` as well.
Letters choose sections: `python docs/validation_table.py abcd`.
"""

from __future__ import annotations

import argparse
import datetime
import platform
import re
from collections.abc import Callable, Iterator
from itertools import starmap
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray
from validation_libraries import libraries
from validation_outcomes import outcomes
from validation_physics import Row, fly_out, horizon, least_energy, lofted
from validation_saturation import saturation
from validation_shells import constellations
from validation_studies import studies

import opendome as od
from opendome.results.statistics import bootstrap_mean, bootstrap_ratio, wilson

Floats = NDArray[np.float64]

PAGE = Path(__file__).with_name("validation.md")
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
SECTION = re.compile(r"^### \((\w)\).*?(?=^### \(|\Z)", re.MULTILINE | re.DOTALL)
LEVEL = 0.99


class Asked(NamedTuple):
    """How much to compute."""

    runs: int
    flown_runs: int
    seed: int


# --- (e) shot doctrine -----------------------------------------------------------------------


def icbm(*settings: str) -> od.Scenario:
    """The shipped scenario of ICBMs, all of them reliable, with changes."""
    return od.load("limited_icbm", ["threats.icbm.overrides.reliability=1", *settings])


def arithmetic(*settings: str, p_kill: float) -> od.Scenario:
    """The scenario at its fast fidelity, where shots are draws of the kill chance."""
    both = [f"weapons.{b}.overrides.p_kill={p_kill}" for b in ("fort_greely", "vandenberg")]
    sure = [f"weapons.{b}.overrides.p_assess_error=0" for b in ("fort_greely", "vandenberg")]
    fast = ["picture=perfect", "engagement=tabled", "step_s=10"]
    return icbm(*fast, *both, *sure, *settings)


def column(campaign: od.Campaign, name: str) -> Floats:
    """A column of the table of runs."""
    return np.asarray(campaign.table("runs", [name]).column(name).to_numpy(), dtype=np.float64)


def share(hits: int, n: int, published: float) -> tuple[str, str, str]:
    """Published and our share, and their difference with its interval."""
    found = wilson(hits, n, LEVEL)
    half = 0.5 * (found.high - found.low)
    return f"{published:.4f}", f"{found.value:.4f}", f"{found.value - published:+.4f} ± {half:.4f}"


def doctrine(asked: Asked) -> Iterator[Row]:
    """The public arithmetic of 44 interceptors, four a target, through the simulator."""
    why = f"chance; ± is half of the 99 % interval, {asked.runs:,} runs"
    for label, p in (("0.56", 0.56), ("12/21", 12 / 21)):
        four = 1.0 - (1.0 - p) ** 4
        case = f"44 GBIs, four a target, SSPK {label}"
        campaign = od.run_many(
            arithmetic("threats.icbm.count=11", p_kill=p), asked.runs, asked.seed
        )
        leakers = column(campaign, "leakers")
        ours = share(int(np.sum(leakers == 0)), asked.runs, four**11)
        yield Row(f"{case}: none of eleven leaks", *ours, why)
        ours = share(int(np.sum(11 - leakers)), 11 * asked.runs, four)
        yield Row(f"{case}: one is stopped", *ours, why)
        campaign = od.run_many(
            arithmetic("threats.icbm.count=12", p_kill=p), asked.runs, asked.seed
        )
        ours = share(int(np.sum(column(campaign, "leakers") == 0)), asked.runs, 0.0)
        yield Row(f"{case}: none of twelve leaks", *ours, "no round is left for the twelfth")
        yield mean_row(
            f"{case}: leakers of twelve", column(campaign, "leakers"), 12 - 11 * four, why
        )


def mean_row(what: str, values: Floats, published: float, why: str) -> Row:
    """A mean over runs beside its closed form."""
    found = bootstrap_mean(values, 1, LEVEL)
    half = 0.5 * (found.high - found.low)
    off = f"{found.value - published:+.4f} ± {half:.4f}"
    return Row(what, f"{published:.4f}", f"{found.value:.4f}", off, why)


def shoot_look_shoot(asked: Asked) -> Iterator[Row]:
    """One threat, one round at a time, the next after the look at the last."""
    p, n = 0.56, 3
    rule = "command.nodes[0].doctrine"
    scenario = arithmetic(
        "threats.icbm.count=1", f"{rule}.salvo=1", f"{rule}.max_rounds={n}", p_kill=p
    )
    campaign = od.run_many(scenario, asked.runs, asked.seed)
    why = f"at most {n} rounds; there is time for no more looks; {asked.runs:,} runs"
    closed = (1 - (1 - p) ** n) / p
    yield mean_row("One threat, SSPK 0.56: rounds", column(campaign, "shots"), closed, why)
    stopped = int(np.sum(column(campaign, "leakers") == 0))
    yield Row("The same: stopped", *share(stopped, asked.runs, 1 - (1 - p) ** n), why)


# --- full fidelity ---------------------------------------------------------------------------

# Rounds whose threat was still there when they were due, link by link of the chain.
CHAIN = """
with killed as (select run, threat, t_end from threats where outcome = 'intercepted'),
shots as (select *, not isnan(miss) as is_met from engagements),
due as (
  select shots.*, is_met or t_end is null or t_planned < t_end as is_there
  from shots left join killed using (run, threat))
select count(*) as n, count(*) filter (is_there) as n_due,
  avg(is_kill::int) filter (is_there) as kills,
  avg(is_reliable::int) filter (is_there) as works,
  avg(is_met::int) filter (is_there and is_reliable) as meets,
  avg(is_discriminated::int) filter (is_met) as is_right,
  avg(is_lethal::int) filter (is_met) as is_lethal,
  median(miss) filter (is_met) as miss
from due
"""
BY_ROUNDS = """
select n_shots, count(*) as n, avg((outcome = 'leaked')::int) as leaked
from threats group by 1 order by 1
"""


def full_gmd(asked: Asked) -> Iterator[Row]:
    """Eleven ICBMs with everything simulated."""
    campaign = od.run_many(icbm("threats.icbm.count=11"), asked.flown_runs, asked.seed)
    leakers = column(campaign, "leakers")
    four = 1.0 - 0.44**4
    ours = share(int(np.sum(leakers == 0)), asked.flown_runs, four**11)
    why = f"seen, tracked and flown; {asked.flown_runs} runs; see below"
    yield Row("44 GBIs, four a target: none of eleven leaks", *ours, why)
    ours = share(int(np.sum(11 - leakers)), 11 * asked.flown_runs, four)
    yield Row("The same: one is stopped", *ours, why)
    (chain,) = campaign.query(CHAIN).to_pylist()
    yield Row(
        "The same: a round kills, its threat being still there",
        "0.5600",
        f"{chain['kills']:.4f}",
        f"{chain['kills'] - 0.56:+.4f}",
        "works {works:.3f}, comes to a meeting {meets:.3f}, of the right object {is_right:.3f}, "
        "lethal {is_lethal:.3f} at a median miss of {miss:.2f} m ({n_due:,} of {n:,} rounds; the "
        "others came after the kill)".format(**chain),
    )
    rounds = campaign.query(BY_ROUNDS).to_pylist()
    ours = ", ".join("{n_shots}: {n} ({leaked:.0%})".format(**r) for r in rounds)
    yield Row("The same: threats (and leaks) by rounds fired at them", "4: all", ours, "", why)


def iron_dome(asked: Asked) -> Iterator[Row]:
    """The city at full fidelity beside what is claimed."""
    campaign = od.run_many(od.load("iron_dome_city"), asked.flown_runs, asked.seed)
    counts = campaign.query(
        "select run, count(*) filter (is_threatening) threatening, "
        "count(*) filter (outcome = 'leaked') leaked, "
        "count(*) filter (is_threatening and n_shots > 0) engaged, "
        "count(*) filter (outcome = 'leaked' and n_shots > 0) missed "
        "from threats group by run order by run"
    ).to_pydict()
    cases = (
        ("leakers of threats engaged", "3 to 15 % (claims)", "missed", "engaged"),
        ("leakers of all that threaten", "not reported", "leaked", "threatening"),
    )
    for what, claimed, above, below in cases:
        found = bootstrap_ratio(counts[above], counts[below], asked.seed)
        yield Row(
            f"Iron Dome, {asked.flown_runs} raids: {what}",
            claimed,
            f"{found.value:.1%} (95 %: {found.low:.1%} to {found.high:.1%})",
            ("inside" if 0.03 <= found.value <= 0.15 else "outside") if "claims" in claimed else "",
            "notional parameters beside claims that cannot be checked: no gate",
        )


# --- the page --------------------------------------------------------------------------------

SECTIONS: dict[str, tuple[str, Callable[[Asked], Iterator[Row]]]] = {
    "a": ("Minimum-energy flights", lambda asked: least_energy()),
    "b": ("Lofted flight tests", lambda asked: lofted()),
    "c": ("Fly-out table and firing solution", lambda asked: fly_out()),
    "d": ("Radar horizon", lambda asked: horizon()),
    "e": ("Shot doctrine in closed form", doctrine),
    "f": ("Shoot-look-shoot", shoot_look_shoot),
    "g": ("The same arithmetic at full fidelity", full_gmd),
    "h": ("Reported outcomes", iron_dome),
    "i": ("Saturation", lambda asked: starmap(Row, saturation(asked.flown_runs, asked.seed))),
    "j": ("Satellites in shells", lambda asked: constellations()),
    "k": ("Independent libraries", lambda asked: libraries()),
    "l": ("Sizes, shots and costs", lambda asked: studies()),
    "m": ("Wars", lambda asked: outcomes(asked.flown_runs, asked.seed)),
}


def section(letter: str, asked: Asked) -> str:
    """One section of the table, Markdown."""
    title, rows = SECTIONS[letter]
    lines = [f"### ({letter}) {title}", "", "| what | published | ours | difference | why |"]
    lines += ["| --- | --- | --- | --- | --- |"]
    lines += [f"| {' | '.join(row)} |" for row in rows(asked)]
    return "\n".join([*lines, "", made(letter, asked), ""])


def made(letter: str, asked: Asked) -> str:
    """How the figures of a section were made."""
    counts = {"e": f" --runs {asked.runs}", "f": f" --runs {asked.runs}"}
    counts |= dict.fromkeys("ghim", f" --flown-runs {asked.flown_runs}")
    command = f"python docs/validation_table.py {letter}{counts.get(letter, '')}"
    command += f" --seed {asked.seed}" if letter in counts else ""
    return (
        f"*`{command}`, {datetime.date.today().isoformat()}, OpenDome {od.__version__}, Python "
        f"{platform.python_version()}, NumPy {np.__version__}, Numba {numba.__version__}, "
        f"{platform.machine()}.*"
    )


def write(sections: dict[str, str]) -> None:
    """Put sections into the page in place of their older selves."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    table, after = rest.split(END)
    old = {found[1]: found[0] for found in SECTION.finditer(table)}
    body = "\n".join((old | sections)[k].strip() + "\n" for k in SECTIONS if k in old | sections)
    PAGE.write_text(f"{before}{BEGIN}\n\n{body}\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Print sections of the table; with --write, put them into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sections", nargs="?", default="".join(SECTIONS), help="letters")
    parser.add_argument("--runs", type=int, default=2000, help="runs of each closed form")
    parser.add_argument("--flown-runs", type=int, default=20, help="runs at full fidelity")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="into validation.md")
    options = parser.parse_args()
    asked = Asked(options.runs, options.flown_runs, options.seed)
    for letter in options.sections:
        text = section(letter, asked)
        print(text, flush=True)
        if options.write:
            write({letter: text})


if __name__ == "__main__":
    main()
