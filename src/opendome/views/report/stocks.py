"""Rounds: how many each battery fires over the runs, against its stock."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from opendome.results.result import Campaign
from opendome.views.report.axes import Scale, round_ticks, x_axis
from opendome.views.report.markup import Floats, Markup, line, rect, svg, tag, text
from opendome.views.report.scene import Battery, Scene
from opendome.views.report.shown import Shown, ask
from opendome.views.report.words import mean, percent, plural, spaced, whole

WIDTH: Final = 520.0
ROW: Final = 58.0
MOST: Final = 8  # batteries drawn; the busiest


class Firing(NamedTuple):
    """Rounds of one battery: fired in each run, and its stock."""

    battery: Battery
    fired: Floats


def firings(campaign: Campaign, scene: Scene) -> list[Firing]:
    """Rounds fired per run by each battery of the scenario, the busiest first."""
    answer = ask(
        campaign,
        "select battery, run, count(distinct shot)::double as n from engagements group by 1, 2",
    )
    runs = np.sort(ask(campaign, "select run from runs")["run"])
    found = []
    for battery in scene.batteries:
        rows = answer["battery"] == battery.name
        fired = np.zeros(len(runs))
        fired[np.searchsorted(runs, answer["run"][rows])] = answer["n"][rows]
        found.append(Firing(battery, fired))
    return sorted(found, key=lambda f: -float(f.fired.sum()))


def fired_chart(found: list[Firing], shown: Shown | None) -> Markup:
    """For each battery its stock as a bed, and on it the spread of rounds fired over the runs."""
    found = found[:MOST]
    left, right, top = 128.0, 12.0, 8.0
    most = max([f.battery.stock for f in found] + [float(f.fired.max(initial=0)) for f in found])
    scale = Scale(0.0, max(float(most), 1.0), left, WIDTH - right)
    bottom = top + ROW * len(found)
    parts = [
        x_axis(scale, round_ticks(0, scale.high, 6, whole=True), whole, (top, bottom),
               "rounds fired in a run")
    ]  # fmt: skip
    for k, (battery, fired) in enumerate(found):
        y = top + ROW * k
        low, quarter, middle, three, high = np.quantile(fired, [0.05, 0.25, 0.5, 0.75, 0.95])
        empty = float(np.mean(fired >= battery.stock)) if battery.stock else 0.0
        tip = (
            f"{spaced(battery.name)}: median {mean(middle)} of {battery.stock} rounds, "
            f"in nine of ten runs {mean(low)} to {mean(high)}; "
            f"the stock ran out in {percent(empty)} of runs"
        )
        parts += [
            text(left - 12, y + 21, spaced(battery.name)[:18], "lane end"),
            text(left - 12, y + 37, plural(battery.stock, "round"), "tick end"),
            rect(left, y + 11, scale.at(battery.stock) - left, 22, class_="bed", data_tip=tip),
            line(scale.at(low), y + 22, scale.at(high), y + 22, "whisker-light"),
            rect(scale.at(quarter), y + 14, max(scale.at(three) - scale.at(quarter), 1.5), 16,
                 class_="fill-hit", data_tip=tip),
            line(scale.at(middle), y + 11, scale.at(middle), y + 33, "median"),
        ]  # fmt: skip
        if empty:
            parts.append(text(left, y + 49, f"ran out in {percent(empty)} of runs", "tick halo"))
        if shown is not None:
            own = scale.at(float(np.sum(shown.shots["battery"] == battery.name)))
            parts.append(
                tag("circle", cx=own, cy=y + 22, r=4, class_="own",
                    data_tip=f"in run {shown.run}, the one shown")
            )  # fmt: skip
    names = "; ".join(
        f"{spaced(f.battery.name)} median {mean(float(np.median(f.fired)))} of {f.battery.stock}"
        for f in found
    )
    return svg(WIDTH, bottom + 42, f"Rounds fired per run against stock: {names}.", *parts)


def spread(labels: list[tuple[float, str]], gap: float, lowest: float) -> list[tuple[float, str]]:
    """Labels moved apart vertically so that none covers another, none below ``lowest``."""
    ordered = sorted(labels)
    placed: list[tuple[float, str]] = []
    for y, words in ordered:
        placed.append((max(y, placed[-1][0] + gap) if placed else y, words))
    overflow = (placed[-1][0] - lowest) if placed else 0.0
    if overflow > 0:
        limit = lowest
        for k in range(len(placed) - 1, -1, -1):
            y = min(placed[k][0], limit)
            placed[k] = (y, placed[k][1])
            limit = y - gap
    return placed
