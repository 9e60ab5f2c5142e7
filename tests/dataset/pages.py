"""Records of pages in several languages, and the dataset of them: stories, each with its translations."""

from __future__ import annotations

from dataclasses import dataclass, field

from archive.dataset import Stories
from tests.dataset.records import Note, dataset


@dataclass(kw_only=True)
class File:
    url: str
    """Where it is."""


@dataclass(kw_only=True)
class Page(Note):
    language: str = ""
    """Of the page."""

    text_language: str | None = None
    """Of the text."""

    is_fallback: bool = False
    """Whether it shows another language's text."""

    files: list[File] = field(default_factory=list)
    """What it offers."""

    digest: str = ""
    """Of what it says."""


STORIES = Stories(
    group="number",
    fallback="is_fallback",
    translations="links",
    text_language="text_language",
    files="files",
    assumed="en",
)


def described(**changes):
    said = {
        "name": "pages",
        "item": Page,
        "order": ("number", "language"),
        "language": "language",
        "heading": "title",
        "digest": "digest",
        "provenance": ("version", "fetched_at", "warc", "digest"),
        "counted": ("language", "tags"),
        "stories": STORIES,
    }
    return dataset(**{**said, **changes})


def page(number, language, **fields):
    """A record; ``tags`` are codes, or texts as printed that no vocabulary knows."""
    key = f"{number}@{language}"
    codes = fields.pop("tags", ())
    tags = [{"raw": code, "id": code if code.isdigit() else None, "label": f"Label {code}"} for code in codes]
    return {
        "id": key,
        "number": number,
        "url": f"https://example.org/{language}/{number}",
        "title": f"Title {number} {language}",
        "done": False,
        "day": "2024-01-01",
        "text": "Text.",
        "tags": tags,
        "block": [],
        "links": {},
        "problems": [],
        "version": 1,
        "fetched_at": "2024-05-01T12:00:00Z",
        "warc": {"file": "a.warc.gz", "offset": 0},
        "language": language,
        "text_language": language,
        "is_fallback": False,
        "files": [],
        "digest": "0",
        **fields,
    }
