"""Files that a test has written, whole or left behind by a writer that was killed."""

from __future__ import annotations

import os
from pathlib import Path

from archive import Draft, WarcWriter
from archive.warc.record import new_record_id


def response(body: bytes, uri: str = "http://127.0.0.1/") -> Draft:
    record_id = new_record_id()
    fields = [
        ("WARC-Type", "response"),
        ("WARC-Record-ID", record_id),
        ("WARC-Date", "2026-01-02T03:04:05.678901Z"),
        ("WARC-Target-URI", uri),
        ("Content-Type", "application/http;msgtype=response"),
    ]
    return Draft("response", fields, b"HTTP/1.1 200 OK\r\nX-Odd : \xff\r\n\r\n" + body, record_id)


class Failing:
    size = 2_000_000
    reads = 0

    def chunks(self):
        self.reads += 1
        if self.reads == 1:  # for the digest
            yield bytes(self.size)
            return
        yield os.urandom(1_000_000)
        raise OSError("no more of it")


def write_some(directory: Path, bodies=(b"one", b"two"), **options):
    writer = WarcWriter(directory, **options)
    drafts = [response(body) for body in bodies]
    spans = [writer.write([draft])[0] for draft in drafts]
    writer.close()
    return drafts, spans


def left_behind(directory: Path) -> Path:
    _, spans = write_some(directory)
    finished = directory / spans[0].file
    return finished.rename(finished.with_name(finished.name + ".open"))
