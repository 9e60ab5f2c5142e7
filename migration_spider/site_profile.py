"""What one page cannot tell and the site can: the order of its dates, and the words that its templates print.

Whether ``03/04/2022`` is the third of April or the fourth of March: pages whose date leaves no doubt (a number over 12,
a weekday, a stamp) tell in which order the site prints day and month, per language of the page. Only the dates of the
metadata block count: one template prints them all, while teasers and texts have others, and authors their own habits.

What else could tell is left out. That one reading lies in the future, or breaks the order of node ids or listings,
would show something only if items were entered on the day that they state; they are entered late, and dated ahead. Nor
is it needed: three in five numeric dates have a day over 12.

Which words around a text are the site's and not the page's: `migration_spider.templates`.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Collection, Mapping, MutableMapping
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import chain
from pathlib import Path
from typing import Any

from parsel import Selector

from archive.disk import oddity, replacing
from migration_spider.exceptions import OptionError
from migration_spider.items import Entry, NewsItem
from migration_spider.kept import Room, Table
from migration_spider.layouts import Layouts
from migration_spider.layouts import parse as parse_layouts
from migration_spider.normalize.block import NumericDates, numeric_dates
from migration_spider.normalize.dates import custom_order
from migration_spider.normalize.item import SiteOrders
from migration_spider.pages import NewsPage
from migration_spider.pages.bounds import bounded
from migration_spider.pages.news import OF_LINES
from migration_spider.pages.parts import Part
from migration_spider.templates import ENOUGH, Templates, drawn
from migration_spider.templates import LEAST as LEAST_ALIKE
from migration_spider.templates import parse as parse_templates

SCHEMA = "migration-spider/site-profile/1"
FILE = "profile.json"
"""Name of the file in ``DATA_DIR``."""

LEAST = 6
"""Pages that must agree. Of a site whose authors write either order as they like, six pages agree in 3 of 100 cases."""

SHARE = 0.95
"""Share of the pages that must agree. What the others show is typed by hand, and so wrong are the dates read by it."""

KEPT = 100
"""Pages kept per language: enough for the share, few enough to be read. Those of the last run go first."""

MOST_HELD = 2000
"""Items that may wait for the end of the walk; with 10 to 50 kB each, at most some 100 MB of memory."""

_NAMES = {True: "day-first", False: "month-first"}
_ORDERS = {name: order for order, name in _NAMES.items()}
# The language that the others are translated from, the formats of dates among them.
_SOURCE = "en"


class ProfileError(OptionError):
    """A file is no site profile. Raised by :func:`parse` and :class:`SiteLearner`."""


@dataclass(frozen=True, slots=True)
class Order:
    """The order of day and month on the pages of one language."""

    day_first: bool
    told_by: str
    """``pages``: those of the language itself; ``languages``: the others, which all have the same."""


@dataclass(slots=True)
class Evidence:
    """What pages of one language showed: order -> id of the item -> the date as printed."""

    pages: dict[bool, MutableMapping[str, str]] = field(default_factory=lambda: {True: {}, False: {}})

    def order(self) -> bool | None:
        """The order that enough pages agree on."""
        first, second = (len(self.pages[order]) for order in (True, False))
        most = max(first, second)
        return first > second if most >= LEAST and most >= SHARE * (first + second) else None


class SiteProfile:
    """The evidence of earlier runs and of this one."""

    def __init__(
        self,
        languages: Mapping[str, Evidence] | None = None,
        templates: Templates | None = None,
        layouts: Layouts | None = None,
    ) -> None:
        self.languages: dict[str, Evidence] = dict(languages or {})
        self.templates = templates or Templates()
        self.layouts = layouts or Layouts()
        self._not_met = {one for evidence in self.languages.values() for ids in evidence.pages.values() for one in ids}
        """Items of earlier runs that this one has not met."""
        self._evidence: Callable[[], Evidence] = Evidence

    def keep_in(self, room: Room) -> None:
        """Keep in ``room`` what pages show."""
        self._evidence = lambda: Evidence({True: Table(room), False: Table(room)})
        for name, before in self.languages.items():
            evidence = self.languages[name] = self._evidence()
            for order, pages in evidence.pages.items():
                pages.update(before.pages[order])
        self.templates.keep_in(room)
        self.layouts.keep_in(room)

    def add(self, item_id: str, language: str, block: list[Entry]) -> NumericDates:
        """Take in what the metadata block of one page shows; a page that shows both orders shows nothing."""
        found = numeric_dates(block)
        if not (found.day_first or found.unclear):
            return found
        if language not in self.languages:
            self.languages[language] = self._evidence()
        pages = self.languages[language].pages
        for of_order in pages.values():
            of_order.pop(item_id, None)
        self._not_met.discard(item_id)
        if len(found.day_first) == 1:
            ((order, text),) = found.day_first.items()
            pages[order][item_id] = text
        return found

    def orders(self) -> dict[str, Order]:
        """Language -> what is settled.

        A language without evidence of its own is like the others when they leave no doubt that the format of dates is
        the same in all: two or more are settled and alike, and English is among them, whose format the others
        translate, or one that by its custom writes otherwise.
        """
        told = {name: order for name, one in self.languages.items() if (order := one.order()) is not None}
        found = {name: Order(order, "pages") for name, order in told.items()}
        shared = set(told.values())
        if len(told) < 2 or len(shared) > 1:
            return found
        order = shared.pop()
        if not any(name.split("-")[0] == _SOURCE or custom_order(name) is (not order) for name in told):
            return found
        for name, one in self.languages.items():
            if name not in found and not one.pages[not order]:
                found[name] = Order(order, "languages")
        return found

    def dump(self, orders: Mapping[str, Order], template: Mapping[str, Collection[Part]]) -> bytes:
        """The profile as it is kept and archived, with what is settled: JSON, always the same bytes.

        Args:
            orders: language -> order of dates.
            template: language -> parts of pages that are left out of texts.
        """
        return (
            json.dumps(
                {
                    "schema": SCHEMA,
                    "dates": {name: self._told(name, orders.get(name)) for name in sorted(self.languages)},
                    "templates": self.templates.dump(template),
                    "layouts": self.layouts.dump(),
                },
                ensure_ascii=False,
                indent=2,
            ).encode("utf-8", "backslashreplace")
            + b"\n"
        )

    def summary(self, examples: int = 5) -> dict[str, dict[str, Any]]:
        """Language -> ``order``, ``told_by``, ``pages`` and a few ``examples``, as in the file, for reports."""
        orders = self.orders()
        return {name: self._told(name, orders.get(name), examples) for name in sorted(self.languages)}

    def _told(self, name: str, order: Order | None, examples: int = KEPT) -> dict[str, Any]:
        kept = {_NAMES[order]: pages for order, pages in self._kept(self.languages[name]).items()}
        return {
            "order": _NAMES[order.day_first] if order else None,
            "told_by": order.told_by if order else None,
            "pages": {order: len(pages) for order, pages in kept.items()},
            "examples": {order: dict(sorted(pages.items())[:examples]) for order, pages in kept.items()},
        }

    def _kept(self, evidence: Evidence) -> dict[bool, dict[str, str]]:
        """At most `KEPT` pages: those of this run, then the others, neither chosen by what they show."""
        ids = chain.from_iterable(evidence.pages.values())
        kept = set(nsmallest(KEPT, ids, lambda one: (one in self._not_met, drawn(one))))
        return {order: {i: text for i, text in pages.items() if i in kept} for order, pages in evidence.pages.items()}


@dataclass(frozen=True, slots=True)
class SiteTold(SiteOrders):
    """What a profile says is settled, for reading pages."""

    template: Mapping[str, frozenset[Part]] = field(default_factory=dict)
    """BCP 47 language of the page -> the parts that are left out of texts."""


def parse(data: bytes) -> tuple[SiteProfile, dict[str, Order], dict[str, frozenset[Part]]]:
    """The evidence in a profile, and what it says is settled (orders, template). Raises ProfileError."""
    try:
        told = json.loads(data)
        if told["schema"] != SCHEMA:
            raise ProfileError(f"{told['schema']!r:.60} is not the schema of a site profile: {SCHEMA}")
        dates = told["dates"]
        evidence = {
            str(name): Evidence({order: _texts(one["examples"][_NAMES[order]]) for order in (True, False)})
            for name, one in dates.items()
        }
        orders = {
            str(name): Order(_ORDERS[one["order"]], str(one["told_by"]))
            for name, one in dates.items()
            if one["order"] is not None
        }
        # Those made before there were any have none.
        templates, template = parse_templates(told.get("templates", {}))
        layouts = parse_layouts(told.get("layouts", {}))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ProfileError(f"no site profile: {type(error).__name__}: {error}") from error
    return SiteProfile(evidence, templates, layouts), orders, template


def _texts(told: Any) -> dict[str, str]:
    return {str(item_id): str(text) for item_id, text in told.items()}


def site_told(data: bytes) -> SiteTold:
    """What a profile says is settled, for reading pages. Raises ProfileError."""
    _, orders, template = parse(data)
    return _told(data, orders, template)


def template_in(folder: Path, language: str) -> frozenset[Part]:
    """The parts of pages of ``language`` that the profile in ``folder`` leaves out; none where there is no profile.

    Raises:
        ProfileError: the file is no site profile.
        OSError: it cannot be read.
    """
    try:
        data = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return frozenset()
    return site_told(data).template.get(language, frozenset())


def _told(data: bytes, orders: Mapping[str, Order], template: Mapping[str, frozenset[Part]]) -> SiteTold:
    digest = hashlib.sha256(data).hexdigest()
    return SiteTold(digest, {name: order.day_first for name, order in orders.items()}, dict(template))


def save(path: Path, data: bytes) -> None:
    """Write a profile. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as stream:
        stream.write(data)


