"""Counts over many runs: the funnel from launched to leaked, and how often how many leak."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from opendome.results.result import Campaign
from opendome.results.statistics import Estimate, percentile_interval, resampled_sums
from opendome.views.report.axes import Scale, round_ticks, round_top, y_axis
from opendome.views.report.markup import Floats, Markup, line, rect, svg, text
from opendome.views.report.scene import mapping
from opendome.views.report.shown import ask
from opendome.views.report.verdict import estimate
from opendome.views.report.words import dollars, mean, percent, percent_number, plural, to_interval

WIDTH: Final = 520.0
ROW: Final = 52.0
BARS: Final = 31  # of the histogram, at most

Stage: TypeAlias = tuple[str, str, str, str]
# name, what it means, class of its bar, quantity of a run
STAGES: Final[tuple[Stage, ...]] = (
    ("Launched", "all threats of the raid", "fill-ink", "launched"),
    ("In flight", "did not fail at launch", "fill-ink", "threats"),
    ("Threatening", "would hit a defended asset", "fill-ink", "threatening"),
    ("Engaged", "threatening, and fired at", "fill-hit", "engaged_threatening"),
    ("Intercepted", "threatening, and stopped", "fill-intercepted", "threatening - leakers"),
    ("Leaked", "threatening, and got through", "fill-leaked", "leakers"),
)
# In front of these, where launchers were attacked
BEFORE: Final[tuple[Stage, ...]] = (
    ("Planned", "all threats of the raid", "fill-ink", "launched + defeated_before_launch"),
    ("Before launch", "stopped at their launchers", "fill-intercepted", "defeated_before_launch"),
)


def stages_of(campaign: Campaign) -> tuple[Stage, ...]:
    """Stages of the funnel of a campaign, the last of them STAGES."""
    if not mapping(campaign.manifest, "scenario").get("before_launch"):
        return STAGES
    name, _, class_, quantity = STAGES[0]
    return (*BEFORE, (name, "left their launchers", class_, quantity), *STAGES[1:])


def stage_means(campaign: Campaign) -> list[Estimate]:
    """Mean number of threats per run at each stage of ``stages_of``, with its interval."""
    stages = stages_of(campaign)
    columns = ", ".join(f"({s[3]})::double as s{k}" for k, s in enumerate(stages))
    answer = ask(campaign, f"select {columns} from runs order by run")
    matrix = np.nan_to_num(np.column_stack([answer[f"s{k}"] for k in range(len(stages))]))
    n = len(matrix)
    if n == 0:
        return [Estimate(0.0, float("nan"), float("nan"))] * len(stages)
    samples = resampled_sums(matrix, int(campaign.manifest.get("seed", 0))) / n
    return [
        Estimate(float(matrix[:, k].mean()), *percentile_interval(samples[:, k], n))
        for k in range(len(stages))
    ]


def funnel(stages: Sequence[Stage], means: Sequence[Estimate]) -> Markup:
    """Bars of the mean number per run at each stage, with 95 % intervals."""
    left, right = 104.0, 134.0
    scale = Scale(0.0, max(means[0].value, 1e-9), left, WIDTH - right)
    parts: list[Markup] = []
    for k, ((name, about, class_, _), found) in enumerate(zip(stages, means, strict=True)):
        y = 6 + ROW * k
        end = scale.at(found.value)
        value, interval = to_interval(*found)
        share = found.value / means[0].value if means[0].value else 0.0
        parts += [
            text(left - 12, y + 20, name, "lane end"),
            rect(left, y + 6, WIDTH - right - left, 22, class_="bed"),
            rect(left, y + 6, end - left, 22, class_=class_),
            text(left, y + 43, about, "tick"),
            text(WIDTH - right + 12, y + 17, value, "figure"),
            text(WIDTH - 2, y + 17, percent(share), "tick end"),
        ]
        if interval:
            low, high = scale.at(found.low), scale.at(found.high)
            if high - low > 3:
                parts += _whisker(low, high, y + 17)
            parts.append(text(WIDTH - right + 12, y + 33, interval, "tick"))
    words = "; ".join(f"{s[0].lower()} {mean(m.value)}" for s, m in zip(stages, means, strict=True))
    return svg(WIDTH, 6 + ROW * len(stages), f"Mean number of threats per run: {words}.", *parts)


def _whisker(low: float, high: float, y: float) -> list[Markup]:
    return [
        line(low, y, high, y, "whisker"),
        line(low, y - 4, low, y + 4, "whisker"),
        line(high, y - 4, high, y + 4, "whisker"),
    ]


def before_words(summary: Mapping[str, Any]) -> str:
    """How many were stopped at their launchers, and for how much; empty if none was tried."""
    stopped = estimate(summary, "defeated_before_launch").value
    cost = estimate(summary, "cost_before_launch_usd").value
    if not (stopped > 0 or cost > 0):
        return ""
    planned = stopped + estimate(summary, "launched").value
    return (
        f"Of {mean(planned)} planned per raid, {mean(stopped)} are stopped before launch, "
        f"for {dollars(cost)}. "
    )


def wasted_words(campaign: Campaign) -> str:
    """What is fired at threats that endanger nothing, at failed launches and unarmed objects."""
    harmless = estimate(campaign.summary, "engaged_harmless").value
    outside = estimate(campaign.summary, "engaged_far_outside").value
    words = []
    if math.isfinite(harmless):
        far = (
            f" (of those that miss by more than 3 standard deviations, {percent(outside)})"
            if math.isfinite(outside)
            else ""
        )
        words.append(
            f"Of those that threaten nothing, {percent(harmless)} are fired at as well{far}."
        )
    failed = shots_at_failed(campaign)
    if failed > 0:
        words.append(f"{plural(failed, 'round')} per raid go at launches that failed.")
    unarmed = estimate(campaign.summary, "shots_unarmed").value
    if unarmed > 0:
        words.append(f"{plural(unarmed, 'round')} per raid are spent on what has no warhead.")
    return " ".join(words)


def shots_at_failed(campaign: Campaign) -> float:
    """Mean number per run of rounds fired at launches that failed."""
    answer = ask(
        campaign,
        """select count(distinct (e.run, e.shot))::double
             / greatest((select count(*) from runs), 1) as n
           from engagements e join threats t on e.run = t.run and e.threat = t.threat
           where t.is_failed""",
    )
    return float(answer["n"][0])


def leaker_counts(campaign: Campaign) -> Floats:
    """Leakers of each run."""
    answer = ask(campaign, "select leakers::double as n from runs where leakers is not null")
    return np.asarray(answer["n"], dtype=np.float64)


def histogram(leakers: Floats) -> Markup:
    """Share of runs by number of leakers."""
    height, left, top, bottom = 318.0, 36.0, 34.0, 44.0
    most = int(leakers.max()) if len(leakers) else 0
    size = max(1, -(-(most + 1) // BARS))
    n_bars = max(most // size + 1, 6)
    shares = np.bincount((leakers // size).astype(np.int64), minlength=n_bars) / max(
        len(leakers), 1
    )
    across = Scale(0.0, float(n_bars), left, WIDTH - 12)
    up = Scale(0.0, round_top(100 * float(shares.max()), 4), height - bottom, top)
    parts = [y_axis(up, round_ticks(0.0, up.high, 4), lambda v: f"{v:g}", (left, WIDTH - 12))]
    labelled = max(1, n_bars // 12)
    for k, share in enumerate(shares):
        x0, x1 = across.at(k), across.at(k + 1)
        name = str(k) if size == 1 else f"{k * size}{chr(0x2013)}{(k + 1) * size - 1}"
        y = up.at(100 * share)
        class_ = "fill-intercepted" if k == 0 and size == 1 else "fill-leaked"
        parts.append(
            rect(x0 + 2, y, x1 - x0 - 4, height - bottom - y, class_=class_,
                 data_tip=f"{name} leakers: {percent(share)} of runs")
        )  # fmt: skip
        if share > 0 and n_bars <= 12:
            parts.append(text((x0 + x1) / 2, y - 6, percent_number(share), "tick mid"))
        if k % labelled == 0:
            parts.append(text((x0 + x1) / 2, height - bottom + 17, name, "tick mid"))
    parts += [
        line(left, height - bottom, WIDTH - 12, height - bottom, "baseline"),
        text((left + WIDTH) / 2, height - 8, "threats that got through, per run", "axis mid"),
        text(0, 14, "% of runs", "axis"),
    ]
    none = float(shares[0]) if size == 1 else float(np.mean(leakers == 0))
    return svg(
        WIDTH,
        height,
        f"Distribution of leakers over runs: none in {percent(none)} of runs, at most {most}.",
        *parts,
    )
