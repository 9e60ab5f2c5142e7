"""What the words of a line say of it, wherever it stands."""

from __future__ import annotations

import re

from migration_spider.pages import pointers
from migration_spider.pages.phrases import is_phrase, is_site_label
from migration_spider.pages.prose import is_site_note
from migration_spider.pages.remembered import Remembered
from migration_spider.vocabularies import key

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


def _said(text: str) -> frozenset[str]:
    length = len(text)
    told = {
        "phrase": is_phrase(text),
        "site label": is_site_label(text),
        "note": is_site_note(text),
        "view": "(" in text and _VIEW_DOCUMENT.fullmatch(text) is not None,
        "banner": length < 200 and "banner" in key(text),
        "setting": length < 200 and key(text) in ("off", "on", "0", "1"),
        "submitted": length < 120 and _SUBMITTED.fullmatch(text) is not None,
        "rights": length < 200 and _COPYRIGHT.fullmatch(text) is not None,
        "credit": pointers.is_credit(text),
        "invites": pointers.invites(text),
        "asks below": pointers.asks_to_read_below(text),
        "asks": pointers.asks_to_read(text) > 0,
        "date": length <= 80 and _DATE_ALONE.fullmatch(text) is not None,
    }
    return frozenset(name for name, is_so in told.items() if is_so)


WORDS = Remembered(_said)
"""What the words of a line say, wherever it stands; most say nothing of it."""
