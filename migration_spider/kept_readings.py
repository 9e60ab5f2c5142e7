"""A cache of what was read from pages, so that a harvest need not read the same bytes again with the same code.

Most pages of a harvest have not changed. The results of reading a page are stored in ``readings.sqlite``, under its
address and a digest of everything that they depend on: status, relevant header fields, body, code of the reader, and
the libraries that parse. What depends on other pages (the template of the site profile) is compared with the values at
the time of reading. If anything differs, is missing or is damaged, the page is read again from the response, which is
always available. So nothing depends on the file, and it can be deleted.

Stored are the values of the members of `Page` and its subclasses, by name. They are put back into a page where it
caches them. A member that is not stored is read when it is used.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import sys
import zlib
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import lxml.etree
import msgspec
import parsel
import scrapy
import w3lib
from msgspec import UNSET, UnsetType
from scrapy.http import Response

from archive.disk import oddity
from migration_spider.items import NewsItem
from migration_spider.pages import Facts, NewsPage, Page, facts_of
from migration_spider.pages.bounds import why_unread
from migration_spider.pages.listing import Row
from migration_spider.pages.parts import Part
from migration_spider.responses.blocked import TELLING_FIELDS
from migration_spider.responses.broken import Shape, shape_of
from migration_spider.responses.requisites import page_requisites
from migration_spider.state.database import free_name
from migration_spider.whole import code_of

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable  # Python 3.11

logger = logging.getLogger(__name__)

T = TypeVar("T")

FILE = "readings.sqlite"
"""Name of the file in ``DATA_DIR``."""

MOST_KEPT = 20_000
"""Pages with an entry, some 5 KB each."""

MADE_FREE = 10
"""From a full file, the next run deletes one in so many entries at random, because some are never used again."""

AT_ONCE = 200
"""Readings written in one transaction."""

_DIGEST = 16
"""Bytes of a digest."""

_SCHEMA = """
PRAGMA journal_mode = TRUNCATE;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS reading (
    url BLOB PRIMARY KEY, answer BLOB NOT NULL, seal BLOB NOT NULL, data BLOB NOT NULL
);
"""
"""Columns: digest of the address, `answer_digest`, digest of that and of the data, `Kept`."""

_CODE = {
    "migration_spider": ("pages", "vocabularies", "items.py", "text.py", "kept_readings.py", "whole.py"),
    "archive": ("charset.py", "entity.py", "message.py", "replay.py"),
}
"""The code that the stored values depend on: package -> its files and folders."""


class Kept(msgspec.Struct, omit_defaults=True):
    """The stored values of one response; UNSET if a value was not used."""

    code: str | UnsetType | None = UNSET
    """Result of `whole.code_of`."""

    shape: Shape | UnsetType | None = UNSET
    unread: str | UnsetType = UNSET
    """Result of `bounds.why_unread`."""

    requisites: list[str] | UnsetType = UNSET
    told: dict[str, int] = {}
    """``named`` if a listing of news names the page, else ``plain`` -> index in `pages.EVIDENCE` of the evidence for
    its kind, -1 for none."""

    # ---- members of pages of any kind
    language: str | UnsetType = UNSET
    base_url: str | UnsetType = UNSET
    canonical_url: str | UnsetType | None = UNSET
    alternates: dict[str, str] | UnsetType = UNSET
    is_fallback: bool | UnsetType = UNSET
    node_type: str | UnsetType | None = UNSET
    node_id: int | UnsetType | None = UNSET
    links: list[tuple[str, str]] | UnsetType = UNSET
    is_cut: bool | UnsetType = UNSET

    # ---- members of listings
    rows: list[Row] | UnsetType = UNSET
    shown: int | UnsetType = UNSET
    total: int | UnsetType | None = UNSET
    pager_links: list[str] | UnsetType = UNSET
    facets: list[tuple[str, str]] | UnsetType = UNSET
    next_url: str | UnsetType | None = UNSET
    further_links: list[str] | UnsetType = UNSET
    earlier_months: list[str] | UnsetType = UNSET
    out_of_reach: str | UnsetType = UNSET

    # ---- members of news
    text: bytes = b""
    """`Text`, encoded separately, because each use needs a new object; empty for none."""


class Text(msgspec.Struct):
    """The values that depend on the template in force, and the parts of the page, as only these matter in it."""

    parts: list[Part]
    template: list[Part]
    """Those of ``parts`` that belonged to the template."""

    left_out: list[Part]
    alone: str
    layout: dict[str, str]
    printed: NewsItem


_MEMBERS = [
    "language", "base_url", "canonical_url", "alternates", "is_fallback", "node_type", "node_id", "links", "is_cut",
    "rows", "shown", "total", "pager_links", "facets", "next_url", "further_links", "earlier_months",
    "out_of_reach",
]  # fmt: skip
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Kept).decode
_decode_text = msgspec.msgpack.Decoder(Text).decode
_UNFIT = (UnicodeEncodeError, OverflowError, TypeError)
"""Errors in encoding half of a surrogate pair or a number over 64 bits, which pages may have, or a string of lxml."""


@cache
def reader_digest() -> bytes:
    """The digest of all code that readings depend on. Raises OSError: It cannot be read."""
    hasher = hashlib.blake2b(digest_size=_DIGEST)
    libraries = (lxml.etree.LXML_VERSION, lxml.etree.LIBXML_VERSION, parsel.__version__, w3lib.__version__)
    hasher.update(repr((sys.version, scrapy.__version__, libraries)).encode())
    for package, names in _CODE.items():
        for name in names:
            for path, data in _sources(files(package).joinpath(name)):
                hasher.update(b"%s %d %s" % (path.encode(), len(data), data))
    return hasher.digest()


def _sources(place: Traversable) -> Iterable[tuple[str, bytes]]:
    if place.is_dir():
        for inner in sorted(place.iterdir(), key=lambda entry: entry.name):
            if inner.name != "__pycache__":
                yield from _sources(inner)
    else:
        yield place.name, place.read_bytes()


def answer_digest(response: Response) -> bytes:
    """The digest of everything in a response that a reading depends on."""
    fields = [(name, response.headers.getlist(name)) for name in TELLING_FIELDS]
    hasher = hashlib.blake2b(reader_digest(), digest_size=_DIGEST)
    hasher.update(repr((response.url, response.status, type(response).__name__, fields)).encode())
    hasher.update(response.body)
    return hasher.digest()


class Reading:
    """The values read from one response, either stored earlier or read at the first use."""

    def __init__(self, response: Any, kept: Kept, *, lasts: bool) -> None:
        self._response = response
        self._kept = kept
        self._lasts = lasts
        """Whether it is stored for later runs."""

    @property
    def code(self) -> str | None:
        """The code of a blocked page, see `whole.code_of`."""
        return self._value("code", lambda: code_of(self._response))

    @property
    def shape(self) -> Shape | None:
        """How complete the page is, see `broken.shape_of`."""
        return self._value("shape", lambda: shape_of(self._response.text))

    @property
    def why_unread(self) -> str:
        """Why the page cannot be parsed, see `bounds.why_unread`."""
        return self._value("unread", lambda: why_unread(self._response.text))

    @property
    def requisites(self) -> list[str]:
        """See `page_requisites`."""
        return self._value("requisites", lambda: page_requisites(self._response.url, self._response.selector))

    def facts(self, named_as_news: bool | Callable[[Page], bool]) -> Facts:
        """See `facts_of`."""
        response = self._response
        facts = facts_of(response.url, lambda: response.selector, named_as_news, self._kept.told)
        for name in _MEMBERS:
            if (value := getattr(self._kept, name)) is not UNSET:
                facts.page.__dict__[name] = value
        return facts

    def fit(self, page: NewsPage) -> None:
        """Put the stored text into ``page``, if it was read with the same template."""
        try:
            text = _decode_text(self._kept.text) if self._kept.text else None
        except ValueError:  # a value has another type than declared, which the encoder does not check
            return
        if text is None or set(text.parts) & page.template != set(text.template):
            return
        page.__dict__.update(
            parts=dict.fromkeys(text.parts),
            left_out=frozenset(text.left_out),
            alone=text.alone,
            layout=text.layout,
            printed=text.printed,
        )

    def note(self, *pages: Page | None) -> None:
        """Store the values that ``pages``, the same page as several kinds, have read so far."""
        for page in pages:
            for name, value in page.__dict__.items() if page is not None else ():
                if name in _MEMBERS:
                    setattr(self._kept, name, value)

    def note_text(self, page: NewsPage) -> None:
        """Store the text of ``page`` and its item as printed, unless they came from the store."""
        if not self._lasts or "printed" in page.__dict__:
            return
        template = [part for part in page.parts if part in page.template]
        text = Text(list(page.parts), template, list(page.left_out), page.alone, page.layout, page.printed)
        try:
            self._kept.text = _encode(text)
        except _UNFIT:
            self._kept.text = b""

    def _value(self, name: str, read: Callable[[], T]) -> T:
        value = getattr(self._kept, name)
        if value is UNSET:
            value = read()
            setattr(self._kept, name, value)
        known: T = value
        return known


class KeptReadings:
    """The readings in the file ``path``; without a path nothing is stored, but each response is still read only once.

    A file that cannot be used is logged, and ignored or renamed and replaced, because it only saves time.

    Stats, by ``count``: ``migration/readings/reused``, ``migration/readings/kept``, ``migration/readings/unusable``.
    """

    def __init__(self, path: Path | None = None, count: Callable[[str], None] = lambda name: None) -> None:
        self._count = count
        self._known: WeakKeyDictionary[Response, tuple[Kept, bytes, bytes]] = WeakKeyDictionary()
        """Response -> its values, the encoded values in the file, and its digest."""
        self._room = 0
        self._unwritten = 0
        self._db: sqlite3.Connection | None = None
        self._path = path
        if path is not None:
            self._open(path)

    def of(self, response: Response) -> Reading:
        """Return the reading of ``response``, the same for all callers until `keep`."""
        known = self._known.get(response)
        if known is None:
            digest = answer_digest(response) if self._db is not None else b""
            known = self._known[response] = (*self._find(response.url, digest), digest)
        return Reading(response, known[0], lasts=self._db is not None)

    def keep(self, response: Response) -> None:
        """Write what was read from ``response``, unless the file already has it. Call it after the last use."""
        known = self._known.pop(response, None)
        if known is None or self._db is None or response.status != 200:
            return
        kept, before, digest = known
        try:
            data = _encode(kept)
        except _UNFIT:
            return
        if data == before:
            return
        self._room -= not before
        if self._room < 0:
            return
        packed = zlib.compress(data, 1)
        row = (_digest(response.url.encode("utf-8", "surrogatepass")), digest, _digest(digest, packed), packed)
        self._do("INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?)", *row)
        self._count("readings/kept")
        self._unwritten += 1
        if self._unwritten >= AT_ONCE:
            self._unwritten = 0
            self._do("COMMIT")
            self._do("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Write the rest, and close the file."""
        self._do("COMMIT")
        if self._db is not None:
            self._db.close()
            self._db = None

    def _find(self, url: str, digest: bytes) -> tuple[Kept, bytes]:
        """The stored values of a response, decoded and encoded."""
        query = "SELECT seal, data FROM reading WHERE url = ? AND answer = ?"
        rows = self._do(query, _digest(url.encode("utf-8", "surrogatepass")), digest)
        if not rows:
            return Kept(), b""
        seal, packed = rows[0]
        try:
            if seal != _digest(digest, packed):
                raise ValueError("its bytes are not those that were written")  # noqa: TRY301  (told below)
            data = zlib.decompressobj().decompress(packed, 64 << 20)  # bytes; the values of all pages are smaller
            kept = _decode(data)
        except (ValueError, TypeError, zlib.error) as error:
            self._count("readings/unusable")
            logger.info("Read again: %s (its entry in %s cannot be used: %s)", url, self._path, error)
            return Kept(), b""
        self._count("readings/reused")
        return kept, data

    def _open(self, path: Path) -> None:
        if odd := oddity(path):
            self._give_up(f"it {odd}")
            return
        for attempt in ("as it is", "anew"):
            try:
                reader_digest()
                self._db = sqlite3.connect(path, isolation_level=None)
                self._db.executescript(_SCHEMA)
                (count,) = self._db.execute("SELECT count(*) FROM reading").fetchone()
                self._db.execute("BEGIN IMMEDIATE")
                if count >= MOST_KEPT:
                    query = "DELETE FROM reading WHERE url IN (SELECT url FROM reading ORDER BY random() LIMIT ?)"
                    count -= (free := count - MOST_KEPT + -(-MOST_KEPT // MADE_FREE))
                    self._db.execute(query, (free,))
                self._room = MOST_KEPT - count
            except (OSError, sqlite3.Error) as error:
                self._give_up(str(error))
                if attempt == "anew" or isinstance(error, OSError | sqlite3.OperationalError):
                    return
                try:
                    path.replace(free_name(path))
                except OSError:
                    return
            else:
                return

    def _do(self, query: str, *values: Any) -> list[Any]:
        if self._db is not None:
            try:
                return self._db.execute(query, values).fetchall()
            except sqlite3.Error as error:
                self._give_up(str(error))
        return []

    def _give_up(self, why: str) -> None:
        """Continue without the file."""
        self._count("readings/unusable")
        logger.warning("Pages are read again: %s cannot be used (%s); you can delete it", self._path, why)
        if self._db is not None:
            self._db.close()
            self._db = None


def _digest(*parts: bytes) -> bytes:
    hasher = hashlib.blake2b(digest_size=_DIGEST)
    for part in parts:
        hasher.update(part)
    return hasher.digest()
