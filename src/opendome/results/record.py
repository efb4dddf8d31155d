"""The tables that a batch of runs leaves behind: their columns, defined once, and their making.

Nothing here reads or writes a file. The same definitions give the Arrow schema, the checks and the
documentation of the tables. Units are SI, angles in rad, times in seconds since scenario start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from opendome.scenario.families import KINDS

Kind: TypeAlias = Literal["integer", "number", "boolean", "text"]

TYPES: dict[Kind, pa.DataType] = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "text": pa.dictionary(pa.int32(), pa.string()),
}


class Column(NamedTuple):
    """One column of a table."""

    name: str
    kind: Kind
    about: str  # meaning, with the unit where there is one


RUN = Column("run", "integer", "Number of the run, from 0.")

TABLES: dict[str, tuple[Column, ...]] = {
    "runs": (
        RUN,
        Column("defeated_before_launch", "integer", "Threats whose launcher was put out of action "
               "before they left; they count nowhere else."),
        Column("launched", "integer", "Armed threats launched, failed ones included."),
        Column("failed", "integer", "Launched threats whose motor failed."),
        Column("threats", "integer", "Armed threats launched and not failed."),
        Column("threatening", "integer", "Threats that would, unopposed, land inside an asset."),
        Column("leakers", "integer", "Threatening threats that reached the ground."),
        Column("intercepted", "integer", "Threats killed in flight."),
        Column("engaged_threatening", "integer", "Threatening threats fired at."),
        Column("engaged_harmless", "integer", "Threats fired at that threatened nothing."),
        Column("shots", "integer", "Interceptors fired."),
        Column("shots_unarmed", "integer", "Interceptors spent on what had no warhead."),
        Column("cost_before_launch_usd", "number", "Cost of the attempts at launchers, USD."),
        Column("cost_defense_usd", "number", "Cost of the interceptors fired and of the attempts "
               "at launchers, USD."),
        Column("cost_threat_usd", "number", "Cost of the threats launched, USD."),
        Column("asset_value_lost", "number", "Value of the assets lost, in the scenario's unit."),
        Column("t_end", "number", "Time at which the run ended, s."),
    ),
    "threats": (
        RUN,
        Column("threat", "integer", "Number of the threat in its run, scenario order."),
        Column("group", "text", "Name of its group in the scenario."),
        Column("system", "text", "Catalog name of its system."),
        Column("carrier", "integer", "Threat that carries it until its release; its own number "
               "where it is launched itself."),
        Column("role", "text", "warhead, decoy, debris, tank or bus; only warheads count."),
        Column("t_launch", "number", "Launch, of what carries it, s."),
        Column("t_release", "number", "Release, s; NaN where it is launched itself or was never "
               "let go."),
        Column("launch_lat", "number", "Launch latitude, rad."),
        Column("launch_lon", "number", "Launch longitude, rad."),
        Column("aim_lat", "number", "Intended aim point, latitude, rad."),
        Column("aim_lon", "number", "Intended aim point, longitude, rad."),
        Column("is_defeated", "boolean", "Its launcher was put out of action before it left; its "
               "path is what it would have been."),
        Column("is_failed", "boolean", "The motor failed."),
        Column("t_burnout", "number", "End of powered flight, s."),
        Column("apogee", "number", "Greatest height of the unopposed flight, m."),
        Column("t_impact", "number", "Unopposed impact, s."),
        Column("impact_lat", "number", "Unopposed impact, latitude, rad."),
        Column("impact_lon", "number", "Unopposed impact, longitude, rad."),
        Column("is_threatening", "boolean", "Unopposed it lands inside an asset."),
        Column("asset", "text", "Asset that it would hit; empty if none."),
        Column("outside_distance", "number", "Distance of the impact outside the nearest asset's "
               "edge, m; 0 or less inside."),
        Column("is_in_reach", "boolean", "A battery could reach it in time."),
        Column("outcome", "text", "leaked, intercepted, harmless, failed or defeated; unarmed, "
               "whatever became of it, where it has no warhead."),
        Column("t_end", "number", "When its flight ended, s."),
        Column("n_shots", "integer", "Interceptors fired at it, or at its carrier before its "
               "release."),
        Column("killer", "integer", "Shot that killed it or its carrier; -1 if none."),
        Column("killed_with", "text", "Catalog name of that interceptor; empty if none."),
        Column("sigma_impact", "number", "Standard deviation of the predicted impact when the "
               "defense decided, m; NaN if it never did."),
    ),
    "engagements": (
        RUN,
        Column("shot", "integer", "Number of the shot in its run."),
        Column("vehicle", "integer", "Number of the kill vehicle; a shot has a row for each."),
        Column("order", "integer", "Number of the order in its run."),
        Column("node", "text", "Command node of the battery."),
        Column("battery", "text", "Battery that fired it."),
        Column("system", "text", "Catalog name of the interceptor."),
        Column("track", "integer", "Track that it was sent against."),
        Column("threat", "integer", "True threat that it met; -1 if none."),
        Column("is_wasted", "boolean", "That neither was nor carried a warhead."),
        Column("t_order", "number", "Decision, s."),
        Column("t_launch", "number", "Launch, s."),
        Column("t_planned", "number", "Planned intercept, s."),
        Column("t_intercept", "number", "Closest approach, s; NaN if it met nothing."),
        Column("lat", "number", "Closest approach, latitude, rad."),
        Column("lon", "number", "Closest approach, longitude, rad."),
        Column("alt", "number", "Closest approach, altitude, m."),
        Column("miss", "number", "Closest distance, m."),
        Column("is_reliable", "boolean", "The round worked."),
        Column("is_acquired", "boolean", "The seeker acquired an object."),
        Column("is_discriminated", "boolean", "It was the right object."),
        Column("is_lethal", "boolean", "The miss distance was lethal."),
        Column("is_kill", "boolean", "The threat was killed by this shot."),
        Column("assessed", "text", "What the defense believed: killed, survived or none."),
        Column("t_assessed", "number", "When it believed so, s; NaN if never."),
    ),
    "plans": (
        RUN,
        Column("t", "number", "When a cell decided, s."),
        Column("node", "text", "Command node, or the wiring that joins several, that decided."),
        Column("threats", "integer", "Threats planned for."),
        Column("rounds", "integer", "Rounds of the plan; of a plan over time, those fired now."),
        Column("value", "number", "Expected to be lost if nothing is fired, in the scenario's "
               "unit."),
        Column("loss", "number", "Expected to be lost under the plan, and what its rounds cost in "
               "the same unit."),
        Column("bound", "number", "Less is expected to be lost under no plan of the policy's "
               "class; NaN where nothing is proven."),
        Column("work", "integer", "Sweeps of pricing that the plan took; 0 of a rule."),
    ),
    "events": (
        RUN,
        Column("t", "number", "When, s."),
        Column("kind", "text", "launch, failure, burnout, impact, shot, intercept, kill, "
               "self_destruct or release; of what may fail by chance node_lost, link_down, "
               "link_up."),
        Column("subject", "integer", "Threat; shot for shot, intercept and self_destruct; number "
               "of the node, from 0, for node_lost, link_down and link_up."),
        Column("other", "integer", "Battery, threat or shot that took part; -1 if none."),
        Column("value", "number", "Miss distance of an intercept, m; NaN otherwise."),
    ),
    "picture": (
        RUN,
        Column("t", "number", "When the picture was compared with the truth, s."),
        Column("node", "text", "Command node, or the wiring that joins several, whose picture "
               "it is."),
        Column("threats", "integer", "True threats in flight."),
        Column("tracks", "integer", "Confirmed tracks."),
        Column("matched", "integer", "Threats that have a track within the gate."),
        Column("spurious", "integer", "Tracks that match no threat."),
        Column("position_error_rms", "number", "Root mean square over the matched, m."),
        Column("velocity_error_rms", "number", "Root mean square over the matched, m/s."),
        Column("gospa", "number", "Distance of the tracks from the threats, order 2, cutoff 5 km, "
               "m."),
        Column("gospa_localisation", "number", "The part of its square from the errors of pairs, "
               "m^2."),
        Column("gospa_missed", "number", "The part from threats without a track, m^2."),
        Column("gospa_false", "number", "The part from tracks without a threat, m^2."),
        Column("nees", "number", "Mean normalised squared error of position and velocity; 6 for "
               "a consistent filter."),
    ),
    "siap": (
        RUN,
        Column("node", "text", "Command node, or the wiring that joins several."),
        Column("system", "text", "Catalog name of a class of threat; empty: the row holds the "
               "tracks that belong to nothing."),
        Column("role", "text", "As in the table threats; empty with the system."),
        Column("phase", "text", "boost, space (100 km up or more), air or level; any: the whole "
               "flight."),
        Column("condition", "text", "all, or trackable: only while it could be tracked."),
        Column("truths", "integer", "Such threats in flight, summed over the times of the looks."),
        Column("tracked", "integer", "Those of them that had a confirmed track."),
        Column("tracks", "integer", "Confirmed tracks on them, or on nothing, summed likewise."),
        Column("spurious", "integer", "Tracks of nothing among these."),
        Column("position_error", "number", "Mean over the tracks on them, m."),
        Column("velocity_error", "number", "Mean over the tracks on them, m/s."),
        Column("track_changes", "integer", "Changes of track number."),
        Column("t_tracked", "number", "Time for which they were tracked, summed over them, s."),
        Column("t_longest", "number", "Time of the longest track of each, summed, s."),
        Column("t_life", "number", "Time for which they flew under the condition, summed, s."),
    ),
    "initiation": (
        RUN,
        Column("node", "text", "Command node, or the wiring that joins several."),
        Column("threat", "integer", "Number of the threat in its run."),
        Column("t_trackable", "number", "When the node could first track it, s; NaN if never."),
        Column("t_tracked", "number", "When it first had a confirmed track, s; NaN if never."),
    ),
    "families": (
        RUN,
        Column("node", "text", "Command node, or the wiring that joins several."),
        Column("family", "text", "True family of the threats; empty: of tracks of nothing."),
        Column("phase", "text", "Of the threats: boost, space (100 km up or more), air or level; "
               "empty: of tracks of nothing."),
        Column("age", "number", "Time since the first look at the track, s, by its lower end: 0, "
               "30, 60 or 120."),
        Column("called", "text", "Family that the picture held for the likeliest, or unknown."),
        Column("confidence", "number", "Chance that it gave to that, by its lower tenth."),
        Column("tracks", "integer", "Such confirmed tracks, summed over the times of the table "
               "picture."),
        Column("brier", "number", "Mean of their squared errors of all chances, each summed over "
               "the families and unknown: 0 to 2; NaN of tracks of nothing."),
    ),
    "tracks": (
        RUN,
        Column("node", "text", "Command node, or the wiring that joins several."),
        Column("track", "integer", "Number of the track in the node's picture."),
        Column("threat", "integer", "Threat that it was on most often; -1: it was of nothing."),
        Column("t_first", "number", "First look at it, s."),
        Column("t_last", "number", "When it was last looked at closely, s."),
        Column("called", "text", "Family that was the likeliest then, or unknown."),
        *(Column(f"p_{kind}", "number", f"Chance then that it is {kind}.") for kind in KINDS),
        Column("launch_t", "number", "Estimated launch, s; NaN if none was."),
        Column("launch_lat", "number", "Its latitude, rad."),
        Column("launch_lon", "number", "Its longitude, rad."),
        Column("launch_cov_ee", "number", "Variance of its place to the east, m^2."),
        Column("launch_cov_en", "number", "Covariance of east and north, m^2."),
        Column("launch_cov_nn", "number", "Variance to the north, m^2."),
        Column("launch_miss", "number", "Distance from the true launch, m."),
        Column("launch_square", "number", "Its square by that covariance: 4.6 at the edge of the "
               "ellipse of 90 %."),
    ),
    "trajectories": (
        RUN,
        Column("kind", "text", "threat or interceptor."),
        Column("id", "integer", "Number of the threat or shot in its run."),
        Column("system", "text", "Catalog name of its system."),
        Column("t", "number", "When, s."),
        Column("lat", "number", "Latitude, rad."),
        Column("lon", "number", "Longitude, rad."),
        Column("alt", "number", "Altitude, m."),
    ),
}  # fmt: skip


class Coded(NamedTuple):
    """A text column as numbers: row i holds ``names[codes[i]]``. Saves making the texts."""

    codes: NDArray[np.int64]
    names: Sequence[str]


Values: TypeAlias = ArrayLike | Coded
_NUMPY: dict[str, tuple[str, Any]] = {  # kind -> (NumPy kinds accepted, type made of them)
    "integer": ("iu", np.int64),
    "number": ("fiu", np.float64),
    "boolean": ("b", np.bool_),
}


@dataclass(frozen=True, slots=True)
class Record:
    """All tables of a batch of runs, each ordered by run."""

    tables: dict[str, pa.Table]

    def __post_init__(self) -> None:
        if list(self.tables) != list(TABLES):
            raise ValueError(f"a record has the tables {list(TABLES)}, not {list(self.tables)}")


def schema(name: str) -> pa.Schema:
    """Arrow schema of a table; the meaning of each column stands in its metadata."""
    return pa.schema(
        [pa.field(c.name, TYPES[c.kind], metadata={"about": c.about}) for c in TABLES[name]]
    )


def make_table(name: str, columns: Mapping[str, Values]) -> pa.Table:
    """Table of the given name from one array per column, ordered by run.

    Rows of one run keep their order. Text columns take texts or ``Coded``; their dictionaries are
    sorted and hold only what occurs, so that equal contents give equal bytes.
    """
    definition = TABLES[name]
    if set(columns) != {c.name for c in definition}:
        missing = sorted({c.name for c in definition} - set(columns))
        extra = sorted(set(columns) - {c.name for c in definition})
        raise ValueError(f"table {name}: columns missing {missing}, not known {extra}")
    arrays = [_array(f"{name}.{c.name}", c.kind, columns[c.name]) for c in definition]
    if len({len(array) for array in arrays}) > 1:
        lengths = {c.name: len(array) for c, array in zip(definition, arrays, strict=True)}
        raise ValueError(f"table {name}: columns differ in length: {lengths}")
    table = pa.Table.from_arrays(arrays, schema=schema(name))
    run = table.column("run").to_numpy()
    if np.any(np.diff(run) < 0):
        table = table.take(pa.array(np.argsort(run, kind="stable")))
    return table


def make_record(tables: Mapping[str, Mapping[str, Values]]) -> Record:
    """Record from arrays: table name -> column name -> values. A table left out is empty."""
    unknown = sorted(set(tables) - set(TABLES))
    if unknown:
        raise ValueError(f"tables not known: {unknown}; a record has {list(TABLES)}")
    return Record(
        {
            name: make_table(name, tables[name]) if name in tables else schema(name).empty_table()
            for name in TABLES
        }
    )


def join_records(records: Iterable[Record]) -> Record:
    """One record from several batches, ordered by run."""
    records = list(records)
    return Record({name: join_tables([r.tables[name] for r in records], name) for name in TABLES})


def join_tables(tables: Sequence[pa.Table], name: str) -> pa.Table:
    """One table from several, ordered by run, with sorted dictionaries of what occurs.

    Tables of other versions may lack columns or have more: what one lacks is null.
    """
    if not tables:
        return schema(name).empty_table()
    plain = pa.concat_tables([_decoded(t) for t in tables], promote_options="permissive")
    has_run = "run" in plain.column_names
    run = plain.column("run").to_numpy() if has_run else np.zeros(0)
    if np.any(np.diff(run) < 0):
        plain = plain.take(pa.array(np.argsort(run, kind="stable")))
    return _encoded_table(plain)


def stack_tables(tables: Sequence[pa.Table]) -> pa.Table:
    """One table from several, in their order, with sorted dictionaries of what occurs."""
    return _encoded_table(
        pa.concat_tables([_decoded(t) for t in tables], promote_options="permissive")
    )


def take_run(record: Record, run: int) -> Record:
    """The part of a record that belongs to one run."""
    return Record(
        {
            name: join_tables([table.filter(pc.equal(table.column("run"), run))], name)
            for name, table in record.tables.items()
        }
    )


def _array(where: str, kind: Kind, values: Values) -> pa.Array:
    if kind == "text":
        if isinstance(values, Coded):
            codes = np.asarray(values.codes)
            return _encoded(pa.array(np.asarray(values.names, dtype=object)).take(pa.array(codes)))
        return _encoded(pa.array(np.asarray(values, dtype=object).tolist(), type=pa.string()))
    accepted, dtype = _NUMPY[kind]
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{where}: has {array.ndim} axes; a column has one")
    if len(array) and array.dtype.kind not in accepted:
        raise TypeError(f"{where}: holds {array.dtype}; a column of kind {kind} is asked")
    return pa.array(array.astype(dtype))


def _decoded(table: pa.Table) -> pa.Table:
    """The table with its dictionary columns as plain texts."""
    fields = [
        pa.field(f.name, f.type.value_type) if pa.types.is_dictionary(f.type) else f
        for f in table.schema
    ]
    return table.cast(pa.schema(fields))


def _encoded_table(plain: pa.Table) -> pa.Table:
    columns = [
        _encoded(column) if pa.types.is_string(column.type) else column.combine_chunks()
        for column in plain.columns
    ]
    return pa.table(columns, names=plain.column_names)


def _encoded(texts: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Texts as a dictionary column whose dictionary is sorted and holds only what occurs."""
    coded = cast(Any, texts).dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.unify_dictionaries().combine_chunks()
    names = coded.dictionary.cast(pa.string())
    order = pc.sort_indices(names)
    rank = np.empty(len(names), dtype=np.int32)
    rank[order.to_numpy()] = np.arange(len(names), dtype=np.int32)
    codes = pc.take(pa.array(rank), coded.indices)
    return pa.DictionaryArray.from_arrays(codes, names.take(order))
