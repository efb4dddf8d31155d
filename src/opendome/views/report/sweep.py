"""The page of a sweep: a curve with its bands, what moves it, the front of cost and leakage."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from importlib import resources
from string import Template
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from opendome.campaign.effects import Effect, Outcome, Point, choices_of, front, main_axis
from opendome.campaign.packs import DESIGN
from opendome.campaign.salib_indices import Index, indices
from opendome.campaign.sweep import Sweep
from opendome.errors import OpenDomeError
from opendome.scenario.load_design import design_keys, load_design, shipped_designs
from opendome.views.report import ground, inventory, sweep_charts, sweep_stocks
from opendome.views.report.layout import figure, nothing, section, sideways
from opendome.views.report.made import limits
from opendome.views.report.markup import Markup, join, tag
from opendome.views.report.scene import scene_of
from opendome.views.report.sweep_charts import shown
from opendome.views.report.words import dollars, percent, percent_interval, plural, whole

if TYPE_CHECKING:  # what flies threats brings the compiler
    from opendome.studies.footprints import Footprints

MOST_LINES: Final = 6  # of a second factor in a curve
MOST_EFFECTS: Final = 20
SECTIONS: Final = (
    ("curve", "How much gets through"),
    ("moves", "What moves it"),
    ("front", "Cost against leakage"),
    ("rounds", "What is left to fire"),
    ("ground", "Ground that is defended"),
    ("unknown", "Chance, and what is not known"),
    ("failed", "Cells that failed"),
    ("made", "Method and limits"),
)


def sweep_page(sweep: Sweep, found: Footprints) -> str:
    """HTML of the report of a sweep, finished or not, with the footprints of its scenario."""
    outcome = Outcome.of(sweep)
    axis = main_axis(sweep)
    points = outcome.curve(axis) if axis and outcome.n_runs else []
    effects = outcome.effects() if outcome.n_runs else []
    links = (tag("a", words, href=f"#{id_}") for id_, words in SECTIONS)
    sections = [
        _curve(outcome, axis, points, effects),
        _moves(outcome, effects),
        _front(outcome, axis),
        _rounds(outcome, axis),
        _ground(sweep, found),
        _unknown(outcome, axis, points),
        _failed(sweep),
        _made(sweep),
    ]
    title = str(sweep.note["title"] or sweep.note["name"])
    page = Template(_file("page.html")).substitute(
        title=join([title]),
        description=join([str(sweep.design.description)]),
        verdict=_verdict(outcome, axis, points, effects),
        tiles=Markup(""),
        contents=tag("nav", *links, aria_label="Sections"),
        sections=join(sections),
        style=_file("page.css"),
        script=_file("page.js"),
    )
    return page.replace('href="#where"', 'href="#curve"', 1)


def caption(sweep: Sweep, words: str) -> Markup:
    """What a figure shows, what it assumes, and how it was made: seed, runs, hash, command."""
    note = sweep.note
    assumed = note["scenario"]
    made = (
        f" Assumes a {assumed.get('picture', 'tracked')} picture, "
        f"{assumed.get('engagement', 'flown')} shots, catalog numbers at their "
        f"{assumed.get('catalog_level', 'nominal')} values where the design does not change them."
        f" Seed {note['seed']}; {plural(sweep.runs, 'run')} in {plural(note['cells'], 'cell')}; "
        f"scenario {note['scenario_name']}, hash {note['scenario_hash'][:12]}; "
        f"OpenDome {note['versions']['opendome']}. Again: "
    )
    return join([words, made, tag("code", command(sweep))])


def command(sweep: Sweep) -> str:
    """Command that makes the sweep and its page again."""
    folder = sweep.folder.resolve().name
    if is_as_shipped(sweep):
        return shlex.join(["opendome", "sweep", sweep.note["name"], "--out", folder])
    words = ["opendome", "sweep", f"{folder}/{DESIGN}", "--out", f"{folder}-again"]
    return shlex.join(words)


def is_as_shipped(sweep: Sweep) -> bool:
    """Whether the design is a shipped one, with nothing changed."""
    name = sweep.note["name"]
    return name in shipped_designs() and design_keys(load_design(name)) == sweep.note["design"]


def _verdict(
    outcome: Outcome, axis: str | None, points: Sequence[Point], effects: Sequence[Effect]
) -> Markup:
    sweep = outcome.sweep
    start = f"Over {plural(sweep.runs, 'run')} of {plural(sweep.note['cells'], 'cell')}, "
    known = [p for p in points if math.isfinite(p.estimate.value)]
    if not known or axis is None:
        value = outcome.value(np.ones(len(outcome.above), dtype=bool))
        if not math.isfinite(value):
            return Markup("No finished run launched a threat at a defended asset.")
        return join([start, tag("strong", percent(value), class_="leaked"),
                     " of the threats to a defended asset got through."])  # fmt: skip
    first, last = known[0], known[-1]
    words = [start, tag("strong", percent(first.estimate.value), class_="leaked"),
             f" of the threats got through at {axis} {shown(first.value)} and ",
             tag("strong", percent(last.estimate.value), class_="leaked"),
             f" at {shown(last.value)}. "]  # fmt: skip
    clear = [e for e in effects if e.difference.is_clear]
    if clear:
        words.append(f"What moves it most is {clear[0].column}.")
    return join(words)


def _curve(
    outcome: Outcome, axis: str | None, points: Sequence[Point], effects: Sequence[Effect]
) -> Markup:
    title = SECTIONS[0][1]
    if axis is None or not points:
        return section(1, "curve", title, "", nothing("The design varies nothing, or no cell is "
                                                      "finished."))  # fmt: skip
    second = next((e.column for e in effects
                   if e.column != axis and 2 <= len(set(outcome.columns[e.column])) <= MOST_LINES),
                  None)  # fmt: skip
    lines = []
    if second is not None:
        values = np.array(outcome.columns[second], dtype=object)
        lines = [(f"{second} {shown(v)}", outcome.curve(axis, values == v))
                 for v in dict.fromkeys(values.tolist())]  # fmt: skip
    has_draws = any(math.isfinite(p.unknown[0]) for p in points)
    words = (
        f"Mean leakage over {axis} with the 95 % interval of the mean; all other factors as they "
        "come. The wide pale band holds 90 % of single raids"
    )
    if has_draws:
        words += "; the darker band holds 90 % of the means under the numbers that are not known"
    words += f". Dashed: each {second} alone." if second else "."
    drawing = sweep_charts.curve(axis, points, lines)
    return section(1, "curve", title, "", figure(drawing, caption(outcome.sweep, words)))


def _moves(outcome: Outcome, effects: Sequence[Effect]) -> Markup:
    title = SECTIONS[1][1]
    if not effects:
        return section(2, "moves", title, "", nothing("Nothing was varied."))
    is_alone = outcome.sweep.design.sample == "one_at_a_time"
    base = outcome.value(
        np.asarray(outcome.columns["point"]) == 0
        if is_alone
        else np.ones(len(outcome.above), dtype=bool)
    )
    words = (
        "Leakage at the low and at the high end of each factor, "
        + ("all others at their base. " if is_alone else "averaged over all others. ")
        + "A number of many values is cut into thirds. Beside each bar: high minus low in percent "
        "points with its 95 % interval, run by run. The line is "
        + ("the base." if is_alone else "the mean of all cells.")
    )
    drawing = sweep_charts.tornado(effects[:MOST_EFFECTS], base)
    return section(2, "moves", title, "", figure(drawing, caption(outcome.sweep, words)),
                   _indices(outcome))  # fmt: skip


def _indices(outcome: Outcome) -> Markup:
    try:
        found = indices(outcome)
    except OpenDomeError as problem:
        return tag("p", f"Sensitivity indices are left out. {problem}", class_="note")
    head = tag("tr", *(tag("th", w, scope="col") for w in ("", "alone", "with all others")))
    rows = [tag("tr", tag("th", i.column, scope="row"), *(tag("td", c) for c in _shares(i)))
            for i in found]  # fmt: skip
    note = (
        "Share of the variance of the cells' leakage that each column explains alone (first order) "
        "and together with others (total), with 95 % intervals; by SALib."
    )
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="counts")
    return join([sideways(table), tag("p", caption(outcome.sweep, note), class_="note")])


def _shares(index: Index) -> tuple[str, str]:
    return tuple(
        f"{value:.2f} ± {half:.2f}" if math.isfinite(value) else "not from this sample"
        for value, half in (
            (index.first, index.first_half_width),
            (index.total, index.total_half_width),
        )
    )  # type: ignore[return-value]


def _front(outcome: Outcome, axis: str | None) -> Markup:
    title = SECTIONS[2][1]
    columns = [f.column for f in outcome.sweep.design.factors if f.column != axis]
    cost = Outcome.of(outcome.sweep, "cost_defense_usd")
    choices = choices_of(outcome, cost, columns) if columns else []
    costs, leaks = (np.array([c[k] for c in choices]) for k in (1, 2))
    if len(choices) < 2 or not np.isfinite(leaks).any():
        words = "There is nothing to choose from: no factor varies beside that of the curve."
        return section(3, "front", title, "", nothing(words))
    best = front(costs, leaks)
    names = [", ".join(f"{c} {shown(v)}" for c, v in zip(columns, choice.values, strict=True))
             for choice in choices]  # fmt: skip
    words = (
        f"Each dot is a choice of {', '.join(columns)}, over all values of {axis}; none beats "
        "those on the line in both cost and leakage. Cost is of the rounds spent in a raid, not of "
        "the forces that stand ready."
    )
    drawing = sweep_charts.pareto(costs, leaks, best, names)
    listed = sorted(np.flatnonzero(best), key=lambda i: costs[i])[:MOST_EFFECTS]
    table = tag("ul", *(tag("li", f"{names[i]}: {percent(leaks[i])}, {dollars(costs[i])}")
                        for i in listed))  # fmt: skip
    more = tag("details", tag("summary", "The choices on the line"), table)
    return section(3, "front", title, "", figure(drawing, caption(outcome.sweep, words)), more)


def _rounds(outcome: Outcome, axis: str | None) -> Markup:
    """Rounds left over time, a drawing for each of some values of the factor of the curve."""
    sweep, title = outcome.sweep, SECTIONS[3][1]
    if sweep_stocks.TABLE not in sweep.design.tables:
        return section(4, "rounds", title, "", nothing(sweep_stocks.NONE_KEPT))
    found, n_left_out = sweep_stocks.timelines(outcome, axis) if outcome.n_runs else ([], 0)
    drawings = [
        figure(inventory.timeline(kinds, f"{axis} {shown(value)}" if axis else ""))
        for value, kinds in found if kinds
    ]  # fmt: skip
    if not drawings:
        words = "No interceptor was fired in any run; every stock stayed full."
        return section(4, "rounds", title, "", nothing(words))
    words = (
        "Share of the rounds of each kind that is left, all batteries together, over the runs of "
        f"all cells of that {axis or 'sweep'}: mean, and {inventory.BAND}. At the right: rounds "
        "left at the end, of those at the start."
    )
    if n_left_out:
        words += f" {plural(n_left_out, 'cell')} left out, of defenses evenly chosen."
    return section(4, "rounds", title, "", tag("div", *drawings, class_="pair"),
                   tag("p", caption(sweep, words), class_="note"))  # fmt: skip


def _ground(sweep: Sweep, found: Footprints) -> Markup:
    """The map of footprints."""
    title, scene = SECTIONS[4][1], scene_of(sweep.note["scenario"])
    drawings = ground.maps(scene, found)
    if not drawings:
        words = "Nothing in this scenario has a place on the map."
        return section(5, "ground", title, "", nothing(words))
    first = (
        "The scenario without the cells' changes. " + ground.words(found, scene)
        + " Coastlines: Natural Earth, public domain."
    )  # fmt: skip
    body = [
        figure(drawing, caption(sweep, "Close up. " if is_close else first), wide=True)
        for drawing, is_close in drawings
    ]
    more = tag("details", tag("summary", "Every footprint as a number"),
               sideways(ground.table(found)))  # fmt: skip
    lead = "" if found.found else "No battery on the ground defends any of it."
    return section(5, "ground", title, lead, *body, ground.legend(found), more)


def _unknown(outcome: Outcome, axis: str | None, points: Sequence[Point]) -> Markup:
    title = SECTIONS[5][1]
    if outcome.sweep.design.uncertain is None or axis is None:
        words = ("No number was drawn: the bands are chance alone. A design draws numbers of the "
                 "catalog between their low and high with uncertain:.")  # fmt: skip
        return section(6, "unknown", title, "", nothing(words))
    titles = (axis, "leakage", "90 % of raids", "90 % of means over the draws", "not known")
    head = tag("tr", *(tag("th", w, scope="col") for w in titles))
    rows = [
        tag("tr", tag("th", shown(p.value), scope="row"), *(tag("td", c) for c in (
            " ".join(percent_interval(*p.estimate)), _range(p.chance), _range(p.unknown),
            percent(round(p.shares.share_unknown, 4)))))
        for p in points
    ]  # fmt: skip
    note = (
        "The last column is the share of the variance of single raids that comes from the drawn "
        "numbers; the rest is chance. More runs narrow the interval of the mean, not the band of "
        "what is not known."
    )
    drawn = outcome.sweep.design.uncertain
    lead = (
        f"{plural(drawn.draws, 'draw')} of {', '.join(p.column for p in drawn.parameters)}, each "
        "between its low and high in the catalog, triangular about nominal."
    )
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="counts")
    return section(6, "unknown", title, lead, sideways(table),
                   tag("p", caption(outcome.sweep, note), class_="note"))  # fmt: skip


def _failed(sweep: Sweep) -> Markup:
    title = SECTIONS[6][1]
    if not sweep.failed:
        return section(7, "failed", title, "", nothing("None."))
    lead = f"{plural(len(sweep.failed), 'cell')} of {whole(sweep.note['cells'])} are left out."
    rows = [tag("li", f"cell {cell}: {problem}") for cell, problem in sweep.failed[:100]]
    return section(7, "failed", title, lead, tag("ul", *rows))


def _made(sweep: Sweep) -> Markup:
    note = sweep.note
    rows: list[tuple[str, Any]] = [
        ("Design", note["name"]),
        ("Sample", note["design"]["sample"]),
        ("Varied", ", ".join(note["columns"]) or "nothing"),
        ("Scenario", note["scenario_name"]),
        ("Scenario hash, without the cells' changes", note["scenario_hash"]),
        ("Cells", whole(note["cells"])),
        ("Runs finished", whole(sweep.runs)),
        ("Seed, the same for all cells", str(note["seed"])),
        ("Versions", ", ".join(f"{k} {v}" for k, v in note["versions"].items())),
    ]
    facts = tag("dl", *(tag("div", tag("dt", w), tag("dd", v)) for w, v in rows),
                class_="facts made")  # fmt: skip
    how = (
        "" if is_as_shipped(sweep) else f", from the folder above this one; {DESIGN} is the design"
    )
    body = tag("div", facts, tag("p", f"To make this sweep again{how}:"),
               tag("pre", tag("code", command(sweep)), tabindex="0"))  # fmt: skip
    return section(8, "made", SECTIONS[7][1], "", tag("div", body, limits(), class_="pair"))


def _range(band: tuple[float, float]) -> str:
    return f"{percent(band[0])} to {percent(band[1])}" if math.isfinite(band[0]) else ""


def _file(name: str) -> str:
    return (resources.files("opendome.views") / "report" / name).read_text(encoding="utf-8")
