"""Keeps facts about every record until the end, to check the references between records. Each record needs 16 to 24
bytes in memory, for finding it, and 64 in a temporary file.

Ids, addresses and digests are stored as 64-bit keys. In a billion records, the probability that two different ones have
the same key is 1 in 36.

The table is made again for each verification, from the files that are read. An existing index, or one made by the
verified program, would not be an independent check.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from archive.message import Fields, number_of_bytes
from archive.verify.facts import BlockFacts
from archive.verify.faults import Fault
from archive.verify.rows import PAGE, Rows
from archive.verify.usual import UsualFields
from archive.warc.salvage import OPEN_SUFFIX
from archive.warc.walk import FoundRecord

_BITS = (1 << 64) - 1
_NOT_A_DIGIT = re.compile(r"\D")
_INDEXED = {"response": 1, "revisit": 2, "resource": 3}
_WITHOUT_BODY = {"HEAD", "CONNECT"}


def key(what: str | tuple[str, ...]) -> int:
    """Return a 64-bit hash of a text, or several, that is valid in this process; 0 for an empty one."""
    # Python's hash has a random key at each start, so that nobody can construct collisions (PEP 456).
    return hash(what) & _BITS


def bare(uri: str) -> str:
    """Return a URI without the angle brackets of WARC/1.0, with spaces escaped as in indexes."""
    return uri.removeprefix("<").removesuffix(">").replace(" ", "%20")


def seconds(date: str) -> int:
    """Return the 14 digits of a W3C-DTF date; 0 if it has fewer."""
    digits = date[:19].replace("-", "").replace(":", "").replace("T", "")
    if len(digits) != 14 or not digits.isdecimal():
        digits = _NOT_A_DIGIT.sub("", date)[:14]
    return int(digits) if len(digits) == 14 else 0


def digest_key(labelled: str | None) -> int:
    """Return the key of a digest without its label and case, as indexes omit the label or spell it differently."""
    return key((labelled or "").rpartition(":")[2].rstrip("=").lower())


class FirstNumbers:
    """Maps each key in ``keys``, a column of the table, to its first number. It needs 8 to 16 bytes per key, a tenth of
    a dictionary. Open addressing, at most half full; the keys are hashes already."""

    def __init__(self, keys: array[int]) -> None:
        self._keys = keys
        self._slots = array("I", bytes(4 << 10))
        """Numbers plus one; 0 marks a free slot."""
        self._used = 0

    def _slot(self, wanted: int) -> int:
        """Return the slot of ``wanted``, or the free slot for it."""
        slots, keys, last = self._slots, self._keys, len(self._slots) - 1
        at = wanted & last
        while (taken := slots[at]) and keys[taken - 1] != wanted:
            at = (at + 1) & last
        return at

    def get(self, wanted: int) -> int | None:
        """Return the first number of this key, or None."""
        taken = self._slots[self._slot(wanted)]
        return taken - 1 if taken else None

    def __contains__(self, wanted: int) -> bool:
        return self._slots[self._slot(wanted)] != 0

    def add(self, number: int) -> int:
        """Add the key of ``number``; return the first number of that key."""
        at = self._slot(self._keys[number])
        if taken := self._slots[at]:
            return taken - 1
        self._slots[at] = number + 1
        self._used += 1
        if 2 * self._used > len(self._slots):
            old, self._slots = self._slots, array("I", bytes(8 * len(self._slots)))
            for taken in old:
                if taken:
                    self._slots[self._slot(self._keys[taken - 1])] = taken
        return number


class RecordRow(NamedTuple):
    """Facts about one record: keys and numbers; 0 if missing."""

    offset: int
    length: int
    uri: int
    seconds: int
    date: int
    digest: int
    status: int
    kind: int


_LENGTH, _STATUS = RecordRow._fields.index("length"), RecordRow._fields.index("status")
_WIDTH = len(RecordRow._fields)


class RecordTable:
    """The records seen so far, by number."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self._firsts = array("Q")
        """For each file, the number of its first record, even if it has none."""
        self._named: dict[str, list[int]] = {}
        """Name of a file -> indexes in ``files``; several if files have the same name."""
        self.id = array("Q")
        self.by_id = FirstNumbers(self.id)
        self._rows = Rows(_WIDTH)
        self._offsets = array("Q")
        """Offset of the first record of each page of rows."""
        self._objects = array("Q")
        self.archived = FirstNumbers(self._objects)
        """`object_key` of each metadata record with JSON."""

    def __len__(self) -> int:
        return len(self.id)

    def __getitem__(self, number: int) -> RecordRow:
        return RecordRow._make(self._rows.row(number))

    def __iter__(self) -> Iterator[RecordRow]:
        return map(RecordRow._make, self._rows)

    def begin(self, name: str, shown: str) -> None:
        """Begin the file ``name``, to which the records added next belong; ``shown`` is its name in messages."""
        self._named.setdefault(name, []).append(len(self.files))
        self.files.append(shown)
        self._firsts.append(len(self))

    def add(self, record: FoundRecord, fields: Fields | UsualFields) -> int:
        """Add a record whose header was read; return its number."""
        number = len(self.id)
        if number % PAGE == 0:
            self._offsets.append(record.offset)
        self.id.append(key(fields.get("WARC-Record-ID") or ""))
        uri = key(bare(fields.get("WARC-Target-URI") or ""))
        date = fields.get("WARC-Date") or ""
        digest = fields.get("WARC-Payload-Digest")
        kind = _INDEXED.get(fields.get("WARC-Type") or "", 0)
        self._rows.append(
            (record.offset, 0, uri, seconds(date), key(date), digest_key(digest) if digest else 0, 0, kind)
        )
        return number

    def add_block(self, length: int | None, status: int | None) -> None:
        """Add facts about the last record, after its block was read."""
        self._rows.set_last(_LENGTH, length or 0)
        self._rows.set_last(_STATUS, status or 0)

    def add_object(self, its_key: int) -> None:
        """Add an archived JSON object."""
        self._objects.append(its_key)
        self.archived.add(len(self._objects) - 1)

    def find(self, name: str, offset: object) -> int | None:
        """Return the number of the record at ``offset`` of the file ``name``. Its records are in file order."""
        text = str(offset)
        wanted = number_of_bytes(text)
        if wanted is None or str(wanted) != text:
            return None
        for file in self._named.get(name, ()):
            first = self._firsts[file]
            end = self._firsts[file + 1] if file + 1 < len(self._firsts) else len(self)
            if first == end:
                continue
            # Several records of one gzip member may have this offset, and the first is wanted: it is in the last page
            # that begins before the offset, or in the first page of the file; or it is the first of the next page.
            page = bisect_left(self._offsets, wanted, first // PAGE + 1, (end - 1) // PAGE + 1) - 1
            begin = page * PAGE
            offsets = self._rows.page(page)[::_WIDTH]
            last = min(end - begin, PAGE)
            at = bisect_left(offsets, wanted, max(first - begin, 0), last)
            found_offset = offsets[at] if at < last else self._offsets[page + 1] if begin + at < end else None
            if found_offset == wanted:
                return begin + at
        return None

    def file(self, number: int) -> int:
        """Return the index in ``files`` of the file with the record ``number``."""
        return bisect_right(self._firsts, number) - 1

    def place(self, number: int) -> str:
        """Return file and offset of the record ``number``, in words."""
        return f"{self.files[self.file(number)]}, offset {self[number].offset}"

    def is_open(self, number: int) -> bool:
        """Whether the record ``number`` is in a file that is being written."""
        return self.files[self.file(number)].endswith(OPEN_SUFFIX)

    def fault(self, number: int, code: str, words: str) -> Fault:
        """Return a fault of the record ``number``."""
        return Fault(self.files[self.file(number)], self[number].offset, code, words)


class Links:
    """Checks the references between records (WARC/1.1, sections 5.2 to 5.8 and 6.7)."""

    def __init__(self, table: RecordTable) -> None:
        self._table = table
        self._missing: dict[int, tuple[int, str, str]] = {}
        """Key of an id not seen yet -> (number of the first record that names it, field, id)."""
        self._unreturned: dict[int, tuple[int, str]] = {}
        """XOR of the keys of both ids -> (number of the record that links, id of the other)."""
        self._two_way_files: set[int] = set()
        self._lost: set[int] = set()
        """Keys of the ids of records that a killed writer did not finish, from warcinfo records."""
        self._revisits = Rows(4)
        """For each revisit: its number, the keys of the id and address that it refers to, and that date in seconds."""
        self._without_body: list[tuple[int, str, list[int]]] = []
        self._bodiless: set[int] = set()
        """Keys of the records of exchanges whose response has no body because of the method."""

    def add(self, number: int, fields: Fields | UsualFields) -> Iterator[Fault]:
        """Add the record ``number`` with these fields; yield its faults."""
        own_id = fields.get("WARC-Record-ID")
        own = self._table.id[number]
        if own_id:
            first = self._table.by_id.add(number)
            if first != number:
                words = f"{own_id} is also that of the record in {self._table.place(first)}"
                yield self._table.fault(number, "duplicate-id", words)
            self._missing.pop(own, None)
        for other_id in fields.get_all("WARC-Concurrent-To"):
            other = self._expect(number, "WARC-Concurrent-To", other_id)
            both = own ^ other
            returned = self._unreturned.get(both)
            if returned is not None and returned[0] != number:
                del self._unreturned[both]
                self._two_way_files.add(self._table.file(number))
            else:
                self._unreturned[both] = (number, other_id)
        for name in ("WARC-Warcinfo-ID", "WARC-Segment-Origin-ID"):
            if named := fields.get(name):
                self._expect(number, name, named)
        refers_to = fields.get("WARC-Refers-To") or ""
        if fields.get("WARC-Type") == "revisit":
            uri = bare(fields.get("WARC-Refers-To-Target-URI") or fields.get("WARC-Target-URI") or "")
            date = seconds(fields.get("WARC-Refers-To-Date") or "")
            self._revisits.append((number, key(refers_to), key(uri), date))
        elif refers_to:
            self._expect(number, "WARC-Refers-To", refers_to)

    def _expect(self, number: int, field: str, named: str) -> int:
        """Note that the record with the id ``named`` must exist; return the key of the id."""
        wanted = key(named)
        if wanted not in self._table.by_id:
            self._missing.setdefault(wanted, (number, field, named))
        return wanted

    def add_block(self, number: int, fields: Fields | UsualFields, facts: BlockFacts) -> None:
        """Add facts from the block of the record ``number``."""
        if facts.lost:
            self._lost.update(map(key, facts.lost))
        if not (facts.missing_body or facts.method in _WITHOUT_BODY):
            return
        concurrent = [self._table.id[number], *(key(other) for other in fields.get_all("WARC-Concurrent-To"))]
        if facts.method in _WITHOUT_BODY:
            self._bodiless.update(concurrent)
        if facts.missing_body:
            self._without_body.append((number, facts.missing_body, concurrent))

    def finish(self) -> Iterator[Fault]:
        """Yield the faults that are only known after the last file."""
        for number, words, exchange in self._without_body:
            if self._bodiless.isdisjoint(exchange):
                yield self._table.fault(number, "http-short", f"{words}, and no request with HEAD explains it")
        for wanted, (number, field, named) in self._missing.items():
            if self._table.is_open(number):
                code = "unfinished"
            else:
                code = "record-lost" if wanted in self._lost else "link-unresolved"
            yield self._table.fault(number, code, f"{field} {named} is not in the files checked")
        for number, other_id in self._unreturned.values():
            if key(other_id) in self._table.by_id:
                two_way = self._table.file(number) in self._two_way_files
                code = "link-one-way" if two_way else "concurrent-one-way"
                yield self._table.fault(number, code, f"{other_id} does not name this record in return")
        yield from self._check_revisits()

    def _check_revisits(self) -> Iterator[Fault]:
        if not len(self._revisits):
            return
        table = self._table
        numbers, originals = self._originals()
        endless = _endless(numbers, originals)
        for at, (number, _, uri, date) in enumerate(self._revisits):
            if originals[at] < 0:
                yield table.fault(number, "refers-elsewhere", "the record it refers to is not in the files checked")
                continue
            if endless[at]:
                yield table.fault(number, "revisit-loop", "its references never lead to the content")
                continue
            original = table[originals[at]]
            differing = [
                name
                for name, claimed, actual in (
                    ("address", uri, original.uri),
                    ("date", date, original.seconds),
                    ("payload digest", table[number].digest, original.digest),
                )
                if claimed and actual and claimed != actual
            ]
            if differing:
                words = f"{', '.join(differing)} differ from the record in {table.place(originals[at])}"
                yield table.fault(number, "revisit-mismatch", words)

    def _originals(self) -> tuple[array[int], array[int]]:
        """Return the numbers of the revisits, and of their originals, found by id, else by address and time; or -1."""
        numbers, originals, times = array("Q"), array("q"), array("Q")
        for number, refers_to, uri, date in self._revisits:
            original = self._table.by_id.get(refers_to) if refers_to else None
            numbers.append(number)
            originals.append(-1 if original is None else original)
            times.append(_time_key(uri, date) if original is None else 0)
        if -1 not in originals:
            return numbers, originals
        wanted = FirstNumbers(times)
        for at, original in enumerate(originals):
            if original < 0:
                wanted.add(at)
        latest = array("q", [-1]) * len(times)
        for number, row in enumerate(self._table):
            if row.kind in (_INDEXED["response"], _INDEXED["resource"]):
                place = wanted.get(_time_key(row.uri, row.seconds))
                if place is not None:
                    latest[place] = number
        for at, original in enumerate(originals):
            if original < 0 and (place := wanted.get(times[at])) is not None:
                originals[at] = latest[place]
        return numbers, originals


def _time_key(uri: int, date: int) -> int:
    """Return a 64-bit hash of an address and a time."""
    return hash((uri, date)) & _BITS


def _endless(numbers: array[int], originals: array[int]) -> bytearray:
    """Return for each revisit whether its references form an endless loop; a finite chain of revisits is allowed.

    Args:
        numbers: numbers of the revisits, ascending.
        originals: number of the original of each; -1 for none.
    """
    unknown, walked, endless, ends = range(4)
    states = bytearray(len(numbers))
    for start in range(len(numbers)):
        chain: list[int] = []
        at, is_revisit = start, True
        while is_revisit and states[at] == unknown:
            states[at] = walked
            chain.append(at)
            original = originals[at]
            at = bisect_left(numbers, original)
            is_revisit = at < len(numbers) and numbers[at] == original
        result = endless if is_revisit and states[at] in (walked, endless) else ends
        for visited in chain:
            states[visited] = result
    return bytearray(state == endless for state in states)
