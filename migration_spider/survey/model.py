"""The keys of ``survey.json``, schema 1, and their types. `schema` writes ``survey.schema.json`` from these classes.

All keys are always present; later versions may add some. Times are UTC, ISO 8601 with Z.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from typing_extensions import TypedDict  # pydantic reads that of `typing` from Python 3.12 on only

from migration_spider.report.scalars import Time, Whole

SCHEMA: Final = "migration-spider/survey/1"


class Run(TypedDict):
    """The run."""

    id: str
    """Name of the run and of its folder below `runs/`."""
    site: str
    """Scheme and host of the site."""
    ended: Time
    """When the survey was written."""
    requests: Whole
    """Requests sent, including `robots.txt`, retries, style sheets and pictures."""
    max_requests: Whole
    """Highest number of requests allowed."""
    user_agent: str
    """The user agent that was sent to the site."""
    extractor: str
    """The code version that read the pages."""


class Outcome(TypedDict):
    """The result."""

    exit_code: Whole
    """0 news was found, 3 none was, 4 the site refused or could not be reached, 1 and 5 as in a crawl."""
    messages: list[str]
    """What was wrong, most serious first."""


class Blocked(TypedDict):
    """A response that is not the page of the site: a firewall, a login, a challenge."""

    url: str
    """The page that was requested."""
    status: Whole
    """HTTP status."""
    code: str
    """`challenge`, `waf`, `login` and others."""
    meaning: str
    """The code in words."""


class Access(TypedDict):
    """Whether the site allows this program to read its pages."""

    is_open: bool
    """Whether a page was read."""
    front_page: Whole | None
    """HTTP status of the front page, after redirects; null if it did not answer."""
    status: dict[str, Whole]
    """HTTP status -> responses."""
    blocked: list[Blocked]
    """Responses that are not pages of the site."""


class Rule(TypedDict):
    """One line of robots.txt."""

    allow: bool
    """True: `Allow`, false: `Disallow`."""
    path: str
    """As printed."""


class Robots(TypedDict):
    """The site's robots.txt, as far as it concerns this program."""

    status: Whole | None
    """HTTP status; null if it did not answer."""
    agent: str | None
    """The `User-agent` line of the rules for this program; null if there are none."""
    rules: list[Rule]
    """In the order of the file."""
    crawl_delay: float | None
    """Seconds between requests in its `Crawl-delay` line."""
    sitemaps: list[str]
    """Addresses in its `Sitemap` lines."""


class Source(TypedDict):
    """One sitemap or feed."""

    url: str
    """Its address."""
    status: Whole | None
    """HTTP status; null if it was not requested."""
    named: Whole
    """Addresses that it names."""
    problem: str | None
    """Why it could not be read to the end."""
    found: str
    """Where its address was found: `robots.txt`, `sitemap`, `head`, `settings`, `link`."""


class Language(TypedDict):
    """One language of the site."""

    language: str
    """BCP 47."""
    prefix: str
    """First segment of the paths; empty if there is none."""
    pages: Whole
    """Pages read."""
    news: Whole
    """Those of them that are news."""
    named: Whole
    """Number of links to translations in this language (`hreflang`)."""


class ListingRow(TypedDict):
    """A row of a listing whose page was read."""

    url: str
    """The address that it links to."""
    title: str
    """As printed in the listing."""
    is_news: bool
    """Whether the page is news."""


class Listing(TypedDict):
    """One listing."""

    url: str
    """Its first page."""
    title: str
    """Heading of its first page."""
    pager: str
    """`numbers`, `next only`, `load more` or `none`."""
    pages_read: Whole
    """Number of its pages that were read."""
    last_page: Whole
    """Highest page number in its pager, counted from 0."""
    rows: Whole
    """Rows on the pages read."""
    total: Whole | None
    """Number of results that it prints; null if it prints none."""
    read: Whole
    """Rows whose pages were read."""
    news: Whole
    """Those of them that are news."""
    verdict: str
    """`news`, `mixed`, `other` or `unknown` (no row was read)."""
    examples: list[ListingRow]
    """Some of the rows whose pages were read."""


class PageType(TypedDict):
    """Pages of one content type that were read as one kind of page."""

    type: str | None
    """Drupal content type in the classes of the theme; null if it is not there."""
    kind: str
    """`news`, `listing` or `other`."""
    count: Whole
    """Pages read."""
    items: Whole
    """Items on these pages. A fallback page is no item, and two addresses of one item count once."""
    told_by: dict[str, Whole]
    """How the kind was recognized -> pages."""
    examples: list[str]
    """Addresses."""


