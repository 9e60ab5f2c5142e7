"""Long lists of a report, computed again each time they are read, because a run may have more entries than fit into
memory.

They are also sorted for readers: by date of the news, not in the order in which they were stored.
"""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, overload

R = TypeVar("R")

MOST_SHOWN = 100
"""Items of a list that are shown, at most; ``report.json`` has all."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def newest_first(item: Mapping[str, Any]) -> tuple[int, str, str]:
    """Sort key for readers: by publication date, the newest first and undated ones last; then by address."""
    day = item.get("publication_date") or ""
    return -int(day.replace("-", "")) if _DAY.fullmatch(day) else 0, item["url"], item["id"]


class Rows(Sequence[R]):
    """``size`` rows; ``make`` returns a new iterator over them, always the same."""

    def __init__(self, size: int, make: Callable[[], Iterator[R]]) -> None:
        self._size, self._make = size, make

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[R]:
        return self._make()

    @overload
    def __getitem__(self, place: int) -> R: ...
    @overload
    def __getitem__(self, place: slice) -> list[R]: ...
    def __getitem__(self, place: int | slice) -> R | list[R]:
        if isinstance(place, int):
            return next(islice(self, range(self._size)[place], None))
        start, stop, step = place.indices(self._size)
        if step < 1:
            return list(self)[place]
        return list(islice(self, start, stop, step))


class AsList(list[Any]):
    """A list for `json` that has only one of ``rows`` in memory at a time."""

    def __init__(self, rows: Sequence[Any]) -> None:
        super().__init__()
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)


class Newest(Sequence[R]):
    """A list of items in the order for readers, with the length of all rows but only the first `MOST_SHOWN` of them."""

    def __init__(self, rows: Iterable[R] = (), most: int = MOST_SHOWN) -> None:
        self._most, self._size, self._first = most, 0, list[Any]()
        for _ in self.passing(rows):
            pass

    def passing(self, rows: Iterable[R]) -> Iterator[R]:
        """Add and yield ``rows``."""
        for row in rows:
            insort(self._first, row, key=newest_first)
            del self._first[self._most :]
            self._size += 1
            yield row

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[R]:
        return iter(self._first)

    @overload
    def __getitem__(self, place: int) -> R: ...
    @overload
    def __getitem__(self, place: slice) -> list[R]: ...
    def __getitem__(self, place: int | slice) -> R | list[R]:
        selected: R | list[R] = self._first[place]
        return selected


def newest(rows: Sequence[R]) -> Newest[R]:
    """``rows`` in the order for readers."""
    return rows if isinstance(rows, Newest) else Newest(rows)
