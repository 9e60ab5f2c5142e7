"""The full-text index of a release as data files: which texts say a word, how often, and how long each text is.

A browser has no stemmers. So there are two families of files, each cut into shards by the start of its keys:

- ``words/N``: a word as people type it -> the stems that the server would look for, and for which languages;
- ``terms/N``: a stem -> the words that have it (by which titles are marked) and the texts that hold it.

Both come out of the release: words from the table ``search_words``, texts from its FTS5 index by the virtual table
``fts5vocab`` (https://www.sqlite.org/fts5.html, "The fts5vocab Virtual Table Module"). Positions are left out, which
would double the size: the words of a phrase are looked for anywhere in a text. Of Chinese and Japanese, whose words are
phrases of characters, each two characters that stand together are a term of their own.
"""

from __future__ import annotations

import json
import re
from array import array
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Any

from archive.dataset.draft import Progress
from archive.dataset.stems import LANGUAGES, TOKEN, is_character, word
from migration_spider.browse.collection import Collection
from migration_spider.browse.site.packing import DataFiles, numbers

TITLE_WEIGHT = 5
"""What a word of a title counts, as in the index of the release; any other counts 1."""

_SHARD_BYTES = 40_000
"""Bytes of a shard of terms before they are squeezed; a search loads one for each word."""

_SHARD_WORDS = 2_000
"""Words of a shard."""

_MOST_LANGUAGES = 30
"""Languages that a set of bits in JavaScript has room for."""


_HAS_PAIR = re.compile(r"[^\W\u0000-\u2fff]\W*[^\W\u0000-\u2fff]")
"""Finds texts that may have two characters together: what comes before these in Unicode is letters."""


