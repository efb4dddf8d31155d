"""Writing is the inverse of reading, for every noun and every value."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from opendome.scenario.grammar.keys import file_keys
from opendome.scenario.grammar.reading import Reading, read_noun
from opendome.scenario.grammar.refusal import Origin
from opendome.scenario.grammar.writing import flat_values, write_noun
from opendome.scenario.places import Asset, Place
from opendome.scenario.threats import Booster, Stage

READING = Reading(Origin("f"))


def _nothing(system: Any) -> dict[str, Any]:
    raise AssertionError("no system stands here")


def _within(noun: type) -> st.SearchStrategy[dict[str, Any]]:
    """Mappings that a noun of names and numbers takes."""
    values: dict[str, st.SearchStrategy[Any]] = {}
    for name, key in file_keys(noun).items():
        if key.kind == "name":
            values[name] = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
        else:
            low = key.low if key.above is None else key.above
            values[name] = st.floats(
                low, key.high, exclude_min=key.above is not None, allow_infinity=False
            )
    return st.fixed_dictionaries(values)


@settings(deadline=None, max_examples=100)
@given(_within(Asset))
def test_an_asset_is_written_as_it_reads(data: dict[str, Any]):
    made = read_noun(Asset, data, "", READING)
    assert read_noun(Asset, write_noun(made, _nothing), "", READING) == made


@settings(deadline=None, max_examples=50)
@given(st.lists(_within(Stage), min_size=1, max_size=4), st.floats(1, 100))
def test_lists_are_written_as_they_read(stages: list[dict[str, Any]], payload: float):
    data = {"stages": stages, "payload_kg": payload, "payload_beta_kg_m2": 5000}
    made = read_noun(Booster, data, "", READING)
    assert read_noun(Booster, write_noun(made, _nothing), "", READING) == made
    assert len({path: value for path, _, value in flat_values(made)}) == 5 * len(stages) + 6


def test_plain_numbers_are_written_as_a_person_would():
    asset = Asset(name="a", place=Place(lat=-0.3665191429188092, lon=0.0), radius=2500.0)
    assert write_noun(asset, _nothing) == {
        "name": "a",
        "lat_deg": -21.0,
        "lon_deg": 0.0,
        "alt_m": 0.0,
        "radius_km": 2.5,
        "value": 1.0,
    }
