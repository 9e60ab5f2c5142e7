"""Normalize, select, fetch attachments, finish, store: what happens to an item, thin and in this order."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from dataclasses import asdict
from typing import Any

from scrapy import Request
from scrapy.exceptions import DropItem
from scrapy.http import Response
from scrapy.pipelines.media import MediaPipeline

from archive import ArchiveError
from archive.capture import archiver_of
from migration_spider import EXTRACTOR
from migration_spider.exceptions import NotArchivedError, NotWantedError
from migration_spider.items import (
    ITEM_MEDIA_TYPE,
    TOMBSTONE_MEDIA_TYPE,
    Attachment,
    Evidence,
    NewsItem,
    Vanished,
    to_record,
)
from migration_spider.normalize.item import TERM_FIELDS, finish, normalize
from migration_spider.state import State, revise

logger = logging.getLogger(__name__)


class CrawlerPipeline:
    """A pipeline that needs the crawler, and leaves what is no news item (`Vanished`) as it is."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.run = crawler.spider.run

    @classmethod
    def from_crawler(cls, crawler: Any) -> CrawlerPipeline:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        return self.news(item) if isinstance(item, NewsItem) else item

    def news(self, item: NewsItem) -> NewsItem:
        """What the pipeline does with a news item."""
        raise NotImplementedError

    def settle(self, item: NewsItem, code: str, detail: str = "") -> None:
        """What became of the item's address."""
        self.run.ledger.settle(item.url, code, detail)

    def count(self, name: str) -> None:
        self.run.count(name)


class NormalizePipeline(CrawlerPipeline):
    """As printed -> dates, codes, languages; counts what was missing and what no vocabulary knows.

    Stats: ``migration/normalized``, ``migration/field/<name>/missing``, ``migration/unrecognized/<vocabulary>``,
    ``migration/unknown_label``.
    """

    def news(self, item: NewsItem) -> NewsItem:
        found = normalize(item, day_first=self.run.config.day_first)
        for vocabulary, _ in found.unrecognized:
            self.count(f"unrecognized/{vocabulary}")
        for _ in found.unknown_labels:
            self.count("unknown_label")
        self.count("normalized")
        for name in ("publication_date", *TERM_FIELDS):
            if not getattr(item, name):
                self.count(f"field/{name}/missing")
        return item


class SelectPipeline(CrawlerPipeline):
    """``since`` and ``max_items``. An item without a date is kept: it may be recent."""

    def news(self, item: NewsItem) -> NewsItem:
        options = self.run.options
        if options.since and item.publication_date and item.publication_date < options.since.isoformat():
            self.count("skipped/before_since")
            self.settle(item, "before_since")
            raise DropItem(f"{item.url} was published before {options.since}")
        if options.max_items and self.run.counted("taken") >= options.max_items:
            self.settle(item, "max_items")
            raise DropItem(f"{item.url}: max_items reached")
        self.count("taken")
        return item


