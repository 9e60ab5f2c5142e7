"""Loops over WARC files, one record after the other, as notebooks have them.

    python loops.py warcio-parsel|fastwarc-lxml|fastwarc-lexbor|trafilatura|hash OUTPUT WARC...

All but ``hash`` write a JSON line for each item; ``hash`` decompresses every record and makes the digests of its
block and payload.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

Read = Callable[[str, bytes, str], Any]
"""(Address, body, charset) -> an item, or None."""


def html_of(files: list[str]) -> Iterator[tuple[str, bytes, str]]:
    """HTML pages with status 200, read with FastWARC: address, body, charset.

    FastWARC 2.0 ends without a word, or fails, in a body that it should gunzip itself.
    """
    import gzip

    from fastwarc.warc import ArchiveIterator, WarcRecordType

    for file in files:
        with open(file, "rb") as stream:  # noqa: PTH123
            for record in ArchiveIterator(stream, record_types=WarcRecordType.response, auto_decode="transfer"):
                if record.http_headers.status_code == 200 and "html" in (record.http_content_type or ""):
                    body = record.reader.read()
                    if record.http_headers.get("Content-Encoding") == "gzip":
                        body = gzip.decompress(body)
                    yield record.headers["WARC-Target-URI"], body, record.http_charset or "utf-8"


def html_by_warcio(files: list[str]) -> Iterator[tuple[str, bytes, str]]:
    from warcio.archiveiterator import ArchiveIterator

    for file in files:
        with open(file, "rb") as stream:  # noqa: PTH123
            for record in ArchiveIterator(stream):
                if record.rec_type != "response" or record.http_headers.get_statuscode() != "200":
                    continue
                if "html" in (record.http_headers.get_header("Content-Type") or ""):
                    url = record.rec_headers.get_header("WARC-Target-URI")
                    yield url, record.content_stream().read(), "utf-8"


def parsel_reader() -> Read:
    from by_hand import with_parsel
    from parsel import Selector

    return lambda url, body, charset: with_parsel(url, Selector(text=body.decode(charset, "replace")))


def lxml_reader() -> Read:
    import by_hand
    from lxml import html

    read = by_hand.lxml_reader()
    return lambda url, body, charset: read(url, html.document_fromstring(body, html.HTMLParser(encoding=charset)))


def lexbor_reader() -> Read:
    from by_hand import with_lexbor
    from resiliparse.parse.html import HTMLTree

    return lambda url, body, charset: with_lexbor(url, HTMLTree.parse_from_bytes(body, charset))


def trafilatura_reader() -> Read:
    from trafilatura import bare_extraction

    def read(url: str, body: bytes, charset: str) -> Any:
        found = bare_extraction(body.decode(charset, "replace"), url=url, with_metadata=True)
        return found and {name: getattr(found, name) for name in ("url", "title", "date", "description", "text")}

    return read


LOOPS: dict[str, tuple[Callable[[list[str]], Iterator[tuple[str, bytes, str]]], Callable[[], Read]]] = {
    "warcio-parsel": (html_by_warcio, parsel_reader),
    "fastwarc-lxml": (html_of, lxml_reader),
    "fastwarc-lexbor": (html_of, lexbor_reader),
    "trafilatura": (html_of, trafilatura_reader),
}


def hashed(files: list[str]) -> int:
    """The number of records; of each block its digest is compared, of each payload it is made."""
    import hashlib

    from fastwarc.warc import ArchiveIterator

    count = 0
    for file in files:
        with open(file, "rb") as stream:  # noqa: PTH123
            for record in ArchiveIterator(stream, parse_http=False):
                algorithm, _, told = (record.headers.get("WARC-Block-Digest") or "sha1:").partition(":")
                block = record.reader.read()
                if told not in {"", hashlib.new(algorithm, block).hexdigest()}:
                    raise SystemExit(f"{record.record_id}: wrong block digest")
                if record.headers.get("WARC-Type") in {"response", "revisit"}:
                    hashlib.new(algorithm, memoryview(block)[block.find(b"\r\n\r\n") + 4 :]).digest()
                count += 1
    return count


def main() -> None:
    name, output, *files = sys.argv[1:]
    with open(output, "w", encoding="utf-8") as stream:  # noqa: PTH123
        if name == "hash":
            print(hashed(files), file=stream)
            return
        pages, reader = LOOPS[name]
        read = reader()
        for page in pages(files):
            if item := read(*page):
                stream.write(json.dumps(item, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
