"""The second pass: reads and normalizes every archived page, and makes JSON lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, tee
from pathlib import Path
from typing import Any

from scrapy.http import TextResponse

from archive import ArchiveError
from archive.message import Fields
from archive.replay import response_of
from migration_spider import EXTRACTOR
from migration_spider.items import Evidence, NewsItem
from migration_spider.normalize.item import normalize
from migration_spider.pages import ListingPage, NewsPage, Page, page_for
from migration_spider.pages.bounds import LARGEST_ANSWER, is_parseable
from migration_spider.reparse.attachments import Attachments, Files, fill
from migration_spider.reparse.capture import Capture, Step, host_of
from migration_spider.reparse.catalogue import Catalogue
from migration_spider.reparse.engines import Engine, one_process
from migration_spider.reparse.lines import Line, Lines, draft_of, first_line
from migration_spider.reparse.notes import Note
from migration_spider.reparse.reading import record_at
from migration_spider.responses.broken import Shape, shape_of
from migration_spider.responses.text_rendition import TextPage
from migration_spider.site_profile import SettledFacts, settled_facts
from migration_spider.spiders.scope import Scope
from migration_spider.whole import Habit, problems_of

Answer = TextResponse | TextPage | None

_TELLING = frozenset(("content-type", "content-disposition"))
"""Header fields that determine the type and character encoding of a response."""

SAMPLE = 40
"""Pages that are read to find out what pages of the site usually look like."""


@dataclass(slots=True)
class Outcome:
    """The result of a rebuild."""

    counts: Counter[str] = field(default_factory=Counter)
    """``pages``, ``new``, ``changed``, ``withdrawn``, ``unchanged``, ``not_news``, ``fallback``, ``cut``,
    ``unreadable``, ``items_without_page``; ``duplicates`` and ``other_hosts`` of foreign archives,
    ``revisits_without_original``, ``damaged``."""

    problems: list[str] = field(default_factory=list)
    """Messages about captures and files that could not be read."""


def rebuild(
    catalogue: Catalogue,
    scope: Scope,
    output: Path,
    *,
    news_listings: Sequence[str] = (),
    day_first: bool | None = None,
    everything: bool = False,
    is_own: bool = False,
    engine: Engine = one_process,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Outcome:
    """Write the items of the archived pages of ``scope`` to ``output``, which must not exist.

    The lines are those that the crawl wrote, with the same order, versions and times, which come from the records.

    Args:
        news_listings: Paths of listings whose rows are news, without language prefix.
        day_first: See :func:`migration_spider.normalize.item.normalize`.
        is_own: All files are of one site, whatever its address was: also make the items that a crawl noted at another.
        everything: Also read the pages of an own archive that were not items for the crawl, or left out by ``since``.
        engine: Distributes the pages.
        progress: Called with (pages read, pages in total).

    Raises:
        FileExistsError: ``output`` exists; it is never overwritten.
    """
    if output.exists():
        raise FileExistsError(f"{output} exists and is not overwritten")
    outcome = Outcome(problems=list(catalogue.broken))
    hosts = {host_of(scope.site.geturl()), *(catalogue.noted_hosts if is_own else ())}
    in_all, pages = catalogue.plan(sorted(hosts), everything=everything)
    outcome.counts += Counter(
        damaged=len(catalogue.broken),
        duplicates=catalogue.duplicates,
        other_hosts=sum(count for name, count in catalogue.hosts.items() if name not in hosts),
        revisits_without_original=catalogue.orphans,
        pages=pages,
    )
    _name(catalogue, scope, news_listings)
    files = Attachments(catalogue, scope)
    planner = _Planner(catalogue, files)
    reader = Reader(day_first, _habit(catalogue, pages))
    with draft_of(output) as stream:
        store = _Store(Lines(stream, catalogue.database), catalogue, files)
        # An engine takes some tasks ahead.
        steps, ahead = tee(catalogue.steps())
        results = engine(reader, (planner.task(step, step.capture) for step in ahead if step.capture))
        for done, step in enumerate(steps, 1):
            kind, problem = store.add(step, *next(results)) if step.capture else store.add_without_page(step)
            outcome.counts[kind] += 1
            if problem:
                outcome.problems.append(problem)
            progress(done, in_all)
    outcome.problems += [f"site profile {digest}: cited, and not in these files" for digest in sorted(planner.lost)]
    return outcome


class _Store:
    """Writes items as lines, like the crawl. The methods return (name of the count, problem or an empty text)."""

    def __init__(self, lines: Lines, catalogue: Catalogue, files: Attachments) -> None:
        self.lines = lines
        self.catalogue = catalogue
        self.files = files

    def add(self, step: Step, verdict: str, read: NewsItem | Line | None) -> tuple[str, str]:
        capture = step.capture
        assert capture is not None  # noqa: S101  (the caller read it)
        if read is None:
            kind, _, reason = verdict.partition(": ")
            return kind, f"{capture.source}: at byte {capture.offset}: {reason}" if reason else ""
        if isinstance(read, NewsItem):
            fill(read, self.files.found(read, capture, step.note))
            read = first_line(read)
        return self.lines.add(read, step.note), ""

    def add_without_page(self, step: Step) -> tuple[str, str]:
        note = step.note
        if note is None or note.tombstone is None:
            name = f"{note.id}, version {note.version}" if note else ""
            return "items_without_page", f"{name}: the page it was read from is not in these files"
        self.lines.withdraw(self._tombstone(note, note.tombstone))
        return "withdrawn", ""

    def _tombstone(self, note: Note, line: Mapping[str, Any]) -> dict[str, Any]:
        """The line as the crawl wrote it, except for the position of its evidence, and perhaps its version."""
        before = self.lines.last(note.id)
        proof = {**line["warc"], **self.catalogue.proof(line["warc"].get("record_id", ""))}
        return {**line, "version": max(note.version, before.version + 1 if before else 1), "warc": proof}


@dataclass(frozen=True, slots=True)
class Task:
    """One capture to read, with the values that come from the rest of the archive."""

    capture: Capture
    was_item: bool
    """Whether it was an item for a crawl."""

    is_named: bool
    """Whether a news listing in the archive names it."""

    fetched_at: str
    run_id: str
    files: Files
    """Its known attachments."""

    site: SettledFacts | None = None
    """The site profile to read it by."""


class _Planner:
    """Makes tasks of the steps of a catalogue."""

    def __init__(self, catalogue: Catalogue, files: Attachments) -> None:
        self.catalogue = catalogue
        self.files = files
        self.sites = {digest: settled_facts(data) for digest, data in catalogue.profiles.items()}
        self.lost: set[str] = set()
        """Digests of site profiles that items cite but that are not in these files."""

    def task(self, step: Step, capture: Capture) -> Task:
        note, run_id = step.note, self.catalogue.run_of(capture)
        # The profile is the one that the item cites, or for a page that was not an item, that of its run.
        cited = note.site_profile if note else self.catalogue.profile_of.get(run_id)
        if note and cited and cited not in self.sites:
            self.lost.add(cited)
        return Task(
            capture,
            was_item=note is not None,
            is_named=self.catalogue.is_named(capture.url),
            fetched_at=(note.fetched_at if note else "") or capture.date[:19] + "Z",
            run_id=note.run_id if note else run_id,
            files=self.files.noted(note) if note else {},
            site=self.sites.get(cited or ""),
        )


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one capture; can be sent to another process or machine."""

    day_first: bool | None

    habit: Habit = field(default_factory=Habit)
    """What pages of the site usually look like, to recognize incomplete ones."""

    def __call__(self, task: Task) -> tuple[str, NewsItem | Line | None]:
        """Return why there is no item, or else its line, or the item if its files must be looked up in the archive."""
        capture = task.capture
        try:
            answer = answer_at(capture)
        except ArchiveError as error:
            return f"unreadable: {getattr(error, 'problem', error)}", None
        if not task.was_item and self.is_cut(answer):
            return "cut", None
        page = _read(answer, named_as_news=task.was_item or task.is_named)
        if isinstance(page, TextPage):
            if not page.is_news:
                return "not_news", None
        elif not isinstance(page, NewsPage):
            return "not_news", None
        elif page.is_fallback and not task.was_item:
            return "fallback", None
        cites = False
        if isinstance(page, NewsPage) and task.site is not None:
            page.template = task.site.template.get(page.language, frozenset())
            cites = bool(page.left_out)
        item = page.to_item()
        if isinstance(answer, TextResponse):
            item.problems += problems_of(answer)
        normalize(item, day_first=self.day_first, site=task.site, cites=cites)
        item.warc = Evidence(
            file=capture.source.name,
            offset=capture.offset,
            length=capture.length,
            record_id=capture.record_id,
            target_uri=capture.target_uri,
            date=capture.written,
            payload_digest=capture.payload_digest,
        )
        item.fetched_at, item.run_id, item.extractor = task.fetched_at, task.run_id, EXTRACTOR
        if any(attachment.url not in task.files for attachment in item.attachments):
            return "", item
        fill(item, task.files)
        return "", first_line(item)

    def is_cut(self, answer: Answer) -> bool:
        """Whether the page is incomplete; not used for items of the crawl, which judged them with more knowledge."""
        shape = _shape(answer)
        return shape is not None and self.habit.find(shape, None) == "cut"


