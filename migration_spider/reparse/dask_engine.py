"""Uses a Dask cluster for a rebuild on several machines; needs the extra ``distributed``.

If a worker dies, the scheduler of Dask gives its tasks to others, so nothing is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from itertools import islice
from typing import Any

from distributed import Client, LocalCluster
from distributed import TimeoutError as WaitedInVain
from distributed.scheduler import KilledWorker

from migration_spider import EXTRACTOR
from migration_spider.reparse.engines import CHUNK, Engine, EngineError, apply, chunks

AHEAD = 8
"""Tasks in progress per thread of the cluster: enough to keep all busy, few enough to have their results in memory."""

PATIENCE = 60.0
"""Seconds without a worker after which a rebuild gives up."""


@contextmanager
def cluster(address: str | None, jobs: int) -> Iterator[Engine]:
    """Yield the cluster at ``address``, whose workers have this project installed and can read the same files; without
    an address, ``jobs`` processes of this machine.

    Raises:
        EngineError: There is no scheduler, or its workers have another version of this project.
    """
    if address is None:
        with (
            LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None) as local,
            Client(local) as client,
        ):
            yield _engine(client)
        return
    try:
        client = Client(address, timeout="20s")
    except (OSError, ValueError) as error:
        raise EngineError(f"no Dask scheduler at {address}: {error}") from error
    with client:
        _check(client, address)
        yield _engine(client)


def version() -> str:
    """The name and version of the code on a worker."""
    return EXTRACTOR


def _check(client: Client, address: str) -> None:
    try:
        versions = set(client.run(version).values())
    except ImportError as error:
        raise EngineError(f"the workers of {address} do not have this project installed: {error}") from error
    if not versions:
        raise EngineError(f"the scheduler at {address} has no workers")
    if versions != {EXTRACTOR}:
        raise EngineError(f"the workers of {address} have {', '.join(sorted(versions))}, and here is {EXTRACTOR}")


def _engine(client: Client) -> Engine:
    def engine(function: Callable[[Any], Any], things: Iterable[Any], chunk: int = CHUNK) -> Iterator[Any]:
        waiting = chunks(things, chunk)
        running: deque[Any] = deque()
        while True:
            try:
                for part in islice(waiting, max(0, AHEAD * max(1, sum(client.nthreads().values())) - len(running))):
                    # Not pure, because two captures may be equal, and a result is released once it is written.
                    running.append(client.submit(apply, function, part, pure=False))
                if not running:
                    return
                results = _result(client, running.popleft())
            except KilledWorker as error:
                raise EngineError(f"a task killed one worker after another: {error}") from error
            except (CancelledError, OSError) as error:
                raise EngineError(f"the Dask scheduler is gone; nothing was written ({error})") from error
            yield from results

    return engine


def _result(client: Client, future: Any) -> Any:
    """The result of ``future``. Without workers, Dask would wait forever without a message."""
    alone = 0.0
    while True:
        try:
            return future.result(timeout=PATIENCE / 10)
        except WaitedInVain:
            alone = 0.0 if client.nthreads() else alone + PATIENCE / 10
        if alone >= PATIENCE:
            raise EngineError(f"the Dask cluster has had no worker for {PATIENCE:.0f} seconds; nothing was written")
