"""Finds the words around a text that a template or a block of the site prints, by comparing many pages.

If nearly all pages of a language print the same words in a place (`migration_spider.pages.parts`), these words are not
part of any text. If pages differ in a place, its words were written for each page.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import partial
from heapq import nsmallest
from typing import Any

from migration_spider.kept import Room, Table
from migration_spider.pages.parts import Part

LEAST = 6
"""Pages that must print the same words at a place. On 14 real sites none of a page's own words did."""

SHARE = 0.9
"""Share of the pages with something at the place that must print them."""

ENOUGH = 20
"""Pages by which a place is decided while the walk goes on, so that the others need not wait."""

MOST_TEXTS = 3
"""Different texts at a place above which its pages differ, once and for all."""

KEPT = 40
"""Pages kept per place: those of the last run first."""

MOST_PLACES = 300
"""Places per language; those that come later are left alone."""


@dataclass(slots=True)
class Place:
    """What pages of one language print at one place."""

    pages: MutableMapping[str, str] = field(default_factory=dict)
    """Id of the item -> the words."""

    differs: bool = False
    """Whether the pages have shown that they differ; nothing more is kept of them then."""

    said: bool | None = None
    """What a person wrote into the file: whether the words are the template's; None where nobody did."""

    texts: Counter[str] = field(init=False)
    """Words -> pages that have them, counted as they come: all pages of a site print what the template does."""

    def __post_init__(self) -> None:
        self.texts = Counter(self.pages.values())

    def add(self, item_id: str, text: str) -> None:
        if self.differs or self.said is not None:
            return
        if (before := self.pages.get(item_id)) is not None:
            self.texts[before] -= 1
            self.texts += Counter()  # without those that are no more
        self.pages[item_id] = text
        self.texts[text] += 1
        self.differs = len(self.texts) > MOST_TEXTS
        if self.differs:
            self.pages, self.texts = {}, Counter()

    def told(self, pages: int = LEAST) -> str | None:
        """The words that the template prints here, if it does; None before ``pages`` have told."""
        if self.differs or not self.texts or self.said is False:
            return None
        (text, count), *_ = self.texts.most_common(1)
        if self.said:
            return text
        is_told = len(self.pages) >= pages and count >= LEAST and count >= SHARE * len(self.pages)
        return text if is_told else None

    @property
    def is_open(self) -> bool:
        """Whether more pages may tell."""
        return not self.differs and self.said is None and len(self.pages) < ENOUGH


class Templates:
    """The evidence of earlier runs and of this one: language -> place -> what pages print there."""

    def __init__(self) -> None:
        self.languages: dict[str, dict[str, Place]] = {}
        self.not_met: set[str] = set()
        """Items of earlier runs that this one has not met."""
        self._pages: Callable[[], MutableMapping[str, str]] = dict

    def keep_in(self, room: Room) -> None:
        """Keep in ``room`` what pages print."""
        self._pages = partial(Table, room)
        for places in self.languages.values():
            for place in places.values():
                before, place.pages = place.pages, self._pages()
                place.pages.update(before)

    def add(self, item_id: str, language: str, parts: Iterable[Part]) -> None:
        """Take in what one page prints beside its body field."""
        places = self.languages.setdefault(language, {})
        self.not_met.discard(item_id)
        several = Counter(part.place for part in parts)
        for part in parts:
            if part.place in places or len(places) < MOST_PLACES:
                place = places.setdefault(part.place, Place(self._pages()))
                # What one page has twice, as a list of components, an editor made.
                place.add(item_id, part.text if several[part.place] == 1 else f"{item_id}\n{part.text}")

    def telling(self, language: str, parts: Iterable[Part]) -> frozenset[Part]:
        """Those of ``parts`` of which more pages may tell something: where pages differ, nothing is told any more."""
        places = self.languages.get(language, {})
        return frozenset(part for part in parts if (place := places.get(part.place)) is None or not place.differs)

    def told(self, pages: int = LEAST) -> dict[str, frozenset[Part]]:
        """Language -> the parts that are the template's, as far as ``pages`` have told at their places."""
        found = {
            language: frozenset(
                Part(name, text) for name, place in places.items() if (text := place.told(pages)) is not None
            )
            for language, places in self.languages.items()
        }
        return {language: parts for language, parts in found.items() if parts}

    def has_enough(self, language: str, parts: Iterable[Part]) -> bool:
        """Whether one of ``parts`` is the template's by `ENOUGH` pages."""
        places = self.languages.get(language, {})
        return any((place := places.get(part.place)) and place.told(ENOUGH) == part.text for part in parts)

    def is_open(self, language: str, parts: Collection[Part]) -> bool:
        """Whether more pages may tell of one of ``parts``."""
        places = self.languages.get(language, {})
        return any((place := places.get(part.place)) is not None and place.is_open for part in parts)

    def dump(self, in_force: Mapping[str, Collection[Part]]) -> dict[str, list[dict[str, Any]]]:
        """As it stands in the profile; ``in_force``: the parts that are left out."""
        return {
            language: [self._told(name, places[name], in_force.get(language, ())) for name in sorted(places)]
            for language, places in sorted(self.languages.items())
            if places
        }

    def _told(self, name: str, place: Place, in_force: Collection[Part]) -> dict[str, Any]:
        kept = nsmallest(KEPT, place.pages, lambda one: (one in self.not_met, drawn(one)))
        pages: dict[str, list[str]] = {}
        for item_id in sorted(kept):
            pages.setdefault(place.pages[item_id], []).append(item_id)
        ordered = sorted(pages.items(), key=lambda pair: (-len(pair[1]), pair[0]))
        return {
            "place": name,
            "left_out": any(part.place == name for part in in_force),
            "told_by": "person" if place.said is not None else "pages",
            "differs": place.differs,
            "texts": [{"text": text, "items": items} for text, items in ordered],
        }


def drawn(item_id: str) -> bytes:
    """By this order some are chosen of many, whatever they show."""
    return hashlib.sha256(item_id.encode("utf-8", "replace")).digest()


def parse(told: Mapping[str, Any]) -> tuple[Templates, dict[str, frozenset[Part]]]:
    """The evidence that `Templates.dump` wrote, and what is in force by it.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is something else.
    """
    made = Templates()
    in_force: dict[str, frozenset[Part]] = {}
    for language, places in told.items():
        own = made.languages[str(language)] = {}
        for one in places:
            by_person = one["told_by"] == "person"
            place = own[str(one["place"])] = Place(
                {str(item_id): str(text["text"]) for text in one["texts"] for item_id in text["items"] or ["-"]},
                bool(one["differs"]),
                bool(one["left_out"]) if by_person else None,
            )
            if one["left_out"] and place.pages:
                text = Counter(place.pages.values()).most_common(1)[0][0]
                in_force[language] = in_force.get(language, frozenset()) | {Part(str(one["place"]), text)}
            made.not_met.update(place.pages)
    return made, in_force
