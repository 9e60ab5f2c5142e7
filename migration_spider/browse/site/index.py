"""The full-text index of a release as data files: which texts contain a word, how often, and the length of each text.

A browser has no stemmers. So there are two families of files, each cut into shards by the start of its keys:

- ``words/N``: a word as typed -> the stems that the server would search for, and for which languages;
- ``terms/N``: a stem -> the words that have it (to mark them in titles) and the texts that contain it.

Both are made from the release: words from the table ``search_words``, texts from its FTS5 index through the virtual
table ``fts5vocab`` (https://www.sqlite.org/fts5.html, "The fts5vocab Virtual Table Module"). Positions are left out
because they would double the size, so the words of a phrase may be anywhere in a text. Chinese and Japanese words are
phrases of characters, so there each pair of adjacent characters is a term.
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
"""Weight of a word in a title, as in the index of the release; all others have weight 1."""

_SHARD_BYTES = 40_000
"""Bytes of a shard of terms before compression; a search loads one shard for each word."""

_SHARD_WORDS = 2_000
"""Words of a shard."""

_MOST_LANGUAGES = 30
"""Languages that fit into a set of bits in JavaScript."""


_HAS_PAIR = re.compile(r"[^\W\u0000-\u2fff]\W*[^\W\u0000-\u2fff]")
"""Matches texts that may have two adjacent CJK characters; all code points below U+3000 are other letters."""


class Index:
    """Writes the index of ``collection``."""

    def __init__(self, collection: Collection, files: DataFiles, progress: Progress) -> None:
        self._collection, self._files, self._progress = collection, files, progress
        self._db = collection.connect()
        self._texts = self._ordered()
        self._number = array("l", [-1]) * len(collection.story_of_row)
        """Row of the FTS5 index -> number of the text in the data files."""
        for number, (_, _, row) in enumerate(self._texts):
            self._number[row] = number

    def write(self) -> dict[str, Any]:
        """Write all files of the index.

        Returns:
            The values that a page needs for a search: languages, number and mean length of the texts, the first key of
            each shard.
        """
        self._db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.said USING fts5vocab(main, news_fts, instance)")
        spellings = self._spellings()
        stems, shards, lengths = self._write_terms(spellings)
        self._write_texts(lengths)
        languages = sorted({name for stems_of in spellings.values() for _, name in stems_of}.union(LANGUAGES))
        return {
            "languages": languages[:_MOST_LANGUAGES],
            "texts": len(self._texts),
            "average": sum(lengths) / len(lengths) if lengths else 0,
            "terms": shards,
            "words": self._write_words(spellings, stems, languages[:_MOST_LANGUAGES]),
        }

    def _ordered(self) -> list[tuple[str, int, int]]:
        """(language, position of the story, row) of each text, in the order of their numbers.

        They are sorted by language, because most words are of one language: the numbers of the texts with a word are
        then close together, and their distances short.
        """
        story_of_row = self._collection.story_of_row
        rows = self._db.execute("SELECT language, fts_row FROM news").fetchall()
        return sorted((language, story_of_row[row], row) for language, row in rows if story_of_row[row] >= 0)

    def _write_texts(self, lengths: list[int]) -> None:
        """Write ``texts``: for each language the stories of its texts as distances, then the words in each text."""
        head, body = [], bytearray()
        for language, texts in groupby(self._texts, key=lambda text: text[0]):
            places = [place for _, place, _ in texts]
            head.append((language, len(places)))
            body += numbers(after - before for before, after in pairwise([0, *places]))
        self._files.write("texts", head, bytes(body), numbers(lengths))

    # ---- words

    def _spellings(self) -> dict[str, set[tuple[str, str]]]:
        """Word as typed -> (stem, language) of the words in the texts with this spelling; without CJK characters."""
        spellings: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for typed, stem, language in self._db.execute("SELECT word, stem, language FROM search_words"):
            if not is_character(typed):
                spellings[typed].add((stem, language))
        return spellings

    def _write_words(
        self, spellings: dict[str, set[tuple[str, str]]], stems: set[str], languages: list[str]
    ) -> list[str]:
        """Write ``words/N``, and return the first word of each.

        A line is a word, the number of its stems that occur in texts with the word, and its stems, each with the set
        of query languages for which it is searched (hexadecimal, bit ``n`` is language ``n``; without a set: all).
        """
        all_languages = (1 << len(languages)) - 1
        shards, lines = [], []
        ordered = sorted(spellings)
        for count, typed in enumerate(ordered):
            if count % _SHARD_WORDS == 0:
                self._progress("Writing the words", count, len(ordered))
                shards.append(typed)
            in_texts = {stem for stem, _ in spellings[typed]}
            masks: dict[str, int] = dict.fromkeys(sorted(in_texts & stems), 0)
            for bit, language in enumerate(languages):
                parsed = word(typed, language)
                known = spellings.get(parsed.folded, ())
                for stem in {parsed.stem, *(stem for stem, name in known if name == parsed.language)} & stems:
                    masks[stem] = masks.get(stem, 0) | 1 << bit
            fields = [stem if mask == all_languages else f"{stem}:{mask:x}" for stem, mask in masks.items()]
            lines.append("\t".join([typed, str(len(in_texts & stems)), *fields]))
            if len(lines) == _SHARD_WORDS or count == len(ordered) - 1:
                self._files.write(f"words/{len(shards) - 1}", "\n".join(lines))
                lines.clear()
        return shards

    # ---- terms

    def _write_terms(self, spellings: dict[str, set[tuple[str, str]]]) -> tuple[set[str], list[str], list[int]]:
        """Write ``terms/N``; return all stems, the first stem of each shard, and the words in each text."""
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
            # Frequent terms are put together, because their numbers are similar and compress better.
            waiting.sort(key=lambda term: -len(term[1]))
            head = [
                (stem, " ".join(sorted(forms.get(stem, set()) - {stem})), len(gaps), len(weights))
                for stem, gaps, weights in waiting
            ]
            all_gaps = b"".join(gaps for _, gaps, _ in waiting)
            all_weights = b"".join(weights for _, _, weights in waiting)
            self._files.write(f"terms/{len(shards) - 1}", head, all_gaps, all_weights)
            waiting.clear()

        for stem, weights in self._merged(lengths):
            stems.add(stem)
            if not waiting:
                shards.append(stem)
            waiting.append((stem, *coded(weights)))
            size += len(waiting[-1][1])
            if size > _SHARD_BYTES:
                close()
                size = 0
        if waiting:
            close()
        return stems, shards, lengths

    def _merged(self, lengths: list[int]) -> Iterator[tuple[str, dict[int, int]]]:
        """Yield the words and the pairs of characters, by code point: (stem, text -> weight)."""
        pairs = self._pairs()
        waiting = sorted(pairs, reverse=True)
        for stem, weights in self._words(lengths):
            while waiting and waiting[-1] < stem:
                yield waiting[-1], _weights(pairs[waiting.pop()])
            yield stem, weights
        for pair in reversed(waiting):
            yield pair, _weights(pairs[pair])

    def _words(self, lengths: list[int]) -> Iterator[tuple[str, dict[int, int]]]:
        """Yield each stem of the FTS5 index with text -> weight; also sum up the ``lengths`` of texts."""
        # One row per stem with its instances as JSON is many times faster than one row per instance.
        query = "SELECT term, json_group_array(doc * 2 + (col = 'title')) FROM temp.said GROUP BY term ORDER BY term"
        number = self._number
        for count, (stem, instances) in enumerate(self._db.execute(query)):
            if count % 1000 == 0:
                self._progress("Writing the terms", count, 0)
            weights: dict[int, int] = {}
            for instance in json.loads(instances):
                text = number[instance >> 1]
                if text >= 0:
                    lengths[text] += 1
                    weights[text] = weights.get(text, 0) + (TITLE_WEIGHT if instance & 1 else 1)
            if weights:
                yield stem, weights

    def _pairs(self) -> dict[str, array[int]]:
        """Two adjacent characters -> texts and weights, packed; of the columns in the index."""
        columns = [row[1] for row in self._db.execute("PRAGMA table_info(news_fts)")]
        named = ", ".join(f'"{column}"' for column in columns)
        pairs: dict[str, array[int]] = defaultdict(lambda: array("L"))
        for row, *texts in self._db.execute(f"SELECT fts_row, {named} FROM news"):  # noqa: S608
            weights: dict[str, int] = {}
            for column, content in zip(columns, texts, strict=True):
                if not content or not _HAS_PAIR.search(content):
                    continue
                weight = TITLE_WEIGHT if column == "title" else 1
                characters = [_character(token) for token in TOKEN.findall(content)]
                for first, second in pairwise(characters):
                    if first and second:
                        weights[first + second] = weights.get(first + second, 0) + weight
            text = self._number[row]
            if text >= 0:
                for pair, weight in weights.items():
                    pairs[pair].append(text << 8 | min(weight, 255))
        return pairs


@lru_cache(maxsize=50_000)
def _character(token: str) -> str:
    """The stem of a character; empty for a word."""
    return word(token, "zh").stem if is_character(token) else ""


def _weights(packed: array[int]) -> dict[int, int]:
    return {entry >> 8: entry & 255 for entry in packed}


def coded(weights: dict[int, int]) -> tuple[bytes, bytes]:
    """Encode text -> weight as two lists of `numbers`: distances and weights.

    The distance of each text from the one before is doubled; an odd one means that the text has an entry in the list
    of weights. All others have weight 1.
    """
    gaps: list[int] = []
    large: list[int] = []
    before = -1
    for text in sorted(weights):
        weight = weights[text]
        if weight == 1:
            gaps.append((text - before - 1) << 1)
        else:
            gaps.append((text - before - 1) << 1 | 1)
            large.append(weight)
        before = text
    return numbers(gaps), numbers(large)
