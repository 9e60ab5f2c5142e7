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
"""Things that travel together: enough that sending them costs little beside reading them."""

AHEAD = 4
"""Tasks per process that are under way: enough that none waits, few enough to hold their results."""


class EngineError(MigrationError):
    """The engine asked for cannot work. Raised by :func:`engine_for` and by engines while they run."""


class Engine(Protocol):
    """Like ``map``; ``chunk`` is how many things one task has. Things are taken only some tasks ahead."""

    def __call__(
        self, function: Callable[[Thing], Result], things: Iterable[Thing], chunk: int = CHUNK
    ) -> Iterator[Result]: ...


def chunks(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    """``things`` in their order, ``size`` at a time."""
    rest = iter(things)
    while part := list(islice(rest, size)):
        yield part


def apply(function: Callable[[Thing], Result], things: Iterable[Thing]) -> list[Result]:
    """One task: the results of a chunk."""
    return [function(thing) for thing in things]


def one_process(function: Callable[[Any], Any], things: Iterable[Any], chunk: int = CHUNK) -> Iterator[Any]:
    """The engine without any sharing out."""
    return map(function, things)


@contextmanager
def processes(jobs: int) -> Iterator[Engine]:
    """``jobs`` processes of this machine; one is this process itself."""
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
    """What a process of the pool does first."""
    # Ctrl-C is for the process that waits: one of the pool that dies of it may hold the lock the others wait for.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A pool whose parent was killed would wait for ever, and keep the space of files that are gone."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def engine_for(name: str, jobs: int, scheduler: str | None) -> AbstractContextManager[Engine]:
    """The engine called ``name``: ``processes`` or ``dask``.

    Raises:
        EngineError: the arguments do not go together, or Dask is not installed.
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
