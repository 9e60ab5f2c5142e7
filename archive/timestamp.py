"""RFC 3161 time stamps: requested from a server of the user's choice, checked with OpenSSL."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from archive.errors import ArchiveError
from archive.tools import last_words, require, run

_LARGEST = 1 << 20
_WAIT = 60
"""Seconds for an answer."""

_STATUS = re.compile(r"^Status: (.*)$", re.MULTILINE)
_TIME = re.compile(r"^Time stamp: (.*) GMT$", re.MULTILINE)
_FRACTION = re.compile(r"\.\d+")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp as it was found."""

    moment: datetime
    """The time that it names, UTC."""

    problem: str | None
    """Why it is not right; None when it is, or when no certificate was given to tell."""


def require_server(server: str) -> None:
    """Raises ArchiveError: ``server`` is no address that can be asked, or OpenSSL is not installed."""
    if not server.startswith(("http://", "https://")):
        raise ArchiveError(
            f"{server!r} is not the address of a time stamp server: it must begin with https:// or http://"
        )
    require("openssl")


def stamped(data: bytes, server: str) -> bytes:
    """The reply of the time stamp server at the address ``server``, to which nothing but the SHA-256 of ``data`` goes.

    Raises:
        ArchiveError: it cannot be reached, refuses, or answers something else; OpenSSL is not installed.
    """
    require_server(server)
    digest = sha256(data)
    with tempfile.TemporaryDirectory(prefix="stamp-") as scratch:
        query = Path(scratch, "query.tsq")
        ran = run(["openssl", "ts", "-query", "-digest", digest.hexdigest(), "-sha256", "-cert", "-out", str(query)])
        if ran.returncode:
            raise ArchiveError(f"openssl: {last_words(ran)}")
        reply = _asked(server, query.read_bytes())
    status = _STATUS.search(_text(reply))
    # OpenSSL can tell what a reply is of only when it trusts it.
    if not status or not status[1].startswith("Granted") or digest.digest() not in reply:
        said = status[1] if status else "its answer is not a time stamp"
        raise ArchiveError(f"{server} returned no time stamp for the request: {said}")
    return reply


def _asked(server: str, query: bytes) -> bytes:
    request = Request(server, query, {"Content-Type": "application/timestamp-query"})  # noqa: S310 (checked above)
    try:
        with urlopen(request, timeout=_WAIT) as response:  # noqa: S310
            answer: bytes = response.read(_LARGEST)
    except (URLError, OSError, ValueError) as error:
        raise ArchiveError(f"{server}: {error}") from error
    return answer


def check_stamp(data: bytes, reply: bytes, certificates: Path | None = None) -> Stamp | None:
    """What a reply says of ``data``; None when it is no time stamp.

    It is held against ``certificates`` (PEM) as of the time that it names: it stays right when they run out.

    Raises:
        ArchiveError: OpenSSL is not installed.
    """
    found = _TIME.search(_text(reply))
    try:
        when = datetime.strptime(_FRACTION.sub("", found[1] if found else ""), "%b %d %H:%M:%S %Y")  # noqa: DTZ007
    except ValueError:
        return None
    when = when.replace(tzinfo=timezone.utc)
    if sha256(data).digest() not in reply:
        return Stamp(when, "it is for other data")
    if certificates is None:
        return Stamp(when, None)
    trusted = ["-CAfile", str(certificates.absolute()), "-untrusted", str(certificates.absolute())]
    with tempfile.TemporaryDirectory(prefix="stamp-") as scratch:
        (file := Path(scratch, "reply.tsr")).write_bytes(reply)
        asked = ["-digest", sha256(data).hexdigest(), "-in", str(file), "-attime", str(int(when.timestamp()))]
        ran = run(["openssl", "ts", "-verify", *asked, *trusted])
    is_right = not ran.returncode and "Verification: OK" in ran.stdout + ran.stderr
    return Stamp(when, None if is_right else f"not trusted by the given certificates: {last_words(ran)}")


def certificates_in(reply: bytes) -> str:
    """The certificates that the server sent with its stamp, PEM.

    Raises:
        ArchiveError: there are none, or OpenSSL is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="stamp-") as scratch:
        (file := Path(scratch, "reply.tsr")).write_bytes(reply)
        token = Path(scratch, "token.der")
        run(["openssl", "ts", "-reply", "-in", str(file), "-token_out", "-out", str(token)])
        ran = run(["openssl", "pkcs7", "-inform", "DER", "-in", str(token), "-print_certs"])
    found = re.findall(r"-----BEGIN CERTIFICATE-----\n.*?-----END CERTIFICATE-----\n", ran.stdout, re.DOTALL)
    if not found:
        raise ArchiveError("the time stamp has no certificates")
    return "".join(found)


def _text(reply: bytes) -> str:
    require("openssl")
    with tempfile.TemporaryDirectory(prefix="stamp-") as scratch:
        (file := Path(scratch, "reply.tsr")).write_bytes(reply)
        return run(["openssl", "ts", "-reply", "-in", str(file), "-text"]).stdout
