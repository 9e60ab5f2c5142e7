"""Lines that templates print around a text and that are neither text nor metadata."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from migration_spider.pages.cells import has_label_class
from migration_spider.pages.chrome import is_phrase, is_site_label, leads_elsewhere
from migration_spider.pages.fields import is_prose, is_site_note
from migration_spider.pages.outline import Block, Line, ancestors
from migration_spider.pages.text import fold
from migration_spider.vocabularies import key

_VIEW_DOCUMENT = re.compile(
    r"(?:view|download|télécharger|voir|ver|descargar)?\s*(?:the |le |el )?(?:document[os]?)?\s*"
    r"\(\s*[\d.,]+\s*(?:bytes|octets|[KMG]i?[Bo])\s*\)",
    re.IGNORECASE,
)
# "By admin, 23 November 2026", which Drupal prints above any node.
_BYLINE = re.compile(r"(?:^|\s)(?:node__meta|submitted|meta__submitted|node__submitted|byline|author)(?:$|\s)")
# The same without a class, as Drupal and its translations word it: "Submitted by admin on Tue, 11/24/2026 - 03:48".
_SUBMITTED = re.compile(
    r"(?:submitted by|by|soumis par|par|enviado por|por|submetido por|eingereicht von|gespeichert von|von"
    r"|опубликовано|отправлено|أرسله|نشره|由|提交者)[\s:]+\S.{0,60}?\W(?:on|le|el|em|am|в|في|于|於)?\s*\S{0,12}\s*\d{1,4}\b"
    r".{0,30}\d{2}",
    re.IGNORECASE,
)
# What such buttons link to, whatever the theme calls them.
_SHARER = re.compile(
    r"(?:(?:https?:)?//(?:[\w-]+\.)*(?:facebook\.com/(?:sharer|share|dialog/share)|(?:twitter|x)\.com/(?:intent/|share|home\?status)"
    r"|linkedin\.com/(?:shareArticle|sharing|cws/share)|(?:wa\.me|api\.whatsapp\.com|web\.whatsapp\.com)/(?:send)?\?"
    r"|(?:t|telegram)\.me/share|reddit\.com/submit|pinterest\.com/pin/create|addtoany\.com/|addthis\.com/)"
    r"|whatsapp://send|mailto:\?).*",
    re.IGNORECASE | re.DOTALL,
)
# What leads to the comment form, in any language: "Log in to post comments".
_TO_COMMENT = re.compile(r"(?:#|%23)comment-form\b|/comment/reply/", re.IGNORECASE)
# The site's name as a link to its front page, in the page's language or in English; always on a line of its own.
_FRONT_PAGE = re.compile(r"/(?:[a-z]{2}(?:-[a-z]{2,4})?/?)?")
# The site's own; a photograph's credit has no such words.
_COPYRIGHT = re.compile(
    r"(?=.*(?:©|copyright|\(c\))).*(?:rights reserved|droits réservés|derechos reservados|direitos reservados"
    r"|rechte vorbehalten|права защищены|الحقوق محفوظة|版权所有|版權所有).*",
    re.IGNORECASE,
)
# Blocks beside a paragraph that are looked at.
MOST_BESIDE = 2000


def noise(top: Block) -> Iterator[Line]:
    """Lines that templates print around a text and that belong to no field."""
    banner = False
    paragraphs: dict[Block, Counter[Shape]] = {}
    for line in top.lines():
        text = line.text
        if not text or len(text) > 400:
            banner = False
            continue
        name = key(text)
        if (
            is_phrase(text)
            or is_site_label(text)
            or (is_site_note(text) and not _among_prose(line, paragraphs))
            or _VIEW_DOCUMENT.fullmatch(text)
            or (banner and name in ("off", "on", "0", "1"))
            or has_label_class(line.parent.classes)
            or line.parent.unseen
            or (len(text) < 120 and _is_byline(line))
            or (len(text) < 120 and (only_shares(line) or _only_links(line, _FRONT_PAGE)))
            or (len(text) < 120 and any(_TO_COMMENT.search(href) for href in _hrefs(line)))
            or (len(text) < 200 and _COPYRIGHT.fullmatch(text) and not _among_prose(line, paragraphs))
        ):
            yield line
        banner = "banner" in name and len(name) < 40


def only_shares(line: Line) -> bool:
    """Whether ``line`` is nothing but links that share the page on other sites, and words that ask to."""
    return _only_links(line, _SHARER)


def _only_links(line: Line, pattern: re.Pattern[str]) -> bool:
    """Whether ``line`` is nothing but links whose addresses match ``pattern``."""
    hrefs = list(_hrefs(line))
    return bool(hrefs) and all(map(pattern.fullmatch, hrefs))


def _hrefs(line: Line) -> Iterator[str]:
    """What each piece of ``line`` links to; empty for words that are no link."""
    for piece in line.pieces:
        if piece.link is not None and (piece.image or fold(piece.text)):
            yield piece.link.get("href") or ""
        elif piece.image or (fold(piece.text) and not _asks_to_share(piece.text)):
            yield ""


def _asks_to_share(text: str) -> bool:
    """Whether ``text`` stands before such links or between them: "Share:", "|"."""
    return leads_elsewhere(fold(text)) or not any(map(str.isalnum, text))


def _is_byline(line: Line) -> bool:
    if _BYLINE.search(line.parent.classes):
        return True
    return line.parent.tag in ("div", "footer", "span", "header") and _SUBMITTED.fullmatch(line.text) is not None


Shape = tuple[tuple[str, str], ...]
"""(tag, classes) of the blocks from a line's own to one around it."""


def _among_prose(line: Line, known: dict[Block, Counter[Shape]]) -> bool:
    """Whether ``line`` is a paragraph beside paragraphs, in like wrappers or in none: written by the author.

    A single wrapper beside it may be the whole text. ``known`` keeps the shapes of the paragraphs in each block.
    """
    own: Block = line.parent
    shape: Shape = ()
    while own.parent is not None and (own.tag == "p" or (own.tag == "div" and own.element.get("id") is None)):
        shape = (*shape, (own.tag, own.classes))
        blocks = [child for child in own.parent.children[:MOST_BESIDE] if isinstance(child, Block)]
        if len(blocks) > 1:
            if own.parent not in known:
                known[own.parent] = Counter(map(_shape_of_prose, blocks))
            return known[own.parent][shape] >= min(len(shape), 2)
        own = own.parent
    return False


def _shape_of_prose(block: Block) -> Shape:
    """The shape of ``block`` when all it holds is one paragraph of running text; else empty."""
    lines = list(block.lines())
    shape: Shape = ()
    if block.element.get("id") is not None or not lines or not all(map(is_prose, lines)):
        return shape
    if len({id(line.parent) for line in lines}) > 1:
        return shape
    for around in ancestors(lines[0]):
        shape = (*shape, (around.tag, around.classes))
        if around is block:
            break
    return shape
