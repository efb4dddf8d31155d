"""Who may import whom: the three contracts, third parties, and that a broken rule is seen."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import PACKAGE, ROOT, imported, package

# Third party -> floors that may import it (design of the floors, docs/architecture.md).
FROM_RESULTS_UP = {
    "results", "simulation", "campaign", "studies", "env", "live", "formats", "views",
}  # fmt: skip
ALLOWED = {
    "numba": {"kernels"},
    "llvmlite": {"kernels"},
    "pydantic": {"scenario"},
    "yaml": {"scenario"},
    "pyarrow": FROM_RESULTS_UP,
    "duckdb": FROM_RESULTS_UP,
    "rich": {"views"},
    "highspy": {"battle", "studies"},
    "stonesoup": {"formats"},
}
PURE = {"__future__", "math", "typing", "collections", "numpy", "numba", "opendome"}


def _lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of the tree at ``root``; its package comes before the installed one."""
    program = "import sys; from importlinter.cli import lint_imports as lint; "
    program += "sys.exit(lint(no_cache=True, no_logo=True))"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package and its contracts, in a place where they may be spoiled."""
    shutil.copytree(
        PACKAGE, tmp_path / "src" / "opendome", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold():
    result = _lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "3 kept, 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("contract", "file", "line"),
    [
        ("Floors: import downwards only", "sensors", "import opendome.simulation"),
        ("Floors: import downwards only", "world", "import opendome.sensors"),
        ("Truth is locked away", "tracks", "import opendome.truth"),
        ("Truth is locked away", "battle", "from opendome.truth import Truth"),
        ("Truth is locked away", "engagements", "from opendome import truth"),
        ("Kernels are pure", "kernels", "from opendome.messages import Tracks"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(copy: Path, contract: str, file: str, line: str):
    (copy / "src" / "opendome" / file / "spoiled.py").write_text(f"{line}\n")
    result = _lint(copy)
    assert result.returncode == 1, result.stdout + result.stderr
    broken = [row for row in result.stdout.splitlines() if row.endswith("BROKEN")]
    assert any(row.startswith(contract) for row in broken), result.stdout


def test_a_new_top_level_folder_needs_a_floor(copy: Path):
    (copy / "src" / "opendome" / "homeless").mkdir()
    (copy / "src" / "opendome" / "homeless" / "__init__.py").write_text("")
    result = _lint(copy)
    assert result.returncode == 1
    assert "homeless" in result.stdout


def test_third_parties_stay_in_their_rooms():
    strays = [
        f"{s.name}:{node.lineno} {name}"
        for s in package()
        for node in s.nodes(ast.Import, ast.ImportFrom)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in imported(node)
        if s.floor not in ALLOWED.get(name.split(".")[0], {s.floor})
    ]
    assert not strays


def test_kernels_import_only_arithmetic():
    strays = [
        f"{s.name}:{node.lineno} {name}"
        for s in package()
        if s.floor == "kernels" and s.path.name != "_jit.py"
        for node in s.nodes(ast.Import, ast.ImportFrom)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in imported(node)
        if name.split(".")[0] not in PURE
    ]
    assert not strays


def test_kernels_neither_raise_nor_draw_nor_print():
    strays = []
    for s in package():
        if s.floor != "kernels" or s.path.name == "_jit.py":
            continue
        for node in s.nodes(ast.Raise, ast.Try, ast.Assert, ast.Attribute, ast.Name):
            is_random = isinstance(node, ast.Attribute) and ast.unparse(node) == "np.random"
            is_io = isinstance(node, ast.Name) and node.id in ("print", "open", "input")
            if isinstance(node, ast.Raise | ast.Try | ast.Assert) or is_random or is_io:
                strays.append(f"{s.name}:{getattr(node, 'lineno', 0)}")
    assert not strays


def test_draws_come_from_the_named_streams_only():
    """Only the bootstrap, which resamples finished runs, may use a generator keyed by the seed."""
    strays = [
        f"{s.name}:{node.lineno}"
        for s in package()
        if not s.name.endswith("results/statistics.py")
        for node in s.nodes(ast.Attribute, ast.Import, ast.ImportFrom)
        if (isinstance(node, ast.Attribute) and ast.unparse(node) in ("np.random", "numpy.random"))
        or (
            isinstance(node, ast.Import | ast.ImportFrom)
            and any(n.split(".")[0] in ("random", "secrets", "uuid") for n in imported(node))
        )
    ]
    assert not strays


def test_the_package_never_imports_its_own_front_door():
    strays = []
    for s in package():
        for node in s.nodes(ast.Import, ast.ImportFrom):
            if isinstance(node, ast.Import) and "opendome" in [a.name for a in node.names]:
                strays.append(f"{s.name}:{node.lineno}")
            if isinstance(node, ast.ImportFrom) and node.module == "opendome":
                for alias in node.names:
                    is_part = (PACKAGE / alias.name).is_dir() or (
                        PACKAGE / f"{alias.name}.py"
                    ).exists()
                    if not is_part:
                        strays.append(f"{s.name}:{node.lineno} {alias.name}")
    assert not strays


def test_imports_are_written_from_the_root():
    relative = [
        f"{s.name}:{node.lineno}"
        for s in package()
        for node in s.nodes(ast.ImportFrom)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not relative
