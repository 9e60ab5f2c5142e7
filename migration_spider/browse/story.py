"""A story in all its languages with all its data, for its page and for the API."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archive.dataset.lines import is_tombstone
from archive.dataset.versions import GONE
from migration_spider.browse import item_lines
from migration_spider.browse.coded import CodedField, coded_fields
from migration_spider.browse.collection import Collection
from migration_spider.browse.history import history_of
from migration_spider.browse.item_lines import Record
from migration_spider.browse.naming import problem_meaning
from migration_spider.browse.version_diff import FieldChange, changes
from migration_spider.vocabularies import label_field, label_kind

TOLD_BY = {
    "only": "it is in no other language",
    "shown": "a page of another language shows this text because there is no translation",
    "date": "all others are dated later",
    "assumed": "assumed: the source writes in it first, and nothing says otherwise",
}
"""How the source language was determined (`archive.dataset.stories.source`) -> in words."""


REASONS = {
    "unpublished": "no longer published",
    "redirected": "its address redirects to another page",
    "blocked": "refused",
}
"""Reason of a tombstone -> in words."""


class NoSuchStory(LookupError):  # noqa: N818 - a sentence for people
    """There is no story of this id, present or gone."""


@dataclass(frozen=True, slots=True)
class Cited:
    """The archived record that something was read from. Values that the release lacks are None."""

    file: str
    offset: int
    length: int
    record_id: str | None
    target_uri: str | None = None
    date: str | None = None
    payload_digest: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file that an item offers."""

    url: str
    filename: str
    title: str | None
    media_type: str | None
    size: int | None
    sha256: str | None
    cited: Cited | None
    text: str | None = None
    text_language: str | None = None
    pages: int | None = None
    text_problem: str | None = None
    """Why there is no text: a code of `archive.dataset.attachments`."""

    items: Sequence[str] = ()
    """Ids of the items that offer it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read or recognized."""

    code: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Label:
    """A line of the metadata block, as printed."""

    label: str
    field: str | None
    """The field that the label means, if any."""

    kind: str | None
    """Result of `migration_spider.vocabularies.label_kind`; None if the label is not known."""

    values: Sequence[Mapping[str, Any]]
    """Each ``{"text", "url"}``."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an item, or its withdrawal."""

    position: int
    number: int | None
    what: str
    """``new``, ``changed``, ``gone``, ``back``."""

    met: str | None
    title: str | None
    fields: Sequence[str]
    """Fields that differ from the previous version."""

    cited: Cited | None


@dataclass(frozen=True, slots=True)
class Gone:
    """The withdrawal of an item from its source, with the response that proves it."""

    reason: str | None
    status: int | None
    confirmed: int | None
    last_seen: str | None
    cited: Cited | None

    @property
    def said(self) -> str:
        """The reason in words: ``gone (status 404)``."""
        words = REASONS.get(self.reason or "", self.reason or "gone, reason not known")
        return f"{words} (status {self.status})" if self.status else words


@dataclass(frozen=True, slots=True)
class Item:
    """A story in one language: its current version, or the last one if it is gone."""

    id: str
    language: str
    record: Record
    """Its line in ``news.jsonl``; of an item that is gone the last one, or the few values that are known."""

    cited: Cited | None
    gone: Gone | None = None
    labels: Sequence[Label] = ()
    problems: Sequence[Problem] = ()
    versions: Sequence[Version] = ()
    """The oldest comes first."""

    def says(self, name: str) -> Any:
        """The value of a field; None if the line does not have it, as in a release without texts."""
        return self.record.get(name)

    @property
    def title(self) -> str:
        return str(self.record.get("title") or self.id)

    @property
    def text_language(self) -> str:
        """The language of its text: the detected one if it differs from that of the page, else that of the page."""
        text = str(self.record.get("content_language") or self.language)
        is_same = text.split("-")[0].lower() == self.language.split("-")[0].lower()
        return self.language if is_same else text

    @property
    def is_borrowed(self) -> bool:
        """Whether the page shows the text in another language because there is no translation."""
        return bool(self.record.get("is_fallback")) or self.text_language != self.language


