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

REMEDY = "correct it, or delete it, and it is learned again"

LEAST = 6
"""Pages that must agree. If authors write both orders at random, six pages agree in 3 of 100 cases."""

SHARE = 0.95
"""Share of the pages that must agree. Dates on the others were typed by hand, and are read wrong."""

KEPT = 100
"""Pages stored per language: enough for the share, few enough to be read by a person. Those of the last run come first.
"""

ORDER_NAMES = {True: "day-first", False: "month-first"}
PERSON = "person"
"""What ``told_by`` is for a decision of somebody who edited the file."""

_ORDERS = {name: order for order, name in ORDER_NAMES.items()}
# The language that the others are translated from, including the formats of dates.
_SOURCE = "en"


class ProfileError(OptionError):
    """A file is not a site profile. Raised by :func:`parse` and :class:`SiteLearner`."""


@dataclass(frozen=True, slots=True)
class Order:
    """The order of day and month on the pages of one language."""

    day_first: bool
    told_by: str
    """``pages``: pages of the language itself; ``languages``: the other languages, which all have the same order;
    ``person``: somebody who edited the file, whatever the pages show."""


@dataclass(slots=True)
class Evidence:
    """The evidence of pages in one language: order -> id of the item -> the date as printed."""

    pages: dict[bool, MutableMapping[str, str]] = field(default_factory=lambda: {True: {}, False: {}})

    said: bool | None = None
    """The order that a person wrote into the file, if any."""

    def order(self) -> bool | None:
        """The order that a person said, or that enough pages agree on."""
        if self.said is not None:
            return self.said
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
        self._not_met = {
            item for evidence in self.languages.values() for ids in evidence.pages.values() for item in ids
        }
        """Ids of items of earlier runs that this run has not found yet."""
        self._evidence: Callable[[], Evidence] = Evidence

    def keep_in(self, room: Room) -> None:
        """Store the evidence in ``room``."""
        self._evidence = lambda: Evidence({True: Table(room), False: Table(room)})
        for name, before in self.languages.items():
            evidence = self.languages[name] = self._evidence()
            evidence.said = before.said
            for order, pages in evidence.pages.items():
                pages.update(before.pages[order])
        self.templates.keep_in(room)
        self.layouts.keep_in(room)

    def add(self, item_id: str, language: str, block: list[Entry]) -> NumericDates:
        """Add the evidence in the metadata block of one page; a page with both orders is no evidence."""
        dates = numeric_dates(block)
        if not (dates.day_first or dates.unclear):
            return dates
        if language not in self.languages:
            self.languages[language] = self._evidence()
        pages = self.languages[language].pages
        for of_order in pages.values():
            of_order.pop(item_id, None)
        self._not_met.discard(item_id)
        if len(dates.day_first) == 1:
            ((order, text),) = dates.day_first.items()
            pages[order][item_id] = text
        return dates

    def orders(self) -> dict[str, Order]:
        """Language -> its settled order.

        A language without sufficient evidence gets the order of the others if they prove that the format of dates is
        the same in all: two or more are settled and the same, and English is among them, whose format is translated to
        the others, or a language that usually has the other order.
        """
        settled = {name: order for name, evidence in self.languages.items() if (order := evidence.order()) is not None}
        orders = {
            name: Order(order, "pages" if self.languages[name].said is None else PERSON)
            for name, order in settled.items()
        }
        shared = set(settled.values())
        if len(settled) < 2 or len(shared) > 1:
            return orders
        order = shared.pop()
        if not any(name.split("-")[0] == _SOURCE or custom_order(name) is (not order) for name in settled):
            return orders
        for name, evidence in self.languages.items():
            if name not in orders and not evidence.pages[not order]:
                orders[name] = Order(order, "languages")
        return orders

    def dump(self, orders: Mapping[str, Order], template: Mapping[str, Collection[Part]]) -> bytes:
        """The profile as JSON for the file and the archive, with the settled facts; always the same bytes.

        Args:
            orders: Language -> order of dates.
            template: Language -> parts of pages that are left out of texts.
        """
        return (
            json.dumps(
                {
                    "schema": SCHEMA,
                    "dates": {name: self._as_json(name, orders.get(name)) for name in sorted(self.languages)},
                    "templates": self.templates.dump(template),
                    "layouts": self.layouts.dump(),
                    "layouts_undecided": self.layouts.dump_undecided(),
                },
                ensure_ascii=False,
                indent=2,
            ).encode("utf-8", "backslashreplace")
            + b"\n"
        )

    def summary(self, examples: int = 5) -> dict[str, dict[str, Any]]:
        """Language -> ``order``, ``told_by``, ``pages`` and a few ``examples``, as in the file; for reports."""
        orders = self.orders()
        return {name: self._as_json(name, orders.get(name), examples) for name in sorted(self.languages)}

    def _as_json(self, name: str, order: Order | None, examples: int = KEPT) -> dict[str, Any]:
        kept = {ORDER_NAMES[order]: pages for order, pages in self._kept(self.languages[name]).items()}
        return {
            "order": ORDER_NAMES[order.day_first] if order else None,
            "told_by": order.told_by if order else None,
            "pages": {order: len(pages) for order, pages in kept.items()},
            "examples": {order: dict(sorted(pages.items())[:examples]) for order, pages in kept.items()},
        }

    def _kept(self, evidence: Evidence) -> dict[bool, dict[str, str]]:
        """At most `KEPT` pages, first those of this run; the choice does not depend on what they show."""
        ids = chain.from_iterable(evidence.pages.values())
        kept = set(nsmallest(KEPT, ids, lambda item_id: (item_id in self._not_met, drawn(item_id))))
        return {order: {i: text for i, text in pages.items() if i in kept} for order, pages in evidence.pages.items()}


