"""What a link does to messages: it delays, loses, repeats, queues, and is at times down.

Every draw is a pure function of (seed, run) and of what the message is, so that what happens to the
messages of a run does not depend on the runs that share its batch. Model: docs/models/links.md.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.scenario.command import Link
from opendome.scenario.wiring import Outages

Floats = NDArray[np.float64]

PAUSE = 1.0  # s beyond there and back, after which what is not acknowledged is said again
N_DRAWS = 3  # of a reliable message: tries, acknowledgement, tries of the copy


class Line(NamedTuple):
    """Constants of the link of one node, as messages meet them."""

    latency: float  # s
    loss: float  # chance
    rate: float  # messages per second, inf where any
    may_fail: bool  # it is down in some run

    @property
    def is_plain(self) -> bool:
        """Whether it does nothing but delay."""
        return self.loss == 0.0 and math.isinf(self.rate) and not self.may_fail


def line_of(link: Link | None, may_fail: bool) -> Line | None:
    """Constants of a link of the scenario."""
    if link is None:
        return None
    rate = math.inf if link.bandwidth is None else link.bandwidth
    return Line(link.latency, link.loss, rate, may_fail)


def queue(line: Line, sent: float, size: Floats, free: Floats) -> tuple[Floats, Floats]:
    """When messages of given size begin and end to pass, first come first served.

    Parameters
    ----------
    sent : float
        When they are handed over, one for each queue.
    size : (n,) float
        In units of a message.
    free : (n,) float
        When each queue has passed on all that came before.

    Returns
    -------
    start, end : (n,) float
    """
    start = np.maximum(free, sent)
    return start, start + size / line.rate


def reliable(line: Line, sent: Floats, draws: Floats, outages: Outages) -> tuple[Floats, Floats]:
    """When messages that are repeated until acknowledged arrive, and when a second copy does.

    Tries follow each other by twice the latency and `PAUSE`; those in an outage are lost. A copy
    comes where the first acknowledgement is lost; it is tried until it gets through, too.

    Parameters
    ----------
    sent : (n,) float
    draws : (n, 3) float
        Uniform in (0, 1).
    outages : Outages
        Of the link, as each message meets them.

    Returns
    -------
    first, second : (n,) float
        The second is NaN where there is none. Never before the first.
    """
    period = 2.0 * line.latency + PAUSE
    first = _try(outages, sent, _losses(line, draws[:, 0]), period)
    again = _try(outages, first + period, _losses(line, draws[:, 2]), period)
    second = np.where(draws[:, 1] < line.loss, again, np.nan)
    return first + line.latency, second + line.latency


def _losses(line: Line, draw: Floats) -> Floats:
    """Tries that are lost before one gets through: geometric, by inversion."""
    if line.loss == 0.0:
        return np.zeros(len(draw))
    return np.asarray(np.floor(np.log(draw) / math.log(line.loss)))


def _try(outages: Outages, start: Floats, n_lost: Floats, period: float) -> Floats:
    """Time of the try that gets through, if ``n_lost`` tries outside outages are lost before."""
    start, left = start.copy(), n_lost.copy()
    for begin, end in zip(outages.start.T, outages.end.T, strict=True):
        before = np.clip(np.ceil((begin - start) / period), 0.0, None)  # tries until it begins
        meets = (left >= before) & (start < end)
        waits = np.ceil((end - start) / period)  # tries until it is over
        left = np.where(meets, left - before, left)
        start = np.where(meets, start + np.maximum(waits, before) * period, start)
    return np.asarray(start + left * period)
