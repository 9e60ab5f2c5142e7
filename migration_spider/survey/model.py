"""``survey.json``, schema 1: what it holds and in which form. `schema` makes ``survey.schema.json`` of these classes.

All keys are always there, further ones may come. Times are UTC, ISO 8601 with Z.
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
    """Scheme and host that were surveyed."""
    ended: Time
    """When the survey was made of what the run had archived."""
    requests: Whole
    """Requests sent, `robots.txt`, retries, style sheets and pictures included."""
    max_requests: Whole
    """So many were allowed."""
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
    """Something that stood in the place of a page."""

    url: str
    """The page that was asked for."""
    status: Whole
    """HTTP status."""
    code: str
    """`challenge`, `waf`, `login` and others."""
    meaning: str
    """The code in words."""


class Access(TypedDict):
    """Whether the site lets us in."""

    is_open: bool
    """Whether a page was read."""
    front_page: Whole | None
    """HTTP status of the front page, redirects followed; null when it did not answer."""
    status: dict[str, Whole]
    """HTTP status -> answers."""
    blocked: list[Blocked]
    """What stood in front."""


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
    """The `User-agent` line whose rules hold for us; null when none does."""
    rules: list[Rule]
    """In the order of the file."""
    crawl_delay: float | None
    """Seconds between requests that it asks for."""
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
    """Why it could not be read to its end."""
    found: str
    """Where its address stands: `robots.txt`, `sitemap`, `head`, `settings`."""


class Language(TypedDict):
    """One language of the site."""

    language: str
    """BCP 47."""
    prefix: str
    """First segment of the paths; empty for none."""
    pages: Whole
    """Pages read."""
    news: Whole
    """Those of them that are news."""
    named: Whole
    """Times that another page names a translation in it (`hreflang`)."""


class ListingRow(TypedDict):
    """A row of a listing whose page was read."""

    url: str
    """Where it leads."""
    title: str
    """As printed in the listing."""
    is_news: bool
    """Whether the page turned out to be news."""


class Listing(TypedDict):
    """One listing."""

    url: str
    """Its first page."""
    title: str
    """Heading of its first page."""
    pager: str
    """`numbers`, `next only`, `load more` or `none`."""
    pages_read: Whole
    """Pages of it that were read."""
    last_page: Whole
    """Highest number that its pager links, from 0."""
    rows: Whole
    """Rows on the pages read."""
    total: Whole | None
    """Results that it announces; null if it does not say."""
    read: Whole
    """Rows whose pages were read."""
    news: Whole
    """Those of them that are news."""
    verdict: str
    """`news`, `mixed`, `other` or `unknown` (no row was read)."""
    examples: list[ListingRow]
    """Some of the rows whose pages were read."""


class PageType(TypedDict):
    """Pages of one content type that were taken for one kind."""

    type: str | None
    """Drupal content type as the theme's classes print it; null when they do not."""
    kind: str
    """`news`, `listing` or `other`."""
    count: Whole
    """Pages read."""
    items: Whole
    """Items that they are: a fallback page is none, and two addresses of an item are one."""
    told_by: dict[str, Whole]
    """What told the kind -> pages."""
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
    """Item field that it stands for; null when it stands for none."""
    is_known: bool
    """Whether a list knows the label."""
    count: Whole
    """Pages that print it."""
    values: list[PrintedValue]
    """The most frequent."""
    unrecognized: list[str]
    """Values that the field's vocabulary does not know."""
    examples: list[str]
    """Addresses of pages."""


class DateForm(TypedDict):
    """One way in which publication dates are printed in one language."""

    language: str
    """BCP 47 language of the pages."""
    form: str
    """Digits as `9`, words as `Aaa`."""
    count: Whole
    """How often."""
    read: Whole
    """How often a day was read from it without a doubt."""
    printed: str
    """An example."""
    day: str | None
    """What was read from it, ISO 8601."""


class DateOrder(TypedDict):
    """Whether `03/04/2022` is the third of April, in one language."""

    language: str
    """BCP 47."""
    day_first: bool | None
    """Null when the site does not tell."""
    evidence: str
    """What tells it, in words."""


class Dates(TypedDict):
    """How the site prints dates."""

    forms: list[DateForm]
    """The most frequent first."""
    orders: list[DateOrder]
    """Of languages with dates in numbers."""


class JsonApi(TypedDict):
    """Drupal's own interface for programs."""

    url: str
    """Its address."""
    status: Whole | None
    """HTTP status; null if it was not requested."""
    is_open: bool
    """Whether it answered with JSON."""


class Field(TypedDict):
    """One field of a sample item, and where on the page it was read."""

    field: str
    """Name of the item field; `metadata` for a label that stands for none."""
    label: str | None
    """Label as printed, of fields of the metadata block."""
    printed: list[str]
    """As printed."""
    read: list[str]
    """What it was read as, where that is something else."""
    is_read: bool
    """Whether the vocabulary or the date reader knows all of it."""
    mark: Whole | None
    """Number of the place in the sample page; null when it is not printed there."""
    note: str | None
    """Where it comes from otherwise, or what is wrong."""


class Sample(TypedDict):
    """One item, side by side with its page."""

    id: str
    """As in the items, `7756@es`."""
    url: str
    """Address of the page."""
    title: str
    """As printed."""
    language: str
    """BCP 47."""
    publication_date: str | None
    """ISO 8601 date."""
    file: str
    """The page as it looked, relative to survey.html."""
    fields: list[Field]
    """In page order."""
    silent: list[str]
    """Item fields of which the page says nothing."""
    problems: list[str]
    """Problem codes of the item."""
    record_id: str
    """`WARC-Record-ID` of the archived answer."""


class Setting(TypedDict):
    """A setting that this site needs."""

    name: str
    """`MIGRATION_...`."""
    value: Any
    """Proposed."""
    reason: str
    """Why."""


class Step(TypedDict):
    """A command to run next."""

    command: str
    """Ready to paste."""
    reason: str
    """What it does."""


class Survey(TypedDict):
    """What a first look at a site told."""

    schema: Literal["migration-spider/survey/1"]
    """Name and version of this schema."""
    run: Run
    """The run."""
    outcome: Outcome
    """The result."""
    access: Access
    """Whether the site lets us in."""
    robots: Robots
    """The site's robots.txt."""
    sitemaps: list[Source]
    """Sitemaps asked for."""
    feeds: list[Source]
    """Feeds asked for, or named in a page's head."""
    languages: list[Language]
    """Languages of the site."""
    listings: list[Listing]
    """Listings met, those of news first."""
    types: list[PageType]
    """Types of pages met."""
    labels: list[Label]
    """Labels of the metadata blocks."""
    dates: Dates
    """How the site prints dates."""
    jsonapi: JsonApi
    """Drupal's own interface for programs."""
    samples: list[Sample]
    """Items of different years and languages."""
    settings: list[Setting]
    """Settings that differ from the defaults."""
    steps: list[Step]
    """What to run next."""
