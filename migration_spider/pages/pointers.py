"""Lines that editors put between the paragraphs of a text, but that do not belong to it.

They lead to another story of the site ("Read also: ...") or to terms, or name the owner of a picture ("Photo: ...").
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from migration_spider.pages.attachments import offers_file
from migration_spider.pages.class_words import RIGHTS
from migration_spider.pages.outline import Line, ancestors
from migration_spider.pages.text import absolute, path_of, word_set
from migration_spider.pages.words import asks_to_read

_ITEMS = word_set("td th li dt dd h1 h2 h3 h4 h5 h6")
# Pages of terms, to which tags under a text link.
_TERM = re.compile(
    r"/(?:tags?|taxonomy|topics?|temas?|keywords?|categor(?:y|ies|ias?|ie)|themen?|themes?|etiquetas?|schlagwort\w*)(?:/|$|\?)",
    re.IGNORECASE,
)


def is_rights(line: Line) -> bool:
    """Whether ``line`` is in an element for the credit of a picture or the licence of the text."""
    return len(line.text) < 400 and any(RIGHTS[block.classes] for block in islice(ancestors(line), 2))


def leads_to_story(line: Line, base_url: str) -> bool:
    """Whether ``line`` contains only a link to a page of the site, besides words that ask to read it."""
    rest = len(line.text) - asks_to_read(line.text)
    if rest == 0 or not line.has_link or line.linked < 0.8 * rest:
        return False
    links = [piece.link.get("href") for piece in line.pieces if piece.link is not None]
    return bool(links) and all(_is_of_site(href, base_url) for href in links)


def stories(lines: list[Line], asking: set[Line], base_url: str) -> set[Line]:
    """Return the lines of ``asking`` right above links to pages of the site, and these links."""
    found: set[Line] = set()
    above: Line | None = None
    for line in lines:
        if line in asking:
            above = line
        elif above is not None and leads_to_story(line, base_url) and not offers_file(line, base_url):
            found.update((above, line))
        else:
            above = None
    return found


def is_no_item(line: Line) -> bool:
    """Whether ``line`` is no cell, item or heading: a table may have a column of photographs."""
    return line.parent.tag not in _ITEMS


def _is_of_site(href: str | None, base_url: str) -> bool:
    url = absolute(base_url, href)
    return url is not None and _site(url) == _site(base_url)


def _site(url: str) -> list[str]:
    """Return the last two parts of the name of a host."""
    return (urlsplit(url).hostname or "").split(".")[-2:]


def lists_links(line: Line) -> bool:
    """Whether ``line`` is words with a colon, followed by links only: "Filed under: Boats, Piers"."""
    pieces = [piece for piece in line.pieces if piece.text.strip()]
    is_headed = pieces[:1] != [] and pieces[0].link is None and pieces[0].text.rstrip().endswith((":", "："))
    return is_headed and all(piece.link is not None or len(piece.text.strip()) < 4 for piece in pieces[1:])


def leads_to_term(link: Any) -> bool:
    """Whether an ``<a>`` leads to the page of a term, as the tags under a text do."""
    return link.get("rel") == "tag" or _TERM.search(path_of(link.get("href") or "")) is not None
