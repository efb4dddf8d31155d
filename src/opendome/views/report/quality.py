"""How good the picture was over time: completeness, spurious tracks, error and honesty."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.results.result import Campaign
from opendome.views.report.axes import Scale, round_ticks, round_top, time_ticks, x_axis, y_axis
from opendome.views.report.markup import Floats, Markup, join, line, path, path_data, svg, tag, text
from opendome.views.report.shown import Columns, ask
from opendome.views.report.words import clock, significant, spaced

WIDTH: Final = 480.0
HEIGHT: Final = 236.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 14.0, 34.0, 44.0
MOST_NODES: Final = 4
DASHES: Final = (None, "6 3", "2 3", "8 3 2 3")
STEPS: Final = 240  # times drawn at most

QUANTITIES: Final = {
    "completeness": "case when threats > 0 then 100.0 * matched / threats end",
    "spurious": "spurious::double",
    "error": "case when not isnan(position_error_rms) then position_error_rms end",
    "nees": "case when not isnan(nees) then nees end",
}


MEDIANS: Final = {"error", "nees"}  # quantities with long tails; of the others the mean is drawn


class Band(NamedTuple):
    """A quantity over time at one node: middle over runs, and where eight of ten runs lie."""

    t: Floats
    low: Floats
    middle: Floats
    high: Floats


def bands(campaign: Campaign) -> dict[str, dict[str, Band]]:
    """Quantity -> node -> band over time; empty where no picture was recorded."""
    quantiles = ", ".join(
        f"quantile_cont({sql}, 0.1) as {name}_low, quantile_cont({sql}, 0.9) as {name}_high, "
        f"{'median' if name in MEDIANS else 'avg'}({sql}) as {name}_middle"
        for name, sql in QUANTITIES.items()
    )
    answer = ask(
        campaign,
        f"""with last as (select greatest(max(t) / {STEPS}, 1e-9) as step from picture)
            select node, min(t)::double as t, {quantiles}
            from (select picture.*, floor(picture.t / last.step) as k from picture, last)
            group by node, k order by node, t""",
    )
    return {name: _by_node(answer, name) for name in QUANTITIES}


def share_tracked(campaign: Campaign) -> float:
    """Share of the threats in flight that are tracked, over all times and runs; NaN if unknown."""
    answer = ask(campaign, "select sum(matched) / nullif(sum(threats), 0) as share from picture")
    value = answer["share"][0]
    return math.nan if value is None else float(value)


def _by_node(answer: Columns, name: str) -> dict[str, Band]:
    found = {}
    for node in sorted(set(answer["node"].tolist()))[:MOST_NODES]:
        rows = (answer["node"] == node) & ~_missing(answer[f"{name}_middle"])
        t, low, middle, high = (
            np.asarray(answer[key][rows], dtype=np.float64)
            for key in ("t", f"{name}_low", f"{name}_middle", f"{name}_high")
        )
        if len(t):
            found[str(node)] = Band(t, low, middle, high)
    return found


def _missing(values: NDArray[Any]) -> NDArray[np.bool_]:
    return np.array([v is None or math.isnan(v) for v in values], dtype=np.bool_)


class Chart(NamedTuple):
    """How one quantity is drawn."""

    title: str
    unit: str
    factor: float = 1.0
    is_logarithmic: bool = False
    top: float = math.nan  # fixed top of the axis
    target: float = math.nan  # where an honest picture lies
    target_name: str = ""


def band_chart(chart: Chart, nodes: dict[str, Band]) -> Markup:
    """Middle and band over time of each node."""
    t_end = max((float(b.t[-1]) for b in nodes.values()), default=1.0)
    across = Scale(0.0, max(t_end, 1.0), LEFT, WIDTH - RIGHT)
    up, ticks, label, place = _vertical(chart, nodes)
    title = f"{chart.title}, {chart.unit}" if chart.unit else chart.title
    note = f"; {chart.target_name}" if chart.target_name else ""
    parts = [
        text(0, 14, join([tag("tspan", title, class_="strong"), note]), "axis"),
        x_axis(across, time_ticks(0.0, t_end, 6), clock, (TOP, HEIGHT - BOTTOM), "min:s"),
        y_axis(up, ticks, label, (LEFT, WIDTH - RIGHT)),
    ]
    if math.isfinite(chart.target):
        y = up.at(float(place(np.array([chart.target]))[0]))
        parts.append(line(LEFT, y, WIDTH - RIGHT, y, "target"))
    for k, (node, band) in enumerate(nodes.items()):
        x = across.all(band.t)
        low, middle, high = (up.all(place(v)) for v in (band.low, band.middle, band.high))
        around = path_data(np.append(x, x[::-1]), np.append(low, high[::-1]), closed=True)
        parts.append(tag("path", d=around, class_="band"))
        parts.append(path(x, middle, "middle", stroke_dasharray=DASHES[k], data_tip=spaced(node)))
    return svg(WIDTH, HEIGHT, f"{chart.title} over time: middle and spread over runs.", *parts)


def _vertical(
    chart: Chart, nodes: dict[str, Band]
) -> tuple[Scale, list[float], Callable[[float], str], Callable[[Floats], Floats]]:
    """Scale, ticks, their labels, and the map from values to the scale's own values."""
    lows = [float(np.min(b.low[b.low > 0], initial=np.inf)) for b in nodes.values()]
    highs = [float(b.high.max()) for b in nodes.values()]
    most = max([*highs, chart.target if math.isfinite(chart.target) else 0.0], default=1.0)
    least = min([*lows, chart.target if math.isfinite(chart.target) else math.inf], default=1.0)
    if not chart.is_logarithmic or not math.isfinite(least) or most < 20 * least:
        top = chart.top if math.isfinite(chart.top) else round_top(1.05 * most * chart.factor, 4)
        scale = Scale(0.0, top, HEIGHT - BOTTOM, TOP)
        return scale, round_ticks(0.0, top, 4), significant, lambda v: v * chart.factor
    first = math.floor(math.log10(least * chart.factor))
    last = max(math.ceil(math.log10(most * chart.factor)), first + 1)
    step = 1 + (last - first) // 6
    ticks = [float(p) for p in range(first, last + 1, step)]

    def place(values: Floats) -> Floats:
        return np.log10(np.maximum(values * chart.factor, 10.0**first))

    scale = Scale(float(first), float(last), HEIGHT - BOTTOM, TOP)
    return scale, ticks, lambda p: significant(10.0**p), place


def charts(found: dict[str, dict[str, Band]]) -> list[Markup]:
    """The four charts of the picture, those that have data."""
    errors = [float(np.median(b.middle)) for b in found["error"].values()]
    is_far = bool(errors) and max(errors) > 2000
    kinds = {
        "completeness": Chart("Threats in flight that are tracked", "%", top=100.0),
        "spurious": Chart("Tracks of nothing", ""),
        "error": Chart("Position error", "km" if is_far else "m", 1e-3 if is_far else 1.0, True),
        "nees": Chart(
            "Error against claimed error (NEES)",
            "",
            1.0,
            True,
            target=6.0,
            target_name="dashed: honest, 6",
        ),
    }
    return [band_chart(kinds[name], nodes) for name, nodes in found.items() if nodes]
