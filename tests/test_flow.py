"""The load-bearing test: crawl, then prove every item from the archive alone."""

import json
from collections import Counter
from hashlib import sha256
from types import SimpleNamespace

import pytest
from scrapy.http import HtmlResponse

from archive import iter_records, read_record
from migration_spider.items import Evidence, to_record
from migration_spider.normalize.item import finish, normalize
from migration_spider.pages import page_for
from tests.crawling import crawl, items, stats
from tests.portal import Portal


def reparse(line, record, attachments):
    """The item line again, from the archived record; times and versions are the store's and taken over."""
    headers = dict(record.http_headers)
    page_text = HtmlResponse(line["url"], headers={"Content-Type": headers["Content-Type"]}, body=record.payload)
    page = page_for(line["url"], page_text.selector, named_as_news=True)
    item = page.to_item()
    normalize(item)
    for attachment in item.attachments:
        facts = attachments.get(attachment.url)
        if facts:
            attachment.sha256, attachment.size, attachment.media_type = facts
        else:
            item.problems.append("attachment-not-fetched")
    finish(item)
    item.warc = Evidence(**line["warc"])
    for name in ("version", "first_seen", "last_changed", "fetched_at", "run_id", "extractor"):
        setattr(item, name, line[name])
    return to_record(item)


def responses(data, *types):
    for file in sorted((data / "warc").glob("*.warc.gz")):
        for record in iter_records(file):
            if record.type in (types or {"response"}):
                yield record


def test_every_item_is_read_again_from_its_cited_bytes(demo):
    files = {
        record.target_uri: (
            sha256(record.payload).hexdigest(),
            len(record.payload),
            record.http_headers.get("Content-Type", "").split(";")[0],
        )
        for record in responses(demo.data)
        if record.status == 200
    }
    lines = items(demo.data)
    assert len(lines) > 400
    for line in lines:
        where = line["warc"]
        record = read_record(demo.data / "warc" / where["file"], where["offset"], where["length"])
        assert where["record_id"] == record.record_id
        assert where["target_uri"] == record.target_uri
        assert where["payload_digest"] == record.headers.get("WARC-Payload-Digest")
        assert line == json.loads(json.dumps(reparse(line, record, files)))


def test_every_item_stands_in_the_archive_as_metadata_of_its_page(demo):
    records = [
        record
        for file in (demo.data / "warc").glob("*.warc.gz")
        for record in iter_records(file)
        if "item+json" in (record.content_type or "")
    ]
    stored = {record.headers.get("WARC-Refers-To"): json.loads(record.block) for record in records}
    assert {line["warc"]["record_id"]: line for line in items(demo.data)} == stored
    # Under the page's own address replay tools would show the record instead of the page.
    assert {line["url"] for line in stored.values()} == {r.target_uri.removeprefix("urn:item:") for r in records}
    assert {True} == {record.target_uri.startswith("urn:item:") for record in records}


def test_every_request_of_the_portal_is_in_the_archive(demo):
    asked = Counter((demo.url + path, status) for _, path, status, _ in demo.requests)
    archived = Counter((record.target_uri, record.status) for record in responses(demo.data, "response", "revisit"))
    assert asked == archived


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    """A site crawled twice: ``data``, ``first`` (lines of the first run), ``asked`` (URL -> how often)."""
    data = tmp_path_factory.mktemp("twice")
    with Portal(nodes=8) as portal:
        crawl(data, site=portal.url)
        first = (data / "items" / "news.jsonl").read_bytes()
        crawl(data, site=portal.url)
        asked = Counter(portal.url + path for _, path, _, _ in portal.requests)
    return SimpleNamespace(data=data, first=first, asked=asked)


def test_the_second_run_adds_no_line(twice):
    assert twice.first == (twice.data / "items" / "news.jsonl").read_bytes()
    assert len(items(twice.data)) == stats(twice.data)["migration/items/unchanged"]


def test_the_second_run_stores_no_payload_again(twice):
    archived = Counter(record.target_uri for record in responses(twice.data, "response", "revisit"))
    assert twice.asked == archived
    stored = Counter(
        (record.target_uri, record.status, record.payload)
        for record in responses(twice.data)
        if len(record.payload) >= 256
    )
    assert len(stored) > 50
    assert [] == [(uri, status) for (uri, status, _), times in stored.items() if times > 1]
    for line in items(twice.data):
        where = line["warc"]
        record = read_record(twice.data / "warc" / where["file"], where["offset"], where["length"])
        assert ("response", where["target_uri"]) == (record.type, record.target_uri)
