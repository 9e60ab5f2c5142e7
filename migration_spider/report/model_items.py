"""The part ``items`` of a report: the items after the run, and those it found new, changed or gone."""

from __future__ import annotations

from typing import Any

from typing_extensions import NotRequired, TypedDict  # pydantic reads that of `typing` from Python 3.12 on only

from migration_spider.report.scalars import Whole


class Counts(TypedDict):
    """What became of the items: each is in one of `new` to `not_due`, and these add up to `known`."""

    known: NotRequired[Whole]
    """Items that were on the site before the run, or were met in it."""
    new: Whole
    """Met for the first time."""
    changed: Whole
    """With other content than before."""
    back: NotRequired[Whole]
    """There again after they were taken for gone."""
    as_before: NotRequired[Whole]
    """Looked at, and their content is what it was."""
    perhaps_gone: NotRequired[Whole]
    """Not where they were, not yet in enough harvests to be sure."""
    gone: NotRequired[Whole]
    """Taken for gone in this run."""
    not_reached: NotRequired[Whole]
    """Due, and the run learned nothing of them: it ended before, or no answer came that can be trusted."""
    not_due: Whole
    """Neither the schedule nor the options asked for them."""
    unchanged: Whole
    """The same as `as_before`, by its name in earlier versions."""
    vanished: Whole
    """The same as `gone`, by its name in earlier versions."""
    reappeared: Whole
    """The same as `back`, by its name in earlier versions."""
    rerendered: Whole
    """Those of `as_before` whose page came in other bytes."""


class Where(TypedDict):
    """Place of the archived answer that proves it."""

    file: str
    """Name of the WARC file in `warc/`."""
    offset: Whole
    """First byte of the record in the file."""
    length: Whole
    """Bytes of the record, compressed."""
    record_id: str
    """`WARC-Record-ID`."""


class Ref(TypedDict):
    """One item."""

    id: str
    """As in the items, `7756@es`."""
    title: str
    """As printed."""
    url: str
    """Address that it has, or had."""
    language: str
    """BCP 47 language of the page."""
    version: Whole
    """Version that the run wrote, or the last one."""
    publication_date: str | None
    """ISO 8601 date."""
    warc: Where
    """Place of the archived answer that proves it."""


class Changed(Ref):
    """An item with another content than before."""

    fields: list[str]
    """Item fields that differ."""
    changes: NotRequired[list[dict[str, Any]]]
    """What they say differently, as in `CHANGES.jsonl`; of the first 200 items."""


class Vanished(Ref):
    """An item that is not where it was."""

    reason: str
    """`gone`, `unpublished`, `redirected` or `blocked`."""
    status: Whole
    """HTTP status that its address answered with."""
    confirmed: Whole
    """Runs that found it so."""


class Unconfirmed(Vanished):
    """An item that is not where it was, not yet often enough to be taken for gone."""

    needed: Whole
    """Runs that have to find it so."""


class Items(TypedDict):
    """The items after the run, and those it found new, changed or gone."""

    total: Whole
    """Items on the site."""
    withdrawn: Whole
    """Items known to be gone from the site."""
    counts: Counts
    """What became of the items: each is in one of `new` to `not_due`, and these add up to `known`."""
    new: list[Ref]
    """Those met for the first time."""
    changed: list[Changed]
    """Those with another content."""
    reappeared: list[Ref]
    """Those that are back."""
    vanished: list[Vanished]
    """Those taken for gone in this run."""
    unconfirmed: list[Unconfirmed]
    """Those that may be gone: later runs tell."""
