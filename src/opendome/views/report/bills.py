"""What the architectures of a comparison cost over 20 years, beside what they stop."""

from __future__ import annotations

from collections.abc import Sequence

from opendome.campaign.compare import Comparison
from opendome.errors import ScenarioError
from opendome.scenario.load import load
from opendome.studies.cost import Bill, Range, bill
from opendome.studies.price_book import price_book
from opendome.views.report import apart
from opendome.views.report.layout import sideways
from opendome.views.report.markup import Markup, join, tag
from opendome.views.report.words import dollars, listed, spaced


def bills_of(found: Comparison) -> list[Bill]:
    """A bill for each value; none at all if a scenario cannot be read any more."""
    book = price_book()
    try:
        return [bill(load(campaign.manifest["scenario"]), book) for campaign in found.campaigns]
    except (KeyError, ScenarioError):
        return []


def bills_table(found: Comparison) -> Markup:
    """Bills by layer side by side; one sentence where all are the same."""
    bills = bills_of(found)
    if not bills:
        return Markup("")
    totals = [b.total() for b in bills]
    years = f"20 years, dollars of {bills[0].dollars_of}"
    if len(set(totals)) == 1:
        words = f"The architecture costs {_words(totals[0])} over {years}, under every value."
        return tag("p", words, class_="note")
    names = list(dict.fromkeys(layer for b in bills for layer in b.layers))
    head = tag("tr", *(tag("th", w, scope="col") for w in ("over 20 years", *apart.labels(found))))
    rows: list[tuple[str, Sequence[Range]]] = [("architecture, all of it", totals)]
    rows += [(spaced(name), [b.total(name) for b in bills]) for name in names]
    body = [
        tag("tr", tag("th", name, scope="row"), *(tag("td", _cell(amount)) for amount in amounts))
        for name, amounts in rows
    ]
    least = min(range(len(bills)), key=lambda i: totals[i].nominal)
    others = [
        f"{value} {dollars(total.nominal - totals[least].nominal)}"
        for i, (value, total) in enumerate(zip(apart.labels(found), totals, strict=True))
        if i != least
    ]
    lead = (
        f"What stands there, over {years}: bought, launched, replaced and operated, whatever the "
        f"raid uses of it. More than {apart.labels(found)[least]} by: {listed(others, 20)}. "
        "Low adds all lows and high all highs: bounds. Sources: opendome cost FILE --elements."
    )
    table = tag("table", tag("thead", head), tag("tbody", *body), class_="counts")
    return join([tag("p", lead), sideways(table)])


def _words(amount: Range) -> str:
    return f"{dollars(amount.nominal)} ({dollars(amount.low)} to {dollars(amount.high)})"


def _cell(amount: Range) -> Markup:
    more = tag("span", f"{dollars(amount.low)} to {dollars(amount.high)}", class_="interval")
    return join([dollars(amount.nominal), more])
