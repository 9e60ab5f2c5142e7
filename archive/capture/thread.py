"""The single thread that writes the archive: it takes jobs from a bounded queue, in order."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from archive.errors import ArchiveError
from archive.warc.writer import WarcWriter

# Whoever asks for a record waits for it, so the queue is short in practice. Full, it blocks the asker.
_QUEUE_SIZE = 1000

Work = Callable[[WarcWriter], Any]


@dataclass(slots=True)
class Job:
    """A piece of work and what came of it; work None asks for an fsync."""

    work: Work | None
    waiter: Any = None
    """For whoever is given the job back: who waits for it."""
    result: Any = None
    error: BaseException | None = None

    def fire(self) -> None:
        """Tell the waiter, a Deferred, what came of it; for the thread that it belongs to."""
        if self.waiter is None or self.waiter.called:
            return
        if self.error is not None:
            self.waiter.errback(self.error)
        else:
            self.waiter.callback(self.result)


class WriterThread:
    """Works on ``writer`` in a thread of its own, and syncs it at least every ``fsync_interval`` seconds.

    ``deliver`` gets finished jobs, in the thread; a job without a waiter tells of an error that nobody waits for.
    Should the thread end before its time, all jobs come back with an error, those queued later too.
    """

    def __init__(self, writer: WarcWriter, fsync_interval: float, deliver: Callable[[list[Job]], None]) -> None:
        self._writer = writer
        self._interval = fsync_interval
        self._deliver = deliver
        # A SimpleQueue costs a tenth of a Queue, but has no bound of its own.
        self._queue: queue.SimpleQueue[list[Job] | None] = queue.SimpleQueue()
        self._put = self._taken = 0
        """Jobs, each counted by one thread."""
        self._room = threading.Event()
        self._room.set()
        self._last_sync = monotonic()
        self._in_hand: list[Job] = []
        """Taken off the queue, and not delivered yet."""
        self._death: BaseException | None = None
        """What the thread died of."""
        # A daemon: a crawl that dies must not hang; what it leaves open is salvaged at the next start.
        self._thread = threading.Thread(target=self._live, name="archive-writer", daemon=True)
        self._thread.start()

    def put(self, jobs: list[Job]) -> None:
        """Queue jobs, which costs as much as to queue one; blocks while the queue is full."""
        if self._put - self._taken >= _QUEUE_SIZE:
            self._room.clear()
            # Else it was emptied, and the event set, before it was cleared; or nobody empties it any more.
            if self._put > self._taken and self._is_alive:
                self._room.wait()
        self._put += len(jobs)
        self._queue.put(jobs)
        self._give_back()

    def stop(self, job: Job) -> None:
        """Queue the last job."""
        self._put += 1
        self._queue.put([job])
        self._queue.put(None)
        self._give_back()

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    @property
    def _is_alive(self) -> bool:
        return self._death is None and self._thread.is_alive()

    def _live(self) -> None:
        try:
            self._run()
        except BaseException as error:  # noqa: BLE001  (told with every job from here on)
            self._death = error
        finally:
            self._death = self._death or ArchiveError("it was stopped")
            self._give_back()
            self._room.set()

    def _give_back(self) -> None:
        """Return what is queued for a thread that does not work any more, by whoever comes first."""
        if self._is_alive:
            return
        lost, self._in_hand = self._in_hand, []
        try:
            while True:
                lost += self._queue.get_nowait() or []
        except queue.Empty:
            pass
        for job in lost:
            job.error = ArchiveError(f"the thread that writes the archive has ended: {self._death!r}")
        if lost:
            self._deliver(lost)

    def _run(self) -> None:
        running = True
        while running:
            batch = self._batch()
            running = None not in batch
            jobs = list(self._in_hand)
            syncs = [job for job in jobs if job.work is None]
            for job in jobs:
                if job.work is not None:
                    self._do(job, job.work)
            if syncs:
                # One fsync after all writes of the batch covers what each caller had written before.
                leader = Job(None)
                self._do(leader, WarcWriter.sync)
                self._last_sync = monotonic()
                for job in syncs:
                    job.error = leader.error
            elif self._writer.dirty and monotonic() - self._last_sync >= self._interval:
                timed = Job(None)
                self._do(timed, WarcWriter.sync)
                self._last_sync = monotonic()
                if timed.error is not None:
                    jobs.append(timed)  # There may be no write to come that would meet it.
            if jobs:
                self._deliver(jobs)
            self._in_hand = []

    def _batch(self) -> list[list[Job] | None]:
        """What is queued by now; waits for the first, but no longer than until the next fsync is due."""
        wait = max(0.0, self._last_sync + self._interval - monotonic()) if self._writer.dirty else None
        batch: list[list[Job] | None] = []
        try:
            batch.append(self._queue.get(timeout=wait))
            while True:
                batch.append(self._queue.get_nowait())
        except queue.Empty:
            self._in_hand = [job for jobs in batch if jobs is not None for job in jobs]
            self._taken += len(self._in_hand)
            self._room.set()
            return batch

    def _do(self, job: Job, work: Work) -> None:
        try:
            job.result = work(self._writer)
        except BaseException as error:  # noqa: BLE001  (handed to the waiter, who raises it)
            job.error = error
