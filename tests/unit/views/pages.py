"""Reading a report as a browser would: its elements, its visible words, and whether it is sound."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input", "meta", "link"}
UNSEEN = {"script", "style", "title"}


class Page(HTMLParser):
    """Elements and words of a page; AssertionError where tags do not match."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> meets <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if not UNSEEN & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        """All visible words, spaces made plain."""
        return " ".join(" ".join(self.words).replace("\u202f", " ").split())

    def all(self, tag: str, class_: str | None = None) -> list[dict[str, str]]:
        """Attributes of every element of a tag, and of a class."""
        return [
            attributes
            for name, attributes in self.elements
            if name == tag and (class_ is None or class_ in attributes.get("class", "").split())
        ]
