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
"""Versions of an item whose changes are on its page, the newest ones; others are compared on demand."""


MOST_COMPARED = 1_000_000
"""Characters of texts that are compared for one page; further versions are compared on demand."""

ON_DEMAND = "not compared on this page"


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of a page of a story."""

    language: str | None = None
    """The language that is shown first."""

    beside: str | None = None
    """The language that is shown beside it; nothing if it is the same."""

    capture: str | None = None
    """Timestamp of the archived copy to show, of the page in the first language."""

    item: str | None = None
    old: int | None = None
    new: int | None = None
    """The positions of two versions of ``item`` to compare."""


PLAIN = Asked()


@dataclass(frozen=True, slots=True)
class Step:
    """A version and its changes."""

    version: Version
    changes: Sequence[FieldChange] | None = None
    """None for the first version and for a tombstone, or if the versions were not compared (see ``note``)."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """Citations of an item in several formats."""

    item: Item
    text: str
    bibtex: str
    ris: str
    csl: str
    pwid: str | None
    archived: str | None
    """Address of the archived page on the server."""


def values(collection: Collection, links: Links, story: Story, asked: Asked = PLAIN) -> dict[str, Any]:
    """The values of the template ``story.html``."""
    first = story.item(asked.language) or story.items[0]
    second = _second(story, first, asked.beside)
    shown = [first, *([second] if second else [])]
    others = [item for item in story.items if item not in shown]
    return {
        "story": story,
        "told_by": TOLD_BY.get(story.source_told_by or "", ""),
        "first": first,
        "second": second,
        "shown": shown,
        "others": others,
        "rows": _rows(first, second),
        "bodies": {item.id: body(collection, links, item) for item in ([*shown, *others] if not links.live else shown)},
        "histories": histories(collection, story),
        "compared": _compared(collection, story, asked),
        "references": [reference(collection, links, item) for item in story.items],
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
    candidates = [item for item in story.here if item is not first and not item.is_borrowed]
    return candidates[0] if candidates and not first.gone else None


def _rows(first: Item, second: Item | None) -> list[Row]:
    if second is None:
        return []
    texts = first.says("body_text") or "", second.says("body_text") or ""
    if first.text_language == second.text_language:  # one page shows the text of the other: there is no translation
        ours, theirs = map(paragraphs, texts)
        return [Row(ours, theirs, None)]
    return beside(*texts)


def body(collection: Collection, links: Links, item: Item) -> Markup:
    """The article as printed, with its links; empty if the release has no texts."""
    where = archived(collection, links)
    at = item.says("fetched_at")
    return printed.shown(item.says("body_html") or "", item.says("url") or "", lambda url: where(at, url))


class archived:  # noqa: N801 - instances are called like a function
    """Returns the address of the archived bytes for (time, URL); None without a server, or without the archive."""

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
    """The versions of each item with their changes; at most `MOST_COMPARED` characters of texts are compared."""
    budget = MOST_COMPARED
    histories: list[tuple[Item, list[Step]]] = []
    for item in story.items:
        of_item = []
        for step, before, line in steps(collection, item):
            if before is not None and line is not None:
                budget -= weight(before, line)
                step = Step(step.version, changes(before, line)) if budget >= 0 else Step(step.version, note=ON_DEMAND)
            of_item.append(step)
        histories.append((item, of_item))
    return histories


def steps(collection: Collection, item: Item) -> Iterator[tuple[Step, Record | None, Record | None]]:
    """Yield (version, previous line, its line), the newest version first; both lines are None if not to be compared."""
    lines = lines_of(collection, item)
    newest = [version.position for version in item.versions][-MOST_VERSIONS:]
    for version in reversed(item.versions):
        line = lines.get(version.position)
        before = [lines.get(earlier.position) for earlier in item.versions if earlier.position < version.position]
        with_content = [earlier for earlier in before if earlier is None or not is_tombstone(earlier)]
        if version.what == GONE or not before:
            yield Step(version), None, None
        elif version.position not in newest:
            yield Step(version, note=ON_DEMAND), None, None
        elif line is None or not with_content or with_content[-1] is None:
            yield Step(version, note="the version before is not in this release"), None, None
        else:
            yield Step(version), with_content[-1], line


def _compared(collection: Collection, story: Story, asked: Asked) -> dict[str, Any] | None:
    item = story.named(asked.item)
    if item is None or asked.old is None or asked.new is None:
        return None
    differences = compared(collection, item, asked.old, asked.new)
    return {"item": item, "old": asked.old, "new": asked.new, "changes": differences}


def reference(collection: Collection, links: Links, item: Item) -> Reference:
    """The citations of an item."""
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


@lru_cache(maxsize=2)  # the current release, and its successor
def _dataset_name(release: Path) -> str:
    return str(descriptor(release).get("name") or "archive")


def _authors(record: Mapping[str, Any]) -> list[str]:
    terms = [*(record.get("source_publisher") or ()), *(record.get("other_source_publisher") or ())]
    return [str(term.get("label") or term["raw"]) for term in terms]


def commands(collection: Collection, links: Links, item: Item, cited: Cited | None) -> list[tuple[str, str]]:
    """(purpose, command line) of the commands that check the evidence without this page.

    On the server they work in any folder; commands for files that are not here are left out. A static site does not
    know where the files are, so there the purpose says what the command needs.
    """
    name, archive = shlex.quote(item.id), collection.archive
    lines = []
    if not links.live:
        warc: Path | None = Path("warc")
        lines.append((f"{_PROVES} and the data folder that it made", f"scrapy show {name} --verify -s DATA_DIR=DATA"))
    else:
        warc = archive.folder.absolute() if archive else None
        if data := _data_folder(collection):
            line = f"{_PROJECT} scrapy show {name} --verify -s {shlex.quote(f'DATA_DIR={data}')}"
            lines.append((_PROVES, line))
    if cited and warc:
        cut = f"tail -c +{cited.offset + 1} {shlex.quote(str(warc / cited.file))} | head -c {cited.length}"
        words = "Prints the archived record with nothing but a shell"
        lines.append((words if links.live else f"{words}, in the data folder", f"{cut} | gunzip"))
    return lines


_PROVES = "Proves all versions of it with this project"

_PROJECT = "SCRAPY_SETTINGS_MODULE=migration_spider.settings"
"""Needed before ``scrapy`` outside the folder of the project."""


def _data_folder(collection: Collection) -> Path | None:
    """The data folder with the items and their archive, if it is available."""
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
