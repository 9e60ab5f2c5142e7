"""6 publish: what a release of the news says of itself; `archive.dataset` does the rest."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from archive.dataset import Dataset, DatasetError, Example, Vocabulary
from migration_spider import EXTRACTOR
from migration_spider.changes import MARKUP
from migration_spider.exceptions import StateError
from migration_spider.items import PROVENANCE, UNEXPORTED, NewsItem
from migration_spider.normalize.problems import PROBLEMS
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

QUESTION = "News on objective 8 in West Africa by year"

EXAMPLES = (
    Example(
        tool="pandas",
        language="python",
        code=r"""
import pandas
news = pandas.read_csv("news.csv", dtype=str, na_filter=False)
found = news[news.gcm_objectives_id.str.contains(r"\b8\b") & news.geographic_scope_within.str.contains(r"\b011\b")]
print(found.publication_date.str[:4].value_counts().sort_index())
""",
    ),
    Example(
        tool="DuckDB",
        language="sql",
        code="""
SELECT year(publication_date) AS year, count(*) AS items FROM 'news.parquet'
WHERE list_contains([term.id for term in gcm_objectives], '8') AND list_has_any([term.id for term in geographic_scope],
  (SELECT list(id) FROM 'vocabularies/places_within.csv' WHERE within = '011')) GROUP BY 1 ORDER BY 1;
""",
        needs=("news.parquet",),
    ),
    Example(
        tool="SQLite (`news.sqlite`)",
        language="sql",
        code="""
SELECT substr(publication_date, 1, 4) AS year, count(*) AS items FROM news
WHERE id IN (SELECT news_id FROM news_gcm_objectives WHERE id = '8')
  AND id IN (SELECT news_id FROM news_geographic_scope JOIN places_within USING (id) WHERE within = '011') GROUP BY 1;
""",
    ),
    Example(
        tool="R",
        language="r",
        code=r"""
news <- read.csv("news.csv", colClasses = "character", fileEncoding = "UTF-8-BOM")
found <- subset(news, grepl("\\b8\\b", gcm_objectives_id) & grepl("\\b011\\b", geographic_scope_within))
print(table(substr(found$publication_date, 1, 4)))
""",
    ),
)
"""Answers to `QUESTION`; each line counts, since people copy them."""

_TERM_COLUMNS = {
    "type": "Kind of the term: of a place `global`, `region`, `subregion`, `country`; of a publisher `country-network`",
    "iso3": "ISO 3166-1 alpha-3 code of a country",
    "parent": "Code of the place that holds it",
    "note": "To be read with the term",
    "status": "`observed` on the portal as a value, or `expected`",
    "generic": "True when the name is an everyday word",
}


def dataset(site: str) -> Dataset:
    """The description of the news read from ``site`` (origin, ``https://migrationnetwork.un.org``)."""
    return Dataset(
        name="news",
        package="migrationnetwork-news",
        title="News of the United Nations Network on Migration",
        abstract=(
            "The news of the portal of the United Nations Network on Migration, one item per page and language, with "
            "its metadata block coded: date, material type, audience, publishers, places (UN M49), working group, "
            "regional review, objectives of the Global Compact for Safe, Orderly and Regular Migration, cross-cutting "
            "themes. What the page printed stands beside every code. A story in several languages is several items "
            "with the same node_id."
        ),
        rights=RIGHTS,
        rights_title="United Nations terms of use",
        rights_url="https://www.un.org/en/about-us/terms-of-use",
        homepage=site,
        publisher="United Nations Network on Migration",
        compiler=EXTRACTOR,
        keywords=("migration", "United Nations", "Global Compact for Migration", "news", "multilingual"),
        item=NewsItem,
        parse=parse_or_say,
        order=("node_id", "language"),
        formats={
            "publication_date": "date",
            "first_seen": "datetime",
            "last_changed": "datetime",
            "fetched_at": "datetime",
        },
        texts=("summary", "body_text", "body_html"),
        searched=("title", "summary", "body_text"),
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
        problems="problems",
        problem_meanings={code.partition(":")[0]: meaning for code, meaning in PROBLEMS.items()},
        question=QUESTION,
        examples=EXAMPLES,
    )


def site_of(items: Path) -> str:
    """The origin of the first item of the JSON lines ``items``.

    Raises:
        DatasetError: there is none.
    """
    try:
        first = next(read(items), None)
    except StateError as error:
        raise DatasetError(str(error)) from error
    if first is None:
        raise DatasetError(f"{items} has no item yet: there is nothing to publish")
    parts = urlsplit(first[2]["url"])
    return f"{parts.scheme}://{parts.netloc}"


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
        descriptions=_TERM_COLUMNS,
    )
