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
"""Pages that must print the same words at a place. On 14 real sites, words of the page itself never did."""

SHARE = 0.9
"""Share of the pages with text at the place that must print them."""

ENOUGH = 20
"""Pages that decide about a place during the walk, so that further pages need not wait."""

MOST_TEXTS = 3
"""Different texts at a place above which its pages count as different for good."""

KEPT = 40
"""Pages stored per place, those of the last run first."""

MOST_PLACES = 300
"""Places per language; further ones are ignored."""


@dataclass(slots=True)
class Place:
    """The texts of pages in one language at one place."""

    pages: MutableMapping[str, str] = field(default_factory=dict)
    """Id of the item -> the words."""

    differs: bool = False
    """Whether the pages differ; then their texts are not stored."""

    said: bool | None = None
    """The decision of a person in the file, whether the words belong to the template, if any."""

    texts: Counter[str] = field(init=False)
    """Words -> number of pages with them; counted continuously, because nearly all pages have the same words."""

    def __post_init__(self) -> None:
        self.texts = Counter(self.pages.values())

    def add(self, item_id: str, text: str) -> None:
        if self.differs or self.said is not None:
            return
        if (before := self.pages.get(item_id)) is not None:
            self.texts[before] -= 1
            self.texts += Counter()  # removes counts of 0
        self.pages[item_id] = text
        self.texts[text] += 1
        self.differs = len(self.texts) > MOST_TEXTS
        if self.differs:
            self.pages, self.texts = {}, Counter()

    def template_text(self, pages: int = LEAST) -> str | None:
        """The words that the template prints here; None if it does not, or before there are ``pages`` pages."""
        if self.differs or not self.texts or self.said is False:
            return None
        (text, count), *_ = self.texts.most_common(1)
        if self.said:
            return text
        is_shown = len(self.pages) >= pages and count >= LEAST and count >= SHARE * len(self.pages)
        return text if is_shown else None

    @property
    def is_open(self) -> bool:
        """Whether more pages can decide it."""
        return not self.differs and self.said is None and len(self.pages) < ENOUGH


class Templates:
    """The evidence of earlier runs and of this one: language -> place -> texts of pages."""

    def __init__(self) -> None:
        self.languages: dict[str, dict[str, Place]] = {}
        self.not_met: set[str] = set()
        """Ids of items of earlier runs that this run has not found yet."""
        self._pages: Callable[[], MutableMapping[str, str]] = dict

    def keep_in(self, room: Room) -> None:
        """Store the texts of pages in ``room``."""
        self._pages = partial(Table, room)
        for places in self.languages.values():
            for place in places.values():
                before, place.pages = place.pages, self._pages()
                place.pages.update(before)

    def add(self, item_id: str, language: str, parts: Iterable[Part]) -> None:
        """Add the parts of one page outside its body field."""
        places = self.languages.setdefault(language, {})
        self.not_met.discard(item_id)
        several = Counter(part.place for part in parts)
        for part in parts:
            if part.place in places or len(places) < MOST_PLACES:
                place = places.setdefault(part.place, Place(self._pages()))
                # An editor made it if a page has several parts at one place, for example a list of components.
                place.add(item_id, part.text if several[part.place] == 1 else f"{item_id}\n{part.text}")

    def telling(self, language: str, parts: Iterable[Part]) -> frozenset[Part]:
        """Those of ``parts`` that may belong to the template, which are all but those at places where pages differ."""
        places = self.languages.get(language, {})
        return frozenset(part for part in parts if (place := places.get(part.place)) is None or not place.differs)

    def template_parts(self, pages: int = LEAST) -> dict[str, frozenset[Part]]:
        """Language -> the parts of the template, at places with at least ``pages`` pages."""
        parts_of = {
            language: frozenset(
                Part(name, text) for name, place in places.items() if (text := place.template_text(pages)) is not None
            )
            for language, places in self.languages.items()
        }
        return {language: parts for language, parts in parts_of.items() if parts}

    def has_enough(self, language: str, parts: Iterable[Part]) -> bool:
        """Whether `ENOUGH` pages have shown that one of ``parts`` belongs to the template."""
        places = self.languages.get(language, {})
        return any((place := places.get(part.place)) and place.template_text(ENOUGH) == part.text for part in parts)

    def is_open(self, language: str, parts: Collection[Part]) -> bool:
        """Whether more pages can decide about one of ``parts``."""
        places = self.languages.get(language, {})
        return any((place := places.get(part.place)) is not None and place.is_open for part in parts)

    def dump(self, in_force: Mapping[str, Collection[Part]]) -> dict[str, list[dict[str, Any]]]:
        """The evidence as in the profile; ``in_force`` are the parts that are left out."""
        return {
            language: [self._as_json(name, places[name], in_force.get(language, ())) for name in sorted(places)]
            for language, places in sorted(self.languages.items())
            if places
        }

    def _as_json(self, name: str, place: Place, in_force: Collection[Part]) -> dict[str, Any]:
        kept = nsmallest(KEPT, place.pages, lambda item_id: (item_id in self.not_met, drawn(item_id)))
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
    """A pseudo-random sort key, by which a sample of items is chosen independently of their content."""
    return hashlib.sha256(item_id.encode("utf-8", "replace")).digest()


def parse(dumped: Mapping[str, Any]) -> tuple[Templates, dict[str, frozenset[Part]]]:
    """Parse the output of `Templates.dump` into the evidence and the parts in force.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: It is something else; a ValueError says what, in words.
    """
    templates = Templates()
    in_force: dict[str, frozenset[Part]] = {}
    for language, places in dumped.items():
        of_language = templates.languages[str(language)] = {}
        for entry in places:
            name, left_out, told_by = str(entry["place"]), entry["left_out"], entry["told_by"]
            if not isinstance(left_out, bool) or told_by not in ("pages", "person"):
                raise ValueError(
                    f'{name}: left_out is true or false, told_by "pages" or "person", '
                    f"not {left_out!r:.60} and {told_by!r:.60}"
                )
            by_person = told_by == "person"
            place = of_language[name] = Place(
                {str(item_id): str(text["text"]) for text in entry["texts"] for item_id in text["items"] or ["-"]},
                # Whoever decided it by hand has seen that pages differ.
                bool(entry.get("differs")) and not by_person,
                left_out if by_person else None,
            )
            if left_out and not place.pages:
                raise ValueError(f"{name}: left_out is true, but its texts have no words to leave out")
            if left_out:
                text = Counter(place.pages.values()).most_common(1)[0][0]
                in_force[language] = in_force.get(language, frozenset()) | {Part(name, text)}
            templates.not_met.update(place.pages)
    return templates, in_force
