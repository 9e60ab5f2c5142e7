"""What is made of the archive of one crawl: ``python -m bench.archives urls|repeat``, in a process of its own."""

from __future__ import annotations

import re
import sys
from pathlib import Path

UUID = re.compile(rb"(?<=<urn:uuid:)[0-9a-f]{8}")


def urls(folder: Path, file: Path) -> None:
    """Write every address that was answered, one a line, each once, in their order."""
    from archive import iter_records

    seen = {
        str(record.target_uri): None
        for path in sorted(folder.glob("*.warc.gz"))
        for record in iter_records(path)
        if record.type in {"response", "revisit"}
    }
    file.write_text("\n".join(seen) + "\n", encoding="utf-8")


def repeat(source: Path, file: Path, times: int) -> None:
    """Write the files of ``source`` so many times into one; the records of each have names of their own."""
    from isal import igzip

    members = [member for path in sorted(source.glob("*.warc.gz")) for member in _members(path.read_bytes())]
    with file.open("wb") as stream:
        for number in range(times):
            for member in members:
                head, end, block = member.partition(b"\r\n\r\n")
                head = UUID.sub(lambda found: b"%08x" % (int(found[0], 16) ^ number), head)  # noqa: B023
                stream.write(igzip.compress(head + end + block, 1))


def _members(data: bytes) -> list[bytes]:
    """What each member of a gzip file holds."""
    import zlib

    found = []
    while data:
        reader = zlib.decompressobj(wbits=31)
        found.append(reader.decompress(data))
        data = reader.unused_data
    return found


def main() -> None:
    what, source, into, *times = sys.argv[1:]
    if what == "urls":
        urls(Path(source), Path(into))
    else:
        repeat(Path(source), Path(into), int(times[0]))


if __name__ == "__main__":
    main()
