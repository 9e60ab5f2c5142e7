"""Counts the known items by result. There are eight results, and their counts add up to the known items.

The names of the results are the same in the report, on the terminal, in the metrics (there and in ``report.json`` with
``_`` instead of the space) and in docs/glossary.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass

from migration_spider.addresses import canonical
from migration_spider.kept import Keys
from migration_spider.ledger import Ledger
from migration_spider.state.store import Item

NEW, CHANGED, BACK, AS_BEFORE = "new", "changed", "back", "as before"
PERHAPS_GONE, GONE, NOT_REACHED, NOT_DUE = "perhaps gone", "gone", "not reached", "not due"

WORDS = {
    NEW: "found for the first time",
    CHANGED: "with changed content",
    BACK: "on the site again after they counted as gone",
    AS_BEFORE: "checked, and their content is the same",
    PERHAPS_GONE: "not found at their address, but not yet in enough harvests to be sure",
    GONE: "counted as gone in this run: not found at their address in enough harvests",
    NOT_REACHED: "due, but not checked: the run ended first, or no reliable answer came",
    NOT_DUE: "not due by the schedule or by the options",
}
"""Result -> its meaning, for the items that were on the site before the run or were found in it."""

WORD_OF = {
    "new": NEW,
    "changed": CHANGED,
    "reappeared": BACK,
    "unchanged": AS_BEFORE,
    "unconfirmed": PERHAPS_GONE,
    "vanished": GONE,
}
"""Name of the stat ``migration/items/<name>``, as counted by `migration_spider.life` -> result."""

WRITTEN = (NEW, CHANGED, BACK, GONE)
"""Results for which a run writes a line."""

_UNASKED = frozenset(("not_due", "before_since"))
"""Fates of addresses that the schedule or the options leave out."""


def key(word: str) -> str:
    """The key of a result in JSON: ``as_before``."""
    return word.replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Account:
    """The counts of a run."""

    words: Mapping[str, int]
    """Result -> number of items, for all eight."""

    known: int
    """Number of known items, counted separately."""

    faults: tuple[str, ...] = ()
    """Counts that do not add up, which means an error in the code."""

    def as_json(self) -> dict[str, int]:
        """The counts, in the order of `WORDS`."""
        return {"known": self.known, **{key(word): count for word, count in self.words.items()}}


def account(
    found: Mapping[str, str],
    items: Iterable[Item],
    missed: Iterable[str],
    due: Iterable[Item],
    ledger: Ledger,
    is_asked_for: Callable[[Item], bool],
) -> Account:
    """Count the known items at the end of a run.

    Args:
        found: Id -> result, of the items that the run found or did not find at their address.
        items: All items with a line, including withdrawn ones.
        missed: Ids of the items that are missed at the end of the run, because of this run or earlier ones.
        due: The items that are due by the schedule.
        is_asked_for: Whether an item is in the part of the site that the options select.
    """
    absent, asked, living = set(missed), Keys(ledger.room), Keys(ledger.room)
    asked.update(item.id for item in due if is_asked_for(item))
    counts = Counter(found.values())
    size = len(found)
    for item in items:
        if item.withdrawn:
            continue
        living.add(item.id)
        if item.id not in found:
            size += 1
            counts[PERHAPS_GONE if item.id in absent else _unmet(item, item.id in asked, ledger)] += 1
    # Known items are counted by their lines, independently of their results.
    known = len(living) + counts[GONE]
    return Account({word: counts[word] for word in WORDS}, known, tuple(_faults(counts, size, found, living, known)))


def _unmet(item: Item, is_due: bool, ledger: Ledger) -> str:
    """The result for an item that the run did not check."""
    fate = ledger.fates.get(canonical(item.url))
    is_asked = is_due if fate is None else fate.code not in _UNASKED
    return NOT_REACHED if is_asked else NOT_DUE


def _faults(
    counts: Mapping[str, int], size: int, found: Mapping[str, str], living: Container[str], known: int
) -> Iterable[str]:
    if unknown := sorted(counts.keys() - WORDS.keys()):
        yield f"there is no word {', '.join(unknown)}"
    if size != known:
        yield f"{size} items have a word and {known} are known"
    wrong = sorted(item_id for item_id, word in found.items() if (word == GONE) is (item_id in living))
    if wrong:
        yield f"{', '.join(wrong[:3])}: gone by the word and not by the line, or the other way round"


def unlike(account: Account, lines: Mapping[str, int]) -> list[str]:
    """Compare the counts with the written lines (result -> number of lines), and return the differences in words."""
    return [
        f"{account.words[word]} are {word} and {lines.get(word, 0)} have such a line"
        for word in WRITTEN
        if lines.get(word, 0) != account.words[word]
    ]
