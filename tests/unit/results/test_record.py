from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from opendome.results.record import (
    TABLES,
    Coded,
    Record,
    join_records,
    join_tables,
    make_record,
    make_table,
    schema,
    take_run,
)
from tests.unit.results.tables import record, rows


def test_the_columns_are_those_of_the_format_in_their_order():
    assert list(TABLES) == [
        "runs", "threats", "engagements", "plans", "events", "picture", "siap", "initiation",
        "families", "tracks", "trajectories",
    ]  # fmt: skip
    assert schema("events").names == ["run", "t", "kind", "subject", "other", "value"]
    assert schema("trajectories").names == [
        "run", "kind", "id", "system", "t", "lat", "lon", "alt",
    ]  # fmt: skip


def test_every_column_says_what_it_means_as_a_sentence():
    for columns in TABLES.values():
        for column in columns:
            assert column.about.endswith("."), column
            assert not column.about.startswith(column.name)


def test_the_meaning_travels_with_the_schema():
    assert schema("runs").field("leakers").metadata[b"about"].startswith(b"Threatening threats")


def test_rows_are_ordered_by_run_and_keep_their_order_within_a_run():
    table = make_table("events", rows("events", run=[2, 0, 2, 1, 0], t=[5.0, 1.0, 4.0, 3.0, 0.5]))
    assert table.column("run").to_pylist() == [0, 0, 1, 2, 2]
    assert table.column("t").to_pylist() == [1.0, 0.5, 3.0, 5.0, 4.0]


def test_texts_and_codes_give_the_same_column():
    texts = ["shot", "launch", "kill", "launch"]
    coded = Coded(np.array([2, 0, 1, 0]), ["launch", "kill", "shot", "never"])
    one = make_table("events", rows("events", run=[0, 0, 1, 1], kind=texts))
    two = make_table("events", {**rows("events", run=[0, 0, 1, 1]), "kind": coded})
    assert one.equals(two)
    assert one.column("kind").chunk(0).dictionary.to_pylist() == ["kill", "launch", "shot"]


def test_a_table_holds_exactly_its_columns():
    columns = rows("events", run=[0])
    with pytest.raises(ValueError, match=r"missing \['value'\].*not known \['speed'\]"):
        make_table("events", {**{k: v for k, v in columns.items() if k != "value"}, "speed": [1.0]})


def test_columns_of_other_lengths_types_and_axes_are_refused():
    columns = rows("events", run=[0, 1])
    with pytest.raises(ValueError, match="differ in length"):
        make_table("events", {**columns, "t": [0.0]})
    with pytest.raises(TypeError, match=r"events\.subject: holds float64"):
        make_table("events", {**columns, "subject": [0.5, 1.0]})
    with pytest.raises(ValueError, match="2 axes"):
        make_table("events", {**columns, "t": np.zeros((2, 3))})


def test_a_table_left_out_is_empty_with_its_schema():
    made = make_record({"events": rows("events", run=[0])})
    assert made.tables["picture"].num_rows == 0
    assert made.tables["picture"].schema == schema("picture")
    with pytest.raises(ValueError, match="tables not known"):
        make_record({"event": {}})
    with pytest.raises(ValueError, match="a record has the tables"):
        Record({})


def test_joined_batches_equal_one_batch_in_any_order():
    whole = record([0, 3, 1, 2])
    parts = [record([1, 2], first=2), record([0, 3])]
    joined = join_records(parts)
    assert all(joined.tables[name].equals(whole.tables[name]) for name in TABLES)


def test_one_run_taken_out_equals_that_run_alone():
    taken = take_run(record([0, 3, 1]), 1)
    alone = record([3], first=1)
    assert all(taken.tables[name].equals(alone.tables[name]) for name in TABLES)


def test_tables_of_other_versions_join_with_nulls():
    new = make_table("events", rows("events", run=[0]))
    old = new.drop_columns(["value"]).append_column("colour", pa.array(["red"]))
    joined = join_tables([new, old], "events")
    assert joined.column("value").to_pylist() == [0.0, None]
    assert joined.column("colour").to_pylist() == [None, "red"]
