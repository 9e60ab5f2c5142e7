"""How many results a listing says that it has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migration_spider.text import fold, text_in

if TYPE_CHECKING:
    from migration_spider.pages.base import Page

# "Displaying results 1 - 12 of 738", "Affichage des résultats 1 - 12 sur 738",
# "Показано 1–12 из 738", "عرض 1 - 12 من 738"
_WORDS = r"\s*[-–—‑]\s*(\d{1,6})\s+(?:of|sur|de|von|из|من)\s+"
_RANGE = re.compile(rf"(?<!\d)(\d{{1,6}}){_WORDS}(\d{{1,3}}(?:[\s.,\u00a0\u202f]?\d{{3}})*)(?!\d)")
# "共 738 条", "第 1 - 12 项，共 738 项"
_CHINESE = re.compile(r"(\d{1,6})\s*[-–—至]\s*(\d{1,6})[^\d]{0,6}[共,，]\s*(?:有\s*)?(\d{1,6})")
# A part of both: most pages do not contain it, and searching each element takes as long as reading the rows.
_EITHER = re.compile(rf"\d{_WORDS}\d|{_CHINESE.pattern}")


def results_total(page: Page) -> int | None:
    """Return the total in a line such as ``Displaying results 1 - 12 of 738`` (Drupal Views, result summary).

    None when the page has no such line, or several listings with different totals.
    """
    if page.main is None or not _EITHER.search(fold("".join(page.main.itertext()))):
        return None
    totals: set[int] = set()
    for element in page.main.iter("div", "p", "span", "header", "footer", "caption", "h2", "h3"):
        text = text_in(element)
        if len(text) > 120:
            continue
        for pattern in (_RANGE, _CHINESE):
            if match := pattern.search(text):
                first, last, total = int(match[1]), int(match[2]), int(re.sub(r"\D", "", match[3]))
                if first <= last <= total:
                    totals.add(total)
    return totals.pop() if len(totals) == 1 else None
