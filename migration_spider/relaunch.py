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
"""Pages below which a share proves nothing, because an editor may enter some of them again."""

PROBES = 20
"""Known addresses that are requested, due or not, if a few pages look like a relaunch."""

MOST_HELD = 2000
"""Items that wait, with 10 to 50 kB each at most some 100 MB of memory. After that, the pages seen so far decide."""


@dataclass(frozen=True, slots=True)
class Held:
    """An item that waited, and is now to be stored."""

    item: Any
    """The item as it came to the store."""

    url: str


@dataclass(slots=True)
class Relaunch:
    """The evidence for a relaunch in one run.

    Args:
        limit: Share of the known addresses that may have another id, MIGRATION_MAX_RENUMBERED.
    """

    limit: float
    looked: set[str] = field(default_factory=set)
    """Known addresses with an item, and new addresses with a known item."""
    renumbered: set[str] = field(default_factory=set)
    """Addresses with another item that has the content of the former one."""
    moved: set[str] = field(default_factory=set)
    """Addresses with a known item that was elsewhere and has the same content."""
    held: dict[str, Any] = field(default_factory=dict)
    """Address -> the item that waits."""
    is_decided: bool = False

    def must_wait(self, item: Any, known: Item | None, stood: Sequence[Item], *, is_redirect: bool) -> bool:
        """Add an item to the evidence, and return whether it contradicts the known ids or addresses and has to wait.

        Args:
            item: An item with ``id``, ``url``, ``title`` and ``content_sha256``.
            known: The known item with that id.
            stood: The items that were last found at its address.
            is_redirect: Whether the address of ``known`` redirects to it.
        """
        # If this item was found there before, a person has accepted its id, and the one before it is about to end.
        is_settled = any(former.id == item["id"] for former in stood)
        others = [] if is_settled else stood
        self._note(item, known, others)
        if self.is_decided:
            return self.is_relaunch and bool(others)
        is_elsewhere = known is not None and known.url != item["url"]
        if others or (known and is_elsewhere and not is_redirect and not _is_same(item, known)):
            return True
        # It may have been held earlier, before the redirect that explains it was found.
        self.held.pop(item["url"], None)
        return False

    def _note(self, item: Any, known: Item | None, others: Sequence[Item]) -> None:
        """Add an item to the evidence; ``others`` were at its address before."""
        url = item["url"]
        if known or others:
            self.looked.add(url)
        if known and known.url != url and _is_same(item, known):
            self.moved.add(url)
        if any(_is_same(item, former) for former in others):
            self.renumbered.add(url)

    def hold(self, item: Any) -> bool:
        """Hold the item until the end of the walk, and return True.

        If the room is full, the pages seen so far decide, and the result is whether there was a relaunch.
        """
        if not self.is_decided and len(self.held) >= MOST_HELD:
            self.is_decided = True
        if self.is_decided:
            return self.is_relaunch
        self.held[item["url"]] = item.item
        return True

    @property
    def share(self) -> float:
        """The share of the known addresses with another id (0 to 1); 0 if that are too few."""
        return _share(self.renumbered, self.looked)

    @property
    def moved_share(self) -> float:
        """The share of the known items with another address (0 to 1); 0 if that are too few."""
        return _share(self.moved, self.looked)

    @property
    def is_relaunch(self) -> bool:
        """Whether the site counts as relaunched."""
        return self.share > self.limit

    @property
    def is_doubtful(self) -> bool:
        """Whether there is evidence of a relaunch, but too few pages were seen to decide."""
        return bool(self.renumbered) and len(self.looked) < PROBES

    def release(self) -> list[Held]:
        """End the walk, and return the items to store, by their address; none if the site was relaunched."""
        self.is_decided = True
        held = [] if self.is_relaunch else [Held(self.held[url], url) for url in sorted(self.held)]
        self.held.clear()
        return held


def _is_same(item: Any, known: Item) -> bool:
    """Whether ``item`` has the same content or title as ``known``."""
    is_titled = bool(item["title"]) and (item["title"] or "").split() == (known.title or "").split()
    return known.content_sha256 == item["content_sha256"] or is_titled


def _share(some: set[str], among: set[str]) -> float:
    return len(some) / len(among) if len(some) >= FEWEST else 0.0
