"""Lines of items, as records and as bytes."""

from archive.dataset.lines import dump


def record(item_id, version=1, digest="aa"):
    return {
        "id": item_id,
        "url": f"http://portal.example/{item_id}",
        "version": version,
        "content_sha256": digest,
        "first_seen": "2024-01-01T00:00:00Z",
        "last_changed": "2024-01-02T00:00:00Z",
        "fetched_at": "2024-01-02T00:00:00Z",
        "run_id": "run",
        "warc": {
            **dict.fromkeys(("file", "record_id", "target_uri", "date", "payload_digest"), "x"),
            "offset": 0,
            "length": 9,
        },
    }


HALF = dump(record("1@en")).replace(b'"url"', rb'"title":"\ud800","url"')
"""A line with half of a surrogate pair, which is no character."""
