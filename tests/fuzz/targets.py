"""What is fed with bytes, and what has to hold of it. A target returns nothing; whatever it raises is a fault."""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

from protego import Protego

from archive import ArchiveError
from archive.cdxj import iter_captures, lookup, read_capture, surt, write_index
from archive.cdxj.files import WarcFile, manifest_path, read_damage, read_manifest
from archive.cdxj.line import parse_line
from archive.entity import decode_entity
from archive.message import Fields, parse_fields, redact, split_head, split_interim, status_of
from archive.replay import response_of
from archive.verify import Verification
from archive.wacz.reading import WaczFile
from archive.warc.reader import stream_records
from archive.warc.walk import DamageError, Gap, walk
from migration_spider.exceptions import StateError
from migration_spider.normalize.date_order import order_told, reads_both_ways
from migration_spider.normalize.dates import parse_date
from migration_spider.normalize.item import normalize
from migration_spider.pages import ListingPage, NewsPage, page_for
from migration_spider.pages.bounds import is_parseable
from migration_spider.reparse.notes import KINDS, essence, note_of
from migration_spider.reparse.source import SourceError, sources
from migration_spider.report import record
from migration_spider.report.checking import ReportError
from migration_spider.report.read import read_report
from migration_spider.responses.feeds import feed_problem, rss_links, sitemap_links, sitemap_problem
from migration_spider.responses.xml_files import MAX_BYTES
from migration_spider.site_learner import SiteLearner
from migration_spider.site_profile import ProfileError, parse
from migration_spider.state import database, lines
from migration_spider.state.positions import Positions

Target = Callable[[bytes], None]

_DISK = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  (files of one process, in memory)
_FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-", dir=_DISK))
_UNPACKED = 1 << 16
_TIMES = 40
"""Times that a file may be read."""


def _file(name: str, data: bytes) -> Path:
    path = _FOLDER / name
    path.write_bytes(data)
    return path


class _Counting(io.BytesIO):
    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


# ---- 3 parse


def page(data: bytes) -> None:
    """A page, whatever it is: its kind, and the item that it makes."""
    answer = response_of("https://example.org/en/node/1", 200, Fields([("Content-Type", "text/html")]), data)
    if not is_parseable(answer.text):
        return
    found = page_for(answer.url, answer.selector, named_as_news=True)
    if isinstance(found, ListingPage):
        assert all(row.url for row in found.rows)
    if isinstance(found, NewsPage):
        item = found.to_item()
        normalize(item)
        assert "<script" not in item.body_html.lower()
        assert "javascript:" not in item.body_html.lower().replace("&#", "")
        assert "\0" not in item.title + item.body_text


def block(data: bytes) -> None:
    """The metadata block: ``data`` is what stands in it."""
    inner = data.decode("utf-8", "replace")
    page(f'<html lang="en"><main><h1>News</h1><dl>{inner}</dl><p>{"A text. " * 60}</p></main>'.encode())


def dates(data: bytes) -> None:
    """A date is read or is not, always in the same way, and what is read is a day."""
    raw, _, stamp = data.decode("utf-8", "replace").partition("\n")
    for language in ("en", "ar", "zh-hant"):
        day, _ = parse_date(raw, stamp or None, language)
        assert day is None or date.fromisoformat(day).isoformat() == day
        assert day == parse_date(raw, stamp or None, language)[0]
    order_told(raw, stamp or None)
    reads_both_ways(raw, stamp or None)


def feed(data: bytes) -> None:
    """RSS, Atom, sitemaps."""
    kind, entries = sitemap_links(data)
    assert kind in ("index", "urlset")
    for url in [*rss_links(data), *(entry.url for entry in entries)]:
        assert url.startswith(("http://", "https://"))
        assert len(url) <= MAX_BYTES
    sitemap_problem(data)
    feed_problem(data)


def robots(data: bytes) -> None:
    """robots.txt, as the crawl hands it to its parser."""
    found = Protego.parse(data.decode("utf-8", "ignore"))
    assert found.can_fetch("https://example.org/en/node/1", "migration-spider") in (True, False)
    found.crawl_delay("migration-spider")
    assert all(isinstance(url, str) for url in found.sitemaps)


# ---- 2 capture


def warc(data: bytes) -> None:
    """All who read WARC files agree, read it a few times at most, and know no error but their own."""
    path = _file("x.warc.gz", data)
    counting = _Counting(data)
    whole: set[int] = set()
    for found in walk("x", counting):
        if not isinstance(found, Gap):
            with suppress(DamageError):
                found.finish()
                whole.add(found.offset)
    assert counting.taken <= _TIMES * len(data) + (1 << 24)
    streamed = []
    with suppress(ArchiveError):
        streamed = [one.offset for one in stream_records("x", io.BytesIO(data))]
    assert set(streamed) <= whole
    index = io.BytesIO()
    indexed = write_index([WarcFile(path)], index, _FOLDER)
    places = [parse_line(line).offset for line in index.getvalue().splitlines(keepends=True)]
    assert set(places) <= whole
    verification = Verification([WarcFile(path)])
    faults = [fault for fault in verification.run() if not fault.is_note]
    # Whoever cannot read it to its end says so.
    assert not indexed.faults or faults
    assert faults or sum(verification.records.values()) == len(streamed)


