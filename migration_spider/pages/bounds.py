"""Limits of what is read of a page."""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree
from parsel import Selector

# A page of the portal has some thousand elements; the limit is for broken ones, so that no page takes seconds.
MAX_ELEMENTS = 12_000

# libxml2 looks every attribute of an element up among those before it: 400,000 of them take minutes.
MAX_ATTRIBUTES = 5_000
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{20000,}")


def is_parseable(markup: str) -> bool:
    """Whether an HTML parser gets through ``markup`` in time linear in its length."""
    return all(tag[0].count("=") + tag[0].count(" ") < MAX_ATTRIBUTES for tag in _LONG_TAG.finditer(markup))


def bounded(selector: Selector) -> Selector:
    """``selector`` as HTML, or the beginning of a page that is far larger than any page of the portal."""
    if selector.type == "xml":
        # "<?xml ..." before XHTML: parsel takes it for XML, where a missing end tag cuts the page.
        selector = Selector(text=selector.get() or "", type="html")
    root = selector.root
    if not hasattr(root, "iter") or next(islice(root.iter(), MAX_ELEMENTS, None), None) is None:
        return selector
    markup = etree.tostring(root, encoding="unicode", method="html")
    share = MAX_ELEMENTS / root.xpath("count(//*)")
    return Selector(text=markup[: max(10_000, int(len(markup) * share))], type="html")
