"""Writes items to the archive: each item is a ``metadata`` record about the response that it was made from.

It supports all types of items that itemadapter supports: dict, `scrapy.Item`, dataclass, attrs, pydantic.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from itemadapter import ItemAdapter
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.serialize import ScrapyJSONEncoder

from archive.capture.extension import archiver_of
from archive.capture.middleware import META_KEY
from archive.errors import ArchiveError

CONTENT_TYPE = "application/json"


class ItemError(ArchiveError):
    """An item cannot be tied to an archived response; raised by the pipeline, for that item."""


class ItemEvidenceMiddleware:
    """A spider middleware: puts ``response.meta["archive"]`` on the items made of the response.

    The add-on installs it; it does nothing in a project without `ItemRecordPipeline`, which refuses what has none: an
    error here would cost the other items of the page.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._archiver = archiver_of(crawler)
        self._field = self._archiver.settings.item_field

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ItemEvidenceMiddleware:
        return cls(crawler)

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for output in result:
            if self._archiver.keeps_items and ItemAdapter.is_item(output):
                with suppress(ItemError):
                    set_evidence(output, self._field, response.meta.get(META_KEY))
            yield output


class ItemRecordPipeline:
    """Writes each item, as it is when it comes here, as a ``metadata`` record that refers to its response record.

    To be put in ``ITEM_PIPELINES``, behind what changes items. The field ``ARCHIVE_ITEM_FIELD`` then tells of the
    response what ``response.meta["archive"]`` does, and as ``item_record`` where the record of the item is: ``file``,
    ``offset``, ``length``, ``record_id``.

    A crawl with items that were refused is not proved whole (`Archiver.doubt`).

    Raises:
        ItemError: the item was made of no archived response, or its type has no field for the evidence.
        ArchiveError: the archive cannot be written.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._archiver = archiver_of(crawler)
        self._archiver.keeps_items = True
        self._field = self._archiver.settings.item_field

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ItemRecordPipeline:
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        content = ItemAdapter(item).asdict()
        facts = content.pop(self._field, None)
        if not facts:
            self._archiver.refused_items += 1
            set_evidence(item, self._field, None)
            raise ItemError(
                f"an item of type {type(item).__name__} comes from no archived response: it was not made of one, its "
                f"field {self._field!r} was emptied, or the response came from a cache"
            )
        span = await self._archiver.write_metadata(
            json.dumps(content, ensure_ascii=False, cls=ScrapyJSONEncoder).encode(),
            content_type=CONTENT_TYPE,
            # With the page's own address replay tools would show this record in the page's place.
            target_uri=f"urn:item:{facts['target_uri']}",
            refers_to=facts["record_id"],
        )
        record = {name: span[name] for name in ("file", "offset", "length", "record_id")}
        set_evidence(item, self._field, {**facts, "item_record": record})
        return item


def set_evidence(item: Any, field: str, evidence: dict[str, Any] | None) -> None:
    """Put ``evidence`` in ``field`` of ``item``.

    Raises:
        ItemError: the type of the item does not take it.
    """
    try:
        ItemAdapter(item)[field] = evidence
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise ItemError(
            f"items of type {type(item).__name__} do not accept the evidence in the field {field!r}: add this field (a "
            f"dict or None), or name another field with ARCHIVE_ITEM_FIELD ({error})"
        ) from error
