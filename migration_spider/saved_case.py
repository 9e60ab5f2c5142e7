"""Saves a page as a test case: a folder with page.html, capture.json and expected.json, as in tests/pages."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from parsel import Selector

from migration_spider.asked import RequestedPage
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
"""Kind of page -> the members of the page in a case."""


class CaseExistsError(MigrationError):
    """There is already a case of this name. Raised by :func:`save`."""


def read(case: Path, kind: str | None = None) -> dict[str, Any]:
    """Return what is read from the page of ``case``, as JSON; if ``kind`` is given, as a page of that kind."""
    capture = json.loads((case / "capture.json").read_text(encoding="utf-8"))
    html = (case / "page.html").read_text(encoding="utf-8")
    page = page_for(capture["url"], Selector(html), named_as_news=capture.get("named_as_news", False))
    if kind is not None and kind != page.kind:
        page = CLASSES[kind](page.url, page.selector)
    values = {"kind": page.kind} | {name: getattr(page, name) for name in FIELDS[page.kind]}
    return dict(json.loads(json.dumps(values, default=asdict, ensure_ascii=False)))


def save(requested: RequestedPage, cases: Path, name: str, kind: str | None = None) -> Path:
    """Write a new case into the folder of its kind below ``cases``, and return its folder.

    Args:
        kind: The correct kind of the page for expected.json; by default the kind that the reader finds.

    Raises:
        CaseExistsError: There is already a case of this name and kind.
        OSError: It cannot be written.
    """
    folder = cases / (kind or requested.page().kind) / name
    if folder.exists():
        raise CaseExistsError(f"{folder} exists: choose another name, or remove it")
    folder.mkdir(parents=True)
    (folder / "page.html").write_text(requested.text, encoding="utf-8")
    capture = {"url": requested.url} | ({"named_as_news": True} if requested.named_as_news else {})
    (folder / "capture.json").write_text(json.dumps(capture) + "\n", encoding="utf-8")
    # Read from the written files, because the file system or the encoding may have changed something.
    write_expected(folder, read(folder, kind))
    return folder


def write_expected(case: Path, values: dict[str, Any]) -> Path:
    """Write expected.json of a case."""
    file = case / "expected.json"
    file.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return file
