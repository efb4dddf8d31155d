"""What no run may break, whatever is decided: magazines, channels, intervals, delays, envelopes."""

from typing import Any

import numpy as np
import pytest

from opendome.kernels.frames import ecef_from_geodetic
from opendome.kernels.reach import ground_range
from opendome.results.record import Record
from opendome.scenario import load
from opendome.scenario.scenario import Scenario
from opendome.scenario.weapons import Battery
from opendome.simulation.run import compile_scenario, simulate

CASES = [
    ("iron_dome_city", ["weapons.battery_south.launchers=1"]),
    ("iron_dome_city", ["weapons.battery_north.overrides.channels=4", "picture=perfect"]),
    ("limited_icbm", ["threats.icbm.count=4", "weapons.fort_greely.launchers=9"]),
    ("limited_icbm", ["picture=statistical", "engagement=tabled", "step_s=5"]),
    ("iron_dome_city", ["command.nodes.air_defense_center.doctrine.policy=optimal",
                        "command.nodes.air_defense_center.doctrine.salvo=2"]),
]  # fmt: skip


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}-{case[1][0]}")
def raid(request: pytest.FixtureRequest) -> tuple[Scenario, Record]:
    name, sets = request.param
    scenario = load(name, sets)
    return scenario, simulate(compile_scenario(scenario), 4, [0, 1], [])


def shots_of(record: Record, run: int, battery: str) -> dict[str, np.ndarray]:
    table = record.tables["engagements"].to_pydict()
    rows = [i for i, b in enumerate(table["battery"]) if b == battery and table["run"][i] == run]
    shots = {name: np.array(column, dtype=object)[rows] for name, column in table.items()}
    every = list(zip(table["run"], table["track"], table["t_order"], strict=True))
    shots["n_earlier"] = np.array(
        [sum(e[0] == run and e[1] == track and e[2] < t for e in every)
         for track, t in zip(shots["track"], shots["t_order"], strict=True)]
    )  # fmt: skip
    return shots


def each_battery(raid: tuple[Scenario, Record]) -> list[tuple[Battery, dict[str, Any]]]:
    scenario, record = raid
    return [(b, shots_of(record, run, b.name)) for run in (0, 1) for b in scenario.weapons]


def test_something_was_fired(raid: tuple[Scenario, Record]) -> None:
    assert raid[1].tables["engagements"].num_rows > 0


def test_no_battery_fires_more_rounds_than_it_has(raid: tuple[Scenario, Record]) -> None:
    for battery, shots in each_battery(raid):
        launchers = battery.system.launchers if battery.launchers is None else battery.launchers
        each = battery.rounds_per_launcher
        each = battery.system.rounds_per_launcher if each is None else each
        assert len(shots["shot"]) <= launchers * each


def test_rounds_leave_one_launch_interval_apart(raid: tuple[Scenario, Record]) -> None:
    for battery, shots in each_battery(raid):
        t = np.sort(shots["t_launch"].astype(float))
        assert np.all(np.diff(t) >= battery.system.launch_interval - 1e-9)


def test_no_more_rounds_are_guided_than_there_are_channels(raid: tuple[Scenario, Record]) -> None:
    for battery, shots in each_battery(raid):
        start, end = shots["t_launch"].astype(float), shots["t_planned"].astype(float)
        at_once = [int(np.sum((start <= t) & (t < end))) for t in start]
        assert max(at_once, default=0) <= battery.system.channels


def test_no_round_leaves_before_consent_order_and_reaction(raid: tuple[Scenario, Record]) -> None:
    nodes = {n.name: n for n in raid[0].command.nodes}
    for battery, shots in each_battery(raid):
        node = nodes[battery.node]
        since = shots["t_launch"].astype(float) - shots["t_order"].astype(float)
        assert np.all(since >= battery.system.reaction - 1e-9)
        # consent is given once for a track; later rounds at it need none
        by_time = np.argsort(shots["t_order"].astype(float), kind="stable")
        _, first = np.unique(shots["track"].astype(int)[by_time], return_index=True)
        consented = shots["n_earlier"][by_time[first]] == 0
        wait = node.consent + battery.system.reaction
        assert np.all(since[by_time[first]][consented.astype(bool)] >= wait - 1e-9)


def test_every_kill_lies_in_the_envelope(raid: tuple[Scenario, Record]) -> None:
    """Planned inside; the flown meeting may stray by a second of flight."""
    for battery, shots in each_battery(raid):
        s = battery.system
        slack = 0.0 if raid[0].engagement == "tabled" else 8e3 if s.max_range > 1e6 else 1e3
        r_site = np.array(ecef_from_geodetic(battery.site.lat, battery.site.lon, 0.0))
        for i in np.flatnonzero(shots["is_kill"].astype(bool)):
            lat, lon, alt = (float(shots[c][i]) for c in ("lat", "lon", "alt"))
            arc = ground_range(r_site, np.array(ecef_from_geodetic(lat, lon, 0.0)))
            assert s.min_range - slack <= arc <= s.max_range + slack
            assert s.min_altitude - slack <= alt <= s.max_altitude + slack


def test_a_threat_dies_at_most_once_and_books_balance(raid: tuple[Scenario, Record]) -> None:
    runs = raid[1].tables["runs"].to_pydict()
    shots = raid[1].tables["engagements"].to_pydict()
    for i, run in enumerate(runs["run"]):
        killed = [
            t for t, k, r in zip(shots["threat"], shots["is_kill"], shots["run"], strict=True)
            if k and r == run
        ]  # fmt: skip
        assert len(killed) == len(set(killed))
        assert runs["intercepted"][i] <= len(killed) <= runs["intercepted"][i] + runs["failed"][i]
        assert runs["leakers"][i] <= runs["threatening"][i] <= runs["threats"][i]
        assert runs["threats"][i] + runs["failed"][i] == runs["launched"][i]
        assert runs["shots"][i] == sum(r == run for r in shots["run"])
