"""The table that people see after a run: each figure with its 95 % interval."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from opendome.results.result import Campaign
from opendome.views.report.words import NARROW, dollars, mean, percent, plural, significant

NOTHING = "-"


class Row(NamedTuple):
    """One line of the table: a name, and an estimate with the words for its numbers."""

    name: str
    estimate: dict[str, float | None]
    words: Callable[[float], str]
    style: str = ""
    is_last: bool = False  # of its section


def print_summary(console: Console, campaign: Campaign) -> None:
    """Print the summary of a campaign."""
    summary, manifest = campaign.summary, campaign.manifest
    words = f"{manifest['title'] or manifest['name']}: {plural(summary['runs'], 'run')}"
    console.print(Text(words, style="bold"))
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.add_column("mean per run", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("95 % interval", justify="right", no_wrap=True)
    for row in rows(summary, manifest.get("asset_value")):
        table.add_row(row.name, *cells(row), style=row.style, end_section=row.is_last)
    console.print(table)


def rows(summary: dict[str, Any], value: float | None = None) -> list[Row]:
    """Lines of the table, in order; ``value`` is that of all assets."""
    of_all = "" if value is None else f", of {significant(value, 4)}"
    shots, costs = summary["shots_by_system"], summary["cost_defense_usd_by_system"]
    reached, outside = summary["engaged_threatening_in_reach"], summary["engaged_far_outside"]
    systems = [
        Row(f"  {system}{what}", by_system[system], words, "dim")
        for system in shots
        for what, by_system, words in ((" shots", shots, mean), (" cost", costs, dollars))
    ]
    before = summary["cost_before_launch_usd"]
    is_tried = bool(before["value"] or summary["defeated_before_launch"]["value"])
    stopped = Row("defeated before launch", summary["defeated_before_launch"], mean)
    spent = "cost of shots and before launch" if is_tried else "cost of the shots"
    exchange = "cost exchange, defense / threats" if is_tried else "cost exchange, shots / threats"
    return [
        *([stopped] if is_tried else []),
        Row("threats launched", summary["launched"], mean),
        Row("threats (launched, not failed)", summary["threats"], mean),
        Row("threatening an asset", summary["threatening"], mean),
        Row("intercepted, threatening or not", summary["intercepted"], mean),
        Row("leakers", summary["leakers"], mean, "bold"),
        Row("leakers / threatening", summary["leak_fraction"], percent),
        Row("chance of no leak", summary["p_no_leak"], percent, "bold"),
        Row(f"asset value lost{of_all}", summary["asset_value_lost"], significant, is_last=True),
        Row("shots", summary["shots"], mean),
        *_unarmed(summary),
        Row(spent, summary["cost_defense_usd"], dollars),
        *systems,
        *([Row("  before launch", before, dollars, "dim")] if is_tried else []),
        Row("cost of the threats", summary["cost_threat_usd"], dollars),
        Row(exchange, summary["cost_exchange"], significant, is_last=True),
        Row("fired at, of threatening in reach", reached, percent),
        Row("fired at, of all harmless", summary["engaged_harmless"], percent),
        Row("fired at, of harmless by > 3 sigma", outside, percent),
    ]


def _unarmed(summary: dict[str, Any]) -> list[Row]:
    """Rounds spent on what has no warhead, where there were any."""
    spent = summary.get("shots_unarmed", {})
    return [Row("  at what has no warhead", spent, mean, "dim")] if spent.get("value") else []


def cells(row: Row) -> tuple[str, str]:
    """Value and interval in words; a dash where the runs do not say."""
    value, low, high = (row.estimate[name] for name in ("value", "low", "high"))
    middle = NOTHING if value is None else row.words(value)
    if low is None or high is None:
        return middle.replace(NARROW, " "), NOTHING
    interval = f"{row.words(low)} to {row.words(high)}"
    return middle.replace(NARROW, " "), interval.replace(NARROW, " ")
