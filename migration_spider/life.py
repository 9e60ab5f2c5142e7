"""The life of an item as a table: its state and what a harvest saw give the next state and the line to write.

Only `RULES` decides when an item is stored or is gone; docs/harvest.md shows the same table
(``python -m docs.generate`` writes it there).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

State = Literal["unknown", "there", "missed", "withdrawn"]
Seen = Literal[
    "first", "same", "changed", "absent", "absent again", "absent still", "absent otherwise", "absent enough",
    "nothing", "withheld", "relaunched"
]  # fmt: skip
Line = Literal["", "version", "tombstone"]

STATES: tuple[State, ...] = get_args(State)
"""States of an item. Missed: absent, but not in enough harvests to be withdrawn."""

SEEN: dict[Seen, str] = {
    "first": "itself",
    "same": "itself, at whatever address, and its content as before",
    "changed": "itself, at whatever address, with other content",
    "absent": "an absence",
    "absent again": "an absence for the same reason",
    "absent still": "the same, in another part of the same harvest",
    "absent otherwise": "an absence for another reason",
    "absent enough": "absences for one reason, in as many harvests as are needed",
    "nothing": "nothing: not requested, no answer, or problems of the whole site",
    "withheld": "an absence, of too many items at once",
    "relaunched": "another item with its content at its address, as at most others",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """The result for a state and what a harvest saw."""

    then: State
    line: Line = ""
    """The line to write."""

    counted: str = ""
    """Name of the count: ``migration/items/<counted>``."""

    harvests: Literal["", "1", "+1", "="] = ""
    """If missed: the number of harvests in a row without it. ``=``: as many as before."""


RULES: dict[tuple[State, Seen], Rule] = {
    ("unknown", "first"): Rule("there", "version", "new"),
    ("there", "same"): Rule("there", "", "unchanged"),
    ("there", "changed"): Rule("there", "version", "changed"),
    ("there", "absent"): Rule("missed", "", "unconfirmed", "1"),
    ("missed", "same"): Rule("there", "", "unchanged"),
    ("missed", "changed"): Rule("there", "version", "changed"),
    ("missed", "absent again"): Rule("missed", "", "unconfirmed", "+1"),
    ("missed", "absent still"): Rule("missed", "", "unconfirmed", "="),
    ("missed", "absent otherwise"): Rule("missed", "", "unconfirmed", "1"),
    ("missed", "absent enough"): Rule("withdrawn", "tombstone", "vanished"),
    ("withdrawn", "same"): Rule("there", "version", "reappeared"),
    ("withdrawn", "changed"): Rule("there", "version", "reappeared"),
    ("withdrawn", "absent"): Rule("withdrawn"),
}
"""All possible pairs, in addition to `ANYWAY`; any other pair is an error in the code."""

ANYWAY: dict[Seen, str] = {
    "nothing": "as before",
    "withheld": "as before; requested again, and the run is incomplete",
    "relaunched": "as before; requested again, and the run is incomplete",
}
"""Observations that change no item, in any state."""


def state_of(*, is_known: bool, is_missed: bool = False, is_withdrawn: bool = False) -> State:
    """The state of an item, by what is stored."""
    if not is_known:
        return "unknown"
    return "withdrawn" if is_withdrawn else "missed" if is_missed else "there"


def met(state: State, *, is_same: bool) -> Rule:
    """The rule for an item that a harvest found."""
    return RULES[state, "first" if state == "unknown" else "same" if is_same else "changed"]


def table() -> str:
    """The rules in Markdown."""
    harvests = {"": "", "1": ", 1 harvest", "+1": ", 1 harvest more", "=": ", as often as before"}
    line = {"": "nothing is written", "version": "a line with the next version", "tombstone": "a tombstone"}
    rows = ["| the item | what a harvest saw | the item then |", "| - | - | - |"]
    rows += [
        f"| {state} | {SEEN[seen]} | {rule.then}{harvests[rule.harvests]}; {line[rule.line]} |"
        for (state, seen), rule in RULES.items()
    ]
    rows += [f"| any | {SEEN[seen]} | {then} |" for seen, then in ANYWAY.items()]
    return "\n".join(rows) + "\n"
