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
from archive.tools import error_line, require, run

_LARGEST = 1 << 20
_WAIT = 60
"""Seconds to wait for a reply."""

_STATUS = re.compile(r"^Status: (.*)$", re.MULTILINE)
_TIME = re.compile(r"^Time stamp: (.*) GMT$", re.MULTILINE)
_FRACTION = re.compile(r"\.\d+")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A parsed time stamp."""

    moment: datetime
    """The time that it certifies, UTC."""

    problem: str | None
    """Why it is not valid; None if it is, or if no certificates were given."""


def require_server(server: str) -> None:
    """Raise ArchiveError if ``server`` is not a web address, or OpenSSL is not installed."""
    if not server.startswith(("http://", "https://")):
        raise ArchiveError(
            f"{server!r} is not the address of a time stamp server: it must begin with https:// or http://"
        )
    require("openssl")


def stamped(data: bytes, server: str) -> bytes:
    """Return the reply of the time stamp server at the address ``server``, which only receives the SHA-256 of ``data``.

    Raises:
        ArchiveError: it cannot be reached, refuses, or sends an invalid reply; OpenSSL is not installed.
    """
    require_server(server)
    digest = sha256(data)
    with tempfile.TemporaryDirectory(prefix="stamp-") as scratch:
        query = Path(scratch, "query.tsq")
        result = run(["openssl", "ts", "-query", "-digest", digest.hexdigest(), "-sha256", "-cert", "-out", str(query)])
        if result.returncode:
            raise ArchiveError(f"openssl: {error_line(result)}")
        reply = _post(server, query.read_bytes())
    status = _STATUS.search(_text(reply))
    # OpenSSL compares a reply with the request only if it trusts the certificates, so the digest is searched for.
    if not status or not status[1].startswith("Granted") or digest.digest() not in reply:
        reason = status[1] if status else "its answer is not a time stamp"
        raise ArchiveError(f"{server} returned no time stamp for the request: {reason}")
    return reply


def _post(server: str, query: bytes) -> bytes:
    request = Request(server, query, {"Content-Type": "application/timestamp-query"})  # noqa: S310 (checked above)
    try:
        with urlopen(request, timeout=_WAIT) as response:  # noqa: S310
            answer: bytes = response.read(_LARGEST)
    except (URLError, OSError, ValueError) as error:
        raise ArchiveError(f"{server}: {error}") from error
    return answer


def check_stamp(data: bytes, reply: bytes, certificates: Path | None = None) -> Stamp | None:
    """Check a reply for ``data``; return None if it is not a time stamp.

    It is verified with ``certificates`` (PEM) as of the time that it certifies, so it remains valid after they expire.

    Raises:
        ArchiveError: OpenSSL is not installed.
    """
    match = _TIME.search(_text(reply))
    try:
        moment = datetime.strptime(_FRACTION.sub("", match[1] if match else ""), "%b %d %H:%M:%S %Y")  # noqa: DTZ007
    except ValueError:
        return None
    moment = moment.replace(tzinfo=timezone.utc)
    if sha256(data).digest() not in reply:
        return Stamp(moment, "it is for other data")
    if certificates is None:
        return Stamp(moment, None)
    trusted = ["-CAfile", str(certificates.absolute()), "-untrusted", str(certificates.absolute())]
    with tempfile.TemporaryDirectory(prefix="stamp-") as scratch:
        (file := Path(scratch, "reply.tsr")).write_bytes(reply)
        options = ["-digest", sha256(data).hexdigest(), "-in", str(file), "-attime", str(int(moment.timestamp()))]
        result = run(["openssl", "ts", "-verify", *options, *trusted])
    is_right = not result.returncode and "Verification: OK" in result.stdout + result.stderr
    return Stamp(moment, None if is_right else f"not trusted by the given certificates: {error_line(result)}")


def certificates_in(reply: bytes) -> str:
    """Return the certificates that the server sent with its stamp, as PEM.

    Raises:
        ArchiveError: there are none, or OpenSSL is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="stamp-") as scratch:
        (file := Path(scratch, "reply.tsr")).write_bytes(reply)
        token = Path(scratch, "token.der")
        run(["openssl", "ts", "-reply", "-in", str(file), "-token_out", "-out", str(token)])
        result = run(["openssl", "pkcs7", "-inform", "DER", "-in", str(token), "-print_certs"])
    certificates = re.findall(r"-----BEGIN CERTIFICATE-----\n.*?-----END CERTIFICATE-----\n", result.stdout, re.DOTALL)
    if not certificates:
        raise ArchiveError("the time stamp has no certificates")
    return "".join(certificates)


def _text(reply: bytes) -> str:
    require("openssl")
    with tempfile.TemporaryDirectory(prefix="stamp-") as scratch:
        (file := Path(scratch, "reply.tsr")).write_bytes(reply)
        return run(["openssl", "ts", "-reply", "-in", str(file), "-text"]).stdout
