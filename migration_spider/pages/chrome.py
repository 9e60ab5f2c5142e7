"""The parts of a page that belong to the site: navigation, sidebars, share buttons, teasers of other pages.

Elements and ARIA roles decide first (HTML-AAM); words in class and id decide only where no standard names the part.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from migration_spider.pages.bounds import ancestors_of
from migration_spider.pages.class_words import BOX, FIELD, HIDDEN, LANDMARK_ROLES, LANDMARKS, PART, SOFT, hint_of
from migration_spider.pages.outline import local_name
from migration_spider.text import fold, reading_length, word_set
from migration_spider.vocabularies import key, label_field, label_kind

if TYPE_CHECKING:
    from migration_spider.pages.base import Page

_NO_ARTICLE = word_set("nav form dialog search menu")
_NO_TEXT = word_set("a h1 script style noscript template svg select")
_MARKED_BY_NAME = LANDMARKS | _NO_ARTICLE
"""Elements whose name alone may be a mark; all others have no mark without an attribute."""
_HIDDEN_ROLES = LANDMARK_ROLES | word_set("alert alertdialog dialog menu menubar status toolbar")
_PARTED = re.compile(r"[\s_-]+")
_DISPLAY_NONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
MOST = 0.6
"""Share of the page's running text, 0 to 1: an element with more is no part of the site, despite its class or style."""

NEARLY_ALL = 0.9
"""The same for elements marked by name or role."""

SHORTEST_TEXT = 25
"""Reading length of the shortest text that may be the complete text of a page."""

PARAGRAPH = 100
"""Reading length of the shortest text that is surely no label, button or name."""

LONG = 500
"""Reading length of the shortest text that is surely no box beside a text."""

LEAD = 60
"""Reading length of the shortest text that may be a lead."""


