"""Several stories of one row, each with a belief of its own, become one belief.

Each model of a row becomes the mixture of what it says in each story, weighed by the chance of the
story and by its own chance there. For one linear model these are the mean and the covariance of
probabilistic data association: Y. Bar-Shalom, F. Daum, J. Huang, "The probabilistic data
association filter", IEEE Control Systems 29 (2009), eqs. (35) to (42); for several models Y.
Bar-Shalom, K. C. Chang, H. A. P. Blom, "Tracking a maneuvering target using input estimation versus
the interacting multiple model algorithm", IEEE Trans. AES 25 (1989), joined with it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.bank import close_turn, fill_bank
from opendome.kernels.mixing import speak
from opendome.kernels.rows import FALLS, LEVEL, N_MODELS, N_STATES, TURNS, Beliefs, n_states

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@jit
def settle_base(told: Beliefs, first: int, last: int, weight: Floats) -> int:
    """Model that speaks for a row after its stories; turns of any other are given up, in place."""
    level = 0.0
    for h in range(first, last):
        if told.model[h] == LEVEL:
            level += weight[h]
    base = LEVEL if level > 0.5 else FALLS
    for h in range(first, last):
        fill_bank(told, h)
        if told.model[h] != base and told.chance[h, TURNS] > 0.0:
            close_turn(told, h)
    return base


@jit
def mix_model(
    told: Beliefs, span: tuple[int, int], share: Floats, m: int, out: tuple[Floats, Floats]
) -> None:
    """Mean and covariance of what a model says in stories of one row, by their shares."""
    (first, last), (mean, cov), n = span, out, n_states(m)
    for a in range(n):
        mean[a] = 0.0
        for h in range(first, last):
            if share[h] > 0.0:
                mean[a] += share[h] * told.bank_x[h, m, a]
    for a in range(n):
        for c in range(a + 1):
            total = 0.0
            for h in range(first, last):
                if share[h] > 0.0:
                    off = (told.bank_x[h, m, a] - mean[a]) * (told.bank_x[h, m, c] - mean[c])
                    total += share[h] * (told.bank_cov[h, m, a, c] + off)
            cov[a, c] = cov[c, a] = total


@jit
def mix_stories(
    b: Beliefs, lean: Floats, rows: Ints, told: tuple[Beliefs, Floats], start: Ints, weight: Floats
) -> None:
    """Write into rows what their stories say, in place.

    Parameters
    ----------
    lean : (n, N_MODELS, N_STATES, k) float
        Of the rows on biases of sensors; see `registration`. The weights are taken not to hang on
        these.
    rows : (d,) int
    told : Beliefs, (s, N_MODELS, N_STATES, k) float
        Beliefs and leans of the stories, whose banks may be written to.
    start, weight : (d + 1,) int, (s,) float
        First story of each row; their weights, which sum to 1 for each row.
    """
    of, leans = told
    share, mean, cov = np.empty(len(weight)), np.empty(N_STATES), np.empty((N_STATES, N_STATES))
    for d in range(len(rows)):
        i, first, last = rows[d], start[d], start[d + 1]
        b.model[i] = settle_base(of, first, last, weight)
        n = 0
        for m in range(N_MODELS):
            total = 0.0
            for h in range(first, last):
                share[h] = weight[h] * of.chance[h, m]
                total += share[h]
            b.chance[i, m] = total
            lean[i, m] = 0.0
            if not total > 0.0:
                continue
            n += 1
            b.bank_agility[i, m] = 0.0
            for h in range(first, last):
                share[h] /= total
                if share[h] > 0.0:
                    b.bank_agility[i, m] += share[h] * of.bank_agility[h, m]
                    lean[i, m] += share[h] * leans[h, m]
            mix_model(of, (first, last), share, m, (mean, cov))
            k = n_states(m)
            b.bank_x[i, m, :k], b.bank_cov[i, m, :k, :k] = mean[:k], cov[:k, :k]
        if n > 1:
            speak(b, i)
            continue
        m = b.model[i]
        b.chance[i, m] = 1.0
        b.x[i], b.cov[i] = b.bank_x[i, m, :7], b.bank_cov[i, m, :7, :7]
        b.agility[i] = b.bank_agility[i, m]
