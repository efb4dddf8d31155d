"""The SIAP set of shipped scenarios, by phase and class; a table of docs/models/picture_metrics.md.

python docs/picture_table.py golden_dome --runs 3           # prints
python docs/picture_table.py golden_dome --runs 3 --write   # and renews figures/siap_golden_dome.md
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "models" / "figures"
AIMS = "completeness 0.97 or more, ambiguity 1.02 or less, spuriousness 0.02 or less"

ON = "filter (where system <> '')"
SQL = f"""
select {{name}} as name, condition,
  sum(truths)::double as truths,
  sum(tracked)::double / nullif(sum(truths), 0) as completeness,
  sum(tracks) {ON}::double / nullif(sum(tracked), 0) as ambiguity,
  sum(spurious)::double / nullif(sum(tracks), 0) as spuriousness,
  sum(position_error * tracks) filter (where isfinite(position_error))
    / nullif(sum(tracks) {ON}, 0) as error,
  1000.0 * sum(track_changes) / nullif(sum(t_tracked), 0) as changes,
  sum(t_longest) / nullif(sum(t_life), 0) as longest
from siap where {{where}} group by name, condition order by name, condition desc"""
DELAYS = """
select {name} as name, median(t_tracked - t_trackable) as middle,
  quantile_cont(t_tracked - t_trackable, 0.9) as late, avg(isfinite(t_tracked)::double) as share
from initiation join threats using (run, threat) where isfinite(t_trackable) group by name"""
CLASS = "case when role in ('warhead', 'bus') then system else role end"


def number(value: float | None, digits: int) -> str:
    """Rounded, empty where there is none."""
    return "" if value is None or value != value else f"{value:.{digits}f}"


def rows_of(campaign: Any, name: str, where: str) -> dict[str, dict[str, Any]]:
    """Name -> condition -> figures."""
    found: dict[str, dict[str, Any]] = {}
    for row in campaign.query(SQL.format(name=name, where=where)).to_pylist():
        found.setdefault(row["name"], {})[row["condition"]] = row
    return found


def line(name: str, found: dict[str, Any], delay: dict[str, Any] | None) -> str:
    """One row of the table: what could be tracked, and everything."""
    every, able = found["all"], found.get("trackable", {})
    share = able.get("truths", 0.0) / every["truths"] if every["truths"] else None
    parts = [
        number(share, 2),
        number(able.get("completeness"), 3),
        number(able.get("ambiguity"), 3),
        number(able.get("error"), 0),
        number(able.get("changes"), 1),
        number(able.get("longest"), 2),
        number(delay["middle"], 0) if delay else "",
        number(every["completeness"], 3),
        number(every["ambiguity"], 3),
        number(every["error"], 0),
    ]
    return f"| {name} | " + " | ".join(parts) + " |"


def table_of(campaign: Any, cpu: float) -> str:
    """All figures of a campaign whose runs are all kept, as Markdown."""
    whole = rows_of(campaign, "'all'", "phase = 'any'")["all"]
    threats = rows_of(campaign, "'all'", "phase = 'any' and system <> ''")["all"]
    armed = "phase = 'any' and role in ('warhead', 'bus')"
    delays = {
        d["name"]: d
        for key in ("'all'", CLASS)
        for d in campaign.query(DELAYS.format(name=key)).to_pylist()
    }
    lines = [
        f"{campaign.runs} runs, seed {campaign.manifest['seed']}, {cpu / campaign.runs:.0f} s of "
        "processor time a run. Of all confirmed tracks "
        f"{100 * whole['all']['spuriousness']:.1f} % belong to nothing; beside those on what could "
        f"be tracked alone {100 * whole['trackable']['spuriousness']:.1f} %.",
        "",
        "| | share of time trackable | completeness | ambiguity | error, m | changes per 1,000 s "
        "| on one track | delay, s | completeness, all | ambiguity, all | error, all, m |",
        "| --- " * 11 + "|",
        line("**all objects**", threats, delays.get("all")),
    ]
    for name, found in rows_of(campaign, "'what is armed'", armed).items():
        lines.append(line(f"**{name}**", found, None))
    for name, found in rows_of(campaign, "phase", "phase <> 'any' and system <> ''").items():
        lines.append(line(f"*{name}*", found, None))
    for name, found in rows_of(campaign, CLASS, "phase = 'any' and system <> ''").items():
        lines.append(line(f"`{name}`", found, delays.get(name)))
    return "\n".join([*lines, ""])


def main() -> None:
    """Run one campaign in this process, every run looked at closely."""
    import opendome as od

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    od.run(od.load(given.name), seed=given.seed)  # compiles
    start = time.process_time()
    campaign = od.run_many(
        od.load(given.name),
        runs=given.runs,
        seed=given.seed,
        workers=1,
        keep_trajectories=given.runs,
    )
    text = table_of(campaign, time.process_time() - start)
    print(text)
    if given.write:
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"siap_{given.name}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
