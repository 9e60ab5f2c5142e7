"""The role of each line of a page, given by two tables of evidence.

For each line the entries of `TOLD` are tried in order, and the first that applies gives the line its role and the
reason; `LEFT` does the same for the lines without a role. First come the parts of a page that were read before (title,
metadata block, file fields), then lines that templates print around a text, then the evidence that a line is text. To
read a new shape of page, add an entry with its reason, and a case in tests/pages/test_roles.py that fails without it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cached_property
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from migration_spider.pages import links
from migration_spider.pages.cells import has_label_class
from migration_spider.pages.chrome import PARAGRAPH
from migration_spider.pages.class_words import BYLINE, LEAD, TERMS, TEXT_BOX, TEXT_FIELD, TITLE_FIELD, VALUE_FIELD
from migration_spider.pages.outline import EMBEDS, HEADING_TAGS, Block, Line, Unit, ancestors
from migration_spider.pages.prose import (
    LEAST,
    MOST_BESIDE,
    SENTENCE_END,
    WRITTEN,
    Shape,
    among_prose,
    is_heading,
    is_linked,
    is_prose,
)
from migration_spider.pages.scope import Scope
from migration_spider.pages.words import WORDS, hrefs, only_links, only_shares

if TYPE_CHECKING:
    from migration_spider.pages.metadata_block import MetadataBlock

ROLES = ("title", "lead", "text", "heading", "caption", "label", "value", "file", "note", "date", "chrome")
"""``date`` is a line with the date of publication or the author; ``note`` the one on resolution 1244."""

TEXT_ROLES = frozenset(("text", "heading", "caption"))

# Links to the comment form, in any language: "Log in to post comments".
_TO_COMMENT = re.compile(r"(?:#|%23)comment-form\b|/comment/reply/", re.IGNORECASE)
# The site's name as a link to its front page, in the page's language or in English; always alone on its line.
_FRONT_PAGE = re.compile(r"/(?:[a-z]{2}(?:-[a-z]{2,4})?/?)?")


class Evidence(NamedTuple):
    """One entry of the tables: a line to which it applies has the role."""

    role: str
    why: str
    """Printed by ``scrapy explain``."""

    applies: Callable[[Line, Reading], bool] = lambda line, page: True

    words: str = ""
    """A meaning that the words of the line must have, see `WORDS`; empty for no such condition."""


class Reading:
    """What is known of a page besides the line to judge; creating it gives each line of ``top`` its role.

    Args:
        top: the outline.
        article: the element of the page's own node; None when the theme marks none.
        block: the metadata block.
        titles: the lines that print the title.
        summary: the lines of a separate field for the lead.
    """

    scope: Scope

    def __init__(
        self, top: Block, article: Any, base_url: str, block: MetadataBlock, titles: set[Line], summary: set[Line]
    ) -> None:
        self.base_url = base_url
        self.block = block
        self.titles = titles
        self.summary = summary
        self.tables = {line for table in links.tables_of_files(top, base_url) for line in table.lines()}
        self.files = {*links.file_lines(top, base_url), *(line for line in self.tables if line.has_link)}
        self.shapes: dict[Block, Counter[Shape] | None] = {}
        self.after_banner = False
        self.follower = self.second = ""
        self.shown = list(top.lines())
        self.lines = [line for line in self.shown if line.text or is_embed(line)]
        self.meanings = {line: WORDS[line.text] for line in self.lines}
        self._assign_known()
        last = max((number for number, line in enumerate(self.lines) if line in titles), default=0)
        self.scope = Scope(top, article, [line for line in self.lines if not line.role], frozenset(self.lines[:last]))
        self._assign_rest()

    @cached_property
    def above_picture(self) -> set[Line]:
        return {line for line, below in pairwise(self.shown) if _shows_picture(below)}

    @cached_property
    def above(self) -> dict[Line, Line]:
        """Line -> the one above it."""
        return {line: before for before, line in pairwise(self.lines)}

    @cached_property
    def stories(self) -> set[Line]:
        asking = {line for line, meanings in self.meanings.items() if "asks below" in meanings}
        return links.stories(self.lines, asking, self.base_url) if asking else set()

    def _assign_known(self) -> None:
        for line in self.lines:
            _assign(line, TOLD, self)
            if line.role == "value" and (in_block := self.block.roles.get(line)):
                line.role, line.why = in_block
            self.after_banner = "banner" in self.meanings[line]

    def _assign_rest(self) -> None:
        """From the last line to the first, since the role of a heading depends on what follows it."""
        for line in reversed(self.lines):
            if not line.role:
                _assign(line, LEFT, self)
            if line.why not in _BESIDE_TEXT:
                self.follower, self.second = line.role, self.follower


def _assign(line: Line, table: tuple[Evidence, ...], reading: Reading) -> None:
    meanings = reading.meanings[line]
    for role, why, applies, words in table:
        if (not words or words in meanings) and applies(line, reading):
            line.role, line.why = role, why
            if role == "text" and is_heading(line):
                line.role = "heading"
            elif role == "text" and line.parent.tag == "figcaption":
                line.role = "caption"
            return


def is_embed(line: Line) -> bool:
    return any(piece.image and piece.slot[0].tag in EMBEDS for piece in line.pieces)


def _shows_picture(line: Line) -> bool:
    return any(piece.image and piece.link is None for piece in line.pieces)


def _is_byline(line: Line, reading: Reading) -> bool:
    around = line.parent
    if BYLINE[around.classes] or (around.tag in ("li", "p") and BYLINE[_outer(line)]):
        return not is_prose(line)
    return "submitted" in reading.meanings[line]


def _outer(line: Line) -> str:
    return "" if line.parent.parent is None else line.parent.parent.classes


def _is_no_paragraph(line: Line, reading: Reading) -> bool:
    return not among_prose(line, reading.shapes)


def _is_to_comment(line: Line, reading: Reading) -> bool:
    return line.has_link and len(line.text) < 120 and any(_TO_COMMENT.search(href) for href in hrefs(line))


def _is_front_page(line: Line, reading: Reading) -> bool:
    return only_links(line, _FRONT_PAGE)


def _is_date(line: Line, reading: Reading) -> bool:
    if line.parent.tag in ("td", "th", "dd", "dt", *HEADING_TAGS):
        return False
    if line.parent.tag == "li" and reading.scope.is_beside(line):
        return False
    if line.parent.tag == "p" and any(TEXT_FIELD[block.classes] for block in islice(ancestors(line), 4)):
        # An editor wrote it: "For immediate release, 22 March".
        return False
    return not (
        reading.scope.is_beside(line)
        and not line.parent.classes
        and line.parent.tag == "p"
        and not reading.scope.is_above(line)
    )


def _is_tags(line: Line, reading: Reading) -> bool:
    """Whether ``line`` contains only links to terms, as themes print them above or under a text."""
    own = list(links.links_of(line)) if line.has_link and (is_linked(line) or links.lists_links(line)) else []
    if reading.scope.is_between(line) and reading.scope.is_beside(line) and not TERMS[line.parent.classes]:
        return False
    if not is_linked(line):
        return bool(line.parent.classes) and len(own) > 1
    if all(map(links.leads_to_term, own)):
        return True
    return any(TERMS[block.classes] for block in islice(ancestors(line), 4))


def _is_menu(line: Line, reading: Reading) -> bool:
    return reading.scope.is_menu(line) and not links.offers_file(line, reading.base_url)


def _is_file(line: Line, reading: Reading) -> bool:
    """Whether ``line`` offers a file, and is not an item of a list with links to pages."""
    if not links.offers_file(line, reading.base_url):
        return False
    items = line.parent.parent.children if line.parent.tag == "li" and line.parent.parent is not None else []
    blocks = (item for item in islice(items, MOST_BESIDE) if isinstance(item, Block))
    others = (other for block in blocks for other in block.lines() if other.text)
    return all(links.offers_file(other, reading.base_url) for other in others)


def _is_kicker(line: Line, reading: Reading) -> bool:
    """Whether ``line`` is a few words above the text in an element that a template made look different."""
    scope, around = reading.scope, line.parent
    if not scope.is_above(line) or len(line.text) >= 60 or around.tag in HEADING_TAGS or not line.pieces:
        return False
    is_set_off = bool(around.classes) and (around.tag, around.classes) not in scope.looks
    if is_set_off or reading.follower == "title":
        return True
    path = line.pieces[0].path
    # Bold words beside the paragraphs head them.
    is_written = scope.is_beside(line) and not any(element.get("class") for element in path)
    return bool(path) and around.tag not in WRITTEN and not is_written


def _is_value(line: Line) -> bool:
    """Whether ``line`` is an item of a field of terms, choices or numbers, without a label."""
    around = islice(ancestors(line), 3)
    return line.parent.tag not in HEADING_TAGS and any(VALUE_FIELD[block.classes] for block in around)


def _is_part(line: Line, reading: Reading) -> bool:
    """Whether ``line`` is in a part like one with running text, or between such parts in an element without a class."""
    scope = reading.scope
    if not scope.running:
        # Too few words to compare how they look: in the element of the node they are its text.
        return scope.article is not None and not is_linked(line)
    if (is_linked(line) and line.parent.tag not in WRITTEN) or (_is_value(line) and not is_prose(line)):
        return False
    part = scope.part(line)
    if scope.is_alike(part):
        return True
    return scope.is_between(line) and not is_linked(line) and _is_plain(part) and line.parent.tag in WRITTEN


def _is_plain(part: Unit) -> bool:
    return isinstance(part, Block) and not part.classes and part.tag not in ("aside", "header", "footer")


def _is_written(line: Line, reading: Reading) -> bool:
    """Whether ``line`` is in a paragraph, list or table without classes beside the text, or in a box of text."""
    if not reading.scope.running or is_linked(line) or is_heading(line):
        return False
    part = reading.scope.part(line)
    if not isinstance(part, Block):
        return False
    if TEXT_BOX[part.classes] and line.parent.tag == "p":
        return line.text.endswith(SENTENCE_END) and part.parent in reading.scope.containers
    return part.tag in WRITTEN and not part.classes


def _is_among_paragraphs(line: Line, reading: Reading) -> bool:
    return among_prose(line, reading.shapes) and not reading.scope.is_of_site(line)


def _is_opening(line: Line, reading: Reading) -> bool:
    """Whether ``line`` is a paragraph with its own styling above the text, in the element of the node."""
    scope = reading.scope
    return (
        scope.article is not None
        and line.parent.tag == "p"
        and len(line.text) >= PARAGRAPH
        and scope.is_above(line)
        and not is_linked(line)
    )


def _heads_text(line: Line, reading: Reading) -> bool:
    """Whether ``line`` is a heading right above a text, alone in its part of the page."""
    if not is_heading(line) or is_linked(line) or reading.follower not in TEXT_ROLES:
        return False
    return not reading.scope.is_above(line) or {one.parent for one in reading.scope.part(line).lines()} == {line.parent}


def _names_part(line: Line, reading: Reading) -> bool:
    """Whether ``line`` is in a field for a title, right above a text or with a number between."""
    if is_linked(line) or not any(TITLE_FIELD[block.classes] for block in islice(ancestors(line), 3)):
        return False
    return reading.follower in TEXT_ROLES or reading.second in TEXT_ROLES


def _heads_no_text(line: Line, reading: Reading) -> bool:
    """Whether ``line`` is a heading, or words with a colon, above something else than text: "Share this page"."""
    if (
        reading.follower in TEXT_ROLES
        or _is_lead(line, reading)
        or _is_below_title(line, reading)
        or (reading.follower == "" and line.parent.in_body)
    ):
        return False
    if reading.second in TEXT_ROLES and reading.scope.is_between(line) and reading.scope.is_beside(line):
        # Between them is a line that is no text, such as the name of an author.
        return False
    if line.text.endswith((":", "：")) and len(line.text) < 60:
        if line in reading.above_picture or _introduces(line, reading):
            return False
        return reading.follower in ("chrome", "")
    return is_heading(line) and not (line.parent.in_body or is_prose(line))


def _introduces(line: Line, reading: Reading) -> bool:
    """Whether ``line`` is a paragraph of the text that says what is below it: "The plan of the pier is here:"."""
    if line.parent.tag != "p" or line.parent.classes or line.text.count(" ") < 4 or not TEXT_FIELD[_outer(line)]:
        return False
    return reading.scope.is_beside(line) or reading.scope.is_alike(reading.scope.part(line))


def _is_below_title(line: Line, reading: Reading) -> bool:
    """Whether ``line`` is a long heading right below the title, and no link."""
    if len(line.text) < LEAST or not is_heading(line) or is_linked(line):
        return False
    return reading.above.get(line) in reading.titles


def _is_lead(line: Line, reading: Reading) -> bool:
    """Whether ``line`` is above the text in an element whose class names a lead."""
    if not reading.scope.is_above(line):
        return False
    return any(LEAD[block.classes] for block in islice(ancestors(line), 3))


_BESIDE_TEXT = frozenset(("whose it is, by its class", "whose a picture is", "asks to read another story"))
"""Reasons of lines that may be between a heading and its text."""

TOLD = (
    Evidence("title", "prints the title", lambda line, page: line in page.titles),
    Evidence("value", "of the metadata block", lambda line, page: line in page.block.lines),
    Evidence("lead", "the field of the summary", lambda line, page: line in page.summary),
    Evidence("file", "a file field", lambda line, page: line in page.files),
    Evidence("chrome", "beside the files in a table of them", lambda line, page: line in page.tables),
    Evidence("chrome", "a phrase of templates", words="phrase"),
    Evidence("chrome", "a label above nothing of the page", words="site label"),
    Evidence("note", "the note on resolution 1244, printed by the site", _is_no_paragraph, words="note"),
    Evidence("chrome", "a link to view a document", words="view"),
    Evidence("chrome", "a setting of the banner", lambda line, page: page.after_banner, words="setting"),
    Evidence("chrome", "its class says label", lambda line, page: has_label_class(line.parent.classes)),
    Evidence("chrome", "for screen readers only", lambda line, page: line.parent.unseen),
    Evidence("date", "says who published it and when", _is_byline),
    Evidence("chrome", "shares the page", lambda line, page: only_shares(line)),
    Evidence("chrome", "leads to the front page", _is_front_page),
    Evidence("chrome", "leads to the comment form", _is_to_comment),
    Evidence("chrome", "rights of the site", _is_no_paragraph, words="rights"),
    Evidence("chrome", "whose it is, by its class", lambda line, page: links.is_rights(line)),
    Evidence("chrome", "whose a picture is", lambda line, page: links.is_no_item(line), words="credit"),
    Evidence("chrome", "names another story below such words", lambda line, page: line in page.stories),
    Evidence("chrome", "asks to log in, or to follow the site", words="invites"),
    Evidence(
        "chrome",
        "asks to read another story",
        lambda line, page: links.leads_to_story(line, page.base_url),
        words="asks",
    ),
)
"""Evidence from the words of a line and from other parts of the page, regardless of the lines around it."""

LEFT = (
    Evidence("chrome", "a list of links to other pages", _is_menu),
    Evidence("chrome", "heads what is no text", _heads_no_text),
    Evidence("text", "inside the body field", lambda line, page: page.scope.is_in_body(line)),
    Evidence("chrome", "outside the article", lambda line, page: not page.scope.contains(line)),
    Evidence("date", "a date and little beside it", _is_date, words="date"),
    Evidence("chrome", "links to terms", _is_tags),
    Evidence("text", "a lead, by its class", _is_lead),
    Evidence("heading", "heads a part of the text, by the name of its field", _names_part),
    Evidence("text", "a sentence right below the title", _is_below_title),
    Evidence("chrome", "a line of a template above the text", _is_kicker),
    Evidence("text", "running text, or beside it", lambda line, page: page.scope.is_beside(line)),
    Evidence("file", "nothing but links to files, beside no text", _is_file),
    Evidence("text", "a part like those with running text", _is_part),
    Evidence("text", "a paragraph among paragraphs", _is_among_paragraphs),
    Evidence("text", "heads a text", _heads_text),
    Evidence("text", "written by an editor", _is_written),
    Evidence("text", "a paragraph above the text of its node", _is_opening),
    Evidence("chrome", "nothing tells that it is text"),
)
"""Evidence from the position of a line among the others, for lines without a role so far."""
