"""What on a page belongs to the site and not to the page: navigation, sidebars, share buttons, teasers of other pages.

Whatever reads a page asks here: of elements, headings, labels and phrases. Elements and ARIA roles decide first
(HTML-AAM); words in class and id only take away what no standard names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import chain, islice
from typing import Any, NamedTuple

from migration_spider.pages.bounds import Attributes
from migration_spider.pages.class_words import BOX, FIELD, HIDDEN, PART, SOFT, hint_of
from migration_spider.pages.outline import local_name
from migration_spider.pages.text import fold, reading_length, word_set
from migration_spider.vocabularies import key, label_field, label_kind

_LANDMARKS = word_set("nav header footer aside")
_LANDMARK_ROLES = word_set("navigation banner contentinfo complementary search")
_NO_ARTICLE = word_set("nav form dialog search menu")
_NO_TEXT = word_set("a h1 script style noscript template svg select")
_TELLING = _LANDMARKS | _NO_ARTICLE
"""Elements that tell by their name alone; all others have no mark without an attribute."""
_HIDDEN_ROLES = _LANDMARK_ROLES | word_set("alert alertdialog dialog menu menubar status toolbar")
_PARTED = re.compile(r"[\s_-]+")
_DISPLAY_NONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
MOST = 0.6
"""Share of the page's running text, 0 to 1, that no part of the site holds, whatever a class or style says of it."""

NEARLY_ALL = 0.9
"""The same for what an element or a role says."""

SHORTEST_TEXT = 25
"""How long a text reads that may be all there is."""

PARAGRAPH = 100
"""How long a text reads that is no label, button or name."""

LONG = 500
"""How long a text reads that is no box beside one."""

LEAD = 60
"""How long a text reads that may be a lead."""


def is_landmark(element: Any) -> bool:
    """Whether ``element`` is by its name or role a part of the site, whatever page it stands on."""
    return element.tag in _LANDMARKS or element.get("role") in _LANDMARK_ROLES


