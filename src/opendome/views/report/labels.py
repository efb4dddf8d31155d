"""Names on the map: each is put where it covers no other, or left to the tip of its symbol."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from opendome.views.report.markup import Markup, join, text

CHARACTER: Final = 6.6  # pixels, about, at the size of the map's names
PLACES: Final = (
    (10, 4, "start"),
    (-10, 4, "end"),
    (0, -11, "middle"),
    (0, 20, "middle"),
    (9, -8, "start"),
    (9, 16, "start"),
    (-9, -8, "end"),
    (-9, 16, "end"),
)
SHARES: Final = {"start": 0.0, "middle": 0.5, "end": 1.0}


class Box(NamedTuple):
    """Rectangle that is taken."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether two rectangles share a point."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True)
class Labels:
    """Names wanted on a paper of a given size."""

    width: float
    height: float
    wanted: list[tuple[float, float, str, str, float]] = field(default_factory=list)

    def add(self, x: float, y: float, name: str, class_: str, more: float = 0.0) -> None:
        """Ask for a name beside a symbol; the earlier it is asked for, the better its place.

        ``more`` is how far symbols of one spot reach to both sides beyond a single one.
        """
        self.wanted.append((x, y, name, class_, more))

    def drawn(self) -> Markup:
        """All names that found a place."""
        taken = [Box(x - 6 - m, y - 6, x + 6 + m, y + 6) for x, y, _, _, m in self.wanted]
        parts: list[Markup] = []
        for x, y, name, class_, more in self.wanted:
            for step, dy, anchor in PLACES:
                dx = step + math.copysign(more, step) if step else 0.0
                size = len(name) * CHARACTER
                left = x + dx - size * SHARES[anchor]
                box = Box(left, y + dy - 11, left + size, y + dy + 3)
                if self._holds(box) and not any(box.meets(other) for other in taken):
                    taken.append(box)
                    parts.append(text(x + dx, y + dy, name, f"name {class_}", text_anchor=anchor))
                    break
        return join(parts)

    def _holds(self, box: Box) -> bool:
        return (
            box.left > 4
            and box.right < self.width - 4
            and box.top > 2
            and box.bottom < self.height - 4
        )
