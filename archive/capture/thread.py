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

# Callers wait for their records, so the queue is short in practice. A full queue blocks the caller.
_QUEUE_SIZE = 1000

Work = Callable[[WarcWriter], Any]


@dataclass(slots=True)
class Job:
    """A piece of work and its result; ``work`` None requests an fsync."""

    work: Work | None
    waiter: Any = None
    """The Deferred that `fire` resolves, or None."""
    result: Any = None
    error: BaseException | None = None

    def fire(self) -> None:
        """Resolve the waiter; to be called in the reactor's thread."""
        if self.waiter is None or self.waiter.called:
            return
        if self.error is not None:
            self.waiter.errback(self.error)
        else:
            self.waiter.callback(self.result)


class WriterThread:
    """Uses ``writer`` in a separate thread, and syncs it at least every ``fsync_interval`` seconds.

    ``deliver`` is called in the thread with finished jobs; a job without a waiter reports an error for which no caller
    waits. If the thread ends early, all jobs are returned with an error, including those queued later.
    """

    def __init__(self, writer: WarcWriter, fsync_interval: float, deliver: Callable[[list[Job]], None]) -> None:
        self._writer = writer
        self._interval = fsync_interval
        self._deliver = deliver
        # A SimpleQueue takes a tenth of the time of a Queue, but has no maximum size.
        self._queue: queue.SimpleQueue[list[Job] | None] = queue.SimpleQueue()
        self._put = self._taken = 0
        """Counts of jobs, each changed by one thread only."""
        self._room = threading.Event()
        self._room.set()
        self._last_sync = monotonic()
        self._unfinished: list[Job] = []
        """Jobs taken from the queue but not delivered yet."""
        self._death: BaseException | None = None
        """The error that ended the thread."""
        # A daemon, so that a crawl that dies does not hang; its open file is salvaged at the next start.
        self._thread = threading.Thread(target=self._run_safely, name="archive-writer", daemon=True)
        self._thread.start()

    def put(self, jobs: list[Job]) -> None:
        """Queue jobs, which takes as long as queueing one; blocks while the queue is full."""
        if self._put - self._taken >= _QUEUE_SIZE:
            self._room.clear()
            # Otherwise the queue was emptied, and the event set, before it was cleared; or the thread has ended.
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
        """Wait for the end of the thread."""
        self._thread.join()

    @property
    def _is_alive(self) -> bool:
        return self._death is None and self._thread.is_alive()

    def _run_safely(self) -> None:
        try:
            self._run()
        except BaseException as error:  # noqa: BLE001  (reported with all later jobs)
            self._death = error
        finally:
            self._death = self._death or ArchiveError("it was stopped")
            self._give_back()
            self._room.set()

    def _give_back(self) -> None:
        """If the thread has ended, deliver all queued jobs with an error; called in either thread."""
        if self._is_alive:
            return
        lost, self._unfinished = self._unfinished, []
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
            jobs = list(self._unfinished)
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
                    jobs.append(timed)  # There may be no later write that would report it.
            if jobs:
                self._deliver(jobs)
            self._unfinished = []

    def _batch(self) -> list[list[Job] | None]:
        """Return all queued jobs; waits for the first, but not longer than until the next fsync is due."""
        wait = max(0.0, self._last_sync + self._interval - monotonic()) if self._writer.dirty else None
        batch: list[list[Job] | None] = []
        try:
            batch.append(self._queue.get(timeout=wait))
            while True:
                batch.append(self._queue.get_nowait())
        except queue.Empty:
            self._unfinished = [job for jobs in batch if jobs is not None for job in jobs]
            self._taken += len(self._unfinished)
            self._room.set()
            return batch

    def _do(self, job: Job, work: Work) -> None:
        try:
            job.result = work(self._writer)
        except BaseException as error:  # noqa: BLE001  (passed to the waiter, which raises it)
            job.error = error
