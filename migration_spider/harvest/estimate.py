"""Estimates how many items the site has, by capture and recapture. Pure functions of the ledger.

Two independent samples of the items are compared: the items that listings, feeds, sitemaps and translations name, and
the items that the texts of the pages of this run link to. The share of the linked items that the lists name is taken
as the share of all items that they name (Lincoln-Petersen: Seber, "The Estimation of Animal Abundance", 1982, chapter
3). The interval is the binomial interval of that share (Clopper and Pearson, Biometrika 26, 1934).

Only a part of the links that no list names is visited, see MIGRATION_LINK_SAMPLE. The share of news among the visited
ones is taken as that of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, lgamma, log

from migration_spider.kept import Keys
from migration_spider.ledger import Ledger

FEWEST = 10
"""Linked items below which there is no estimate."""

DOUBT = 0.05
"""Probability that the true number is outside the interval."""

STEPS = 50
"""Bisections until a share is exact to the last digit of a float."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimated number of items on the site."""

    items: int
    low: int
    """Lower end of the 95 % interval."""
    high: int
    """Upper end of the interval."""
    listed: int
    """Items that lists or translations name."""
    linked: int
    """Items that texts link to, visited or estimated."""
    both: int
    """Items that are both listed and linked."""


def estimate(ledger: Ledger, is_item: Callable[[str], bool]) -> Estimate | None:
    """Estimate the number of items; return None if texts link to too few items.

    Args:
        ledger: The ledger of a run at its end.
        is_item: Whether an address that was not due is one of an item.
    """

    def is_news(url: str) -> bool:
        fate = ledger.fates.get(url)
        return fate is not None and (fate.code == "item" or (fate.code == "not_due" and is_item(url)))

    def is_listed(url: str, source: str) -> bool:
        return source not in ("link", "state") and is_news(url)

    count = sum(is_listed(url, source) for url, source in ledger.named.items())
    links = Keys(ledger.room)
    links.update(map(ledger.led_to, ledger.links))
    both = unnamed = visited = news = 0
    for url in links:
        source = ledger.named.get(url, "link")
        both += is_listed(url, source)
        if source == "link":
            unnamed += 1
            visited += url in ledger.fates
            news += is_news(url)
    unseen = round(unnamed * news / visited) if visited else 0
    linked = both + unseen
    if linked < FEWEST or not both:
        return None
    least, most = interval(both, linked)
    return Estimate(round(count * linked / both), int(count / most), round(count / least), count, linked, both)


def interval(hits: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share with ``hits`` in ``trials`` (Clopper-Pearson); ``hits`` must be above 0."""
    low = _root(lambda share: _at_least(hits, trials, share) < DOUBT / 2)
    high = 1.0 if hits == trials else _root(lambda share: 1 - _at_least(hits + 1, trials, share) > DOUBT / 2)
    return low, high


def _root(is_below: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return high


def _at_least(hits: int, trials: int, share: float) -> float:
    """Probability of ``hits`` or more in ``trials``."""
    fewer, more = range(hits), range(hits, trials + 1)
    terms = min((fewer, more), key=len)
    of_all = lgamma(trials + 1)
    total = sum(
        exp(of_all - lgamma(k + 1) - lgamma(trials - k + 1) + k * log(share) + (trials - k) * log(1 - share))
        for k in terms
    )
    return total if terms is more else 1 - total
