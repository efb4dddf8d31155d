"""The page as a whole: head, verdict, sections, style, and the small program of the replay."""

from __future__ import annotations

from importlib import resources
from string import Template
from typing import Final

from opendome.results.result import Campaign
from opendome.views.report import all_runs, made, one_run, verdict
from opendome.views.report.markup import Markup, escape, join, tag
from opendome.views.report.scene import mapping, scene_of
from opendome.views.report.shown import shown_run

END: Final = "</figcaption>"


def report_page(campaign: Campaign) -> str:
    """HTML of the report of a campaign."""
    manifest = campaign.manifest
    scenario = mapping(manifest, "scenario")
    scene = scene_of(scenario)
    summary = campaign.summary
    shown = shown_run(campaign)
    where, side = one_run.raid(scene, shown)
    title = str(manifest.get("title") or manifest.get("name") or "A raid")
    stock = sum(battery.stock for battery in scene.batteries)
    has_threats = verdict.estimate(summary, "launched").value > 0
    page = Template(_file("page.html")).substitute(
        title=escape(title),
        description=escape(str(scenario.get("description", ""))),
        verdict=verdict.sentence(summary),
        tiles=verdict.tiles(summary, stock) if has_threats else Markup(""),
        contents=_contents(),
        sections=join(
            [
                where,
                one_run.when(shown),
                side,
                all_runs.how_many(campaign, summary),
                all_runs.rounds(campaign, scene, shown),
                all_runs.picture(campaign),
                all_runs.assumed(scenario),
                all_runs.provenance(manifest, int(summary.get("runs", 0))),
            ]
        ),
        style=_file("page.css"),
        script=_file("page.js"),
    )
    said = made.beside_figures(manifest, int(summary.get("runs", 0)))
    return page.replace(END, f"{said}{END}")  # words of users are escaped: no tag is theirs


def _contents() -> Markup:
    names = (
        ("where", "Where"),
        ("when", "When"),
        ("side", "How high"),
        ("many", "How many"),
        ("rounds", "Rounds"),
        ("picture", "Picture"),
        ("assumed", "Assumptions"),
        ("made", "Method and limits"),
    )
    return tag("nav", *(tag("a", words, href=f"#{id_}") for id_, words in names),
               aria_label="Sections")  # fmt: skip


def _file(name: str) -> str:
    return (resources.files("opendome.views") / "report" / name).read_text(encoding="utf-8")
