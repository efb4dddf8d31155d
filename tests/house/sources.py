"""The Python sources of the repository, parsed once, for the house tests."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "opendome"

Function = ast.FunctionDef | ast.AsyncFunctionDef
_EXCEPTION = re.compile(r"#\s*size:\s*\S+")


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=str(self.path))

    @property
    def name(self) -> str:
        """Path below the repository, for messages."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def floor(self) -> str:
        """Top-level part of the package that the file belongs to ('' for a file outside it)."""
        if PACKAGE not in self.path.parents:
            return ""
        first = self.path.relative_to(PACKAGE).parts[0]
        return first.removesuffix(".py")

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))

    def has_exception(self, first: int, last: int) -> bool:
        """Whether lines first..last (counted from 1), or the one above, hold '# size: reason'."""
        return any(_EXCEPTION.search(line) for line in self.lines[max(first - 2, 0) : last])

    def has_file_exception(self) -> bool:
        """Whether '# size: reason' stands at the left edge of the file."""
        return any(_EXCEPTION.match(line) for line in self.lines)


@lru_cache(maxsize=1)
def package() -> tuple[Source, ...]:
    return tuple(Source(path) for path in sorted(PACKAGE.rglob("*.py")))


@lru_cache(maxsize=1)
def everything() -> tuple[Source, ...]:
    """Package, tests, benchmarks and docs."""
    folders = [ROOT / "tests", ROOT / "benchmarks", ROOT / "docs"]
    others = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    return (*package(), *(Source(path) for path in others if "_build" not in path.parts))


def imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Dotted names that an import statement reaches."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    module = node.module or ""
    return [f"{module}.{alias.name}" for alias in node.names]
