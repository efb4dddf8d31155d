"""Section (m) of `validation.md`: shares that wars are said to have seen stopped, and ours.

Reports cannot be checked and our parameters are notional; raids, defenses and weapons are not the
same. So these stand beside ours and are never a gate.
"""

from __future__ import annotations

from collections.abc import Iterator

from validation_physics import Row

import opendome as od
from opendome.results.statistics import bootstrap_ratio

BY_SYSTEM = (
    "select run, count(*) filter (is_threatening) threatening, "
    "count(*) filter (is_threatening and outcome != 'leaked') stopped "
    "from threats where system in ({}) group by run order by run"
)
BALLISTIC = ("mrbm_solid", "mrbm_liquid", "irbm", "srbm", "srbm_quasi_ballistic")
# scenario, what, systems, published share, its words, why they need not agree
CASES: tuple[tuple[str, str, tuple[str, ...], tuple[float, float], str, str], ...] = (
    ("layered_shield", "Israel, June 2025: ballistic missiles", BALLISTIC, (0.80, 0.90),
     "80 to 90 % of about 550", "layers alike; an invented coast, other missiles, fewer of them"),
    ("mixed_raid", "UAE, 1 to 9 March 2026: ballistic missiles", BALLISTIC, (0.89, 0.95),
     "233 of 253 (92 %)", "THAAD and Patriot in both; theirs came over days, ours at once"),
    ("mixed_raid", "The same: drones", ("drone_one_way",), (0.933, 0.953),
     "1,359 of 1,440 (94 %)", "theirs came over days, ours with everything else at once"),
    ("mixed_raid", "Ukraine, 2022 to 2026: subsonic cruise missiles", ("cruise_subsonic",),
     (0.75, 0.90), "75 to 90 %", "ours are few and end under two radars that see them early"),
    ("mixed_raid", "The same: quasi-ballistic missiles", ("srbm_quasi_ballistic",), (0.10, 0.40),
     "10 to 40 %", "theirs were aimed at a whole country; ours end at a Patriot battery"),
    ("mixed_raid", "The same: drones", ("drone_one_way",), (0.71, 0.87),
     "71 % and 16 % lost", "nobody is jammed in ours"),
)  # fmt: skip


def outcomes(runs: int, seed: int) -> Iterator[Row]:
    """Share stopped of those that would have landed on something defended, by class."""
    campaigns: dict[str, od.Campaign] = {}
    for scenario, what, systems, (low, high), published, why in CASES:
        if scenario not in campaigns:
            campaigns[scenario] = od.run_many(od.load(scenario), runs, seed)
        listed = ", ".join(f"'{name}'" for name in systems)
        counts = campaigns[scenario].query(BY_SYSTEM.format(listed)).to_pydict()
        found = bootstrap_ratio(counts["stopped"], counts["threatening"], seed)
        yield Row(
            f"{what} stopped; ours: {scenario}, {runs} raids",
            published,
            f"{found.value:.1%} (95 %: {found.low:.1%} to {found.high:.1%})",
            "inside" if low <= found.value <= high else "above" if found.value > high else "below",
            why,
        )
