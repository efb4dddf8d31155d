"""The frozen instances, drawn again: ``python -m dwta.generate FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from .problems import CASES, Case, draw, to_document, to_text

TINY = Case(threats=4, batteries=2, rounds=2, channels=1)
TINY_ARRIVALS = 4
N_TINY = 3


def documents() -> dict[str, dict[str, Any]]:
    """Every instance of the frozen set, by name."""
    found = {}
    for seed in range(N_TINY):
        name = f"tiny_{seed}"
        law = {**TINY._asdict(), "arrivals": TINY_ARRIVALS, "seed": seed}
        found[name] = to_document(name, law, draw(TINY, seed, TINY_ARRIVALS))
    for case_name, case in CASES.items():
        name = f"{case_name}_0"
        found[name] = to_document(
            name, {**case._asdict(), "arrivals": 40, "seed": 0}, draw(case, 0)
        )
    return found


def write(folder: Path) -> None:
    """All files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in documents().items():
        (folder / f"{name}.json").write_text(to_text(document), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
