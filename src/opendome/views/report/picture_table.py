"""How complete, clear and continuous the picture was, by phase of flight and class of threat."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

from opendome.results.result import Campaign
from opendome.views.report.layout import sideways
from opendome.views.report.markup import Markup, tag
from opendome.views.report.shown import ask
from opendome.views.report.words import percent, significant, spaced

HEADS: Final = (
    ("", "of their time they could be tracked"),
    ("while they could", "tracked"),
    ("", "tracks each"),
    ("", "error, m"),
    ("", "on one track"),
    ("all the time", "tracked"),
    ("", "tracks each"),
    ("", "first track after, s"),
)
PHASES: Final = {
    "boost": "while the motor burns",
    "space": "above 100 km",
    "air": "below 100 km",
    "level": "on wings",
}
OWN_NAME: Final = "case when role in ('warhead', 'bus') then system else role end"


class Figures(NamedTuple):
    """The SIAP set of one row of the table."""

    name: str
    share_trackable: float
    completeness: float
    ambiguity: float
    error: float
    longest: float
    completeness_all: float
    ambiguity_all: float
    delay: float = math.nan  # s from when it could be tracked to the first track, NaN by phase


def spuriousness(campaign: Campaign) -> float:
    """Share of the confirmed tracks that belong to nothing; NaN if none was looked at closely."""
    sql = """select sum(spurious)::double / nullif(sum(tracks), 0) as x from siap
             where condition = 'all' and phase = 'any'"""
    return _number(ask(campaign, sql)["x"][0])


def figures(campaign: Campaign) -> list[Figures]:
    """Of everything, of each phase, of each class; empty where no run was looked at closely."""
    found = _grouped(campaign, "'all threats'", "phase = 'any'")
    if not found:
        return []
    found += _grouped(campaign, "phase", "phase <> 'any'")
    delays = _delays(campaign)
    classes = _grouped(campaign, OWN_NAME, "phase = 'any'")
    return found + [row._replace(delay=delays.get(row.name, math.nan)) for row in classes]


def table(rows: list[Figures]) -> Markup:
    """All figures, those of what could be tracked first."""
    spans: list[tuple[str, int]] = []
    for group, _ in HEADS:
        if group or not spans:
            spans.append((group, 1))
        else:
            spans[-1] = (spans[-1][0], spans[-1][1] + 1)
    head = [
        tag(
            "tr", tag("th"), *(tag("th", words, colspan=n, scope="colgroup") for words, n in spans)
        ),
        tag("tr", tag("th"), *(tag("th", words, scope="col") for _, words in HEADS)),
    ]
    body = [
        tag(
            "tr",
            tag("th", PHASES.get(row.name, spaced(row.name)), scope="row"),
            *(tag("td", words) for words in _words(row)),
        )
        for row in rows
    ]
    return sideways(tag("table", tag("thead", *head), tag("tbody", *body), class_="counts whole"))


def _words(row: Figures) -> list[str]:
    return [
        percent(row.share_trackable),
        percent(row.completeness),
        significant(row.ambiguity),
        significant(row.error),
        percent(row.longest),
        percent(row.completeness_all),
        significant(row.ambiguity_all),
        significant(row.delay, 2),
    ]


def _grouped(campaign: Campaign, name: str, where: str) -> list[Figures]:
    """Figures of each value of an expression, over all rows of threats that meet a condition."""

    def share(part: str, whole: str, condition: str) -> str:
        held = f"filter (where condition = '{condition}')"
        return f"sum({part}) {held}::double / nullif(sum({whole}) {held}, 0)"

    error = "case when isnan(position_error) then 0 else position_error * tracks end"
    answer = ask(
        campaign,
        f"""select {name} as name,
              sum(truths) filter (where condition = 'trackable')::double
                / sum(truths) filter (where condition = 'all') as share_trackable,
              {share("tracked", "truths", "trackable")} as completeness,
              {share("tracks", "tracked", "trackable")} as ambiguity,
              {share(error, "tracks", "trackable")} as error,
              {share("t_longest", "t_life", "trackable")} as longest,
              {share("tracked", "truths", "all")} as completeness_all,
              {share("tracks", "tracked", "all")} as ambiguity_all
            from siap where system <> '' and {where} group by name order by name""",
    )
    columns = {key: values.tolist() for key, values in answer.items()}
    return [
        Figures(str(row[0]), *(_number(value) for value in row[1:]))
        for row in zip(*(columns[key] for key in Figures._fields[:-1]), strict=True)
    ]


def _delays(campaign: Campaign) -> dict[str, float]:
    """Median time from when a threat of each class could be tracked to its first track, s."""
    answer = ask(
        campaign,
        f"""select {OWN_NAME} as name, median(t_tracked - t_trackable) as delay
            from initiation join threats using (run, threat)
            where isfinite(t_tracked - t_trackable) group by name""",
    )
    return dict(zip(answer["name"].tolist(), answer["delay"].tolist(), strict=True))


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)
