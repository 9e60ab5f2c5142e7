"""6 publish: the description of a release of the news; `archive.dataset` does the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from archive import ArchiveError
from archive.cdxj import warc_files
from archive.dataset import Collection, Dataset, DatasetError, Holdings, Stewardship, Stories, Vocabulary, placed, proof
from archive.dataset.attachments import Attachments
from migration_spider import EXTRACTOR
from migration_spider.changes import MARKUP
from migration_spider.config import Config
from migration_spider.datasheet import collection_of
from migration_spider.examples import EXAMPLES
from migration_spider.exceptions import StateError
from migration_spider.items import PROVENANCE, UNEXPORTED, NewsItem
from migration_spider.normalize.language import detect
from migration_spider.normalize.problems import PROBLEMS
from migration_spider.standing import UNKNOWN, RunTables, Standing
from migration_spider.state.lines import parse_or_say, read
from migration_spider.vocabularies.data import FILES, load

RIGHTS = (
    "The texts, images and files are the property of the United Nations and of the publishers that each item names. "
    "The terms of use of the United Nations let visitors download and copy them for personal, non-commercial use; "
    "they give no right to resell or redistribute them, nor to compile or create works derived from them. This "
    "release grants no right in them either: before passing it on or using it otherwise, ask the United Nations for "
    "permission, or rely on what the law of your country allows. The codes, structure and checksums added here may be "
    "used freely."
)

NOBODY, NOT_DESCRIBED = Stewardship(), Collection()

UN_LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")

_TERM_COLUMNS = {
    "type": "Kind of the term: of a place `global`, `region`, `subregion`, `country`; of a publisher `country-network`",
    "iso3": "ISO 3166-1 alpha-3 code of a country",
    "parent": "Code of the larger place that it is part of",
    "number": "Place in the order of the source, from 1",
    "note": "To be read with the term",
    "status": "`observed` on the portal as a value, or `expected`",
    "generic": "True when the name is an everyday word",
}


def _vocabulary(field: str, name: str) -> Vocabulary:
    data = load(name)
    return Vocabulary(
        name=name,
        title=data["title"],
        fields=(field,),
        source=data["source"],
        date=data["date"],
        licence=data["licence"],
        notes=data["notes"],
        terms=data["terms"],
        languages=UN_LANGUAGES,
        notations=("iso3",) if name == "places" else (),
        descriptions=_TERM_COLUMNS,
    )


_NEWS = Dataset(
    name="news",
    package="migrationnetwork-news",
    title="News of the United Nations Network on Migration",
    abstract=(
        "The news of the portal of the United Nations Network on Migration, one item per page and language, with "
        "its metadata block coded: date, material type, audience, publishers, places (UN M49), working group, "
        "regional review, objectives of the Global Compact for Safe, Orderly and Regular Migration, cross-cutting "
        "themes. The printed value is kept beside every code. A story in several languages is several items "
        "with the same node_id."
    ),
    rights=RIGHTS,
    rights_title="United Nations terms of use",
    rights_url="https://www.un.org/en/about-us/terms-of-use",
    homepage="",  # the site that its items were read from
    publisher="United Nations Network on Migration",
    compiler=EXTRACTOR,
    themes={"INTR": "International issues", "SOCI": "Population and society"},
    places=("world",),
    keywords=("migration", "United Nations", "Global Compact for Migration", "news", "multilingual"),
    item=NewsItem,
    parse=parse_or_say,
    first=("title", "publication_date", "language", "url"),
    order=("node_id", "language"),
    formats={
        "publication_date": "date",
        "first_seen": "datetime",
        "last_changed": "datetime",
        "fetched_at": "datetime",
    },
    parallel="body_text",
    texts=("summary", "body_text", "body_html"),
    searched=("title", "summary", "body_text"),
    text_language=("content_language", "language"),
    sought={
        "en": "migrants",
        "fr": "réfugiés",
        "es": "migración",
        "ar": "المهاجرين",
        "ru": "мигрантов",
        "zh": "移民",
    },
    unexported=tuple(f"{kind.__name__}.{name}" for kind, names in UNEXPORTED.items() for name in names),
    heading="title",
    changed="last_changed",
    provenance=tuple(sorted(PROVENANCE)),
    markup=MARKUP,
    value_names={"translations": ("language", "url"), "problems": ("code",)},
    descriptions={
        "Entry.values": "The values of the label.",
        "Image.url": "Absolute URL.",
        "Image.alt": "Alternative text as printed.",
    },
    vocabularies=[_vocabulary(field, name) for field, name in FILES.items()],
    date="publication_date",
    counted=("language", "gcm_objectives", "cross_cutting_themes", "material_type"),
    language="language",
    digest="content_sha256",
    stories=Stories(
        group="node_id",
        fallback="is_fallback",
        translations="translations",
        text_language="content_language",
        files="attachments",
        assumed="en",
    ),
    problems="problems",
    problem_meanings={code.partition(":")[0]: meaning for code, meaning in PROBLEMS.items()},
    examples=EXAMPLES,
)
"""The description that is the same in all releases."""


def dataset(
    site: str,
    *,
    stewardship: Stewardship = NOBODY,
    collection: Collection = NOT_DESCRIBED,
    standing: Standing = UNKNOWN,
    holdings: Holdings | None = None,
    wacz: Path | None = None,
) -> Dataset:
    """The description of the news read from ``site`` (origin, ``https://migrationnetwork.un.org``).

    Args:
        stewardship: Who makes and maintains the dataset.
        collection: How it was collected.
        standing: Whether it is complete, and the runs that prove it.
        holdings: The contents of the archive; None for a release of items alone.
        wacz: A package of the archive that the release names.
    """
    return replace(
        _NEWS,
        homepage=site,
        added={"attachments": placed(holdings)},
        parts=(
            partial(RunTables, standing=standing),
            Attachments("attachments", holdings, detect),
            proof(holdings, wacz),
        ),
        stewardship=stewardship,
        collection=collection,
    )


def described(
    data: Path,
    config: Config,
    *,
    standing: Standing = UNKNOWN,
    holdings: Holdings | None = None,
    wacz: Path | None = None,
) -> Dataset:
    """The description of the items below ``data``, with their site, stewardship and collection.

    Raises:
        DatasetError: There are no items.
    """
    site = site_of(data / "items" / "news.jsonl")
    return dataset(
        site,
        stewardship=stewardship(config),
        collection=collection_of(data, config, site, standing.runs),
        standing=standing,
        holdings=holdings,
        wacz=wacz,
    )


def stewardship(config: Config) -> Stewardship:
    """Who is responsible for the dataset, from the settings ``MIGRATION_DATASET_...``."""
    return Stewardship(**{field.name: getattr(config, f"dataset_{field.name}") for field in fields(Stewardship)})


def site_of(items: Path) -> str:
    """The origin of the first item in the file ``items``.

    Raises:
        DatasetError: There is none.
    """
    try:
        first = next(read(items), None)
    except StateError as error:
        raise DatasetError(str(error)) from error
    if first is None:
        raise DatasetError(f"{items} has no items yet: there is nothing to publish")
    try:
        parts = urlsplit(first[2]["url"])
    except ValueError as error:
        raise DatasetError(f"{items}: the address of the first item is invalid ({error})") from error
    return f"{parts.scheme}://{parts.netloc}"


@contextmanager
def holdings_of(folder: Path, index: Path | None = None) -> Iterator[Holdings | None]:
    """Yield the contents of the archive in ``folder``, or None if there is no archive, which a release does not need.

    Args:
        index: As for `Holdings`.

    Raises:
        DatasetError: The archive cannot be read.
    """
    if not folder.is_dir() or not warc_files(folder):
        yield None
        return
    try:
        holdings = Holdings(folder, index)
    except ArchiveError as error:
        raise DatasetError(str(error)) from error
    with holdings:
        yield holdings
