"""Saves a page as a test case: a folder with page.html, capture.json and expected.json, as in tests/pages."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from parsel import Selector

from migration_spider.asked import Asked
from migration_spider.exceptions import MigrationError
from migration_spider.pages import ListingPage, NewsPage, Page, page_for

CLASSES: dict[str, type[Page]] = {"news": NewsPage, "listing": ListingPage, "other": Page}

FIELDS = {
    "news": (
        "title", "summary", "node_id", "node_type", "language", "canonical_url", "is_fallback", "translations",
        "body_text", "body_html", "metadata", "attachments", "images",
    ),
    "listing": ("rows", "pager_links", "next_url", "is_empty"),
    "other": ("node_id", "node_type", "language"),
}  # fmt: skip
"""Kind of page -> what a case of it says."""


class CaseExistsError(MigrationError):
    """A case of that name is there. Raised by :func:`save`."""


def read(case: Path, kind: str | None = None) -> dict[str, Any]:
    """What the page of ``case`` says, as JSON has it; with ``kind`` as a page of that kind would say it."""
    capture = json.loads((case / "capture.json").read_text(encoding="utf-8"))
    html = (case / "page.html").read_text(encoding="utf-8")
    page = page_for(capture["url"], Selector(html), named_as_news=capture.get("named_as_news", False))
    if kind is not None and kind != page.kind:
        page = CLASSES[kind](page.url, page.selector)
    said = {"kind": page.kind} | {name: getattr(page, name) for name in FIELDS[page.kind]}
    return dict(json.loads(json.dumps(said, default=asdict, ensure_ascii=False)))


def save(asked: Asked, cases: Path, name: str, kind: str | None = None) -> Path:
    """Write the folder of a new case below ``cases``, in that of its kind, and give it.

    Args:
        kind: what the page is; expected.json then says so, whatever the reader takes it for (default: the latter).

    Raises:
        CaseExistsError: there is a case of that name and kind.
        OSError: it cannot be written.
    """
    folder = cases / (kind or asked.page().kind) / name
    if folder.exists():
        raise CaseExistsError(f"{folder} exists: choose another name, or remove it")
    folder.mkdir(parents=True)
    (folder / "page.html").write_text(asked.text, encoding="utf-8")
    capture = {"url": asked.url} | ({"named_as_news": True} if asked.named_as_news else {})
    (folder / "capture.json").write_text(json.dumps(capture) + "\n", encoding="utf-8")
    # Of the files as they are now: what a file system or an encoding changes is in them.
    write_expected(folder, read(folder, kind))
    return folder


def write_expected(case: Path, said: dict[str, Any]) -> Path:
    """Write expected.json of a case."""
    file = case / "expected.json"
    file.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return file
