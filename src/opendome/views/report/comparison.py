"""The page of a comparison: the values side by side, and what differs between them."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from importlib import resources
from string import Template
from typing import Any, Final

from opendome.campaign.compare import SCENARIO, Comparison
from opendome.results.result import Campaign
from opendome.results.statistics import Estimate
from opendome.scenario.load import shipped
from opendome.views.report import apart, funnels
from opendome.views.report.axes import Scale, round_ticks, round_top, x_axis
from opendome.views.report.bills import bills_table
from opendome.views.report.layout import figure, nothing, section, sideways
from opendome.views.report.made import limits
from opendome.views.report.markup import Markup, join, line, rect, svg, tag, text
from opendome.views.report.verdict import estimate
from opendome.views.report.words import (
    dollars,
    listed,
    mean,
    percent_interval,
    plural,
    spaced,
    to_interval,
    whole,
)

WIDTH: Final = 420.0
ROW: Final = 46.0
SECTIONS: Final = (
    ("through", "What got through"),
    ("layers", "Layer by layer"),
    ("spent", "What it cost"),
    ("apart", "What differs"),
    ("made", "Method and limits"),
)


def comparison_page(found: Comparison) -> str:
    """HTML of the report of a comparison."""
    manifest = found.campaigns[0].manifest
    summaries = [c.summary for c in found.campaigns]
    name = str(manifest.get("title") or manifest.get("name") or "A raid")
    links = (tag("a", words, href=f"#{id_}") for id_, words in SECTIONS)
    has_threats = any(estimate(s, "threatening").value > 0 for s in summaries)
    return (
        Template(_file("page.html"))
        .substitute(
            title=join([name, ": ", spaced(found.key.split(".")[-1]), " compared"]),
            description=join([found.key, " = ", ", ".join(found.values)]),
            verdict=verdict(found, summaries),
            tiles=Markup(""),
            contents=tag("nav", *links, aria_label="Sections"),
            sections=join(
                [
                    got_through(found, summaries, has_threats),
                    by_layer(found, summaries),
                    spent(found, summaries),
                    differing(found),
                    made(found),
                ]
            ),
            style=_file("page.css"),
            script=_file("page.js"),
        )
        .replace('href="#where"', 'href="#through"', 1)
    )


def verdict(found: Comparison, summaries: Sequence[Mapping[str, Any]]) -> Markup:
    """What the values come to, in a sentence or two."""
    runs = min(int(s.get("runs", 0)) for s in summaries)
    leaks = [estimate(s, "leak_fraction") for s in summaries]
    raid = "the same raid" if found.is_one_raid else "each raid"
    start = f"Over {plural(runs, 'simulated run')} of {raid} with the same chance, "
    if not all(math.isfinite(leak.value) for leak in leaks):
        return join([start, "no threat to a defended asset was launched under every value."])
    shares = [
        join([tag("strong", percent_interval(*leak)[0], class_="leaked"), f" ({value})"])
        for value, leak in zip(apart.labels(found), leaks, strict=True)
    ]
    words = [start, join(shares[:-1], ", "), " and ", shares[-1],
             " of the threats to a defended asset got through. "]  # fmt: skip
    clear = [
        value
        for value, differences in zip(apart.labels(found)[1:], found.pairs, strict=True)
        if differences and differences[0].is_clear
    ]
    base = apart.labels(found)[0]
    if runs < 2:
        words.append("One run cannot say whether they differ.")
    elif clear:
        words.append(f"Clearly different from {base}: {listed(clear, 20)}.")
    else:
        words.append(f"None is clearly different from {base}.")
    return join(words)


def got_through(
    found: Comparison, summaries: Sequence[Mapping[str, Any]], has_threats: bool
) -> Markup:
    """Leak fractions with their intervals, and what lies behind them."""
    if not has_threats:
        words = "No threat to a defended asset was launched, so nothing could get through."
        return section(1, "through", SECTIONS[0][1], "", nothing(words))
    rows = [(v, estimate(s, "leak_fraction")) for v, s in
            zip(apart.labels(found), summaries, strict=True)]  # fmt: skip
    note = "Share of the threats to a defended asset that got through, with 95 % intervals."
    titles = ("per raid", "threatening", "stopped", "got through", "chance of no leak",
              "asset value lost")  # fmt: skip
    head = tag("tr", *(tag("th", w, scope="col") for w in titles))
    body = [
        tag(
            "tr",
            tag("th", value, scope="row"),
            tag("td", _cell("threatening", s)),
            tag("td", mean(estimate(s, "threatening").value - estimate(s, "leakers").value)),
            tag("td", _cell("leakers", s)),
            tag("td", _percent_cell("p_no_leak", s)),
            tag("td", _cell("asset_value_lost", s)),
        )
        for value, s in zip(apart.labels(found), summaries, strict=True)
    ]
    table = tag("table", tag("thead", head), tag("tbody", *body), class_="counts")
    drawing = figure(leaks(rows), note)
    both = tag("div", drawing, sideways(table), class_="funnel")
    return section(1, "through", SECTIONS[0][1], "", both)


def leaks(rows: Sequence[tuple[str, Estimate]]) -> Markup:
    """Bars of the leak fraction of each value, with intervals."""
    left, right, top = 112.0, 92.0, 8.0
    high = max((max(e.value, e.high) for _, e in rows if math.isfinite(e.high)), default=0.0)
    high = max([high, *(e.value for _, e in rows if math.isfinite(e.value))])
    scale = Scale(0.0, min(round_top(100 * high, 5), 100.0) or 1.0, left, WIDTH - right)
    bottom = top + ROW * len(rows)
    parts = [x_axis(scale, round_ticks(0.0, scale.high, 5), lambda v: f"{v:g} %", (top, bottom))]
    for k, (name, e) in enumerate(rows):
        y = top + ROW * k + ROW / 2
        shown, interval = percent_interval(*e)
        parts += [
            text(left - 10, y + 5, name, "lane end"),
            rect(left, y - 11, scale.at(100 * e.value) - left, 22, class_="fill-leaked"),
            text(WIDTH - right + 14, y - 1, shown, "figure"),
            text(WIDTH - right + 14, y + 15, interval, "tick"),
        ]
        if interval:
            a, b = scale.at(100 * e.low), scale.at(100 * e.high)
            parts += [line(a, y, b, y, "whisker"), line(a, y - 4, a, y + 4, "whisker"),
                      line(b, y - 4, b, y + 4, "whisker")]  # fmt: skip
    said = "; ".join(f"{name} {percent_interval(*e)[0]}" for name, e in rows)
    return svg(WIDTH, bottom + 24, f"Leak fraction: {said}.", *parts)


def by_layer(found: Comparison, summaries: Sequence[Mapping[str, Any]]) -> Markup:
    """The funnels, side by side on one scale."""
    title = SECTIONS[1][1]
    rows = [funnels.layer_rows(s) for s in summaries]
    if not all(rows) or not any(r[0].came.value > 0 for r in rows):
        return section(2, "layers", title, "", nothing("Nothing came to any layer."))
    most = max(r[0].came.value for r in rows)
    classes = list(dict.fromkeys(name for r in rows for name in funnels.class_names(r)))
    drawings = [
        tag("figure", tag("h3", value), funnels.funnel(r, classes, most))
        for value, r in zip(apart.labels(found), rows, strict=True)
    ]
    lead = (
        "Each column is a class of threats on its way down. A layer kills the blue part of what "
        "comes to it; the rest comes to the next. Means per raid, all funnels on one scale."
    )
    tables = [
        join([tag("h3", value), funnels.class_table(r, classes)])
        for value, r in zip(apart.labels(found), rows, strict=True)
    ]
    keys = tag(
        "p",
        *(
            tag("span", tag("b", funnels.LETTERS[k % 26]), f" {spaced(name)}", class_="key")
            for k, name in enumerate(classes)
        ),
        class_="note keys",
    )
    return section(
        2, "layers", title, lead, tag("div", *drawings, class_="columns"), funnels.legend(), keys,
        tag("details", tag("summary", "The same by class of threat, as tables"), *tables),
    )  # fmt: skip


def spent(found: Comparison, summaries: Sequence[Mapping[str, Any]]) -> Markup:
    """Rounds and cost, whole and by layer."""
    title = SECTIONS[2][1]
    rows = [funnels.layer_rows(s) for s in summaries]
    names = list(dict.fromkeys(r.name for layers in rows for r in layers))
    head = tag("tr", *(tag("th", w, scope="col") for w in ("per raid", *apart.labels(found))))
    body = []

    def add(name: str, cells: Sequence[object], class_: str | None = None) -> None:
        body.append(tag("tr", tag("th", name, scope="row"), *(tag("td", c) for c in cells),
                        class_=class_))  # fmt: skip

    add("rounds, all layers", [_cell("shots", s) for s in summaries])
    before = [estimate(s, "cost_before_launch_usd") for s in summaries]
    is_tried = any(cost.value > 0 for cost in before)
    whole = "cost, all layers and before launch" if is_tried else "cost, all layers"
    add(whole, [_money(estimate(s, "cost_defense_usd")) for s in summaries])
    if is_tried:
        stopped = [_cell("defeated_before_launch", s) for s in summaries]
        add("threats stopped before launch", stopped)
        add("cost, before launch", [_money(cost) for cost in before])
    for name in names:
        mine = [next((r for r in layers if r.name == name), None) for layers in rows]
        add(f"rounds, {spaced(name)}", [_estimate(r.rounds) if r else "" for r in mine])
        add(f"cost, {spaced(name)}", [_money(r.cost) if r else "" for r in mine])
        add(
            f"cost per kill, {spaced(name)}",
            [dollars(r.cost.value / r.killed.value) if r and r.killed.value else "" for r in mine],
        )
    table = tag("table", tag("thead", head), tag("tbody", *body), class_="counts")
    costs = [estimate(s, "cost_defense_usd").value for s in summaries]
    lead = "Rounds for " + listed(
        [f"{dollars(c)} ({v})" for v, c in zip(apart.labels(found), costs, strict=True)], 20
    )
    note = "A cost per kill counts all rounds of the layer, and its kills of threatening threats."
    return section(3, "spent", title, f"{lead} per raid.", sideways(table),
                   tag("p", note, class_="note"), bills_table(found))  # fmt: skip


def differing(found: Comparison) -> Markup:
    """Paired differences from the first value, in words and as a table."""
    if len(found.values) < 2:
        words = "Only one value has finished runs; there is nothing to compare yet."
        return section(4, "apart", SECTIONS[3][1], "", nothing(words))
    said = tag(
        "ul",
        *(tag("li", tag("strong", start), " ", rest) for start, rest in apart.sentences(found)),
        class_="said",
    )
    return section(4, "apart", SECTIONS[3][1], apart.rule(), said, apart.table(found))


def made(found: Comparison) -> Markup:
    """How the comparison was made, and what it cannot say."""
    manifest, is_files = found.campaigns[0].manifest, found.key == SCENARIO
    rows: list[tuple[str, object]] = [
        ("Scenario", str(manifest.get("name", ""))),
        ("Varied", found.key),
        ("Seed, the same for all", str(manifest.get("seed", ""))),
    ]
    for value, campaign in zip(apart.labels(found), found.campaigns, strict=True):
        rows.append((value, _campaign_words(campaign)))
    facts = tag("dl", *(tag("div", tag("dt", w), tag("dd", v)) for w, v in rows),
                class_="facts made")  # fmt: skip
    name = str(manifest.get("name", "SCENARIO"))
    varied = ["--vary", f"{found.key}={','.join(found.values)}"]
    again = shlex.join(
        ["opendome", "compare", *(found.values if is_files else (name, *varied)),
         "--runs", str(manifest.get("runs", 1)), "--seed", str(manifest.get("seed", 0)),
         *(word for words in found.sets for word in ("--set", words))]
    )  # fmt: skip
    is_known = is_files or name in shipped()
    how = "" if is_known else ", with the path of the scenario's file in place of its name"
    body = tag("div", facts, tag("p", f"To make this comparison again{how}:"),
               tag("pre", tag("code", again), tabindex="0"))  # fmt: skip
    return section(5, "made", "How this was made, and what it cannot say", "",
                   tag("div", body, limits(), class_="pair"))  # fmt: skip


def _campaign_words(campaign: Campaign) -> Markup:
    words = f"{whole(campaign.runs)} runs, scenario {campaign.manifest.get('scenario_hash', '')}"
    page = campaign.folder / "report.html"
    if not page.is_file():
        return Markup(words)
    return join([words[:40], "... ", tag("a", "its own report",
                                         href=f"{campaign.folder.name}/report.html")])  # fmt: skip


def _cell(name: str, summary: Mapping[str, Any]) -> Markup:
    return _estimate(estimate(summary, name))


def _estimate(e: Estimate) -> Markup:
    return _with_interval(*to_interval(*e))


def _percent_cell(name: str, summary: Mapping[str, Any]) -> Markup:
    return _with_interval(*percent_interval(*estimate(summary, name)))


def _money(e: Estimate) -> Markup:
    is_known = math.isfinite(e.low) and math.isfinite(e.high) and e.high > e.low
    return _with_interval(
        dollars(e.value), f"{dollars(e.low)} to {dollars(e.high)}" if is_known else ""
    )


def _with_interval(value: str, interval: str) -> Markup:
    more = tag("span", interval, class_="interval") if interval else ""
    return join([value, more])


def _file(name: str) -> str:
    return (resources.files("opendome.views") / "report" / name).read_text(encoding="utf-8")
