"""``opendome copy``: a shipped scenario as a file of one's own."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from opendome.errors import ScenarioError
from opendome.scenario.grammar.keys import NAME
from opendome.scenario.load import shipped_text
from opendome.views.cli.voice import people, print_json

DONE = 0
_OWN_NAME = re.compile(r"^name: .*$", re.MULTILINE)


def act(given: argparse.Namespace) -> int:
    """Run the command; gives the exit code."""
    text, file = shipped_text(given.name), Path(given.file)
    if NAME.fullmatch(file.stem):
        text = _OWN_NAME.sub(f"name: {file.stem}", text, count=1)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        raise ScenarioError(f"{file}: already exists. Choose another name.") from None
    except OSError as problem:
        raise ScenarioError(f"{file}: cannot be written: {problem.strerror or problem}.") from None
    if given.json:
        print_json({"scenario": given.name, "file": str(file)})
    people(given.json).print(
        f"{file}: change it with any text editor; opendome check {file} says whether it is right.",
        markup=False,
    )
    return DONE
