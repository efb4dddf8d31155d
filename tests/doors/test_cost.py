"""``opendome cost`` as a user meets it."""

from __future__ import annotations

import json

import pytest

from opendome.views.cli import main


def said(capsys, *words: str) -> dict:
    assert main(["cost", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_bill_of_golden_dome_by_layer(capsys):
    assert main(["cost", "golden_dome"]) == 0
    table = capsys.readouterr().out
    for word in ("boost", "midcourse", "sensors", "ships", "all", "dollars of 2026"):
        assert word in table
    answer = said(capsys, "golden_dome")
    total = answer["total_usd"]
    assert total["low"] < total["nominal"] < total["high"]
    parts = answer["by_layer_usd"].values()
    assert sum(p["nominal"] for p in parts) == pytest.approx(total["nominal"])
    assert all(e["source"] for e in answer["elements"])
    assert answer["without_price"] == []


def test_counts_and_prices_of_the_scenario_change_it(capsys):
    whole = said(capsys, "golden_dome")["by_layer_usd"]["boost"]["nominal"]
    half = said(
        capsys, "golden_dome", "--set", "weapons.boost_shell.shell.total=3900",
        "--set", "weapons.boost_shell.shell.planes=39",
    )["by_layer_usd"]["boost"]["nominal"]  # fmt: skip
    assert 0.5 * whole < half < 0.51 * whole
    dear = said(capsys, "golden_dome", "--set", "weapons.boost_shell.overrides.cost_usd=44e6")
    assert dear["by_layer_usd"]["boost"]["nominal"] - whole == pytest.approx(31_200 * 22e6)
    (row,) = [e for e in dear["elements"] if e["name"] == "boost_shell"
              and e["kind"] == "procurement"]  # fmt: skip
    assert row["source"] == "set by the scenario"
    longer = said(capsys, "golden_dome", "--cost", "space_based_interceptor.life_yr=10")
    assert longer["by_layer_usd"]["boost"]["nominal"] < 0.6 * whole


def test_elements_are_listed_with_their_sources(capsys):
    assert main(["cost", "sbi_boost", "--elements"]) == 0
    table = capsys.readouterr().out
    assert "boost_shell" in table
    assert "APS" in table or "CBO" in table


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--cost", "ship.unit=3"], "Did you mean 'ship.unit_usd'?"),
        (["--cost", "ship.unit_usd=x"], "allowed: 0 to 1e+13"),
        (["--cost", "ship.unit_usd=-1"], "allowed: 0 to 1e+13"),
        (["--cost", "gbi.learning=2"], "allowed: 0.5 to 1"),
        (["--cost", "ship.unit_usd"], "write KEY=VALUE"),
        (["--cost", "nobody.unit_usd=3"], "no such key"),
        (["--dollars", "1901"], "the price index holds 1990 to 2026"),
        (["--years", "x"], "a number from 0.1 to 100"),
        (["--raids", "3"], "--campaign DIR"),
        (["--campaign", "nowhere"], "nowhere"),
    ],
)
def test_what_is_wrong_is_one_line(words, part, capsys):
    assert main(["cost", "iron_dome_city", *words]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert part in said.err
    assert len(said.err.splitlines()) == 1
