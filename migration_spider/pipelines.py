"""The item pipelines: normalize, select, fetch attachments, finish and store an item, in this order."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from dataclasses import replace
from typing import Any

from itemadapter import ItemAdapter
from scrapy import Request
from scrapy.exceptions import DropItem
from scrapy.http import Response
from scrapy.pipelines.media import MediaPipeline

from archive import ArchiveError
from archive.capture import archiver_of
from archive.capture.handing import STREAM_KEY
from archive.disk import refusal
from migration_spider import EXTRACTOR, gone
from migration_spider.addresses import canonical
from migration_spider.counts import WORD_OF
from migration_spider.exceptions import KeptError, NotArchivedError, NotWantedError, in_words
from migration_spider.items import (
    BLOCK_FIELDS,
    ITEM_MEDIA_TYPE,
    PROFILE_MEDIA_TYPE,
    TOMBSTONE_MEDIA_TYPE,
    NewsItem,
    to_record,
)
from migration_spider.kept import Keys
from migration_spider.normalize.identity import content_sha256, item_id
from migration_spider.normalize.item import finish, normalize
from migration_spider.relaunch import Held, Relaunch
from migration_spider.state import ItemStore, revise
from migration_spider.state.store import Item, life_of

logger = logging.getLogger(__name__)

NO_NEWS = (gone.Absence, Held)
"""What the spider yields beside news items; these go to the store unchanged."""


def fields_of(item: Any) -> ItemAdapter:
    """The fields of an item of any kind. Raises TypeError: It is not an item."""
    if not ItemAdapter.is_item(item):
        raise TypeError(f"{item!r:.80} is not an item: the spider yields a {type(item).__name__}")
    return ItemAdapter(item)


def news_item(fields: ItemAdapter) -> NewsItem:
    """The item itself, for functions that need its type. Raises TypeError: It is of another type."""
    if not isinstance(fields.item, NewsItem):
        raise TypeError(f"expected a NewsItem, got a {type(fields.item).__name__}")
    return fields.item


class CrawlerPipeline:
    """A pipeline with access to the crawler, which passes on everything that is not a news item (`NO_NEWS`)."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.run = crawler.spider.run

    @classmethod
    def from_crawler(cls, crawler: Any) -> CrawlerPipeline:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        if not isinstance(item, NO_NEWS):
            self.news(fields_of(item))
        return item

    def news(self, fields: ItemAdapter) -> None:
        """Process a news item."""
        raise NotImplementedError

    def settle(self, url: str, code: str, detail: str = "") -> None:
        """Record the result for an address."""
        self.run.ledger.settle(url, code, detail)

    def count(self, name: str) -> None:
        self.run.count(name)


class NormalizePipeline(CrawlerPipeline):
    """Converts printed values to dates, codes and languages; counts missing and unknown values.

    An item whose date is ambiguous is held, as printed, until the walk has shown the order of day and month; then the
    spider yields it again.

    Stats: ``migration/dates/held``, ``migration/normalized``, ``migration/field/<name>/missing``,
    ``migration/unrecognized/<vocabulary>``, ``migration/unknown_label``.
    """

    def news(self, fields: ItemAdapter) -> None:
        item, dates, day_first = news_item(fields), self.run.dates, self.run.config.day_first
        name = item_id(item.node_id, item.canonical_url or item.url, item.language)
        numeric_dates = dates.add(name, item)
        if dates.must_wait(item.url, item.language, numeric_dates if day_first is None else None):
            dates.held[item.url] = item
            self.run.note("dates/held", len(dates.held))
            self.settle(item.url, "held")
            raise DropItem(f"{item.url}: waits for the other pages", log_level="DEBUG")
        if dates.is_stale(item.url, item.language):
            dates.read_again(item)
        normalized = normalize(item, day_first=day_first, site=dates.site, cites=dates.has_left_out(item.url))
        for vocabulary, _ in normalized.unrecognized:
            self.count(f"unrecognized/{vocabulary}")
        for _ in normalized.unknown_labels:
            self.count("unknown_label")
        self.count("normalized")
        for name in BLOCK_FIELDS:
            if not fields[name]:
                self.count(f"field/{name}/missing")


