"""Long lists of a report, which are made again each time they are read: a run may have found more than memory holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar, overload

R = TypeVar("R")


class Rows(Sequence[R]):
    """As many rows as ``size`` says, which ``make`` gives from the first on, the same each time."""

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
    """What `json` takes for a list: it holds one of ``rows`` at a time."""

    def __init__(self, rows: Sequence[Any]) -> None:
        super().__init__()
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)
