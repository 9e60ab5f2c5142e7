"""Makes a release: a folder that appears only when it is complete, and never changes afterwards.

Equal lines, previous release, code and libraries give equal bytes: no clock is read, and dates come from the
records.
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

from archive.dataset import parquet
from archive.dataset.about import About
from archive.dataset.card import card
from archive.dataset.catalogues import as_json, card_sections, descriptions
from archive.dataset.changes import changes, entry
from archive.dataset.datapackage import Resource, data_package
from archive.dataset.datasette import datasette
from archive.dataset.description import Dataset
from archive.dataset.draft import Draft, Progress
from archive.dataset.edition import NOT_KNOWN, Edition, Wholeness
from archive.dataset.errors import DatasetError
from archive.dataset.feed import MOST_ENTRIES, Entry, atom, order
from archive.dataset.lines import Lines, dump
from archive.dataset.shelf import Shelf, descriptor
from archive.dataset.writing import Writer
from archive.disk import oddity

SUMS, FEED = "SHA256SUMS", "changes.atom"


@dataclass(frozen=True, slots=True)
class Release:
    """A release on disk."""

    path: Path
    edition: Edition
    items: int
    """Number of records."""

    counts_text: str
    """The number of items, and of stories if there are any, in words."""

    new: bool
    """False if an identical release existed already."""

    parquet: bool
    """Whether pyarrow was installed, so that there are Parquet files."""

    linked: bool
    """False if the release is new and the link ``latest`` could not be set."""


def publish(
    dataset: Dataset,
    items: Path,
    folder: Path,
    *,
    version: str | None = None,
    texts: bool = True,
    bom: bool = True,
    wholeness: Wholeness = NOT_KNOWN,
    progress: Progress = lambda step, done, total: None,
) -> Release:
    """Write the release ``folder``/``version`` of the JSON lines ``items``.

    Args:
        version: by default the date of `Edition.created`, with ``.2`` and so on if that exists with other contents.
        texts: False leaves out the fields ``Dataset.texts`` in all files.
        bom: whether CSV files start with a byte order mark.
        wholeness: whether the items are complete.
        progress: called with (step, records done, records in total).

    Raises:
        DatasetError: there are no items, an item lacks a field, ``version`` cannot be the name of a folder, or it
            exists with other contents.
        OSError: the release cannot be written; no part of it remains.
    """
    shelf = Shelf(folder)
    if version:
        shelf.place(version)  # report a wrong name before reading all items
    progress("Reading the items", 0, 0)
    lines = Lines(items, dataset.key, dataset.order, dataset.seen, dataset.parse)
    if not lines.newest:
        raise DatasetError(f"{items} has no items: there is nothing to publish yet")
    created = max(lines.newest, wholeness.ended or "")
    inputs = (lines.sha256, texts, bom, wholeness.sentence, wholeness.ended)
    made_from = sha256(json.dumps(inputs, ensure_ascii=False).encode()).hexdigest()
    for name in [version] if version else shelf.names(created[:10], made_from):
        edition = Edition(
            version=name,
            created=created,
            previous=None,
            texts=texts,
            whole=wholeness.sentence,
            complete=wholeness.complete,
            made_from=made_from,
        )
        if release := _make(dataset, lines, shelf, edition, bom=bom, progress=progress):
            return release
    raise DatasetError(
        f"{shelf.place(name)} is there with other contents and is never overwritten: "
        f"give another version, for example --version {shelf.free(name)}"
    )


def _make(
    dataset: Dataset, lines: Lines, shelf: Shelf, edition: Edition, *, bom: bool, progress: Progress
) -> Release | None:
    """Make the release of ``edition``; return None if it exists with other contents."""
    folder, target = shelf.folder, shelf.place(edition.version)
    folder.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder, prefix=f".{target.name}-"))
    try:
        before = shelf.before(target.name, edition.created)
        edition.previous = before.name if before else None
        writer = Writer(dataset, lines, draft, texts=edition.texts, bom=bom, progress=progress)
        writer.write()
        edition.withdrawn = writer.withdrawn
        progress("Comparing with the previous release", 0, 0)
        _compare(dataset, lines, before, edition, draft)
        progress("Describing the release", 0, 0)
        _describe(writer, edition)
        new, linked = False, True
        if not target.exists():
            progress("Writing to disk", 0, 0)
            new = shelf.add(draft, target)
        if new:
            linked = shelf.link()
        elif _sums(target) != _sums(draft):
            return None
    except sqlite3.IntegrityError as error:
        raise DatasetError(
            f"{lines.path}: an item does not fit {dataset.item.__name__} ({error}): make the items again with this code"
        ) from error
    except sqlite3.OperationalError as error:  # the disk is full, or the like
        raise OSError(f"{target}: {error}") from error
    except OSError as error:
        if error.filename is None:  # the error of a write has no file name
            raise OSError(error.errno, error.strerror or str(error), str(target)) from error
        raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Release(
        target, edition, writer.summary.records, writer.summary.counts_text, new, parquet.installed(), linked
    )


def _sums(release: Path) -> bytes | None:
    file = release / SUMS
    return file.read_bytes() if file.exists() and not oddity(file) else None


def _compare(dataset: Dataset, lines: Lines, before: Path | None, edition: Edition, draft: Path) -> None:
    # If one of the two releases leaves the texts out, they are not compared.
    with_texts = edition.texts and (before is None or descriptor(before).get("texts") is not False)
    past = before / f"{dataset.name}.jsonl" if before else None
    latest: list[Entry] = []
    with (draft / "CHANGES.jsonl").open("wb") as stream:
        for change, record in changes(lines, past, dataset, ignored=() if with_texts else dataset.texts):
            edition.changed[change["change"]] += 1
            stream.write(dump(change))
            if change.get("changes") != []:
                latest.append(entry(change, record, dataset, edition.created))
            if len(latest) >= 2 * MOST_ENTRIES:
                latest = sorted(latest, key=order)[-MOST_ENTRIES:]
    names = {"source": dataset.homepage, "author": dataset.publisher, "generator": dataset.compiler}
    feed = atom(latest, title=f"{dataset.title}: changes", updated=edition.created, **names)
    (draft / FEED).write_bytes(feed)


def _describe(writer: Writer, edition: Edition) -> None:
    dataset, draft, folder = writer.dataset, writer.draft, writer.draft.folder
    since = f"What was added, changed and removed since version {edition.previous}"
    draft.file("CHANGES.jsonl", since if edition.previous else "What was added: all, as the first release")
    draft.file(FEED, f"The latest {MOST_ENTRIES} of these as an Atom feed, for those who follow the source")
    resources = [
        Resource(
            name=_name(path, draft),
            path=path,
            description=description,
            size=(folder / path).stat().st_size,
            sha256=_sha256(folder / path),
            table=draft.tables.get(path),
        )
        for path, description in draft.descriptions.items()
    ]
    about = About(dataset, edition, writer.summary, resources, draft.database.tables, draft.packages)
    _write(folder / "datasette.yaml", as_json(datasette(about)))
    _write(folder / "schema.json", as_json(writer.schema))
    _write(folder / "history.schema.json", as_json(writer.history_schema))
    if writer.stories:
        _write(folder / "stories.schema.json", as_json(writer.stories.schema))
    _write(folder / "datapackage.json", as_json(data_package(dataset, resources, edition)))
    for path, text in descriptions(about):
        _write(folder / path, text)
    sections = [*draft.sections, *card_sections(about)]
    text = card(dataset, writer.summary, resources, writer.lists, edition, sections, writer.configurations())
    _write(folder / "README.md", text)
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    sums = "".join(f"{_sha256(folder / path)}  {path}\n" for path in paths)
    _write(folder / SUMS, sums)


def _name(path: str, draft: Draft) -> str:
    """Return the name of the resource: for a table its name, which foreign keys use, else one made from the path."""
    table = draft.tables.get(path)
    return table.name if table else re.sub(r"[^a-z0-9._-]", "-", path.lower())


def _sha256(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
