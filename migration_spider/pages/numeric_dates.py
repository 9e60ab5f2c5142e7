"""Dates in numbers: whether the day comes before the month."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from migration_spider.pages.text import Remembered

_NUMERIC_DATE = re.compile(r"(?<![\d/.-])(\d{1,2})[/.-](\d{1,2})[/.-](?:19|20)\d\d(?!\d)")

has_numeric_date = Remembered(lambda text: _NUMERIC_DATE.search(text) is not None)


def day_first(root: Any) -> bool | None:
    """Whether all numeric dates of the page, in teasers too, have the day before the month; None if none shows it.

    ``17/12/2021`` and ``12/17/2021`` show it.
    """
    text = " ".join(islice(root.itertext("p", "div", "span", "time", "td", "li", "dd", "a", "small"), 5000))
    orders = {int(first) > int(second) for first, second in _NUMERIC_DATE.findall(text) if _shows_order(first, second)}
    return orders.pop() if len(orders) == 1 else None


def _shows_order(first: str, second: str) -> bool:
    """Whether only one of two numbers can be a month."""
    return (int(first) > 12) != (int(second) > 12)
