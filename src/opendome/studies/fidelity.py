"""How exactly a study lets its raids be played: fast, for many of them, or as their files say."""

from __future__ import annotations

from typing import Any, Final

FAST, AS_WRITTEN = "fast", "as_written"
FIDELITIES: Final = (FAST, AS_WRITTEN)
QUICK: Final[dict[str, Any]] = {"picture": "statistical", "engagement": "tabled"}


def quickened(data: dict[str, Any], fidelity: str) -> dict[str, Any]:
    """File keys of a scenario at a fidelity; the step stays, since short-range shots need it."""
    return data if fidelity == AS_WRITTEN else {**data, **QUICK}
