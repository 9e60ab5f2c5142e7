"""Parallel texts: the paragraphs of a story that are translations of each other, as JSON lines and TMX 1.4b (LISA,
2005).

The text in the source language of a story is aligned with each translation. Pairs of two translations follow from
these, through the common source paragraph. Each pair names its items and versions, so that it can be traced to the
archived pages like any other value.

These are left out and counted: paragraphs without a pair of a score of `alignment.THRESHOLD`, pairs that already
occur in an earlier story (boilerplate), untranslated paragraphs, texts in another language than their page, and
texts that are too long to align.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO

from archive.dataset.alignment import LONGEST_TEXT, MOST_PARAGRAPHS, THRESHOLD, align
from archive.dataset.anchors import Paragraph, paragraph
from archive.dataset.card import table as markdown
from archive.dataset.description import Dataset, Stories
from archive.dataset.draft import Draft
from archive.dataset.lines import dump
from archive.dataset.stories import is_foreign, source, story_id
from archive.dataset.tables import Column, Record, Row, Table

FOLDER = "parallel"
PAIRS = f"{FOLDER}/pairs.jsonl"
GOOD = 0.9
"""The least score of a pair that is counted as good."""

MOST_TEXTS = 40
"""Texts of one story: if there are more, they are not compared, as they cannot all be translations."""

_MOST_OPEN = 64
_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8}")
_SAME = 0.6
"""Share of common words above which two paragraphs are in one language."""

# XML 1.0, section 2.2; parsers reject a document with any other character.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class Count:
    """The results of aligning the texts of two languages."""

    stories: int = 0
    """Texts compared."""

    aligned: int = 0
    """Texts compared that have a pair."""

    from_paragraphs: int = 0
    to_paragraphs: int = 0
    """Paragraphs of the texts compared."""

    pairs: int = 0
    good: int = 0
    """Pairs that were written, and those of them with a score of at least `GOOD`."""

    merged: int = 0
    """Pairs of two paragraphs with one."""

    repeated: int = 0
    untranslated: int = 0
    """Pairs left out."""

    fallback: int = 0
    too_long: int = 0
    """Texts that were not compared."""


_DESCRIPTIONS = {
    "stories": "Texts compared",
    "aligned": "Texts with a pair",
    "from_paragraphs": "Paragraphs of the texts compared, in the first language",
    "to_paragraphs": "The same in the second language",
    "pairs": f"Pairs, of a score of {THRESHOLD} or more",
    "good": f"Pairs of a score of {GOOD} or more",
    "merged": "Pairs of two paragraphs with one",
    "repeated": "Pairs left out, since an earlier story has them",
    "untranslated": "Pairs left out, since both texts are in one language",
    "fallback": "Texts not compared, since one is in another language than its page",
    "too_long": f"Texts not compared, of more than {MOST_PARAGRAPHS} paragraphs or {LONGEST_TEXT:,} characters",
}


@dataclass(slots=True)
class _Text:
    """The text of a record, split into paragraphs."""

    record: Record
    language: str
    paragraphs: list[str]
    anchors: list[Paragraph]


class ParallelTexts:
    """The part of a release with the parallel texts, from the field ``Dataset.parallel``."""

    def __init__(self, dataset: Dataset, stories: Stories, draft: Draft) -> None:
        self._dataset, self._stories, self._draft = dataset, stories, draft
        self._members: list[Record] = []
        self._counts: dict[tuple[str, str], Count] = {}
        self._pairs: BinaryIO | None = None
        self._memories = _Memories(dataset, draft)
        # Only a hash of each pair is kept, and on disk: there are as many pairs as paragraphs.
        self._seen = sqlite3.connect("", isolation_level=None)
        draft.stack.enter_context(closing(self._seen))
        self._seen.execute("PRAGMA journal_mode=OFF")
        self._seen.execute("CREATE TABLE seen (pair INTEGER PRIMARY KEY)")
        self._seen.execute("BEGIN")

    def collect(self, record: Record) -> None:
        """Take one present record; its story is compared when the first record of the next story comes."""
        if self._members and self._id(record) != self._id(self._members[0]):
            self._compare()
        self._members.append(record)

    def _id(self, record: Record) -> str:
        return story_id(record, self._dataset, self._stories)

    def finish(self) -> None:
        """Close the files and write the counts."""
        self._compare()
        if self._pairs:
            self._pairs.close()
        self._memories.finish()
        if self._counts:
            self._draft.table("tables/parallel_coverage.csv", coverage_table(), coverage_rows(self._counts))
            self._draft.sections.append(("Parallel texts", card_text(self._counts)))

    def _compare(self) -> None:
        members, self._members = self._members, []
        candidates = [record for record in members if not record.get(self._stories.fallback)]
        if not 2 <= len(candidates) <= MOST_TEXTS:
            return
        name = str(self._dataset.language)
        language, _ = source(members, self._dataset, self._stories)
        first = next((record for record in candidates if record[name] == language), candidates[0])
        text: _Text | None = None
        for record in candidates:
            if record is first or not all(_TAG.fullmatch(str(side[name])) for side in (first, record)):
                continue
            count = self._counts.setdefault((str(first[name]), str(record[name])), Count())
            if any(is_foreign(side, self._stories, name) for side in (first, record)):
                count.fallback += 1
                continue
            text = text or self._text(first)
            other = self._text(record)
            if not self._fits(text) or not self._fits(other):
                count.too_long += 1
                continue
            self._pair(text, other, language, count)

    def _text(self, record: Record) -> _Text:
        text = record.get(str(self._dataset.parallel)) or ""
        # Longer texts are not split: that could take any amount of time.
        paragraphs = [part for part in text.split("\n\n") if part.strip()] if len(text) <= LONGEST_TEXT else [""]
        anchors = [paragraph(part) for part in paragraphs] if len(paragraphs) <= MOST_PARAGRAPHS else []
        return _Text(record, str(record[str(self._dataset.language)]), paragraphs, anchors)

    def _fits(self, text: _Text) -> bool:
        return len(text.paragraphs) == len(text.anchors) and text.paragraphs != [""]

    def _pair(self, first: _Text, second: _Text, language: str | None, count: Count) -> None:
        count.stories += 1
        count.from_paragraphs += len(first.paragraphs)
        count.to_paragraphs += len(second.paragraphs)
        before = count.pairs
        for link in align(first.anchors, second.anchors):
            texts = _joined(first, link.first), _joined(second, link.second)
            if _is_one_language(*texts):
                count.untranslated += 1
            elif self._is_repeated(first.language, second.language, *texts):
                count.repeated += 1
            else:
                is_merged = len(link.first) + len(link.second) > 2
                count.pairs += 1
                count.good += link.score >= GOOD
                count.merged += is_merged
                pair = {
                    "story": self._id(first.record),
                    "source_language": language,
                    **_side("from", first, link.first, texts[0], self._dataset.key),
                    **_side("to", second, link.second, texts[1], self._dataset.key),
                    "score": link.score,
                    "flags": ["merged"] if is_merged else [],
                }
                self._write(pair)
        count.aligned += count.pairs > before

    def _is_repeated(self, *texts: str) -> bool:
        digest = blake2b("\0".join(texts).encode("utf-8", "replace"), digest_size=8).digest()
        number = int.from_bytes(digest, "big", signed=True)
        return self._seen.execute("INSERT OR IGNORE INTO seen VALUES (?)", (number,)).rowcount == 0

    def _write(self, pair: dict[str, Any]) -> None:
        if self._pairs is None:
            description = (
                "Paragraphs that translate each other, one JSON object per line, with the items that they are of"
            )
            self._pairs = self._draft.file(PAIRS, description).open("wb")
            self._draft.stack.callback(self._pairs.close)
        self._pairs.write(dump(pair))
        self._memories.add(pair)


def _joined(text: _Text, indexes: Sequence[int]) -> str:
    return "\n\n".join(text.paragraphs[index].strip() for index in indexes)


def _is_one_language(first: str, second: str) -> bool:
    """Whether a paragraph was left untranslated, unchanged or nearly so."""
    if first == second:
        return True
    if not 0.75 < len(first) / len(second) < 1.33:
        return False
    words, others = set(first.casefold().split()), set(second.casefold().split())
    return len(words & others) > _SAME * max(len(words), len(others))


def _side(name: str, text: _Text, places: Sequence[int], words: str, key: str) -> dict[str, Any]:
    return {
        f"{name}_id": text.record[key],
        f"{name}_version": text.record.get("version"),
        f"{name}_language": text.language,
        f"{name}_paragraphs": [place + 1 for place in places],
        f"{name}_text": words,
    }


class _Memories:
    """A TMX file for each pair of languages; at most `_MOST_OPEN` of them are open at a time."""

    def __init__(self, dataset: Dataset, draft: Draft) -> None:
        self._dataset, self._draft = dataset, draft
        self._paths: dict[str, Path] = {}
        self._open: dict[str, BinaryIO] = {}
        draft.stack.callback(self._close)

    def add(self, pair: dict[str, Any]) -> None:
        first, second = pair["from_language"], pair["to_language"]
        name = f"{first}-{second}".lower()
        stream = self._open.pop(name, None)
        if stream is None:
            if len(self._open) >= _MOST_OPEN:
                self._open.pop(next(iter(self._open))).close()
            is_new = name not in self._paths
            if is_new:
                description = f"The pairs of `{first}` and `{second}` as a translation memory (TMX)"
                self._paths[name] = self._draft.file(f"{FOLDER}/{name}.tmx", description)
            stream = self._paths[name].open("ab")
            if is_new:
                stream.write(_head(first, self._dataset))
        self._open[name] = stream
        stream.write(_unit(pair))

    def finish(self) -> None:
        """End the files."""
        self._close()
        for path in self._paths.values():
            with path.open("ab") as stream:
                stream.write(b"</body>\n</tmx>\n")

    def _close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()


def _head(language: str, dataset: Dataset) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'
        '<tmx version="1.4">\n'
        f'<header creationtool="{_xml(dataset.compiler)}" creationtoolversion="1" segtype="paragraph" '
        f'o-tmf="{PAIRS}" adminlang="en" srclang="{language}" datatype="plaintext">\n'
        f"<note>{_xml(dataset.title)}. {_xml(dataset.rights)}</note>\n"
        "</header>\n<body>\n"
    ).encode()


def _unit(pair: dict[str, Any]) -> bytes:
    source_language = "*all*" if pair["source_language"] is None else pair["from_language"]
    ends = (f"{pair[f'{side}_id']}:{'+'.join(map(str, pair[f'{side}_paragraphs']))}" for side in ("from", "to"))
    return (
        f'<tu tuid="{_xml(" ".join(ends))}" srclang="{source_language}">'
        f'<prop type="x-story">{_xml(pair["story"])}</prop>'
        f'<prop type="x-score">{pair["score"]}</prop>'
        f"{''.join(_variant(pair, side) for side in ('from', 'to'))}</tu>\n"
    ).encode()


def _variant(pair: dict[str, Any], side: str) -> str:
    return (
        f'<tuv xml:lang="{pair[f"{side}_language"]}">'
        f'<prop type="x-item">{_xml(pair[f"{side}_id"])}</prop>'
        f'<prop type="x-version">{_xml(pair[f"{side}_version"])}</prop>'
        f"<seg>{_xml(pair[f'{side}_text'])}</seg></tuv>"
    )


def _xml(text: Any) -> str:
    """Return a value as XML text: special characters are escaped, those that XML does not allow are removed."""
    clean = str(text)
    if not clean.isprintable():
        clean = _NO_XML.sub("", clean)
    if clean.isalnum():
        return clean
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def coverage_table() -> Table:
    """Return the table of how many parallel texts each pair of languages has, and how good they are."""
    columns = (
        Column(
            "from_language", "string", False, "BCP 47 language of the first text: the original, where that is known"
        ),
        Column("to_language", "string", False, "BCP 47 language of the translation"),
        *(Column(count.name, "integer", False, _DESCRIPTIONS[count.name]) for count in fields(Count)),
    )
    title = "How many parallel paragraphs there are of two languages, how good, and what was left out"
    return Table("parallel_coverage", title, columns, ("from_language", "to_language"), ())


def coverage_rows(counts: dict[tuple[str, str], Count]) -> Iterator[Row]:
    """Yield the rows of :func:`coverage_table`."""
    for languages, count in sorted(counts.items()):
        yield (*languages, *(getattr(count, field.name) for field in fields(Count)))


def card_text(counts: dict[tuple[str, str], Count]) -> str:
    """Return the section of the card about the parallel texts."""
    rows = []
    for (first, second), count in sorted(counts.items()):
        share = f"{count.pairs / count.from_paragraphs:.0%}" if count.from_paragraphs else ""
        left_out = count.repeated + count.untranslated
        rows.append((f"`{first}` `{second}`", *map(str, (count.stories, count.pairs, share, count.good, left_out))))
    if not any(count.pairs for count in counts.values()):
        return (
            "No paragraphs were found that are translations of each other; `tables/parallel_coverage.csv` lists the "
            "texts compared."
        )
    head = ("languages", "texts compared", "pairs", "of the paragraphs", f"score {GOOD} or more", "left out")
    return (
        f"`{PAIRS}` and the translation memories have the paragraphs that are translations of each other. They were "
        "found by their order, their lengths, and by parts that a translation does not change (numbers, addresses, "
        f"names). `score` is from 0 to 1; pairs below {THRESHOLD} are left out. Texts without such common parts are "
        "not aligned. Paragraphs that are not translated, and pairs that an earlier story has already, are left out; "
        "`tables/parallel_coverage.csv` counts them.\n\n" + markdown(head, rows)
    )
