"""Makes a release: a folder that is either not there or whole, and never changes afterwards.

The same lines, release before, code and libraries give the same bytes: no clock is read,
dates come from the records.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from archive.dataset import parquet
from archive.dataset.card import card
from archive.dataset.changes import changes, entry
from archive.dataset.citation import citation_cff, schema_org, zenodo
from archive.dataset.datapackage import Resource, data_package
from archive.dataset.description import Dataset
from archive.dataset.edition import Edition
from archive.dataset.errors import DatasetError
from archive.dataset.feed import MOST_ENTRIES, Entry, atom, order
from archive.dataset.lines import Lines, dump
from archive.dataset.shelf import Shelf, descriptor
from archive.dataset.writing import Progress, Writer, Written

SUMS, FEED = "SHA256SUMS", "changes.atom"


@dataclass(frozen=True, slots=True)
class Release:
    """A release on disk."""

    path: Path
    edition: Edition
    items: int
    """Records that it holds."""

    new: bool
    """False when the very same release was there already."""

    parquet: bool
    """Whether it has a Parquet file: pyarrow was installed."""


def publish(
    dataset: Dataset,
    items: Path,
    folder: Path,
    *,
    version: str | None = None,
    texts: bool = True,
    bom: bool = True,
    progress: Progress = lambda step, done, total: None,
) -> Release:
    """Write the release ``folder``/``version`` of the JSON lines ``items``.

    Args:
        version: by default the date of the newest capture.
        texts: False leaves the fields ``Dataset.texts`` out everywhere.
        bom: whether CSV files start with a byte order mark.
        progress: called with what is done, and how many of how many records are.

    Raises:
        DatasetError: there are no items, an item lacks a field, ``version`` is no name for a folder, or it is there
            with other contents.
        OSError: the release cannot be written; nothing is left of it.
    """
    progress("Reading the items", 0, 0)
    lines = Lines(items, dataset.key, dataset.order, dataset.seen, dataset.parse)
    if not lines.newest:
        raise DatasetError(f"{items} holds no items: there is nothing to publish yet")
    shelf = Shelf(folder)
    target = shelf.place(version or lines.newest[:10])
    folder.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder, prefix=f".{target.name}-"))
    try:
        before = shelf.before(target.name, lines.newest)
        edition = Edition(
            version=target.name, created=lines.newest, previous=before.name if before else None, texts=texts
        )
        writer = Writer(dataset, lines, draft, texts=texts, bom=bom, progress=progress)
        written = writer.write()
        edition.withdrawn = written.withdrawn
        progress("Comparing with the release before", 0, 0)
        _compare(dataset, lines, before, edition, draft)
        progress("Describing the release", 0, 0)
        _describe(dataset, written, edition, draft)
        new = not target.exists()
        if new:
            progress("Writing to disk", 0, 0)
            shelf.add(draft, target)
        elif not (target / SUMS).exists() or (target / SUMS).read_bytes() != (draft / SUMS).read_bytes():
            raise DatasetError(
                f"{target} is there with other contents and is never overwritten: "
                f"give another version, for example --version {shelf.free(target.name)}"
            )
    except sqlite3.IntegrityError as error:
        raise DatasetError(
            f"{items}: an item does not fit {dataset.item.__name__} ({error}): make the items again with this code"
        ) from error
    except sqlite3.OperationalError as error:  # the disk is full, or the like
        raise OSError(f"{target}: {error}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Release(target, edition, written.summary.records, new, parquet.installed())


def _compare(dataset: Dataset, lines: Lines, before: Path | None, edition: Edition, draft: Path) -> None:
    # Texts that one of the two releases leaves out are no change.
    whole = edition.texts and (before is None or descriptor(before).get("texts") is not False)
    past = before / f"{dataset.name}.jsonl" if before else None
    latest: list[Entry] = []
    with (draft / "CHANGES.jsonl").open("wb") as stream:
        for change, record in changes(lines, past, dataset, ignored=() if whole else dataset.texts):
            edition.changed[change["change"]] += 1
            stream.write(dump(change))
            if change.get("changes") != []:
                latest.append(entry(change, record, dataset, edition.created))
            if len(latest) >= 2 * MOST_ENTRIES:
                latest = sorted(latest, key=order)[-MOST_ENTRIES:]
    named = {"source": dataset.homepage, "author": dataset.publisher, "generator": dataset.compiler}
    feed = atom(latest, title=f"{dataset.title}: changes", updated=edition.created, **named)
    (draft / FEED).write_bytes(feed)


def _describe(dataset: Dataset, written: Written, edition: Edition, draft: Path) -> None:
    summary = written.summary
    since = f"What was added, changed and removed since version {edition.previous}"
    written.descriptions["CHANGES.jsonl"] = since if edition.previous else "What was added: all, as the first release"
    written.descriptions[FEED] = f"The latest {MOST_ENTRIES} of these as an Atom feed, for those who follow the source"
    resources = [
        Resource(
            name=_name(path, written),
            path=path,
            description=description,
            size=(draft / path).stat().st_size,
            sha256=_sha256(draft / path),
            table=written.tables.get(path),
        )
        for path, description in written.descriptions.items()
    ]
    _write_json(draft / "schema.json", written.schema)
    _write_json(draft / "datapackage.json", data_package(dataset, resources, edition))
    _write_json(draft / "dataset.jsonld", schema_org(dataset, summary, resources, edition))
    _write_json(draft / ".zenodo.json", zenodo(dataset, edition))
    (draft / "CITATION.cff").write_text(citation_cff(dataset, edition), encoding="utf-8", newline="\n")
    text = card(dataset, summary, resources, written.lists, edition)
    (draft / "README.md").write_text(text, encoding="utf-8", newline="\n")
    paths = sorted(path.relative_to(draft).as_posix() for path in draft.rglob("*") if path.is_file())
    sums = "".join(f"{_sha256(draft / path)}  {path}\n" for path in paths)
    (draft / SUMS).write_text(sums, encoding="utf-8", newline="\n")


def _name(path: str, written: Written) -> str:
    """The name of the table, which foreign keys use; of other files the path."""
    table = written.tables.get(path)
    return table.name if table else re.sub(r"[^a-z0-9._-]", "-", path.lower())


def _sha256(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _write_json(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
