"""Which confirmed tracks a picture tells of as such: none of no use, and none believed killed.

What is withheld is kept, and told again when it is seen again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from opendome.kernels.rows import Rows
from opendome.messages import Bools, Floats, Ints, ReportKind, Reports

MOST_TOLD = 30e3  # m, of place: vaguer than that it is of no use, as a cue or to fire at
PATIENCE = 30.0  # s unseen, of what is that vague, or after word of its kill


@dataclass(slots=True)
class Killed:
    """Tracks of a picture that were assessed as killed."""

    key: Ints = field(default_factory=lambda: np.zeros(0, np.int64))  # ascending
    t: Floats = field(default_factory=lambda: np.zeros(0))  # when that was said last


def keys_of(run: Ints, track: Ints) -> Ints:
    """Of tracks, by the picture's number of the run and their own."""
    keys: Ints = (run << 32) | track
    return keys


def heed(killed: Killed, key: Ints, reports: Reports) -> None:
    """Take in what reports say of tracks, in place; ``key``: which each is about.

    That a shot was survived says that the thing was there when it was looked at.
    """
    is_word = np.isin(reports.kind, (ReportKind.KILLED, ReportKind.SURVIVED))
    for k in np.argsort(reports.t, kind="stable"):
        if not is_word[k]:
            continue
        place = int(np.searchsorted(killed.key, key[k]))
        is_known = place < len(killed.key) and killed.key[place] == key[k]
        if reports.kind[k] == ReportKind.SURVIVED:
            if is_known:
                killed.key, killed.t = np.delete(killed.key, place), np.delete(killed.t, place)
        elif is_known:
            killed.t[place] = max(killed.t[place], reports.t[k])
        else:
            killed.key = np.insert(killed.key, place, key[k])
            killed.t = np.insert(killed.t, place, reports.t[k])


def are_told(rows: Rows, killed: Killed, t: float) -> Bools:
    """Whether each row is told of as confirmed at t."""
    unseen = t - rows.t_update
    spread = np.einsum("nii->n", rows.cov[:, :3, :3])
    is_vague = (spread > MOST_TOLD**2) & ~rows.is_boosting & (unseen > PATIENCE)
    is_told: Bools = rows.is_confirmed & ~is_vague
    if len(killed.key):
        key = keys_of(rows.run, rows.id)
        place = np.minimum(np.searchsorted(killed.key, key), len(killed.key) - 1)
        said = np.where(killed.key[place] == key, killed.t[place], np.inf)
        is_told &= (rows.t_update > said) | (t - said <= PATIENCE)
    return is_told
