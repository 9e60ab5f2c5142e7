"""Readable names of fields, problems and runs."""

from __future__ import annotations

import re

from migration_spider.browse.coded import TITLES
from migration_spider.normalize.problems import PROBLEMS

FIELDS = {
    **TITLES,
    "attachments": "Files",
    "body_html": "Text with its links and pictures",
    "body_text": "Text",
    "metadata": "Metadata block",
    "publication_date": "Publication date",
    "publication_date_raw": "Publication date as printed",
    "url": "Address",
}
"""Field of an item -> its title."""


def field_name(field: str) -> str:
    """``geographic_scope`` -> ``Geographic scope``."""
    return FIELDS.get(field) or field.replace("_", " ").capitalize()


_COLUMNS = {
    "its `size` and `sha256` are null": "its size and digest are not known",
    "`body_html` is its beginning, `body_text` is whole": "with its links it is cut, as plain text it is whole",
    " (`is_fallback`)": "",
    "`id` is null": "without a code",
    "only in `metadata`": "only in the metadata block",
}
"""Wording about columns in `PROBLEMS` -> wording for readers who do not see the columns."""


def problem_meaning(code: str) -> str:
    """The meaning of a problem code, for readers."""
    kind, _, field = code.partition(":")
    meaning = PROBLEMS.get(f"{kind}:{{field}}" if field else kind, "a code that this version does not know")
    for columns, words in _COLUMNS.items():
        meaning = meaning.replace(columns, words)
    return meaning.replace("`", "")


_RUN = re.compile(r"\brun (\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)\d\dZ-[0-9a-f]+")


def dated(sentence: str) -> str:
    """Replace the id of a run in a sentence by the minute at which the run began."""
    return _RUN.sub(r"the run of \1-\2-\3 \4:\5 UTC", sentence)
