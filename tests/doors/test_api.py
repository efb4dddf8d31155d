"""The Python door: what a newcomer types first."""

import pytest

import opendome as od


def test_results_print_as_one_line() -> None:
    result = od.run(od.load("limited_icbm", ["threats.icbm.count=0"]), seed=2)
    assert repr(result) == "<Result of limited_icbm, seed 2>"


def test_a_name_is_no_scenario_and_is_told_so() -> None:
    with pytest.raises(TypeError, match=r"scenario is 'iron_dome_city'; load it first"):
        od.run("iron_dome_city")


def test_the_module_shows_only_what_it_offers() -> None:
    assert dir(od) == sorted(od.__all__)