class SelectPipeline(CrawlerPipeline):
    """Applies ``since`` and ``max_items``. An item without a date is kept, because it may be recent."""

    def news(self, fields: ItemAdapter) -> None:
        options, url, published = self.run.options, fields["url"], fields["publication_date"]
        if options.since and published and published < options.since.isoformat():
            self.count("skipped/before_since")
            self.settle(url, "before_since")
            raise DropItem(f"{url} was published before {options.since}")
        if options.max_items and self.run.counted("taken") >= options.max_items:
            self.settle(url, "max_items")
            raise DropItem(f"{url}: max_items reached")
        self.count("taken")


class AttachmentsPipeline(MediaPipeline):
    """Fetches the files of an item, each URL once per run, so that they are archived and their digests known.

    Files on other hosts are never fetched, and their ``sha256`` stays None. A file that could not be fetched adds the
    problem ``attachment-not-fetched``.
    """

    LOG_FAILED_RESULTS = False  # counted and marked on the item instead

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        spider: Any = self.crawler.spider
        self.scope, self.run = spider.scope, spider.run
        self.in_trouble: set[str] = set()
        """Files that may be available in the next run."""
        self.unsent: set[str] = set()
        """Files that were not requested, because the run stops."""

    def get_media_requests(self, item: Any, info: Any) -> list[Request]:
        urls = dict.fromkeys(url for _, url in self._files(item) if url)
        # Nothing but the capture facts of a file is needed, so a long one is not held in memory.
        spider: Any = self.crawler.spider
        meta = {STREAM_KEY: True, "download_maxsize": spider.most_held}
        return [Request(url, priority=400, meta=meta) for url in urls]

    def _files(self, item: Any) -> list[tuple[ItemAdapter, str]]:
        """The attachments of an item, each with the address of its request; empty if it is never fetched."""
        if isinstance(item, NO_NEWS):
            return []
        attachments = [fields_of(attachment) for attachment in fields_of(item)["attachments"]]
        urls = [self.scope.file(attachment["url"]) for attachment in attachments]
        return [(fields, Request(url).url if url else "") for fields, url in zip(attachments, urls, strict=True)]

    def media_to_download(self, request: Request, info: Any, *, item: Any = None) -> None:
        return None

    def media_downloaded(self, response: Response, request: Request, info: Any, *, item: Any = None) -> Any:
        facts = response.meta.get("archive")
        if response.status != 200 or not facts or facts["entity_sha256"] is None:
            # After a server error or a 429, the next run may get the file; otherwise it will not exist then, either.
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
        logger.warning("Not fetched: %s (%s)", request.url, in_words(failure.value))
        return None

    def item_completed(self, results: Any, item: Any, info: Any) -> Any:
        if not (attachments := self._files(item)):
            return item
        fields = fields_of(item)
        fetched = {facts["url"]: facts for ok, facts in results if ok and facts}
        files = {url for _, url in attachments if url}
        self._require(fields, files, is_all=all(ok and facts for ok, facts in results))
        for attachment, url in attachments:
            if facts := fetched.get(url):
                attachment["sha256"], attachment["size"] = facts["sha256"], facts["size"]
                attachment["media_type"] = facts["media_type"] or attachment["media_type"]
            elif url:
                fields["problems"].append("attachment-not-fetched")
        return item

    def _require(self, fields: ItemAdapter, files: set[str], *, is_all: bool) -> None:
        """Drop an item if the next run may get its missing files: without their digests it would look changed."""
        if files & self.unsent or (self.run.is_stopped and not is_all):
            raise DropItem(f"{fields['url']}: the run stops before its attachments are fetched")
        if (lost := files & self.in_trouble) and (memory := self.run.memory) and memory.item(fields["id"]):
            self.run.ledger.settle(fields["url"], "attachment", ", ".join(sorted(lost)))
            raise DropItem(f"{fields['url']}: waits for its attachments")

    def file_path(self, request: Request, response: Any = None, info: Any = None, *, item: Any = None) -> str:
        raise NotImplementedError("attachments are stored in the WARC, nowhere else")


