"""Workers on a Ray cluster: start, map, stop, as of ``local``; needs the extra ``ray``.

Tasks give their results back to this process, which alone writes: nodes need no common disk. A
node that is lost costs what it was computing; Ray gives that to another node.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from opendome.campaign.local import MAX_RETRIES, ONE_THREAD
from opendome.errors import OpenDomeError

AHEAD = 2  # items per worker that are handed over before the first comes back
ADDRESS = "OPENDOME_RAY_NODE_IP"  # environment variable: address of this process in the cluster


@dataclass(eq=False)
class Workers:
    """A connection to a cluster whose workers all hold the same task."""

    ray: Any
    task: Any  # reference to the task in the cluster's store
    n_workers: int
    running: dict[Any, int] = field(default_factory=dict)  # reference -> position of its item


def start(task: Callable[[Any], Any], n_workers: int, address: str) -> Workers:
    """Connect to a cluster and give it the task.

    Parameters
    ----------
    task : callable
        Pickles; its modules are importable on every node.
    n_workers : int
        Items that are computed at a time, at most.
    address : str
        HOST:PORT of the head, ``auto`` for one that runs here, ``local`` for one of its own.
    """
    ray = _ray()
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    more: dict[str, Any] = (
        {"_node_ip_address": os.environ[ADDRESS]} if ADDRESS in os.environ else {}
    )
    if address == "local":
        more["num_cpus"] = n_workers
    try:
        ray.init(address=address, log_to_driver=False, logging_level="error", **more)
        return Workers(ray, ray.put(task), n_workers)
    except Exception as problem:
        ray.shutdown()
        said = " ".join(str(problem).split())[:200]
        raise OpenDomeError(f"--ray {address}: no cluster answers ({said}). Start one with: ray "
                            "start --head, or give --ray local.") from problem  # fmt: skip


def map_unordered(
    workers: Workers, items: Sequence[Any], max_retries: int = MAX_RETRIES
) -> Iterator[Any]:
    """Results of ``task(item)`` as they come. An exception of the task is raised here."""
    ray = workers.ray
    act = ray.remote(_act).options(
        max_retries=max_retries,
        num_cpus=1,
        runtime_env={"env_vars": dict.fromkeys(ONE_THREAD, "1")},
    )
    waiting = list(range(len(items)))[::-1]
    while waiting or workers.running:
        while waiting and len(workers.running) < AHEAD * workers.n_workers:
            i = waiting.pop()
            workers.running[act.remote(workers.task, items[i])] = i
        done, _ = ray.wait(list(workers.running), num_returns=1)
        for reference in done:
            i = workers.running.pop(reference)
            try:
                value = ray.get(reference)
            except ray.exceptions.RayTaskError as problem:
                raise (problem.cause or problem) from None
            except ray.exceptions.RayError as problem:
                said = " ".join(str(problem).split())[:200]
                raise OpenDomeError(f"cluster: item {i} was lost with its node {max_retries + 1} "
                                    f"times ({said}).") from problem  # fmt: skip
            yield value


def stop(workers: Workers) -> None:
    """Leave the cluster; what it was doing for us is lost."""
    for reference in workers.running:
        workers.ray.cancel(reference, force=True)
    workers.running.clear()
    workers.ray.shutdown()


def cores(address: str) -> int:
    """Processors of a cluster."""
    pool = start(abs, 1, address)
    try:
        return max(1, int(pool.ray.cluster_resources().get("CPU", 1)))
    finally:
        stop(pool)


def _act(task: Callable[[Any], Any], item: Any) -> Any:
    return task(item)


def _ray() -> Any:
    try:
        import ray
        import ray.exceptions
    except ImportError:
        raise OpenDomeError("--ray: the package ray is not installed. Install it with: "
                            "pip install 'opendome[ray]'") from None  # fmt: skip
    return ray
