"""What is seen of the portal from outside: where its records stand, what its pages print."""

from __future__ import annotations

from typing import Any

from parsel import Selector

from tests.portal import Portal
from tests.truth import fold

FILES = "/sites/g/files/tmzbdl416/files"


def path(portal: Portal, record: dict[str, Any]) -> str:
    """Where a record of the truth stands on the portal."""
    return record["url"].removeprefix(portal.url)


def printed(page: Selector) -> list[dict[str, Any]]:
    """The metadata block of the stock theme, as the truth has it."""
    return [
        {
            "label": row.css(".field__label::text").get(""),
            "values": [
                fold(v.xpath("string()").get() or v.css("img::attr(alt)").get("")) for v in row.css(".field__item")
            ],
        }
        for row in page.css(".node__meta > .field")
    ]
