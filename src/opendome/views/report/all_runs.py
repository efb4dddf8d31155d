"""Sections of the whole campaign: how many, what was fired, the picture, assumptions, method."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from opendome.results.result import Campaign
from opendome.views.report import (
    assumptions,
    believed,
    counts,
    funnels,
    inventory,
    made,
    picture_table,
    planned,
    quality,
    stocks,
)
from opendome.views.report.layout import figure, nothing, section
from opendome.views.report.markup import Floats, Markup, tag
from opendome.views.report.scene import Scene, mapping
from opendome.views.report.shown import Shown
from opendome.views.report.words import mean, percent, plural, spaced, whole


def how_many(campaign: Campaign, summary: Mapping[str, Any]) -> Markup:
    """Funnel and distribution of leakers, over all runs."""
    stages, every = counts.stages_of(campaign), counts.stage_means(campaign)
    means = every[-len(counts.STAGES) :]
    runs = int(summary.get("runs", 0))
    title = "How many got through"
    if not every[0].value > 0:
        words = "No threat was launched, so nothing could get through."
        return section(4, "many", title, "", nothing(words))
    threatening, engaged = means[2].value, means[3].value
    lead = (
        counts.before_words(summary)
        + f"Of {mean(means[0].value)} launched per raid, {mean(threatening)} threaten an asset; "
        + (f"{percent(engaged / threatening)} of these are fired at. " if threatening else "")
        + counts.wasted_words(campaign)
    )
    interval = ", with 95\u00a0% interval" if runs > 1 else ""
    note = f"Mean per run{interval}; share of {stages[0][0].lower()} at the right."
    leakers = counts.leaker_counts(campaign)
    body = [figure(counts.funnel(stages, every), note)]
    if runs > 1 and len(leakers):
        body.append(figure(counts.histogram(leakers), _leaker_words(leakers)))
    else:
        body.append(nothing("One run has no distribution; ask for more runs to see one."))
    pair = tag("div", *body, class_="pair")
    return section(4, "many", title, lead, pair, *_by_layer(summary))


def _by_layer(summary: Mapping[str, Any]) -> list[Markup]:
    """The funnel of the layers, and its classes of threats as a table."""
    rows = funnels.layer_rows(summary)
    if not rows or not rows[0].came.value > 0:
        return []
    classes = funnels.class_names(rows)
    words = " ".join(funnels.killed_words(row) for row in rows)
    note = (
        "Each column is a class of threats on its way down through the layers; mean numbers of "
        "threatening threats per run. Rounds and costs include those at harmless threats."
    )
    drawing = tag("figure", funnels.funnel(rows, classes), tag("figcaption", note))
    tables = tag("div", funnels.class_table(rows, classes), funnels.layer_table(rows))
    return [
        tag("h3", "Layer by layer"),
        tag("p", words, class_="note"),
        tag("div", drawing, tables, class_="funnel"),
        funnels.legend(),
    ]


def _leaker_words(leakers: Floats) -> str:
    low, high = np.quantile(leakers, [0.05, 0.95])
    return (
        f"Leakers per run over {whole(len(leakers))} runs: "
        f"median {mean(float(np.median(leakers)))},"
        f" nine runs in ten between {mean(float(low))} and {mean(float(high))},"
        f" worst {whole(float(leakers.max()))}."
    )


def rounds(campaign: Campaign, scene: Scene, shown: Shown | None) -> Markup:
    """Shots against stock over all runs, and stock over time."""
    title = "What was fired, and what was left"
    found = stocks.firings(campaign, scene)
    total = sum(float(f.fired.sum()) for f in found)
    if not found:
        return section(5, "rounds", title, "", nothing("The scenario has no battery."))
    if total == 0:
        words = "No interceptor was fired in any run; every stock stayed full."
        return section(5, "rounds", title, "", nothing(words))
    empty = max(
        (float(np.mean(f.fired >= f.battery.stock)) for f in found if f.battery.stock), default=0.0
    )
    busiest = found[0]
    lead = (
        f"The busiest battery ({spaced(busiest.battery.name)}) fires "
        f"{mean(float(np.median(busiest.fired)))} of its {busiest.battery.stock} rounds "
        "in the median run. "
        + (f"The battery that empties most often does so in {percent(empty)} of runs." if empty
           else "No battery ever runs dry.")
    )  # fmt: skip
    note = (
        "Over all runs: line, nine runs in ten; box, the middle half; dark bar, median; pale bed, "
        "the stock; ring, the run shown."
    )
    if len(found) > stocks.MOST:
        note += f" The {stocks.MOST} busiest of {len(found)} batteries."
    body = [figure(stocks.fired_chart(found, shown), note)]
    kinds = inventory.of_campaign(campaign, scene)
    if kinds:
        many = f"; {inventory.BAND}" if campaign.runs > 1 else ""
        words = f"Each kind of round over time, all batteries together: mean over the runs{many}."
        body.append(figure(inventory.timeline(kinds), words))
    parts = [tag("div", *body, class_="pair")]
    plans = planned.figures(campaign)
    if plans:
        words = (
            "No plan of the policy's class is expected to lose less than the bound; where a rule "
            "proves nothing there is none. A plan over time counts on rounds in the mean."
        )
        parts += [tag("h3", "What was planned"), planned.table(plans),
                  tag("p", words, class_="note")]  # fmt: skip
    return section(5, "rounds", title, lead, *parts)


def picture(campaign: Campaign) -> Markup:
    """Quality of the picture over time, over all runs."""
    title = "How good the picture was"
    kind = str(mapping(campaign.manifest, "scenario").get("picture", "tracked"))
    if kind == "perfect":
        words = (
            "This campaign grants the defense a perfect picture, so there are no errors to show."
        )
        return section(6, "picture", title, "", nothing(words))
    found = quality.bands(campaign)
    drawings = quality.charts(found)
    if not drawings:
        return section(6, "picture", title, "", nothing("No picture was recorded."))
    share = quality.share_tracked(campaign)
    lead = (
        f"Of all threats in flight, {percent(share)} are tracked, averaged over time and runs."
        if math.isfinite(share)
        else ""
    )
    note = (
        "Line: mean over the runs, of the errors the median; band: eight runs in ten. An honest "
        "filter errs as much as it says it does: its normalised error (NEES) is about 6. "
        "Higher means overconfident, lower means too cautious."
    )
    grid = tag("div", *(figure(d) for d in drawings), class_="grid-four")
    parts = [grid, tag("p", note, class_="note")]
    rows = picture_table.figures(campaign)
    if rows:
        off = picture_table.spuriousness(campaign)
        runs = len(campaign.manifest.get("trajectories_runs", []))
        parts += [tag("h3", "What was tracked"), picture_table.table(rows)]
        words = (
            f"Of the confirmed tracks {percent(off)} are of nothing. From {plural(runs, 'run')} "
            "looked at closely. A threat could be tracked "
            "once five looks of the last 30 s would each have seen it with a chance of a half or "
            "more, apart from its neighbours, and counts from 10 s later on. Delays are from then."
        )
        parts.append(tag("p", words, class_="note"))
    return section(6, "picture", title, lead, *parts, *_believed(campaign))


def _believed(campaign: Campaign) -> list[Markup]:
    """What tracks were called, and where they were said to come from."""
    families = campaign.table("families")
    parts = believed.called(families, int(campaign.manifest.get("seed", 0)))
    launches = believed.launch_words(campaign)
    if launches:
        parts += [tag("h3", "Where launches were"), tag("p", launches, class_="note")]
    return parts


def assumed(scenario: Mapping[str, Any]) -> Markup:
    """Systems, doctrine and fidelity."""
    used = assumptions.systems_used(scenario)
    legend = tag(
        "p",
        *(
            tag("span", tag("span", k, class_=f"badge {k.lower()}"), f" {words}", class_="key")
            for k, words in assumptions.CONFIDENCE.items()
        ),
        class_="note keys",
    )
    lead = (
        "Every number is public and notional. The dot shows where the value used lies between "
        "the lowest and the highest public figure."
    )
    systems = [assumptions.system_table(u) for u in used]
    return section(
        7, "assumed", "What was assumed", lead, legend,
        *(systems or [nothing("The scenario names no system.")]),
        tag("h3", "Command and doctrine"), assumptions.doctrine_table(scenario),
        tag("h3", "Fidelity"), assumptions.fidelity_words(scenario),
    )  # fmt: skip


def provenance(manifest: Mapping[str, Any], finished: int) -> Markup:
    """How it was made and what it cannot say."""
    return section(
        8, "made", "How this was made, and what it cannot say", "",
        tag("div", made.how_made(manifest, finished), made.limits(), class_="pair"),
    )  # fmt: skip
