"""Facts that only many pages of a site can show: the order of day and month in dates, and the words of templates.

Whether ``03/04/2022`` is the third of April or the fourth of March: pages with an unambiguous date (a number over 12,
a weekday, a time stamp) show the order of day and month on the site, for each language. Only the dates of the metadata
block count: one template prints them all. Teasers and texts have other templates, and authors have their own habits.

Other evidence is not used. If one reading is in the future, or breaks the order of node ids or listings, this would
prove something only if items were entered on their printed date; but they are entered late and dated ahead. It is also
not needed: three in five numeric dates have a day over 12.

Which words around a text belong to the site and not to the page: `migration_spider.templates`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, MutableMapping
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import chain
from pathlib import Path
from typing import Any

from migration_spider.exceptions import OptionError
from migration_spider.items import Entry
from migration_spider.kept import Room, Table
from migration_spider.layouts import Layouts
from migration_spider.layouts import parse as parse_layouts
from migration_spider.normalize.block import NumericDates, numeric_dates
from migration_spider.normalize.date_order import custom_order
from migration_spider.normalize.item import SiteOrders
from migration_spider.pages.parts import Part
from migration_spider.templates import Templates, drawn
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

ORDER_NAMES = {True: "day-first", False: "month-first"}
_ORDERS = {name: order for order, name in ORDER_NAMES.items()}
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
        kept = {ORDER_NAMES[order]: pages for order, pages in self._kept(self.languages[name]).items()}
        return {
            "order": ORDER_NAMES[order.day_first] if order else None,
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
            str(name): Evidence({order: _texts(one["examples"][ORDER_NAMES[order]]) for order in (True, False)})
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
    return settled_in(data, orders, template)


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


def settled_in(data: bytes, orders: Mapping[str, Order], template: Mapping[str, frozenset[Part]]) -> SiteTold:
    digest = hashlib.sha256(data).hexdigest()
    return SiteTold(digest, {name: order.day_first for name, order in orders.items()}, dict(template))
