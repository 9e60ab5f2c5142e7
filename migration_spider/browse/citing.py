"""How to cite a story: as text, for BibTeX, for reference managers, and as an archived page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

PORTAL = "United Nations Network on Migration"

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNRESERVED = re.compile(r"[^A-Za-z0-9._~-]+")
_TEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_TEX |= {sign: f"\\{sign}" for sign in "{}#$%&_"}


@dataclass(frozen=True, slots=True)
class Work:
    """The cited work: an item, and the collection that it was read from."""

    id: str
    title: str
    authors: Sequence[str]
    """Publishers that the page names, or `PORTAL` if it names none."""

    date: str | None
    """Date of publication, ISO 8601."""

    language: str
    url: str
    seen: str | None
    """UTC time of the capture, ISO 8601 with Z."""

    archived: str | None
    """Address of the archived response."""

    collection: str
    """Name of the collection: ``Release 2026-11-26``."""

    archive: str
    """Name of the archive, which is that of the dataset (``migrationnetwork-news``)."""


def text(work: Work) -> str:
    """The citation as text, in the order author, year, title, place, day of the capture."""
    when = work.date[:4] if work.date else "n.d."
    seen = f" Archived {work.seen[:10]}" if work.seen else ""
    urn = pwid(work)
    proof = f"{seen}, {urn}." if urn else f"{seen}." if seen else ""
    dot = "" if work.title[-1:] in ".!?。؟…" else "."
    return f"{_names(work.authors)} ({when}). {work.title}{dot} {PORTAL}. {work.url}.{proof} {work.collection}."


def bibtex(work: Work) -> str:
    """An entry ``@misc`` in UTF-8, for biber and newer versions of BibTeX."""
    fields = {
        "title": f"{{{_tex(work.title)}}}",
        "author": " and ".join(f"{{{_tex(name)}}}" for name in work.authors),
        "year": (work.date or "")[:4],
        "month": (work.date or "")[5:7].lstrip("0"),
        "howpublished": _tex(PORTAL),
        "url": _address(work.url),
        "urldate": (work.seen or "")[:10],
        "language": _tex(work.language),
        "note": _tex("; ".join(part for part in (work.collection, pwid(work)) if part)),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    key = _UNRESERVED.sub("-", f"migrationnetwork-{work.id}")
    return "\n".join([f"@misc{{{key},", *lines, "}"]) + "\n"


def ris(work: Work) -> str:
    """A RIS record for reference managers."""
    lines = [
        ("TY", "ELEC"),
        *(("AU", name) for name in work.authors),
        ("TI", work.title),
        ("PB", PORTAL),
        ("PY", (work.date or "")[:4]),
        ("DA", (work.date or "").replace("-", "/")),
        ("LA", work.language),
        ("UR", work.url),
        ("Y2", (work.seen or "")[:10].replace("-", "/")),
        ("ID", work.id),
        ("N1", "; ".join(part for part in (work.collection, pwid(work)) if part)),
    ]
    return "".join(f"{tag}  - {_line(value)}\r\n" for tag, value in lines if value) + "ER  - \r\n"


def csl(work: Work) -> dict[str, Any]:
    """An item of CSL-JSON (citeproc)."""
    entry: dict[str, Any] = {
        "id": work.id,
        "type": "webpage",
        "title": work.title,
        "author": [{"literal": name} for name in work.authors],
        "container-title": PORTAL,
        "URL": work.url,
        "language": work.language,
        "archive": work.archive,
        "archive_location": pwid(work),
        "note": work.collection,
    }
    for name, day in (("issued", work.date), ("accessed", work.seen)):
        if day and _DAY.fullmatch(day[:10]):
            entry[name] = {"date-parts": [[int(part) for part in day[:10].split("-")]]}
    return {name: value for name, value in entry.items() if value}


def pwid(work: Work) -> str | None:
    """The PWID URN of the archived page, if any.

    URN namespace ``pwid`` as registered with IANA on 2022-11-15: archive, UTC time, kind (a page), address. Characters
    that are not allowed in a URN (RFC 8141, section 2) are escaped in the address.
    """
    if not (work.seen and work.archived):
        return None
    name = _UNRESERVED.sub("-", work.archive) or "archive"
    return f"urn:pwid:{name}:{work.seen[:19]}Z:page:{_address(work.archived)}"


def _names(names: Sequence[str]) -> str:
    return "; ".join(names)


def _address(url: str) -> str:
    """``url`` with the characters escaped that end a URN, or a group of TeX."""
    return quote(url, safe=":/@!$&'()*+,;=~%-._")


def _line(value: str) -> str:
    return " ".join(value.split())


def _tex(value: str) -> str:
    return "".join(_TEX.get(sign, sign) for sign in _line(value))
