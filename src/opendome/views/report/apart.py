"""What differs between the values of a comparison: in words, and as intervals beside zero."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from opendome.campaign.compare import SCENARIO, Comparison
from opendome.results.paired import MIN_DIFFERING, Difference
from opendome.views.report.layout import sideways
from opendome.views.report.markup import Markup, line, tag
from opendome.views.report.words import MINUS, NOTHING, dollars, listed, spaced

BOX: Final = 150.0  # pixels of an interval's strip


class Kind(NamedTuple):
    """How a measure is called and written."""

    name: str
    unit: str  # after a number in words
    factor: float = 1.0
    words: Callable[[float], str] | None = None  # in place of plain numbers


NAMES: Final = {
    "leak_fraction": Kind("leak fraction", " points", 100.0),
    "leakers": Kind("leakers", " per raid"),
    "shots": Kind("rounds", " per raid"),
    "cost_defense_usd": Kind("cost of the rounds", " per raid", words=dollars),
    "asset_value_lost": Kind("asset value lost", " per raid"),
    "came": Kind("came to it", " per raid"),
    "engaged": Kind("fired at", " per raid"),
    "killed": Kind("killed", " per raid"),
    "rounds": Kind("rounds", " per raid"),
    "cost_usd": Kind("cost", " per raid", words=dollars),
}


def label(key: str, value: str) -> str:
    """Value as people say it: a bare number or flag gets the last word of its key, and a file is
    called without its folder."""
    if key == SCENARIO:
        return spaced(Path(value).stem)
    is_word = any(c.isalpha() for c in value) and value not in ("true", "false")
    return spaced(value if is_word else f"{key.split('.')[-1]} {value}")


def labels(found: Comparison) -> list[str]:
    """Values of a comparison as people say them."""
    return [label(found.key, value) for value in found.values]


def name_of(difference: Difference) -> str:
    """Name of a measure, with its layer."""
    name = NAMES[difference.measure.name].name
    layer = difference.measure.layer
    return name if layer is None else f"{name}, {spaced(layer)}"


def signed(difference: Difference) -> tuple[str, str]:
    """Difference and its interval in words: ``+1.2``, ``+0.4 to +2.0``."""
    kind, e = NAMES[difference.measure.name], difference.estimate
    if not math.isfinite(e.value):
        return NOTHING, ""
    if kind.words is not None:
        low, high = (_sign(v, kind.words(abs(v))) for v in (e.low, e.high))
        interval = f"{low} to {high}" if math.isfinite(e.low) else ""
        return _sign(e.value, kind.words(abs(e.value))), interval
    places = _places(kind.factor * e.low, kind.factor * e.high, kind.factor * e.value)
    near = min(abs(e.low), abs(e.high)) * kind.factor
    if difference.is_clear and near < 0.5 * 10.0**-places:  # do not print a clear bound as zero
        places += 1
    value, low, high = (
        _sign(v, f"{abs(v) * kind.factor:,.{places}f}") for v in (e.value, e.low, e.high)
    )
    return value, f"{low} to {high}" if math.isfinite(e.low) else ""


def sentences(found: Comparison) -> list[tuple[str, str]]:
    """For each value but the first: what differs clearly, and what does not."""
    first, *others = labels(found)
    several = _several_layers(found)
    said = []
    for value, differences in zip(others, found.pairs, strict=True):
        known = [d for d in differences if math.isfinite(d.estimate.low)]
        whole = [d for d in known if d.measure.layer is None]
        clear = [_clear_words(d) for d in whole if d.is_clear]
        unclear = [NAMES[d.measure.name].name for d in whole if not d.is_clear]
        start = f"{value} against {first}:"
        if max((d.n for d in known), default=0) < MIN_DIFFERING:
            said.append((start, f"too few runs to say; at least {MIN_DIFFERING} are asked."))
            continue
        parts = []
        if clear:
            parts.append(f"clearly different are {listed(clear, 9)}.")
        if unclear:
            parts.append(f"No clear difference: {listed(unclear, 9)}.")
        for measure, title in (("killed", "Kills"), ("rounds", "Rounds")):
            mine = [d for d in known if d.measure.name == measure and d.measure.layer in several]
            if mine:
                parts.append(f"{title} by layer: {_layers_words(mine)}.")
        said.append((start, " ".join(parts)))
    return said


def table(found: Comparison) -> Markup:
    """Differences of every value from the first, with their intervals."""
    titles = ("difference per raid", "mean", "95 % interval", "", "")
    head = tag("thead", tag("tr", *(tag("th", w, scope="col") for w in titles)))
    body: list[Markup] = []
    first, *others = labels(found)
    shown = {None, *_several_layers(found)}
    for value, differences in zip(others, found.pairs, strict=True):
        title = tag("th", f"{value} minus {first}", colspan="5", scope="rowgroup")
        body.append(tag("tr", title, class_="group"))
        body += [_row(d, found) for d in differences if d.measure.layer in shown]
    return sideways(tag("table", head, tag("tbody", *body), class_="counts whole"))


def _several_layers(found: Comparison) -> set[str]:
    """Names of the layers; none if there is one, which says the same as the whole."""
    names = {d.measure.layer for ds in found.pairs for d in ds if d.measure.layer is not None}
    return names if len(names) > 1 else set()


def rule() -> str:
    """What ``clear`` means here."""
    return (
        "Run k draws the same chance under every value, so runs are compared pair by pair. A "
        "difference is called clear when its 95 % interval leaves out zero and at least "
        f"{MIN_DIFFERING} runs differ. Of 20 differences where there is none, about one would be "
        "called clear by luck."
    )


def strip(difference: Difference, widest: float) -> Markup:
    """The interval beside zero, on a scale that reaches ``widest`` to both sides."""
    e = difference.estimate
    if not math.isfinite(e.low):
        return Markup("")
    half = BOX / 2 - 4

    def at(value: float) -> float:
        return BOX / 2 + half * (value / widest if widest else 0.0)

    style = "" if difference.is_clear else " unclear"
    return tag(
        "svg",
        line(BOX / 2, 0, BOX / 2, 14, "zero"),
        line(at(e.low), 7, at(e.high), 7, f"more{style}"),
        tag("circle", cx=at(e.value), cy=7.0, r=3.2, class_=f"more-dot{style}"),
        viewBox=f"0 0 {BOX:.0f} 14",
        class_="interval-box",
        aria_hidden="true",
    )


def _row(difference: Difference, found: Comparison) -> Markup:
    value, interval = signed(difference)
    same = [
        d.estimate for ds in found.pairs for d in ds if d.measure == difference.measure
    ]  # one scale for a measure under all values
    widest = max((abs(v) for e in same for v in (e.low, e.high) if math.isfinite(v)), default=0.0)
    style = "clear" if difference.is_clear else "unclear"
    unit = " (% points)" if difference.measure.name == "leak_fraction" else ""
    return tag(
        "tr",
        tag("th", name_of(difference) + unit, scope="row"),
        tag("td", value, class_=style),
        tag("td", interval, class_=style),
        tag("td", strip(difference, widest)),
        tag("td", "" if difference.is_clear else _unclear(difference),
            class_="verdict-cell unclear"),
    )  # fmt: skip


def _unclear(difference: Difference) -> str:
    if difference.n_differing == 0:
        return "the same in every run"
    if not math.isfinite(difference.estimate.low):
        return "too few runs to say"
    return "no clear difference"


def _clear_words(difference: Difference) -> str:
    value, interval = signed(difference)
    kind = NAMES[difference.measure.name]
    return f"{kind.name} ({value}{kind.unit if kind.words is None else ''}, {interval})"


def _layers_words(differences: Sequence[Difference]) -> str:
    """Of one measure: the layers that differ clearly, and those that do not."""
    clear = [f"{_layer_of(d)} {signed(d)[0]}" for d in differences if d.is_clear]
    unclear = [_layer_of(d) for d in differences if not d.is_clear]
    if not clear:
        return "no clear difference in any"
    rest = f"; no clear difference in {listed(unclear, 20)}" if unclear else ""
    return listed(clear, 20) + rest


def _layer_of(difference: Difference) -> str:
    return spaced(difference.measure.layer or "")


def _sign(value: float, words: str) -> str:
    if not any(c in "123456789" for c in words):
        return words
    return f"{'+' if value > 0 else MINUS}{words}"


def _places(low: float, high: float, value: float) -> int:
    width = high - low
    if not math.isfinite(width) or width <= 0:
        return 0 if value == round(value) else 2
    return min(max(math.ceil(-math.log10(width / 2.5)), 0), 3)