class Chrome:
    """Decides for one page.

    Args:
        main: the element of the main content.
        kept: the elements that hold the page's own article and title.
        article: the element of the article.
        others: elements of other articles on the page.
        is_own: whether an ``href`` leads to the page itself.
        folded: ids of what a button on the page folds and unfolds.
        attributes: those of the page's elements.
        type_: the content type of the page, where the theme prints it; a newsletter has parts that are called so.
    """

    def __init__(
        self,
        main: Any,
        kept: frozenset[Any],
        article: frozenset[Any],
        others: frozenset[Any] = frozenset(),
        is_own: Callable[[str | None], bool] = lambda _: False,
        folded: frozenset[str] = frozenset(),
        attributes: Attributes | None = None,
        type_: str = "",
    ) -> None:
        self._main = main
        self._kept = kept
        self._article = article
        self._others = others
        self._folded = folded
        self._type = type_
        self.attributes = Attributes() if attributes is None else attributes
        self._lengths: dict[Any, int] = {}
        self._inside: dict[Any, bool] = {}
        self._values: dict[Any, bool] = {}
        self._asides: set[Any] = set()
        """Elements of asides that are of the page."""
        self.is_own = is_own
        self.left_out: dict[Any, str] = {}
        """Elements that the outline leaves out -> why: for what they are (`MARKS`) or what they say (prune.py)."""
        self.dropped_texts: set[tuple[Any, bool]] = set()
        """The same for texts without an element of their own, as :attr:`Piece.slot`."""

    def is_of_another(self, element: Any) -> bool:
        """Whether ``element`` prints another node, on a page that has none of its own."""
        return element in self._others and self._main in self._article

    def protects(self, element: Any) -> bool:
        """Whether ``element`` holds the page's title or article."""
        return element in self._kept

    def is_label(self, text: str) -> bool:
        return len(text) < 80 and label_kind(text) is not None

    def why_hidden(self, element: Any, name: str) -> str:
        """Why nothing in ``element`` (tag ``name``) is about the page; empty when it may be."""
        if element in self._kept:
            return ""
        if self._others and element in self._others and not (self._is_in_value(element) or self._is_most(element)):
            return "another node"
        attributes = self.attributes[element]
        if not attributes and name not in _TELLING:
            return ""
        get = attributes.get
        face, marks = suspected(name, get("role"), get("class", ""), get("id", ""), _is_hidden(attributes))
        for mark in marks:
            if mark.holds is None or mark.holds(self, element, face):
                return "" if self._holds_text(element, mark.share) else mark.why
        return ""

    def _is_most(self, element: Any) -> bool:
        """Whether nearly all of a page without a node of its own stands in ``element``, though a link heads it."""
        return self._length(element) >= LONG and self._holds_text(element, MOST) and self._main in self._article

    def _holds_text(self, element: Any, share: float) -> bool:
        """Whether more than ``share`` of the page's text stands in ``element``."""
        own = self._length(element)
        return own > SHORTEST_TEXT and own > share * self._length(self._main)

    def _length(self, element: Any) -> int:
        """How long the text of ``element`` reads, without links and the title; 0 outside the main content."""
        if element not in self._lengths:
            if element is self._main or self._main in element.iterancestors():
                self._measure(element)
            else:
                self._lengths[element] = 0
        return self._lengths[element]

    def _measure(self, top: Any) -> None:
        found = self._lengths
        elements = [element for element in top.iter() if isinstance(element.tag, str)]
        found.update(dict.fromkeys(elements, 0))
        for element in reversed(elements):
            if element.tag in _NO_TEXT:
                found[element] = 0
            elif (text := element.text) and (text := text.strip()):
                found[element] += reading_length(text)
            if element is not top:
                around = element.getparent()
                found[around] += found[element]
                if (text := element.tail) and (text := text.strip()):
                    found[around] += reading_length(text)

    def is_value(self, rows: Any) -> bool:
        """Whether ``rows``, the element around rows of a view or terms, is the value of a labelled field."""
        if rows not in self._values:
            self._values[rows] = follows_label(rows)
        return self._values[rows]

    def _is_in_value(self, element: Any) -> bool:
        around = islice(element.iterancestors(), 2)
        return any(self.is_value(one) for one in (element, *around))

    def _inside_article(self, element: Any) -> bool:
        """Whether an element around ``element`` is the article; what is found is kept, for pages nest deeply."""
        chain = []
        around = element.getparent()
        while around is not None and around not in self._inside:
            if around in self._article:
                self._inside[around] = True
                break
            chain.append(around)
            around = around.getparent()
        answer = around is not None and self._inside[around]
        self._inside.update(dict.fromkeys(chain, answer))
        return answer

    def is_site_part(self, element: Any, face: Face) -> bool:
        """An aside, header or footer of the page; one of the article belongs to the article unless it only links."""
        if not self._inside_article(element):
            return True
        if face.name in ("footer", "aside") and self._main.tag == "body" and self._main in self._article:
            # The theme marks no article that it could be of.
            return label_count(element) < 2
        if face.name in ("footer", "header") or element.getparent() in self._asides:
            return False
        if _link_share(element) > 0.4 and label_count(element) < 2:
            return True
        # What is inside belongs to it, and is not looked at again: asides may stand in each other a thousand times.
        self._asides.update(element.iter())
        return False

    def is_unseen(self, element: Any, face: Face) -> bool:
        """Hidden from sight by no button of the page, which unfolds it."""
        return face.id not in self._folded

    def is_named(self, element: Any, face: Face) -> bool:
        """Named as what templates print around a page, and nothing shows that this one is of the page."""
        return not any(excuse.holds(self, element, face) for excuse in EXCUSES)

    def _is_most_of_article(self, element: Any) -> bool:
        """Whether the running text of the article is in ``element``."""
        own = self._length(element)
        return own >= LONG and self._inside_article(element) and own > MOST * max(map(self._length, self._article))

    def _leads_nowhere(self, element: Any) -> bool:
        """Whether ``element`` is running text without a link in or around it: no teaser, but the page's own lead."""
        is_text = self._length(element) >= LEAD and next(element.iter("a", "button"), None) is None
        return is_text and next(element.iterancestors("a"), None) is None

    def is_page_type(self, element: Any, face: Face) -> bool:
        return self._type != "" and self._type in _PARTED.split(face.hint.lower())

    def is_look_of_text(self, element: Any, face: Face) -> bool:
        if not (SOFT[face.hint] or FIELD[face.classes]) or next(element.iter("form"), None) is not None:
            return False
        return self._length(element) >= PARAGRAPH and self._inside_article(element)

    def is_own_teaser(self, element: Any, face: Face) -> bool:
        return "teaser" in face.hint.lower() and (self._is_in_value(element) or self._leads_nowhere(element))

    def is_around_text(self, element: Any, face: Face) -> bool:
        return "comment" not in face.hint.lower() and self._is_most_of_article(element)

    def is_with_metadata(self, element: Any, face: Face) -> bool:
        if not (PART[face.hint] or BOX[face.hint]) or not self._inside_article(element):
            return False
        return "sidebar" in face.hint.lower() or label_count(element) > 0

    def is_row(self, element: Any, face: Face) -> bool:
        return _has_sibling_row(element) and not self.is_value(element.getparent())

    def is_slide(self, element: Any, face: Face) -> bool:
        """A field of a view in one of several items of a list, as slideshows print them: without a class for rows."""
        row = element.getparent()
        if local_name(row) != "li" or "views-row" in (row.get("class") or ""):
            return False
        beside = [one for one in (row.getnext(), row.getprevious()) if one is not None and local_name(one) == "li"]
        is_many = any("views-field" in (child.get("class") or "") for one in beside for child in one)
        return is_many and not self.is_value(row.getparent())


