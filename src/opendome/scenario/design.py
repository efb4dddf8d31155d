"""A design: which keys of a scenario vary, over what, and how many runs each cell gets."""

from __future__ import annotations

from typing import Any

from pydantic.dataclasses import dataclass

from opendome.scenario.grammar import keys
from opendome.scenario.units import quantity

SAMPLES = ("grid", "list", "one_at_a_time", "latin_hypercube", "sobol", "saltelli")
MEASURES = ("leak_fraction", "leakers", "p_no_leak", "shots", "cost_defense_usd", "cost_exchange",
            "asset_value_lost")  # fmt: skip
SEED = "seed"  # as the key of a factor: the seed of all chance
MAX_CELLS = 1_000_000
MAX_RUNS = 10_000_000


@dataclass(frozen=True)
class Factor:
    """A key of the scenario that varies, in the unit that its name says."""

    key: str = keys.text("key", "Key of the scenario as for --set; or seed.")
    name: str | None = keys.name(
        "name", "Its column in the tables; absent: the last word of the key.", default=None
    )
    values: tuple[Any, ...] = keys.values("values", "Its values, in place of low and high.")
    low: float | None = quantity("low", "1", "Lowest value.", default=None)
    high: float | None = quantity("high", "1", "Highest value.", default=None)
    levels: int | None = keys.integer(
        "levels", "Values of a grid from low to high.", low=2, high=10_000, default=None
    )
    scale: str = keys.choice(
        "scale", "Steps from low to high are equal, or equal in ratio.", ("linear", "log"),
        default="linear",
    )  # fmt: skip
    is_whole: bool = keys.flag("is_whole", "Values are rounded to whole numbers.", default=False)

    @property
    def column(self) -> str:
        """Its column in the tables."""
        return self.name or self.key.rpartition(".")[2].rpartition("]")[2] or self.key


@dataclass(frozen=True)
class DrawnParameter:
    """A number of the catalog that is drawn between its low and high."""

    system: str = keys.name("system", "System of the catalog, or of the scenario's own.")
    key: str = keys.text("key", "Key of its parameter, such as p_kill.")

    @property
    def column(self) -> str:
        """Its column in the tables."""
        return f"{self.system}.{self.key}"


@dataclass(frozen=True)
class Uncertain:
    """What is not known, apart from chance: numbers that are drawn once for a whole campaign."""

    draws: int = keys.integer("draws", "Draws of all parameters together.", low=2, high=100_000)
    parameters: tuple[DrawnParameter, ...] = keys.parts(
        "parameters", "Parameters that are drawn, each by itself.", low=1
    )


@dataclass(frozen=True)
class Stop:
    """When a cell has runs enough: its interval is as narrow as wanted, or it got the most."""

    half_width: float = quantity("half_width", "1", "Wanted half of the 95 % interval.", above=0)
    most_runs: int = keys.integer("most_runs", "Most runs of a cell.", low=1, high=MAX_RUNS)
    measure: str = keys.choice("measure", "Whose interval.", MEASURES, default="leak_fraction")


@dataclass(frozen=True)
class Design:
    """Cells of a scenario, each with its values of the factors, all with the same chance."""

    format: int = keys.integer("format", "Version of the file format.", low=1, high=1)
    name: str = keys.name("name", "Name of the design.")
    scenario: str = keys.text(
        "scenario", "Shipped scenario, or a path from the design's folder.", longest=1000
    )
    title: str = keys.text("title", "One line for people.", default="")
    description: str = keys.text("description", "What it asks.", longest=5000, default="")
    settings: dict[str, Any] = keys.settings("set", "Keys of the scenario that all cells change.")
    factors: tuple[Factor, ...] = keys.parts("factors", "What varies.", high=100, default=())
    sample: str = keys.choice(
        "sample", "How cells are chosen from the factors.", SAMPLES, default="grid"
    )
    cells: int | None = keys.integer(
        "cells",
        "Cells of a latin_hypercube or sobol sample; of saltelli, its base sample.",
        low=1,
        high=MAX_CELLS,
        default=None,
    )
    runs: int = keys.integer("runs", "Runs of each cell.", low=1, high=MAX_RUNS, default=100)
    seed: int = keys.integer("seed", "Seed of all chance.", low=0, high=2**63 - 1, default=1)
    tables: tuple[str, ...] = keys.names("tables", "Tables kept beside runs, such as threats.")
    stop: Stop | None = keys.part("stop", "More runs where they are needed.", default=None)
    uncertain: Uncertain | None = keys.part(
        "uncertain", "Numbers of the catalog that are drawn.", default=None
    )
