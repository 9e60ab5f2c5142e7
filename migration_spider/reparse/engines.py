"""Distributes pages: in this process, over processes of this machine, or over a Dask cluster.

An engine is a function like ``map``: results are in the order of the input, whichever process computed them.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from multiprocessing import parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import Any, Protocol, TypeVar

from migration_spider.exceptions import MigrationError

Thing = TypeVar("Thing")
Result = TypeVar("Result")

CHUNK = 32
"""Things in one task; enough that sending them costs little compared with reading them."""

AHEAD = 4
"""Tasks in progress per process: enough to keep all busy, few enough to have their results in memory."""


class EngineError(MigrationError):
    """The requested engine cannot work. Raised by :func:`engine_for` and by engines while they run."""


class Engine(Protocol):
    """Like ``map``; ``chunk`` is the number of things in one task. Things are taken only some tasks ahead."""

    def __call__(
        self, function: Callable[[Thing], Result], things: Iterable[Thing], chunk: int = CHUNK
    ) -> Iterator[Result]: ...


def chunks(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    """Yield ``things`` in lists of ``size``."""
    rest = iter(things)
    while part := list(islice(rest, size)):
        yield part


def apply(function: Callable[[Thing], Result], things: Iterable[Thing]) -> list[Result]:
    """Run one task, and return the results of its chunk."""
    return [function(thing) for thing in things]


def one_process(function: Callable[[Any], Any], things: Iterable[Any], chunk: int = CHUNK) -> Iterator[Any]:
    """The engine that uses only this process."""
    return map(function, things)


@contextmanager
def processes(jobs: int) -> Iterator[Engine]:
    """Yield an engine with ``jobs`` processes of this machine; for one job, only this process."""
    if jobs <= 1:
        yield one_process
        return
    pool = ProcessPoolExecutor(jobs, initializer=_begin)
    try:

        def engine(function: Callable[[Any], Any], things: Iterable[Any], chunk: int = CHUNK) -> Iterator[Any]:
            running: deque[Future[list[Any]]] = deque()
            try:
                for part in chunks(things, chunk):
                    running.append(pool.submit(apply, function, part))
                    if len(running) == AHEAD * jobs:
                        yield from running.popleft().result()
                while running:
                    yield from running.popleft().result()
            except BrokenProcessPool as error:
                raise EngineError(
                    f"one of the {jobs} processes was killed, perhaps because memory was low; nothing was written: "
                    "try again with fewer --jobs"
                ) from error

        yield engine
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Initialize a process of the pool."""
    # Ctrl-C is handled by the main process. A process of the pool that it ended could hold a lock of the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process with its parent. Otherwise, if that is killed, the pool waits forever, and occupies the disk
    space of deleted files."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def engine_for(name: str, jobs: int, scheduler: str | None) -> AbstractContextManager[Engine]:
    """Return the engine called ``name``: ``processes`` or ``dask``.

    Raises:
        EngineError: The arguments contradict each other, or Dask is not installed.
    """
    if jobs < 1:
        raise EngineError(f"--jobs {jobs}: at least 1")
    if name != "dask":
        if scheduler:
            raise EngineError("--scheduler goes with --engine dask")
        return processes(jobs)
    try:
        from migration_spider.reparse.dask_engine import cluster
    except ImportError as error:
        raise EngineError(f"--engine dask: {error}: pip install -e '.[distributed]'") from error
    return cluster(scheduler, jobs)