def _habit(catalogue: Catalogue, pages: int) -> Habit:
    """What a sample of the pages looks like; empty if all pages were items, because then none has to be judged."""
    habit = Habit()
    if catalogue.has_unnoted():
        for capture in islice(catalogue.planned(), 0, None, max(1, pages // SAMPLE)):
            try:
                shape = _shape(answer_at(capture))
            except ArchiveError:
                continue  # counted when the page itself is read
            if shape is not None:
                habit.add(shape)
    return habit


def _shape(answer: Answer) -> Shape | None:
    return shape_of(answer.text) if isinstance(answer, TextResponse) else None


def answer_at(capture: Capture) -> Answer:
    """An archived response; None if it is not text. Raises ArchiveError."""
    record = record_at(capture.source, capture.offset, capture.length, LARGEST_ANSWER)
    if capture.is_text:
        return TextPage(capture.url, record.block.decode("utf-8", "replace"))
    # Other header fields are not needed, and each takes a hundredth of the time of parsing.
    telling = Fields([pair for pair in record.http_headers if pair[0].lower() in _TELLING])
    response = response_of(capture.url, 200, telling, record.entity(LARGEST_ANSWER))
    return response if isinstance(response, TextResponse) and is_parseable(response.text) else None


def page_of(capture: Capture, *, named_as_news: bool) -> Page | TextPage | None:
    """The page object of an archived page; None if the response is not text. Raises ArchiveError."""
    return _read(answer_at(capture), named_as_news=named_as_news)


def _read(answer: Answer, *, named_as_news: bool) -> Page | TextPage | None:
    if not isinstance(answer, TextResponse):
        return answer
    return page_for(answer.url, answer.selector, named_as_news=named_as_news)


def _name(catalogue: Catalogue, scope: Scope, news_listings: Sequence[str]) -> None:
    """Record the URLs that the archived news listings name, and the targets of their redirects."""
    for capture in catalogue.planned() if news_listings else ():
        if scope.path(capture.url) not in news_listings:
            continue
        try:
            page = page_of(capture, named_as_news=False)
        except ArchiveError:
            continue  # counted when the page itself is read
        for row in page.rows if isinstance(page, ListingPage) else ():
            url, _ = scope.page(row.url)
            if url is not None:
                catalogue.name(url)
                catalogue.name(catalogue.final_url(url))