@dataclass(frozen=True, slots=True)
class Story:
    """A story in all its languages."""

    id: str
    title: str
    date: str | None
    source_language: str | None
    source_told_by: str | None
    items: Sequence[Item]
    """The source language first, then by language; items that are gone come last."""

    coded: Sequence[CodedField]
    files: Sequence[File] = field(default=())

    @property
    def here(self) -> Sequence[Item]:
        """The items that are not gone."""
        return [item for item in self.items if not item.gone]

    @property
    def gone(self) -> bool:
        """Whether all its items are gone."""
        return not self.here

    def item(self, language: str | None) -> Item | None:
        """The item in ``language``, if any."""
        return next((item for item in self.items if item.language == language), None)

    def named(self, item_id: str | None) -> Item | None:
        """The item with the id ``item_id``, if any."""
        return next((item for item in self.items if item.id == item_id), None)


def story(collection: Collection, story_id: str) -> Story:
    """Return the story ``story_id``, present or gone; its id is that of a node, or of an item without a node.

    Raises:
        NoSuchStory: There is none.
    """
    db = collection.connect()
    row = db.execute("SELECT * FROM stories WHERE id = ?", (story_id,)).fetchone()
    withdrawn = _withdrawn(db, story_id)
    if row is None and not withdrawn:
        raise NoSuchStory(f"There is no story {story_id}")
    source = row["source_language"] if row else None
    present = [_item(db, record) for record in item_lines.records(db, story_id)]
    present.sort(key=lambda item: (item.language != source, item.is_borrowed, item.language))
    items = [*present, *(_gone_item(collection, gone) for gone in withdrawn)]
    differs = {name.removeprefix("differs_"): row[name] for name in row.keys()} if row else {}  # noqa: SIM118 - a Row
    return Story(
        id=story_id,
        title=row["title"] if row else items[0].title,
        date=row["publication_date"] if row else items[0].says("publication_date"),
        source_language=source,
        source_told_by=row["source_told_by"] if row else None,
        items=items,
        coded=coded_fields(db, [item.record for item in present or items], differs),
        files=list(_files(db, present)),
    )


def story_of_item(collection: Collection, item_id: str) -> tuple[str, str | None]:
    """(id of the story, language) of an item, present or gone.

    Raises:
        NoSuchStory: There is no such item.
    """
    db = collection.connect()
    row = db.execute("SELECT story_id, language FROM news WHERE id = ?", (item_id,)).fetchone()
    if row:
        return row["story_id"], row["language"]
    if db.execute("SELECT 1 FROM withdrawn WHERE id = ?", (item_id,)).fetchone():
        node, _, language = item_id.partition("@")
        return (node if node.isdecimal() else item_id), language
    raise NoSuchStory(f"There is no item {item_id}")


def compared(collection: Collection, item: Item, old: int, new: int) -> list[FieldChange] | None:
    """The differences between the versions at two positions of an item; None if one of them is not available.

    A tombstone has no content, so the version before it takes its place.
    """
    lines = lines_of(collection, item)
    before, after = (_last(lines, position) for position in (old, new))
    return None if before is None or after is None else changes(before, after)


def lines_of(collection: Collection, item: Item) -> dict[int, Record]:
    """Position of a version -> its line, if the release has it."""
    return _lines(collection, item.id, item.versions, None if item.gone else item.record)


def _lines(collection: Collection, key: str, versions: Sequence[Version], present: Record | None) -> dict[int, Record]:
    """Position -> line. The history has all lines in the same order except ``present``, which is the last one."""
    if present is not None and len(versions) < 2:
        return {version.position: present for version in versions}
    past = history_of(collection.folder).lines(key)
    lines = past if present is None else [*past, present]
    if len(lines) != len(versions):  # a release without its history, or with another's
        return {versions[-1].position: present} if versions and present is not None else {}
    return {version.position: line for version, line in zip(versions, lines, strict=True)}


def _last(lines: Mapping[int, Record], position: int) -> Record | None:
    """The line at ``position``, or if that is a tombstone, the last one before it that is not."""
    earlier = (lines.get(place) for place in range(position, 0, -1))
    return next((line for line in earlier if line is None or not is_tombstone(line)), None)


