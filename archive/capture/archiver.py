"""The archiver of a crawl: takes exchanges and metadata from the reactor, has a thread write them, and returns their
positions.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timezone
from functools import partial
from types import MappingProxyType
from typing import Any

from scrapy.crawler import Crawler
from scrapy.utils.defer import deferred_from_coro, maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from archive.capture import selfcheck
from archive.capture.evidence import Written, evidence_of, remember, where
from archive.capture.exchange import Call
from archive.capture.records import Rules, records_of
from archive.capture.settings import read_settings
from archive.capture.thread import Job, Work, WriterThread
from archive.capture.warcinfo import warcinfo_fields
from archive.entity import LARGEST
from archive.errors import ArchiveError
from archive.originals import Originals
from archive.warc.record import Draft, Span, format_date, new_record_id
from archive.warc.writer import WarcWriter

logger = logging.getLogger(__name__)

FINISH_REASON = "archive_error"


class Archiver:
    """Writes the archive of one crawl. All methods must be called in the reactor's thread.

    The collection is opened by `open` or by the first write, and again by a write after `close`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.settings = settings = read_settings(crawler.settings)
        self.directory = settings.dir
        self.run_id: str = settings.run_id or _new_run_id()
        """Name of the run; every warcinfo record contains it."""
        self.failed: BaseException | None = None
        """The error because of which the archive is not complete, or None."""
        largest = crawler.settings.getint("DOWNLOAD_MAXSIZE") or LARGEST
        self.rules = Rules(settings.redact, settings.payload_digest, largest)
        self.self_check = selfcheck.SelfCheck()
        self.refused_items = 0
        """Number of items that `ItemRecordPipeline` could not write."""
        self.is_checked = False
        """Whether the self-check has passed."""
        self.was_asked = False
        """Whether any request reached the downloader."""
        self.keeps_items = False
        """Whether items are written too, see `archive.capture.items`."""
        self._crawler = crawler
        self._is_open = False
        self._was_opened = False
        self._is_stopped = False
        self._waiting_for_check: list[Deferred[None]] = []
        self._writer: WarcWriter | None = None
        self._originals: Originals | None = None
        self._thread: WriterThread | None = None
        self._waiting: list[Job] = []
        """Jobs that go to the thread together, at the end of this iteration of the reactor: waking the thread takes
        longer than writing a page."""
        self._counts: Counter[str] = Counter()
        """The counts behind `counts`."""
        self._reported: dict[str, int] = {}
        """The counts as last set in the stats collector."""
        self.counts: Mapping[str, int] = MappingProxyType(self._counts)
        """``exchanges``, ``files``, ``bytes``, ``records/<type>``; the stats ``archive/...`` are a copy."""
        self._closed_files = 0
        self._closed_bytes = 0

    @property
    def doubt(self) -> str | None:
        """Why it is not proved that every response is archived and on disk, in one line; None if it is proved.

        It is never None during the crawl. A run was successful only if this is None at its end, not if no error came.
        """
        if self.failed is not None:
            return f"the archive could not be written: {_one_line(self.failed)}"
        if not self._was_opened:
            return "the archive was never opened"
        if self._is_open or self._thread is not None:
            return "the archive was not closed"
        if self.was_asked and not self.is_checked:
            return "the capture was never checked, although something was fetched"
        if self.refused_items:
            return f"{self.refused_items} items are not in the archive: see the errors above"
        return None

    @property
    def is_proved(self) -> bool:
        """Whether `doubt` is None."""
        return self.doubt is None

    async def check(self) -> None:
        """Wait for the self-check, which runs once; to be awaited before anything is fetched.

        Raises:
            ArchiveError: the capture is not exact, or could not be checked; the crawl is stopped.
        """
        self.require()
        if self.is_checked:
            return
        waiter: Deferred[None] = Deferred()
        self._waiting_for_check.append(waiter)
        if len(self._waiting_for_check) == 1:
            deferred_from_coro(self._check())
        await maybe_deferred_to_future(waiter)
        self.require()

    async def _check(self) -> None:
        try:
            await selfcheck.check_capture(self._crawler, self.self_check)
            self.is_checked = True
        except BaseException as error:  # noqa: BLE001  (the waiters raise it)
            self.fail(error if isinstance(error, ArchiveError) else ArchiveError(f"the self-check: {error!r}"))
        finally:
            if not self.is_checked and self.failed is None:
                self.failed = ArchiveError("the self-check was cut off")
            waiters, self._waiting_for_check = self._waiting_for_check, []
            for waiter in waiters:
                waiter.callback(None)

    def open(self) -> None:
        """Lock the collection and salvage the files of a killed run.

        Raises:
            ArchiveError: the collection is locked, or cannot be written.
        """
        if self._thread is not None:
            return
        self._is_open = self._was_opened = True
        project = self._crawler.settings
        self._writer = WarcWriter(
            self.directory,
            prefix=self.settings.prefix or project.get("BOT_NAME") or "archive",
            max_file_size=self.settings.max_file_size,
            info=warcinfo_fields(project, self.settings, self.run_id),
        )
        for salvaged in self._writer.salvaged:
            logger.warning(
                "Salvaged %s, left by a killed run: %d records kept, %d bytes dropped (%s)",
                salvaged.file,
                salvaged.records,
                salvaged.dropped,
                salvaged.problem or "all whole",
            )
            if salvaged.tail:
                logger.warning(
                    "The bytes dropped from %s contain complete records: they are in %s", salvaged.file, salvaged.tail
                )
        self._originals = Originals(self.directory) if self.settings.dedup else None
        self._thread = WriterThread(self._writer, self.settings.fsync_interval, self._deliver)

    async def write_call(self, call: Call) -> dict[str, Any] | None:
        """Archive the bytes that a call of the download handler sent and received.

        Returns:
            Facts about the response record of the last response: ``file``, ``offset``, ``length``, ``record_id``,
            ``target_uri``, ``date``, ``payload_digest``, ``entity_sha256``, ``entity_length``. Facts about this fetch:
            ``fetched_at``, and ``revisit``: None if that record was written for this fetch, else the ``file``,
            ``offset``, ``length`` and ``record_id`` of its revisit record. None without a response.

        Raises:
            ArchiveError: it could not be written.
        """
        return await maybe_deferred_to_future(self.start_write_call(call))

    def start_write_call(self, call: Call) -> Deferred[dict[str, Any] | None]:
        """Like `write_call`, for callers that cannot await."""
        return self._submit(partial(self._write_call_now, call, self._originals)).addCallback(self._count_call)

    def _write_call_now(self, call: Call, originals: Originals | None, writer: WarcWriter) -> Written:
        """Write the records of a call, in the writer's thread. Returns only facts, as the many objects of the records
        would live until the next iteration of the reactor and slow down the garbage collector."""
        written = Written()
        try:
            if call.spool_error is not None:
                raise call.spool_error
            for records in records_of(call, self.rules, originals):
                spans = writer.write(records.drafts)
                remember(originals, records, spans)
                written.exchanges += 1
                written.types += [draft.type for draft in records.drafts]
                written.evidence = evidence_of(records, spans)
        except OSError as error:
            raise ArchiveError(f"{self.directory}: a body cannot be spooled: {error}") from error
        finally:
            call.close()
        return written

    def _count_call(self, written: Written) -> dict[str, Any] | None:
        self._counts["exchanges"] += written.exchanges
        self._count(written.types)
        return written.evidence

    async def write_metadata(
        self,
        payload: bytes,
        *,
        content_type: str,
        target_uri: str,
        refers_to: str | None = None,
        date: str | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Write a ``metadata`` record, about another record or the complete crawl (ISO 28500:2017, 6.5).

        Args:
            payload: the block.
            content_type: its media type.
            target_uri: ``WARC-Target-URI`` of the record that it describes.
            refers_to: ``WARC-Record-ID`` of that record; None if it describes no record.
            date: ``WARC-Date``; by default now.
            extra: additional named fields.

        Returns:
            ``file``, ``offset``, ``length``, ``record_id``, ``target_uri``, ``date``.

        Raises:
            ArchiveError: it could not be written.
        """
        record_id = new_record_id()
        date = date or format_date(datetime.now(timezone.utc))
        fields = [
            ("WARC-Type", "metadata"),
            ("WARC-Record-ID", record_id),
            ("WARC-Date", date),
            ("WARC-Target-URI", target_uri),
            *([("WARC-Refers-To", refers_to)] if refers_to else []),
            *(extra or {}).items(),
            ("Content-Type", content_type),
        ]
        drafts = [Draft("metadata", fields, payload, record_id)]
        writing = self._submit(lambda writer: writer.write(drafts))
        (span,) = await maybe_deferred_to_future(writing.addCallback(self._count_metadata))
        return {**where(span), "target_uri": target_uri, "date": date}

    async def sync(self) -> None:
        """Wait until everything written before the call is on disk; simultaneous calls share an fsync.

        Raises:
            ArchiveError: it may not be on disk.
        """
        self.require()
        if self._thread is not None:
            await maybe_deferred_to_future(self._submit(None))

    async def close(self) -> None:
        """Finish the last file and release the collection; an error sets `failed`, as after a write."""
        thread, writer = self._thread, self._writer
        if thread is None or writer is None:
            return
        self._hand_over()
        self._thread = self._writer = None
        closed: Deferred[None] = Deferred()
        originals, self._originals = self._originals, None

        def work(writer: WarcWriter) -> None:
            try:
                writer.close()
            finally:
                if originals is not None:
                    originals.close()

        thread.stop(Job(work, closed))
        try:
            await maybe_deferred_to_future(closed)
        except ArchiveError as error:
            self.fail(error)
        thread.join()
        self._closed_files += len(writer.files)
        self._closed_bytes += writer.bytes_written
        self._is_open = False
        self._check_files(writer)
        self._set_stats(None)

    def _check_files(self, writer: WarcWriter) -> None:
        """Fail unless all files written exist under their names and have their full size."""
        if self.failed is not None:
            return
        try:
            size = sum((self.directory / name).stat().st_size for name in writer.files)
        except OSError as error:
            self.fail(ArchiveError(f"a file that was written does not exist: {error}"))
            return
        if size != writer.bytes_written:
            self.fail(ArchiveError(f"{self.directory} has {size} bytes of this crawl, and not {writer.bytes_written}"))

    def require(self) -> None:
        """Raise ArchiveError if the archive has failed: nothing may be fetched or reported as stored."""
        if self.failed is not None:
            self._stop_crawl()  # If it failed earlier, there may have been no engine to stop.
            raise ArchiveError(f"the archive could not be written: {_one_line(self.failed)}") from self.failed

    def fail(self, error: BaseException) -> None:
        """Stop the crawl, with `FINISH_REASON`."""
        if self.failed is not None:
            return
        self.failed = error
        logger.error("The archive could not be written, the crawl stops: %s", _one_line(error))
        try:
            self._crawler.stats.set_value("archive/failed", 1)
        except Exception as stats_error:  # noqa: BLE001  (output only; the crawl has to be stopped all the same)
            logger.error("The stats could not be set: %r", stats_error)  # noqa: TRY400  (one line is enough)
        self._stop_crawl()

    def _stop_crawl(self) -> None:
        engine = None
        with suppress(RuntimeError):  # The engine does not exist yet: `require` tries again.
            engine = self._crawler.engine
        if not self._is_stopped and engine is not None and engine.spider is not None:
            self._is_stopped = True
            deferred_from_coro(engine.close_spider_async(reason=FINISH_REASON)).addErrback(_log_failure)

    def _submit(self, work: Work | None) -> Deferred[Any]:
        self.require()
        try:
            self.open()
        except Exception as error:
            self.fail(error)
            raise
        deferred: Deferred[Any] = Deferred()
        if not self._waiting:
            from twisted.internet import reactor

            clock: Any = reactor
            clock.callLater(0, self._hand_over)
        self._waiting.append(Job(work, deferred))
        return deferred

    def _hand_over(self) -> None:
        jobs, self._waiting = self._waiting, []
        if jobs:
            assert self._thread is not None  # noqa: S101  (close() hands over the jobs before it sets this to None)
            self._thread.put(jobs)

    def _deliver(self, jobs: list[Job]) -> None:
        from twisted.internet import reactor

        reactor.callFromThread(self._settle, jobs)

    def _settle(self, jobs: list[Job]) -> None:
        for job in jobs:
            if job.error is not None:
                if not isinstance(job.error, ArchiveError):
                    job.error = _as_archive_error(job.error)
                self.fail(job.error)
            job.fire()
        self._set_stats(self._writer)

    def _count_metadata(self, spans: list[Span]) -> list[Span]:
        self._count(["metadata"] * len(spans))
        return spans

    def _count(self, types: list[str]) -> None:
        for kind in types:
            self._counts[f"records/{kind}"] += 1

    def _set_stats(self, writer: WarcWriter | None) -> None:
        """Set the stats, once per batch of finished jobs: each call of the stats collector takes some microseconds."""
        files = self._closed_files + (len(writer.files) if writer else 0)
        self._counts["files"] = self._counts["records/warcinfo"] = files
        self._counts["bytes"] = self._closed_bytes + (writer.bytes_written if writer else 0)
        for name, value in self._counts.items():
            if self._reported.get(name) != value:
                self._reported[name] = value
                self._crawler.stats.set_value(f"archive/{name}", value)


def _as_archive_error(error: BaseException) -> ArchiveError:
    """Return an ArchiveError caused by ``error``, which is a bug, or a BaseException of another thread."""
    archive_error = ArchiveError(f"writing ended with {type(error).__name__}: {error}")
    archive_error.__cause__ = error
    return archive_error


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or repr(error)


def _log_failure(failure: Failure) -> None:
    logger.error("The crawl could not be stopped: %r", failure.value)


def _new_run_id() -> str:
    return f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
