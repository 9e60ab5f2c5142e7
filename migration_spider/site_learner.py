"""The site profile during a run: what is in force, what is settled during the run, and the items that wait for it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parsel import Selector

from archive.disk import oddity, replacing
from migration_spider.items import NewsItem
from migration_spider.kept import Room
from migration_spider.normalize.block import NumericDates
from migration_spider.pages import NewsPage
from migration_spider.pages.bounds import bounded
from migration_spider.pages.news import OF_LINES
from migration_spider.pages.parts import Part
from migration_spider.site_profile import ORDER_NAMES, Order, ProfileError, SiteProfile, parse, settled_in
from migration_spider.templates import ENOUGH
from migration_spider.templates import LEAST as LEAST_ALIKE

MOST_HELD = 2000
"""Items that may wait for the end of the walk; with 10 to 50 kB each, at most some 100 MB of memory."""


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
            raise ProfileError(f"{path} {odd}: move it away, and it is learned again")
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
                raise ProfileError(f"{path}: {error}; delete it, and it is learned again") from error
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
        self.site = settled_in(data, self._orders, template)
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
        return [f"{name}: {ORDER_NAMES[order.day_first]}" for name, order in sorted(self._orders.items())]

    def changes(self) -> list[str]:
        """What was settled at the start and is not what the evidence tells now, in words, for the next run."""
        now = self.profile.orders()
        names = {name: ORDER_NAMES[order.day_first] for name, order in now.items()}
        return [
            f"{name}: {ORDER_NAMES[order.day_first]} -> {names.get(name, 'not settled')}"
            for name, order in sorted(self.before.items())
            if name not in now or now[name].day_first != order.day_first
        ]

    def save(self) -> None:
        """Keep the evidence, and what it tells now, for the next run. Raises OSError."""
        profile = self.profile
        if profile.languages or profile.templates.languages or profile.layouts.met:
            save(self.path, self.profile.dump(self.profile.orders(), self.profile.templates.told()))
