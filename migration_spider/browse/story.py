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
"""What told the source language (`archive.dataset.stories.source`) -> in words."""


REASONS = {
    "unpublished": "no longer published",
    "redirected": "its address redirects to another page",
    "blocked": "refused",
}
"""Reason of a tombstone -> in words."""


class NoSuchStory(LookupError):  # noqa: N818 - a sentence for people
    """No story and no item that is gone has this id."""


@dataclass(frozen=True, slots=True)
class Cited:
    """The archived record that something was read from. What a release does not say of it is None."""

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
    """Why there is no text, in a word of `archive.dataset.attachments`."""

    items: Sequence[str] = ()
    """Ids of the items that offer it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read or recognised."""

    code: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Label:
    """A line of the metadata block as it is printed."""

    label: str
    field: str | None
    """Field that it stands for; None: of none."""

    kind: str | None
    """What it is known as, by `migration_spider.vocabularies.label_kind`; None: no list knows the label."""

    values: Sequence[Mapping[str, Any]]
    """Each ``{"text", "url"}``."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an item, or that it is gone."""

    position: int
    number: int | None
    what: str
    """``new``, ``changed``, ``gone``, ``back``."""

    met: str | None
    title: str | None
    fields: Sequence[str]
    """Those that differ from the version before."""

    cited: Cited | None


@dataclass(frozen=True, slots=True)
class Gone:
    """That an item is gone from its source, and the answer that says so."""

    reason: str | None
    status: int | None
    confirmed: int | None
    last_seen: str | None
    cited: Cited | None

    @property
    def said(self) -> str:
        """In words: ``gone (status 404)``."""
        words = REASONS.get(self.reason or "", self.reason or "gone, reason not known")
        return f"{words} (status {self.status})" if self.status else words


@dataclass(frozen=True, slots=True)
class Item:
    """A story in one language, as it is now, or its last version."""

    id: str
    language: str
    record: Record
    """Its line, as in ``news.jsonl``; of one that is gone the last there was, or what little is known."""

    cited: Cited | None
    gone: Gone | None = None
    labels: Sequence[Label] = ()
    problems: Sequence[Problem] = ()
    versions: Sequence[Version] = ()
    """The first one first."""

    def says(self, name: str) -> Any:
        """The value of a field; None where the line has no such field (texts may be left out of a release)."""
        return self.record.get(name)

    @property
    def title(self) -> str:
        return str(self.record.get("title") or self.id)

    @property
    def text_language(self) -> str:
        """Language of its text: of the page, or the detected one where that is another."""
        text = str(self.record.get("content_language") or self.language)
        is_same = text.split("-")[0].lower() == self.language.split("-")[0].lower()
        return self.language if is_same else text

    @property
    def is_borrowed(self) -> bool:
        """Whether the page shows the text of another language, for want of a translation."""
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
    """Source language first, then by language; those that are gone last."""

    coded: Sequence[CodedField]
    files: Sequence[File] = field(default=())

    @property
    def here(self) -> Sequence[Item]:
        """The items that are there."""
        return [one for one in self.items if not one.gone]

    @property
    def gone(self) -> bool:
        """Whether nothing of it is left at its source."""
        return not self.here

    def item(self, language: str | None) -> Item | None:
        """The item in ``language``."""
        return next((one for one in self.items if one.language == language), None)

    def named(self, item_id: str | None) -> Item | None:
        """The item with an id."""
        return next((one for one in self.items if one.id == item_id), None)


def story(collection: Collection, story_id: str) -> Story:
    """The story ``story_id``: a node, or an item without one; also one that is gone.

    Raises:
        NoSuchStory: there is none; the sentence says so.
    """
    db = collection.connect()
    row = db.execute("SELECT * FROM stories WHERE id = ?", (story_id,)).fetchone()
    lost = _withdrawn(db, story_id)
    if row is None and not lost:
        raise NoSuchStory(f"There is no story {story_id}")
    source = row["source_language"] if row else None
    here = [_item(db, one) for one in item_lines.records(db, story_id)]
    here.sort(key=lambda one: (one.language != source, one.is_borrowed, one.language))
    items = [*here, *(_lost(collection, one) for one in lost)]
    differs = {name.removeprefix("differs_"): row[name] for name in row.keys()} if row else {}  # noqa: SIM118 - a Row
    return Story(
        id=story_id,
        title=row["title"] if row else items[0].title,
        date=row["publication_date"] if row else items[0].says("publication_date"),
        source_language=source,
        source_told_by=row["source_told_by"] if row else None,
        items=items,
        coded=coded_fields(db, [one.record for one in here or items], differs),
        files=list(_files(db, here)),
    )


