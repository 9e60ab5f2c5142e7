"""Where the news pages of a site have their title and text; this shows when the site has a new layout.

The reader needs no layout and reads each page independently. But if title or text are in a place where no page of the
site had them before, the theme may be new, and nobody has checked yet whether its pages are read correctly.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping
from typing import Any

from migration_spider.kept import Room, Table

FEWEST_KNOWN = 20
"""Pages that must have a part before a place of it counts as new."""

FEWEST = 10
"""Pages below which a share proves nothing."""

MOST_PLACES = 200
"""Places stored per part, the most frequent ones."""


class Layouts:
    """The places of earlier runs and of this one."""

    def __init__(self, known: Mapping[str, Mapping[str, int]] | None = None) -> None:
        self.known: dict[str, dict[str, int]] = {part: dict(places) for part, places in (known or {}).items()}
        """Part -> place -> number of pages that had it there, summed over the runs."""
        self.met: MutableMapping[str, Mapping[str, str]] = {}
        """Address of a page of this run -> part -> place."""

    def keep_in(self, room: Room) -> None:
        """Store the layouts of this run in ``room``."""
        self.met = Table(room, json.dumps, lambda text: json.loads(text or ""))

    def add(self, url: str, layout: Mapping[str, str]) -> None:
        """Add the layout of the page at ``url``, see `NewsPage.layout`."""
        self.met[url] = layout

    def misfits(self) -> dict[str, list[str]]:
        """Part -> addresses of the pages of this run that have it in a new place."""
        usual = {part: {None, *known} for part, known in self.known.items() if sum(known.values()) >= FEWEST_KNOWN}
        found: dict[str, list[str]] = {part: [] for part in usual}
        for url, layout in self.met.items() if usual else ():
            for part, known_or_none in usual.items():
                if layout.get(part) not in known_or_none:
                    found[part].append(url)
        return {part: sorted(pages) for part, pages in found.items() if pages}

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
        return f"{part}: now {self.met[url][part]}, before {max(known, key=known.__getitem__)}, as on {url}"

    def dump(self) -> dict[str, dict[str, int]]:
        """Part -> place -> number of pages, including those of this run, as in the profile; the most frequent first."""
        counts = {part: dict(places) for part, places in self.known.items()}
        for layout in self.met.values():
            for part, place in layout.items():
                places = counts.setdefault(part, {})
                places[place] = places.get(place, 0) + 1
        return {
            part: dict(sorted(places.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_PLACES])
            for part, places in sorted(counts.items())
        }


def parse(dumped: Mapping[str, Any]) -> Layouts:
    """Parse the output of `Layouts.dump`. Raises AttributeError, TypeError, ValueError: It is something else."""
    return Layouts({str(part): {str(p): int(n) for p, n in places.items()} for part, places in dumped.items()})
