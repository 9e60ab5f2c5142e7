"""``report.json``, schema 1: what it holds and in which form. `schema` makes ``report.schema.json`` of these classes.

All keys are always there, further ones may come. Times are UTC, ISO 8601 with Z.
"""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, TypedDict

from migration_spider.exceptions import MigrationError

SCHEMA: Final = "migration-spider/report/1"

Time = Annotated[str, "date-time"]


class ReportError(MigrationError):
    """A report is not of the form that it should have, or there is none. Raised by ``check`` and ``read``."""


class Run(TypedDict):
    """Which run it was."""

    id: str
    """Name of the run and of its folder below `runs/`."""
    cycle: str
    """The first run of the interrupted harvest that this one went on with; else its own `id`."""
    started: Time
    """When it began."""
    ended: Time
    """When it ended."""
    seconds: float
    """How long it took."""
    site: str
    """Scheme and host that were harvested."""
    user_agent: str
    """What the site was told."""
    extractor: str
    """The code version that read the pages."""
    options: dict[str, Any]
    """What the run was asked for: the options of `scrapy crawl news`, and `full`."""
    full: bool
    """True when all items were looked at again, whatever their age."""
    resumed: bool
    """True when it went on with an interrupted harvest."""


class Outcome(TypedDict):
    """How it ended."""

    exit_code: int
    """0 complete, 1 internal error, 3 incomplete, 4 site refused or unreachable, 5 archive not written."""
    finish_reason: str
    """`finished`, or why it ended early: `shutdown`, `refused`, `blocked`, `paused` and others."""
    messages: list[str]
    """What was wrong, most serious first; empty when complete."""


class Counts(TypedDict):
    """Items by what the run found."""

    new: int
    """Met for the first time."""
    changed: int
    """Their content is not what it was."""
    unchanged: int
    """Looked at, and the same."""
    rerendered: int
    """The page's bytes differ, its content does not."""
    not_due: int
    """Known, and by the schedule not looked at."""
    vanished: int
    """Taken for gone from the site in this run."""
    reappeared: int
    """Back after they were taken for gone."""


class Where(TypedDict):
    """Where the archived answer stands that proves it."""

    file: str
    """Name of the WARC file in `warc/`."""
    offset: int
    """First byte of the record in the file."""
    length: int
    """Bytes of the record, compressed."""
    record_id: str
    """`WARC-Record-ID`."""


class Ref(TypedDict):
    """One item."""

    id: str
    """As in the items, `7756@es`."""
    title: str
    """As printed."""
    url: str
    """Address that it has, or had."""
    language: str
    """BCP 47 language of the page."""
    version: int
    """Version that the run wrote, or the last one."""
    publication_date: str | None
    """ISO 8601 date."""
    warc: Where
    """Where the archived answer stands that proves it."""


class Changed(Ref):
    """An item with another content than before."""

    fields: list[str]
    """Item fields that differ."""


class Vanished(Ref):
    """An item that is not where it was."""

    reason: str
    """`gone`, `unpublished`, `redirected` or `blocked`."""
    status: int
    """HTTP status that its address answered with."""
    confirmed: int
    """Runs that found it so."""


class Unconfirmed(Vanished):
    """An item that is not where it was, not yet often enough to be taken for gone."""

    needed: int
    """Runs that have to find it so."""


class Items(TypedDict):
    """The items after the run, and those it found new, changed or gone."""

    total: int
    """Items on the site."""
    withdrawn: int
    """Items known to be gone from the site."""
    counts: Counts
    """Items by what the run found."""
    new: list[Ref]
    """Those met for the first time."""
    changed: list[Changed]
    """Those with another content."""
    reappeared: list[Ref]
    """Those that are back."""
    vanished: list[Vanished]
    """Those taken for gone in this run."""
    unconfirmed: list[Unconfirmed]
    """Those that may be gone: later runs tell."""


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


class SitemapCheck(TypedDict):
    """One sitemap or feed."""

    url: str
    """Its address."""
    status: int | None
    """HTTP status; null when it did not answer."""
    named: int
    """Addresses that it names."""
    problem: str | None
    """Why it could not be read to its end."""


