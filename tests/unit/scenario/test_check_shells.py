"""A shell of satellites that cannot be is refused in one line."""

from __future__ import annotations

from typing import Any

import pytest

from opendome.errors import ScenarioError
from opendome.scenario.check_shells import refuse_odd_shell
from opendome.scenario.grammar.reading import Reading, read_noun
from opendome.scenario.grammar.refusal import Origin
from opendome.scenario.shells import Shell

GOOD = {"alt_km": 500, "inclination_deg": 60, "total": 1200, "planes": 40, "phasing": 1}
HERE = Origin("raid.yaml")


def read(**changes: Any) -> Shell:
    shell: Shell = read_noun(Shell, {**GOOD, **changes}, "weapons[0].shell", Reading(HERE))
    refuse_odd_shell("weapons[0].shell", shell, HERE)
    return shell


def test_a_shell_is_held_in_si() -> None:
    shell = read(node_deg=90)
    assert (shell.altitude, shell.total, shell.planes) == (500e3, 1200, 40)
    assert shell.node == pytest.approx(1.5707963)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"alt_km": -20}, "shell.alt_km is -20 km; allowed: 150 to 50000 km."),
        ({"alt_km": 40}, "shell.alt_km is 40 km; allowed: 150 to 50000 km."),
        ({"total": 0}, "shell.total is 0; allowed: whole numbers 1 to 100000."),
        ({"planes": 0}, "shell.planes is 0; allowed: whole numbers 1 to 100000."),
        ({"planes": 7}, "shell.planes is 7; allowed: what divides total, which is 1200. Take 6"),
        ({"planes": 1201, "total": 1200}, "shell.planes is 1201; allowed: what divides total"),
        ({"phasing": 40}, "shell.phasing is 40; allowed: whole numbers 0 to 39"),
        ({"inclination_deg": 200}, "shell.inclination_deg is 200 deg; allowed: 0 to 180 deg."),
    ],
)
def test_a_shell_that_cannot_be_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read(**changes)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
