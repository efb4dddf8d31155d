"""From a file, a shipped name or a mapping to a checked design, and back to a mapping."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from opendome.errors import ScenarioError
from opendome.scenario.design import SEED, Design, Factor
from opendome.scenario.grammar.reading import Reading, read_noun
from opendome.scenario.grammar.refusal import Origin, did_you_mean, one_line, show
from opendome.scenario.grammar.writing import write_noun
from opendome.scenario.grammar.yaml_text import parse_yaml
from opendome.scenario.load import plain_text, shipped

KEPT = ("threats", "engagements", "events", "picture", "siap", "initiation", "trajectories")
BY_VALUES = ("grid", "list", "one_at_a_time")  # samples whose factors may give values
BY_SIZE = ("latin_hypercube", "sobol", "saltelli")  # samples of a number of cells
OWN_COLUMNS = ("cell", "point", "draw", "run")
_FOLDER = "designs"


def load_design(source: str | Path | Mapping[str, Any]) -> Design:
    """Design from a file, a shipped name or a mapping of file keys, checked in itself.

    Whether the scenario takes its keys and values is seen when its cells are made.

    Raises
    ------
    ScenarioError
        One line: file, key path, value, what is allowed.
    """
    if isinstance(source, Mapping):
        file, data, folder = "design", dict(source), Path()
    else:
        file, text, folder = _read(source)
        data = parse_yaml(text, file)
    origin = Origin(file)
    if not isinstance(data, dict):
        raise origin.refuse("", data, "allowed: a mapping of keys such as format, name, scenario")
    design: Design = read_noun(Design, data, "", Reading(origin))
    _refuse_odd(design, origin)
    if design.scenario in shipped() or Path(design.scenario).is_absolute():
        return design
    data["scenario"] = os.fspath(folder / design.scenario)
    return read_noun(Design, data, "", Reading(origin))  # type: ignore[no-any-return]


def design_keys(design: Design) -> dict[str, Any]:
    """File keys of a design, defaults written out; ``load_design`` makes an equal one of them."""
    return write_noun(design, lambda _: {})


def shipped_designs() -> list[str]:
    """Names of the designs that come with the package."""
    folder = files("opendome.scenario") / _FOLDER
    return sorted(p.name[:-5] for p in folder.iterdir() if p.name.endswith(".yaml"))


def _read(source: str | Path) -> tuple[str, str, Path]:
    """What errors call the file, its text, and the folder that its paths start from."""
    if isinstance(source, str) and source in shipped_designs():
        page = files("opendome.scenario") / _FOLDER / f"{source}.yaml"
        return f"{source}.yaml", page.read_text(encoding="utf-8"), Path()
    path, file = Path(source), one_line(str(source))
    if not str(source).strip() or not path.exists():
        known = shipped_designs()
        said = f"{show(file)} is no file and no shipped design; shipped designs: {', '.join(known)}"
        raise ScenarioError(f"{said}. {did_you_mean(file, known)}".rstrip())
    return file, plain_text(path, file), path.parent


def _refuse_odd(design: Design, origin: Origin) -> None:
    """Refuse what one key alone does not show."""
    if design.sample in BY_SIZE and design.cells is None:
        raise origin.refuse("cells", ..., f"a {design.sample} sample needs a number of cells")
    if design.sample not in BY_SIZE and design.cells is not None:
        words = f"a {design.sample} sample has the cells that its factors make"
        raise origin.refuse("cells", design.cells, words, f"Known: {', '.join(BY_SIZE)}.")
    if design.sample in BY_SIZE and not design.factors:
        raise origin.refuse("factors", [], f"a {design.sample} sample needs at least one")
    for i, factor in enumerate(design.factors):
        _refuse_odd_factor(factor, design.sample, f"factors[{i}]", origin)
    _refuse_odd_list(design, origin)
    columns = [f.column for f in design.factors]
    columns += [p.column for p in (design.uncertain.parameters if design.uncertain else ())]
    for i, column in enumerate(columns):
        if column in OWN_COLUMNS or column in columns[:i]:
            words = "each column of the cells has its own name, apart from " + ", ".join(
                OWN_COLUMNS
            )
            raise origin.refuse(f"factors[{i}].name", column, words, "Give it a name.")
    for i, table in enumerate(design.tables):
        if table not in ("runs", *KEPT):
            hint = did_you_mean(table, KEPT)
            raise origin.refuse(f"tables[{i}]", table, f"known: runs, {', '.join(KEPT)}", hint)
    if design.stop is not None and design.stop.most_runs < design.runs:
        words = f"allowed: not below runs, which is {design.runs}"
        raise origin.refuse("stop.most_runs", design.stop.most_runs, words)


def _refuse_odd_factor(factor: Factor, sample: str, path: str, origin: Origin) -> None:
    if not factor.key.strip():
        raise origin.refuse(f"{path}.key", factor.key, "allowed: a key of the scenario, or seed")
    has_range = factor.low is not None and factor.high is not None
    if not factor.values and not has_range:
        half = "high" if factor.low is not None else "low" if factor.high is not None else "values"
        raise origin.refuse(f"{path}.{half}", ..., "a factor has values, or low and high")
    if factor.values and (factor.low is not None or factor.high is not None):
        raise origin.refuse(f"{path}.low", factor.low, "a factor has values, or low and high")
    for i, value in enumerate(factor.values):
        if sample in ("grid", "one_at_a_time") and value in factor.values[:i]:
            raise origin.refuse(f"{path}.values[{i}]", value, "each value is given once")
    if sample in ("list", "one_at_a_time") and not factor.values:
        raise origin.refuse(f"{path}.values", (), f"a factor of a {sample} sample has values")
    if sample == "one_at_a_time" and len(factor.values) < 2:
        words = "the first value is the base, at least one other is asked"
        raise origin.refuse(f"{path}.values", factor.values, words)
    if factor.low is None or factor.high is None:
        return
    if factor.low >= factor.high:
        words = f"allowed: above low, which is {factor.low:g}"
        raise origin.refuse(f"{path}.high", factor.high, words)
    if factor.scale == "log" and factor.low <= 0:
        raise origin.refuse(f"{path}.low", factor.low, "a log scale begins above 0")
    if sample == "grid" and factor.levels is None:
        words = "a grid from low to high needs a number of levels"
        raise origin.refuse(f"{path}.levels", ..., words)
    if factor.is_whole and factor.key == SEED and factor.low < 0:
        raise origin.refuse(f"{path}.low", factor.low, "allowed: 0 or more")


def _refuse_odd_list(design: Design, origin: Origin) -> None:
    """The factors of a list are its columns: all of one length."""
    if design.sample != "list" or not design.factors:
        return
    n = len(design.factors[0].values)
    for i, factor in enumerate(design.factors):
        if len(factor.values) != n:
            words = f"all factors of a list have as many values as the first, {n}"
            raise origin.refuse(f"factors[{i}].values", factor.values, words)
