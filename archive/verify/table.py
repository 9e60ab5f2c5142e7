"""What is kept of every record until the end, to check what is said between records: about 90 bytes each.

Ids, addresses and digests are kept as 64-bit keys: of a billion records, two differ unnoticed with a chance of 1 in 36.

Made anew at each verification, of what is read then: an index that was made before, or by what is verified, would vouch
for itself.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from archive.message import Fields, number_of_bytes
from archive.verify.facts import BlockFacts
from archive.verify.faults import Fault
from archive.verify.usual import UsualFields
from archive.warc.salvage import OPEN_SUFFIX
from archive.warc.walk import FoundRecord

_BITS = (1 << 64) - 1
_NOT_A_DIGIT = re.compile(r"\D")
_INDEXED = {"response": 1, "revisit": 2, "resource": 3}
_WITHOUT_BODY = {"HEAD", "CONNECT"}


def key(what: str | tuple[str, ...]) -> int:
    """64 bits that stand for a text, or several, in this process; 0 for an empty one."""
    # Python's own hash is keyed by chance at each start, so that nobody can write texts that have the same (PEP 456).
    return hash(what) & _BITS


def bare(uri: str) -> str:
    """A URI without the angle brackets of WARC/1.0, spaces as indexes have them."""
    return uri.removeprefix("<").removesuffix(">").replace(" ", "%20")


def seconds(date: str) -> int:
    """The 14 digits of a W3C-DTF date; 0 when there are fewer."""
    digits = date[:19].replace("-", "").replace(":", "").replace("T", "")
    if len(digits) != 14 or not digits.isdecimal():
        digits = _NOT_A_DIGIT.sub("", date)[:14]
    return int(digits) if len(digits) == 14 else 0


def digest_key(labelled: str | None) -> int:
    """A digest by its value alone, in any case: indexes leave the label out or write it in another way."""
    return key((labelled or "").rpartition(":")[2].rstrip("=").lower())


class FirstNumbers:
    """The first number of each key in ``keys``, a column of the table: 8 to 16 bytes each, a tenth of what a dictionary
    takes. Open addressing, half full at most; the keys are hashes by themselves."""

    def __init__(self, keys: array[int]) -> None:
        self._keys = keys
        self._slots = array("I", bytes(4 << 10))
        """Numbers plus one; 0 is free."""
        self._used = 0

    def _slot(self, wanted: int) -> int:
        """Where ``wanted`` stands, or is to stand."""
        slots, keys, last = self._slots, self._keys, len(self._slots) - 1
        at = wanted & last
        while (taken := slots[at]) and keys[taken - 1] != wanted:
            at = (at + 1) & last
        return at

    def get(self, wanted: int) -> int | None:
        """The first number of this key, if any."""
        taken = self._slots[self._slot(wanted)]
        return taken - 1 if taken else None

    def __contains__(self, wanted: int) -> bool:
        return self._slots[self._slot(wanted)] != 0

    def add(self, number: int) -> int:
        """Take in the key of ``number``; the first number of that key."""
        at = self._slot(self._keys[number])
        if taken := self._slots[at]:
            return taken - 1
        self._slots[at] = number + 1
        self._used += 1
        if 2 * self._used > len(self._slots):
            taken_slots = [taken for taken in self._slots if taken]
            self._slots = array("I", bytes(8 * len(self._slots)))
            for taken in taken_slots:
                self._slots[self._slot(self._keys[taken - 1])] = taken
        return number


class RecordTable:
    """The records seen so far, by number; the columns are parallel."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.file, self.offset, self.length = array("I"), array("Q"), array("Q")
        self.id, self.uri, self.seconds, self.date = array("Q"), array("Q"), array("Q"), array("Q")
        self.digest, self.status, self.kind = array("Q"), array("I"), array("B")
        self.by_id = FirstNumbers(self.id)
        self._begins: dict[str, list[int]] = {}
        """Name of a file -> number of its first record; of its first ones, when several files have that name."""
        self.archived: set[int] = set()
        """Keys of the record ids and objects of metadata records with JSON."""

    def add(self, name: str, record: FoundRecord, fields: Fields | UsualFields) -> int:
        """The number of a record whose header was read."""
        number = len(self.file)
        file = len(self.files) - 1
        if not number or self.file[-1] != file:
            self._begins.setdefault(name, []).append(number)
        self.file.append(file)
        self.offset.append(record.offset)
        self.length.append(0)
        self.id.append(key(fields.get("WARC-Record-ID") or ""))
        self.uri.append(key(bare(fields.get("WARC-Target-URI") or "")))
        date = fields.get("WARC-Date") or ""
        self.seconds.append(seconds(date))
        self.date.append(key(date))
        digest = fields.get("WARC-Payload-Digest")
        self.digest.append(digest_key(digest) if digest else 0)
        self.status.append(0)
        self.kind.append(_INDEXED.get(fields.get("WARC-Type") or "", 0))
        return number

    def find(self, name: str, offset: object) -> int | None:
        """The number of the record that begins at ``offset`` of the file ``name``, whose records are in file order."""
        text = str(offset)
        wanted = number_of_bytes(text)
        if wanted is None or str(wanted) != text:
            return None
        for first in self._begins.get(name, ()):
            end = bisect_right(self.file, self.file[first], first)
            number = bisect_left(self.offset, wanted, first, end)
            if number < end and self.offset[number] == wanted:
                return number
        return None

    def fault(self, number: int, code: str, words: str) -> Fault:
        """A fault of the record with this number."""
        return Fault(self.files[self.file[number]], self.offset[number], code, words)