@dataclass(frozen=True, slots=True)
class SettledFacts(SiteOrders):
    """The settled facts of a profile, for reading pages."""

    template: Mapping[str, frozenset[Part]] = field(default_factory=dict)
    """BCP 47 language of the page -> the parts that are left out of texts."""


def parse(data: bytes) -> tuple[SiteProfile, dict[str, Order], dict[str, frozenset[Part]]]:
    """Parse a profile into its evidence and its settled facts (orders, template). Raises ProfileError."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ProfileError(f"no JSON: {error}") from error
    if (schema := document.get("schema") if isinstance(document, dict) else None) != SCHEMA:
        raise ProfileError(f"its schema is {schema!r:.60}, not that of a site profile: {SCHEMA}")
    evidence: dict[str, Evidence] = {}
    orders: dict[str, Order | None] = {}
    where = "dates"
    try:
        for name, entry in document["dates"].items():
            where = f"dates, {name}"
            evidence[name], orders[name] = _order_of(entry)
        # Profiles of earlier versions lack these.
        where = "templates"
        templates, template = parse_templates(document.get("templates", {}))
        where = "layouts"
        layouts = parse_layouts(document.get("layouts", {}), document.get("layouts_undecided"))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ProfileError(f"{where}: {_in_words(error)}") from error
    settled = {name: order for name, order in orders.items() if order is not None}
    return SiteProfile(evidence, templates, layouts), settled, template


def _order_of(entry: Mapping[str, Any]) -> tuple[Evidence, Order | None]:
    order, told_by = entry["order"], entry["told_by"]
    if not (order is None or (isinstance(order, str) and order in _ORDERS)):
        raise ValueError(f"its order is {order!r:.60}, not day-first, month-first or null")
    if told_by not in (None, "pages", "languages", PERSON) or (order is None) != (told_by is None):
        raise ValueError(
            f"the order {order} is told_by {told_by!r:.60}: pages, languages or person tell an order, null no order"
        )
    # A person may add a language of which there is no evidence.
    examples = entry.get("examples", {}) if told_by == PERSON else entry["examples"]
    pages = {day_first: examples.get(name, {}) for day_first, name in ORDER_NAMES.items()}
    evidence = Evidence(
        {first: {str(item): str(text) for item, text in texts.items()} for first, texts in pages.items()}
    )
    if order is None:
        return evidence, None
    if told_by == PERSON:
        evidence.said = _ORDERS[order]
    return evidence, Order(_ORDERS[order], told_by)


def _in_words(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"the key {error} is missing"
    return str(error) if type(error) is ValueError else f"something has not the form that a run writes ({error})"


def settled_facts(data: bytes) -> SettledFacts:
    """The settled facts of a profile, for reading pages. Raises ProfileError."""
    _, orders, template = parse(data)
    return facts_in(data, orders, template)


def template_in(folder: Path, language: str) -> frozenset[Part]:
    """The parts of pages in ``language`` that the profile in ``folder`` leaves out; empty if there is no profile.

    Raises:
        ProfileError: The file is not a site profile.
        OSError: It cannot be read.
    """
    try:
        data = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return frozenset()
    try:
        return settled_facts(data).template.get(language, frozenset()) if data else frozenset()
    except ProfileError as error:
        raise ProfileError(f"{folder / FILE}: {error}; {REMEDY}") from error


def facts_in(data: bytes, orders: Mapping[str, Order], template: Mapping[str, frozenset[Part]]) -> SettledFacts:
    digest = hashlib.sha256(data).hexdigest()
    return SettledFacts(digest, {name: order.day_first for name, order in orders.items()}, dict(template))