def story_of_item(collection: Collection, item_id: str) -> tuple[str, str | None]:
    """(id of the story, language) of an item, there or gone.

    Raises:
        NoSuchStory: there is no such item.
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
    """What the versions at two positions of an item say differently; None where one of them is not at hand.

    A tombstone says nothing of the item: what is compared with it, is compared with the version before it.
    """
    lines = lines_of(collection, item)
    before, after = (_last(lines, position) for position in (old, new))
    return None if before is None or after is None else changes(before, after)


def lines_of(collection: Collection, item: Item) -> dict[int, Record]:
    """Position of a version -> its line, as far as the release has it."""
    return _lines(collection, item.id, item.versions, None if item.gone else item.record)


def _lines(collection: Collection, key: str, versions: Sequence[Version], present: Record | None) -> dict[int, Record]:
    """Position -> line; all but ``present``, which is the last one, stand in the history, in the same order."""
    if present is not None and len(versions) < 2:
        return {version.position: present for version in versions}
    past = history_of(collection.folder).lines(key)
    lines = past if present is None else [*past, present]
    if len(lines) != len(versions):  # a release without its history, or with another's
        return {versions[-1].position: present} if versions and present is not None else {}
    return {version.position: line for version, line in zip(versions, lines, strict=True)}


def _last(lines: Mapping[int, Record], position: int) -> Record | None:
    """The line at ``position``, or where it says that the item is gone, the last one before it that has the item."""
    found = (lines.get(place) for place in range(position, 0, -1))
    return next((line for line in found if line is None or not is_tombstone(line)), None)


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
    """The items of a story that are gone: those of its node, or the one that is a story of its own."""
    if "@" in story_id:
        return db.execute("SELECT * FROM withdrawn WHERE id = ?", (story_id,)).fetchall()
    bounds = f"{story_id}@", f"{story_id}A"  # "A" comes after "@"
    return db.execute("SELECT * FROM withdrawn WHERE id > ? AND id < ? ORDER BY id", bounds).fetchall()


def _lost(collection: Collection, row: sqlite3.Row) -> Item:
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
    """The record that the evidence of a line names; None where it names none."""
    if not where:
        return None
    file, offset, length = where.get("file"), where.get("offset"), where.get("length")
    if not (isinstance(file, str) and type(offset) is int and type(length) is int):
        return None
    told = {name: where.get(name) for name in ("record_id", "target_uri", "date", "payload_digest")}
    return Cited(file, offset, length, **told)


def _labels(record: Record) -> Iterator[Label]:
    for entry in record.get("metadata") or ():
        yield Label(entry["label"], label_field(entry["label"]), label_kind(entry["label"]), entry["values"])


def _files(db: sqlite3.Connection, items: Sequence[Item]) -> Iterator[File]:
    """The files of all items, each address and content once."""
    met: dict[tuple[str, str | None], tuple[Record, Record | None, list[str]]] = {}
    for item in items:
        for file, place in zip(item.record["attachments"], item_lines.places(db, item.id), strict=True):
            met.setdefault((file["url"], file["sha256"]), (file, place, []))[2].append(item.id)
    for file, place, ids in met.values():
        row = db.execute("SELECT * FROM attachment_texts WHERE sha256 = ?", (file["sha256"],)).fetchone()
        told: dict[str, Any] = {}
        if row:
            text = row["text"] if "text" in row.keys() else None  # noqa: SIM118 - a Row; texts may be left out
            told = {"text": text, "text_language": row["language"]}
            told |= {"pages": row["pages"], "text_problem": row["problem"]}
        yield File(**file, cited=cited(place), items=ids, **told)


__all__ = ["GONE", "TOLD_BY", "NoSuchStory", "Story", "compared", "lines_of", "story", "story_of_item"]