class AttachmentsPipeline(MediaPipeline):
    """Fetches the files an item offers, each URL once per run, so that they are archived and their digest known.

    Files on other hosts are never fetched and keep ``sha256`` None; a file that could not be had adds the problem
    ``attachment-not-fetched``.
    """

    LOG_FAILED_RESULTS = False  # counted and marked on the item instead

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        spider: Any = self.crawler.spider
        self.scope, self.run = spider.scope, spider.run
        self.in_trouble: set[str] = set()
        """Files that may be there in the next run."""
        self.unsent: set[str] = set()
        """Files that were not asked for, since the run stops."""

    def get_media_requests(self, item: NewsItem | Vanished, info: Any) -> list[Request]:
        if not isinstance(item, NewsItem):
            return []
        files = dict.fromkeys(filter(None, (self._on_site(attachment) for attachment in item.attachments)))
        return [Request(url, priority=400) for url in files]

    def _on_site(self, attachment: Attachment) -> str | None:
        url: str | None = self.scope.file(attachment.url)
        return url

    def media_to_download(self, request: Request, info: Any, *, item: Any = None) -> None:
        return None

    def media_downloaded(self, response: Response, request: Request, info: Any, *, item: Any = None) -> Any:
        facts = response.meta.get("archive")
        if response.status != 200 or not facts or facts["entity_sha256"] is None:
            # What is not there now will not be there in the next run; a server in trouble may answer then.
            in_trouble = response.status >= 500 or response.status == 429
            self.run.count("attachments/failed" if in_trouble else "attachments/refused")
            if in_trouble:
                self.in_trouble.add(request.url)
            return None
        media_type = (response.headers.get("Content-Type") or b"").decode("latin-1").split(";")[0].strip()
        self.run.count("attachments/fetched")
        return {
            "url": request.url,
            "sha256": facts["entity_sha256"],
            "size": facts["entity_length"],
            "media_type": media_type or None,
        }

    def media_failed(self, failure: Any, request: Request, info: Any) -> Any:
        if failure.check(NotWantedError):
            if failure.value.code == "stopped":
                self.unsent.add(request.url)
            self.run.count("attachments/refused")
            return None
        self.run.count("attachments/failed")
        self.in_trouble.add(request.url)
        logger.warning("Not fetched: %s (%s)", request.url, failure.getErrorMessage() or failure.type.__name__)
        return None

    def item_completed(self, results: Any, item: NewsItem | Vanished, info: Any) -> NewsItem | Vanished:
        if not isinstance(item, NewsItem):
            return item
        fetched = {facts["url"]: facts for ok, facts in results if ok and facts}
        files = {Request(url).url for url in filter(None, map(self._on_site, item.attachments))}
        if files & self.unsent or (self.run.is_stopped and not all(ok and facts for ok, facts in results)):
            # Stored without its files it would look changed when the next run has them.
            raise DropItem(f"{item.url}: the run stops before its attachments are fetched")
        if (lost := files & self.in_trouble) and (memory := self.run.memory) and memory.item(item.id):
            # With the files that it had before, but without their digests, it would look changed.
            self.run.ledger.settle(item.url, "attachment", ", ".join(sorted(lost)))
            raise DropItem(f"{item.url}: waits for its attachments")
        for attachment in item.attachments:
            url = self._on_site(attachment)
            if facts := fetched.get(Request(url).url) if url else None:
                attachment.sha256, attachment.size = facts["sha256"], facts["size"]
                attachment.media_type = facts["media_type"] or attachment.media_type
            elif url:
                item.problems.append("attachment-not-fetched")
        return item

    def file_path(self, request: Request, response: Any = None, info: Any = None, *, item: Any = None) -> str:
        raise NotImplementedError("attachments are stored in the WARC, nowhere else")


class FinishPipeline(CrawlerPipeline):
    """What depends on all the rest: problem codes in order, the digest that decides what "changed" means."""

    def news(self, item: NewsItem) -> NewsItem:
        finish(item)
        if self.run.coverage is not None:
            self.run.coverage.add(item)
        for problem in item.problems:
            self.count(f"problem/{problem}")
        return item


