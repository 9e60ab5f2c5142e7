"""What one page cannot tell and the site can: whether ``03/04/2022`` is the third of April or the fourth of March.

Pages whose date leaves no doubt (a number over 12, a weekday, a stamp) tell in which order the site prints day and
month, per language of the page. Only the dates of the metadata block count: one template prints them all, while
teasers and texts have others, and authors their own habits.

What else could tell is left out. That one reading lies in the future, or breaks the order of node ids or listings,
would show something only if items were entered on the day that they state; they are entered late, and dated ahead. Nor
is it needed: three in five numeric dates have a day over 12.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.disk import replacing
from migration_spider.exceptions import OptionError
from migration_spider.items import Entry
from migration_spider.normalize.block import NumericDates, numeric_dates
from migration_spider.normalize.dates import custom_order
from migration_spider.normalize.item import SiteOrders

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
    """A file is no site profile. Raised by :func:`parse` and :class:`DateOrders`."""


@dataclass(frozen=True, slots=True)
class Order:
    """The order of day and month on the pages of one language."""

    day_first: bool
    told_by: str
    """``pages``: those of the language itself; ``languages``: the others, which all have the same."""


@dataclass(slots=True)
class Evidence:
    """What pages of one language showed: order -> id of the item -> the date as printed."""

    pages: dict[bool, dict[str, str]] = field(default_factory=lambda: {True: {}, False: {}})

    def order(self) -> bool | None:
        """The order that enough pages agree on."""
        first, second = (len(self.pages[order]) for order in (True, False))
        most = max(first, second)
        return first > second if most >= LEAST and most >= SHARE * (first + second) else None


class SiteProfile:
    """The evidence of earlier runs and of this one."""

    def __init__(self, languages: Mapping[str, Evidence] | None = None) -> None:
        self.languages: dict[str, Evidence] = dict(languages or {})
        self._met: set[str] = set()
        """Items met in this run."""

    def add(self, item_id: str, language: str, block: list[Entry]) -> NumericDates:
        """Take in what the metadata block of one page shows; a page that shows both orders shows nothing."""
        found = numeric_dates(block)
        if not (found.day_first or found.unclear):
            return found
        pages = self.languages.setdefault(language, Evidence()).pages
        for of_order in pages.values():
            of_order.pop(item_id, None)
        self._met.add(item_id)
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

    def dump(self, orders: Mapping[str, Order]) -> bytes:
        """The profile as it is kept and archived, with ``orders`` as what is settled: JSON, always the same bytes."""
        return (
            json.dumps(
                {
                    "schema": SCHEMA,
                    "dates": {name: self._told(name, orders.get(name)) for name in sorted(self.languages)},
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
        ids = [item_id for pages in evidence.pages.values() for item_id in pages]
        if len(ids) > KEPT:
            ids.sort(key=lambda one: (one not in self._met, hashlib.sha256(one.encode("utf-8", "replace")).digest()))
        kept = set(ids[:KEPT])
        return {order: {i: text for i, text in pages.items() if i in kept} for order, pages in evidence.pages.items()}


def parse(data: bytes) -> tuple[SiteProfile, dict[str, Order]]:
    """The evidence in a profile, and what it says is settled. Raises ProfileError."""
    try:
        told = json.loads(data)
        if told["schema"] != SCHEMA:
            raise ProfileError(f"{told['schema']!r:.60} is not the schema of a site profile: {SCHEMA}")
        dates = told["dates"]
        evidence = {
            str(name): Evidence({order: dict(one["examples"][_NAMES[order]]) for order in (True, False)})
            for name, one in dates.items()
        }
        orders = {
            str(name): Order(_ORDERS[one["order"]], str(one["told_by"]))
            for name, one in dates.items()
            if one["order"] is not None
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ProfileError(f"no site profile: {type(error).__name__}: {error}") from error
    return SiteProfile(evidence), orders


def site_orders(data: bytes) -> SiteOrders:
    """What a profile says is settled, for the normalization. Raises ProfileError."""
    orders = parse(data)[1]
    return SiteOrders(hashlib.sha256(data).hexdigest(), {name: order.day_first for name, order in orders.items()})


def save(path: Path, data: bytes) -> None:
    """Write a profile. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as stream:
        stream.write(data)


class DateOrders:
    """The orders in force in one run: those that the profile in ``path`` has at its start, and what is settled later.

    What is in force stays so to the end of the run, whatever is found: it holds for the next run, which is told.

    Raises:
        ProfileError: the file is no site profile.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.profile = SiteProfile()
        self.before: dict[str, Order] = {}
        """What was in force at the start."""
        self.held: dict[str, Any] = {}
        """Address -> the item, as printed, whose date waits for what the walk will show."""
        self.is_walking = False
        """Whether items are held: the walk has begun and not ended, and what is held will be given back."""
        self.not_held = 0
        """Items that found no room there, and no order settled either."""
        self.archived: set[str] = set()
        """Digests of the profiles that stand in the archive of the run."""
        self._data = b""
        try:
            data = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            data = b""  # a folder that cannot be is told by what writes to it first
        except OSError as error:
            raise ProfileError(f"{path} cannot be read: {error.strerror}") from error
        if data:
            try:
                self.profile, self.before = parse(data)
            except ProfileError as error:
                raise ProfileError(f"{path}: {error}; delete it, and the order of dates is learned anew") from error
        self._put_in_force(self.before)

    @property
    def data(self) -> bytes:
        """The profile in force."""
        return self._data

    def settle(self) -> None:
        """Put in force what the evidence tells of languages of which nothing was settled yet."""
        orders = {**self.profile.orders(), **self._orders}
        if orders != self._orders:
            self._put_in_force(orders)

    def _put_in_force(self, orders: Mapping[str, Order]) -> None:
        self._orders = dict(orders)
        self._data = self.profile.dump(self._orders)
        self.site = SiteOrders(
            hashlib.sha256(self._data).hexdigest(), {name: order.day_first for name, order in orders.items()}
        )

    def must_wait(self, url: str, language: str, dates: NumericDates) -> bool:
        """Whether the page at ``url`` must be held until the walk has shown in which order its dates are printed.

        When so many wait that memory counts, what has been found decides; what that leaves open does not wait.
        """
        if not (self.is_walking and dates.unclear) or language in self._orders:
            return False
        if url not in self.held and len(self.held) >= MOST_HELD:
            self.settle()
            self.not_held += language not in self._orders
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
        if self.profile.languages:
            save(self.path, self.profile.dump(self.profile.orders()))