class FinishPipeline(CrawlerPipeline):
    """Sets the values that depend on all others: sorted problem codes, and the digest that decides about changes."""

    def news(self, fields: ItemAdapter) -> None:
        finish(news_item(fields))
        if self.run.coverage is not None:
            self.run.coverage.add(fields["id"], fields.__getitem__)
        for problem in fields["problems"]:
            self.count(f"problem/{problem}")


class StorePipeline(CrawlerPipeline):
    """Writes a new or changed item as a WARC metadata record, then as a line of ``items/news.jsonl``.

    The line is written and synced only after the archive is on disk, so that each item with a line has its evidence.
    An item that is gone gets a tombstone in the same way; `migration_spider.gone` decides when.

    Stats: ``migration/items/new``, ``.../changed``, ``.../unchanged``, ``.../rerendered`` (unchanged, in other bytes),
    ``.../reappeared``, ``.../vanished``, ``.../unconfirmed``.
    """

    def open_spider(self) -> None:
        if not self.run.keeps:
            return
        data = self.run.config.data_dir
        self.store = ItemStore(data / "state.sqlite", data / "items" / "news.jsonl")
        if self.store.torn:
            logger.warning("Removed %d bytes of an unfinished line from %s", self.store.torn, self.store.path)
        self.size = self.store.path.stat().st_size
        self.seen = Keys(self.run.room)
        # One item at a time, because an item that arrives twice at once would get two versions.
        self.one_by_one = asyncio.Lock()

    def close_spider(self) -> None:
        if not self.run.keeps:
            self.run.done.add("stored")
            return
        self.store.close()
        with self.store.path.open("rb") as lines:
            lines.seek(self.size)
            found = sum(1 for _ in lines)
        written = sum(self.run.counted(f"items/{kind}") for kind in ("new", "changed", "reappeared", "vanished"))
        if found == written:
            self.run.done.add("stored")
        elif not self.run.counted("not_stored"):  # A disk that refuses may have taken a line that was not counted.
            self.run.fail(f"{self.store.path} got {found} lines in this run, and not the {written} that were written")

    async def process_item(self, item: Any) -> Any:
        fields = fields_of(item)
        try:
            async with self.one_by_one:
                if self.run.counted("not_stored"):
                    # The archive would get its record, but no line would be written.
                    raise DropItem(f"{fields['url']}: not stored")
                if isinstance(item, gone.Absence):
                    await self._withdraw(item)
                elif isinstance(item, Held):
                    await self._store(fields_of(item.item))
                elif self._waits(fields):
                    self.settle(fields["url"], "relaunched", fields["id"])
                    raise DropItem(
                        f"{fields['url']}: its address has another id than before, or its id another address"
                    )
                else:
                    await self._store(fields)
        except (ArchiveError, KeptError, OSError, sqlite3.Error) as error:
            if not isinstance(error, KeptError):  # which has been reported
                why = refusal(error, self.store.path) or str(error)
                self.run.note("not_stored", self.run.counted("not_stored") or why)
            # One message, not one per item, because the following items cannot be stored, either.
            self.run.stop("not_stored", f"items cannot be written: {error}")
            raise DropItem(f"{fields['url']}: not stored") from error
        return item

    def _waits(self, fields: ItemAdapter) -> bool:
        """Whether the item contradicts the known ids or addresses, and waits for the rest of the site."""
        if (memory := self.run.memory) is None or fields["id"] in self.seen:
            return False
        relaunch: Relaunch = self.run.relaunch
        known, url = memory.item(fields["id"]), fields["url"]
        is_redirect = known is not None and self.run.ledger.led_to(known.url) == canonical(url)
        if not relaunch.must_wait(fields, known, memory.items_at([url]), is_redirect=is_redirect):
            return False
        self.count("items/relaunched")
        return relaunch.hold(fields)

    async def _store(self, fields: ItemAdapter) -> None:
        item_id = fields["id"]
        if fields.get("warc") is None or fields["warc"] != self.run.cited.get(fields["url"]):
            raise NotArchivedError(
                f"{fields['url']} does not cite the page that it was read from: keep CaptureFactsMiddleware in "
                "SPIDER_MIDDLEWARES, and let no pipeline change `url` and `warc`"
            )
        memory = self.run.memory
        if item_id in self.seen:
            # Another address of the same page; a second version would be written in every run.
            self.count("items/again")
            self.settle(fields["url"], "item", item_id)
            if memory:
                memory.places.note_too(item_id, fields["url"])
            return
        self.seen.add(item_id)
        before = self.store.item(item_id)
        content = self._content(fields, before)
        rule = life_of(content, before, is_missed=bool(memory and memory.missed.get(item_id)))
        if memory:
            memory.missed.forget(item_id)
        if rule.line:
            revise(fields, before)
            fields["run_id"], fields["extractor"] = archiver_of(self.crawler).run_id, EXTRACTOR
            if fields["site_profile"]:
                await self._archive_profile(fields["site_profile"])
            await self._append(to_record(fields.item), ITEM_MEDIA_TYPE)
        elif fields_of(fields["warc"])["date"][:19] == fields["fetched_at"][:19]:
            # The record was written for this response, not for an earlier one with the same bytes.
            self.count("items/rerendered")
        self.count(f"items/{rule.counted}")
        self.run.found[item_id] = WORD_OF[rule.counted]
        if memory:
            former = before.url if before else None
            memory.places.note(item_id, former, fields["url"] if rule.line or former is None else former, fields["url"])
        self.settle(fields["url"], "item", item_id)
        if how := self.run.through.pop(fields["url"], None):
            self.count(f"found/{how}")

    def _content(self, fields: ItemAdapter, before: Item | None) -> str:
        """The digest of the content of the item.

        It stays that of the stored item if only other pages have shown that a part of the text is of the template.
        """
        noted = self.run.dates.noted.pop(fields["url"], None)
        if before and noted and noted.left_out:
            alone = content_sha256(replace(news_item(fields), body_text=noted.alone))
            if alone == before.content_sha256:
                return alone
        return str(fields["content_sha256"])

    async def _withdraw(self, absence: gone.Absence) -> None:
        memory, item = self.run.memory, self.store.item(absence.id)
        if memory is None or item is None:
            return
        needed = self.run.config.tombstone_confirmations
        rule, missed = gone.miss(item, memory.missed.get(absence.id), absence, memory.cycle, needed)
        if rule.then == "withdrawn" and not rule.line:
            return
        memory.missed.put(missed)
        if rule.line:
            line = gone.tombstone(item, absence, missed.confirmed, archiver_of(self.crawler).run_id)
            await self._append(line, TOMBSTONE_MEDIA_TYPE)
            memory.missed.forget(absence.id)
        self.count(f"items/{rule.counted}")
        self.run.found[absence.id] = WORD_OF[rule.counted]

    async def _archive_profile(self, digest: str) -> None:
        """Write the site profile that an item cites into the archive of the run, once, before the item."""
        dates = self.run.dates
        if digest not in dates.archived:
            await archiver_of(self.crawler).write_metadata(
                dates.data_of[digest], content_type=PROFILE_MEDIA_TYPE, target_uri=f"urn:site-profile:{digest}"
            )
            dates.archived.add(digest)

    async def _append(self, record: dict[str, Any], media_type: str) -> None:
        archiver, proof = archiver_of(self.crawler), record["warc"]
        await archiver.write_metadata(
            json.dumps(record, ensure_ascii=False).encode(),
            content_type=media_type,
            # With the address of the page, replay tools would show this record instead of the page.
            target_uri=f"urn:item:{proof['target_uri']}",
            refers_to=proof["record_id"],
        )
        await archiver.sync()
        await asyncio.to_thread(self.store.append, record)