class Chrome:
    """Decides which elements of ``page`` belong to the site. It does not refer to the page, which can so be freed."""

    def __init__(self, page: Page) -> None:
        self.is_own = page.is_own
        self.attributes = page.elements.attributes
        self._main = page.main
        self._article = page.main if page.article is None else page.article
        own = [element for element in (page.heading, page.main, page.article) if element is not None]
        self._kept = {*own, *ancestors_of(own), *page.own_headers()}
        """The elements that contain the page's own article and title."""
        self._others = page.nodes.others(page.node_id)
        """Elements of other articles on the page."""
        folded = islice(page.elements.having("aria-controls"), 500)
        self._folded = {word for _, ids in folded for word in ids.split()}
        """Ids of elements that a button on the page folds and unfolds."""
        self._type = page.node_type or ""
        """The content type of the page, where the theme prints it; parts of a newsletter are named "newsletter"."""
        self._lengths: dict[Any, int] = {}
        self._inside: dict[Any, bool] = {}
        self._values: dict[Any, bool] = {}
        self._asides: set[Any] = set()
        """Elements in asides that belong to the page."""
        self.left_out: dict[Any, str] = {}
        """Elements left out of the outline -> why: by a mark (`MARKS`) or by their content (outline_builder.py)."""
        self.dropped_texts: set[tuple[Any, bool]] = set()
        """The same for texts that share their element with others, as :attr:`Piece.slot`."""

    def is_of_another(self, element: Any) -> bool:
        """Whether ``element`` prints another node, on a page that is no node itself."""
        return element in self._others and self._main is self._article

    def protects(self, element: Any) -> bool:
        """Whether ``element`` contains the page's title or article."""
        return element in self._kept

    def is_label(self, text: str) -> bool:
        return len(text) < 80 and label_kind(text) is not None

    def why_hidden(self, element: Any, name: str) -> str:
        """Return why ``element`` (tag ``name``) belongs to the site; empty when it may belong to the page."""
        if element in self._kept:
            return ""
        if self._others and element in self._others and not (self._is_in_value(element) or self._is_most(element)):
            return "another node"
        attributes = self.attributes[element]
        if not attributes and name not in _MARKED_BY_NAME:
            return ""
        get = attributes.get
        face, marks = suspected(name, get("role"), get("class", ""), get("id", ""), _is_hidden(attributes))
        for mark in marks:
            if mark.applies is None or mark.applies(self, element, face):
                return "" if self._has_text(element, mark.share) else mark.why
        return ""

    def _is_most(self, element: Any) -> bool:
        """Whether ``element`` contains nearly all text of a page that is no node itself, though a link heads it."""
        return self._length(element) >= LONG and self._has_text(element, MOST) and self._main is self._article

    def _has_text(self, element: Any, share: float) -> bool:
        """Whether ``element`` contains more than ``share`` of the page's text."""
        own = self._length(element)
        return own > SHORTEST_TEXT and own > share * self._length(self._main)

    def _length(self, element: Any) -> int:
        """Reading length of ``element`` without links and the title."""
        if element not in self._lengths:
            self._measure(element)
        return self._lengths[element]

    def _measure(self, top: Any) -> None:
        lengths = self._lengths
        elements = [element for element in top.iter() if isinstance(element.tag, str)]
        lengths.update(dict.fromkeys(elements, 0))
        for element in reversed(elements):
            if element.tag in _NO_TEXT:
                lengths[element] = 0
            elif (text := element.text) and (text := text.strip()):
                lengths[element] += reading_length(text)
            if element is not top:
                parent = element.getparent()
                lengths[parent] += lengths[element]
                if (text := element.tail) and (text := text.strip()):
                    lengths[parent] += reading_length(text)

    def is_value(self, rows: Any) -> bool:
        """Whether ``rows``, the element around rows of a view or terms, is the value of a labelled field."""
        if rows not in self._values:
            self._values[rows] = follows_label(rows)
        return self._values[rows]

    def _is_in_value(self, element: Any) -> bool:
        return any(map(self.is_value, (element, *islice(element.iterancestors(), 2))))

    def _inside_article(self, element: Any) -> bool:
        """Whether an element around ``element`` is the article; results are cached, since pages nest deeply."""
        chain = []
        around = element.getparent()
        while around is not None and around not in self._inside:
            if around is self._article:
                self._inside[around] = True
                break
            chain.append(around)
            around = around.getparent()
        is_inside = around is not None and self._inside[around]
        self._inside.update(dict.fromkeys(chain, is_inside))
        return is_inside

    def is_site_part(self, element: Any, face: Face) -> bool:
        """Whether an aside, header or footer is outside the article, or contains little but links."""
        if not self._inside_article(element):
            return True
        if face.name in ("footer", "aside") and self._main.tag == "body" and self._main is self._article:
            # The theme marks no article to which it could belong.
            return label_count(element) < 2
        if face.name in ("footer", "header") or element.getparent() in self._asides:
            return False
        if _link_share(element) > 0.4 and label_count(element) < 2:
            return True
        # Elements inside belong to it and are not examined again: asides may be nested a thousand times.
        self._asides.update(element.iter())
        return False

    def is_unseen(self, element: Any, face: Face) -> bool:
        """Whether no button of the page unfolds the hidden element."""
        return face.id not in self._folded

    def is_named(self, element: Any, face: Face) -> bool:
        """Whether no excuse applies to an element with a class or id that names a part of the site."""
        return not any(excuse.applies(self, element, face) for excuse in EXCUSES)

    def _is_most_of_article(self, element: Any) -> bool:
        """Whether the running text of the article is in ``element``."""
        own = self._length(element)
        return own >= LONG and self._inside_article(element) and own > MOST * self._length(self._article)

    def _leads_nowhere(self, element: Any) -> bool:
        """Whether ``element`` is running text without a link in or around it: the page's own lead and no teaser."""
        is_text = self._length(element) >= LEAD and next(element.iter("a", "button"), None) is None
        return is_text and next(element.iterancestors("a"), None) is None

    def _has_own_heading(self, element: Any) -> bool:
        """Whether an ``<h1>`` without a link heads the running text of ``element``, as none heads a teaser."""
        heading = next(element.iter("h1"), None) if self._length(element) >= LEAD else None
        return heading is not None and next(chain(heading.iter("a"), heading.iterancestors("a")), None) is None

    def is_page_type(self, element: Any, face: Face) -> bool:
        return self._type != "" and self._type in _PARTED.split(face.hint.lower())

    def is_look_of_text(self, element: Any, face: Face) -> bool:
        if not (SOFT[face.hint] or FIELD[face.classes]) or next(element.iter("form"), None) is not None:
            return False
        return self._length(element) >= PARAGRAPH and self._inside_article(element)

    def is_own_teaser(self, element: Any, face: Face) -> bool:
        if "teaser" not in face.hint.lower():
            return False
        return self._is_in_value(element) or self._leads_nowhere(element) or self._has_own_heading(element)

    def is_around_text(self, element: Any, face: Face) -> bool:
        return "comment" not in face.hint.lower() and self._is_most_of_article(element)

    def is_with_metadata(self, element: Any, face: Face) -> bool:
        if not (PART[face.hint] or BOX[face.hint]) or not self._inside_article(element):
            return False
        return "sidebar" in face.hint.lower() or label_count(element) > 0

    def is_row(self, element: Any, face: Face) -> bool:
        return _has_sibling_row(element) and not self.is_value(element.getparent())

    def is_slide(self, element: Any, face: Face) -> bool:
        """Whether ``element`` is a field of a view in one of several list items without a class, as in slideshows."""
        row = element.getparent()
        if local_name(row) != "li" or "views-row" in (row.get("class") or ""):
            return False
        siblings = [
            item for item in (row.getnext(), row.getprevious()) if item is not None and local_name(item) == "li"
        ]
        is_many = any("views-field" in (child.get("class") or "") for item in siblings for child in item)
        return is_many and not self.is_value(row.getparent())


