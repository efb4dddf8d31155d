"""From the picture to orders: what is threatened, who can reach it, who shoots."""

from collections.abc import Callable

from opendome.battle.ahead import sequencing
from opendome.battle.assign import Assignment, fixed_salvo, greedy, nearest_shooter
from opendome.battle.exact import optimal
from opendome.kernels.assignment import Problems

POLICIES: dict[str, Callable[[Problems], Assignment]] = {
    "fixed_salvo": fixed_salvo,
    "greedy": greedy,
    "nearest_shooter": nearest_shooter,
    "optimal": optimal,
    "sequencing": sequencing,
}
