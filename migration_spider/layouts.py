"""Where the news pages of a site have their title and text; this shows when the site has a new layout.

The reader needs no layout and reads each page independently. But if title or text are in a place where no page of the
site had them before, or most pages lack them, the theme may be new, and nobody has checked yet whether its pages are
read correctly.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping
from typing import Any

from migration_spider.kept import Room, Table

FEWEST_KNOWN = 20
"""Pages that must have a part before a place of it counts as new."""

FEWEST = 5
"""Pages below which a share proves nothing. The pages of a smaller run are compared together with those of the next."""

MOST_PLACES = 200
"""Places stored per part, the most frequent ones."""

PARTS = ("title", "text")
NOWHERE = "nowhere"
"""The place of a part that a page does not have."""


class Layouts:
    """The places of earlier runs and of this one."""

    def __init__(
        self,
        known: Mapping[str, Mapping[str, int]] | None = None,
        undecided: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.known: dict[str, dict[str, int]] = {part: dict(places) for part, places in (known or {}).items()}
        """Part -> place -> number of pages that had it there, summed over the runs."""
        self.met: MutableMapping[str, Mapping[str, str]] = dict(undecided or {})
        """Address of a page of this run, or of earlier ones that were too small to decide -> part -> place."""

    def keep_in(self, room: Room) -> None:
        """Store the layouts of this run in ``room``."""
        before, self.met = self.met, Table(room, json.dumps, lambda text: json.loads(text or ""))
        self.met.update(before)

    def add(self, url: str, layout: Mapping[str, str]) -> None:
        """Add the layout of the page at ``url``, see `NewsPage.layout`."""
        self.met[url] = {part: layout.get(part, NOWHERE) for part in PARTS}

    def misfits(self) -> dict[str, list[str]]:
        """Part -> addresses of the pages that have it in a new place, or have lost it; see `_lost`."""
        usual = {part: {NOWHERE, *known} for part, known in self.known.items() if sum(known.values()) >= FEWEST_KNOWN}
        found: dict[str, list[str]] = {part: [] for part in usual}
        for part in self._lost():
            usual[part].discard(NOWHERE)
        for url, layout in self.met.items() if usual else ():
            for part, places in usual.items():
                if layout.get(part, NOWHERE) not in places:
                    found[part].append(url)
        return {part: sorted(pages) for part, pages in found.items() if pages}

    def _lost(self) -> set[str]:
        """The parts that most known pages had, and most pages of this run lack. Single pages may be without text."""
        return {
            part
            for part, known in self.known.items()
            if 2 * known.get(NOWHERE, 0) < sum(known.values()) >= FEWEST_KNOWN
            and 2 * sum(layout.get(part, NOWHERE) == NOWHERE for layout in self.met.values()) > len(self.met)
        }

    def facts(self) -> dict[str, Any]:
        """The facts for the monitors, without ``migration/``; empty if no page has a new layout."""
        misfits = self.misfits()
        pages = {url for urls in misfits.values() for url in urls}
        facts: dict[str, Any] = {"layout/misfits": len(pages)} if pages else {}
        if pages and len(self.met) >= FEWEST:
            facts["share/misfits"] = len(pages) / len(self.met)
            facts["layout/new"] = "; ".join(self._change(part, urls[0]) for part, urls in sorted(misfits.items()))
        return facts

    def _change(self, part: str, url: str) -> str:
        known = self.known[part]
        return (
            f"{part}: now {self.met[url].get(part, NOWHERE)}, before {max(known, key=known.__getitem__)}, as on {url}"
        )

    def _is_decided(self) -> bool:
        return len(self.met) >= FEWEST or not self.misfits()

    def dump(self) -> dict[str, dict[str, int]]:
        """Part -> place -> number of pages, including those of this run, as in the profile; the most frequent first.

        That a part is lost is not taken for usual, however often it is met.
        """
        counts = {part: dict(places) for part, places in self.known.items()}
        lost = self._lost()
        for layout in self.met.values() if self._is_decided() else ():
            for part, place in layout.items():
                if place != NOWHERE or part not in lost:
                    places = counts.setdefault(part, {})
                    places[place] = places.get(place, 0) + 1
        return {
            part: dict(sorted(places.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_PLACES])
            for part, places in sorted(counts.items())
        }

    def dump_undecided(self) -> dict[str, dict[str, str]]:
        """Address -> part -> place of the pages that wait for those of the next run, as in the profile."""
        return {} if self._is_decided() else {url: dict(layout) for url, layout in sorted(self.met.items())}


def parse(dumped: Mapping[str, Any], undecided: Mapping[str, Any] | None = None) -> Layouts:
    """Parse the output of `Layouts.dump` and `Layouts.dump_undecided`.

    Raises:
        AttributeError, TypeError, ValueError: It is something else.
    """
    known = {str(part): {str(p): _pages(p, n) for p, n in places.items()} for part, places in dumped.items()}
    waiting = {
        str(url): {str(part): str(place) for part, place in layout.items()} for url, layout in (undecided or {}).items()
    }
    return Layouts(known, waiting)


def _pages(place: str, number: Any) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise ValueError(f"{place}: {number!r:.60} is no number of pages")
    return number
