"""The answer in words: one sentence, four numbers, each with its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from opendome.results.statistics import UNKNOWN, Estimate
from opendome.views.report.markup import Markup, join, tag
from opendome.views.report.words import (
    NOTHING,
    dollars,
    mean,
    percent_interval,
    plural,
    to_interval,
    whole,
)


def estimate(summary: Mapping[str, Any], name: str) -> Estimate:
    """Estimate of a campaign's summary; NaN where it is not known."""
    found = summary.get(name)
    if not isinstance(found, Mapping):
        return UNKNOWN
    values = (found.get(key) for key in ("value", "low", "high"))
    return Estimate(*(math.nan if v is None else float(v) for v in values))


def has_interval(number: Estimate) -> bool:
    """Whether the runs say how sure the value is."""
    return math.isfinite(number.low) and math.isfinite(number.high)


def sentence(summary: Mapping[str, Any]) -> Markup:
    """What came of it, in one or two sentences."""
    runs = int(summary.get("runs", 0))
    if runs == 0:
        return Markup("No run was finished; there is nothing to report yet.")
    subject = "In the one run made" if runs == 1 else f"Over {whole(runs)} simulated runs"
    launched, threatening = estimate(summary, "launched"), estimate(summary, "threatening")
    if not launched.value > 0:
        return join([subject, ", no threat was launched."])
    leak = estimate(summary, "leak_fraction")
    if not threatening.value > 0 or not math.isfinite(leak.value):
        return join([subject, ", none of the threats would have hit a defended asset."])
    stopped = threatening.value - estimate(summary, "leakers").value
    raid = "" if runs == 1 else " in the average raid"
    words = [
        subject,
        ", ",
        tag("strong", _share(leak), class_="leaked"),
        " of the threats to a defended asset got through",
        join([" ", tag("span", f"(95 % interval {percent_interval(*leak)[1]})")])
        if has_interval(leak)
        else "",
        f": the defense stopped {mean(stopped)} of {mean(threatening.value)}{raid}.",
    ]
    chance = estimate(summary, "p_no_leak")
    if runs > 1 and math.isfinite(chance.value):
        words.append(_no_leak(chance))
    return join(words)


def _share(leak: Estimate) -> str:
    if leak.value == 0:
        return "none"
    return "all" if leak.value == 1 else percent_interval(*leak)[0]


def _no_leak(chance: Estimate) -> Markup:
    if chance.value == 0:
        return Markup(" In no run did it stop them all.")
    if chance.value == 1:
        return Markup(" It stopped them all in every run.")
    return join([" It stopped every one of them in ",
                 tag("strong", percent_interval(*chance)[0], class_="intercepted"),
                 " of the runs."])  # fmt: skip


def tiles(summary: Mapping[str, Any], stock: int) -> Markup:
    """The four headline numbers."""
    leak, chance = estimate(summary, "leak_fraction"), estimate(summary, "p_no_leak")
    shots, exchange = estimate(summary, "shots"), estimate(summary, "cost_exchange")
    spent, worth = estimate(summary, "cost_defense_usd"), estimate(summary, "cost_threat_usd")
    of_stock = f" of {whole(stock)} in stock" if stock else ""
    is_more = estimate(summary, "cost_before_launch_usd").value > 0
    means = "interceptors and attempts at launchers" if is_more else "interceptors"
    money = f"{dollars(spent.value)} of {means} against {dollars(worth.value)} of threats"
    is_many = int(summary.get("runs", 0)) > 1
    ratio, ratio_interval = to_interval(*exchange)
    no_leak = percent_interval(*chance) if is_many else (NOTHING, "one run cannot say")
    return tag(
        "div",
        _tile(
            "Leak fraction", *percent_interval(*leak), "of the threatening got through", "leaked"
        ),
        _tile("Chance of no leak", *no_leak, "runs in which nothing got through", "intercepted"),
        _tile("Shots per raid", *to_interval(*shots), f"interceptors fired{of_stock}", "shots"),
        _tile("Cost exchange", f"{ratio}\u202f:\u202f1", ratio_interval, money, "shots"),
        class_="tiles",
    )


def _tile(name: str, value: str, interval: str, about: str, class_: str) -> Markup:
    return tag(
        "div",
        tag("div", name, class_="tile-name"),
        tag("div", value, class_=f"tile-value {class_}"),
        tag("div", interval or "no interval", class_="tile-interval"),
        tag("div", about, class_="tile-about"),
        class_="tile",
    )


def run_sentence(threats: int, leaked: int, shots: int, run: int, kept: int) -> str:
    """What happened in the run that is drawn, chosen among ``kept`` runs with paths."""
    if threats == 0:
        return f"The map shows run {run}; nothing was launched in it."
    through = "none got through" if leaked == 0 else f"{whole(leaked)} got through"
    choice = (
        f", the most typical of the {kept} whose paths were kept"
        if kept > 1
        else ", one course that this raid can take"
    )
    return (
        f"The map shows run {run}{choice}: "
        f"{plural(threats, 'launch', 'launches')}, {plural(shots, 'shot')}, {through}."
    )
