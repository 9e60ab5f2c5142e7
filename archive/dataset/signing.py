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
from archive.tools import Ran, is_installed, last_words, require, run

SIGNED = ("SHA256SUMS", WARC_SUMS)
GPG, MINISIGN, STAMP, SIGSTORE = ".asc", ".minisig", ".tsr", ".sigstore.json"
DETACHED = frozenset(name + suffix for name in SIGNED for suffix in (GPG, MINISIGN, STAMP, SIGSTORE))
"""Files of a release that SHA256SUMS cannot name."""

LARGEST_LIST = 16 << 20
"""Bytes of a file of the release that is held at once; `SIGNED` are such files."""

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
    """Of the names of its signatures."""

    command: Callable[[Path, Path], list[str]]
    """Of the file and the signature to be written."""


def signer(how: str) -> Signer:
    """``gpg``, ``gpg:KEY`` (as ``--local-user`` takes it) or ``minisign:KEYFILE``.

    Raises:
        ArchiveError: ``how`` is none of these, or the tool or the key file is not there.
    """
    tool, _, key = how.partition(":")
    if tool == "gpg":
        user = ["--local-user", key] if key else []
        fixed = ["gpg", "--batch", "--yes", "--armor", *user]
        found = Signer(GPG, lambda file, output: [*fixed, "--output", str(output), "--detach-sign", str(file)])
    elif tool == "minisign" and key:
        if not Path(key).is_file():
            raise ArchiveError(f"{key}: there is no such key file")
        path = str(Path(key).absolute())
        found = Signer(
            MINISIGN, lambda file, output: ["minisign", "-S", "-s", path, "-x", str(output), "-m", str(file)]
        )
    else:
        raise ArchiveError(f"{how!r}: sign with gpg, gpg:KEY or minisign:KEYFILE")
    require(tool)
    return found


def sign(release: Path, how: Signer) -> list[Path]:
    """Sign the release; the tool asks for a passphrase itself. An older signature is replaced.

    Raises:
        ArchiveError: the tool failed.
        OSError: the signature cannot be written.
    """
    made = []
    with tempfile.TemporaryDirectory(prefix="sign-") as scratch:
        for file in _present(release):
            output = Path(scratch, file.name + how.suffix)
            ran = run(how.command(file, output), interactive=True)
            if ran.returncode or not output.is_file():
                raise ArchiveError(f"{ran.args[0]}: {last_words(ran)}")
            made.append(_put(file, how.suffix, output.read_bytes()))
    return made


def stamp(release: Path, server: str) -> list[Path]:
    """Have the RFC 3161 server at the address ``server`` stamp the release; only digests go there.

    Raises:
        ArchiveError: it cannot be reached, refuses, or answers something else.
        OSError: the stamp cannot be written.
    """
    return [_put(file, STAMP, stamped(file.read_bytes(), server)) for file in _present(release)]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a signature or a time stamp."""

    path: str
    words: str
    is_wrong: bool = False


def check(release: Path, keys: Sequence[Path] = (), certificates: Path | None = None) -> Iterator[Finding]:
    """What signatures and time stamps beside the files of the release say, and whether they are right.

    Args:
        keys: public keys: of GnuPG, as ``gpg --export`` writes them, or of minisign.
        certificates: PEM file with the certificates by which time stamps are trusted.

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
            made = file.with_name(file.name + suffix)
            if made.is_file() and not made.is_symlink():
                yield _too_large(made) or checked(file, made)
            elif missing:
                yield Finding(made.name, missing, True)
        sigstore = file.with_name(file.name + SIGSTORE)
        if sigstore.exists():
            yield Finding(sigstore.name, "signed with sigstore, not checked: use `sigstore verify identity`")


