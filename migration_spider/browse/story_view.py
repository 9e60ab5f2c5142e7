"""The content of the page of a story, on the server and in the static site."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from archive.dataset.lines import is_tombstone
from archive.dataset.shelf import descriptor
from migration_spider.browse import citing, printed
from migration_spider.browse.captured import captured, has_capture
from migration_spider.browse.collection import Collection
from migration_spider.browse.columns import Row, beside, paragraphs
from migration_spider.browse.item_lines import Record
from migration_spider.browse.links import Links, ServerLinks
from migration_spider.browse.story import GONE, TOLD_BY, Cited, Item, Story, Version, compared, lines_of
from migration_spider.browse.version_diff import FieldChange, changes, weight

MOST_VERSIONS = 10
"""Of an item, the newest, whose changes stand on its page; those before are compared on demand."""


MOST_COMPARED = 1_000_000
"""Characters of texts that are compared for one page; what is more is compared on demand."""

ON_DEMAND = "not compared on this page"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of the page."""

    language: str | None = None
    """That stands first."""

    beside: str | None = None
    """That stands second; the first one again: nothing stands beside it."""

    capture: str | None = None
    """Of the page of the first one: the timestamp of the archived copy that is shown."""

    item: str | None = None
    old: int | None = None
    new: int | None = None
    """Two versions of an item to be compared, by their positions."""


PLAIN = Asked()


