"""What a release of notes says of its archive, what is told of it, and changes that a forger would make."""

import csv
import json
from contextlib import ExitStack
from dataclasses import dataclass

from archive import iter_records
from archive.dataset.findings import PROBLEMS
from archive.dataset.stored import stored
from archive.dataset.verification import Verification
from tests.dataset.proved import File, sha256
from tests.dataset.records import Note


@dataclass(kw_only=True)
class Evidence:
    file: str
    """Name of the file."""

    offset: int
    """Byte."""

    length: int
    """Bytes."""

    record_id: str
    """Name of the record."""

    target_uri: str
    """Address."""

    date: str
    """When."""

    payload_digest: str | None
    """Digest."""


@dataclass(kw_only=True)
class Proved(Note):
    files: list[File]
    """Files."""

    warc: Evidence
    """Where it is kept."""


def citations(path):
    return [
        {
            "file": path.name,
            "offset": one.offset,
            "length": one.length,
            "record_id": one.record_id,
            "target_uri": one.target_uri,
            "date": one.date,
            "payload_digest": one.headers.get("WARC-Payload-Digest"),
        }
        for one in iter_records(path)
    ]


def verified(folder, archive="warc"):
    """(codes, lines, what was checked)."""
    with ExitStack() as stack:
        where = stack.enter_context(stored(folder / archive)) if archive else None
        verification = Verification(folder / "dataset" / "1", where)
        found = list(verification.run())
    assert {problem.code for problem in found} <= {*PROBLEMS}
    assert verification.verified.problems == len(found)
    return sorted({problem.code for problem in found}), [str(one) for one in found], verification.verified


def resum(release):
    """What a forger would do: make every digest of the release fit again."""
    package = json.loads((release / "datapackage.json").read_bytes())
    for one in package["resources"]:
        data = (release / one["path"]).read_bytes()
        one |= {"bytes": len(data), "hash": f"sha256:{sha256(data)}"}
    (release / "datapackage.json").write_text(json.dumps(package))
    sums = release / "SHA256SUMS"
    paths = [line.split("  ", 1)[1] for line in sums.read_text().splitlines()]
    sums.write_text("".join(f"{sha256((release / path).read_bytes())}  {path}\n" for path in paths))


def cell(name, row, column, value):
    def change(release):
        with (release / name).open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream))
        rows[row][rows[0].index(column)] = value
        with (release / name).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\r\n").writerows(rows)

    return change


def described(change):
    def changed(release):
        package = json.loads((release / "datapackage.json").read_bytes())
        change(package)
        (release / "datapackage.json").write_text(json.dumps(package))

    return changed
