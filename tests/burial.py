"""A run that finds an item gone, as `scrapy harvest` leaves it: the answer, the tombstone's record, the line."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from archive import Draft, WarcWriter
from archive.message import split_head
from archive.warc.file import digest
from archive.warc.record import format_date, new_record_id
from migration_spider import EXTRACTOR
from migration_spider.items import TOMBSTONE_MEDIA_TYPE

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<h1>Page not found</h1>"
REASONS = {404: "gone", 403: "unpublished", 301: "redirected"}


def bury(data: Path, item_id: str, status: int = 404, *, with_line: bool = True, run_id: str = "") -> dict[str, Any]:
    """Let the archive in ``data`` end with a run that found ``item_id`` gone; returns the line."""
    file = data / "items" / "news.jsonl"
    last = [line for line in map(json.loads, file.read_text(encoding="utf-8").splitlines()) if line["id"] == item_id][
        -1
    ]
    run_id = run_id or f"run-{last['version'] + 1}"
    date = format_date(datetime.now(timezone.utc))
    block = NOT_FOUND.replace(b"404 Not Found", b"%d No" % status)
    if status == 301:
        block = block.replace(b"\r\n\r\n", b"\r\nLocation: /elsewhere\r\n\r\n", 1)
    proof, payload_digest = new_record_id(), digest(split_head(block)[1])
    fields = [
        ("WARC-Type", "response"),
        ("WARC-Record-ID", proof),
        ("WARC-Date", date),
        ("WARC-Target-URI", last["url"]),
        ("WARC-Payload-Digest", payload_digest),
        ("Content-Type", "application/http;msgtype=response"),
    ]
    info = [("http-header-user-agent", EXTRACTOR.replace(" ", "/")), ("isPartOf", run_id)]
    writer = WarcWriter(data / "warc", prefix="migrationnetwork", info=info)
    (span,) = writer.write([Draft("response", fields, block, proof)])
    line = {
        **{name: last[name] for name in ("id", "node_id", "url", "language", "title")},
        "version": last["version"] + 1,
        "tombstone": {"reason": REASONS[status], "status": status, "confirmed": 2},
        "first_seen": last["first_seen"],
        **dict.fromkeys(("last_changed", "fetched_at"), date[:19] + "Z"),
        "run_id": run_id,
        "extractor": EXTRACTOR,
        "warc": {
            "file": span.file,
            "offset": span.offset,
            "length": span.length,
            "record_id": proof,
            "target_uri": last["url"],
            "date": date,
            "payload_digest": payload_digest,
        },
    }
    note = new_record_id()
    fields = [
        ("WARC-Type", "metadata"),
        ("WARC-Record-ID", note),
        ("WARC-Date", date),
        ("WARC-Target-URI", f"urn:item:{last['url']}"),
        ("WARC-Refers-To", proof),
        ("Content-Type", TOMBSTONE_MEDIA_TYPE),
    ]
    writer.write([Draft("metadata", fields, json.dumps(line, ensure_ascii=False).encode(), note)])
    writer.close()
    if with_line:
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    return line
