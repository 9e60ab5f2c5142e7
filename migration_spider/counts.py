"""What became of each item that is known, in one of eight words, and the sum of them: items known.

The words are the same in the report, on the terminal, in the metrics (there with ``_`` for the space, as in
``report.json``) and in docs/glossary.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sized
from dataclasses import dataclass

from migration_spider.addresses import canonical
from migration_spider.ledger import Ledger
from migration_spider.state.store import Item

NEW, CHANGED, BACK, AS_BEFORE = "new", "changed", "back", "as before"
PERHAPS_GONE, GONE, NOT_REACHED, NOT_DUE = "perhaps gone", "gone", "not reached", "not due"

WORDS = {
    NEW: "met for the first time",
    CHANGED: "with other content than before",
    BACK: "there again after they were taken for gone",
    AS_BEFORE: "looked at, and their content is what it was",
    PERHAPS_GONE: "not where they were, not yet in enough harvests to be sure",
    GONE: "taken for gone in this run: not where they were, in enough harvests to be sure",
    NOT_REACHED: "due, and the run learned nothing of them: it ended before, or no answer came that can be trusted",
    NOT_DUE: "neither the schedule nor the options asked for them",
}
"""Word -> what is so called, of the items that were on the site before the run or were met in it."""

WORD_OF = {
    "new": NEW,
    "changed": CHANGED,
    "reappeared": BACK,
    "unchanged": AS_BEFORE,
    "unconfirmed": PERHAPS_GONE,
    "vanished": GONE,
}
"""Stat ``migration/items/<name>``, as the rules of `migration_spider.life` count -> word."""

WRITTEN = (NEW, CHANGED, BACK, GONE)
"""Those of which a run writes a line."""

_UNASKED = frozenset(("not_due", "before_since"))
"""Fates of addresses that the schedule or the options left out."""


def key(word: str) -> str:
    """``as_before``: the word as a key of JSON."""
    return word.replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a run."""

    words: Mapping[str, int]
    """Word -> items, all eight."""

    known: int
    """Items, counted for themselves."""

    faults: tuple[str, ...] = ()
    """What does not add up: an error in the code."""

    def as_json(self) -> dict[str, int]:
        """The counts, in the order of the words."""
        return {"known": self.known, **{key(word): count for word, count in self.words.items()}}


def account(
    found: Mapping[str, str],
    items: Iterable[Item],
    missed: Iterable[str],
    due: Iterable[Item],
    ledger: Ledger,
    is_asked_for: Callable[[Item], bool],
) -> Account:
    """The account at the end of a run.

    Args:
        found: id -> word, of the items that the run met, or found not to be where they were.
        items: all of which there is a line, with their tombstones.
        missed: ids of those that are missed at the end of the run, in it or before.
        due: the items that the schedule asks for.
        is_asked_for: whether an item is of the part of the site that the options ask for.
    """
    living = {item.id: item for item in items if not item.withdrawn}
    absent, asked = set(missed), {item.id for item in due if is_asked_for(item)}
    words = dict(found)
    for item_id, item in living.items():
        if item_id not in words:
            words[item_id] = PERHAPS_GONE if item_id in absent else _unmet(item, item_id in asked, ledger)
    counts = Counter(words.values())
    # What is known is counted by the lines, not by the words.
    known = len(living) + sum(word == GONE for word in found.values())
    return Account({word: counts[word] for word in WORDS}, known, tuple(_faults(words, living, known)))


def _unmet(item: Item, is_due: bool, ledger: Ledger) -> str:
    """The word of an item of which the run learned nothing."""
    fate = ledger.fates.get(canonical(item.url))
    is_asked = is_due if fate is None else fate.code not in _UNASKED
    return NOT_REACHED if is_asked else NOT_DUE


def _faults(words: Mapping[str, str], living: Mapping[str, Item], known: int) -> Iterable[str]:
    if unknown := sorted(set(words.values()) - WORDS.keys()):
        yield f"there is no word {', '.join(unknown)}"
    if len(words) != known:
        yield f"{len(words)} items have a word and {known} are known"
    wrong = sorted(one for one, word in words.items() if (word == GONE) is (one in living))
    if wrong:
        yield f"{', '.join(wrong[:3])}: gone by the word and not by the line, or the other way round"


def unlike(account: Account, lines: Mapping[str, Sized]) -> list[str]:
    """What the lines that a run wrote say otherwise; ``lines``: word -> those that say it."""
    return [
        f"{account.words[word]} are {word} and {len(found)} have such a line"
        for word, found in lines.items()
        if len(found) != account.words[word]
    ]
