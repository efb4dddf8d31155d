"""Sections of the run that is drawn: where, when and how high it happened."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from opendome.views.report import timeline, verdict
from opendome.views.report.believed import best_launches
from opendome.views.report.layout import figure, nothing, section
from opendome.views.report.map import close_up, not_on_map, on_map, raid_map, window_of
from opendome.views.report.markup import Markup, tag
from opendome.views.report.profile import from_side, side_picture, sides_of
from opendome.views.report.scene import Scene
from opendome.views.report.shown import Columns, Shown
from opendome.views.report.tracks_drawn import Drawn, drawn, replay_data
from opendome.views.report.words import clock, length, listed, plural, spaced, whole

CLOSE: Final = "The same run, close up about the defended area."
HEIGHTS: Final = "The same run from the side."
LOW_FLYERS: Final = (
    "The same run: the threats that fly low alone, with what was fired at them. An interceptor "
    "that climbs above the picture leaves it at the top."
)
TIMELINE: Final = "Colours as on the map; hollow: failed after launch, or a shot that missed."
MOST_ROWS: Final = 400  # of the table of threats
LEGEND: Final = (
    ("leaked", "leaked"),
    ("intercepted", "intercepted threat"),
    ("harmless", "harmless: misses every asset"),
    ("failed", "failed after launch"),
    ("unarmed", "without a warhead: decoy, debris, burnt-out stage, bus"),
    ("hit", "interceptor that killed"),
    ("missed", "interceptor that missed"),
)
SYMBOLS: Final = (
    ("battery", "battery, dashed: its reach (inner, if two: of ballistic threats)"),
    ("sensor", "sensor, dotted: its sector"),
    ("launch", "launch area"),
    ("asset", "defended asset"),
    ("kill", "kill"),
    ("impact", "impact"),
)
ESTIMATED: Final = (
    "estimated",
    "launch as tracks tell it: ellipses of 50 and 90 %, line to the true one",
)

CARRIERS: Final = (("ship", "aboard a ship"), ("aircraft", "aboard an aircraft"))


def raid(scene: Scene, shown: Shown | None) -> tuple[Markup, Markup]:
    """Sections of the map and of the view from the side, which are replayed together."""
    window = window_of(scene, shown)
    sides = sides_of(shown)
    body: list[Markup] = []
    flights: list[Drawn] = []
    if window is None:
        body.append(nothing("Nothing in this scenario has a place on the map."))
    else:
        close = close_up(window, scene)
        maps = {"map": window} if close is None else {"map": window, "close": close}
        papers = {name: on_map(w) for name, w in maps.items()}
        papers |= {side.name: from_side(side) for side in sides}
        flights = [drawn(f, papers) for f in shown.flights] if shown else []
        captions = {"map": _map_caption(scene, shown, not_on_map(window, scene))}
        body += [
            figure(
                raid_map(name, w, scene, shown, flights, close if name == "map" else None),
                captions.get(name, CLOSE),
                wide=True,
            )
            for name, w in maps.items()
        ]
        body.append(_legend(scene, shown))
    if shown is not None and flights:
        body = [_controls(), *body, replay_data(flights, shown.t_end)]
    lead = _raid_words(shown)
    first = section(1, "where", "Where it happened", lead, *body)
    if not sides:
        seen = nothing(
            "No paths were kept for this campaign, so the raid cannot be drawn from the side."
        )
        return first, section(3, "side", "How high, how far", "", seen)
    drawings = [
        figure(side_picture(side, flights), HEIGHTS if k == 0 else LOW_FLYERS, wide=True)
        for k, side in enumerate(sides)
    ]
    return first, section(3, "side", "How high, how far", _side_words(shown), *drawings)


def is_armed(threats: Columns) -> NDArray[np.bool_]:
    """Which rows of the table of threats are warheads."""
    return np.asarray(threats["outcome"] != "unarmed", dtype=np.bool_)


def _raid_words(shown: Shown | None) -> str:
    if shown is None:
        return "No run was finished, so there is no raid to show; the map holds the sites."
    threats = shown.threats
    leaked = int(np.sum(threats["outcome"] == "leaked"))
    shots = len(shown.shots["shot"])
    return verdict.run_sentence(
        int(np.sum(is_armed(threats))), leaked, shots, shown.run, shown.n_kept
    )


def _side_words(shown: Shown | None) -> str:
    if shown is None or not len(shown.threats["threat"]):
        return ""
    flown = shown.threats["apogee"][~shown.threats["is_failed"].astype(bool)]
    finite = flown[np.isfinite(flown)]
    apogee = ""
    if len(finite):
        low, middle, high = (float(v) for v in (finite.min(), np.median(finite), finite.max()))
        is_mixed = high > 10 * low
        apogee = (
            f"Threats fly to heights between {length(low)} and {length(high)}"
            if is_mixed
            else f"Threats climb to {length(middle)} (median)"
        )
    kills = shown.shots["alt"][shown.shots["is_kill"].astype(bool)]
    kills = kills[np.isfinite(kills)]
    if len(kills) and apogee:
        low, high = float(kills.min()), float(kills.max())
        return f"{apogee}; the kills lie between {length(low)} and {length(high)}."
    return f"{apogee}; none was killed." if apogee else ""


def _map_caption(scene: Scene, shown: Shown | None, outside: list[str]) -> str:
    words = ["Azimuthal equidistant projection about the middle of the map."]
    geo = [spaced(s.name) for s in scene.sensors if s.place is None]
    if geo:
        words.append(f"In geostationary orbit, not drawn: {listed(geo)}.")
    if outside:
        words.append(f"Outside the map: {listed(outside)}.")
    if shown is not None and shown.is_sketch and shown.flights:
        words.append("No paths were kept: tracks are great circles from launch to end.")
    if shown is not None and shown.n_left_out:
        words.append(f"{plural(shown.n_left_out, 'path')} left out for clarity, evenly chosen.")
    words.append("Coastlines: Natural Earth, public domain.")
    return " ".join(words)


def _controls() -> Markup:
    """Play button and slider; shown by the program of the page only."""
    return tag(
        "div",
        tag("button", "Replay the raid", type="button", id="play", aria_pressed="false"),
        tag("label", "Time", for_="time"),
        tag("input", type="range", id="time", min="0", max="1000", value="1000", step="1"),
        tag("output", "whole raid", id="clock", for_="time"),
        id="replay",
        class_="controls",
        hidden=True,
    )


def _legend(scene: Scene, shown: Shown | None) -> Markup:
    is_mixed = shown is not None and not is_armed(shown.threats).all()
    lines = [
        tag("li", tag("span", class_=f"swatch {k}", aria_hidden="true"), words)
        for k, words in LEGEND
        if is_mixed or k != "unarmed"
    ]
    carriers = {b.platform for b in scene.batteries} | {s.platform for s in scene.sensors}
    symbols = [*SYMBOLS, *((k, words) for k, words in CARRIERS if k in carriers)]
    if shown is not None and best_launches(shown.tracks):
        symbols.append(ESTIMATED)
    marks = [
        tag("li", tag("span", class_=f"symbol {k}", aria_hidden="true"), words)
        for k, words in symbols
    ]
    return tag("ul", *lines, *marks, class_="legend")


def when(shown: Shown | None) -> Markup:
    """Timeline of the run shown, and a table of its threats for those who do not see it."""
    title = "When it happened"
    if shown is None or not len(shown.threats["threat"]):
        return section(2, "when", title, "", nothing("Nothing was launched in the run shown."))
    first = float(np.min(shown.threats["t_launch"]))
    words = [f"The first launch comes at {clock(first)}"]
    tracked = timeline.first_tracked(shown)
    if math.isfinite(tracked):
        words.append(f"the first threat is tracked by {clock(tracked)}")
    if len(shown.shots["shot"]):
        words.append(f"the first shot leaves at {clock(float(np.min(shown.shots['t_launch'])))}")
    else:
        words.append("no shot is fired")
    lead = "; ".join(words) + f"; it is over at {clock(shown.t_end)}."
    return section(
        2,
        "when",
        title,
        lead,
        figure(timeline.timeline(shown), TIMELINE, wide=True),
        _threat_table(shown),
    )


def _threat_table(shown: Shown) -> Markup:
    """Every armed threat of the run shown, in words and numbers."""
    threats = {name: column[is_armed(shown.threats)] for name, column in shown.threats.items()}
    heads = ("Threat", "Group", "Launch", "Would hit", "Shots", "Outcome", "End", "Killed with")
    n = min(len(threats["threat"]), MOST_ROWS)
    killed_with = threats.get("killed_with", np.full(n, ""))  # not known to older versions
    rows = [
        tag(
            "tr",
            tag("th", str(threats["threat"][k]), scope="row"),
            tag("td", spaced(str(threats["group"][k]))),
            tag("td", clock(float(threats["t_launch"][k]))),
            tag("td", spaced(str(threats["asset"][k])) or "nothing"),
            tag("td", str(threats["n_shots"][k])),
            tag("td", tag("span", class_=f"dot {threats['outcome'][k]}", aria_hidden="true"),
                str(threats["outcome"][k])),
            tag("td", clock(float(threats["t_end"][k]))),
            tag("td", spaced(str(killed_with[k]))),
        )
        for k in range(n)
    ]  # fmt: skip
    head = tag("tr", *(tag("th", h, scope="col") for h in heads))
    total = len(threats["threat"])
    cut = f" (the first {n} of {whole(total)})" if n < total else ""
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="threats")
    return tag(
        "details",
        tag("summary", f"Table of every threat in this run{cut}"),
        tag("div", table, class_="scroll", tabindex="0", role="region",
            aria_label="Threats of the run shown"),
    )  # fmt: skip
