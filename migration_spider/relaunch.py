"""Detects a relaunch of the site: the pages have the same addresses and content, but other node ids.

A site that is moved to a new Drupal gets new ids. Identified by their ids, its items would change into each other or
be gone. So if an item contradicts what is known about its id or its address, it waits until the crawl has seen most
known addresses. If the site was relaunched, none of these items is stored. The same rule detects that most items have
a new address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from migration_spider.state.store import Item

FEWEST = 3
"""Pages below which a share tells nothing of the site: an editor may enter some anew."""

PROBES = 20
"""Known addresses that are asked, due or not, when a few look like a relaunch."""

MOST_HELD = 2000
"""Items that wait; with 10 to 50 kB each, at most some 100 MB of memory. Then what has been seen decides."""


@dataclass(frozen=True, slots=True)
class Held:
    """An item that waited, and is to be stored after all."""

    item: Any
    """As it came to the store."""

    url: str


@dataclass(slots=True)
class Relaunch:
    """What one run saw of it.

    Args:
        limit: share of the known addresses that may show another id, MIGRATION_MAX_RENUMBERED.
    """

    limit: float
    looked: set[str] = field(default_factory=set)
    """Known addresses that showed an item, and new ones that showed a known item."""
    renumbered: set[str] = field(default_factory=set)
    """Those that showed another item, which says what was there before."""
    moved: set[str] = field(default_factory=set)
    """Those at which a known item stands that stood elsewhere, and says what it said."""
    held: dict[str, Any] = field(default_factory=dict)
    """Address -> the item that waits."""
    is_decided: bool = False

    def must_wait(self, item: Any, known: Item | None, stood: Sequence[Item], *, is_redirect: bool) -> bool:
        """Take in what was met, and say whether it contradicts what is known, and has to wait.

        Args:
            item: an item with ``id``, ``url``, ``title`` and ``content_sha256``.
            known: the item of that id.
            stood: the items that were met last at its address.
            is_redirect: whether the address where ``known`` stood leads here.
        """
        others = [one for one in stood if one.id != item["id"]]
        self._note(item, known, others)
        if self.is_decided:
            return self.is_relaunch and bool(others)
        is_elsewhere = known is not None and known.url != item["url"]
        if others or (known and is_elsewhere and not is_redirect and not _says(item, known)):
            return True
        # What was held before the redirect was met that explains it.
        self.held.pop(item["url"], None)
        return False

    def _note(self, item: Any, known: Item | None, others: Sequence[Item]) -> None:
        """Take in what an address shows; ``others`` stood there before."""
        url = item["url"]
        if known or others:
            self.looked.add(url)
        if known and known.url != url and _says(item, known):
            self.moved.add(url)
        if any(_says(item, one) for one in others):
            self.renumbered.add(url)

    def hold(self, item: Any) -> bool:
        """Keep the item until the end of the walk; False when it found no room, and what has been seen decides."""
        if not self.is_decided and len(self.held) >= MOST_HELD:
            self.is_decided = True
        if self.is_decided:
            return self.is_relaunch
        self.held[item["url"]] = item.item
        return True

    @property
    def share(self) -> float:
        """Known addresses that show another id (0 to 1); 0 where that are too few to tell."""
        return _share(self.renumbered, self.looked)

    @property
    def moved_share(self) -> float:
        """Known items that stand at another address (0 to 1); 0 where that are too few to tell."""
        return _share(self.moved, self.looked)

    @property
    def is_relaunch(self) -> bool:
        """Whether the site is taken for another."""
        return self.share > self.limit

    @property
    def is_doubtful(self) -> bool:
        """Whether something looks like a relaunch and too little was looked at to tell."""
        return bool(self.renumbered) and len(self.looked) < PROBES

    def release(self) -> list[Held]:
        """The walk has ended: the items that are to be stored, by their address; none of a relaunched site."""
        self.is_decided = True
        held = [] if self.is_relaunch else [Held(self.held[url], url) for url in sorted(self.held)]
        self.held.clear()
        return held


def _says(item: Any, known: Item) -> bool:
    """Whether ``item`` says what ``known`` said: all of it, or under the same title."""
    is_titled = bool(item["title"]) and (item["title"] or "").split() == (known.title or "").split()
    return known.content_sha256 == item["content_sha256"] or is_titled


def _share(some: set[str], among: set[str]) -> float:
    return len(some) / len(among) if len(some) >= FEWEST else 0.0
