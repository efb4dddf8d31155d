"""What each node planned: how often, for how many, and how much of it was proven."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from opendome.results.result import Campaign
from opendome.views.report.layout import sideways
from opendome.views.report.markup import Markup, tag
from opendome.views.report.shown import ask
from opendome.views.report.words import NOTHING, percent, significant, spaced

HEADS: Final = ("", "plans per run", "threats each", "loss expected, of the value",
                "proven the best", "loss above the bound, of the value", "sweeps each")  # fmt: skip
CLOSE: Final = 1e-5  # of the value: a bound that is met


class Planned(NamedTuple):
    """The plans of one node; NaN where nothing is proven."""

    node: str
    n: float  # per run
    threats: float
    loss: float  # of the value at stake
    proven: float  # share whose bound is met
    gap: float  # of the value at stake
    work: float


def figures(campaign: Campaign) -> list[Planned]:
    """One row for each node that planned anything, in the order of names."""
    answer = ask(
        campaign,
        f"""select node, count(*)::double / {max(campaign.runs, 1)} as n,
              avg(threats) as threats, avg(loss / value) as loss,
              avg((not isnan(bound) and loss - bound <= {CLOSE} * value)::integer) as proven,
              avg(case when isnan(bound) then null else (loss - bound) / value end) as gap,
              avg(work) as work
            from plans where value > 0 group by node order by node""",
    )
    columns = [answer[name].tolist() for name in Planned._fields]
    return [
        Planned(str(node), *(math.nan if v is None else float(v) for v in numbers))
        for node, *numbers in zip(*columns, strict=True)
    ]


def table(rows: list[Planned]) -> Markup:
    """The figures in words."""
    head = tag("thead", tag("tr", *(tag("th", words, scope="col") for words in HEADS)))
    body = [
        tag(
            "tr",
            tag("th", spaced(row.node), scope="row"),
            tag("td", significant(row.n)),
            tag("td", significant(row.threats)),
            tag("td", percent(row.loss)),
            tag("td", percent(row.proven)),
            tag("td", percent(row.gap) if math.isfinite(row.gap) else NOTHING),
            tag("td", significant(row.work) if row.work else NOTHING),
        )
        for row in rows
    ]
    return sideways(tag("table", head, tag("tbody", *body), class_="counts whole"))