class PrintedValue(TypedDict):
    """A value under a label."""

    text: str
    """As printed."""
    count: Whole
    """How often."""


class Label(TypedDict):
    """A label of the metadata blocks of news pages."""

    label: str
    """As printed; empty for values without a label."""
    field: str | None
    """Item field of the label; null if it has none."""
    is_known: bool
    """Whether the label is in the lists of labels."""
    count: Whole
    """Pages with this label."""
    values: list[PrintedValue]
    """The most frequent values."""
    unrecognized: list[str]
    """Values that are not in the field's vocabulary."""
    examples: list[str]
    """Addresses of pages."""


class DateForm(TypedDict):
    """One form of the printed publication dates in one language."""

    language: str
    """BCP 47 language of the pages."""
    form: str
    """Digits as `9`, words as `Aaa`."""
    count: Whole
    """How often it was found."""
    read: Whole
    """How often the date could be read without doubt."""
    printed: str
    """An example, as printed."""
    day: str | None
    """The date read from the example, ISO 8601; null if none."""


class DateOrder(TypedDict):
    """Whether the day comes first in numeric dates (`03/04/2022`), in one language."""

    language: str
    """BCP 47."""
    day_first: bool | None
    """Null if the pages do not show it."""
    evidence: str
    """The evidence, in words."""


class Dates(TypedDict):
    """How the site prints dates."""

    forms: list[DateForm]
    """The most frequent first."""
    orders: list[DateOrder]
    """For each language with numeric dates."""


class JsonApi(TypedDict):
    """The JSON:API of Drupal."""

    url: str
    """Its address."""
    status: Whole | None
    """HTTP status; null if it was not requested."""
    is_open: bool
    """Whether it returned JSON."""


class Field(TypedDict):
    """One field of a sample item, and where on the page it was read."""

    field: str
    """Name of the item field; `metadata` for a label without a field."""
    label: str | None
    """Label as printed, for fields of the metadata block."""
    printed: list[str]
    """As printed."""
    read: list[str]
    """The values that were read, if they differ from the printed ones."""
    is_read: bool
    """Whether all of it was understood."""
    mark: Whole | None
    """Number of the mark in the sample page; null if the field is not printed there."""
    note: str | None
    """Where else it was read, or what is wrong."""


class Sample(TypedDict):
    """One sample item."""

    id: str
    """Id as in the items, `7756@es`."""
    url: str
    """Address of the page."""
    title: str
    """As printed."""
    language: str
    """BCP 47."""
    publication_date: str | None
    """ISO 8601 date."""
    file: str
    """File of the archived page, relative to survey.html."""
    fields: list[Field]
    """In page order."""
    silent: list[str]
    """Item fields that are not on the page."""
    problems: list[str]
    """Problem codes of the item."""
    record_id: str
    """`WARC-Record-ID` of the archived response."""


class Setting(TypedDict):
    """A setting that this site needs."""

    name: str
    """`MIGRATION_...`."""
    value: Any
    """The proposed value."""
    reason: str
    """Why."""


class Step(TypedDict):
    """A command to run next."""

    command: str
    """Ready to paste."""
    reason: str
    """What it is for."""


class Survey(TypedDict):
    """The result of a first look at a site."""

    schema: Literal["migration-spider/survey/1"]
    """Name and version of this schema."""
    run: Run
    """The run."""
    outcome: Outcome
    """The result."""
    access: Access
    """Whether the site allows this program to read its pages."""
    robots: Robots
    """The site's robots.txt."""
    sitemaps: list[Source]
    """Sitemaps that were requested, or that robots.txt names."""
    feeds: list[Source]
    """Feeds that were requested, or that the head of a page names."""
    languages: list[Language]
    """Languages of the site."""
    listings: list[Listing]
    """Listings found, those of news first."""
    types: list[PageType]
    """Types of the pages that were read."""
    labels: list[Label]
    """Labels of the metadata blocks."""
    dates: Dates
    """How the site prints dates."""
    jsonapi: JsonApi
    """The JSON:API of Drupal."""
    samples: list[Sample]
    """Items of different years and languages."""
    settings: list[Setting]
    """Settings that this site needs and that differ from the defaults."""
    steps: list[Step]
    """What to run next."""
