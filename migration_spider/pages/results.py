"""How many results a listing says it has, in the line over or under its rows."""

from __future__ import annotations

import re

from migration_spider.pages.listing import ListingPage
from migration_spider.pages.text import fold

# "Displaying results 1 - 12 of 738", "Affichage des résultats 1 - 12 sur 738",
# "Показано 1–12 из 738", "عرض 1 - 12 من 738"
_RANGE = re.compile(
    r"(?<!\d)(\d{1,6})\s*[-–—‑]\s*(\d{1,6})\s+(?:of|sur|de|von|из|من)\s+(\d{1,3}(?:[\s.,\u00a0\u202f]?\d{3})*)(?!\d)"
)
# "共 738 条", "第 1 - 12 项，共 738 项"
_CHINESE = re.compile(r"(\d{1,6})\s*[-–—至]\s*(\d{1,6})[^\d]{0,6}[共,，]\s*(?:有\s*)?(\d{1,6})")


def results_total(page: ListingPage) -> int | None:
    """The total of a line such as ``Displaying results 1 - 12 of 738`` (Drupal Views, result summary).

    None when the page has no such line, or several that differ: with several listings on a page none is meant alone.
    """
    if page.main is None:
        return None
    found: set[int] = set()
    for element in page.main.iter("div", "p", "span", "header", "footer", "caption", "h2", "h3"):
        text = fold("".join(element.itertext()))
        if len(text) > 120:
            continue
        for pattern in (_RANGE, _CHINESE):
            if match := pattern.search(text):
                first, last, total = int(match[1]), int(match[2]), int(re.sub(r"\D", "", match[3]))
                if first <= last <= total:
                    found.add(total)
    return found.pop() if len(found) == 1 else None
