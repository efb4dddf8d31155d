"""What stands under a chart can be read and typed in again."""

from __future__ import annotations

import html
import re
import shlex

import numpy as np

from opendome.views.studies.chart import Frame, Line, Panel, chart
from opendome.views.studies.told import command_of

SETS = ("stock=0.4", "wirings=integrated, stovepiped", "policies=sequencing", "runs=7")


def test_a_command_is_what_a_shell_takes_apart_again():
    words = shlex.split(command_of("policies", SETS))
    assert words[:3] == ["opendome", "study", "policies"]
    assert words[3:] == [w for s in SETS for w in ("--set", s)]


def test_notes_fit_below_the_chart():
    panel = Panel("one", [Line("a", np.array([0.0, 1.0]), np.array([0.0, 1.0]))])
    command = command_of("policies", SETS)
    drawn = str(chart("title", [panel], Frame(), ["short", command]))
    notes = [html.unescape(n) for n in re.findall(r'class="note"[^>]*>([^<]*)<', drawn)]
    assert notes[0] == "short"
    assert max(map(len, notes)) < 70  # of a chart 384 px wide
    assert len(notes) > 2
    assert shlex.split("\n".join(notes[1:]).replace("\\\n", "")) == shlex.split(command)
    height = float(re.search(r'viewBox="0 0 [0-9]+ ([0-9]+)"', drawn)[1])
    lowest = max(float(y) for y in re.findall(r'<text[^>]* y="([0-9.]+)"', drawn))
    assert lowest < height
