"""The archiver of a crawl: takes calls and metadata from the reactor, has them written, says where they are."""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler
from scrapy.utils.defer import deferred_from_coro, maybe_deferred_to_future
from twisted.internet.defer import Deferred

from archive.capture.evidence import Written, evidence_of, remember, where
from archive.capture.exchange import Call
from archive.capture.exit import end_process_with_failure
from archive.capture.records import Rules, records_of
from archive.capture.thread import Job, Work, WriterThread
from archive.capture.warcinfo import warcinfo_fields
from archive.errors import ArchiveError, ConfigurationError
from archive.warc.originals import Originals
from archive.warc.record import Draft, Span, format_date, new_record_id
from archive.warc.writer import WarcWriter

logger = logging.getLogger(__name__)

FINISH_REASON = "archive_error"


class Archiver:
    """Writes the archive of one crawl. All methods are for the reactor's thread.

    The collection is opened by `open`, or by the first thing to write, and again when something comes after `close`.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        directory = settings.get("ARCHIVE_DIR")
        if not directory:
            raise ConfigurationError("ARCHIVE_DIR is not set: say where the WARC files go")
        self.directory = Path(directory)
        self.run_id: str = settings.get("ARCHIVE_RUN_ID") or _new_run_id()
        """Name of the run, in every warcinfo record."""
        self.failed: BaseException | None = None
        """Why the archive could not be written; None while all is well."""
        self.spool_size = settings.getint("ARCHIVE_SPOOL_SIZE")
        self.rules = Rules(tuple(settings.getlist("ARCHIVE_REDACT")), settings.get("ARCHIVE_PAYLOAD_DIGEST"))
        if self.rules.payload_digest not in {"stored", "entity"}:
            raise ConfigurationError("ARCHIVE_PAYLOAD_DIGEST is 'stored' or 'entity'")
        self._crawler = crawler
        self._fsync_interval = settings.getfloat("ARCHIVE_FSYNC_INTERVAL")
        self._writer: WarcWriter | None = None
        self._originals: Originals | None = None
        self._thread: WriterThread | None = None
        self._waiting: list[Job] = []
        """What goes to the thread together, at the end of this turn of the reactor: to wake it costs more than to write
        a page."""
        self._counted: Counter[str] = Counter()
        """Stats by name, and `_told` as the stats collector has them."""
        self._told: dict[str, int] = {}
        self._closed_files = 0
        self._closed_bytes = 0

    def open(self) -> None:
        """Lock the collection and finish what a killed run left.

        Raises:
            ArchiveError: the collection is locked, or cannot be written.
        """
        if self._thread is not None:
            return
        settings = self._crawler.settings
        self._writer = WarcWriter(
            self.directory,
            prefix=settings.get("ARCHIVE_PREFIX") or settings.get("BOT_NAME") or "archive",
            max_file_size=settings.getint("ARCHIVE_MAX_FILE_SIZE"),
            info=warcinfo_fields(settings, self.run_id, self.rules),
        )
        for left in self._writer.salvaged:
            logger.warning(
                "Salvaged %s, left by a killed run: %d records kept, %d bytes dropped (%s)",
                left.file,
                left.records,
                left.dropped,
                left.problem or "all whole",
            )
            if left.tail:
                logger.warning("The bytes dropped from %s hold whole records: they are in %s", left.file, left.tail)
        if settings.getbool("ARCHIVE_DEDUP"):
            self._originals = Originals(self.directory)
        self._thread = WriterThread(self._writer, self._fsync_interval, self._deliver)

    async def write_call(self, call: Call) -> dict[str, Any] | None:
        """Archive what a call of the download handler sent and received.

        Returns:
            Of the response record that holds the last response: ``file``, ``offset``, ``length``, ``record_id``,
            ``target_uri``, ``date``, ``payload_digest``, ``entity_sha256``, ``entity_length``. Of this fetch:
            ``fetched_at``, and ``revisit``: None when that record was written for it, else the ``file``, ``offset``,
            ``length`` and ``record_id`` of its revisit record. None without a response.

        Raises:
            ArchiveError: it could not be written.
        """
        return await maybe_deferred_to_future(self.start_write_call(call))

    def start_write_call(self, call: Call) -> Deferred[dict[str, Any] | None]:
        """`write_call` for one who cannot await."""
        return self._submit(partial(self._write_call_now, call, self._originals)).addCallback(self._count_call)

    def _write_call_now(self, call: Call, originals: Originals | None, writer: WarcWriter) -> Written:
        """In the writer's thread. Of the records no more is given back than is told: their many parts, held until the
        reactor comes round, would be what the garbage collector is busy with."""
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
        self._counted["archive/exchanges"] += written.exchanges
        self._count(written.types)
        return written.evidence

    async def write_metadata(
        self,
        payload: bytes,
        *,
        content_type: str,
        target_uri: str,
        refers_to: str,
        date: str | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Write a ``metadata`` record about another record (ISO 28500:2017, 6.5).

        Args:
            payload: the block.
            content_type: its media type.
            target_uri: ``WARC-Target-URI``, that of the record it is about.
            refers_to: ``WARC-Record-ID`` of that record.
            date: ``WARC-Date``; now when left out.
            extra: further named fields.

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
            ("WARC-Refers-To", refers_to),
            *(extra or {}).items(),
            ("Content-Type", content_type),
        ]
        drafts = [Draft("metadata", fields, payload, record_id)]
        (span,) = await maybe_deferred_to_future(
            self._submit(partial(_write, drafts)).addCallback(self._count_metadata)
        )
        return {**where(span), "target_uri": target_uri, "date": date}

    async def sync(self) -> None:
        """Return when everything written before the call is on the disk; calls at the same time share an fsync.

        Raises:
            ArchiveError: it may not be on the disk.
        """
        self.require()
        if self._thread is not None:
            await maybe_deferred_to_future(self._submit(None))

    async def close(self) -> None:
        """Finish the last file and release the collection; an error is told by `failed`, as after a write."""
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
        self._tell_stats(None)

    def require(self) -> None:
        """Raise ArchiveError when the archive has failed: nothing may be fetched or called stored."""
        if self.failed is not None:
            raise ArchiveError(f"the archive has failed: {self.failed}") from self.failed

    def fail(self, error: BaseException) -> None:
        """Stop the crawl, with a reason of its own and a process that ends with `archive.capture.exit.EXIT_CODE`."""
        if self.failed is not None:
            return
        self.failed = error
        logger.error("The archive cannot be written, the crawl stops: %s", error)
        self._crawler.stats.set_value("archive/failed", 1)
        end_process_with_failure()
        engine = self._crawler.engine
        if engine is not None and engine.spider is not None:
            deferred_from_coro(engine.close_spider_async(reason=FINISH_REASON))

    def _submit(self, work: Work | None) -> Deferred[Any]:
        self.require()
        try:
            self.open()
        except ArchiveError as error:
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
            assert self._thread is not None  # noqa: S101  (close() hands over before it lets go of it)
            self._thread.put(jobs)

    def _deliver(self, jobs: list[Job]) -> None:
        from twisted.internet import reactor

        reactor.callFromThread(self._settle, jobs)

    def _settle(self, jobs: list[Job]) -> None:
        for job in jobs:
            if job.error is not None:
                self.fail(job.error)
            _fire(job)
        self._tell_stats(self._writer)

    def _count_metadata(self, spans: list[Span]) -> list[Span]:
        self._count(["metadata"] * len(spans))
        return spans

    def _count(self, types: list[str]) -> None:
        for kind in types:
            self._counted[f"archive/records/{kind}"] += 1

    def _tell_stats(self, writer: WarcWriter | None) -> None:
        """Once for all jobs that came back together: each call of the stats collector costs some microseconds."""
        files = self._closed_files + (len(writer.files) if writer else 0)
        self._counted["archive/files"] = self._counted["archive/records/warcinfo"] = files
        self._counted["archive/bytes"] = self._closed_bytes + (writer.bytes_written if writer else 0)
        for name, value in self._counted.items():
            if self._told.get(name) != value:
                self._told[name] = value
                self._crawler.stats.set_value(name, value)


def _write(drafts: list[Draft], writer: WarcWriter) -> list[Span]:
    return writer.write(drafts)


def _fire(job: Job) -> None:
    if job.error is not None:
        job.waiter.errback(job.error)
    else:
        job.waiter.callback(job.result)


def _new_run_id() -> str:
    return f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def archiver_of(crawler: Crawler) -> Archiver:
    """The archiver of ``crawler``, made at the first call.

    Raises:
        ConfigurationError: ``ARCHIVE_DIR`` is not set.
    """
    attributes = vars(crawler)
    archiver = attributes.get("archiver")
    if archiver is None:
        archiver = attributes["archiver"] = Archiver(crawler)
    assert isinstance(archiver, Archiver)  # noqa: S101  (set in the line above only)
    return archiver
