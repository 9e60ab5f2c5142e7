"""What is kept of every record until the end, to check what is said between records: about 300 bytes each.

Ids, addresses and digests are kept as 64-bit keys: of a billion records, two differ unnoticed with a chance of 1 in 36.

Made anew at each verification, of what is read then: an index that was made before, or by what is verified, would vouch
for itself.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterator

from archive.message import Fields
from archive.verify.block import BlockFacts
from archive.verify.faults import Fault
from archive.warc.salvage import OPEN_SUFFIX
from archive.warc.walk import FoundRecord

_NOT_A_DIGIT = re.compile(r"\D")
_INDEXED = {"response": 1, "revisit": 2, "resource": 3}
_WITHOUT_BODY = {"HEAD", "CONNECT"}


def key(*texts: str) -> int:
    """64 bits that stand for ``texts``; 0 for a single empty one."""
    if texts == ("",):
        return 0
    return int.from_bytes(
        hashlib.blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big"
    )


def bare(uri: str) -> str:
    """A URI without the angle brackets of WARC/1.0, spaces as indexes have them."""
    return uri.removeprefix("<").removesuffix(">").replace(" ", "%20")


def seconds(date: str) -> int:
    """The 14 digits of a W3C-DTF date; 0 when there are fewer."""
    digits = _NOT_A_DIGIT.sub("", date)[:14]
    return int(digits) if len(digits) == 14 else 0


def digest_key(labelled: str | None) -> int:
    """A digest by its value alone, in any case: indexes leave the label out or write it in another way."""
    return key((labelled or "").rpartition(":")[2].rstrip("=").lower())


class RecordTable:
    """The records seen so far, by number; the columns are parallel."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.file, self.offset, self.length = array("I"), array("Q"), array("Q")
        self.id, self.uri, self.seconds, self.date = array("Q"), array("Q"), array("Q"), array("Q")
        self.digest, self.status, self.kind = array("Q"), array("I"), array("B")
        self.by_id: dict[int, int] = {}
        self.by_place: dict[int, int] = {}
        """By the key of file name and offset."""
        self.archived: set[int] = set()
        """Keys of the record ids and objects of metadata records with JSON."""

    def add(self, name: str, record: FoundRecord) -> int:
        """The number of a record whose header was read."""
        fields = record.fields
        number = len(self.file)
        self.file.append(len(self.files) - 1)
        self.offset.append(record.offset)
        self.length.append(0)
        self.id.append(key(fields.get("WARC-Record-ID") or ""))
        self.uri.append(key(bare(fields.get("WARC-Target-URI") or "")))
        date = fields.get("WARC-Date") or ""
        self.seconds.append(seconds(date))
        self.date.append(key(date))
        self.digest.append(digest_key(fields.get("WARC-Payload-Digest")))
        self.status.append(0)
        self.kind.append(_INDEXED.get(fields.get("WARC-Type") or "", 0))
        if not record.inner:
            self.by_place[key(name, str(record.offset))] = number
        return number

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
        self._revisits: list[tuple[int, int, int, int]] = []
        """(the revisit, key of the id it refers to, of its address, seconds of its date)"""
        self._without_body: list[tuple[int, str, list[int]]] = []
        self._bodiless: set[int] = set()
        """Keys of the records of exchanges whose answer has no body by its method."""

    def add(self, number: int, fields: Fields) -> Iterator[Fault]:
        """Take note of the record with this number and these fields."""
        own_id = fields.get("WARC-Record-ID")
        own = self._all.id[number]
        if own_id:
            first = self._all.by_id.setdefault(own, number)
            if first != number:
                place = f"{self._all.files[self._all.file[first]]}, offset {self._all.offset[first]}"
                yield self._all.fault(number, "duplicate-id", f"{own_id} is also that of the record in {place}")
            self._missing.pop(own, None)
        for other_id in fields.get_all("WARC-Concurrent-To"):
            self._expect(number, "WARC-Concurrent-To", other_id)
            both = own ^ key(other_id)
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
            self._revisits.append((number, key(refers_to), key(uri), date))
        elif refers_to:
            self._expect(number, "WARC-Refers-To", refers_to)

    def _expect(self, number: int, field: str, named: str) -> None:
        wanted = key(named)
        if wanted not in self._all.by_id:
            self._missing.setdefault(wanted, (number, field, named))

    def add_block(self, number: int, fields: Fields, facts: BlockFacts) -> None:
        """Take note of what was found in the block of that record."""
        self._lost.update(map(key, facts.lost))
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
        by_time = {
            (captures.uri[number], captures.seconds[number]): number
            for number in range(len(captures.file))
            if captures.kind[number] in (_INDEXED["response"], _INDEXED["resource"])
        }
        originals: dict[int, int | None] = {}
        for number, refers_to, uri, date in self._revisits:
            original = captures.by_id.get(refers_to) if refers_to else None
            originals[number] = by_time.get((uri, date)) if original is None else original
        endless = _endless(originals)
        for number, _, uri, date in self._revisits:
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
