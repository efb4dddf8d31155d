"""Defeat before launch: shares against the binomial law, by launcher, in time, and once paid."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

import opendome as od
from opendome.messages import Commands, EventKind, empty
from opendome.scenario import check, load, resolved
from opendome.world import world
from opendome.world.build import build
from opendome.world.model import WorldModel
from tests.unit.scenario.breaking import changed, refusal
from tests.unit.world.raids import raid

FALSE_ALARM = 1e-3
RUNS = 400


def effort(p: float = 0.3, cost: float = 2e6, **keys: Any) -> dict[str, Any]:
    overrides = {"p_defeat": p, "cost_usd": cost}
    return {"name": "hunt", "system": "defeat_before_launch", "overrides": overrides, **keys}


def model_of(*efforts: dict[str, Any], count: int = 12, **keys: Any) -> WorldModel:
    scenario = {**raid(("scud", "drone"), count, **keys), "before_launch": list(efforts)}
    return build(load(scenario), {})


def defeats(model: WorldModel, runs: int = RUNS, seed: int = 5) -> np.ndarray:
    """Whether each threat of each run was defeated: (run, group, threat of the group)."""
    state = world.begin(model, seed, range(runs))
    return state.threats.is_defeated.reshape(runs, 2, -1)


def test_without_an_effort_nothing_is_defeated_and_nothing_costs() -> None:
    model = model_of()
    assert not defeats(model, 3).any()
    assert model.before_launch.cost == 0.0


def test_threats_with_a_launcher_each_fall_one_by_one() -> None:
    found = defeats(model_of(effort(0.3)))
    assert abs(found.mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / found.size)
    per_run = found.sum(axis=(1, 2))
    seen = np.bincount(np.clip(per_run, 3, 12) - 3, minlength=10)
    law = stats.binom(24, 0.3)
    chance = np.array([law.cdf(3), *law.pmf(np.arange(4, 12)), law.sf(11)])
    assert stats.chisquare(seen, len(per_run) * chance).pvalue > FALSE_ALARM


def test_threats_of_one_launcher_fall_together() -> None:
    found = defeats(model_of(effort(0.4, launchers=4)))
    launchers = found.reshape(RUNS, 2, 3, 4)  # threat i leaves launcher i modulo 4
    assert (launchers == launchers[:, :, :1]).all()
    n = np.bincount(launchers[:, :, 0].sum(axis=(1, 2)), minlength=9)
    law = stats.binom(8, 0.4).pmf(np.arange(9))
    assert stats.chisquare([*n[:6], n[6:].sum()], RUNS * np.array([*law[:6], law[6:].sum()])
                           ).pvalue > FALSE_ALARM  # fmt: skip


def test_only_the_groups_named() -> None:
    found = defeats(model_of(effort(1.0, groups=["drone"])), 2)
    assert not found[:, 0].any()
    assert found[:, 1].all()


def test_what_left_before_the_delay_is_gone_and_only_what_is_left_is_paid() -> None:
    """Twelve launches a second apart from two launchers: those from t = 5 s on can be stopped."""
    model = model_of(effort(1.0, launchers=2, delay_s=5.0), salvo_size=12, spacing_s=1.0)
    assert (defeats(model, 2) == (np.arange(12) >= 5)).all()
    assert model.before_launch.cost == 2 * 2 * 2e6
    late = model_of(effort(1.0, launchers=2, delay_s=11.0), salvo_size=12, spacing_s=1.0)
    assert late.before_launch.cost == 2 * 1 * 2e6  # the last threat leaves launcher 1
    never = model_of(effort(1.0, delay_s=11.5), salvo_size=12, spacing_s=1.0)
    assert never.before_launch.cost == 0.0
    assert not defeats(never, 2).any()


def test_lots_depend_on_the_run_alone_and_grow_with_the_chance() -> None:
    some, more = defeats(model_of(effort(0.2))), defeats(model_of(effort(0.5)))
    assert np.array_equal(some, some & more)  # paired: who falls at 0.2 falls at 0.5
    model = model_of(effort(0.2))
    alone = world.begin(model, 5, [7]).threats.is_defeated
    assert np.array_equal(alone, some[7].ravel())
    assert not np.array_equal(defeats(model, seed=6), some)


def test_a_defeated_threat_never_flies_and_leaves_no_event() -> None:
    model = model_of(effort(0.5))
    state = world.begin(model, 5, range(4))
    rec = state.threats
    assert 0 < rec.is_defeated.sum() < len(rec.is_defeated)
    assert not (rec.is_failed & rec.is_defeated).any()
    rows = np.flatnonzero(rec.is_defeated)
    kinds: list[np.ndarray] = []
    for t in np.arange(20.0, 3000.0, 20.0):
        _, events = world.advance(model, state, empty(Commands), t, frozenset())
        kinds.append(events.kind)
        truth = world.snapshot(model, state, t)
        flying = np.searchsorted(state.runs, truth.run) * model.n_threats + truth.threat
        assert not np.isin(flying, rows).any()
    every = np.concatenate(kinds)
    assert np.sum(every == EventKind.LAUNCH) == np.sum(~rec.is_defeated)


def test_the_counts_and_the_cost_of_a_campaign_by_hand() -> None:
    """Six rockets on three launchers, an attempt at each for 1 MUSD that stops it surely."""
    sets = ["picture=perfect", "engagement=tabled", "threats.north.count=6", "threats.east.count=4",
            "threats.stray.count=0", "threats.long_range.count=0"]  # fmt: skip
    whole = resolved(load("iron_dome_city", sets))
    keys = effort(1.0, 1e6, groups=["north"], launchers=3)
    campaign = od.run_many(load({**whole, "before_launch": [keys]}), 3, seed=1)
    base = od.run_many(load(whole), 3, seed=1)
    runs = campaign.table("runs").to_pydict()
    assert runs["defeated_before_launch"] == [6, 6, 6]
    assert runs["launched"] == [4, 4, 4]
    assert runs["cost_before_launch_usd"] == [3e6, 3e6, 3e6]
    shots = campaign.table("engagements").num_rows
    assert shots
    cost = campaign.summary["cost_defense_usd_by_system"]["iron_dome"]["value"] * 3
    assert sum(runs["cost_defense_usd"]) == pytest.approx(9e6 + cost)
    price = load(whole).threats[0].system.cost
    assert runs["cost_threat_usd"] == pytest.approx([4 * price] * 3)
    threats = campaign.table("threats").to_pydict()
    is_north = [name == "north" for name in threats["group"]]
    assert [o == "defeated" for o in threats["outcome"]] == is_north == threats["is_defeated"]
    assert not any(t for t, n in zip(threats["is_threatening"], is_north, strict=True) if n)
    # the others fly as they do without the effort
    east = [r for r in base.table("threats").to_pylist() if r["group"] == "east"]
    with_it = [r for r in campaign.table("threats").to_pylist() if r["group"] == "east"]
    for name in ("launch_lat", "aim_lat", "is_failed", "t_impact", "impact_lon"):
        assert [r[name] for r in east] == [r[name] for r in with_it]
    assert base.table("runs").to_pydict()["defeated_before_launch"] == [0, 0, 0]
    assert base.summary["defeated_before_launch"]["value"] == 0.0
    assert campaign.summary["defeated_before_launch"]["value"] == 6.0
    assert campaign.summary["leak_fraction"]["value"] is not None


def test_nothing_leaves_when_all_are_stopped() -> None:
    whole = resolved(load("iron_dome_city", ["picture=perfect", "engagement=tabled"]))
    campaign = od.run_many(load({**whole, "before_launch": [effort(1.0)]}), 2, seed=1)
    assert campaign.summary["launched"]["value"] == 0.0
    assert campaign.table("engagements").num_rows == 0


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (
            effort(1.2),
            "scenario: before_launch[0].overrides.p_defeat is 1.2; allowed: 0 to 1. "
            "Chance that an attempt stops all later launches.",
        ),
        (
            effort(0.2, groups=["nort"]),
            "scenario: before_launch[0].groups[0] is 'nort'; known groups: north, south. "
            "Did you mean 'north'?",
        ),
        (
            effort(0.2, delay_s=-3.0),
            "scenario: before_launch[0].delay_s is -3 s; allowed: 0 to 100000 s. "
            "When the attempts come; earlier launches leave.",
        ),
        (
            effort(0.2, launchers=0),
            "scenario: before_launch[0].launchers is 0; allowed: whole numbers 1 to 20000. "
            "Launchers of each group; absent: one for each threat.",
        ),
        (
            {"name": "hunt", "system": "iron_dome"},
            "scenario: before_launch[0].system is 'iron_dome'; that system is of kind interceptor, "
            "wanted: defeat. Known: defeat_before_launch.",
        ),
    ],
)
def test_bad_input_is_refused_in_a_line(keys: dict[str, Any], line: str) -> None:
    assert refusal(changed((("before_launch",), [keys]))) == line


def test_two_efforts_on_one_group_are_refused() -> None:
    twice = [effort(0.2, groups=["south"]), {**effort(0.1), "name": "cyber"}]
    assert refusal(changed((("before_launch",), twice))) == (
        "scenario: before_launch[1].name is 'cyber'; hunt acts on group south already. "
        "One effort acts on a group; name its groups."
    )


def test_efforts_that_come_too_late_or_at_empty_launchers_are_said() -> None:
    late = effort(0.2, groups=["south"], delay_s=700.0, launchers=5)
    said = [s for s in check(load(changed((("before_launch",), [late])))) if "hunt" in s]
    assert said == [
        "before_launch[0] (hunt) comes at t = 700 s, after the last launch of south at 120 s.",
        "before_launch[0] (hunt) has 5 launchers for the 3 launches of south; the others hold "
        "nothing.",
    ]


def test_a_result_holds_the_effort_and_its_source() -> None:
    whole = resolved(changed((("before_launch",), [effort(0.2)])))
    assert whole["before_launch"][0]["overrides"] == {"p_defeat": 0.2}
    assert whole["systems"]["defeat_before_launch"]["parameters"]["cost_usd"]["nominal"] == 2e6
    assert load(whole) == load(changed((("before_launch",), [effort(0.2)])))
