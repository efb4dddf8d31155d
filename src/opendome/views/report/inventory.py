"""Rounds left of each kind against time in the raid: mean over runs, and the band of runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from opendome.results.result import Campaign
from opendome.results.rounds_left import Left, rounds_left
from opendome.views.report.axes import Scale, time_ticks, x_axis, y_axis
from opendome.views.report.markup import Floats, Markup, path, svg, text
from opendome.views.report.scene import Scene
from opendome.views.report.shown import Columns, ask
from opendome.views.report.stocks import spread
from opendome.views.report.words import clock, mean, spaced

WIDTH: Final = 520.0
HEIGHT: Final = 280.0
MOST: Final = 5  # kinds drawn; those of which the largest share is fired
N_TIMES: Final = 121
DASHES: Final = ("", "7 4", "2 3", "9 3 2 3", "1 4")
BAND: Final = "band: nine runs in ten"


class Kind(NamedTuple):
    """One kind of round."""

    name: str
    stock: float  # at the start, mean over the runs
    left: Left  # as shares of it

    @property
    def end(self) -> float:
        """Mean share that is left at the end."""
        return float(self.left.mean[-1])


def stocks_of(scene: Scene) -> dict[str, float]:
    """Rounds of each kind at the start, reloads counted."""
    found: dict[str, float] = {}
    for battery in scene.batteries:
        found[battery.system] = found.get(battery.system, 0.0) + battery.stock
    return found


def times_until(t_launch: Floats) -> Floats:
    """Times of the chart: from the start to a little after the last launch."""
    return np.linspace(0.0, 1.05 * float(np.max(t_launch, initial=1.0)), N_TIMES)


def kinds_left(shots: Columns, stocks: Mapping[str, Floats], t: Floats) -> list[Kind]:
    """Kinds of which a round was fired, the emptiest first.

    Parameters
    ----------
    shots : columns
        ``system``, ``row`` (place of the run in the stocks) and ``t`` of each launch.
    stocks : mapping
        Rounds of each kind at the start of each run (n_runs,).
    """
    found = []
    for name, stock in stocks.items():
        mine, has_any = shots["system"] == name, stock > 0
        rows = np.cumsum(has_any) - 1  # runs without such rounds say nothing of them
        if mine.any() and has_any.any():
            left = rounds_left(stock[has_any], rows[shots["row"][mine]], shots["t"][mine], t)
            found.append(Kind(name, float(stock[has_any].mean()), left))
    return sorted(found, key=lambda kind: kind.end)


def of_campaign(campaign: Campaign, scene: Scene) -> list[Kind]:
    """Kinds of rounds of a campaign."""
    shots = ask(
        campaign,
        """select system, run, min(t_launch) as t from engagements where isfinite(t_launch)
           group by system, run, shot""",
    )
    runs = np.sort(ask(campaign, "select run from runs")["run"])
    shots["row"] = np.searchsorted(runs, shots["run"])
    stocks = {name: np.full(len(runs), n) for name, n in stocks_of(scene).items()}
    return kinds_left(shots, stocks, times_until(shots["t"]))


def timeline(kinds: list[Kind], what: str = "") -> Markup:
    """Share of each kind that is left over time; ``what`` names the raids that it is of."""
    kinds = kinds[:MOST]
    left, right, top, bottom = 46.0, WIDTH - 150.0, 30.0, HEIGHT - 46.0
    across = Scale(0.0, float(kinds[0].left.t[-1]), left, right)
    up = Scale(0.0, 1.0, bottom, top)
    parts = [
        x_axis(across, time_ticks(0.0, across.high, 6), clock, (top, bottom),
               "time since the start, min:s"),
        y_axis(up, [0.0, 0.25, 0.5, 0.75, 1.0], lambda v: f"{100 * v:.0f} %", (left, right)),
        text(0, 14, f"rounds left{', ' if what else ''}{what}", "axis"),
    ]  # fmt: skip
    for k, (_, _, found) in enumerate(kinds):
        x = across.all(found.t)
        around = np.concatenate([found.low, found.high[::-1]])
        parts.append(path(np.concatenate([x, x[::-1]]), up.all(around), f"kind-band kind-{k}"))
    labels = []
    for k, kind in enumerate(kinds):
        line_of = path(across.all(kind.left.t), up.all(kind.left.mean), f"kind-line kind-{k}",
                       stroke_dasharray=DASHES[k] or None)  # fmt: skip
        parts.append(line_of)
        labels.append((up.at(kind.end), f"{spaced(kind.name)[:14]}: {_of(kind)}"))
    for y, words in spread(labels, 17.0, bottom):
        parts.append(text(right + 8, y + 4, words, "tick"))
    said = "; ".join(f"{spaced(kind.name)} {_of(kind)}" for kind in kinds)
    return svg(WIDTH, HEIGHT, f"Rounds left over time{f', {what}' if what else ''}: {said}.",
               *parts)  # fmt: skip


def _of(kind: Kind) -> str:
    return f"{mean(kind.end * kind.stock)} of {mean(kind.stock)}"
