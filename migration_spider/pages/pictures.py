"""The pictures of an article."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from migration_spider.items import Image
from migration_spider.pages.block import MetadataBlock
from migration_spider.pages.chrome import Chrome
from migration_spider.pages.markup import srcset
from migration_spider.pages.outline import Block
from migration_spider.pages.text import absolute, fold

MOST = 500
"""Elements of one article that are looked at."""


def pictures(around: Any, block: MetadataBlock, chrome: Chrome, base_url: str) -> list[Image]:
    """Those in the element ``around`` that are neither icons of the metadata block nor chrome, each address once."""
    elements = list(islice(around.iter("img"), MOST))
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
    """Whether neither ``element`` nor an element around it is chrome; ``shown`` keeps what is known."""
    chain = []
    while element is not None and element not in shown:
        chain.append(element)
        element = element.getparent()
    answer = True if element is None else shown[element]
    for one in reversed(chain):
        tag = one.tag if isinstance(one.tag, str) else ""
        answer = answer and not chrome.why_hidden(one, tag)
        shown[one] = answer
    return answer


# Only as long as a picture that a person sees.
_PIXEL = re.compile(r"(?:pixel|spacer|blank|1x1)\.(?:gif|png)", re.IGNORECASE)


def _source(img: Any) -> str | None:
    """The address of a picture; that of one that a script loads when it comes into sight stands elsewhere."""
    address = img.get("src") or ""
    if not address or address.startswith("data:"):
        address = img.get("data-src") or next((url for url, _ in srcset(img.get("srcset"))), "")
    return address or None
