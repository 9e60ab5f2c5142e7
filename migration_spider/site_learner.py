"""The site profile during a run: the facts in force, facts settled during the run, and the items that wait for them."""

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
from migration_spider.site_profile import ORDER_NAMES, REMEDY, Order, ProfileError, SiteProfile, facts_in, parse
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
    """The data of a page that is kept until its item is stored."""

    parts: frozenset[Part]
    """The parts of its text outside the body field."""

    template: frozenset[Part]
    """Those of ``parts`` that belonged to the template in force when the page was read."""

    left_out: frozenset[Part]
    """Those of ``parts`` that were left out."""

    alone: str
    """The text of the item as read without a template."""

    page: bytes
    """The page, compressed, in case it has to be read again; empty once that is decided."""


class SiteLearner:
    """The facts of the site profile in force in one run: those in the file at its start, and those settled later.

    Facts in force do not change during the run. Other evidence only changes the profile for the next run, and is
    reported.

    Raises:
        ProfileError: The file is not a site profile.
    """

    def __init__(self, path: Path, room: Room | None = None) -> None:
        self.path = path
        self.profile = SiteProfile()
        self.before: dict[str, Order] = {}
        """The orders in force at the start."""
        self.held: dict[str, Any] = {}
        """Address -> the item, as printed, that waits for the end of the walk."""
        self.noted: dict[str, Noted] = {}
        """Address -> data of the page, for items that are held or on their way to the store."""
        self.is_walking = False
        """Whether items are held, which is the case during the walk."""
        self.not_held = 0
        """Number of items with an unsettled order that could not be held."""
        self.archived: set[str] = set()
        """Digests of the profiles in the archive of the run."""
        self.data_of: dict[str, bytes] = {}
        """Digest -> profile, of those that have been in force."""
        template: dict[str, frozenset[Part]] = {}
        if odd := oddity(path):
            raise ProfileError(f"{path} {odd}: move it away, and it is learned again")
        try:
            data = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            data = b""  # a wrong folder is reported by the first code that writes to it
        except OSError as error:
            raise ProfileError(f"{path} cannot be read: {error.strerror}") from error
        if data:
            try:
                self.profile, self.before, template = parse(data)
            except ProfileError as error:
                raise ProfileError(f"{path}: {error}; {REMEDY}") from error
        self.profile.keep_in(room or Room())
        self._put_in_force(self.before, template)

    def template(self, language: str) -> frozenset[Part]:
        """The parts of pages in ``language`` that are left out of texts."""
        return self.site.template.get(language, frozenset())

    def settle(self, pages: int = LEAST_ALIKE) -> None:
        """Put in force what the evidence shows and was not settled yet; templates need at least ``pages`` pages."""
        orders = {**self.profile.orders(), **self._orders}
        shown = self.profile.templates.template_parts(pages)
        template = {
            language: shown.get(language, frozenset()) | self.template(language)
            for language in sorted(shown.keys() | self.site.template.keys())
        }
        if (orders, template) != (self._orders, self.site.template):
            self._put_in_force(orders, template)

    def _put_in_force(self, orders: Mapping[str, Order], template: Mapping[str, frozenset[Part]]) -> None:
        self._orders = dict(orders)
        data = self.profile.dump(self._orders, template)
        self.site = facts_in(data, self._orders, template)
        self.data_of[self.site.digest] = data

    def note(self, page: NewsPage, html: Callable[[], str]) -> None:
        """Keep the data of a page whose item is made next; ``html`` returns its text."""
        self.profile.layouts.add(page.url, page.layout)
        if parts := self.profile.templates.telling(page.language, page.parts):
            packed = zlib.compress(html().encode("utf-8", "surrogatepass"), 1)
            self.noted[page.url] = Noted(parts, parts & page.template, page.left_out, page.alone, packed)

    def add(self, item_id: str, item: NewsItem) -> NumericDates:
        """Add the evidence of the page of ``item``, and return its numeric dates."""
        if noted := self.noted.get(item.url):
            self.profile.templates.add(item_id, item.language, noted.parts)
        return self.profile.add(item_id, item.language, item.metadata)

    def is_stale(self, url: str, language: str) -> bool:
        """Whether parts of the page that were read now belong to the template."""
        noted = self.noted.get(url)
        return noted is not None and noted.parts & self.template(language) != noted.template

    def read_again(self, item: NewsItem) -> None:
        """Read the values that depend on the template again, from the page that was kept."""
        noted = self.noted[item.url]
        html = zlib.decompress(noted.page).decode("utf-8", "surrogatepass")
        page = NewsPage(item.url, bounded(Selector(text=html, type="html")))
        page.template = self.template(item.language)
        self.note(page, lambda: html)
        again = page.to_item()
        for name in OF_LINES:
            setattr(item, name, getattr(again, name))

    def has_left_out(self, url: str) -> bool:
        """Whether a part of the page was left out; to be called when it will not be read again."""
        if (noted := self.noted.get(url)) is None:
            return False
        noted.page = b""
        return bool(noted.left_out)

    def must_wait(self, url: str, language: str, dates: NumericDates | None) -> bool:
        """Whether the item at ``url`` must be held until the end of the walk, when it is known how to read its page.

        If too many items are held, the evidence so far is put in force, and items that it does not decide are not held.

        Args:
            dates: Its numeric dates; None if their order is known.
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
        """End the walk: put the evidence in force, and return the held items by their address."""
        self.is_walking = False
        self.settle()
        return [self.held[url] for url in sorted(self.held)]

    def settled(self) -> list[str]:
        """The orders in force, in words."""
        return [f"{name}: {ORDER_NAMES[order.day_first]}" for name, order in sorted(self._orders.items())]

    def changes(self) -> list[str]:
        """The orders that were settled at the start and contradict the evidence now, in words; for the next run."""
        now = self.profile.orders()
        names = {name: ORDER_NAMES[order.day_first] for name, order in now.items()}
        return [
            f"{name}: {ORDER_NAMES[order.day_first]} -> {names.get(name, 'not settled')}"
            for name, order in sorted(self.before.items())
            if name not in now or now[name].day_first != order.day_first
        ]

    def save(self) -> None:
        """Save the evidence and its facts for the next run. Raises OSError."""
        profile = self.profile
        if profile.languages or profile.templates.languages or profile.layouts.met:
            save(self.path, self.profile.dump(self.profile.orders(), self.profile.templates.template_parts()))
