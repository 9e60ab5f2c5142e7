"""The pictures of an article."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from migration_spider.items import Image
from migration_spider.pages.body import srcset
from migration_spider.pages.chrome import Chrome
from migration_spider.pages.entries import MetadataBlock
from migration_spider.pages.outline import Block
from migration_spider.pages.text import absolute, fold

MOST_PICTURES = 500
"""Elements of one article that are examined."""


def pictures(around: Any, block: MetadataBlock, chrome: Chrome, base_url: str) -> list[Image]:
    """Return the pictures in ``around``, each address once, without icons of the metadata block and chrome."""
    elements = list(islice(around.iter("img"), MOST_PICTURES))
    if not elements:
        return []
    icons = {element for unit in block.units if isinstance(unit, Block) for element in unit.element.iter("img")}
    found: dict[str, Image] = {}
    shown: dict[Any, bool] = {around: True}
    for img in elements:
        url = absolute(base_url, _source(img))
        if url is None or img in icons or _PIXEL.search(url) or not _is_shown(img, chrome, shown):
            continue
        found.setdefault(url, Image(url=url, alt=fold(img.get("alt")) or None))
    return list(found.values())


def _is_shown(element: Any, chrome: Chrome, shown: dict[Any, bool]) -> bool:
    """Whether neither ``element`` nor an element around it is chrome; ``shown`` caches results."""
    chain = []
    while element is not None and element not in shown:
        chain.append(element)
        element = element.getparent()
    is_shown = True if element is None else shown[element]
    for ancestor in reversed(chain):
        tag = ancestor.tag if isinstance(ancestor.tag, str) else ""
        is_shown = is_shown and not chrome.why_hidden(ancestor, tag)
        shown[ancestor] = is_shown
    return is_shown


# Pictures that nobody sees, as for counting visits.
_PIXEL = re.compile(r"(?:pixel|spacer|blank|1x1)\.(?:gif|png)", re.IGNORECASE)


def _source(img: Any) -> str | None:
    """Return the address of a picture; for one that a script loads later, from another attribute."""
    address = img.get("src") or ""
    if not address or address.startswith("data:"):
        address = img.get("data-src") or next((url for url, _ in srcset(img.get("srcset"))), "")
    return address or None
