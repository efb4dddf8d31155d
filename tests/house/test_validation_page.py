"""The page of validation names tests that exist."""

from __future__ import annotations

import ast
import re

from tests.house.sources import ROOT

NAMED = re.compile(r"`(tests/[a-z0-9_/]+\.py)?::(test_[a-z0-9_]+)`")


def test_every_test_that_the_page_names_is_there():
    text = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("|") and "::test_" in line]
    assert len(rows) >= 20
    missing = []
    for row in rows:
        file = ""
        for path, name in NAMED.findall(row):
            file = path or file
            tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
            found = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
            if name not in found:
                missing.append(f"{file}::{name}")
    assert missing == []
