"""Finds the page for the argument of a command: the id of an item, an archived address, or a saved file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from parsel import Selector
from scrapy.http import HtmlResponse, Response

from archive.dataset.lines import is_tombstone
from archive.replay import in_known_encoding, response_of
from migration_spider import evidence
from migration_spider.exceptions import MigrationError
from migration_spider.pages import Page, page_for
from migration_spider.pages.bounds import why_unread
from migration_spider.reparse.reading import Seen, record_at, scan_file
from migration_spider.reparse.source import Source, own_files, sources
from migration_spider.responses.blocked import CODES
from migration_spider.whole import code_of

NOWHERE = "https://page.invalid/"
"""Address of a file without one (RFC 2606)."""

NO_PAGES = (b"\x1f\x8b", b"WARC/", b"PK\x03\x04", b"%PDF-")
"""First bytes of files that are easily given instead of a page: gzip (a WARC file), WARC, ZIP (WACZ), PDF."""

LONGEST_CHAIN = 10
"""Redirects in a row that are followed."""


class NoSuchPageError(MigrationError):
    """The argument is not the name of an item, an archived page or a file. Raised by :func:`find`."""


@dataclass(frozen=True, slots=True)
class RequestedPage:
    """An HTML page and its address."""

    url: str
    text: str
    named_as_news: bool
    """Whether a listing of news has a link to it."""

    blocked: str | None = None
    """What came instead of the page, in words, if it is blocked."""

    def page(self) -> Page:
        """The page as the crawl reads it."""
        return page_for(self.url, Selector(self.text), named_as_news=self.named_as_news)


def find(name: str, data: Path, *, url: str | None = None, named_as_news: bool = False) -> RequestedPage:
    """Find the page that ``name`` means.

    Args:
        name: A file, or else the id of an item, or else an address in the archive, with or without its host.
        data: The folder with ``items`` and ``warc``.
        url: The address of a file; by default its canonical address.
        named_as_news: Whether a listing of news has a link to the page; this is always assumed of items.

    Raises:
        NoSuchPageError: There is none, or it is not an HTML page.
        ArchiveError: Its record is damaged or missing.
    """
    if Path(name).is_file():
        response: Response | None = _of_file(Path(name), url)
    elif url is not None:
        raise NoSuchPageError(f"{name}: no such file; --url tells the address of a file")
    else:
        response = _of_item(name, data)
        named_as_news = named_as_news or response is not None
        if response is None and _is_address(name):
            response = _of_archive(name, data / "warc")
    if response is None:
        raise NoSuchPageError(
            f"no file, item or archived page {name} (archive: {data / 'warc'}): "
            "fetch it with scrapy crawl news -a urls=..., or give -s DATA_DIR=..."
        )
    if not isinstance(response, HtmlResponse):
        raise NoSuchPageError(f"{name}: no HTML page")
    text = response.text
    if why := why_unread(text):
        raise NoSuchPageError(f"{name}: {why}")
    address = response.url
    if address == NOWHERE:
        address = Page(address, response.selector).canonical_url or address
    code = code_of(response)
    return RequestedPage(address, text, named_as_news, CODES[code] if code else None)


def _of_file(file: Path, url: str | None) -> Response:
    body = file.read_bytes()
    if body.startswith(NO_PAGES):
        raise NoSuchPageError(f"{file}: no HTML page; of an archive, name an item or the address of a page")
    return in_known_encoding(HtmlResponse(url or NOWHERE, body=body))


def _is_address(name: str) -> bool:
    return name.startswith(("http://", "https://", "/"))


def _of_item(name: str, data: Path) -> Response | None:
    """The last page of an item, or None. Raises ArchiveError."""
    lines = data / "items" / "news.jsonl"
    if not lines.exists():
        return None
    try:
        versions = evidence.versions(lines, name)
    except evidence.NoSuchItemError:
        if _is_address(name):
            return None
        raise
    line = ([version for version in versions if not is_tombstone(version)] or versions)[-1]
    record = evidence.record_of(line, data / "warc")
    return response_of(line["url"], record.status or 200, record.http_headers, record.payload)


def _of_archive(name: str, folder: Path) -> Response | None:
    """The last response of ``name`` with status 200, after redirects, or None. Raises ArchiveError."""
    files = list(reversed(sources(own_files(folder))))
    for _ in range(LONGEST_CHAIN):
        last = _last(files, ("answer", "redirect", "revisit"), url=name)
        if last is None:
            return None
        _, seen = last
        if seen.type == "redirect":
            name = seen.told
            continue
        if seen.type == "revisit":
            known = {"record_id": seen.refers_to} if seen.refers_to else {"digest": seen.digest}
            last = _last(files, ("answer",), **known)
            if last is None:
                return None
        source, stored = last
        record = record_at(source, stored.offset, stored.length)
        return response_of(seen.url, 200, record.http_headers, record.payload)
    return None


def _last(files: list[Source], types: tuple[str, ...], **known: str) -> tuple[Source, Seen] | None:
    """The last record of one of ``types`` with the ``known`` value, in the newest of ``files`` that has one.

    An address may lack its host.
    """
    ((name, value),) = known.items()
    for source in files:
        for seen in reversed(scan_file(source)):
            if isinstance(seen, Seen) and seen.type in types:
                own = getattr(seen, name)
                if value == own or (name == "url" and value == evidence.path_of(own)):
                    return source, seen
    return None
