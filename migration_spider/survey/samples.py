"""The sample items of a survey: each field, and where on the page it was read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from migration_spider.explained import lines
from migration_spider.items import BLOCK_FIELDS, Entry, NewsItem, Term
from migration_spider.normalize import PROBLEMS
from migration_spider.normalize.item import finish
from migration_spider.pages import NewsPage
from migration_spider.pages.places import Place, places
from migration_spider.report.text import plural
from migration_spider.sampling import SAMPLES, traits, varied
from migration_spider.survey.model import Field, Sample
from migration_spider.survey.reading import Read
from migration_spider.survey.still import Stills
from migration_spider.text import fold
from migration_spider.vocabularies import VOCABULARIES, label_kind

PARTS = "\n\n"
"""Separator of paragraphs."""

BEGINNING, END = 400, 160
"""Characters of the text that are shown of its beginning and end."""


def chosen(news: Sequence[Read]) -> list[Read]:
    """The sample items, the newest of each language first."""
    items = [(read, read.item) for read in news if read.item is not None]
    differences = [
        (*traits(item.language, item.publication_date, read.page.node_type), bool(item.problems))
        for read, item in items
    ]
    picked = varied(differences, SAMPLES)
    samples = [items[place] for place in picked]
    samples.sort(key=lambda pair: pair[1].publication_date or "", reverse=True)
    samples.sort(key=lambda pair: pair[1].language)
    return [read for read, _ in samples]


def sample(number: int, read: Read, stills: Stills) -> tuple[Sample, str]:
    """The sample and the HTML of its page. This changes the page, which must not be read afterwards."""
    page, item = read.page, read.item
    assert isinstance(page, NewsPage) and item is not None  # noqa: S101, PT018  (true for the results of `chosen`)
    finish(item)
    marked, page_lines = list(enumerate(places(page), 1)), lines(page)
    described: Sample = {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "language": item.language,
        "publication_date": item.publication_date,
        "file": f"survey/{number:02}.html",
        "fields": list(_fields(page, item, marked)),
        "silent": [name for name in BLOCK_FIELDS if not getattr(item, name)],
        "problems": list(item.problems),
        "record_id": read.answer.record_id,
    }
    return described, stills.still(page, marked, page_lines)


def meaning(code: str) -> str:
    """A problem code in words."""
    name, _, about = code.partition(":")
    return PROBLEMS.get(code) or PROBLEMS.get(f"{name}:{{field}}", "") + (f" ({about})" if about else "")


def _fields(page: NewsPage, item: NewsItem, marked: list[tuple[int, Place]]) -> Iterator[Field]:
    numbers = {(place.field, place.entry): number for number, place in marked}

    def described(field: str, printed: list[str], note: str | None = None, **more: Any) -> Field:
        description: Field = {
            "field": field,
            "label": None,
            "printed": printed,
            "read": [],
            "is_read": True,
            "mark": numbers.get((field, more.pop("entry", None))),
            "note": note,
        }
        description.update(more)  # type: ignore[typeddict-item]
        return description

    in_head = None if ("title", None) in numbers else "from the head of the page" if item.title else "no title found"
    yield described("title", [item.title] if item.title else [], in_head, is_read=bool(item.title))
    done: set[str] = set()
    for number, entry in enumerate(page.block.entries):
        yield _of_block(entry, item, done, numbers.get(("metadata", number)))
    if item.summary:
        on_page = ("summary", None) in numbers
        yield described("summary", [item.summary], None if on_page else "from the description in the head")
    yield described("body_text", _ends(item.body_text), _length(item.body_text), is_read=bool(item.body_text))
    if item.attachments and "attachments" not in done:
        yield described("attachments", _files(item))
    if item.images:
        yield described("images", [image.alt or image.url.rpartition("/")[2] for image in item.images])
    yield described("language", [item.language], _detected(item))
    if item.node_id is not None:
        yield described("node_id", [str(item.node_id)])
    if item.translations:
        yield described("translations", sorted(item.translations), "named in the head")


def _date(item: NewsItem, is_printed: bool) -> tuple[list[str], bool, str | None]:
    """(values read, whether they were understood, note) of the publication date."""
    code = next((code for code in item.problems if code.startswith("date-")), None)
    read = [item.publication_date] if item.publication_date else []
    return read, code is None and bool(read or not is_printed), meaning(code) if code else None


def _terms(item: NewsItem, name: str) -> tuple[list[str], bool, str | None]:
    """(values read, whether they were understood, note) of the terms of a field."""
    terms = getattr(item, name)
    if not terms:
        return [], False, "not read into the field"
    is_read = name not in VOCABULARIES or all(term.id is not None for term in terms)
    return [_term(term, name) for term in terms], is_read, None


def _unnamed(entry: Entry, item: NewsItem) -> tuple[str | None, list[str], bool, str | None]:
    """(field, values read, whether they were understood, note) of an entry whose label has no field."""
    kind = label_kind(entry.label) if entry.label else None
    if kind == "file" and item.attachments:
        return "attachments", _files(item), True, None
    if kind is not None:
        return None, [], True, f"a known label without a field ({kind})"
    if entry.label:
        return None, [], False, "unknown label: kept only in `metadata`"
    return None, [], True, "printed without a label"


def _of_block(entry: Entry, item: NewsItem, done: set[str], mark: int | None) -> Field:
    name = entry.field_name
    printed = [fold(value.text) or value.url or value.datetime or "" for value in entry.values]
    read: list[str] = []
    is_read, note = True, None
    if name is None:
        name, read, is_read, note = _unnamed(entry, item)
    elif name == "publication_date":
        read, is_read, note = _date(item, bool(printed))
    elif printed and name not in done:
        read, is_read, note = _terms(item, name)
    if not printed:
        note = note or "no value under this label"
    elif name:
        done.add(name)
    return {
        "field": name or "metadata",
        "label": entry.label,
        "printed": printed,
        "read": read,
        "is_read": is_read,
        "mark": mark,
        "note": note,
    }


def _files(item: NewsItem) -> list[str]:
    return [" – ".join(filter(None, (file.title, file.filename))) for file in item.attachments]


def _term(term: Term, name: str) -> str:
    if term.id is not None:
        return f"{term.label} ({term.id})"
    return term.raw if name not in VOCABULARIES else f"{term.raw}: not in the vocabulary"


def _ends(text: str) -> list[str]:
    if len(text) <= BEGINNING + END + 40:
        return [text] if text else []
    return [f"{text[:BEGINNING].rstrip()} …", f"… {text[-END:].lstrip()}"]


def _length(text: str) -> str:
    if not text:
        return "no text found"
    shown = "the beginning and the end of " if len(text) > BEGINNING + END + 40 else ""
    return f"{shown}{plural(len(text), 'character')} in {plural(text.count(PARTS) + 1, 'paragraph')}"


def _detected(item: NewsItem) -> str | None:
    detected = item.content_language
    if detected is None or detected.split("-")[0] == item.language.split("-")[0]:
        return None
    return f"as the page says; its text seems to be {detected}"