@dataclass(slots=True)
class Noted:
    """What is kept of a page until its item is stored."""

    parts: frozenset[Part]
    """Those of its text, beside the body field."""

    template: frozenset[Part]
    """Those of them that the profile in force named when the page was read."""

    left_out: frozenset[Part]
    """Those of them that were left out."""

    alone: str
    """The text of the item as the page alone tells it."""

    page: bytes
    """The page itself, compressed, should it have to be read again; empty once that is settled."""


class SiteLearner:
    """What of a profile is in force in one run: what the one in ``path`` has at its start, and what is settled later.

    What is in force stays so to the end of the run, whatever is found: it holds for the next run, which is told.

    Raises:
        ProfileError: the file is no site profile.
    """

    def __init__(self, path: Path, room: Room | None = None) -> None:
        self.path = path
        self.profile = SiteProfile()
        self.before: dict[str, Order] = {}
        """The orders in force at the start."""
        self.held: dict[str, Any] = {}
        """Address -> the item, as printed, that waits for what the walk will show."""
        self.noted: dict[str, Noted] = {}
        """Address -> what is kept of its page; of the items that are held, and of those on their way to the store."""
        self.is_walking = False
        """Whether items are held: the walk has begun and not ended, and what is held will be given back."""
        self.not_held = 0
        """Items that found no room there, and no order settled either."""
        self.archived: set[str] = set()
        """Digests of the profiles that stand in the archive of the run."""
        self.data_of: dict[str, bytes] = {}
        """Digest -> profile, of those that have been in force."""
        template: dict[str, frozenset[Part]] = {}
        if odd := oddity(path):
            raise ProfileError(f"{path} {odd}: move it away, and the site is learned anew")
        try:
            data = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            data = b""  # a folder that cannot be is told by what writes to it first
        except OSError as error:
            raise ProfileError(f"{path} cannot be read: {error.strerror}") from error
        if data:
            try:
                self.profile, self.before, template = parse(data)
            except ProfileError as error:
                raise ProfileError(f"{path}: {error}; delete it, and the site is learned anew") from error
        self.profile.keep_in(room or Room())
        self._put_in_force(self.before, template)

    def template(self, language: str) -> frozenset[Part]:
        """The parts of pages of ``language`` that are left out of texts."""
        return self.site.template.get(language, frozenset())

    def settle(self, pages: int = LEAST_ALIKE) -> None:
        """Put in force what the evidence tells of which nothing was settled yet; of templates by that many pages."""
        orders = {**self.profile.orders(), **self._orders}
        told = self.profile.templates.told(pages)
        template = {
            language: told.get(language, frozenset()) | self.template(language)
            for language in sorted(told.keys() | self.site.template.keys())
        }
        if (orders, template) != (self._orders, self.site.template):
            self._put_in_force(orders, template)

    def _put_in_force(self, orders: Mapping[str, Order], template: Mapping[str, frozenset[Part]]) -> None:
        self._orders = dict(orders)
        data = self.profile.dump(self._orders, template)
        self.site = _told(data, self._orders, template)
        self.data_of[self.site.digest] = data

    def note(self, page: NewsPage, html: Callable[[], str]) -> None:
        """Keep what is needed of a page, read with the parts in force, whose item is made next.

        ``html`` gives its text.
        """
        self.profile.layouts.add(page.url, page.layout)
        if parts := self.profile.templates.telling(page.language, page.parts):
            packed = zlib.compress(html().encode("utf-8", "surrogatepass"), 1)
            self.noted[page.url] = Noted(parts, parts & page.template, page.left_out, page.alone, packed)

    def add(self, item_id: str, item: NewsItem) -> NumericDates:
        """Take in what the page of ``item`` shows; returns its dates in numbers."""
        if noted := self.noted.get(item.url):
            self.profile.templates.add(item_id, item.language, noted.parts)
        return self.profile.add(item_id, item.language, item.metadata)

    def is_stale(self, url: str, language: str) -> bool:
        """Whether parts of the page are left out by now that were not when it was read."""
        noted = self.noted.get(url)
        return noted is not None and noted.parts & self.template(language) != noted.template

    def read_again(self, item: NewsItem) -> None:
        """Read what depends on the parts in force once more, from the page that was kept."""
        noted = self.noted[item.url]
        html = zlib.decompress(noted.page).decode("utf-8", "surrogatepass")
        page = NewsPage(item.url, bounded(Selector(text=html, type="html")))
        page.template = self.template(item.language)
        self.note(page, lambda: html)
        made = page.to_item()
        for name in OF_LINES:
            setattr(item, name, getattr(made, name))

    def has_left_out(self, url: str) -> bool:
        """Whether something of the page was left out, now that it is read for good."""
        if (noted := self.noted.get(url)) is None:
            return False
        noted.page = b""
        return bool(noted.left_out)

    def must_wait(self, url: str, language: str, dates: NumericDates | None) -> bool:
        """Whether the item at ``url`` must be held until the walk has shown how its page is to be read.

        When so many wait that memory counts, what has been found decides; what that leaves open does not wait.

        Args:
            dates: its dates in numbers; None when their order is known.
        """
        if not self.is_walking:
            return False
        noted, templates = self.noted.get(url), self.profile.templates
        if noted and templates.has_enough(language, noted.parts - self.template(language)):
            self.settle(ENOUGH)
        waits_for_order = dates is not None and bool(dates.unclear) and language not in self._orders
        if not waits_for_order and not (noted and templates.is_open(language, noted.parts)):
            return False
        if url not in self.held and len(self.held) >= MOST_HELD:
            self.settle()
            self.not_held += waits_for_order and language not in self._orders
            return False
        return True

    def release(self) -> list[Any]:
        """The walk has ended: settle what can be, and give back the items that were held, by their address."""
        self.is_walking = False
        self.settle()
        return [self.held[url] for url in sorted(self.held)]

    def settled(self) -> list[str]:
        """What is in force, in words."""
        return [f"{name}: {_NAMES[order.day_first]}" for name, order in sorted(self._orders.items())]

    def changes(self) -> list[str]:
        """What was settled at the start and is not what the evidence tells now, in words, for the next run."""
        now = self.profile.orders()
        return [
            f"{name}: {_NAMES[order.day_first]} -> {_NAMES[now[name].day_first] if name in now else 'not settled'}"
            for name, order in sorted(self.before.items())
            if name not in now or now[name].day_first != order.day_first
        ]

    def save(self) -> None:
        """Keep the evidence, and what it tells now, for the next run. Raises OSError."""
        profile = self.profile
        if profile.languages or profile.templates.languages or profile.layouts.met:
            save(self.path, self.profile.dump(self.profile.orders(), self.profile.templates.told()))
