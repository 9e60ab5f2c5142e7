"""The keys of ``report.json``, schema 1, and their types. `schema` writes ``report.schema.json`` from these classes.

All keys are always present, except those that were added later (``NotRequired``); later versions may add more. Times
are UTC, ISO 8601 with Z.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from typing_extensions import NotRequired, TypedDict  # pydantic reads that of `typing` from Python 3.12 on only

from migration_spider.report.model_items import Items
from migration_spider.report.scalars import Time, Whole

SCHEMA: Final = "migration-spider/report/1"


class Run(TypedDict):
    """The run."""

    id: str
    """Name of the run and of its folder below `runs/`."""
    cycle: str
    """The first run of the interrupted harvest that this one continued; else its own `id`."""
    started: Time
    """When it began."""
    ended: Time
    """When it ended."""
    seconds: float
    """How long it took."""
    site: str
    """Scheme and host that were harvested."""
    user_agent: str
    """The user agent that was sent to the site."""
    extractor: str
    """The code version that read the pages."""
    options: dict[str, Any]
    """The options of `scrapy crawl news`, and `full`."""
    full: bool
    """True if all items were checked again, whatever their age."""
    resumed: bool
    """True if it continued an interrupted harvest."""


class Outcome(TypedDict):
    """The result."""

    exit_code: Whole
    """0 complete, 1 internal error, 3 incomplete, 4 site refused or unreachable, 5 archive not written."""
    finish_reason: str
    """`finished`, or why it ended early: `shutdown`, `refused`, `blocked`, `paused` and others."""
    messages: list[str]
    """What was wrong, most serious first; empty if complete."""
    sample: NotRequired[str | None]
    """What was requested, if that is not all news of the site: `20 items (max_items)`; else null."""
    forbidden: NotRequired[Whole]
    """Pages in lists of news that robots.txt forbids; a complete run has all others."""
    kind: NotRequired[str]
    """Kind of result: `complete`, `paused`, `interrupted`, `down`, `blocked` and others."""
    do: NotRequired[str]
    """What a person has to do: `nothing`, `wait` (the next harvest fixes it) or `look`."""


class Missing(TypedDict):
    """An address that is known as news and has no item, and why."""

    url: str
    """The address."""
    reason: str
    """Code: `failed`, `blocked`, `not_reached`, `robots`, `gone` and others."""
    detail: str
    """The reason in words."""
    found: str
    """How the address is known: `sitemap`, `news_listing`, `state` and others."""
    again: NotRequired[bool]
    """Whether the next run requests it whatever its age: its result is open, or its item is perhaps gone."""


class SitemapCheck(TypedDict):
    """One sitemap or feed."""

    url: str
    """Its address."""
    status: Whole | None
    """HTTP status; null if it did not answer."""
    named: Whole
    """Addresses that it names."""
    problem: str | None
    """Why it could not be read to its end."""
    host: NotRequired[str | None]
    """Other host under which it names the pages of this site; they were requested from the site itself."""


class ListingCheck(TypedDict):
    """One listing with its pager."""

    path: str
    """Path of its first page."""
    pages: Whole
    """Pages read."""
    rows: Whole
    """Rows found."""
    total: Whole | None
    """Rows that its pager announces; null if it does not say."""
    problem: str | None
    """What is wrong."""
    origin: NotRequired[str]
    """How it was found: `settings`, `learned` (earlier run), `menu`, `named` (a link says news), `link` (in a text)."""
    state: NotRequired[str]
    """`walked` to its end; `left`, because no row that was read is news, or all were known; `trial`, undecided."""
    news: NotRequired[Whole]
    """Rows that are news."""
    read: NotRequired[Whole]
    """Rows of which it is known whether they are news."""


class Unlisted(TypedDict):
    """An item that is in no listing, feed or sitemap."""

    url: str
    """Its address."""
    source: str
    """The page whose text links it."""


class Estimate(TypedDict):
    """How many items the site has, by capture and recapture."""

    items: Whole
    """The most likely number."""
    low: Whole
    """Lower end of the 95 % interval."""
    high: Whole
    """Upper end of the interval."""
    listed: Whole
    """Items that listings, feeds, sitemaps and translations name."""
    linked: Whole
    """Items that texts link to, visited or estimated."""
    both: Whole
    """Items that are both listed and linked."""


class Completeness(TypedDict):
    """What the site names, compared with what was found."""

    known: Whole
    """Addresses that the site or the state names."""
    accounted: Whole
    """Those whose result is known."""
    sitemaps: list[SitemapCheck]
    """Sitemaps and feeds read."""
    listings: list[ListingCheck]
    """Listings read."""
    unlisted: NotRequired[list[Unlisted]]
    """Items that are in no listing or sitemap; links in texts led to them, the front page or a feed."""
    estimate: NotRequired[Estimate | None]
    """How many items the site has; null if texts link to too few of them."""


class FieldCoverage(TypedDict):
    """How many of the items that the run read have a value in one field."""

    field: str
    """Name of the item field."""
    filled: Whole
    """Items read that have a value."""
    of: Whole
    """Items read."""
    before: float | None
    """Share (0 to 1) expected from what was known before the run; null if nothing was."""


class UnknownTerm(TypedDict):
    """A value or label that is in no vocabulary."""

    where: str
    """The item field, or `label`."""
    text: str
    """As printed."""
    count: Whole
    """How often."""
    examples: list[str]
    """Addresses of items that print it."""


class Month(TypedDict):
    """Items published in one month."""

    month: str
    """`2021-12`."""
    languages: dict[str, Whole]
    """Language -> items."""


class TermCount(TypedDict):
    """Items with one term."""

    id: str
    """Code of the term."""
    label: str
    """English label."""
    count: Whole
    """Items that have it."""


class PastRun(TypedDict):
    """One run in the history."""

    run: str
    """Its id."""
    started: Time
    """When it began."""
    exit_code: Whole | None
    """Null if it was killed."""
    new: Whole
    """Items found for the first time."""
    changed: Whole
    """Items changed."""
    vanished: Whole
    """Items that count as gone since this run."""
    requests: Whole
    """Requests sent."""
    bytes: Whole
    """Bytes received."""
    seconds: float
    """How long it took."""


class Charts(TypedDict):
    """Numbers of the whole collection and of earlier runs."""

    months: list[Month]
    """By publication date; months without items may be left out."""
    objectives: list[TermCount]
    """Objectives of the Global Compact, `1` to `23` or `general`."""
    regions: list[TermCount]
    """Regions, as UN M49 codes."""
    history: list[PastRun]
    """Oldest first, this run last."""


class Http(TypedDict):
    """Requests and answers."""

    requests: Whole
    """Requests sent."""
    status: dict[str, Whole]
    """HTTP status -> answers."""
    not_modified: Whole
    """Answers 304, not modified."""
    from_archive: Whole
    """Pages read from the archive instead, when an interrupted harvest was continued."""
    bytes: Whole
    """Bytes received."""
    failures: dict[str, Whole]
    """Kind -> requests without an answer."""


class Archived(TypedDict):
    """What was added to the archive."""

    files: list[str]
    """Names of the WARC files written."""
    bytes: Whole
    """Their bytes."""
    exchanges: Whole
    """HTTP exchanges in them."""
    revisits: Whole
    """Those whose payload was already in the archive and was not stored again."""
    future: NotRequired[str | None]
    """The latest date in the archive when the run began, if it was later than the clock; else null."""


class RobotsTxt(TypedDict):
    """The site's robots.txt."""

    status: Whole | None
    """HTTP status; null if it was not requested."""
    sha256: str | None
    """Digest of its text."""
    changed: bool
    """True if it has changed since the previous run."""
    crawl_delay: float | None
    """Seconds between requests that it asks for."""


