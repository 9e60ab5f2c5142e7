"""What is called stored is on the disk, its evidence first: seen in the order of the system calls of a crawl."""

import json

from warcio.archiveiterator import ArchiveIterator

from migration_spider.items import ITEM_MEDIA_TYPE
from tests.crawling import crawl, items, stats
from tests.portal import Portal
from tests.portal.answer import Answer
from tests.portal.client import get


def item_records(folder):
    """(id, version) -> (inode of the WARC file, end of the metadata record that holds the item)."""
    found = {}
    for path in folder.glob("*.warc.gz"):
        with path.open("rb") as stream:
            records = ArchiveIterator(stream)
            for record in records:
                if record.rec_headers.get_header("Content-Type") == ITEM_MEDIA_TYPE:
                    item, offset = json.load(record.content_stream()), records.get_record_offset()
                    end = offset + records.get_record_length()
                    found[item["id"], item["version"]] = path.stat().st_ino, end
    return found


def first(events, **wanted):
    """Number of the first event that synced the file ``synced`` up to ``size`` or further."""
    return next(
        (n for n, one in enumerate(events) if one.get("synced") == wanted["synced"] and one["size"] >= wanted["size"]),
        None,
    )


def test_the_archive_is_synced_then_the_line_written_and_synced_then_the_item_counted(tmp_path):
    with Portal(nodes=4) as portal:
        # The archive is synced by nobody else meanwhile.
        settings = {"STATS_CLASS": "tests.tracing.Tracer", "ARCHIVE_FSYNC_INTERVAL": 3600}
        crawl(tmp_path, "languages=en", site=portal.url, **settings)
    events = [json.loads(event) for event in (tmp_path / "trace.jsonl").read_text().splitlines()]
    counted = [n for n, event in enumerate(events) if event.get("counted") == "migration/items/new"]
    file = tmp_path / "items" / "news.jsonl"
    lines, records, begin = file.read_bytes().splitlines(keepends=True), item_records(tmp_path / "warc"), 0
    assert 2 < len(lines) == len(counted)
    for line, stored in zip(lines, counted, strict=True):
        item, end = json.loads(line), begin + len(line)
        warc, record_end = records[item["id"], item["version"]]
        archived = first(events, synced=warc, size=record_end)
        synced = first(events, synced=file.stat().st_ino, size=end)
        assert archived is not None
        assert synced is not None
        assert events[archived]["lines"] == begin, "the line was there before its evidence was safe"
        assert archived < synced < stored
        begin = end


def test_an_item_met_at_two_addresses_in_one_run_is_one_version(tmp_path, monkeypatch):
    with Portal(nodes=4) as portal:
        row = next(row for row in portal.truth() if row["lang"] == "en")
        page = get(portal, row["url"].removeprefix(portal.url)).body
        other = Answer(200, body=page.replace(b"</h1>", b", again</h1>"))
        own = portal.faults.instead
        monkeypatch.setattr(portal.faults, "instead", lambda target: other if target == "/again" else own(target))
        wanted = tmp_path / "urls.txt"
        wanted.write_text(f"{row['url']}\n{portal.url}/again\n")
        crawl(tmp_path / "data", f"urls={wanted}", site=portal.url)
    assert [(f"{row['nid']}@en", 1)] == [(line["id"], line["version"]) for line in items(tmp_path / "data")]
    assert 1 == stats(tmp_path / "data")["migration/items/again"]
