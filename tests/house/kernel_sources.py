"""The kernels of the package as their sources have them: who calls whom, and which tests do."""

from __future__ import annotations

import ast
from functools import cache, lru_cache

from tests.house.sources import ROOT, Source, everything, imported, package

KERNELS = "opendome.kernels."
# Kernels that stages call where no scenario of the recorded runs brings them -> their proof.
ELSEWHERE = {
    "assignment.allot_counts": "laws/test_assignment_laws.py"
    "::test_what_is_proven_for_fire_units_is_brute_force",
    **dict.fromkeys(
        (
            "exchange.allot_by_gain",
            "exchange.exchange",
            "exchange.new_plan",
            "packages.price_packages",
            "ways.prices_of",
        ),
        "unit/battle/test_static.py::test_brute_force_agrees",
    ),
    "packages.fitting": "unit/battle/test_anytime.py::test_what_fits_is_taken_in_order",
    "packages.packages_below": "unit/battle/test_static.py"
    "::test_both_enumerations_find_the_same_packages",
    "association.assign_sparse": "reference/test_association_twin.py"
    "::test_assignment_is_that_of_brute_force",
    "atmosphere.density_fast": "published/test_us_standard_atmosphere_1976.py"
    "::test_the_flight_table_follows_the_standard",
    "dwelling.stop": "unit/world/test_beams.py"
    "::test_a_threat_that_is_gone_ends_the_dwell_without_effect",
    "guidance.coast_step": "unit/kernels/test_guidance.py"
    "::test_prediction_is_that_of_two_kepler_orbits",
    "overhead.count_in_reach": "published/test_space_based_shells.py"
    "::test_share_of_other_propagated_shells",
    "sequences.advantages": "unit/kernels/test_sequences.py::test_advantages_and_values_agree",
    "sequences.columns": "unit/kernels/test_sequences.py::test_columns_hold_expected_use_and_leak",
    "sequences.sequences": "unit/kernels/test_sequences.py"
    "::test_values_are_the_least_over_every_sequence",
    "sequences.tails": "unit/kernels/test_sequences.py"
    "::test_tails_drop_what_is_past_and_who_is_gone",
    "sequences.values": "unit/kernels/test_sequences.py"
    "::test_values_are_the_least_over_every_sequence",
    "registration.crossing_leans": "unit/kernels/test_registration.py"
    "::test_a_crossing_leans_on_the_satellites_that_made_it",
    "starers.follow": "unit/tracks/test_quick.py::test_both_ways_leave_the_same_picture",
    "sanity.are_believable": "laws/test_absurd_detections.py"
    "::test_broken_detections_change_nothing",
    "fleet_view.fleet_view": "unit/tracks/test_fleet_view.py"
    "::test_what_is_expected_is_what_happens",
    "bernoulli_scan.scan_existing": "reference/test_hypotheses_twin.py"
    "::test_existence_follows_its_equations",
    "bernoulli_scan.show_best": "unit/tracks/test_existence.py::test_pictures_are_sound",
    "linear_scan.scan_counted": "reference/test_linear_scan_twin.py"
    "::test_scans_are_those_of_plain_linear_algebra",
    "point_sets.best_partners": "unit/results/test_set_metrics.py"
    "::test_gospa_is_the_cheapest_of_all_pairings",
    "point_sets.pairs_within": "unit/results/test_set_metrics.py"
    "::test_gospa_is_the_cheapest_of_all_pairings",
}


@lru_cache(maxsize=1)
def kernels() -> dict[str, ast.FunctionDef]:
    """Compiled functions by ``file.name``."""
    found = {}
    for source in package():
        if source.floor != "kernels":
            continue
        for node in source.tree.body:
            if isinstance(node, ast.FunctionDef) and any(
                "jit" in ast.unparse(d) for d in node.decorator_list
            ):
                found[f"{source.path.stem}.{node.name}"] = node
    return found


@cache
def _meant(source: Source) -> dict[str, str]:
    """Names in a file -> the kernels they stand for; those of modules end in a dot."""
    names = {}
    for node in source.nodes(ast.ImportFrom):
        assert isinstance(node, ast.ImportFrom)
        for alias, dotted in zip(node.names, imported(node), strict=True):
            if dotted.startswith(KERNELS):
                names[alias.asname or alias.name] = dotted.removeprefix(KERNELS)
    return names


def _used(source: Source, node: ast.AST) -> set[str]:
    """Kernels that a piece of a file speaks of."""
    names = _meant(source)
    if not names and source.floor != "kernels":
        return set()
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            own = f"{source.path.stem}.{part.id}"
            found.add(names.get(part.id, own if source.floor == "kernels" else ""))
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            found.add(f"{names.get(part.value.id, '')}.{part.attr}")
    return found & set(kernels())


@lru_cache(maxsize=1)
def entries() -> set[str]:
    """Kernels that the rest of the package calls."""
    return {
        name
        for source in package()
        if source.floor != "kernels"
        for name in _used(source, source.tree)
    }


@lru_cache(maxsize=1)
def called_by_tests() -> set[str]:
    """Kernels that a test calls by name."""
    tests = ROOT / "tests"
    return {
        name
        for source in everything()
        if tests in source.path.parents
        for name in _used(source, source.tree)
    }


@lru_cache(maxsize=1)
def called_by_plain_code() -> set[str]:
    """Kernels that the plain functions beside them call."""
    compiled = {id(node) for node in kernels().values()}
    return {
        name
        for source in package()
        if source.floor == "kernels"
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef) and id(node) not in compiled
        for name in _used(source, node)
    }


def reached(start: set[str]) -> set[str]:
    """Kernels that others of a set call, directly or through others; the set too."""
    by_file = {s.path.stem: s for s in package() if s.floor == "kernels"}
    waiting, found = list(start), set(start)
    while waiting:
        name = waiting.pop()
        source = by_file[name.split(".")[0]]
        for other in _used(source, kernels()[name]) - found:
            found.add(other)
            waiting.append(other)
    return found
