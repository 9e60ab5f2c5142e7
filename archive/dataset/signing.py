"""Signs a release with detached signatures and time stamps, and checks them, with the usual tools.

The signed files are SHA256SUMS, which has the digests of all other files, and the list of digests of the WARC files,
which may be stored elsewhere. GnuPG and minisign make signatures, OpenSSL makes RFC 3161 time stamps. The signature
files are next to the signed file and are not in its list.
"""

from __future__ import annotations

import base64
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from archive.dataset.proofs import WARC_SUMS
from archive.disk import replacing
from archive.errors import ArchiveError
from archive.timestamp import check_stamp, stamped
from archive.tools import Result, error_line, is_installed, require, run

SIGNED = ("SHA256SUMS", WARC_SUMS)
GPG, MINISIGN, STAMP, SIGSTORE = ".asc", ".minisig", ".tsr", ".sigstore.json"
DETACHED = frozenset(name + suffix for name in SIGNED for suffix in (GPG, MINISIGN, STAMP, SIGSTORE))
"""Files of a release that SHA256SUMS cannot name."""

LARGEST_LIST = 16 << 20
"""Bytes of a file of the release that is read into memory, as `SIGNED` are."""

_LARGEST_SIGNATURE = 1 << 20

_MINISIGN_KEY = b"untrusted comment:"
_GOOD = re.compile(r"^\[GNUPG:\] GOODSIG \S+ (.*)$", re.MULTILINE)
_VALID = re.compile(r"^\[GNUPG:\] VALIDSIG ([0-9A-F]+)", re.MULTILINE)
_NO_KEY = re.compile(r"^\[GNUPG:\] ERRSIG ([0-9A-F]+)", re.MULTILINE)
_NEXT = "[GNUPG:] NEWSIG"
_AMISS = re.compile(r"^\[GNUPG:\] (BADSIG|NODATA|UNEXPECTED|PLAINTEXT|ERROR)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Signer:
    """A tool that signs."""

    suffix: str
    """Suffix of its signature files."""

    command: Callable[[Path, Path], list[str]]
    """Called with the file and the path of the signature, returns the command line."""


def signer(how: str) -> Signer:
    """Return the signer named ``gpg``, ``gpg:KEY`` (a value of ``--local-user``) or ``minisign:KEYFILE``.

    Raises:
        ArchiveError: ``how`` is none of these, or the tool or the key file is missing.
    """
    tool, _, key = how.partition(":")
    if tool == "gpg":
        user = ["--local-user", key] if key else []
        fixed = ["gpg", "--batch", "--yes", "--armor", *user]
        result = Signer(GPG, lambda file, output: [*fixed, "--output", str(output), "--detach-sign", str(file)])
    elif tool == "minisign" and key:
        if not Path(key).is_file():
            raise ArchiveError(f"{key}: there is no such key file")
        path = str(Path(key).absolute())
        result = Signer(
            MINISIGN, lambda file, output: ["minisign", "-S", "-s", path, "-x", str(output), "-m", str(file)]
        )
    else:
        raise ArchiveError(f"{how!r}: sign with gpg, gpg:KEY or minisign:KEYFILE")
    require(tool)
    return result


def sign(release: Path, how: Signer) -> list[Path]:
    """Sign the release; the tool prompts for a passphrase. Older signatures are replaced.

    Raises:
        ArchiveError: the tool failed.
        OSError: the signature cannot be written.
    """
    signatures = []
    with tempfile.TemporaryDirectory(prefix="sign-") as scratch:
        for file in _present(release):
            output = Path(scratch, file.name + how.suffix)
            result = run(how.command(file, output), interactive=True)
            if result.returncode or not output.is_file():
                raise ArchiveError(f"{result.args[0]}: {error_line(result)}")
            signatures.append(_put(file, how.suffix, output.read_bytes()))
    return signatures


def stamp(release: Path, server: str) -> list[Path]:
    """Get time stamps for the release from the RFC 3161 server at ``server``, which receives only digests.

    Raises:
        ArchiveError: it cannot be reached, refuses, or sends an invalid reply.
        OSError: the stamp cannot be written.
    """
    return [_put(file, STAMP, stamped(file.read_bytes(), server)) for file in _present(release)]


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of checking a signature or a time stamp."""

    path: str
    words: str
    is_wrong: bool = False


def check(release: Path, keys: Sequence[Path] = (), certificates: Path | None = None) -> Iterator[Finding]:
    """Yield the findings on the signatures and time stamps beside the files of the release.

    Args:
        keys: public keys of GnuPG, in the format of ``gpg --export``, or of minisign.
        certificates: PEM file with the trusted certificates of time stamp servers.

    Raises:
        ArchiveError: a key cannot be read, or a tool is not installed.
    """
    of_minisign, of_gpg = _by_kind(keys)
    no_signature = "a key was given, but there is no signature of this kind"
    checks = (
        (GPG, partial(_check_gpg, keys=of_gpg), no_signature if of_gpg else None),
        (MINISIGN, partial(_check_minisign, keys=of_minisign), no_signature if of_minisign else None),
        (
            STAMP,
            partial(_check_stamp, certificates=certificates),
            "certificates were given, but there is no time stamp" if certificates else None,
        ),
    )
    for file in _present(release):
        if file.stat().st_size > LARGEST_LIST:
            yield Finding(file.name, f"not checked: it is larger than {LARGEST_LIST >> 20} MB", True)
            continue
        for suffix, checked, missing in checks:
            signature = file.with_name(file.name + suffix)
            if signature.is_file() and not signature.is_symlink():
                yield _too_large(signature) or checked(file, signature)
            elif missing:
                yield Finding(signature.name, missing, True)
        sigstore = file.with_name(file.name + SIGSTORE)
        if sigstore.exists():
            yield Finding(sigstore.name, "signed with sigstore, not checked: use `sigstore verify identity`")


def _by_kind(keys: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Return (keys of minisign, keys of GnuPG)."""
    kinds: tuple[list[Path], list[Path]] = [], []
    for key in keys:
        try:
            kinds[not key.read_bytes().startswith(_MINISIGN_KEY)].append(key)
        except OSError as error:
            raise ArchiveError(f"{key}: {error.strerror or error}") from error
    return kinds


def _too_large(signature: Path) -> Finding | None:
    """Return a finding if the signature is too large to be read, by the tools too, else None."""
    if signature.stat().st_size <= _LARGEST_SIGNATURE:
        return None
    return Finding(signature.name, f"not read: it is larger than {_LARGEST_SIGNATURE >> 20} MB", True)


def _check_gpg(file: Path, signature: Path, keys: Sequence[Path]) -> Finding:
    if not is_installed("gpg"):
        return Finding(signature.name, "signed, not checked: gpg is not installed", bool(keys))
    # A temporary keyring: the user's trusted keys must not count here.
    with tempfile.TemporaryDirectory(prefix="gpg-") as home:
        gpg = ["gpg", "--homedir", home, "--batch", "--no-autostart", "--status-fd", "1"]
        for key in keys:
            if (result := run([*gpg, "--import", str(key)])).returncode:
                raise ArchiveError(f"{key}: not a GnuPG key: {error_line(result)}")
        result = run([*gpg, "--trust-model", "always", "--verify", str(signature), str(file)])
        unknown = _NO_KEY.search(result.stdout)
        if signers := _signers(result):
            return Finding(signature.name, f"signed by {', '.join(signers)}")
        if unknown:
            if not keys:
                return Finding(signature.name, f"signed by the key {unknown[1]}, not checked: no key given (--key)")
            return Finding(signature.name, f"signed by the key {unknown[1]}, which is not the given one", True)
        return Finding(signature.name, f"not a valid signature: {error_line(result)}", True)


def _signers(result: Result) -> list[str]:
    """Return the signers, if all signatures are valid except those by keys that were not given."""
    parts = [part for part in result.stdout.split(_NEXT)[1:] if not _NO_KEY.search(part)]
    matches = [(_GOOD.search(part), _VALID.search(part)) for part in parts]
    if _AMISS.search(result.stdout) or (result.returncode and not _NO_KEY.search(result.stdout)):
        return []
    signers = [f"{good[1]} ({valid[1]})" for good, valid in matches if good and valid]
    return signers if len(signers) == len(parts) else []


def _check_minisign(file: Path, signature: Path, keys: Sequence[Path]) -> Finding:
    if not keys:
        words = f"signed by the key {_minisign_key(signature)}, not checked: no key given (--key)"
        return Finding(signature.name, words)
    problem = ""
    for key in keys:
        result = run(["minisign", "-V", "-p", str(key), "-x", str(signature), "-m", str(file)])
        if not result.returncode:
            return Finding(signature.name, f"signed by the key {_minisign_key(signature)} of {key.name}")
        problem = error_line(result)
    return Finding(signature.name, f"not a valid signature: {problem}", True)


def _minisign_key(signature: Path) -> str:
    """Return the id of the key, from the second line of a signature: 2 bytes algorithm, 8 bytes id, little-endian."""
    try:
        data = base64.b64decode(signature.read_bytes()[: 1 << 12].splitlines()[1])
    except (ValueError, IndexError):
        return "?"
    return data[2:10][::-1].hex().upper()


def _check_stamp(file: Path, signature: Path, certificates: Path | None) -> Finding:
    if not is_installed("openssl"):
        return Finding(signature.name, "time stamp, not checked: openssl is not installed", certificates is not None)
    result = check_stamp(file.read_bytes(), signature.read_bytes(), certificates)
    if result is None:
        return Finding(signature.name, "no time stamp", True)
    description = f"time stamp of {result.moment:%Y-%m-%dT%H:%M:%SZ}"
    if result.problem:
        return Finding(signature.name, f"{description}: {result.problem}", True)
    if certificates is None:
        return Finding(signature.name, f"{description}, not checked: no certificate given (--certificate)")
    return Finding(signature.name, f"{description}, trusted by the given certificates")


def _present(release: Path) -> list[Path]:
    return [path for name in SIGNED if (path := release.absolute() / name).is_file() and not path.is_symlink()]


def _put(file: Path, suffix: str, data: bytes) -> Path:
    target = file.with_name(file.name + suffix)
    with replacing(target) as stream:
        stream.write(data)
    return target
