"""The possible results of a run: one table with the name, the last line, and what a person has to do.

The terminal, the mail of a failed run, ``report.html``, ``report.md``, ping and webhook use its texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migration_spider.report.text import plural, short

NOTHING, WAIT, LOOK = "nothing", "wait", "look"
"""What to do: nothing; wait, because the next harvest fixes it; look, because a person has to fix it."""

MEANINGS = {
    0: "complete",
    1: "internal error",
    2: "wrong usage",
    3: "finished, but incomplete",
    4: "the site refused or could not be reached",
    5: "the archive could not be written",
}
"""Exit code -> in words; see docs/crawl.md."""

LONGEST_HEADING = 80
LONGEST_LINE = 200
LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """A possible result.

    Fields in its texts: ``reason``, ``sample``, ``but`` (what the site forbids), ``perhaps`` (items perhaps gone),
    ``goes_on``.
    """

    heading: str
    """Heading of the report."""

    last: str
    """The last line, after the exit code if that is not 0."""

    do: str
    advice: str


_SAMPLE = "Sample of {sample}, as requested"
_FAILED, _REASON = "NOT COMPLETE: {reason}", "{reason}"

OUTCOMES = {
    "complete": Outcome("Complete{but}", "Complete{but}.", NOTHING, "everything that the site names is accounted for"),
    "nothing-new": Outcome(
        "Complete{but}: nothing new", "Complete{but}. Nothing is new, changed or gone.", NOTHING, "nothing has changed"
    ),
    "perhaps-gone": Outcome(
        "Complete{but}; {perhaps} perhaps gone",
        "Complete{but}. {perhaps} perhaps gone: checked again before anything counts as gone.",
        NOTHING,
        "the next harvests check again before anything counts as gone",
    ),
    "sample": Outcome(_SAMPLE, _SAMPLE + ".", NOTHING, "a harvest without these options checks all items"),
    "paused": Outcome("Paused", _REASON + "; {goes_on}.", NOTHING, "{goes_on}"),
    "interrupted": Outcome("Interrupted", _REASON + "; {goes_on}.", NOTHING, "{goes_on}"),
    "relaunch": Outcome(
        "The site was relaunched", _REASON + ".", LOOK, "the report names the ids or addresses that have changed"
    ),
    "unfetched": Outcome(
        _FAILED,
        _REASON + "; {again}.",
        WAIT,
        "{again}; look into it if it keeps happening",
    ),
    "incomplete": Outcome(_FAILED, _REASON + ".", LOOK, "the report, or the log, says what is missing and why"),
    "down": Outcome(
        "The site is down",
        "the site is down, or cannot be reached; {again}.",
        WAIT,
        "{again}, and no item counts as gone; look into it if it keeps happening",
    ),
    "refused": Outcome(
        "The site refuses requests",
        _REASON + ".",
        WAIT,
        "run it again after some hours; if it happens again, crawl more slowly",
    ),
    "blocked": Outcome(
        "The crawler is blocked",
        _REASON + ".",
        LOOK,
        "open the site in a browser, and ask its operators to allow the crawler",
    ),
    "forbidden": Outcome(_FAILED, _REASON + ".", LOOK, "read robots.txt of the site, and ask its operators"),
    "moved": Outcome(_FAILED, _REASON + ".", LOOK, "give the new address with -a site=, or as MIGRATION_SITE"),
    "broken": Outcome(_FAILED, _REASON + ".", LOOK, "report it with crawl.log; everything that was stored is kept"),
    "unarchived": Outcome(
        _FAILED,
        _REASON + ".",
        LOOK,
        "free disk space or repair the disk, then run the same command",
    ),
}
"""Kind of a run (`monitors.Monitor.kind`, `kind_of`) -> its result."""

_OF_CODE = {0: "complete", 1: "broken", 5: "unarchived"}
"""Exit code -> kind, for reports of earlier versions, which do not contain it."""

AGAIN = "the next harvest tries again"
AGAIN_NOT = "run the same command again later"
GOES_ON = "the same command continues where it stopped"
GOES_ON_NOT = "what was stored is kept, but the same command requests everything again"
"""For a plain crawl, which does not use earlier runs."""


def kind_of(kind: str, items: Mapping[str, Any]) -> str:
    """The kind of a harvest whose verdict has the kind ``kind``, by the ``items`` of its report."""
    if kind != "complete":
        return kind
    if items["unconfirmed"]:
        return "perhaps-gone"
    counts = items["counts"]
    found = any(counts[name] for name in ("new", "changed", "vanished", "reappeared"))
    return "complete" if found else "nothing-new"


@dataclass(frozen=True, slots=True)
class Ending:
    """How one run ended, in words."""

    heading: str
    last: str
    do: str
    advice: str
    reasons: tuple[str, ...]
    """The problems, without the one in ``heading``."""

    reason: str
    """The most serious problem, complete, while it may be cut in ``last``. Empty if there was none."""

    is_headed: bool
    """Whether ``heading`` contains ``reason``, perhaps cut."""


def but_forbidden(count: int) -> str:
    """What a complete run lacks, in words: ``count`` pages in lists of news that robots.txt forbids."""
    return f", except {plural(count, 'page')} that robots.txt forbids" if count else ""


def ending(outcome: Mapping[str, Any], perhaps_gone: int = 0, *, goes_on: bool = True) -> Ending:
    """Return how a run ended, in words.

    Args:
        outcome: As in `model.Outcome`; ``exit_code`` and ``messages`` are required.
        perhaps_gone: Number of items that are perhaps gone.
        goes_on: Whether it was a harvest, which continues an interrupted one.
    """
    code, messages = outcome["exit_code"], outcome["messages"]
    kind = outcome.get("kind") or _OF_CODE.get(code, "incomplete")
    if code == 0 and outcome.get("sample"):
        kind = "sample"
    row = OUTCOMES.get(kind, OUTCOMES["incomplete" if code else "complete"])
    problem = messages[0] if messages else MEANINGS.get(code, f"exit code {code}")
    reason = short(problem, LONGEST_REASON) if code else ""
    words = {
        "reason": short(reason, LONGEST_LINE),
        "sample": short(outcome.get("sample") or ""),
        "but": but_forbidden(outcome.get("forbidden") or 0),
        "perhaps": plural(perhaps_gone, "item"),
        "goes_on": GOES_ON if goes_on else GOES_ON_NOT,
        "again": AGAIN if goes_on else AGAIN_NOT,
    }
    heading = short(row.heading.format(**words), LONGEST_HEADING if code else LONGEST_LINE)
    is_headed = _REASON in row.heading
    last = row.last.format(**words)
    if code:
        last = f"NOT COMPLETE (exit code {code}): {last}"
    return Ending(
        heading,
        last,
        row.do,
        row.advice.format(**words),
        tuple(messages[1:] if is_headed else messages),
        reason,
        is_headed,
    )