class ListingCheck(TypedDict):
    """One listing with its pager."""

    path: str
    """Path of its first page."""
    pages: int
    """Pages read."""
    rows: int
    """Rows met."""
    total: int | None
    """Rows that its pager promises; null when it does not say."""
    problem: str | None
    """What does not add up."""


class Completeness(TypedDict):
    """What the site names, against what became of it."""

    known: int
    """Addresses that the site or the state names."""
    accounted: int
    """Those of them of which it is known what became."""
    sitemaps: list[SitemapCheck]
    """Sitemaps and feeds read."""
    listings: list[ListingCheck]
    """Listings read."""


class FieldCoverage(TypedDict):
    """How full one field is, of the items that the run read."""

    field: str
    """Name of the item field."""
    filled: int
    """Items read that have something in it."""
    of: int
    """Items read."""
    before: float | None
    """Share (0 to 1) to be expected by what was known before the run; null when nothing was."""


class UnknownTerm(TypedDict):
    """A value or label that no vocabulary knows."""

    where: str
    """The item field, or `label`."""
    text: str
    """As printed."""
    count: int
    """How often."""
    examples: list[str]
    """Addresses of items that print it."""


class Month(TypedDict):
    """Items published in one month."""

    month: str
    """`2021-12`."""
    languages: dict[str, int]
    """Language -> items."""


class TermCount(TypedDict):
    """Items with one term."""

    id: str
    """Code of the term."""
    label: str
    """English label."""
    count: int
    """Items that have it."""


class PastRun(TypedDict):
    """One run in the history."""

    run: str
    """Its id."""
    started: Time
    """When it began."""
    exit_code: int | None
    """Null when it was killed."""
    new: int
    """Items met for the first time."""
    changed: int
    """Items changed."""
    vanished: int
    """Items taken for gone."""
    requests: int
    """Requests sent."""
    bytes: int
    """Bytes received."""
    seconds: float
    """How long it took."""


class Charts(TypedDict):
    """Numbers of the whole collection and of the runs before."""

    months: list[Month]
    """By publication date; months without items may be left out."""
    objectives: list[TermCount]
    """Objectives of the Global Compact, `1` to `23` or `general`."""
    regions: list[TermCount]
    """Regions, as UN M49 codes."""
    history: list[PastRun]
    """Oldest first, this run last."""


class Http(TypedDict):
    """What went over the network."""

    requests: int
    """Requests sent."""
    status: dict[str, int]
    """HTTP status -> answers."""
    not_modified: int
    """Answers that the page is as it was (304)."""
    from_archive: int
    """Pages taken from the archive instead, when an interrupted harvest went on."""
    bytes: int
    """Bytes received."""
    failures: dict[str, int]
    """Kind -> requests without an answer."""


class Archived(TypedDict):
    """What was added to the archive."""

    files: list[str]
    """Names of the WARC files written."""
    bytes: int
    """Their bytes."""
    exchanges: int
    """HTTP exchanges in them."""
    revisits: int
    """Those whose payload was in the archive before, and is not stored again."""


class RobotsTxt(TypedDict):
    """The site's robots.txt."""

    status: int | None
    """HTTP status; null when it was not asked for."""
    sha256: str | None
    """Digest of its text."""
    changed: bool
    """True when it is not the one of the run before."""
    crawl_delay: float | None
    """Seconds between requests that it asks for."""


class Timing(TypedDict):
    """One phase of the run."""

    phase: str
    """`recover`, `crawl`, `index`, `check` or `report`."""
    seconds: float
    """How long it took."""


class Report(TypedDict):
    """What one harvest did, found and did not find."""

    schema: Literal["migration-spider/report/1"]
    """What this is, and in which form."""
    run: Run
    """Which run it was."""
    outcome: Outcome
    """How it ended."""
    items: Items
    """The items after the run, and those it found new, changed or gone."""
    missing: list[Missing]
    """Addresses known as news that have no item, each with its reason."""
    completeness: Completeness
    """What the site names, against what became of it."""
    coverage: list[FieldCoverage]
    """How full the fields of the metadata block are."""
    vocabulary: list[UnknownTerm]
    """Values and labels that no vocabulary knows."""
    charts: Charts
    """Numbers of the whole collection and of the runs before."""
    http: Http
    """What went over the network."""
    archive: Archived
    """What was added to the archive."""
    robots: RobotsTxt
    """The site's robots.txt."""
    timings: list[Timing]
    """What took how long."""


