"""What every section is made of: a heading, what to see in it in a sentence, and its figures."""

from __future__ import annotations

from opendome.views.report.markup import Markup, tag


def section(number: int, id_: str, title: str, lead: object, *body: object) -> Markup:
    """Section with its number, heading and leading sentence."""
    head = tag("h2", tag("span", str(number), class_="number"), title, id=f"{id_}-title")
    paragraph = tag("p", lead, class_="lead") if lead else Markup("")
    return tag("section", head, paragraph, *body, id=id_, aria_labelledby=f"{id_}-title")


def figure(drawing: Markup, caption: object = "", wide: bool = False) -> Markup:
    """Figure with a caption; a wide one may be scrolled on a narrow screen."""
    note = tag("figcaption", caption) if caption else Markup("")
    if not wide:
        return tag("figure", drawing, note)
    frame = tag("div", drawing, class_="frame", tabindex="0", role="region",
                aria_label="figure, may be scrolled sideways")  # fmt: skip
    return tag("figure", frame, note, class_="wide")


def sideways(table: Markup) -> Markup:
    """Table that may be scrolled sideways on a narrow screen."""
    return tag("div", table, class_="sideways", tabindex="0", role="region",
               aria_label="table, may be scrolled sideways")  # fmt: skip


def nothing(words: str) -> Markup:
    """Sentence in place of a figure that has no data."""
    return tag("p", words, class_="nothing")
