"""Worker processes on this machine: start, map, stop. What they work on is not known here.

Each worker is a process of its own (``forkserver``) that computes with one thread, so that as many
workers as cores fill the machine and no more. A worker that dies costs only the item it held, which
is given to a new worker.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from types import ModuleType
from typing import Any

from opendome.errors import OpenDomeError

MAX_RETRIES = 2  # of an item whose worker died
ONE_THREAD = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
METHODS = ("forkserver", "spawn")  # the first that the platform has


@dataclass(eq=False)
class _Worker:
    process: multiprocessing.process.BaseProcess
    pipe: Connection
    item: int = -1  # position of the item that it holds, -1 if none


@dataclass(eq=False)
class Workers:
    """Running workers that all hold the same task."""

    task: bytes  # pickled
    running: list[_Worker] = field(default_factory=list)


def start(task: Callable[[Any], Any], n_workers: int) -> Workers:
    """Start worker processes, each with its own copy of ``task`` (anything that pickles)."""
    workers = Workers(pickle.dumps(task))
    try:
        workers.running.extend(_start_one(workers.task) for _ in range(n_workers))
    except BaseException:
        stop(workers)
        raise
    return workers


def map_unordered(
    workers: Workers, items: Sequence[Any], max_retries: int = MAX_RETRIES
) -> Iterator[Any]:
    """Results of ``task(item)`` as they come. An exception of the task is raised here.

    Raises
    ------
    OpenDomeError
        If the same item killed its worker again and again: most often the memory ran out.
    """
    waiting = list(range(len(items)))[::-1]
    retries = [0] * len(items)
    for worker in workers.running:
        _give(worker, waiting, items)
    while any(worker.item >= 0 for worker in workers.running):
        ready = wait([w.pipe for w in workers.running if w.item >= 0])
        for i_worker, worker in enumerate(workers.running):
            if worker.pipe not in ready:
                continue
            item = worker.item
            try:
                is_done, value = worker.pipe.recv()
            except (EOFError, OSError):
                retries[item] += 1
                if retries[item] > max_retries:
                    raise OpenDomeError(_died(worker, max_retries + 1)) from None
                waiting.append(item)
                _end(worker)
                workers.running[i_worker] = _start_one(workers.task)
            else:
                if not is_done:
                    raise value
                worker.item = -1
                yield value
            _give(workers.running[i_worker], waiting, items)


def stop(workers: Workers) -> None:
    """End all workers now; what they were doing is lost."""
    for worker in workers.running:
        worker.process.terminate()
    for worker in workers.running:
        _end(worker)
    workers.running.clear()


def _start_one(task: bytes) -> _Worker:
    methods = multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context(next(m for m in METHODS if m in methods))
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    with _without_main():
        process.start()
    theirs.close()
    with suppress(OSError):  # a worker that died at once is noticed when its answer is read
        ours.send_bytes(task)
    return _Worker(process, ours)


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the caller's script while a process starts.

    Otherwise the new process would run that script again, which fails, or never ends, in a script
    without the ``if __name__ == "__main__"`` guard. Workers need nothing of it.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _give(worker: _Worker, waiting: list[int], items: Sequence[Any]) -> None:
    """Hand the next waiting item to a worker, if there is one."""
    if not waiting:
        return
    worker.item = waiting.pop()
    with suppress(OSError):  # a dead worker is noticed when its answer is read
        worker.pipe.send(items[worker.item])


def _end(worker: _Worker) -> None:
    worker.pipe.close()
    worker.process.join(timeout=5)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()


def _died(worker: _Worker, times: int) -> str:
    worker.process.join(timeout=5)
    code = worker.process.exitcode
    how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
    return (
        f"worker: ended with {how} {times} times on the same batch; "
        "most often the memory ran out. Use fewer workers (--workers 1)."
    )


def _serve(pipe: Connection) -> None:
    """Life of a worker: take the task, then answer items until the other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches us too; the parent decides
    for name in ONE_THREAD:  # before NumPy and Numba come in with the task
        os.environ[name] = "1"
    try:
        is_sound, task = _attempt(pickle.loads, pipe.recv_bytes())
        while True:
            item = pipe.recv()
            pipe.send(_attempt(task, item) if is_sound else (False, task))
    except (EOFError, OSError):
        return  # the parent has closed the pipe, or is gone


def _attempt(act: Callable[[Any], Any], argument: Any) -> tuple[bool, Any]:
    """Whether the act succeeded, and its value or the exception, ready to travel."""
    try:
        return True, act(argument)
    except Exception as problem:
        problem.add_note(f"In a worker process:\n{traceback.format_exc()}")
        try:
            pickle.loads(pickle.dumps(problem))
        except Exception:
            return False, RuntimeError(f"{type(problem).__name__}: {problem}")
        return False, problem
