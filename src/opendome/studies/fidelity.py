"""How exactly a study lets its raids be played: fast, for many of them, or as their files say."""

from __future__ import annotations

from typing import Any, Final

FAST, AS_WRITTEN = "fast", "as_written"
FIDELITIES: Final = (FAST, AS_WRITTEN)
QUICK: Final[dict[str, Any]] = {"picture": "statistical", "engagement": "tabled"}
STEP: Final = 10.0  # s, macro step of the fast one for raids that fly for half an hour


def quickened(data: dict[str, Any], fidelity: str, step: float = STEP) -> dict[str, Any]:
    """File keys of a scenario at a fidelity; the fast one takes no shorter step than asked."""
    if fidelity == AS_WRITTEN:
        return data
    return {**data, **QUICK, "step_s": max(step, float(data.get("step_s", 0.0)))}
