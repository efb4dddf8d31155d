"""Pages of the reference, made from the program itself before every build of the documentation."""

from __future__ import annotations

import os
from pathlib import Path


def write_all(docs: Path) -> None:
    """Write every generated page into ``docs/reference/generated``."""
    folder = docs / "reference" / "generated"
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        "api": api(),
        "command_line": command_line(),
        "scenario": scenario(),
        "catalog": catalog(),
        "systems": systems(),
        "tables": tables(),
        "envelopes": envelopes(),
        "defended_areas": defended_areas(folder),
        **wirings(),
    }
    for name, text in pages.items():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def api() -> str:
    """Every public name with its docstring."""
    import opendome

    lines = ["# Python API", "", "All that `import opendome` offers.", ""]
    for name in sorted(opendome.__all__):
        thing = getattr(opendome, name)
        if isinstance(thing, type):
            kind = "autoexception" if issubclass(thing, Exception) else "autoclass"
            options = [] if kind == "autoexception" else ["   :members:"]
        elif callable(thing):
            kind, options = "autofunction", []
        else:
            continue
        directive = f".. {kind}:: {thing.__module__}.{thing.__qualname__}"
        lines += [f"## {name}", "", "```{eval-rst}", directive, *options, "```", ""]
    return "\n".join(lines)


def command_line() -> str:
    """What ``--help`` prints, for the program and each of its commands."""
    from opendome.views.cli.parser import build_parser

    os.environ["COLUMNS"] = "98"
    program, commands = build_parser()
    lines = ["# Command line", ""]
    for name, parser in {"": program, **commands}.items():
        title = f"opendome {name}".strip()
        lines += [f"## {title}", "", "```text", parser.format_help().strip(), "```", ""]
    return "\n".join(lines)


def scenario() -> str:
    """Every key of a scenario file, with unit, range and meaning."""
    from opendome.scenario import reference_markdown

    return "# Scenario files\n\n" + reference_markdown()


def tables() -> str:
    """Every column of every result table."""
    from opendome.results.record import TABLES

    lines = [
        "# Result tables",
        "",
        "A campaign's folder holds one folder of Parquet files per table. Units are SI, angles are",
        "in radians, times in seconds since the start of the scenario.",
        "",
    ]
    for name, columns in TABLES.items():
        lines += [f"## {name}", "", "| column | type | meaning |", "| --- | --- | --- |"]
        lines += [f"| `{c.name}` | {c.kind} | {c.about} |" for c in columns]
        lines += [""]
    return "\n".join(lines)


def catalog() -> str:
    """Every system of the catalog with its numbers and where they come from."""
    from opendome.scenario import catalog as entries

    lines = [
        "# Catalog",
        "",
        "Public, notional parameters; none is a measured or official value unless its source says",
        "so. Confidence: H official, or several sources that agree; M one reputable source; L a",
        "claim, a derivation or an assumption. A scenario takes the nominal value unless it says",
        "otherwise.",
        "",
        "| system | kind | title | can be flown |",
        "| --- | --- | --- | --- |",
    ]
    found = entries()
    for name, entry in found.items():
        ready = "yes" if entry.is_modelled else "listed only"
        lines += [
            f"| [`{name}`](#{_anchor(name)}) | {entry.kind} | {_cell(entry.title)} | {ready} |"
        ]
    for name, entry in found.items():
        lines += ["", f"({_anchor(name)})=", f"## {name}", "", f"**{entry.title}.** {entry.about}"]
        if entry.choices:
            said = ", ".join(f"`{key}: {value}`" for key, value in entry.choices.items())
            lines += ["", f"Chosen: {said}."]
        lines += ["", "| key | low | nominal | high | unit | year | confidence | source |"]
        lines += ["| --- | --- | --- | --- | --- | --- | --- | --- |"]
        for key, p in entry.parameters.items():
            source = f"[{_cell(p.source)}]({p.url})" if p.url else _cell(p.source)
            note = f"; {_cell(p.note)}" if p.note else ""
            lines += [
                f"| `{key}` | {p.low:g} | {p.nominal:g} | {p.high:g} | {p.unit} | {p.year or ''} "
                f"| {p.confidence} | {source}{note} |"
            ]
    return "\n".join([*lines, ""])


def systems() -> str:
    """Every system that is to be held: its model, its tests, its source, its example."""
    import systems_table

    return systems_table.page()


def envelopes() -> str:
    """Every interceptor at the edges of its envelope, from the committed figures."""
    import envelope_table

    return envelope_table.page(envelope_table.read())


def defended_areas(folder: Path) -> str:
    """The ground that each interceptor defends; the pictures are drawn beside the page."""
    import defended_areas as areas

    return areas.write(folder)


def _anchor(name: str) -> str:
    return f"system-{name.replace('_', '-')}"


def _cell(text: str) -> str:
    """Text that may stand in a cell of a table."""
    for sign in ("\\", "|", "[", "]", "<", ">", "*", "$"):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", " ")


def wirings() -> dict[str, str]:
    """Tables of the compared wirings, for the pages of the scenarios to include."""
    import integration_table

    rows = integration_table.read()
    names = ("mixed_raid", "theater_bases", "carrier_group")
    return {f"wirings_{name}": integration_table.part(name, rows) for name in names}
