"""The meaning of words that templates and editors put around any text, regardless of their position.

`FORMS` and `WORDS` are about lines; then there are headings of sections with other pages, and links that share a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from migration_spider.text import Remembered, fold
from migration_spider.vocabularies import is_kosovo_footnote, key, label_kind, phrases

if TYPE_CHECKING:
    from migration_spider.pages.outline import Line

# Addresses of share buttons.
_SHARER = re.compile(
    r"(?:(?:https?:)?//(?:[\w-]+\.)*(?:facebook\.com/(?:sharer|share|dialog/share)|(?:twitter|x)\.com/(?:intent/|share|home\?status)"
    r"|linkedin\.com/(?:shareArticle|sharing|cws/share)|(?:wa\.me|api\.whatsapp\.com|web\.whatsapp\.com)/(?:send)?\?"
    r"|(?:t|telegram)\.me/share|reddit\.com/submit|pinterest\.com/pin/create|addtoany\.com/|addthis\.com/)"
    r"|whatsapp://send|mailto:\?).*",
    re.IGNORECASE | re.DOTALL,
)


def leads_elsewhere(heading: str) -> bool:
    """Whether ``heading`` announces other pages: "Latest news", "Share:"."""
    return key(heading.rstrip(".:!")) in phrases("section_headings")


def is_phrase(text: str) -> bool:
    """Whether ``text`` is a phrase of templates: "Skip to main content"."""
    return len(text) <= LONG and key(text) in phrases("template_phrases")


def is_site_label(text: str) -> bool:
    """Whether the vocabulary knows ``text`` as a label of the site, above nothing of the page."""
    return label_kind(text) == "chrome"


def only_shares(line: Line) -> bool:
    """Whether ``line`` contains only links that share the page on other sites, and words that ask to share."""
    return only_links(line, _SHARER)


def only_links(line: Line, pattern: re.Pattern[str]) -> bool:
    """Whether ``line`` contains only links whose addresses match ``pattern``."""
    addresses = list(hrefs(line)) if line.has_link else []
    return bool(addresses) and all(map(pattern.fullmatch, addresses))


def hrefs(line: Line) -> Iterator[str]:
    """Yield the address of each piece of ``line``; empty for words that are no link."""
    for piece in line.pieces:
        if piece.link is not None and (piece.image or fold(piece.text)):
            yield piece.link.get("href") or ""
        elif piece.image or (fold(piece.text) and not _asks_to_share(piece.text)):
            yield ""


def _asks_to_share(text: str) -> bool:
    """Whether ``text`` belongs before or between links that share: "Share:", "|"."""
    return leads_elsewhere(fold(text)) or not any(map(str.isalnum, text))


_VIEW_DOCUMENT = re.compile(
    r"(?:view|download|télécharger|voir|ver|descargar)?\s*(?:the |le |el )?(?:document[os]?)?\s*"
    r"\(\s*[\d.,]+\s*(?:bytes|octets|[KMG]i?[Bo])\s*\)",
    re.IGNORECASE,
)
# "Submitted by admin on Tue, 11/24/2026 - 03:48", as Drupal and its translations word it.
_SUBMITTED = re.compile(
    r"(?:submitted by|by|soumis par|par|enviado por|por|submetido por|eingereicht von|gespeichert von|von"
    r"|опубликовано|отправлено|أرسله|نشره|由|提交者)[\s:]+\S.{0,60}?\W(?:on|le|el|em|am|в|في|于|於)?\s*\S{0,12}\s*\d{1,4}\b"
    r".{0,30}\d{2}",
    re.IGNORECASE,
)
# "18.03.2024", "18 March 2024", "Mon, 03/18/2024 - 14:00", "Published on March 18th, 2024": a date and little beside.
_DATE_ALONE = re.compile(
    r"(?:[^\d\W]+[:\s]+){0,3}(?:[^\d\W]+\.?,?\s+)?"
    r"(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2}"
    r"|\d{1,2}(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+)?[^\d\W]{3,12}\.?,?\s+(?:de\s+)?\d{4}"
    r"|[^\d\W]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)"
    r"(?:\s*[-–—|,]?\s*(?:[^\d\W]{1,4}\s+)?\d{1,2}[:.h]\d{2}(?::\d\d)?\s*(?:[ap]\.?m\.?|uhr|h)?)?[\s|·•.–-]*",
    re.IGNORECASE,
)
# The site's own; a photograph's credit has no such words.
_COPYRIGHT = re.compile(
    r"(?=.*(?:©|copyright|\(c\))).*(?:rights reserved|droits réservés|derechos reservados|direitos reservados"
    r"|rechte vorbehalten|права защищены|الحقوق محفوظة|版权所有|版權所有).*",
    re.IGNORECASE,
)
# Words that ask to read on and are no sentence.
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
_INVITES = re.compile(
    r"(?=.*\b(?:kommentar\w*|kommentieren|comment(?:s|ar|er|aires?|arios?)?|коммент\w*)\b)"
    r"(?=.*\b(?:eingeloggt|angemeldet|anmelden|registrier\w+|log(?:ged)?[ -]?in|sign(?:ed)? in|regist\w+|connect\w*"
    r"|identifi\w+|inici\w+ sesión|войдите|зарегистрир\w+)\b)"
    r"(?=.*\b(?:must|have to|need to|please|to (?:post|leave|write|comment)|um|muss|musst|müssen|bitte|deb\w+|para|pour"
    r"|devez|чтобы)\b).*"
    r"|\W*(?:follow|like|join|síguenos|siguenos|suivez-nous|folgen sie uns|folge uns|folgt uns|besuchen sie uns"
    r"|siga-nos|únete)\b(?: us)?.{0,60}"
    r"\b(?:facebook|twitter|instagram|telegram|whatsapp|youtube|linkedin|tiktok)\b.{0,80}"
    r"(?:\b(?:facebook|twitter|instagram|telegram|whatsapp|youtube|linkedin|tiktok)\b.{0,100})?",
    re.IGNORECASE,
)

SHORT = 100
"""Characters of a line that is no sentence: a picture credit, a date."""

LONG = 200
"""Characters of a line with several facts: author and date, rights."""

LONGEST = 250
"""Characters of a line that leads to another story, with its title, or names several sites to follow."""

FORMS = {
    "view": (LONG, _VIEW_DOCUMENT),
    "submitted": (LONG, _SUBMITTED),
    "rights": (LONG, _COPYRIGHT),
    "invites": (LONGEST, _INVITES),
    "credit": (SHORT, _CREDIT),
    "asks below": (SHORT, _LEADS_BELOW),
    "date": (SHORT, _DATE_ALONE),
}
"""Name of a meaning -> (greatest length of such a line, pattern of the complete line)."""


def asks_to_read(text: str) -> int:
    """Return how many characters at the start of ``text`` ask to read another story, before its title; 0 for none."""
    match = _LEADS.match(text) if len(text) <= LONGEST else None
    return 0 if match is None else match.end()


def _meanings(text: str) -> frozenset[str]:
    length = len(text)
    meanings = {name for name, (longest, form) in FORMS.items() if length <= longest and form.fullmatch(text)}
    words = key(text) if length <= LONG else ""
    facts = {
        "phrase": is_phrase(text),
        "site label": is_site_label(text),
        "note": is_kosovo_footnote(text),
        "banner": "banner" in words,
        "setting": words in ("off", "on", "0", "1"),
        "asks": asks_to_read(text) > 0,
    }
    return frozenset(meanings.union(name for name, is_true in facts.items() if is_true))


WORDS = Remembered(_meanings)
"""Text of a line -> names of its meanings; most lines have none."""