class Index:
    """Writes the index of ``collection``."""

    def __init__(self, collection: Collection, files: DataFiles, progress: Progress) -> None:
        self._collection, self._files, self._progress = collection, files, progress
        self._db = collection.connect()
        self._texts = self._ordered()
        self._number = array("l", [-1]) * len(collection.story_of_row)
        """Row of the FTS5 index -> number of the text here."""
        for number, (_, _, row) in enumerate(self._texts):
            self._number[row] = number

    def write(self) -> dict[str, Any]:
        """Write all of it.

        Returns:
            What a page must know to search: languages, number and mean length of the texts, the first key of each
            shard.
        """
        self._db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.said USING fts5vocab(main, news_fts, instance)")
        spellings = self._spellings()
        stems, shards, lengths = self._write_terms(spellings)
        self._write_texts(lengths)
        languages = sorted({name for known in spellings.values() for _, name in known}.union(LANGUAGES))
        return {
            "languages": languages[:_MOST_LANGUAGES],
            "texts": len(self._texts),
            "average": sum(lengths) / len(lengths) if lengths else 0,
            "terms": shards,
            "words": self._write_words(spellings, stems, languages[:_MOST_LANGUAGES]),
        }

    def _ordered(self) -> list[tuple[str, int, int]]:
        """(language, position of the story, row) of each text, in the order of their numbers.

        By language, as a word is of one mostly: its texts then have numbers near each other, which are short.
        """
        story_of_row = self._collection.story_of_row
        rows = self._db.execute("SELECT language, fts_row FROM news").fetchall()
        return sorted((language, story_of_row[row], row) for language, row in rows if story_of_row[row] >= 0)

    def _write_texts(self, lengths: list[int]) -> None:
        """``texts``: by language the stories of its texts, as distances; then the length of each text in words."""
        head, body = [], bytearray()
        for language, some in groupby(self._texts, key=lambda text: text[0]):
            places = [place for _, place, _ in some]
            head.append((language, len(places)))
            body += numbers(after - before for before, after in pairwise([0, *places]))
        self._files.write("texts", head, bytes(body), numbers(lengths))

    # ---- words

    def _spellings(self) -> dict[str, set[tuple[str, str]]]:
        """Word as it can be typed -> (stem, language) of the words of the texts that are so; without characters."""
        found: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for typed, stem, language in self._db.execute("SELECT word, stem, language FROM search_words"):
            if not is_character(typed):
                found[typed].add((stem, language))
        return found

    def _write_words(
        self, spellings: dict[str, set[tuple[str, str]]], stems: set[str], languages: list[str]
    ) -> list[str]:
        """``words/N``; returns the first word of each.

        A line is a word, how many of its stems are those of texts that say it, and its stems, each with the set of
        languages of a query for which it is looked for (hexadecimal, bit ``n`` is language ``n``; none: all).
        """
        everyone = (1 << len(languages)) - 1
        shards, lines = [], []
        ordered = sorted(spellings)
        for count, typed in enumerate(ordered):
            if count % _SHARD_WORDS == 0:
                self._progress("Writing the words", count, len(ordered))
                shards.append(typed)
            said = {stem for stem, _ in spellings[typed]}
            masks: dict[str, int] = dict.fromkeys(sorted(said & stems), 0)
            for bit, language in enumerate(languages):
                one = word(typed, language)
                known = spellings.get(one.folded, ())
                for stem in {one.stem, *(stem for stem, name in known if name == one.language)} & stems:
                    masks[stem] = masks.get(stem, 0) | 1 << bit
            told = [stem if mask == everyone else f"{stem}:{mask:x}" for stem, mask in masks.items()]
            lines.append("\t".join([typed, str(len(said & stems)), *told]))
            if len(lines) == _SHARD_WORDS or count == len(ordered) - 1:
                self._files.write(f"words/{len(shards) - 1}", "\n".join(lines))
                lines.clear()
        return shards

    # ---- terms

    def _write_terms(self, spellings: dict[str, set[tuple[str, str]]]) -> tuple[set[str], list[str], list[int]]:
        """``terms/N``; returns all stems, the first stem of each shard, and the length of each text in words."""
        forms: dict[str, set[str]] = defaultdict(set)
        for typed, known in spellings.items():
            for stem, _ in known:
                forms[stem].add(typed)
        lengths = [0] * len(self._texts)
        stems: set[str] = set()
        shards: list[str] = []
        waiting: list[tuple[str, bytes, bytes]] = []
        size = 0

        def close() -> None:
            # What is frequent stands together, as its numbers are like each other.
            waiting.sort(key=lambda term: -len(term[1]))
            head = [
                (stem, " ".join(sorted(forms.get(stem, set()) - {stem})), len(gaps), len(weights))
                for stem, gaps, weights in waiting
            ]
            all_gaps = b"".join(gaps for _, gaps, _ in waiting)
            all_weights = b"".join(weights for _, _, weights in waiting)
            self._files.write(f"terms/{len(shards) - 1}", head, all_gaps, all_weights)
            waiting.clear()

        for stem, said in self._merged(lengths):
            stems.add(stem)
            if not waiting:
                shards.append(stem)
            waiting.append((stem, *coded(said)))
            size += len(waiting[-1][1])
            if size > _SHARD_BYTES:
                close()
                size = 0
        if waiting:
            close()
        return stems, shards, lengths

    def _merged(self, lengths: list[int]) -> Iterator[tuple[str, dict[int, int]]]:
        """Terms of one word and pairs of characters, in the order of code points: (stem, text -> weight)."""
        pairs = self._pairs()
        waiting = sorted(pairs, reverse=True)
        for stem, said in self._said(lengths):
            while waiting and waiting[-1] < stem:
                yield waiting[-1], _weights(pairs[waiting.pop()])
            yield stem, said
        for pair in reversed(waiting):
            yield pair, _weights(pairs[pair])

    def _said(self, lengths: list[int]) -> Iterator[tuple[str, dict[int, int]]]:
        """Of each stem of the FTS5 index: text -> what its words there count; adds up the ``lengths`` of texts."""
        # One row a stem, its instances as JSON: many times faster than a row for each of them.
        query = "SELECT term, json_group_array(doc * 2 + (col = 'title')) FROM temp.said GROUP BY term ORDER BY term"
        number = self._number
        for count, (stem, instances) in enumerate(self._db.execute(query)):
            if count % 1000 == 0:
                self._progress("Writing the terms", count, 0)
            said: dict[int, int] = {}
            for instance in json.loads(instances):
                text = number[instance >> 1]
                if text >= 0:
                    lengths[text] += 1
                    said[text] = said.get(text, 0) + (TITLE_WEIGHT if instance & 1 else 1)
            if said:
                yield stem, said

    def _pairs(self) -> dict[str, array[int]]:
        """Two characters that stand together -> texts and weights; of the columns that the index has."""
        columns = [row[1] for row in self._db.execute("PRAGMA table_info(news_fts)")]
        named = ", ".join(f'"{column}"' for column in columns)
        found: dict[str, array[int]] = defaultdict(lambda: array("L"))
        for row, *texts in self._db.execute(f"SELECT fts_row, {named} FROM news"):  # noqa: S608
            counted: dict[str, int] = {}
            for column, content in zip(columns, texts, strict=True):
                if not content or not _HAS_PAIR.search(content):
                    continue
                weight = TITLE_WEIGHT if column == "title" else 1
                characters = [_character(token) for token in TOKEN.findall(content)]
                for one, other in pairwise(characters):
                    if one and other:
                        counted[one + other] = counted.get(one + other, 0) + weight
            text = self._number[row]
            if text >= 0:
                for pair, weight in counted.items():
                    found[pair].append(text << 8 | min(weight, 255))
        return found


@lru_cache(maxsize=50_000)
def _character(token: str) -> str:
    """What is searched for in place of a character; empty for a word."""
    return word(token, "zh").stem if is_character(token) else ""


def _weights(packed: array[int]) -> dict[int, int]:
    return {one >> 8: one & 255 for one in packed}


def coded(said: dict[int, int]) -> tuple[bytes, bytes]:
    """Texts and weights, as `numbers`: each text as its distance from the one before, doubled, and 1 more where it has
    a weight; and these weights. Without one it counts 1.
    """
    gaps: list[int] = []
    weights: list[int] = []
    before = -1
    for text in sorted(said):
        weight = said[text]
        if weight == 1:
            gaps.append((text - before - 1) << 1)
        else:
            gaps.append((text - before - 1) << 1 | 1)
            weights.append(weight)
        before = text
    return numbers(gaps), numbers(weights)
