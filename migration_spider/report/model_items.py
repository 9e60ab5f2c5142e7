"""The part ``items`` of a report: the items after the run, and those that were new, changed or gone."""

from __future__ import annotations

from typing import Any

from typing_extensions import NotRequired, TypedDict  # pydantic reads that of `typing` from Python 3.12 on only

from migration_spider.report.scalars import Whole


class Counts(TypedDict):
    """The items by result: each is in one of `new` to `not_due`, and these add up to `known`."""

    known: NotRequired[Whole]
    """Items that were on the site before the run, or were found in it."""
    new: Whole
    """Found for the first time."""
    changed: Whole
    """With other content than before."""
    back: NotRequired[Whole]
    """On the site again after they counted as gone."""
    as_before: NotRequired[Whole]
    """Checked, and their content is the same."""
    perhaps_gone: NotRequired[Whole]
    """Not found at their address, but not yet in enough harvests to be sure."""
    gone: NotRequired[Whole]
    """Counted as gone in this run."""
    not_reached: NotRequired[Whole]
    """Due, but not checked: the run ended first, or no reliable answer came."""
    not_due: Whole
    """Not due by the schedule or by the options."""
    unchanged: Whole
    """The same as `as_before`; the name in earlier versions."""
    vanished: Whole
    """The same as `gone`; the name in earlier versions."""
    reappeared: Whole
    """The same as `back`; the name in earlier versions."""
    rerendered: Whole
    """Those of `as_before` whose page had other bytes."""


class Where(TypedDict):
    """Position of the archived response that proves it."""

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
    """Its present or last address."""
    language: str
    """BCP 47 language of the page."""
    version: Whole
    """The version that the run wrote, or the last version."""
    publication_date: str | None
    """ISO 8601 date."""
    warc: Where
    """Position of the archived response that proves it."""


class Changed(Ref):
    """An item whose content has changed."""

    fields: list[str]
    """Item fields that differ."""
    changes: NotRequired[list[dict[str, Any]]]
    """The old and new values, as in `CHANGES.jsonl`; of the 200 items that were published last."""


class Vanished(Ref):
    """An item that was not found at its address."""

    reason: str
    """`gone`, `unpublished`, `redirected` or `blocked`."""
    status: Whole
    """HTTP status that its address answered with."""
    confirmed: Whole
    """Runs that found the same."""


class Unconfirmed(Vanished):
    """An item that was not found at its address, but not often enough to count as gone."""

    needed: Whole
    """Runs that must find the same before it counts as gone."""


class Items(TypedDict):
    """The items after the run, and those it found new, changed or gone."""

    total: Whole
    """Items on the site."""
    withdrawn: Whole
    """Items known to be gone from the site."""
    counts: Counts
    """The items by result: each is in one of `new` to `not_due`, and these add up to `known`."""
    new: list[Ref]
    """Items found for the first time; these lists are in the order of `items/news.jsonl`."""
    changed: list[Changed]
    """Items whose content has changed."""
    reappeared: list[Ref]
    """Items that are on the site again after they counted as gone."""
    vanished: list[Vanished]
    """Items that count as gone since this run."""
    unconfirmed: list[Unconfirmed]
    """Items that may be gone; later runs decide."""
