"""A collection whose every text is an attack: what a portal that means harm would print."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from migration_spider.browse.archived import Archive
from migration_spider.browse.collection import Collection
from migration_spider.browse.making import made
from tests.browse.conftest import config_of

MARK = "x-attack"
"""Name of an element that only an attack could make."""

ATTACK = (
    f'">\'></title></textarea></script></style>--><{MARK} onclick="hacked=1" style="color:red">'
    "<script>hacked=1</script><img src=x onerror=hacked=1><svg onload=hacked=1>"
    "{{ 'hack' ~ 'ed' }}{% raw %}&lt;b&gt;\u202e\u2066"
)
ADDRESSES = (
    "javascript:hacked=1//",
    "data:text/html,<script>hacked=1</script>",
    f'https://evil.example/"><{MARK} onmouseover="hacked=1',
    "//evil.example/x",
)
LONG = "Unbreakable" * 30

TEXTS = frozenset(
    ("title", "summary", "body_text", "alt", "text", "publication_date_raw", "filename", "media_type", "raw")
)
"""Keys of items that hold what was printed, or what a server said."""

KEPT = frozenset(("warc", "id", "language", "content_language", "translations", "site_profile", "extractor"))


def poisoned(value: Any, place: int, key: str = "") -> Any:
    """``value`` of an item, with an attack in each text and address of it; codes, dates and citations stay."""
    if key in KEPT:
        return value
    if isinstance(value, list):
        return [poisoned(one, place + number, key) for number, one in enumerate(value)]
    if isinstance(value, dict):
        return {name: poisoned(one, place, name) for name, one in value.items()}
    if not isinstance(value, str):
        return value
    if key in ("url", "canonical_url"):
        return ADDRESSES[place % len(ADDRESSES)]
    if key == "body_html":
        return f"<p>{value}</p>{ATTACK}"
    if key in TEXTS:
        return f"{LONG if place % 3 == 0 else value} {ATTACK}"
    return value


def poison(harvested: Path, folder: Path) -> Collection:
    """The items of ``harvested``, poisoned, as a collection in ``folder``, with the archive as it is."""
    (folder / "items").mkdir(parents=True)
    shutil.copytree(harvested / "runs", folder / "runs")
    lines = (harvested / "items" / "news.jsonl").read_text(encoding="utf-8").splitlines()
    with (folder / "items" / "news.jsonl").open("w", encoding="utf-8") as file:
        for place, line in enumerate(lines):
            item = poisoned(json.loads(line), place)
            if "metadata" not in item:  # it says that an item is gone
                file.write(json.dumps(item) + "\n")
                continue
            # A publisher and a place that no vocabulary has, a label that was never seen, a file with any name.
            item["source_publisher"].append({"raw": ATTACK, "id": None, "label": None})
            item["metadata"].append({"label": ATTACK, "values": [{"text": ATTACK, "url": ADDRESSES[0]}]})
            file.write(json.dumps(item, ensure_ascii=False) + "\n")
    archive = Archive(harvested / "warc", harvested / "index.cdxj")
    return Collection(made(folder, config_of(folder)), archive, folder)
