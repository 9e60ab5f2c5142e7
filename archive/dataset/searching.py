"""The full-text index of the records."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.dataset.description import Dataset
from archive.dataset.draft import Draft
from archive.dataset.stems import TOKEN, word
from archive.dataset.tables import Record

_IS_WORD = re.compile(r"\w+")
"""A text that needs no escaping in the quotes of SQL and Python."""


class SearchIndex:
    """Indexes `Dataset.searched` in the order of the records, which is that of ``fts_row``."""

    def __init__(self, dataset: Dataset, draft: Draft) -> None:
        self._dataset, self._draft = dataset, draft
        self._columns = [name for name in dataset.searched if draft.texts or name not in dataset.texts]
        self._index = draft.database.full_text
        self._count = 0
        if self._columns:
            self._index.create(dataset.name, self._columns, dataset.heading)

    def collect(self, record: Record) -> None:
        self._count += 1
        if not self._columns:
            return
        languages = (record.get(name) for name in self._dataset.text_language)
        language = next((code for code in languages if code), None)
        self._index.add(self._dataset.name, self._count, language, [record.get(name) for name in self._columns])

    def finish(self) -> None:
        """Add instructions to the card; the database merges its indexes when it is closed."""
        if self._columns:
            self._draft.sections.append(("Search", _card(self._dataset, self._columns)))


def _card(dataset: Dataset, columns: Sequence[str]) -> str:
    """Return instructions for searching in ``columns``, with the words of `Dataset.sought`."""
    name, key = dataset.name, dataset.key
    plain = (
        f"SELECT {key}, {dataset.heading or key} FROM {name} WHERE fts_row IN (\n"  # noqa: S608 - to be read
        f"  SELECT {name}_fts.rowid FROM search_words JOIN {name}_fts ON {name}_fts MATCH stem WHERE word = '{{}}');"
    )
    exact = (
        f"SELECT {key}, {dataset.heading or key} FROM {name} WHERE fts_row IN (\n"  # noqa: S608
        f"  SELECT rowid FROM {name}_fts WHERE {name}_fts MATCH '\"{{}}\"');"
    )
    typed = {language: text for language, text in dataset.sought.items() if _IS_WORD.fullmatch(text)}
    queries = []
    for language, text in typed.items():
        spaced = " ".join(TOKEN.findall(text))
        queries.append(exact.format(spaced) if spaced != text else plain.format(word(text, language).written))
    helper = (
        "from archive.dataset.search import connect\n"  # noqa: S608
        f'db = connect("{name}.sqlite")\n'
        f'found = "SELECT {key} FROM {name} JOIN {name}_fts ON fts_row = {name}_fts.rowid'
        f' WHERE {name}_fts MATCH search_terms(?) ORDER BY rank"\n'
        f'print(db.execute(found, ["{next(iter(typed.values()), "word")}"]).fetchall())'
    )
    without = "" if {*columns} == {*dataset.searched} else " only, as this release has no texts"
    return (
        f"What is searched: {', '.join(f'`{column}`' for column in columns)}{without}. A word is found in its other "
        "forms, with any case and accents; Chinese is found by its characters, one after the other. Forms are found by "
        "rules, not by a dictionary: some are not recognized (`child`, `children`), and words of two languages may "
        f"count as one (`identité`, `identity`). The index `{name}_fts` of `{name}.sqlite` has stems. The table "
        "`search_words` gives the stems of a word, so that any SQLite can search. It has each word in lower case, as "
        "texts write it and without accents and variant letters. A word that is in no text is not there: try its "
        "beginning, `word GLOB 'begin*'`:\n\n"
        "```sql\n" + "\n".join(queries or [plain.format("word")]) + "\n```\n\n"
        'With the package that made this release, you can also use `"a phrase"`, `one OR other`, `begin*` and '
        f"`-without`, and the best results come first:\n\n```python\n{helper}\n```"
    )
