"""What was assumed: systems with the spread of public figures, doctrine, levels of fidelity."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from opendome.views.report.markup import Markup, join, line, svg, tag
from opendome.views.report.scene import entry_of, mapping, numeric, parts, system_of
from opendome.views.report.words import (
    NARROW,
    NOTHING,
    clock,
    dollars,
    listed,
    percent,
    significant,
    spaced,
)

# The numbers that matter most, shown first: file key -> in words
HEADLINES: Final = {
    "p_defeat": "chance that an attempt stops a launcher",
    "p_kill": "kill probability of one shot",
    "p_reliability": "chance that the round works",
    "p_common_failure": "chance that in a raid none of its kind works",
    "p_discrimination": "chance that it homes on the right object",
    "reliability": "chance that a launch does not fail",
    "max_range_km": "longest range",
    "range_km": "range at the stated cross-section",
    "cep_m": "circular error probable",
    "lethal_radius_m": "lethal radius",
    "rcs_m2": "radar cross-section, L to X band",
    "sector_deg": "azimuth sector",
    "period_s": "time between looks",
    "sigma_urad": "error of a line of sight",
    "seeker.acquisition_km": "distance of seeker acquisition",
    "cost_usd": "cost of one",
}
UNITS: Final = {
    "1": "", "usd": "", "m_s": "m/s", "km_s": "km/s", "m_s2": "m/s\u00b2", "m2": "m\u00b2",
    "w_m2": "W/m\u00b2", "kg_m2": "kg/m\u00b2", "kw_sr": "kW/sr", "w_sr": "W/sr",
    "deg": "\u00b0", "urad": "\u00b5rad", "mrad": "mrad", "hz": "Hz",
    "k": "K", "w_hz": "W/Hz", "ghz": "GHz", "pa": "Pa",
    "kw": "kW", "kj_cm2": "kJ/cm\u00b2", "deg_s": "\u00b0/s", "um": "\u00b5m",
}  # fmt: skip
# Units at the end of a key, the longest first
ENDS: Final = sorted({*UNITS, "km", "m", "s", "g", "kg", "ms"}, key=len, reverse=True)
IN_FULL: Final = {  # words of keys that are cut short
    "alt": "altitude", "rcs": "radar cross-section", "isp": "specific impulse", "uhf": "UHF",
    "accel": "acceleration", "beta": "ballistic coefficient", "p": "chance of",
}  # fmt: skip
CONFIDENCE: Final = {
    "H": "official, or several sources agree",
    "M": "one reputable source",
    "L": "claimed, contested, derived or assumed",
}
PICTURES: Final = {
    "tracked": "Tracked: simulated sensors look, filters build the tracks, errors and all.",
    "statistical": "Statistical: tracks are the truth plus an error drawn from a distribution.",
    "perfect": "Perfect: every command node knows where every threat is.",
}
ENGAGEMENTS: Final = {
    "flown": "Flown: each interceptor is flown to its target and homes on a noisy seeker.",
    "tabled": "Tabled: a shot in reach kills with a stated probability; nothing is flown.",
}
ROLES: Final = (
    ("threats", "Threat"),
    ("weapons", "Interceptor"),
    ("sensors", "Sensor"),
    ("before_launch", "Before launch"),
)


Fact: TypeAlias = tuple[str, Callable[[Any], str]]  # what it is, and its value in words


class Used(NamedTuple):
    """A system as the scenario uses it, and what the catalog says of it."""

    role: str
    values: Mapping[str, Any]  # by dotted file key
    entry: Mapping[str, Any]


def systems_used(scenario: Mapping[str, Any]) -> list[Used]:
    """Each system of the scenario once for each set of numbers used, in order of its role."""
    found: list[Used] = []
    for key, role in ROLES:
        for part in parts(scenario, key):
            values = system_of(scenario, part)
            if not any(used.values == values for used in found):
                found.append(Used(role, values, entry_of(scenario, values["name"])))
    return found


def quantity_words(value: Any, unit: str) -> str:
    """A number of the catalog with its unit."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return NOTHING if value is None else str(value)
    if unit == "usd":
        return dollars(value)
    if unit == "1" and 0 < value < 1e-3:
        return f"1 in {significant(1 / value, 2)}"
    if unit == "s" and 0 < abs(value) < 0.01:
        value, unit = value * 1e3, "ms"
    word = UNITS.get(unit, unit)
    space = "" if word in ("", "\u00b0") else NARROW
    return f"{significant(value)}{space}{word}"


