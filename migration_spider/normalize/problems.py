"""Codes for what could not be read or recognized: the values of an item's ``problems``.

A code is stable, because programs count it. ``{field}`` is the name of an item field, as in
``unrecognized:material_type``.
"""

from __future__ import annotations

PROBLEMS = {
    "attachment-not-fetched": "a file of the item could not be fetched: its `size` and `sha256` are null",
    "body-empty": "the page has no article text",
    "body-html-cut": "the article's HTML is longer than a million characters: `body_html` is its beginning, `body_text`"
    " is whole",
    "charset-unknown": "the page names an unknown character encoding: it is read as if it named none",
    "characters-lost": "the page is not in the character encoding that it names: some characters are `U+FFFD`",
    "date-ambiguous": "a numeric date that can be read in two ways, and nothing decides which: there is no date",
    "date-conflict": "`datetime` and text, or two printed dates, are different days: the `datetime`, the labelled date,"
    " or the first date is used",
    "date-incomplete": "a year, a month or a day without year: there is no date",
    "date-order-assumed": "a numeric date that can be read in two ways: the date is read as usual in the page's"
    " language, which no other page of the site confirms",
    "date-range": "a range of days: there is no date",
    "date-unparsed": "the text under the date's label cannot be read as a date",
    "label-unknown": "an unknown label of the metadata block: its values are only in `metadata`",
    "page-cut": "the page has more elements than are read: its end is missing",
    "text-rendition": "read from plain text: links, files, images and the grouping of values are lost",
    "translation-fallback": "the text is that of another language: a fallback page (`is_fallback`), or a translation"
    " that the site names but that does not exist yet",
    "unrecognized:{field}": "a value that is not in the field's vocabulary: kept as printed, `id` is null",
    "value-lost:{field}": "a label without a value in plain text: the page had no value, or the text lost it",
    "value-unread:{field}": "a label whose value is no text, link or date: a picture without words, a hidden part of"
    " the page",
    "value-moved:{field}": "a value was under another field's label, but only this field's vocabulary has it",
    "value-inferred:{field}": "a value without label that several vocabularies have, assigned to the field whose label"
    " is missing, or to the field of the values next to it",
    "value-unassigned": "a value without label that is in no vocabulary, or in more than one: it is only in `metadata`",
}
"""Code -> meaning."""


def problem(code: str, field: str | None = None) -> str:
    """The code as it is written in an item.

    Raises:
        KeyError: the code is not in :data:`PROBLEMS`, or misses its field.
    """
    if field is None:
        PROBLEMS[code]
        return code
    PROBLEMS[f"{code}:{{field}}"]
    return f"{code}:{field}"
