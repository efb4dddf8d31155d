"""Judges bounds, plans and policies for an instance, with NumPy alone.

``python -m dwta.check INSTANCE [--bound FILE] [--plan FILE] [--policy FILE.py] [--runs N]``
"""

from __future__ import annotations

import argparse
import json
import runpy
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .problems import FiringProblem, Floats, Orders, Standing, fight, read

SALVO = 2  # most rounds of one salvo
LUCK = 10_000  # first seed of the kill draws
MANY = 80  # rounds at one threat: more than ever are fired


class Prices(NamedTuple):
    """What a round, and a channel in a slot, is said to be worth. None is negative."""

    round: Floats  # (b,)
    channel: Floats  # (b, n_slots)


def prices_of(document: dict[str, Any], problem: FiringProblem) -> Prices:
    """The prices of a file of a bound; ValueError if one is negative or not a number."""
    found = Prices(np.array(document["round_prices"], float), np.zeros(problem.channels.shape))
    for battery, slot, price in document["channel_prices"]:
        found.channel[battery, slot] = price
    if found.round.shape != problem.rounds.shape or not all((p >= 0.0).all() for p in found):
        raise ValueError("a bound needs one price for each battery, none of them negative.")
    return found


def worth(problem: FiringProblem, prices: Prices, salvo: int = SALVO) -> Floats:
    """Least expected loss and price of each threat alone, if it lives at a slot, (n, n_slots)."""
    n, b = problem.p_kill.shape
    priced = prices.channel.shape[1]
    n_slots = int(max(priced, problem.last.max() + max(problem.known.max(), problem.flight.max())))
    n_slots += 2
    sums = np.zeros((b, n_slots + 1))
    sums[:, 1 : priced + 1] = np.cumsum(prices.channel, axis=1)
    sums[:, priced + 1 :] = sums[:, priced : priced + 1]
    found = np.repeat(problem.value[:, None], n_slots, axis=1)
    for j in range(n):
        covers = np.flatnonzero(problem.p_kill[j] > 0.0)
        for t in range(int(problem.last[j, covers].max(initial=-1)), -1, -1):
            best = found[j, t + 1]
            for i in covers[(problem.first[j, covers] <= t) & (t <= problem.last[j, covers])]:
                price = prices.round[i] + sums[i, t + problem.flight[j, i]] - sums[i, t]
                miss, after = 1.0 - problem.p_kill[j, i], found[j, t + problem.known[j, i]]
                best = min(best, *(k * price + miss**k * after for k in range(1, salvo + 1)))
            found[j, t] = best
    return found


def bound(problem: FiringProblem, prices: Prices, salvo: int = SALVO) -> float:
    """Expected value that any policy loses at least.

    Sum over threats of the least expected loss and price of each alone, less what all rounds and
    channels are worth: weak duality, so any prices that are not negative prove a bound.
    """
    stock = prices.round @ problem.rounds + (prices.channel * problem.channels).sum()
    return float(worth(problem, prices, salvo)[:, 0].sum() - stock)


def plan_leak(problem: FiringProblem, plan: list[list[list[int]]]) -> float:
    """Expected value lost under a plan; ValueError if it breaks a rule.

    Parameters
    ----------
    plan : list
        For each threat its salvos [slot, battery, rounds] in order; a later one is fired only if
        the threat is known to live. Rounds and channels must suffice if none of them kills.
    """
    rounds, channels = problem.rounds.copy(), problem.channels.copy()
    leak = 0.0
    for j, salvos in enumerate(plan):
        lives, ready = 1.0, 0
        for t, b, k in salvos:
            p = problem.p_kill[j, b]
            if not problem.first[j, b] <= t <= problem.last[j, b] or p == 0.0 or t < ready or k < 1:
                raise ValueError(
                    f"threat {j}: salvo {[t, b, k]} is outside the window or too soon."
                )
            ready = t + int(problem.known[j, b])
            rounds[b] -= k
            channels[b, t : t + problem.flight[j, b]] -= k
            lives *= (1.0 - p) ** k
        leak += problem.value[j] * lives
    if rounds.min() < 0 or channels.min() < 0:
        raise ValueError("the plan uses more rounds or channels than a battery has.")
    return leak


def policy_leaks(problem: FiringProblem, make: Any, runs: int, table: Floats) -> Floats:
    """Leak and luck of each run, (runs, 2); ``make`` gives a new policy for each."""
    found = []
    for run in range(runs):
        uniform = np.random.default_rng(LUCK + run).random((MANY, len(problem.value)))
        result = fight(problem, make(), lambda k, u=uniform: u[k], table)
        if result.refused:
            raise ValueError(f"run {run}: {result.refused} orders broke a rule.")
        found.append((result.leak, result.luck))
    return np.array(found)


def policy_of(path: Path) -> Any:
    """``make`` of a Python file: called for each run, it gives ``decide(problem, standing)``.

    ``decide`` returns rows (threat, battery, rounds) for this slot.
    """
    make = runpy.run_path(str(path))["make"]

    def fresh() -> Any:
        decide = make()

        def policy(problem: FiringProblem, standing: Standing) -> Orders:
            n = len(problem.value)
            orders = Orders(np.full(n, -1), np.zeros(n, np.int64))
            for threat, battery, rounds in decide(problem, standing):
                orders.battery[threat], orders.rounds[threat] = battery, rounds
            return orders

        return policy

    return fresh


def main() -> None:
    """One instance."""
    parser = argparse.ArgumentParser(prog="python -m dwta.check", description=__doc__)
    parser.add_argument("instance", type=Path)
    parser.add_argument("--bound", type=Path, help="file of prices; absent: bounds/NAME.json")
    parser.add_argument("--plan", type=Path, help="JSON: for each threat [[slot, battery, rounds]]")
    parser.add_argument("--policy", type=Path, help="Python file with make()")
    parser.add_argument("--runs", type=int, default=200)
    options = parser.parse_args()
    problem = read(options.instance)
    beside = options.instance.parent.parent / "bounds" / options.instance.name
    document = json.loads((options.bound or beside).read_text(encoding="utf-8"))
    prices, salvo = prices_of(document, problem), int(document["salvo"])
    least = bound(problem, prices, salvo)
    print(f"bound {least:.6f}, proven by its prices; the file says {document['bound']:.6f}")
    if options.plan:
        leak = plan_leak(problem, json.loads(options.plan.read_text(encoding="utf-8")))
        print(f"plan: expected loss {leak:.6f}, {100 * (leak / least - 1):.2f} % above the bound")
    if options.policy:
        table = worth(problem, prices, salvo)
        leak, luck = policy_leaks(problem, policy_of(options.policy), options.runs, table).T
        for title, values in (("loss", leak), ("loss without luck", leak - luck)):
            half = 1.96 * values.std(ddof=1) / np.sqrt(len(values))
            above = 100 * (values.mean() / least - 1)
            print(
                f"policy: {title} {values.mean():.1f} +- {half:.1f}, {above:.1f} % above the bound"
            )


if __name__ == "__main__":
    main()