def system_table(used: Used) -> Markup:
    """Head, main numbers, and all the others folded away."""
    parameters = mapping(used.entry, "parameters")
    main = [k for k in HEADLINES if k in parameters]
    others = [k for k in parameters if k not in main]
    blocks: list[Markup] = [
        tag("h3", tag("span", used.role, class_="role"), used.values["title"]),
        tag("p", str(used.entry.get("about", "")), class_="note")
        if used.entry.get("about")
        else Markup(""),
    ]
    if main:
        blocks.append(_table(used, parameters, main))
    if others:
        summary = f"{'All other numbers' if main else 'Numbers'} of this system ({len(others)})"
        table = _table(used, parameters, others)
        blocks.append(tag("details", tag("summary", summary), table))
    if not parameters:
        words = "The catalog holds no entry for this system; its numbers stand in the scenario."
        blocks.append(tag("p", words, class_="note"))
    return tag("div", *blocks, class_="system")


def _table(used: Used, parameters: Mapping[str, Any], keys: list[str]) -> Markup:
    heads = ("Quantity", "Used", "Low to high", "", "Source")
    head = tag("tr", *(tag("th", h, scope="col") for h in heads))
    rows = [_row(used, k, parameters[k]) for k in keys if isinstance(parameters[k], Mapping)]
    return tag(
        "div",
        tag("table", tag("thead", head), tag("tbody", *rows), class_="parameters"),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label="Parameters and their sources",
    )


def _row(used: Used, key: str, parameter: Mapping[str, Any]) -> Markup:
    unit = str(parameter.get("unit", "1"))
    nominal = parameter.get("nominal")
    value = used.values.get(key, nominal)
    low, high = parameter.get("low"), parameter.get("high")
    is_changed = value != nominal
    letter = str(parameter.get("confidence", "L"))
    about = f"confidence {letter}: {CONFIDENCE.get(letter, '')}"
    source = join([str(parameter.get("source", "")), _year(parameter)])
    return tag(
        "tr",
        tag("th", HEADLINES.get(key, key_words(key)), scope="row"),
        tag("td", quantity_words(value, unit), class_="changed" if is_changed else None,
            title=f"nominal: {quantity_words(nominal, unit)}" if is_changed else None),
        tag("td", _range(low, high, unit), _strip(low, value, high), class_="range"),
        tag("td", tag("span", letter, class_=f"badge {letter.lower()}", title=about,
                      aria_label=about)),
        tag("td", source, class_="source"),
    )  # fmt: skip


def _year(parameter: Mapping[str, Any]) -> str:
    year = parameter.get("year")
    return f" ({year})" if year and str(year) not in str(parameter.get("source", "")) else ""


def _range(low: Any, high: Any, unit: str) -> Markup:
    if low == high:
        return tag("span", "no spread")
    if unit in ("usd", "1") or isinstance(low, bool) or not isinstance(low, (int, float)):
        return tag("span", f"{quantity_words(low, unit)} to {quantity_words(high, unit)}")
    first, last = quantity_words(low, unit), quantity_words(high, unit)
    number, _, word = first.partition(NARROW)
    return tag("span", f"{number if last.endswith(f'{NARROW}{word}') else first} to {last}")


def _strip(low: Any, value: Any, high: Any) -> Markup:
    """Dot on a line from low to high."""
    numbers = [v for v in (low, value, high) if isinstance(v, (int, float))]
    if len(numbers) < 3 or high <= low:
        return Markup("")
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    return svg(
        70, 10, "position between low and high",
        line(4, 5, 66, 5, "strip"),
        tag("circle", cx=4 + 62 * share, cy=5, r=3, class_="strip-dot"),
        class_="strip-box",
    )  # fmt: skip


def key_words(key: str) -> str:
    """File key as words: ``booster.stages[0].burn_s`` becomes ``booster, stage 1, burn``."""
    words = []
    for word in key.split("."):
        name, _, index = word.partition("[")
        ends = (f"_{unit}" for unit in ENDS if name.endswith(f"_{unit}"))
        stem = spaced(name.removesuffix(next(ends, "")))
        plain = " ".join(IN_FULL.get(part, part) for part in stem.split())
        words.append(f"{plain.removesuffix('s')} {int(index[:-1]) + 1}" if index else plain)
    return ", ".join(words)


def doctrine_table(scenario: Mapping[str, Any]) -> Markup:
    """Wiring and layers, then the settings of the command nodes; those that agree share a table."""
    command = mapping(scenario, "command")
    nodes = parts(command, "nodes")
    if not nodes:
        return tag("p", "The scenario names no command node.", class_="note")
    blocks = [_facts(_network(command, nodes))] if len(nodes) > 1 or "layers" in command else []
    found: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for node in nodes:
        doctrine = mapping(node, "doctrine")
        rows = [(w, f(doctrine[k])) for k, (w, f) in _DOCTRINE.items() if k in doctrine]
        rows += [(w, f(node[k])) for k, (w, f) in _NODE.items() if k in node]
        found.setdefault(tuple(rows), []).append(spaced(str(node.get("name", ""))))
    for settings, names in found.items():
        title = "Command node" if len(names) == 1 else "Command nodes"
        blocks.append(_facts([(title, listed(names, 20)), *settings]))
    return join(blocks)


