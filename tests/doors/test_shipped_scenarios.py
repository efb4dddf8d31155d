"""Shipped scenarios as a user runs them: same bytes for any workers, or after an interruption."""

from pathlib import Path

import pytest

import opendome as od
from opendome.results.record import TABLES
from opendome.results.result import Campaign
from opendome.scenario import shipped

FEWER = {
    "iron_dome_city": ("threats.north.count=6", "threats.east.count=5", "threats.stray.count=2"),
    "limited_icbm": ("threats.icbm.count=2",),
    "layered_shield": (
        "threats.intermediate.count=1",
        "threats.medium.count=2",
        "threats.short.count=2",
        "threats.guns.count=2",
        "threats.mortars.count=2",
    ),
    "mixed_raid": (
        "threats.medium_range.count=1",
        "threats.short_range.count=2",
        "threats.quasi_ballistic.count=1",
        "threats.cruise.count=2",
        "threats.drones.count=2",
        "threats.rockets.count=2",
    ),
    "hypersonic_strike": ("threats.gliders.count=2", "threats.quasi_ballistic.count=2"),
    "fobs_south": (
        "threats.icbm.count=1",
        "threats.orbital.count=2",
        "step_s=5",
        "sensors.ship_radar.overrides.period_s=4",
    ),
    "decoy_raid": ("threats.bus.count=1", "threats.single.count=1"),
    "swarm_night": ("threats.swarm.count=8", "threats.guns.count=2", "threats.mortars.count=2"),
    "sbi_boost": ("threats.irbm.count=0", "weapons.boost_shell.shell.total=3900"),
    "theater_bases": (
        "threats.medium_range.count=2",
        "threats.short_range.count=2",
        "threats.quasi_ballistic.count=1",
        "threats.cruise_east.count=2",
        "threats.cruise_sea.count=1",
        "threats.drones.count=2",
        "command.wiring=hub",
    ),
    "carrier_group": (
        "threats.ballistic.count=1",
        "threats.supersonic.count=2",
        "threats.skimmers.count=2",
        "threats.drones.count=2",
        "command.wiring=stovepiped",
    ),
}

KEPT = {"submarine_pacific": 1, "gliders_near": 1, "hypersonic": 1}
FEWER["golden_dome"] = (
    "weapons.boost_shell.shell.total=780",
    *(
        change
        for group in od.load("golden_dome").threats
        for change in (
            f"threats.{group.name}.count={KEPT.get(group.name, 0)}",
            f"threats.{group.name}.arrive_s={1100 if group.name in KEPT else 4200}",
        )
    ),
)

OFTEN = {"iron_dome_city"}  # those that are also stopped on every change
RUNS = 4  # the first alone, the others shared


def contents(campaign: Campaign) -> dict[str, str]:
    return {name: repr(campaign.table(name).to_pylist()) for name in TABLES}


def test_every_shipped_scenario_is_here() -> None:
    assert sorted(FEWER) == shipped()


@pytest.mark.parametrize(
    "name", [n if n in OFTEN else pytest.param(n, marks=pytest.mark.nightly) for n in FEWER]
)
def test_workers_and_interruptions_leave_no_trace(name: str, tmp_path: Path) -> None:
    scenario = od.load(name, FEWER[name])
    alone = od.run_many(scenario, runs=RUNS, seed=5, workers=1, out=tmp_path / "alone")
    shared = od.run_many(scenario, runs=RUNS, seed=5, workers=2, out=tmp_path / "shared")
    assert contents(alone) == contents(shared)

    def stop(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        od.run_many(scenario, runs=RUNS, seed=5, out=tmp_path / "broken", progress=stop)
    partial = od.open_campaign(tmp_path / "broken")
    assert 0 < partial.runs < RUNS
    resumed = od.run_many(scenario, runs=RUNS, seed=5, out=tmp_path / "broken")
    assert contents(alone) == contents(resumed)


@pytest.mark.parametrize("name", FEWER)
def test_the_report_of_a_real_campaign_is_written(name: str, tmp_path: Path) -> None:
    runs = 2 if name in OFTEN else 1
    campaign = od.run_many(od.load(name, FEWER[name]), runs=runs, seed=5, out=tmp_path / name)
    page = od.write_report(tmp_path / name).read_text(encoding="utf-8")
    assert campaign.summary["runs"] == runs
    assert page.count("<svg") >= 6
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_no_threats_is_a_quiet_run() -> None:
    scenario = od.load("limited_icbm", ["threats.icbm.count=0"])
    summary = od.run(scenario, seed=3).summary
    assert summary["threats"]["value"] == 0
    assert summary["shots"]["value"] == 0