# ---- items


def _item(db: sqlite3.Connection, record: Record) -> Item:
    return Item(
        id=record["id"],
        language=record["language"],
        record=record,
        cited=cited(record.get("warc")),
        labels=list(_labels(record)),
        problems=[Problem(code, problem_meaning(code)) for code in record["problems"]],
        versions=list(_versions(db, record["id"])),
    )


def _withdrawn(db: sqlite3.Connection, story_id: str) -> list[sqlite3.Row]:
    """The rows of the items of a story that are gone: those of its node, or the only one of an item without a node."""
    if "@" in story_id:
        return db.execute("SELECT * FROM withdrawn WHERE id = ?", (story_id,)).fetchall()
    bounds = f"{story_id}@", f"{story_id}A"  # "A" comes after "@"
    return db.execute("SELECT * FROM withdrawn WHERE id > ? AND id < ? ORDER BY id", bounds).fetchall()


def _gone_item(collection: Collection, row: sqlite3.Row) -> Item:
    db, key = collection.connect(), row["id"]
    versions = list(_versions(db, key))
    lines = _lines(collection, key, versions, None)
    last = _last(lines, max(lines, default=0))
    record = last or {"id": key, "title": row["title"], "url": row["url"]}
    tombstone = next((line for line in reversed(lines.values()) if is_tombstone(line)), {})
    proof = {name: row[f"warc_{name}"] for name in ("file", "offset", "length", "record_id")}
    proof |= tombstone.get("warc") or {}
    gone = Gone(row["reason"], row["status"], row["confirmed"], row["last_seen"], cited(proof))
    return Item(
        id=key,
        language=key.partition("@")[2],
        record=record,
        cited=cited(record.get("warc")),
        gone=gone,
        labels=list(_labels(record)),
        problems=[Problem(code, problem_meaning(code)) for code in record.get("problems") or ()],
        versions=versions,
    )


def _versions(db: sqlite3.Connection, key: str) -> Iterator[Version]:
    for row in db.execute("SELECT * FROM versions WHERE id = ? ORDER BY position", (key,)).fetchall():
        proof = {name: row[f"warc_{name}"] for name in ("file", "offset", "length", "record_id")}
        fields = (row["fields"] or "").split("|") if row["fields"] else []
        yield Version(row["position"], row["version"], row["what"], row["met"], row["title"], fields, cited(proof))


def cited(where: Mapping[str, Any] | None) -> Cited | None:
    """The record that the evidence of a line names, if any."""
    if not where:
        return None
    file, offset, length = where.get("file"), where.get("offset"), where.get("length")
    if not (isinstance(file, str) and type(offset) is int and type(length) is int):
        return None
    optional = {name: where.get(name) for name in ("record_id", "target_uri", "date", "payload_digest")}
    return Cited(file, offset, length, **optional)


def _labels(record: Record) -> Iterator[Label]:
    for entry in record.get("metadata") or ():
        yield Label(entry["label"], label_field(entry["label"]), label_kind(entry["label"]), entry["values"])


def _files(db: sqlite3.Connection, items: Sequence[Item]) -> Iterator[File]:
    """Yield the files of all items, each pair of address and content once."""
    files: dict[tuple[str, str | None], tuple[Record, Record | None, list[str]]] = {}
    for item in items:
        for file, place in zip(item.record["attachments"], item_lines.places(db, item.id), strict=True):
            files.setdefault((file["url"], file["sha256"]), (file, place, []))[2].append(item.id)
    for file, place, ids in files.values():
        row = db.execute("SELECT * FROM attachment_texts WHERE sha256 = ?", (file["sha256"],)).fetchone()
        text_values: dict[str, Any] = {}
        if row:
            text = row["text"] if "text" in row.keys() else None  # noqa: SIM118 - a Row; texts may be left out
            text_values = {"text": text, "text_language": row["language"]}
            text_values |= {"pages": row["pages"], "text_problem": row["problem"]}
        yield File(**file, cited=cited(place), items=ids, **text_values)


__all__ = ["GONE", "TOLD_BY", "NoSuchStory", "Story", "compared", "lines_of", "story", "story_of_item"]
