"""One run of the rocket raid at full fidelity with 10, 100 and 1,000 threats, and many runs of it.

The raid is ``iron_dome_city`` with its groups, salvos, launchers and channels scaled together, so
that it lasts equally long at every size. Each size is measured in a process of its own.
"""

from __future__ import annotations

import cProfile
import json
import sys
import tempfile
from dataclasses import replace

import opendome
from benchmarks.measure import Row, child, peak_memory, timed
from opendome.scenario import Scenario
from opendome.simulation.run import compile_scenario, simulate

SIZES = (10, 100, 1000)
SEED = 7
CAMPAIGN_RUNS = 100
WIRINGS = ("integrated", "hub", "stovepiped")
BATCH = 24
PROFILE_LINES = 5


def raid(n_threats: int) -> Scenario:
    """The raid with about ``n_threats`` rockets."""
    shipped = opendome.load("iron_dome_city")
    scale = n_threats / sum(group.count for group in shipped.threats)
    changes = []
    for i, group in enumerate(shipped.threats):
        salvo = max(1, round(group.salvo_size * scale))
        changes += [
            f"threats[{i}].count={max(1, round(group.count * scale))}",
            f"threats[{i}].salvo_size={salvo}",
            f"threats[{i}].spacing_s={group.spacing * group.salvo_size / salvo:.4f}",
        ]
    for i, battery in enumerate(shipped.weapons):
        launchers = battery.launchers or battery.system.launchers
        channels = max(battery.system.channels, round(battery.system.channels * scale))
        changes += [
            f"weapons[{i}].launchers={max(1, round(launchers * scale))}",
            f"weapons[{i}].overrides.channels={channels}",
        ]
    return opendome.load(shipped, changes)


def one(n_threats: int) -> dict[str, float]:
    """Figures of one size, measured in this process."""
    scenario = raid(n_threats)
    build = timed(lambda: compile_scenario(scenario), repeats=2)
    model = compile_scenario(scenario)
    record = simulate(model, SEED, [0], [])  # compiles, or fetches compiled kernels
    first_peak = peak_memory()
    run = timed(lambda: simulate(model, SEED, [1], []), repeats=3, seconds=30.0)
    row = record.tables["runs"].to_pylist()[0]
    return {
        "launched": row["launched"],
        "shots": row["shots"],
        "simulated": row["t_end"],
        "build_cpu": build.cpu,
        "run_cpu": run.cpu,
        "run_wall": run.wall,
        "peak": max(first_peak, peak_memory()),
    }


def measure() -> list[Row]:
    """Processor time of one run, per simulated second, and peak memory, for each size."""
    rows = []
    for size in SIZES:
        text, _ = child([sys.executable, "-m", "benchmarks.raids", str(size)])
        found = json.loads(text)
        case = f"{size:,} threats"
        shots = f"{found['launched']:.0f} launched, {found['shots']:.0f} shots"
        rows += [
            Row("raids", f"{case}, one run", found["run_cpu"], "CPU-s", shots),
            Row(
                "raids",
                f"{case}, per simulated second",
                1e3 * found["run_cpu"] / found["simulated"],
                "CPU-ms",
                f"{found['simulated']:.0f} s simulated, wall {found['run_wall']:.2f} s",
            ),
            Row("raids", f"{case}, building the model", found["build_cpu"], "CPU-s"),
            Row("raids", f"{case}, peak memory", found["peak"] / 2**20, "MiB"),
        ]
    return rows


def measure_mixed() -> list[Row]:
    """The shipped ``mixed_raid`` of 100 threats under each wiring, one run alone and in a batch.

    Beside each stands its ratio to the same runs without a defense in the same process: threats
    launched, flown and recorded, with no sensor, track or shot.
    """
    rows = []
    bare = compile_scenario(_undefended("mixed_raid"))
    for wiring in WIRINGS:
        model = compile_scenario(opendome.load("mixed_raid", [f"command.wiring={wiring}"]))
        for runs in (1, BATCH):
            span = range(1, 1 + runs)
            simulate(model, SEED, [0], [])
            simulate(bare, SEED, [0], [])
            ours = timed(lambda m=model, s=span: simulate(m, SEED, s, []), 3, 30.0).cpu
            base = timed(lambda s=span: simulate(bare, SEED, s, []), 3, 30.0).cpu
            case = f"mixed_raid, {wiring}, " + ("one run alone" if runs == 1 else f"of {runs} runs")
            note = f"{ours / base:.1f} times the raid without a defense"
            rows.append(Row("mixed", case, ours / runs, "CPU-s a run", note))
    return rows


def _undefended(name: str) -> Scenario:
    """A shipped scenario without sensors and weapons."""
    shipped = opendome.load(name)
    command = replace(shipped.command, layers=())
    return replace(shipped, sensors=(), weapons=(), command=command)


def measure_campaign() -> list[Row]:
    """Many runs of the 100-threat raid, for one worker and for two."""
    rows = []
    for workers in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            program = (
                "from benchmarks.raids import raid; import opendome; "
                f"opendome.run_many(raid(100), {CAMPAIGN_RUNS}, workers={workers}, "
                f"out={folder + '/campaign'!r})"
            )
            _, timing = child([sys.executable, "-c", program])
        case = f"{CAMPAIGN_RUNS} runs of 100 threats, {workers} worker{'s' * (workers > 1)}"
        note = f"{timing.cpu / CAMPAIGN_RUNS:.3f} CPU-s a run, all included" if workers == 1 else ""
        rows.append(Row("campaign", case, timing.wall, "s wall", note))
    return rows


def measure_profile() -> list[Row]:
    """Where the time of one run of the 100-threat raid goes.

    First the verbs of the tick with all that they call, then the functions with most own time; a
    compiled kernel is part of the function that calls it.
    """
    model = compile_scenario(raid(100))
    simulate(model, SEED, [0], [])
    profile = cProfile.Profile()
    profile.runcall(simulate, model, SEED, [1], [])
    profile.create_stats()
    found = [
        (file, f"{file.rsplit('/', 1)[-1]}:{line} {name}", calls, own, whole)
        for (file, line, name), (_, calls, own, whole, _) in profile.stats.items()
    ]
    total = sum(own for _, _, _, own, _ in found)
    verbs = sorted((f for f in found if f[0].endswith("simulation/verbs.py")), key=lambda f: -f[4])
    functions = sorted(found, key=lambda f: -f[3])[:PROFILE_LINES]
    return [
        *(
            Row("profile", f"verb {name.split()[1]}", 100.0 * whole / total, "%", "with its calls")
            for _, name, _, _, whole in verbs
            if not name.split()[1].startswith(("_", "<"))
        ),
        *(
            Row("profile", name, 100.0 * own / total, "%", f"own time of {calls} calls")
            for _, name, calls, own, _ in functions
        ),
    ]


if __name__ == "__main__":
    print(json.dumps(one(int(sys.argv[1]))))
