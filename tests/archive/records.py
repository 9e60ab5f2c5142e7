"""Records and files of WARC, written byte by byte, their index, and the commands of the archive."""

from __future__ import annotations

import gzip

from archive.cdxj import build_index, index_path, named_files, warc_files
from archive.cdxj.files import manifest_path
from archive.warc.record import new_record_id
from tests.archive.foreign import scrapy
from tests.starter import ROOT


def record(
    uri, body=b"<title>A page</title>", date="2026-01-02T03:04:05.678901Z", head=None, kind="response", **fields
):
    """One WARC record as bytes."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" if head is None else head
    content_type = fields.pop("Content_Type", "application/http;msgtype=response")
    named = {"WARC-Type": kind, "WARC-Record-ID": new_record_id(), "WARC-Date": date, "Content-Type": content_type}
    named |= {"WARC-Target-URI": uri} if uri else {}
    named |= {name.replace("_", "-"): value for name, value in fields.items()}
    block = head + body
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"WARC/1.0\r\n{lines}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def write(path, *records):
    """A WARC file, gzip per record when its name says so."""
    path.write_bytes(b"".join(map(gzip.compress, records) if path.name.endswith(".gz") else records))
    return path


def index_of(*paths):
    """The lines of a fresh index."""
    output = paths[0].parent / "fresh.cdxj"
    build_index(named_files(paths), output)
    return output.read_text().splitlines()


def command(*arguments, cwd=ROOT):
    return scrapy(cwd, *arguments)


def refresh(folder):
    """The names read and reused, after making sure that the index is what a fresh one would be."""
    output = index_path(folder)
    result = build_index(warc_files(folder), output)
    fresh = folder.parent / "fresh.cdxj"
    manifest_path(fresh).unlink(missing_ok=True)
    build_index(warc_files(folder), fresh)
    assert output.read_bytes() == fresh.read_bytes()
    assert result.lines == len(output.read_bytes().splitlines())
    return result.read, result.reused


GOOD = [gzip.compress(record(f"http://a.example/{number}")) for number in range(3)]


def head(status="200 OK", **fields):
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode()


HTML = head(Content_Type="text/html; charset=utf-8")


def revisit(uri, date, refers_to, refers_date, *, digest=None, block=HTML):
    profile = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    fields = {"WARC_Refers_To_Target_URI": refers_to, "WARC_Refers_To_Date": refers_date, "WARC_Profile": profile}
    return record(uri, b"", date, block, "revisit", **fields, **({"WARC_Payload_Digest": digest} if digest else {}))
