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
from migration_spider.pages.text import fold
from migration_spider.report.text import plural
from migration_spider.sampling import SAMPLES, traits, varied
from migration_spider.survey.model import Field, Sample
from migration_spider.survey.reading import Read
from migration_spider.survey.still import Stills
from migration_spider.vocabularies import VOCABULARIES, label_kind

PARTS = "\n\n"
"""Between paragraphs."""

BEGINNING, END = 400, 160
"""Characters of the text that are shown."""


def chosen(news: Sequence[Read]) -> list[Read]:
    """The sample items, the newest of each language first."""
    items = [(read, read.item) for read in news if read.item is not None]
    differences = [
        (*traits(item.language, item.publication_date, read.page.node_type), bool(item.problems))
        for read, item in items
    ]
    picked = varied(differences, SAMPLES)
    found = [items[place] for place in picked]
    found.sort(key=lambda pair: pair[1].publication_date or "", reverse=True)
    found.sort(key=lambda pair: pair[1].language)
    return [read for read, _ in found]


def sample(number: int, read: Read, stills: Stills) -> tuple[Sample, str]:
    """The sample and the HTML of its page. The page is taken apart: read nothing of it after."""
    page, item = read.page, read.item
    assert isinstance(page, NewsPage) and item is not None  # noqa: S101, PT018  (as `chosen` gives them)
    finish(item)
    marked, told = list(enumerate(places(page), 1)), lines(page)
    made: Sample = {
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
    return made, stills.still(page, marked, told)


def meaning(code: str) -> str:
    """A problem code in words."""
    name, _, about = code.partition(":")
    return PROBLEMS.get(code) or PROBLEMS.get(f"{name}:{{field}}", "") + (f" ({about})" if about else "")


def _fields(page: NewsPage, item: NewsItem, marked: list[tuple[int, Place]]) -> Iterator[Field]:
    numbers = {(place.field, place.entry): number for number, place in marked}

    def made(field: str, printed: list[str], note: str | None = None, **more: Any) -> Field:
        found: Field = {
            "field": field,
            "label": None,
            "printed": printed,
            "read": [],
            "is_read": True,
            "mark": numbers.get((field, more.pop("entry", None))),
            "note": note,
        }
        found.update(more)  # type: ignore[typeddict-item]
        return found

    in_head = None if ("title", None) in numbers else "from the head of the page" if item.title else "no title found"
    yield made("title", [item.title] if item.title else [], in_head, is_read=bool(item.title))
    told: set[str] = set()
    for number, entry in enumerate(page.block.entries):
        yield _of_block(entry, item, told, numbers.get(("metadata", number)))
    if item.summary:
        on_page = ("summary", None) in numbers
        yield made("summary", [item.summary], None if on_page else "from the description in the head")
    yield made("body_text", _ends(item.body_text), _length(item.body_text), is_read=bool(item.body_text))
    if item.attachments and "attachments" not in told:
        yield made("attachments", _files(item))
    if item.images:
        yield made("images", [one.alt or one.url.rpartition("/")[2] for one in item.images])
    yield made("language", [item.language], _detected(item))
    if item.node_id is not None:
        yield made("node_id", [str(item.node_id)])
    if item.translations:
        yield made("translations", sorted(item.translations), "named in the head")


def _date(item: NewsItem, is_printed: bool) -> tuple[list[str], bool, str | None]:
    """(what was read, whether it was understood, a note) of the publication date."""
    code = next((code for code in item.problems if code.startswith("date-")), None)
    read = [item.publication_date] if item.publication_date else []
    return read, code is None and bool(read or not is_printed), meaning(code) if code else None


def _terms(item: NewsItem, name: str) -> tuple[list[str], bool, str | None]:
    """The same of the terms of a field."""
    terms = getattr(item, name)
    if not terms:
        return [], False, "not read into the field"
    is_read = name not in VOCABULARIES or all(term.id is not None for term in terms)
    return [_term(term, name) for term in terms], is_read, None


def _unnamed(entry: Entry, item: NewsItem) -> tuple[str | None, list[str], bool, str | None]:
    """(field, what was read, whether it was understood, a note) of an entry whose label names no field."""
    kind = label_kind(entry.label) if entry.label else None
    if kind == "file" and item.attachments:
        return "attachments", _files(item), True, None
    if kind is not None:
        return None, [], True, f"a known label without a field ({kind})"
    if entry.label:
        return None, [], False, "unknown label: kept only in `metadata`"
    return None, [], True, "printed without a label"


def _of_block(entry: Entry, item: NewsItem, told: set[str], mark: int | None) -> Field:
    name = entry.field_name
    printed = [fold(value.text) or value.url or value.datetime or "" for value in entry.values]
    read: list[str] = []
    is_read, note = True, None
    if name is None:
        name, read, is_read, note = _unnamed(entry, item)
    elif name == "publication_date":
        read, is_read, note = _date(item, bool(printed))
    elif printed and name not in told:
        read, is_read, note = _terms(item, name)
    if not printed:
        note = note or "no value under this label"
    elif name:
        told.add(name)
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
    return [" – ".join(filter(None, (one.title, one.filename))) for one in item.attachments]


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
