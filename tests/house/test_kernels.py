"""Every kernel has a proof.

What a stage calls is recorded and called again in plain Python every night by
``tests/reference/test_compiled_kernels_are_plain.py``, and the tests of kernels run there without
the compiler, with their coverage taken. What neither a stage nor a test reaches is dead.
"""

from __future__ import annotations

import ast

from tests.house.kernel_sources import (
    ELSEWHERE,
    called_by_plain_code,
    called_by_tests,
    entries,
    kernels,
    reached,
)
from tests.house.sources import ROOT


def test_every_kernel_is_reached_from_a_stage_or_a_test():
    assert len(kernels()) > 300
    dead = set(kernels()) - reached(entries() | called_by_plain_code() | called_by_tests())
    assert not dead, f"neither a stage nor a test calls {sorted(dead)}"


def test_what_is_proved_elsewhere_is():
    assert set(ELSEWHERE) <= entries()
    for kernel, test in ELSEWHERE.items():
        file, _, name = test.partition("::")
        tree = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
        names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert name in names, f"{kernel}: there is no {test}"


def test_the_graph_sees_what_it_is_meant_to_see():
    assert "flight.fly_many" in entries()
    assert "tiles.step_tile" in reached({"impact.coast_many"})
    assert "dynamics.derivative" in reached({"flight.fly_many"})
    assert "flight.fly_many" not in reached({"frames.turned"})