def message(data: bytes) -> None:
    """An HTTP message: nothing is lost, no secret is left."""
    head, body = split_head(data)
    assert data == head + body
    status_of(head)
    assert split_interim(data)[1] <= len(data)
    blanked, _ = redact(head, ["Authorization"])
    fields = parse_fields(blanked)
    assert len(fields) == len([*fields])


def entity(data: bytes) -> None:
    """A body in codings: ``data`` is their names, a line end, and the body."""
    codings, _, body = data.partition(b"\n")
    fields = Fields([("Content-Encoding", codings.decode("latin-1"))])
    with suppress(ArchiveError):
        assert sum(map(len, decode_entity(fields, [body], _UNPACKED))) <= max(_UNPACKED, len(body))


# ---- indexes and packages


def cdxj(data: bytes) -> None:
    """An index of anybody."""
    path = _file("index.cdxj", data)
    with suppress(ArchiveError):
        for capture in iter_captures(path):
            assert type(capture.offset) is type(capture.length) is int
            assert isinstance(capture.filename, str)
            with suppress(ArchiveError):
                read_capture(_FOLDER, capture)
    with suppress(ArchiveError):
        lookup(path, "https://example.org/", "2026")


def manifest(data: bytes) -> None:
    """What stands beside an index, and beside a run."""
    index = _file("m.cdxj", b"")
    manifest_path(index).write_bytes(data)
    read_manifest(index)
    read_damage(index, _FOLDER)
    _file(record.FILE, data)
    record.read(_FOLDER)
    with suppress(ReportError):
        read_report(_FOLDER / record.FILE)


def address(data: bytes) -> None:
    """The key of an address has no blank in it, and is always the same."""
    url = data.decode("utf-8", "replace")
    key = surt(url)
    assert key.isascii()
    assert not set(key) & set(" \t\r\n")


def wacz(data: bytes) -> None:
    """A package: ``data`` is the file."""
    path = _file("x.wacz", data)
    with suppress(ArchiveError), WaczFile(path) as package:
        for name in package.names:
            with suppress(ArchiveError), package.open(name) as stream:
                stream.read(1 << 16)
        package.described()
        assert all(isinstance(said, str) for said in package.problems())
    with suppress(SourceError):
        for source in sources([str(path)]):
            source.read(0, 1 << 16)


def packed(data: bytes) -> None:
    """The same: ``data`` is the description in a sound package."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("archive/a.warc.gz", b"")
        package.writestr("datapackage.json", data)
    wacz(packed.getvalue())


# ---- 5 store


def line(data: bytes) -> None:
    """A line of ``news.jsonl``: none, or one that is the same when it is written and read again."""
    with suppress(ValueError):
        found = lines.parse(data)
        again = lines.parse(lines.dump(found))
        assert json.dumps(found) == json.dumps(again)


def note(data: bytes) -> None:
    """What the crawl notes of an item in the archive."""
    for kind in KINDS.values():
        if (told := essence(kind, data)) and kind != "profile":
            assert note_of(kind, told, 1).id is not None


def profile(data: bytes) -> None:
    """A site profile: none, or one that is the same when it is written and read again."""
    path = _file("profile.json", data)
    try:
        SiteLearner(path)
    except ProfileError:
        return
    found, orders, template = parse(data)
    once = found.dump(orders, template)
    found, orders, template = parse(once)
    assert once == found.dump(orders, template)


def state(data: bytes) -> None:
    """``state.sqlite``: what cannot be used is put aside as it is."""
    for left in _FOLDER.glob("state.sqlite*"):
        left.unlink()
    path = _file("state.sqlite", data)
    with suppress(StateError), closing(database.open_database(path)) as opened:
        assert database._is_sound(opened)
    aside = path.with_name("state.sqlite.damaged")
    assert not aside.exists() or len(data) <= aside.stat().st_size


def positions(data: bytes) -> None:
    """The index of ``news.jsonl``: whatever it says, an item is found where it stands."""
    path = _FOLDER / "news.jsonl"
    if not path.exists():
        path.write_bytes(b'{"id":"1@en","url":"https://example.org/1"}\n{"id":"2@en","url":"https://example.org/2"}\n')
    for left in _FOLDER.glob("news.jsonl.index*"):
        left.unlink()
    _file("news.jsonl.index", data)
    with Positions(path) as index:
        assert ["2@en"] == index.ids("2@en")
        assert [(44, path.read_bytes()[44:])] == list(index.lines("2@en"))


TARGETS: dict[str, Target] = {
    one.__name__: one
    for one in (
        *(page, block, dates, feed, robots, warc, message, entity, cdxj, manifest, address, wacz, packed),
        *(line, note, profile, state, positions),
    )
}

CORPUS = Path(__file__).parent / "corpus"
"""A folder for each target."""