class StorePipeline(CrawlerPipeline):
    """A new or changed item becomes a WARC metadata record, then a line of ``items/news.jsonl``.

    The line is written only after the archive is on disk, and synced: an item that has a line has its evidence.
    An item that has vanished gets a tombstone in the same way, once MIGRATION_TOMBSTONE_CONFIRMATIONS harvests found
    it so.

    Stats: ``migration/items/new``, ``.../changed``, ``.../unchanged``, ``.../rerendered`` (unchanged, in other bytes),
    ``.../reappeared``, ``.../vanished``, ``.../unconfirmed``.
    """

    def open_spider(self) -> None:
        data = self.run.config.data_dir
        self.state = State(data / "state.sqlite", data / "items" / "news.jsonl")
        if self.state.torn:
            logger.warning("Cut %d bytes of an unfinished line off %s", self.state.torn, self.state.lines)
        self.seen: set[str] = set()
        # Versions are decided one after the other; an item met twice at once would become two versions.
        self.one_by_one = asyncio.Lock()

    def close_spider(self) -> None:
        self.state.close()
        self.run.done.add("stored")

    async def process_item(self, item: NewsItem | Vanished) -> NewsItem | Vanished:
        try:
            async with self.one_by_one:
                if self.run.counted("not_stored"):
                    # Its record would stand in the archive and its line nowhere.
                    raise DropItem(f"{item.url}: not stored")
                return await (self._store(item) if isinstance(item, NewsItem) else self._bury(item))
        except (ArchiveError, OSError, sqlite3.Error) as error:
            # One message, not one per item: what follows cannot be stored either.
            if not self.run.is_stopped:
                self.run.note("not_stored", 1)
                self.run.stop("not_stored", f"items cannot be written: {error}")
            raise DropItem(f"{item.url}: not stored") from error

    async def _store(self, item: NewsItem) -> NewsItem:
        if item.warc is None:
            raise NotArchivedError(
                f"{item.url} cites no archived page: keep CaptureFactsMiddleware in SPIDER_MIDDLEWARES"
            )
        if item.id in self.seen:
            # Another address of the same page: a second version in one run would come back in every run.
            self.count("items/again")
            self.settle(item, "item", item.id)
            return item
        self.seen.add(item.id)
        if memory := self.run.memory:
            memory.absences.forget(item.id)
        known = self.state.known(item.id)
        if not revise(item, known):
            self.count("items/unchanged")
            # A record that was written for this answer, and not for an earlier one of the same bytes.
            if known and item.warc.date[:19] == item.fetched_at[:19]:
                self.count("items/rerendered")
            self.settle(item, "item", item.id)
            return item
        item.run_id, item.extractor = archiver_of(self.crawler).run_id, EXTRACTOR
        await self._append(to_record(item), ITEM_MEDIA_TYPE, item.warc)
        kind = "new" if known is None else "reappeared" if known.withdrawn else "changed"
        self.count(f"items/{kind}")
        self.settle(item, "item", item.id)
        return item

    async def _bury(self, gone: Vanished) -> Vanished:
        memory = self.run.memory
        known = memory.item(gone.id) if memory else None
        if memory is None or known is None or known.withdrawn or gone.id in self.seen:
            return gone
        confirmed = memory.absences.confirm(gone.id, gone.reason, gone.status, memory.cycle, gone.fetched_at)
        if confirmed < self.run.config.tombstone_confirmations:
            self.count("items/unconfirmed")
            return gone
        record = {
            "id": known.id,
            "node_id": known.node_id,
            "url": known.url,
            "language": known.language,
            "title": known.title,
            "version": known.version + 1,
            "tombstone": {"reason": gone.reason, "status": gone.status, "confirmed": confirmed},
            "first_seen": known.first_seen,
            "last_changed": gone.fetched_at,
            "fetched_at": gone.fetched_at,
            "run_id": archiver_of(self.crawler).run_id,
            "extractor": EXTRACTOR,
            "warc": asdict(gone.warc),
        }
        await self._append(record, TOMBSTONE_MEDIA_TYPE, gone.warc)
        memory.absences.forget(gone.id)
        self.count("items/vanished")
        return gone

    async def _append(self, record: dict[str, Any], media_type: str, evidence: Evidence) -> None:
        archiver = archiver_of(self.crawler)
        await archiver.write_metadata(
            json.dumps(record, ensure_ascii=False).encode(),
            content_type=media_type,
            # With the page's own address replay tools would show this record in the page's place.
            target_uri=f"urn:item:{evidence.target_uri}",
            refers_to=evidence.record_id,
        )
        await archiver.sync()
        await asyncio.to_thread(self.state.append, record)
