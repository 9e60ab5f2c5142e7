"""Further rows of the same listing with other markup than most, or at another place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import dropwhile, islice, takewhile
from typing import TYPE_CHECKING

from migration_spider.pages.row_places import HEADED, KIND_OF, WORDED, Place, up

if TYPE_CHECKING:
    from migration_spider.pages.row_candidates import Candidates
    from migration_spider.pages.row_titles import Title

_VIEW = re.compile(r"(?<!\S)view-id-\S+")


def with_siblings(best: Candidates, titles: list[Title]) -> list[Title]:
    """Return the titles of ``best``, and of further rows of the same lists with other markup."""
    taken = {*best.titles, *_in_same_lists(best, titles)}
    taken |= _above_of_same_view(taken, titles)
    taken |= _spilled(best, titles)
    return [title for title in titles if title in taken]


def _in_same_lists(best: Candidates, titles: list[Title]) -> Iterable[Title]:
    """Return one title for each box that looks like those of ``best`` and is in the same list."""
    kinds = {(box.above, box.alike) for box in best.boxes}
    # The box of a row alone in its group is the group: other groups look like it and contain rows.
    groups = {place for title in best.titles for place in up(title.place)}
    rows = {title.box: title for title in best.titles}
    for title in titles:
        if title.rank < WORDED or (title.place.beside and not best.beside):
            continue
        box = _box_of(title, best, kinds)
        if box is None or box in groups or _is_in_text(title, box, best):
            continue
        if box not in rows or title.rank > rows[box].rank:
            title.box, rows[box] = box, title
    return rows.values()


def _box_of(title: Title, best: Candidates, kinds: set[tuple[Place | None, int]]) -> Place | None:
    """Return the box of ``title`` that looks like those of ``best``, or is another item of their lists or tables.

    The classes of these may say what each is about; the title then is at the same depth.
    """
    if box := next((place for place in up(title.place) if (place.above, place.alike) in kinds), None):
        return box
    first = best.titles[0]
    if title.rank != first.rank or first.rank == WORDED or title.place.depth != first.place.depth:
        return None
    lists = {above for above, _ in kinds}
    items = (place for place in up(title.place) if place.element.tag in ("li", "tr"))
    return next((place for place in items if place.above in lists), None)


def _is_in_text(title: Title, box: Place, best: Candidates) -> bool:
    """Whether ``title`` is a link below the heading of ``box``, which is no link; those of ``best`` are headings."""
    return title.rank == WORDED and best.rank == HEADED and box.is_headed


def _above_of_same_view(taken: set[Title], titles: list[Title]) -> set[Title]:
    """Return the titles of fewer rows above those of ``taken``, in a display of its own of the same view."""
    first = next(title for title in titles if title in taken)
    view = _view_of(first)
    rows: dict[Place, Title] = {}
    for title in () if view is None else takewhile(lambda title: title is not first, titles):
        row = _row_around(title)
        is_title = row is not None and title.rank == first.rank and not title.place.beside and row not in rows
        if row is not None and is_title and _view_of(title) == view:
            title.box, rows[row] = row, title
    return set(rows.values()) if len(rows) < len(taken) else set()


def _row_around(title: Title) -> Place | None:
    return next((place for place in up(title.place) if place.is_node), None)


def _view_of(title: Title) -> str | None:
    """Return the class with the name of the view around ``title``."""
    classes = (place.element.get("class") or "" for place in up(title.place))
    return next((match[0] for match in map(_VIEW.search, classes) if match is not None), None)


def _spilled(best: Candidates, titles: list[Title]) -> set[Title]:
    """Return the titles of rows after those of ``best`` outside their list, which a tag in a row closed too early."""
    first = best.titles[0]
    if not first.box.is_row or best.beside:
        return set()
    look = _look_of(first, first.box)
    outside = {place for box in best.boxes if box.above for place in islice(up(box.above), 1, None)}
    rows: dict[Place, Title] = {}
    for title in dropwhile(lambda title: title is not best.titles[-1], titles):
        row = next((place for place in up(title.place) if place.is_row and place.above in outside), None)
        if row is not None and row not in rows and not title.place.beside and _look_of(title, row) == look:
            title.box, rows[row] = row, title
    return set(rows.values())


def _look_of(title: Title, row: Place) -> tuple[int, int, str, str]:
    """Return the rank of ``title``, how deep it is in ``row``, and the tag and classes of that."""
    classes = KIND_OF[row.element.get("class") or ""]
    return title.rank, title.place.depth - row.depth, row.element.tag, classes
