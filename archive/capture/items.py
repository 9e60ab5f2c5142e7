"""Writes items to the archive, each as a ``metadata`` record about the response that it was made from.

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
    """An item cannot be linked to an archived response; raised by the pipeline, for that item."""


class ItemEvidenceMiddleware:
    """Spider middleware: copies ``response.meta["archive"]`` to the items made from the response.

    The add-on installs it. It does nothing in a project without `ItemRecordPipeline`. It ignores errors, which would
    discard the other items of the page; the pipeline refuses items without evidence.
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
    """Writes each item as a ``metadata`` record that refers to the response record.

    Put it in ``ITEM_PIPELINES`` after all pipelines that change items. The field ``ARCHIVE_ITEM_FIELD`` then has the
    content of ``response.meta["archive"]``, and in ``item_record`` the position of the record of the item: ``file``,
    ``offset``, ``length``, ``record_id``.

    A crawl in which items were refused does not count as complete (`Archiver.doubt`).

    Raises:
        ItemError: the item was not made from an archived response, or its type has no field for the evidence.
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
            # With the address of the page itself, replay tools would show this record instead of the page.
            target_uri=f"urn:item:{facts['target_uri']}",
            refers_to=facts["record_id"],
        )
        record = {name: span[name] for name in ("file", "offset", "length", "record_id")}
        set_evidence(item, self._field, {**facts, "item_record": record})
        return item


def set_evidence(item: Any, field: str, evidence: dict[str, Any] | None) -> None:
    """Set ``field`` of ``item`` to ``evidence``.

    Raises:
        ItemError: the type of the item does not accept it.
    """
    try:
        ItemAdapter(item)[field] = evidence
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise ItemError(
            f"items of type {type(item).__name__} do not accept the evidence in the field {field!r}: add this field (a "
            f"dict or None), or name another field with ARCHIVE_ITEM_FIELD ({error})"
        ) from error
