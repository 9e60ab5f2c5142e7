"""WARC files as other crawlers write them, of pages of the demo portal, and what a rebuild makes of them."""

import io
import json
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.crawling import scrapy
from tests.portal.site import Site

BASE = "http://portal.example"
SITE = Site(BASE, nodes=12)
TRUTH = {
    row["url"]: row for row in SITE.truth() if row["lang"] == "en" and not row.get("redirected") and row.get("title")
}
URLS = sorted(TRUTH)[:6]
DATE = "2019-03-0{}T10:00:00Z"


def page(url):
    return SITE.answer(urlsplit(url).path).body


class Writer(WARCWriter):
    """Leaves no temporary files open."""

    @classmethod
    def _create_temp_file(cls):
        return io.BytesIO()


class Warc:
    """A WARC file made with warcio, as other crawlers do."""

    def __init__(self, version="1.0", packed=True):
        self.data = io.BytesIO()
        self.writer = Writer(self.data, gzip=packed, warc_version=version)
        self.spans = []

    def add(self, record):
        start = self.data.tell()
        self.writer.write_record(record)
        self.spans.append((start, self.data.tell() - start))
        return record.rec_headers

    def response(self, url, body, date="2019-03-01T10:00:00Z", media_type="text/html; charset=utf-8"):
        head = StatusAndHeaders("200 OK", [("Content-Type", media_type)], protocol="HTTP/1.1")
        return self.add(
            self.writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), http_headers=head, warc_headers_dict={"WARC-Date": date}
            )
        )

    def revisit(self, url, original, date, without=(), bare=False):
        headers = None if bare else StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        record = self.writer.create_revisit_record(
            url,
            original.get_header("WARC-Payload-Digest"),
            original.get_header("WARC-Target-URI"),
            original.get_header("WARC-Date"),
            http_headers=headers,
            warc_headers_dict={"WARC-Date": date},
        )
        for name in without:
            record.rec_headers.remove_header(name)
        return self.add(record)

    def other(self, kind, url, body, content_type, **fields):
        return self.add(
            self.writer.create_warc_record(
                url, kind, payload=io.BytesIO(body), warc_content_type=content_type, warc_headers_dict=fields
            )
        )

    def save(self, path):
        path.write_bytes(self.data.getvalue())
        return path


def reparse(tmp_path, *files, code=0, words=()):
    """(items, what was printed)."""
    output = tmp_path / "items.jsonl"
    output.unlink(missing_ok=True)
    printed = scrapy("reparse", "--output", output, *words, *files, code=code).decode()
    return [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()], printed


def small(urls=URLS, **options):
    warc = Warc(**options)
    for url in urls:
        warc.response(url, page(url))
    return warc


def titles(items):
    return sorted((item["url"], item["title"]) for item in items)


def wanted(urls=URLS):
    return sorted((url, TRUTH[url]["title"]) for url in urls)
