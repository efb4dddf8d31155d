"""Several models of one row, mixed: each starts a step from what all of them say.

States of models as in `rows`; what the models are, and when they are open, is in `bank`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opendome.kernels._jit import jit
from opendome.kernels.rows import N_MODELS, N_STATES, TURNS, Beliefs, Rows, n_states, put_model

Floats = NDArray[np.float64]


class Chain(NamedTuple):
    """Mean times between changes of a thing's manner of flight, s."""

    other: float  # from falling to flying level, or back
    straight: float  # until a turn, where fins grip or wings bear
    turn: float  # of a turn


class Blend(NamedTuple):
    """Work space of one mixing, by model."""

    weight: Floats  # (N_MODELS, N_MODELS): of each model in what another begins with
    chance: Floats  # (N_MODELS,)
    x: Floats  # (N_MODELS, N_STATES)
    cov: Floats  # (N_MODELS, N_STATES, N_STATES)


@jit
def new_blend() -> Blend:
    """Work space, nothing in it yet."""
    m, k = N_MODELS, N_STATES
    return Blend(np.zeros((m, m)), np.zeros(m), np.zeros((m, k)), np.zeros((m, k, k)))


@jit
def change_rate(before: int, after: int, base: int, chain: Chain) -> float:
    """How often, per second, a model gives way to another; ``base``: the one that turns."""
    if before != TURNS and after != TURNS:
        return 1.0 / chain.other
    if before == base:
        return 1.0 / chain.straight
    return 1.0 / chain.turn if after == base else 0.0


@jit
def weigh_changes(chance: Floats, base: int, dt: float, chain: Chain, blend: Blend) -> None:
    """Chances of the open models after dt seconds, and the weights of what was before, in blend."""
    weight = blend.weight
    for j in range(N_MODELS):
        total = 0.0
        for k in range(N_MODELS):
            if k != j and chance[j] > 0.0 and chance[k] > 0.0:
                total += change_rate(j, k, base, chain)
        goes = -math.expm1(-total * dt)
        for k in range(N_MODELS):
            weight[k, j] = 0.0
            if k == j:
                weight[k, j] = chance[j] * (1.0 - goes)
            elif chance[j] > 0.0 and chance[k] > 0.0 and total > 0.0:
                weight[k, j] = chance[j] * goes * change_rate(j, k, base, chain) / total
    for k in range(N_MODELS):
        blend.chance[k] = weight[k].sum()
        if blend.chance[k] > 0.0:
            for j in range(N_MODELS):
                weight[k, j] /= blend.chance[k]


@jit
def mix_row(
    b: Beliefs, i: int, dt: float, chain: Chain, sigma: float, blend: Blend
) -> None:  # fmt: skip
    """Begin a step of a row of several open models, in place: each starts from what all say.

    What does not turn has a lift of 0, and of standard deviation ``sigma`` should it begin to.
    Source: H. A. P. Blom, Y. Bar-Shalom, "The interacting multiple model algorithm for systems
    with Markovian switching coefficients", IEEE Trans. AC 33 (1988); T. Yuan, Y. Bar-Shalom et
    al., "A multiple IMM estimation approach with unbiased mixing for thrusting projectiles", IEEE
    Trans. AES 48 (2012), on states of different length.
    """
    weigh_changes(b.chance[i], b.model[i], dt, chain, blend)
    if blend.chance[TURNS] > 0.0:
        for k in range(TURNS):
            fill_lift(b.bank_x[i, k], b.bank_cov[i, k], sigma)
    for k in range(N_MODELS):
        if blend.chance[k] > 0.0:
            n, weight = n_states(k), blend.weight[k]
            mix_models(b.bank_x[i], b.bank_cov[i], weight, n, (blend.x[k], blend.cov[k]))
    for k in range(N_MODELS):
        b.chance[i, k] = blend.chance[k]
        if blend.chance[k] > 0.0:
            put_model(b, i, k, blend.x[k], blend.cov[k])


@jit
def fill_lift(x: Floats, cov: Floats, sigma: float) -> None:
    """Give a state without lift and push such of 0, and of a standard deviation, in place."""
    for a in range(7, N_STATES):
        x[a] = 0.0
        for c in range(a):
            cov[a, c] = cov[c, a] = 0.0
        cov[a, a] = sigma * sigma


@jit
def mix_models(x: Floats, cov: Floats, weight: Floats, n: int, out: tuple[Floats, Floats]) -> None:
    """Mean and covariance of the first n states of what models (N_MODELS, ...) say, weighed."""
    mean, spread = out
    for a in range(n):
        mean[a] = 0.0
        for j in range(N_MODELS):
            if weight[j] > 0.0:
                mean[a] += weight[j] * x[j, a]
    for a in range(n):
        for c in range(a + 1):
            total = 0.0
            for j in range(N_MODELS):
                if weight[j] > 0.0:
                    total += weight[j] * (cov[j, a, c] + (x[j, a] - mean[a]) * (x[j, c] - mean[c]))
            spread[a, c] = spread[c, a] = total


@jit
def speak(b: Rows | Beliefs, i: int) -> None:
    """Let the model that speaks for a row say, with its turns, what their banks have."""
    base = b.model[i]
    weight = np.zeros(N_MODELS)
    total = b.chance[i, base] + b.chance[i, TURNS]
    weight[base], weight[TURNS] = b.chance[i, base] / total, b.chance[i, TURNS] / total
    mix_models(b.bank_x[i], b.bank_cov[i], weight, 7, (b.x[i], b.cov[i]))
    b.agility[i] = b.bank_agility[i, base]
