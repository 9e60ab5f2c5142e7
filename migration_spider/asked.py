"""Finds the page for the argument of a command: the id of an item, an archived address, or a saved file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from parsel import Selector
from scrapy.http import HtmlResponse, Response

from archive.dataset.lines import is_tombstone
from archive.replay import response_of
from migration_spider import evidence
from migration_spider.exceptions import MigrationError
from migration_spider.pages import Page, page_for
from migration_spider.pages.bounds import is_parseable
from migration_spider.reparse.reading import Seen, record_at, scan_file
from migration_spider.reparse.source import Source, own_files, sources
from migration_spider.responses.blocked import CODES
from migration_spider.whole import code_of

NOWHERE = "https://page.invalid/"
"""Address of a file that names none (RFC 2606)."""

NO_PAGES = (b"\x1f\x8b", b"WARC/", b"PK\x03\x04", b"%PDF-")
"""How files begin that are easily named for a page: gzip (a WARC file), WARC, ZIP (WACZ), PDF."""

LONGEST_CHAIN = 10
"""Redirects that are followed."""


class NoSuchPageError(MigrationError):
    """Neither an item nor an archived page nor a file is what was asked for. Raised by :func:`find`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An HTML page and its address."""

    url: str
    text: str
    named_as_news: bool
    """Whether a listing of news named it."""

    blocked: str | None = None
    """What else stands in its place, in words."""

    def page(self) -> Page:
        """As the crawl reads it."""
        return page_for(self.url, Selector(self.text), named_as_news=self.named_as_news)


def find(asked: str, data: Path, *, url: str | None = None, named_as_news: bool = False) -> Asked:
    """The page that ``asked`` names.

    Args:
        asked: a file; else the id of an item; else an address in the archive, with or without its host.
        data: the folder with ``items`` and ``warc``.
        url: the address of a file (default: what it calls canonical).
        named_as_news: whether a listing of news named the page; every item counts as named.

    Raises:
        NoSuchPageError: there is none, or it is no HTML page.
        ArchiveError: its record is damaged or missing.
    """
    if Path(asked).is_file():
        response: Response | None = _of_file(Path(asked), url)
    elif url is not None:
        raise NoSuchPageError(f"{asked}: no such file; --url tells the address of a file")
    else:
        response = _of_item(asked, data)
        named_as_news = named_as_news or response is not None
        if response is None and _is_address(asked):
            response = _of_archive(asked, data / "warc")
    if response is None:
        raise NoSuchPageError(
            f"no file, item or archived page {asked} (archive: {data / 'warc'}): "
            "fetch it with scrapy crawl news -a urls=..., or give -s DATA_DIR=..."
        )
    if not isinstance(response, HtmlResponse):
        raise NoSuchPageError(f"{asked}: no HTML page")
    text = response.text
    if not is_parseable(text):
        raise NoSuchPageError(f"{asked}: too large, or too many attributes in one tag, to be parsed")
    address = response.url
    if address == NOWHERE:
        address = Page(address, response.selector).canonical_url or address
    code = code_of(response)
    return Asked(address, text, named_as_news, CODES[code] if code else None)


def _of_file(file: Path, url: str | None) -> Response:
    body = file.read_bytes()
    if body.startswith(NO_PAGES):
        raise NoSuchPageError(f"{file}: no HTML page; of an archive, name an item or the address of a page")
    return HtmlResponse(url or NOWHERE, body=body)


def _is_address(asked: str) -> bool:
    return asked.startswith(("http://", "https://", "/"))


def _of_item(asked: str, data: Path) -> Response | None:
    """The last page there was of an item. Raises ArchiveError."""
    lines = data / "items" / "news.jsonl"
    if not lines.exists():
        return None
    try:
        found = evidence.versions(lines, asked)
    except evidence.NoSuchItemError:
        if _is_address(asked):
            return None
        raise
    line = ([one for one in found if not is_tombstone(one)] or found)[-1]
    record = evidence.record_of(line, data / "warc")
    return response_of(line["url"], record.status or 200, record.http_headers, record.payload)


def _of_archive(asked: str, folder: Path) -> Response | None:
    """What ``asked`` answered last with status 200, redirects followed. Raises ArchiveError."""
    files = list(reversed(sources(own_files(folder))))
    for _ in range(LONGEST_CHAIN):
        met = _last(files, ("answer", "redirect", "revisit"), url=asked)
        if met is None:
            return None
        _, seen = met
        if seen.type == "redirect":
            asked = seen.told
            continue
        if seen.type == "revisit":
            known = {"record_id": seen.refers_to} if seen.refers_to else {"digest": seen.digest}
            met = _last(files, ("answer",), **known)
            if met is None:
                return None
        source, stored = met
        record = record_at(source, stored.offset, stored.length)
        return response_of(seen.url, 200, record.http_headers, record.payload)
    return None


def _last(files: list[Source], types: tuple[str, ...], **known: str) -> tuple[Source, Seen] | None:
    """The last record of one of ``types`` with what is ``known``, in the newest of ``files`` that has one.

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
