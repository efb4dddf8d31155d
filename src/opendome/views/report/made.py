"""How the result was made, how to make it again, and what it cannot say."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any, Final

from opendome.scenario.load import load, resolved, scenario_hash, shipped
from opendome.views.report.markup import Markup, join, tag
from opendome.views.report.words import plural, whole

LIMITS: Final = (
    "This is a simulation. Its parameters are public and notional; nothing in it is a measured or "
    "official performance of any system.",
    "The intervals say how much the result would vary if the same simulation were run again with "
    "other chance events. They do not say how wrong the assumptions may be; for that, compare the "
    "low and high values above.",
    "Threats fly as the scenario says: no decoys, no manoeuvres and no jamming beyond what is "
    "listed under the assumptions. Real attackers adapt.",
    "Common failures, such as a shared software fault or a lost radar, are not drawn unless the "
    "scenario says so. They would make bad outcomes more likely than shown here.",
    "Damage is counted as threats that reach a defended area; effects on the ground are not "
    "modelled in detail.",
)


def command(manifest: Mapping[str, Any]) -> str:
    """Command that makes the same campaign again."""
    return shlex.join(
        ["opendome", "run", str(manifest.get("name", "SCENARIO")),
         "--runs", str(manifest.get("runs", 1)), "--seed", str(manifest.get("seed", 0))]
    )  # fmt: skip


def program(manifest: Mapping[str, Any]) -> str:
    """Python that makes the same campaign again from its folder, whatever was changed in it."""
    return (
        "import json\nfrom pathlib import Path\n\nimport opendome as od\n\n"
        'manifest = json.loads(Path("manifest.json").read_text(encoding="utf-8"))\n'
        'scenario = od.load(manifest["scenario"])\n'
        f"od.run_many(scenario, runs={int(manifest.get('runs', 1) or 1)},"
        f' seed={int(manifest.get("seed", 0))}, out="again")'
    )


def is_as_shipped(manifest: Mapping[str, Any]) -> bool:
    """Whether the scenario is a shipped one, with nothing changed."""
    name = str(manifest.get("name", ""))
    return name in shipped() and scenario_hash(resolved(load(name))) == manifest.get(
        "scenario_hash"
    )


def beside_figures(manifest: Mapping[str, Any], finished: int) -> Markup:
    """Seed, runs, hash and command, as they stand below every figure."""
    digest = str(manifest.get("scenario_hash", ""))[:12]
    said = (
        f" Seed {manifest.get('seed', '')}; {plural(finished, 'run')}; scenario "
        f"{manifest.get('name', '')}, hash {digest}."
    )
    if not is_as_shipped(manifest):
        return join([said, " Again: ", tag("a", "method", href="#made"), "."])
    return join([said, " Again: ", tag("code", command(manifest))])


def how_made(manifest: Mapping[str, Any], finished: int) -> Markup:
    """Seed, runs, hash, versions and the command, as facts."""
    asked = int(manifest.get("runs", finished) or finished)
    runs = whole(finished) if asked == finished else f"{whole(finished)} of {whole(asked)} asked"
    versions = manifest.get("versions")
    found = versions if isinstance(versions, Mapping) else {}
    rows = (
        ("Scenario", str(manifest.get("name", ""))),
        ("Scenario hash", str(manifest.get("scenario_hash", ""))),
        ("Runs finished", runs),
        ("Seed", str(manifest.get("seed", ""))),
        ("Versions", ", ".join(f"{name} {version}" for name, version in found.items())),
        ("Platform", _platform(manifest.get("platform", ""))),
    )
    facts = tag(
        "dl", *(tag("div", tag("dt", w), tag("dd", v)) for w, v in rows), class_="facts made"
    )
    is_plain = is_as_shipped(manifest)
    how = (
        ":" if is_plain
        else ", run this Python in the folder of this page; its manifest.json holds the scenario:"
    )  # fmt: skip
    words = f"To make this result again, to the last digit, on the same kind of processor{how}"
    again = command(manifest) if is_plain else program(manifest)
    return tag("div", facts, tag("p", words), tag("pre", tag("code", again), tabindex="0"))


def limits() -> Markup:
    """What the model leaves out, in plain words."""
    return tag("ul", *(tag("li", words) for words in LIMITS), class_="limits")


def _platform(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(str(v) for v in dict.fromkeys(value.values()))
    return str(value)