@dataclass(frozen=True, slots=True)
class Step:
    """A version and what it changed."""

    version: Version
    changes: Sequence[FieldChange] | None = None
    """None: not told here; it is the first, says that the item is gone, or one of both is not at hand."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """An item as it is cited."""

    item: Item
    text: str
    bibtex: str
    ris: str
    csl: str
    pwid: str | None
    archived: str | None
    """Address of the archived page on the server."""


def values(collection: Collection, links: Links, story: Story, asked: Asked = PLAIN) -> dict[str, Any]:
    """What the template ``story.html`` needs."""
    first = story.item(asked.language) or story.items[0]
    second = _second(story, first, asked.beside)
    shown = [first, *([second] if second else [])]
    others = [one for one in story.items if one not in shown]
    return {
        "story": story,
        "told_by": TOLD_BY.get(story.source_told_by or "", ""),
        "first": first,
        "second": second,
        "shown": shown,
        "others": others,
        "rows": _rows(first, second),
        "bodies": {one.id: body(collection, links, one) for one in ([*shown, *others] if not links.live else shown)},
        "histories": histories(collection, story),
        "compared": _compared(collection, story, asked),
        "references": [reference(collection, links, one) for one in story.items],
        "archived": archived(collection, links),
        "captured": captured(collection, story.id, first.language, asked.capture) if links.live else None,
        "commands": partial(commands, collection, links),
        "moment": moment,
        "size": size,
        "GONE": GONE,
    }


def _second(story: Story, first: Item, language: str | None) -> Item | None:
    if language is not None:
        chosen = story.item(language)
        if chosen is not None:
            return None if chosen is first else chosen
    own = [one for one in story.here if one is not first and not one.is_borrowed]
    return own[0] if own and not first.gone else None


def _rows(first: Item, second: Item | None) -> list[Row]:
    if second is None:
        return []
    texts = first.says("body_text") or "", second.says("body_text") or ""
    if first.text_language == second.text_language:  # one shows what the other says: nothing is translated
        ours, theirs = map(paragraphs, texts)
        return [Row(ours, theirs, None)]
    return beside(*texts)


def body(collection: Collection, links: Links, item: Item) -> Markup:
    """The article as it was printed, with its links; empty where the release has no texts."""
    where = archived(collection, links)
    at = item.says("fetched_at")
    return printed.shown(item.says("body_html") or "", item.says("url") or "", lambda url: where(at, url))


class archived:  # noqa: N801 - called like the function that it is
    """(moment, address) -> where the archived bytes are shown; None without a server, or without the archive."""

    def __init__(self, collection: Collection, links: Links) -> None:
        self._links = links if isinstance(links, ServerLinks) and collection.archive else None
        self._archive = collection.archive

    def has(self, url: str) -> bool:
        """Whether the archive has a capture of ``url``."""
        return self._archive is not None and has_capture(self._archive, url)

    def __call__(self, moment: str | None, url: str | None, modifier: str = "id_") -> str | None:
        digits = "".join(sign for sign in (moment or "")[:19] if sign.isdigit())
        if self._links is None or not url or len(digits) != 14:
            return None
        return self._links.memento(digits, url, modifier)


def histories(collection: Collection, story: Story) -> list[tuple[Item, list[Step]]]:
    """The versions of each item, and what they changed, up to `MOST_COMPARED` characters of texts."""
    left = MOST_COMPARED
    found: list[tuple[Item, list[Step]]] = []
    for item in story.items:
        told = []
        for step, before, line in steps(collection, item):
            if before is not None and line is not None:
                left -= weight(before, line)
                step = Step(step.version, changes(before, line)) if left >= 0 else Step(step.version, note=ON_DEMAND)
            told.append(step)
        found.append((item, told))
    return found


def steps(collection: Collection, item: Item) -> Iterator[tuple[Step, Record | None, Record | None]]:
    """(a version, the line before it, its line), the newest first; lines are None where they are not compared here."""
    lines = lines_of(collection, item)
    newest = [one.position for one in item.versions][-MOST_VERSIONS:]
    for version in reversed(item.versions):
        line = lines.get(version.position)
        before = [lines.get(one.position) for one in item.versions if one.position < version.position]
        there = [one for one in before if one is None or not is_tombstone(one)]
        if version.what == GONE or not before:
            yield Step(version), None, None
        elif version.position not in newest:
            yield Step(version, note=ON_DEMAND), None, None
        elif line is None or not there or there[-1] is None:
            yield Step(version, note="the version before is not in this release"), None, None
        else:
            yield Step(version), there[-1], line


def _compared(collection: Collection, story: Story, asked: Asked) -> dict[str, Any] | None:
    item = story.named(asked.item)
    if item is None or asked.old is None or asked.new is None:
        return None
    told = compared(collection, item, asked.old, asked.new)
    return {"item": item, "old": asked.old, "new": asked.new, "changes": told}


def reference(collection: Collection, links: Links, item: Item) -> Reference:
    """The item as it is cited."""
    work = citing.Work(
        id=item.id,
        title=item.title,
        authors=_authors(item.record) or [citing.PORTAL],
        date=item.says("publication_date"),
        language=item.text_language,
        url=item.says("url") or "",
        seen=item.cited.date if item.cited else None,
        archived=item.cited.target_uri if item.cited else None,
        collection=collection.about.name,
        archive=_dataset_name(collection.folder),
    )
    csl = json.dumps([citing.csl(work)], ensure_ascii=False, indent=1)
    where = archived(collection, links)(work.seen, work.archived, "")
    return Reference(item, citing.text(work), citing.bibtex(work), citing.ris(work), csl, citing.pwid(work), where)


@lru_cache(maxsize=2)  # the release of today, and the one that takes its place
def _dataset_name(release: Path) -> str:
    return str(descriptor(release).get("name") or "archive")


def _authors(record: Mapping[str, Any]) -> list[str]:
    terms = [*(record.get("source_publisher") or ()), *(record.get("other_source_publisher") or ())]
    return [str(term.get("label") or term["raw"]) for term in terms]


def commands(collection: Collection, links: Links, item: Item, cited: Cited | None) -> list[tuple[str, str]]:
    """(what it does, command line): how anybody checks the evidence without this page.

    On the server they work as they are typed, wherever one stands; none is told for what is not at hand here. Files of
    a site may be anywhere, so there the words say what the lines need.
    """
    name, archive = shlex.quote(item.id), collection.archive
    told = []
    if not links.live:
        warc: Path | None = Path("warc")
        told.append((f"{_PROVES} and the data folder that it made", f"scrapy show {name} --verify -s DATA_DIR=DATA"))
    else:
        warc = archive.folder.absolute() if archive else None
        if data := _data_folder(collection):
            line = f"{_PROJECT} scrapy show {name} --verify -s {shlex.quote(f'DATA_DIR={data}')}"
            told.append((_PROVES, line))
    if cited and warc:
        cut = f"tail -c +{cited.offset + 1} {shlex.quote(str(warc / cited.file))} | head -c {cited.length}"
        words = "Prints the archived record with nothing but a shell"
        told.append((words if links.live else f"{words}, in the data folder", f"{cut} | gunzip"))
    return told


_PROVES = "Proves all versions of it with this project"

_PROJECT = "SCRAPY_SETTINGS_MODULE=migration_spider.settings"
"""Stands before ``scrapy`` where the folder is not that of the project."""


def _data_folder(collection: Collection) -> Path | None:
    """The data folder that has the items and their archive; None where it is not at hand."""
    if collection.archive is None:
        return None
    data = collection.archive.folder.absolute().parent
    return data if (data / "items" / "news.jsonl").is_file() and (data / "warc").is_dir() else None


def moment(time: str | None) -> str:
    """``2026-11-26T14:40:34.6Z`` -> ``2026-11-26 14:40:34 UTC``."""
    return f"{time[:10]} {time[11:19]} UTC" if time else ""


def size(count: int | None) -> str:
    """Bytes in words: ``2.4 KB``."""
    if count is None:
        return "not fetched"
    if count < 1000:
        return f"{count} bytes"
    value, units = count / 1000, iter(("KB", "MB", "GB", "TB"))
    unit = next(units)
    while value >= 1000 and unit != "TB":
        value, unit = value / 1000, next(units)
    return f"{value:.1f} {unit}"
