"""Lines that editors put between the paragraphs of a text and that are none of it.

They lead to another story of the site ("Read also: ..."), or say whose a picture is ("Photo: ...").
"""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import urlsplit

from migration_spider.pages.attachments import offers_file
from migration_spider.pages.class_words import RIGHTS
from migration_spider.pages.outline import Line, ancestors
from migration_spider.pages.text import absolute, word_set

LONGEST = 250
"""Characters of a line that leads to another story: its title, and the words before."""

LONGEST_CREDIT = 100
"""Characters of a line that says whose a picture is."""

LONGEST_INVITATION = 150
"""Characters of a line that asks to log in or to follow the site."""

# What asks to read on, in words that no sentence is made of alone.
_ASKS = (
    r"\W*(?:"
    r"(?:you (?:can|may|might) )?(?:also )?(?:read|see|watch|listen|on this site)(?: (?:also|more|next|here))?"
    r"|(?:you|this) (?:may|might|could) (?:also )?(?:like|interest you|be interested in)"
    r"|more on this(?: topic| story)?|related(?: (?:news|stor(?:y|ies)|articles?|coverage|posts?|reading))?|recommended"
    r"|(?:lesen|sehen|schauen|hören) sie (?:auch|dazu|hier|hierzu|mehr)|(?:lies|schau) (?:auch|hier|dazu)|auch lesen"
    r"|auch interessant|auch lesenswert|siehe auch|weiterlesen|(?:mehr )?zum thema|mehr dazu|passend dazu|lesetipp"
    r"|schon gelesen|(?:das|diese \w+) könnten? (?:sie|dich|euch)(?: auch| ebenfalls)? interessieren"
    r"|(?:à )?(?:lire|voir|écouter|relire)(?: (?:aussi|également|plus))?|(?:lisez|voyez) aussi|en savoir plus"
    r"|sur le même (?:sujet|thème)"
    r"|(?:también )?(?:lea|lee|leer|vea|ver|mir[ae]|escuche|puedes? (?:ver|leer))(?: (?:también|además|más|aquí))?"
    r"|(?:también )?(?:te|le) (?:puede|podría)(?: también)? interesar|no te pierdas|relacionad[ao]s?"
    r"|(?:leia|veja|ouça)(?: (?:também|mais))?|saiba mais|читайте также|смотрите также|по теме"
    "|اقرأ أيضا[ًً]?|شاهد أيضا[ًً]?|另见|相关阅读|延伸阅读"
    r"|(?:leggi|vedi) anche|(?:czytaj|zobacz|przeczytaj) (?:też|także|również|więcej)|lees ook"
    r")"
)
_LEADS = re.compile(rf"{_ASKS}\s*[:：–»>?!…-]+\s*", re.IGNORECASE)
_LEADS_BELOW = re.compile(
    rf"(?:{_ASKS}(?: (?:die|diese|folgende|unsere|these|our|following|the|estas?|estos?|ces|otr[ao]s) [\w ]{{3,30}})?"
    r"|(?:weitere|more|further|más|autres|mehr) (?:artikel|beiträge|meldungen|nachrichten|stories|news|articles"
    r"|noticias|actualités)\b[\w ]{0,30})\s*[:：?!…]+\s*",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"\W*(?:(?:(?:title|cover|header|titel|beitrags|teaser|symbol)[ -]?)?"
    r"(?:photos?|photographs?|pictures?|images?|fotos?|fotografías?|bild(?:er)?|imagen|imagem|фото|الصورة|صورة|图片|图|照片)"
    r"(?:[ -]?(?:credits?|by|courtesy(?: of)?|source|nachweis|quelle|rechte))?"
    r"|(?:photo |picture |image )?(?:crédits?|créditos?|credits?)(?: (?:photos?|de la foto|foto|image))?)"
    r"\s*[:：©]\s*\S.*",
    re.IGNORECASE,
)
# "Log in to comment", in other words; who follows the site elsewhere.
_COMMENT = re.compile(
    r"(?=.*\b(?:kommentar\w*|kommentieren|comment(?:s|ar|er|aires?|arios?)?|коммент\w*)\b)"
    r"(?=.*\b(?:eingeloggt|angemeldet|anmelden|registrier\w+|log(?:ged)?[ -]?in|sign(?:ed)? in|regist\w+|connect\w*"
    r"|identifi\w+|inici\w+ sesión|войдите|зарегистрир\w+)\b)"
    r"(?=.*\b(?:must|have to|need to|please|to (?:post|leave|write|comment)|um|muss|musst|müssen|bitte|deb\w+|para|pour"
    r"|devez|чтобы)\b).*",
    re.IGNORECASE,
)
_FOLLOW = re.compile(
    r"\W*(?:follow|like|join|síguenos|siguenos|suivez-nous|folgen sie uns|folge uns|folgt uns|besuchen sie uns|siga-nos"
    r"|únete)\b(?: us)?.{0,60}\b(?:facebook|twitter|instagram|telegram|whatsapp|youtube|linkedin|tiktok)\b.{0,80}",
    re.IGNORECASE,
)
_ITEMS = word_set("td th li dt dd h1 h2 h3 h4 h5 h6")


def asks_to_read(text: str) -> int:
    """How many characters of ``text`` ask to read another story, before its title; 0 for none."""
    found = _LEADS.match(text) if len(text) <= LONGEST else None
    return 0 if found is None else found.end()


def asks_to_read_below(text: str) -> bool:
    """Whether ``text`` asks to read the stories that are named below it, and says no more."""
    return len(text) <= LONGEST_CREDIT and _LEADS_BELOW.fullmatch(text) is not None


def invites(text: str) -> bool:
    """Whether ``text`` asks to log in for a comment, or to follow the site elsewhere."""
    return len(text) <= LONGEST_INVITATION and (_COMMENT.fullmatch(text) or _FOLLOW.fullmatch(text)) is not None


def is_credit(text: str) -> bool:
    """Whether ``text`` says whose a picture is, and no more: "Photo: Ann Example"."""
    return len(text) <= LONGEST_CREDIT and _CREDIT.fullmatch(text) is not None


def is_rights(line: Line) -> bool:
    """Whether ``line`` stands in an element that says whose a picture is, or who may copy the text."""
    return len(line.text) < 400 and any(RIGHTS[block.classes] for block in islice(ancestors(line), 2))


def leads_to_story(line: Line, base_url: str) -> bool:
    """Whether ``line`` is nothing but a link to a page of the site, besides the words that ask to read it."""
    rest = len(line.text) - asks_to_read(line.text)
    if rest == 0 or not line.has_link or line.linked < 0.8 * rest:
        return False
    links = [piece.link.get("href") for piece in line.pieces if piece.link is not None]
    return bool(links) and all(_is_of_site(href, base_url) for href in links)


def stories(lines: list[Line], asking: set[Line], base_url: str) -> set[Line]:
    """Those of ``asking`` right above links to pages of the site, and these."""
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
    """Whether ``line`` is no cell, item or heading of its own: a table may have a column of photographs."""
    return line.parent.tag not in _ITEMS


def _is_of_site(href: str | None, base_url: str) -> bool:
    url = absolute(base_url, href)
    return url is not None and _site(url) == _site(base_url)


def _site(url: str) -> list[str]:
    """The last two parts of the name of a host."""
    return (urlsplit(url).hostname or "").split(".")[-2:]