class DateOrders(TypedDict):
    """The order of day and month in numeric dates, as found from the pages."""

    settled: list[str]
    """The order that was used: `en: month-first`."""
    changed: list[str]
    """What has changed, and is used from the next run on: `en: month-first -> day-first`."""
    waited: Whole
    """Items whose date waited until all pages were read."""


class Timing(TypedDict):
    """One phase of the run."""

    phase: str
    """`recover`, `crawl`, `index`, `check` or `report`."""
    seconds: float
    """How long it took."""


class Report(TypedDict):
    """What one harvest did, found and did not find."""

    schema: Literal["migration-spider/report/1"]
    """Name and version of this schema."""
    run: Run
    """The run."""
    outcome: Outcome
    """The result."""
    items: Items
    """The items after the run, and those it found new, changed or gone."""
    missing: list[Missing]
    """Addresses known as news that have no item, each with its reason."""
    completeness: Completeness
    """What the site names, compared with what was found."""
    coverage: list[FieldCoverage]
    """How many items have a value in each field of the metadata block."""
    vocabulary: list[UnknownTerm]
    """Values and labels that are in no vocabulary."""
    charts: Charts
    """Numbers of the whole collection and of earlier runs."""
    http: Http
    """Requests and answers."""
    archive: Archived
    """What was added to the archive."""
    robots: RobotsTxt
    """The site's robots.txt."""
    dates: NotRequired[DateOrders]
    """The order of day and month in numeric dates."""
    timings: list[Timing]
    """How long each phase took."""