def _facts(rows: Sequence[tuple[str, str]]) -> Markup:
    return tag("dl", *(tag("div", tag("dt", w), tag("dd", v)) for w, v in rows), class_="facts")


def _network(
    command: Mapping[str, Any], nodes: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str]]:
    """How the nodes are joined, and in which order the layers fire."""
    rows: list[tuple[str, str]] = []
    wiring = str(command.get("wiring", "integrated"))
    if len(nodes) > 1:
        rows.append(("Wiring", WIRINGS.get(wiring, wiring)))
    if len(nodes) > 1 and wiring != "stovepiped":
        if wiring == "hub":
            hub = str(command.get("hub") or nodes[0].get("name", ""))
            rows.append(("Hub", spaced(hub)))
        links: dict[str, list[str]] = {}
        for link in parts(command, "links"):
            links.setdefault(_link_words(link), []).append(spaced(str(link.get("node", ""))))
        rows += [(f"Link of {listed(names, 20)}", words) for words, names in links.items()]
    layers = parts(command, "layers")
    for k, layer in enumerate(layers):
        batteries = layer.get("batteries", ())
        names = listed([spaced(str(b)) for b in batteries], 20)
        rows.append(
            (f"Layer {k + 1} of {len(layers)}: {spaced(str(layer.get('name', '')))}", names)
        )
    return rows


def _link_words(link: Mapping[str, Any]) -> str:
    """Latency, loss, rate and outages of a link."""
    words = [f"{quantity_words(link.get('latency_s', 0.2), 's')} one way"]
    if link.get("loss"):
        words.append(f"{percent(link['loss'])} of messages lost")
    if link.get("messages_hz"):
        words.append(f"at most {quantity_words(link['messages_hz'], '1/s')}")
    outages = [
        f"{clock(numeric(o, 'from_s'))} to {clock(numeric(o, 'to_s'))}"
        for o in parts(link, "outages")
    ]
    if outages:
        words.append(f"down from {listed(outages, 20)}")
    if link.get("mean_up_s"):
        up, down = (quantity_words(link[f"mean_{way}_s"], "s") for way in ("up", "down"))
        words.append(f"down by chance, every {up} for {down} in the mean")
    return ", ".join(words)


def _seconds(value: Any) -> str:
    return quantity_words(value, "s")


def _yes(value: Any) -> str:
    return "yes: wait for the assessment before firing again" if value else "no"


WIRINGS: Final = {
    "integrated": "integrated: every node hears all sensors, and all plan as one",
    "hub": "hub: one node hears all sensors and commands all batteries",
    "stovepiped": "stovepiped: each node has its own sensors and batteries, and knows of no other",
}
_DOCTRINE: Final[dict[str, Fact]] = {
    "policy": ("Assignment policy", lambda v: spaced(str(v))),
    "salvo": ("Rounds per decision at one threat", str),
    "max_rounds": ("Rounds of one layer at one threat", str),
    "is_shoot_look_shoot": ("Shoot, look, shoot", _yes),
    "is_word_doubted": ("Doubts words of kill assessment", lambda v: "yes" if v else "no"),
    "intercepts_apart_s": ("Intercepts of two orders at one threat are apart by", _seconds),
    "least_beta_kg_m2": (
        "Holds fire at what the air brakes, below",
        lambda v: f"{v:g} kg/m2" if v else "never",
    ),
    "p_destroy": ("Holds assets, of which one hit destroys one with chance", percent),
    "p_threatening": ("Fires when the chance to hit an asset exceeds", percent),
}
_NODE: Final[dict[str, Fact]] = {
    "consent_s": ("Human consent delay", _seconds),
    "decision_period_s": ("Between decisions", _seconds),
    "order_latency_s": ("From node to battery", _seconds),
    "filter": ("Filter", lambda v: str(v).upper()),
    "associator": ("Association", lambda v: str(v).upper()),
    "lost_s": ("Lost, with its sensors and batteries, at", _seconds),
    "mean_life_s": ("Lost by chance, after a mean time of", _seconds),
}


def fidelity_words(scenario: Mapping[str, Any]) -> Markup:
    """The two choices of fidelity, in a sentence each."""
    picture = str(scenario.get("picture", "tracked"))
    engagement = str(scenario.get("engagement", "flown"))
    rows = (
        ("Picture", PICTURES.get(picture, picture)),
        ("Engagement", ENGAGEMENTS.get(engagement, engagement)),
    )
    return tag("dl", *(tag("div", tag("dt", w), tag("dd", v)) for w, v in rows), class_="facts")
