"""A tracker of linear Gaussian things, for its own sake: parity with other tools, and their scale.

It follows whatever is measured as components of a state, thousands at once, without Earth, sensors
or runs: the reference against which association is proven. The pictures of scenarios are made by
`tracker`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opendome.kernels.bernoulli_scan import scan_existing, show_best
from opendome.kernels.existence import ExistenceRules
from opendome.kernels.hypotheses import MOST_HYPOTHESES, Groups
from opendome.kernels.hypotheses import MOST_ROWS as MOST_IN_GROUP
from opendome.kernels.linear import LinearModel
from opendome.kernels.linear_scan import CountRules, Report, Start, Store, scan_counted

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIRST_ROOM = 256  # rows
MOST_ROWS = 100_000
MOST_GROUPS = 2048  # what finds no room is carried on by chances


class Followed(NamedTuple):
    """Confirmed tracks at one time, ordered by id."""

    t: float
    id: Ints  # (n,)
    x: Floats  # (n, d)
    cov: Floats  # (n, d, d)
    existence: Floats  # (n,)


def constant_velocity(dt: float, density: float, sigma: float, n_axes: int = 2) -> LinearModel:
    """Nearly constant velocity along each axis, of which the place is measured.

    Parameters
    ----------
    dt : float
        Step, s.
    density : float
        Of the white noise of acceleration, m^2/s^3.
    sigma : float
        Standard deviation of a look along each axis, m.
    n_axes : int
        States are [place, speed] of each axis in turn.

    Notes
    -----
    Source: Bar-Shalom, Li and Kirubarajan, Estimation with Applications to Tracking and Navigation
    (2001), eq. (6.2.2-4).
    """
    one = np.array([[1.0, dt], [0.0, 1.0]])
    noise = density * np.array([[dt**3 / 3.0, dt**2 / 2.0], [dt**2 / 2.0, dt]])
    transition, process = np.zeros((2, 2 * n_axes, 2 * n_axes))
    for axis in range(n_axes):
        part = slice(2 * axis, 2 * axis + 2)
        transition[part, part], process[part, part] = one, noise
    measured = np.arange(0, 2 * n_axes, 2)
    return LinearModel(transition, process, measured, sigma**2 * np.eye(n_axes))


def count_rules(
    *,
    n_confirm: int = 3,
    n_drop: tuple[int, int] = (2, 5),
    gate: float = 16.0,
    p_detect: float = 0.9,
    clutter: float = 0.0,
    p_gate: float = 1.0,
    soft_gate: float | None = None,
    caps: tuple[float, float] = (np.inf, np.inf),
    capped: tuple[int, ...] = (0,),
) -> CountRules:  # size: keywords with defaults, each a rule of its own
    """Rules of M-of-N logic; with a clutter density confirmed tracks are updated by chance.

    Parameters
    ----------
    n_drop : (int, int)
        Misses in a row that end a tentative and a confirmed track.
    gate, soft_gate : float
        Largest squared distance of the best assignment, and of an update by chance.
    clutter : float
        Density of false looks, 1 per unit of measurement space; 0: nearest neighbours.
    caps : (float, float)
        Sum of the variances of the ``capped`` components that ends a tentative and a confirmed
        track: a vague track would see looks everywhere.
    """
    wide = gate if soft_gate is None or clutter == 0.0 else soft_gate
    return CountRules(
        gates=np.array([gate, wide]),
        n_confirm=n_confirm,
        n_drop=np.array(n_drop, dtype=np.int64),
        caps=np.array(caps, dtype=float),
        capped=np.array(capped, dtype=np.int64),
        p_detect=p_detect,
        p_gate=p_gate,
        clutter=clutter,
        most_near=64,
        most_shared=12,
    )


def existence_rules(
    *,
    clutter: float,
    birth: float,
    p_detect: float = 0.9,
    p_survive: float = 0.998,
    gate: float = 16.0,
    show: float = 0.7,
    hide: float = 0.45,
    drop: float = 5e-3,
    cap: float = np.inf,
    capped: tuple[int, ...] = (0,),
    firm: float = 0.3,
) -> ExistenceRules:  # size: keywords with defaults, each a rule of its own
    """Rules of tracks that have a chance of existence.

    Parameters
    ----------
    clutter, birth : float
        Density of false looks, and of first looks of new things, 1 per unit of measurement space
        and scan.
    p_survive : float
        From scan to scan.
    show, hide, drop : float
        Existence from which a track is confirmed, below which it no longer is, and ends.
    cap : float
        Sum of the variances of the ``capped`` components that ends a track.
    firm : float
        Existence from which doubtful tracks are carried on as joint hypotheses; above 1: never.
    """
    return ExistenceRules(
        gate=gate,
        p_gate=1.0 - float(np.exp(-0.5 * gate)),
        p_detect=p_detect,
        p_survive=p_survive,
        clutter=clutter,
        birth=birth,
        show=show,
        hide=hide,
        drop=drop,
        cap=cap,
        capped=np.array(capped, dtype=np.int64),
        firm=firm,
        most_near=64,
        most_shared=10,
    )


@final
class LinearTracker:
    """Follows many linear things from scan to scan.

    Parameters
    ----------
    model_of : callable
        Model of a step of so many seconds; asked once for each length of step.
    start : Start
        State of a new track but for what its look measures.
    rules : CountRules or ExistenceRules
        See `count_rules` and `existence_rules`.
    most_rows : int
        Tracks held at once, tentative ones too; beyond that looks begin none, and are counted.
    """

    def __init__(
        self,
        model_of: Callable[[float], LinearModel],
        start: Start,
        rules: CountRules | ExistenceRules,
        most_rows: int = MOST_ROWS,
    ) -> None:
        self._model_of, self._start, self._rules = model_of, start, rules
        self._models: dict[float, LinearModel] = {}
        self._most = most_rows
        self._store = _new_store(min(FIRST_ROOM, most_rows), len(start.x))
        self._t: float | None = None
        self._groups = [_new_groups(len(start.x)) for _ in range(2)]
        self.report = Report(0, 0, 0, 0, 0)
        self.n_groups = 0
        self.n_dropped = 0

    def begin(self, t: float, x: ArrayLike, cov: ArrayLike) -> None:
        """Confirmed tracks of things known beforehand: states (n, d) and covariances (n, d, d)."""
        states, covs = np.asarray(x, dtype=float), np.asarray(cov, dtype=float)
        n, first, new_id = len(states), self.report.n_rows, self.report.next_id
        if first + n > self._most:
            raise ValueError(f"{first + n} tracks; most_rows is {self._most}. Raise it.")
        self._make_room(first + n)
        rows, store = slice(first, first + n), self._store
        store.x[rows], store.cov[rows] = states, covs
        store.id[rows] = np.arange(new_id, new_id + n)
        store.hits[rows], store.misses[rows] = 1, 0
        store.is_confirmed[rows], store.existence[rows] = True, 1.0
        self.report = self.report._replace(n_rows=first + n, next_id=new_id + n)
        self._t = t

    def scan(self, t: float, looks: ArrayLike) -> Followed:
        """Tracks after the looks (m, k) of one time; times must not run backwards."""
        dt = 0.0 if self._t is None else t - self._t
        if dt < 0.0:
            raise ValueError(f"t is {t} s; the scan before was at {self._t} s. Sort the scans.")
        if dt not in self._models:
            self._models[dt] = self._model_of(dt)
        model = self._models[dt]
        z = np.ascontiguousarray(looks, dtype=float).reshape(-1, len(model.measured))
        self._make_room(self.report.n_rows + len(z))
        counts = (self.report.n_rows, self.report.next_id)
        if isinstance(self._rules, CountRules):
            self.report = scan_counted(self._store, counts, z, model, self._start, self._rules)
        else:
            state = (self._store, self._groups[0], self._groups[1])
            self.report, self.n_groups = scan_existing(
                state, (*counts, self.n_groups), z, model, self._start, self._rules
            )
            self._groups.reverse()
        self.n_dropped += self.report.n_dropped
        self._t = t
        return self.picture()

    def picture(self) -> Followed:
        """Confirmed tracks now."""
        n, store = self.report.n_rows, self._store
        rows = np.flatnonzero(store.is_confirmed[:n])
        t = 0.0 if self._t is None else self._t
        found = Followed(t, store.id[rows], store.x[rows], store.cov[rows], store.existence[rows])
        show_best(self._groups[0], self.n_groups, found.id, found.x, found.cov)
        return found

    def _make_room(self, n: int) -> None:
        room = len(self._store.id)
        if n <= room or room == self._most:
            return
        wider = _new_store(min(max(n, 2 * room), self._most), self._store.x.shape[1])
        for new, old in zip(wider, self._store, strict=True):
            new[:room] = old
        self._store = wider


def _new_store(room: int, d: int) -> Store:
    return Store(
        id=np.zeros(room, dtype=np.int64),
        x=np.zeros((room, d)),
        cov=np.zeros((room, d, d)),
        hits=np.zeros(room, dtype=np.int64),
        misses=np.zeros(room, dtype=np.int64),
        is_confirmed=np.zeros(room, dtype=bool),
        existence=np.ones(room),
    )


def _new_groups(d: int) -> Groups:
    shape = (MOST_GROUPS, MOST_HYPOTHESES, MOST_IN_GROUP)
    return Groups(
        n_rows=np.zeros(MOST_GROUPS, dtype=np.int64),
        n_hypotheses=np.zeros(MOST_GROUPS, dtype=np.int64),
        id=np.zeros((MOST_GROUPS, MOST_IN_GROUP), dtype=np.int64),
        weight=np.zeros(shape[:2]),
        existence=np.zeros(shape),
        x=np.zeros((*shape, d)),
        cov=np.zeros((*shape, d, d)),
    )