class Face(NamedTuple):
    """What the tag of an element tells, wherever it stands."""

    name: str
    role: str | None
    classes: str
    id: str
    is_hidden: bool
    """Whether an attribute or a class hides it from sight."""

    hint: str
    """The word of its class or id that templates print around a page; empty without one."""


class Mark(NamedTuple):
    """One kind of evidence that an element is a part of the site."""

    why: str
    """Printed by ``scrapy explain``."""

    share: float
    """The share of the page's running text that shows the evidence to be wrong."""

    shows: Callable[[Face], bool]
    """Whether an element like this may bear it."""

    holds: Callable[[Chrome, Any, Face], bool] | None = None
    """Of (the page's Chrome, element, its face): whether it does, where more than its face must tell."""


MARKS = (
    Mark("navigation, a form or a dialog", NEARLY_ALL, lambda face: face.name in _NO_ARTICLE),
    Mark(
        "a header, footer or aside of the site",
        NEARLY_ALL,
        lambda face: face.name in _LANDMARKS or face.role == "complementary",
        Chrome.is_site_part,
    ),
    Mark(
        "its role is of the site",
        NEARLY_ALL,
        lambda face: face.role in _HIDDEN_ROLES and face.role != "complementary" and face.name not in _LANDMARKS,
    ),
    # Where it is another element, Bootstrap 3 prints the contents of the tabs in it, too.
    Mark("the names of tabs", NEARLY_ALL, lambda face: face.name in ("ul", "ol") and face.role == "tablist"),
    Mark("hidden from sight", MOST, lambda face: face.is_hidden, Chrome.is_unseen),
    Mark("its class or id is of the site", MOST, lambda face: face.hint != "", Chrome.is_named),
    Mark("a row of a view", MOST, lambda face: "views-row" in face.classes, Chrome.is_row),
    Mark("a slide of a view", MOST, lambda face: "views-field" in face.classes, Chrome.is_slide),
)


class Excuse(NamedTuple):
    """Why an element named as a part of the site is of the page all the same."""

    why: str
    holds: Callable[[Chrome, Any, Face], bool]


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
    """An element's face and the marks that one like it may bear: few elements of a site look like no other."""
    is_hidden = is_hidden or HIDDEN[classes]
    face = Face(name, role, classes, id_, is_hidden, hint_of(name, classes, id_))
    return face, tuple(mark for mark in MARKS if mark.shows(face))


def _is_hidden(attributes: dict[str, str]) -> bool:
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    return "style" in attributes and _DISPLAY_NONE.search(attributes["style"]) is not None


def _is_label(element: Any) -> bool:
    return element is not None and "field-label" in (element.get("class") or "").split()


def follows_label(element: Any) -> bool:
    """Whether what is printed right before ``element``, in its parent or a few elements further out, labels a field."""
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
    """How many different labels of the metadata block begin a text in ``element``."""
    begun = (_label_of(text[:200]) for text in islice(element.itertext(), 400))
    return len({label for label in begun if label})


@lru_cache(maxsize=8192)
def _label_of(text: str) -> str:
    """The key of the label that ``text`` begins with; empty for none."""
    label = fold(_LABEL_END.split(text, maxsplit=1)[0])
    return key(label) if 0 < len(label) < 80 and label_field(label) is not None else ""


def _link_share(element: Any) -> float:
    """Share of the text of ``element`` that stands in links, 0 to 1."""
    linked = sum(len("".join(link.itertext())) for link in element.iter("a"))
    return linked / (len("".join(element.itertext()).strip()) or 1)