class Face(NamedTuple):
    """The start tag of an element, as far as `MARKS` use it."""

    name: str
    role: str | None
    classes: str
    id: str
    is_hidden: bool
    """Whether an attribute or a class hides it from sight."""

    hint: str
    """The word in its class or id that names a part of the site; empty without one."""


class Mark(NamedTuple):
    """One kind of evidence that an element is a part of the site."""

    why: str
    """Printed by ``scrapy explain``."""

    share: float
    """Share of the page's running text, 0 to 1: an element that contains more is no part of the site."""

    matches: Callable[[Face], bool]
    """Whether an element with this start tag may have the mark."""

    applies: Callable[[Chrome, Any, Face], bool] | None = None
    """Given the page's Chrome, the element and its face: whether it has the mark; None when the face is enough."""


MARKS = (
    Mark("navigation, a form or a dialog", NEARLY_ALL, lambda face: face.name in _NO_ARTICLE),
    Mark(
        "a header, footer or aside of the site",
        NEARLY_ALL,
        lambda face: face.name in LANDMARKS or face.role == "complementary",
        Chrome.is_site_part,
    ),
    Mark(
        "its role is of the site",
        NEARLY_ALL,
        lambda face: face.role in _HIDDEN_ROLES and face.role != "complementary" and face.name not in LANDMARKS,
    ),
    # In other elements with this role Bootstrap 3 prints the contents of the tabs, too.
    Mark("the names of tabs", NEARLY_ALL, lambda face: face.name in ("ul", "ol") and face.role == "tablist"),
    Mark("hidden from sight", MOST, lambda face: face.is_hidden, Chrome.is_unseen),
    Mark("its class or id is of the site", MOST, lambda face: face.hint != "", Chrome.is_named),
    Mark("a row of a view", MOST, lambda face: "views-row" in face.classes, Chrome.is_row),
    Mark("a slide of a view", MOST, lambda face: "views-field" in face.classes, Chrome.is_slide),
)


class Excuse(NamedTuple):
    """A reason why an element named as a part of the site belongs to the page nevertheless."""

    why: str
    applies: Callable[[Chrome, Any, Face], bool]


EXCUSES = (
    Excuse("the pages of this type are called so", Chrome.is_page_type),
    Excuse("the word tells how a part of the text looks, or where it is printed", Chrome.is_look_of_text),
    Excuse("a teaser that is the value of a field, or the lead of the page itself", Chrome.is_own_teaser),
    Excuse(
        "Bartik for Drupal 7 prints the terms of a field as it prints the links of a node",
        lambda page, element, face: "inline" in face.hint and _is_label(element.getprevious()),
    ),
    Excuse("a paywall's frame, a column named as a box: the running text of the article", Chrome.is_around_text),
    Excuse("a part of the article that holds its metadata", Chrome.is_with_metadata),
)


@lru_cache(maxsize=4096)
def suspected(name: str, role: str | None, classes: str, id_: str, is_hidden: bool) -> tuple[Face, tuple[Mark, ...]]:
    """Return the face of an element and the marks that it may have; cached, since many look the same."""
    is_hidden = is_hidden or HIDDEN[classes]
    face = Face(name, role, classes, id_, is_hidden, hint_of(name, classes, id_))
    return face, tuple(mark for mark in MARKS if mark.matches(face))


def _is_hidden(attributes: dict[str, str]) -> bool:
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    return "style" in attributes and _DISPLAY_NONE.search(attributes["style"]) is not None


def _is_label(element: Any) -> bool:
    return element is not None and "field-label" in (element.get("class") or "").split()


def follows_label(element: Any) -> bool:
    """Whether the text right before ``element``, in its parent or a few levels further out, is the label of a field."""
    for around in islice(chain((element,), element.iterancestors()), 12):
        for before in islice(around.itersiblings(preceding=True), 5):
            text = fold("".join(islice(before.itertext(), 20))) if isinstance(before.tag, str) else ""
            if text:
                return len(text) < 80 and label_field(text) is not None
    return False


def _has_sibling_row(element: Any) -> bool:
    return any(
        "views-row" in (sibling.get("class") or "")
        for sibling in (element.getnext(), element.getprevious())
        if sibling is not None and isinstance(sibling.tag, str)
    )


_LABEL_END = re.compile(r"[:：]|(?=\d)")


def label_count(element: Any) -> int:
    """Return how many different labels of the metadata block begin a text in ``element``."""
    labels = (_label_of(text[:200]) for text in islice(element.itertext(), 400))
    return len({label for label in labels if label})


@lru_cache(maxsize=8192)
def _label_of(text: str) -> str:
    """Return the key of the label that ``text`` begins with; empty for none."""
    label = fold(_LABEL_END.split(text, maxsplit=1)[0])
    return key(label) if 0 < len(label) < 80 and label_field(label) is not None else ""


def _link_share(element: Any) -> float:
    """Share of the text of ``element`` that is in links, 0 to 1."""
    linked = sum(len("".join(link.itertext())) for link in element.iter("a"))
    return linked / (len("".join(element.itertext()).strip()) or 1)