def empty_report(run_id: str = "") -> Report:
    """A report of a run that did nothing, to be filled."""
    epoch = "1970-01-01T00:00:00Z"
    return {
        "schema": SCHEMA,
        "run": {
            "id": run_id,
            "cycle": run_id,
            "started": epoch,
            "ended": epoch,
            "seconds": 0.0,
            "site": "",
            "user_agent": "",
            "extractor": "",
            "options": {},
            "full": False,
            "resumed": False,
        },
        "outcome": {"exit_code": 0, "finish_reason": "finished", "messages": []},
        "items": {
            "total": 0,
            "withdrawn": 0,
            "counts": {
                "new": 0,
                "changed": 0,
                "unchanged": 0,
                "rerendered": 0,
                "not_due": 0,
                "vanished": 0,
                "reappeared": 0,
            },
            "new": [],
            "changed": [],
            "reappeared": [],
            "vanished": [],
            "unconfirmed": [],
        },
        "missing": [],
        "completeness": {"known": 0, "accounted": 0, "sitemaps": [], "listings": []},
        "coverage": [],
        "vocabulary": [],
        "charts": {"months": [], "objectives": [], "regions": [], "history": []},
        "http": {"requests": 0, "status": {}, "not_modified": 0, "from_archive": 0, "bytes": 0, "failures": {}},
        "archive": {"files": [], "bytes": 0, "exchanges": 0, "revisits": 0},
        "robots": {"status": None, "sha256": None, "changed": False, "crawl_delay": None},
        "timings": [],
    }


def check(value: Any) -> Report:
    """``value`` itself, when it is a report of this schema.

    Raises:
        ReportError: it is not; the message names the first key that is missing or has a value of another type.
    """
    if isinstance(value, dict) and value.get("schema", SCHEMA) != SCHEMA:
        raise ReportError(f"the report has the schema {value['schema']!r:.80}, expected {SCHEMA!r}")
    for problem in _problems(value, Report, "report"):
        raise ReportError(problem)
    return typing.cast(Report, value)


def _problems(value: Any, hint: Any, where: str) -> Iterator[str]:
    """What is wrong with ``value``, in reading order."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return
    if origin is types.UnionType:
        (inner,) = (one for one in arguments if one is not type(None))
        if value is not None:
            yield from _problems(value, inner, where)
    elif typing.is_typeddict(hint):
        if not isinstance(value, dict):
            yield _expected(where, value, "an object")
            return
        for name, inner in typing.get_type_hints(hint).items():
            if name in value:
                yield from _problems(value[name], inner, f"{where}.{name}")
            else:
                yield f"{where}.{name} is missing"
    elif origin is list:
        if isinstance(value, list):
            for number, one in enumerate(value):
                yield from _problems(one, arguments[0], f"{where}[{number}]")
        else:
            yield _expected(where, value, "a list")
    elif origin is dict:
        if isinstance(value, dict) and all(isinstance(name, str) for name in value):
            for name, one in value.items():
                yield from _problems(one, arguments[1], f"{where}[{name!r:.80}]")
        else:
            yield _expected(where, value, "an object")
    elif origin is Literal:
        if value not in arguments:
            yield _expected(where, value, repr(arguments[0]))
    elif not _is_scalar(value, hint):
        yield _expected(where, value, _SCALARS[hint])


_SCALARS = {str: "a string", int: "an integer", float: "a finite number", bool: "true or false"}


def _is_scalar(value: Any, hint: type) -> bool:
    if hint is float:
        return _is_scalar(value, int) or (isinstance(value, float) and math.isfinite(value))
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    return isinstance(value, hint)


def _expected(where: str, value: Any, kind: str) -> str:
    return f"{where} is {value!r:.80}, expected {kind}"
