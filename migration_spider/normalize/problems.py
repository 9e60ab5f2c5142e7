"""Codes of what could not be read or recognised: the values of an item's ``problems``.

A code is stable: programs count them. ``{field}`` stands for an item field, as in ``unrecognized:material_type``.
"""

from __future__ import annotations

PROBLEMS = {
    "attachment-not-fetched": "a file of the item could not be had: its `size` and `sha256` are null",
    "body-empty": "the page has no article text",
    "body-html-cut": "the article's HTML is longer than a million characters: `body_html` is its beginning, `body_text`"
    " is whole",
    "charset-unknown": "the page names a character encoding that browsers do not know: it is read as if it named none",
    "characters-lost": "the page states a character encoding that it does not keep: some characters are `U+FFFD`",
    "date-ambiguous": "a numeric date that reads as two days, and nothing tells which: no date is given",
    "date-conflict": "stamp and text, or two printed dates, name different days: the stamp, the labelled, or the first"
    " is given",
    "date-incomplete": "a year, a month or a day without year: no date is given",
    "date-order-assumed": "a numeric date that reads as two days: the one given is how the page's language"
    " writes dates, which no other page of the site confirms",
    "date-range": "a span of days: no date is given",
    "date-unparsed": "the text under the date's label is no date that can be read",
    "label-unknown": "a label of the block that no list knows: its values are in `metadata` only",
    "page-cut": "the page has more elements than are read: what stands at its end is missing",
    "text-rendition": "read from plain text: links, files, images and the grouping of values are lost",
    "translation-fallback": "the text is that of another language: a fallback page (`is_fallback`), or a translation"
    " that the site names and nobody has made yet",
    "unrecognized:{field}": "a value that the field's vocabulary does not know: kept as printed, `id` null",
    "value-lost:{field}": "a label over nothing in plain text: the page gave no value, or the text lost it",
    "value-unread:{field}": "a label over something that is no text, link or date: a picture without words, a part that"
    " the page hides",
    "value-moved:{field}": "a value stood under another field's label, but only this field's vocabulary knows it",
    "value-inferred:{field}": "a value without label that several vocabularies know, given to the field whose label is"
    " missing, or to that of the values beside it",
    "value-unassigned": "a value without label that no vocabulary, or more than one, knows: it is in `metadata` only",
}
"""Code -> meaning."""


def problem(code: str, field: str | None = None) -> str:
    """The code as it stands in an item.

    Raises:
        KeyError: the code is not in :data:`PROBLEMS`, or misses its field.
    """
    if field is None:
        PROBLEMS[code]
        return code
    PROBLEMS[f"{code}:{{field}}"]
    return f"{code}:{field}"