def _by_kind(keys: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The keys of minisign, and those of GnuPG."""
    found: tuple[list[Path], list[Path]] = [], []
    for key in keys:
        try:
            found[not key.read_bytes().startswith(_MINISIGN_KEY)].append(key)
        except OSError as error:
            raise ArchiveError(f"{key}: {error.strerror or error}") from error
    return found


def _too_large(signature: Path) -> Finding | None:
    """What is said in place of reading it, by the tools too."""
    if signature.stat().st_size <= _LARGEST_SIGNATURE:
        return None
    return Finding(signature.name, f"not read: it is larger than {_LARGEST_SIGNATURE >> 20} MB", True)


def _check_gpg(file: Path, signature: Path, keys: Sequence[Path]) -> Finding:
    if not is_installed("gpg"):
        return Finding(signature.name, "signed, not checked: gpg is not installed", bool(keys))
    # A keyring of its own: what the user trusts for other things says nothing here.
    with tempfile.TemporaryDirectory(prefix="gpg-") as home:
        gpg = ["gpg", "--homedir", home, "--batch", "--no-autostart", "--status-fd", "1"]
        for key in keys:
            if (ran := run([*gpg, "--import", str(key)])).returncode:
                raise ArchiveError(f"{key}: not a GnuPG key: {last_words(ran)}")
        ran = run([*gpg, "--trust-model", "always", "--verify", str(signature), str(file)])
        unknown = _NO_KEY.search(ran.stdout)
        if signers := _signers(ran):
            return Finding(signature.name, f"signed by {', '.join(signers)}")
        if unknown:
            if not keys:
                return Finding(signature.name, f"signed by the key {unknown[1]}, not checked: no key given (--key)")
            return Finding(signature.name, f"signed by the key {unknown[1]}, which is not the given one", True)
        return Finding(signature.name, f"not a valid signature: {last_words(ran)}", True)


def _signers(ran: Ran) -> list[str]:
    """By whom there are good signatures, when the others, if any, are by keys that were not given."""
    parts = [part for part in ran.stdout.split(_NEXT)[1:] if not _NO_KEY.search(part)]
    found = [(_GOOD.search(part), _VALID.search(part)) for part in parts]
    if _AMISS.search(ran.stdout) or (ran.returncode and not _NO_KEY.search(ran.stdout)):
        return []
    signers = [f"{good[1]} ({valid[1]})" for good, valid in found if good and valid]
    return signers if len(signers) == len(parts) else []


def _check_minisign(file: Path, signature: Path, keys: Sequence[Path]) -> Finding:
    if not keys:
        words = f"signed by the key {_minisign_key(signature)}, not checked: no key given (--key)"
        return Finding(signature.name, words)
    problem = ""
    for key in keys:
        ran = run(["minisign", "-V", "-p", str(key), "-x", str(signature), "-m", str(file)])
        if not ran.returncode:
            return Finding(signature.name, f"signed by the key {_minisign_key(signature)} of {key.name}")
        problem = last_words(ran)
    return Finding(signature.name, f"not a valid signature: {problem}", True)


def _minisign_key(signature: Path) -> str:
    """The id of the key, from the second line of a signature: 2 bytes of algorithm, 8 of id, little end first."""
    try:
        data = base64.b64decode(signature.read_bytes()[: 1 << 12].splitlines()[1])
    except (ValueError, IndexError):
        return "?"
    return data[2:10][::-1].hex().upper()


def _check_stamp(file: Path, made: Path, certificates: Path | None) -> Finding:
    if not is_installed("openssl"):
        return Finding(made.name, "time stamp, not checked: openssl is not installed", certificates is not None)
    found = check_stamp(file.read_bytes(), made.read_bytes(), certificates)
    if found is None:
        return Finding(made.name, "no time stamp", True)
    said = f"time stamp of {found.moment:%Y-%m-%dT%H:%M:%SZ}"
    if found.problem:
        return Finding(made.name, f"{said}: {found.problem}", True)
    if certificates is None:
        return Finding(made.name, f"{said}, not checked: no certificate given (--certificate)")
    return Finding(made.name, f"{said}, trusted by the given certificates")


def _present(release: Path) -> list[Path]:
    return [path for name in SIGNED if (path := release.absolute() / name).is_file() and not path.is_symlink()]


def _put(file: Path, suffix: str, data: bytes) -> Path:
    target = file.with_name(file.name + suffix)
    with replacing(target) as stream:
        stream.write(data)
    return target
