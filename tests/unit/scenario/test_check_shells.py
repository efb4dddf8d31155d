"""A shell of satellites that cannot be is refused in one line."""

from __future__ import annotations

from typing import Any

import pytest

from opendome.errors import ScenarioError
from opendome.scenario import check, load
from opendome.scenario.check_shells import refuse_odd_shell
from opendome.scenario.grammar.reading import Reading, read_noun
from opendome.scenario.grammar.refusal import Origin
from opendome.scenario.shells import Shell
from tests.unit.scenario.breaking import REMOVED, changed, refusal, small

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


SHELL: dict[str, Any] = {
    "system": "space_based_interceptor",
    "lat_deg": REMOVED,
    "lon_deg": REMOVED,
}


def battery(**changes: Any) -> dict[str, Any]:
    """The small scenario whose first battery is a shell, changed."""
    first: dict[str, Any] = {**SHELL, "shell": dict(GOOD), "launchers": REMOVED, **changes}
    kept = small()["weapons"][0]
    return changed(
        *[(("weapons", 0, k), v) for k, v in first.items() if v is not REMOVED or k in kept]
    )


def test_a_battery_may_be_a_shell() -> None:
    made = load(battery()).weapons[0]
    assert made.site is None
    assert made.n_launchers == 1200
    assert check(load(battery())) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"shell": None}, "weapons[0].shell is missing; space_based_interceptor is fired from sat"),
        ({"lat_deg": 40, "lon_deg": 10}, "weapons[0].lat_deg is 40 deg; space_based_interceptor"),
        ({"launchers": 4}, "weapons[0].launchers is 4; space_based_interceptor is fired from sat"),
        ({"unit": "u"}, "weapons[0].unit is 'u'; space_based_interceptor is fired from satellites"),
        ({"system": "gbi"}, "weapons[0].lat_deg is missing; gbi is fired from the ground"),
        (
            {"system": "gbi", "lat_deg": 4, "lon_deg": 1},
            "weapons[0].shell is a mapping (1 key); gbi",
        ),
        ({"shell": {**GOOD, "total": 0}}, "weapons[0].shell.total is 0; allowed: whole numbers 1"),
        ({"shell": {**GOOD, "planes": 7}}, "weapons[0].shell.planes is 7; allowed: what divides"),
        ({"shell": {**GOOD, "alt_km": -5}}, "weapons[0].shell.alt_km is -5 km; allowed: 150 to"),
    ],
)
def test_a_shell_in_the_wrong_place_is_refused(changes: dict[str, Any], said: str) -> None:
    assert said in refusal(battery(**changes))
