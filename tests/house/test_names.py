"""Names: units where they belong, public names, pages of the kinds, no traces of a machine."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
import sys

import pytest

from tests.house.sources import ROOT, Source, package

# A bare name is SI; these endings mean another unit, and belong at the borders only.
NOT_SI = re.compile(
    r"_(km|km_s|cm|mm|ft|nmi|deg|mrad|urad|db|dbsm|dbw|dbm|g|kw|mw|kw_sr|khz|mhz|ghz|kn|kpa|hpa"
    r"|ms|us|minutes|hours|days|years|mach|percent|celsius)$"
)
KERNEL_SYMBOLS = {"g"}  # a symbol of cited sources: drag and gravity terms
BORDERS = {"views"}  # floors that write for people
TABLES = [
    ("opendome.world", "FLIGHTS"),
    ("opendome.sensors", "KINDS"),
    ("opendome.tracks", "FILTERS"),
    ("opendome.tracks", "ASSOCIATORS"),
    ("opendome.battle", "POLICIES"),
    ("opendome.engagements", "LAWS"),
]
MACHINE = re.compile(r"(?<![\w.:/])/(home|root|Users|work|opt)/\w+")


def _identifiers(source: Source) -> list[tuple[int, str]]:
    """Names that a file gives to its own things: variables, parameters, fields, functions."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.append((node.lineno, node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.append((node.lineno, node.attr))
        elif isinstance(node, ast.arg):
            found.append((node.lineno, node.arg))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append((node.lineno, node.name))
    return found


def _stray_units(source: Source) -> list[str]:
    strays = []
    for line, name in _identifiers(source):
        match = NOT_SI.search(name.lower())
        if match and not (source.floor == "kernels" and match[1] in KERNEL_SYMBOLS):
            strays.append(f"{source.name}:{line} {name}")
    return strays


def test_other_units_stay_at_the_borders():
    strays = [
        stray
        for source in package()
        if source.floor not in BORDERS and not source.name.endswith("scenario/units.py")
        for stray in _stray_units(source)
    ]
    assert not strays


def test_the_unit_rule_bites(tmp_path):
    path = ROOT / "tests" / "house" / "test_names.py"
    source = Source(path)
    source.__dict__["text"] = (
        "def f(range_km):\n    self.az_deg = 1\n    load_g: float = 2\n    t_s = 3\n"
    )
    assert [stray.split()[-1] for stray in sorted(_stray_units(source))] == [
        "range_km",
        "az_deg",
        "load_g",
    ]


def test_public_names_are_few_and_explained():
    opendome = importlib.import_module("opendome")
    assert sorted(opendome.__all__) == sorted(set(opendome.__all__))
    assert len(opendome.__all__) <= 20
    for name in ("load", "run", "run_many", "Scenario", "Result", "Campaign", "OpenDomeError"):
        assert name in opendome.__all__
    silent = [
        name
        for name in opendome.__all__
        if name != "__version__" and not inspect.getdoc(getattr(opendome, name))
    ]
    assert not silent
    assert set(opendome.__all__) <= set(dir(opendome))
    with pytest.raises(AttributeError):
        opendome.no_such_name  # noqa: B018


def test_importing_the_package_loads_no_compiler():
    program = (
        "import sys, opendome; print(sorted({'numba', 'pyarrow', 'duckdb'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize(("module", "table"), TABLES)
def test_every_kind_has_its_page(module: str, table: str):
    kinds = getattr(importlib.import_module(module), table)
    assert isinstance(kinds, dict)
    assert kinds
    for kind in kinds:
        page = ROOT / "docs" / "models" / f"{kind}.md"
        assert page.exists(), f"{module}.{table} has '{kind}', but docs/models/{kind}.md is missing"
        text = page.read_text(encoding="utf-8").lower()
        for word in ("assum", "valid", "source", "test"):
            assert word in text, f"docs/models/{kind}.md says nothing of: {word}"


def test_only_six_tables_of_kinds():
    names = {table for _, table in TABLES}
    found = [
        (f"opendome.{source.floor}", target.id)
        for source in package()
        for node in source.tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id in names
    ]
    assert sorted(found) == sorted(TABLES)


def test_no_path_of_one_machine():
    folders = ["src", "tests", "benchmarks", "docs", "changes", ".ci"]
    files = [p for f in folders for p in sorted((ROOT / f).rglob("*")) if p.is_file()]
    files += [p for p in ROOT.iterdir() if p.suffix in (".md", ".toml")] + [ROOT / "Makefile"]
    texts = {".py", ".md", ".toml", ".yaml", ".cpp", ".txt", ".html", ".svg", ".json", ""}
    strays = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in files
        if path.suffix in texts and not {"_build", "generated", "__pycache__"} & set(path.parts)
        for match in [MACHINE.search(path.read_text(encoding="utf-8", errors="replace"))]
        if match
    ]
    assert not strays
