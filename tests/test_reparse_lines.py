"""Lines of a rebuild are made by a faster encoder: the bytes are those that the crawl writes."""

import sys
from dataclasses import fields

from archive.dataset.lines import dump, load
from migration_spider.items import Attachment, Entry, Evidence, Image, NewsItem, Place, Term, Value, to_record
from migration_spider.reparse.lines import encoded
from migration_spider.reparse.notes import essence

EVERY = "".join(chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
"""Every character but halves of surrogate pairs, which are no text."""


def full(**named):
    """An item with something in every field."""
    term = Term(raw="Raw", id="1", label="Label")
    item = NewsItem(url="https://portal.example/en/news", **named)
    for one in fields(NewsItem):
        if one.type == "list[Term]":
            setattr(item, one.name, [term, Term(raw='"quoted" \\ /')])
    item.geographic_scope = [Place(raw="Chad", id="148", label="Chad", type="country", iso3="TCD")]
    item.metadata = [Entry(label="Date", values=[Value(text="1 May", datetime="2026-05-01", day_first=True)])]
    item.attachments = [Attachment(url="https://portal.example/a.pdf", filename="a.pdf", size=7, sha256="00")]
    item.images = [Image(url="https://portal.example/a.png", alt=None)]
    item.translations = {"fr": "https://portal.example/fr/news", "العربية": ""}
    item.problems = ["date-unparsed"]
    texts = ("file", "record_id", "target_uri", "date", "payload_digest")
    item.warc = Evidence(offset=1, length=2, **dict.fromkeys(texts, "x"))
    return item


def test_every_field_and_every_character_is_written_as_by_the_crawl():
    for item in (full(), full(body_text=EVERY, title=EVERY[:256], is_fallback=True), full(node_id=10**30)):
        assert dump(to_record(item)) == encoded(item)


def test_a_line_that_is_written_again_has_the_same_bytes():
    for item in (full(), full(body_text=EVERY), full(node_id=10**30)):
        assert encoded(item) == dump(load(encoded(item)))


def test_a_note_is_no_note_when_any_of_its_bytes_is_no_text():
    block = dump(to_record(full(id="1@en", fetched_at="2026-01-01T00:00:00Z", run_id="r", body_text="words")))
    assert essence("item", block)
    assert not essence("item", block.replace(b"words", b"w\xf8rds"))