class Links:
    """Who names whom (WARC/1.1, sections 5.2 to 5.8 and 6.7)."""

    def __init__(self, table: RecordTable) -> None:
        self._all = table
        self._missing: dict[int, tuple[int, str, str]] = {}
        """Key of an id not seen yet -> (who names it first, field, id)."""
        self._unreturned: dict[int, tuple[int, str]] = {}
        """Keys of both ids, added up -> (who links, id of the other)."""
        self._two_way_files: set[int] = set()
        self._lost: set[int] = set()
        """Keys of the ids of records that a killed writer did not finish, as a warcinfo record tells."""
        self._revisits = array("Q")
        """Of each: its number, key of the id it refers to, of its address, seconds of its date."""
        self._without_body: list[tuple[int, str, list[int]]] = []
        self._bodiless: set[int] = set()
        """Keys of the records of exchanges whose answer has no body by its method."""

    def add(self, number: int, fields: Fields | UsualFields) -> Iterator[Fault]:
        """Take note of the record with this number and these fields."""
        own_id = fields.get("WARC-Record-ID")
        own = self._all.id[number]
        if own_id:
            first = self._all.by_id.add(number)
            if first != number:
                place = f"{self._all.files[self._all.file[first]]}, offset {self._all.offset[first]}"
                yield self._all.fault(number, "duplicate-id", f"{own_id} is also that of the record in {place}")
            self._missing.pop(own, None)
        for other_id in fields.get_all("WARC-Concurrent-To"):
            other = self._expect(number, "WARC-Concurrent-To", other_id)
            both = own ^ other
            returned = self._unreturned.get(both)
            if returned is not None and returned[0] != number:
                del self._unreturned[both]
                self._two_way_files.add(self._all.file[number])
            else:
                self._unreturned[both] = (number, other_id)
        for name in ("WARC-Warcinfo-ID", "WARC-Segment-Origin-ID"):
            if named := fields.get(name):
                self._expect(number, name, named)
        refers_to = fields.get("WARC-Refers-To") or ""
        if fields.get("WARC-Type") == "revisit":
            uri = bare(fields.get("WARC-Refers-To-Target-URI") or fields.get("WARC-Target-URI") or "")
            date = seconds(fields.get("WARC-Refers-To-Date") or "")
            self._revisits.extend((number, key(refers_to), key(uri), date))
        elif refers_to:
            self._expect(number, "WARC-Refers-To", refers_to)

    def _expect(self, number: int, field: str, named: str) -> int:
        """The key of the id ``named``, which is to be found."""
        wanted = key(named)
        if wanted not in self._all.by_id:
            self._missing.setdefault(wanted, (number, field, named))
        return wanted

    def add_block(self, number: int, fields: Fields | UsualFields, facts: BlockFacts) -> None:
        """Take note of what was found in the block of that record."""
        if facts.lost:
            self._lost.update(map(key, facts.lost))
        if not (facts.missing_body or facts.method in _WITHOUT_BODY):
            return
        concurrent = [self._all.id[number], *(key(other) for other in fields.get_all("WARC-Concurrent-To"))]
        if facts.method in _WITHOUT_BODY:
            self._bodiless.update(concurrent)
        if facts.missing_body:
            self._without_body.append((number, facts.missing_body, concurrent))

    def finish(self) -> Iterator[Fault]:
        """What only the end of the last file tells."""
        for number, words, exchange in self._without_body:
            if self._bodiless.isdisjoint(exchange):
                yield self._all.fault(number, "http-short", f"{words}, and no request with HEAD explains it")
        for wanted, (number, field, named) in self._missing.items():
            if self._all.files[self._all.file[number]].endswith(OPEN_SUFFIX):
                code = "unfinished"
            else:
                code = "record-lost" if wanted in self._lost else "link-unresolved"
            yield self._all.fault(number, code, f"{field} {named} is not in the files checked")
        for number, other_id in self._unreturned.values():
            if key(other_id) in self._all.by_id:
                two_way = self._all.file[number] in self._two_way_files
                code = "link-one-way" if two_way else "concurrent-one-way"
                yield self._all.fault(number, code, f"{other_id} does not name this record in return")
        yield from self._check_revisits()

    def _check_revisits(self) -> Iterator[Fault]:
        if not self._revisits:
            return
        captures = self._all
        revisits = [self._revisits[at : at + 4] for at in range(0, len(self._revisits), 4)]
        originals = {number: captures.by_id.get(refers_to) if refers_to else None for number, refers_to, *_ in revisits}
        wanted = {(uri, date) for number, _, uri, date in revisits if originals[number] is None}
        by_time = {
            found: number
            for number in (range(len(captures.file)) if wanted else ())
            if captures.kind[number] in (_INDEXED["response"], _INDEXED["resource"])
            and (found := (captures.uri[number], captures.seconds[number])) in wanted
        }
        for number, _, uri, date in revisits:
            if originals[number] is None:
                originals[number] = by_time.get((uri, date))
        endless = _endless(originals)
        for number, _, uri, date in revisits:
            original = originals[number]
            if original is None:
                yield captures.fault(number, "refers-elsewhere", "the record it refers to is not in the files checked")
                continue
            if number in endless:
                yield captures.fault(number, "revisit-loop", "following what it refers to never leads to the content")
                continue
            differing = [
                name
                for name, claimed, actual in (
                    ("address", uri, captures.uri[original]),
                    ("date", date, captures.seconds[original]),
                    ("payload digest", captures.digest[number], captures.digest[original]),
                )
                if claimed and actual and claimed != actual
            ]
            if differing:
                place = f"{captures.files[captures.file[original]]}, offset {captures.offset[original]}"
                yield captures.fault(
                    number, "revisit-mismatch", f"{', '.join(differing)} differ from the record in {place}"
                )


def _endless(originals: dict[int, int | None]) -> set[int]:
    """The revisits that refer to revisits only, round and round; a chain of them that ends is allowed."""
    found: set[int] = set()
    ends: set[int] = set()
    for number in originals:
        chain: dict[int, None] = {}
        at: int | None = number
        while at in originals and at not in chain and at not in found and at not in ends:
            chain[at] = None
            at = originals[at]
        (found if at in chain or at in found else ends).update(chain)
    return found
