"""Signs WACZ files and checks their signatures (https://specs.webrecorder.net/wacz-auth/0.1.0/).

The signed text is the hash of ``datapackage.json`` (``sha256:<hex>``), which has the digests of all other files. An
anonymous signature contains its public key; it does not say who owns the key. A signature for a domain contains the
certificate of the domain, and a time stamp shows that the signature was made while the certificate was valid.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from archive.errors import ArchiveError
from archive.timestamp import certificates_in, check_stamp, stamped

VERSION = "0.1.0"
_ALGORITHM = ec.ECDSA(SHA256())
_NEAR = timedelta(minutes=10)
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)


@dataclass(frozen=True, slots=True)
class Key:
    """The key, certificates and time stamp server for signing a WACZ file."""

    private: ec.EllipticCurvePrivateKey
    chain: Sequence[x509.Certificate] = ()
    """Certificates of the domain, with that of the key first; none for an anonymous signature."""

    server: str | None = None
    """Address of an RFC 3161 server; a signature of a domain needs its time stamp."""


def read_key(key: Path, certificates: Path | None = None, server: str | None = None) -> Key:
    """Read the key in the PEM file ``key``, and optionally the certificates of a domain.

    Raises:
        ArchiveError: they cannot be read or do not match, or there are certificates without a ``server``.
    """
    private = _loaded(key, lambda data: load_pem_private_key(data, None))
    if certificates is None:
        # ReplayWeb.page supports only this type, which ArchiveWeb.page makes.
        if not (isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(private.curve, ec.SECP384R1)):
            command = "openssl ecparam -name secp384r1 -genkey -noout -out key.pem"
            raise ArchiveError(f"{key}: the key must be on the curve P-384; to make one: {command}")
        return Key(private)
    chain = _loaded(certificates, x509.load_pem_x509_certificates)
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.public_key() != chain[0].public_key():
        raise ArchiveError(f"{key} is not the ECDSA key of the first certificate of {certificates}")
    if server is None:
        raise ArchiveError("a signature for a domain needs a time stamp: name a server with --timestamp")
    return Key(private, chain, server)


def signed_data(hash_: str, created: str, software: str, key: Key) -> dict[str, str]:
    """Return the ``signedData`` of ``datapackage-digest.json``.

    Raises:
        ArchiveError: the time stamp server cannot be reached, or returns none.
    """
    data = {"hash": hash_, "created": created, "software": software, "version": VERSION}
    signature = key.private.sign(hash_.encode("ascii"), _ALGORITHM)
    if not key.chain:
        size = (key.private.key_size + 7) // 8
        raw = b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(signature))
        return {**data, "signature": _text(raw), "publicKey": _text(_spki(key.private.public_key()))}
    text = _text(signature)
    reply = stamped(text.encode("ascii"), key.server or "")
    stamp_certificates = x509.load_pem_x509_certificates(certificates_in(reply).encode("ascii"))
    return {
        **data,
        "signature": text,
        "domain": next(iter(_domains(key.chain[0])), ""),
        "domainCert": _pem(key.chain),
        "timeSignature": _text(reply),
        # The signing certificate comes first.
        "timestampCert": _pem(sorted(stamp_certificates, key=lambda certificate: not _stamps(certificate))),
    }


@dataclass(frozen=True, slots=True)
class Signed:
    """The result of checking a signature."""

    words: str
    is_wrong: bool = False


def check_signed(
    signed: Mapping[str, Any], hash_: str, created: str | None, keys: Sequence[Path] = (), trusted: Path | None = None
) -> Signed:
    """Check ``signedData`` for a package with the hash and the time of ``datapackage.json``.

    Args:
        keys: PEM files of public keys, one of which must have made an anonymous signature.
        trusted: PEM file with the trusted certificates for a domain and its time stamp.

    Raises:
        ArchiveError: a key or a certificate cannot be read, or OpenSSL is not installed.
    """
    if signed.get("hash") != hash_:
        return Signed("it is for another datapackage.json", True)
    if created is not None and signed.get("created") != created:
        return Signed("its time is not that of the package", True)
    try:
        if isinstance(signed.get("domainCert"), str):
            return _check_domain(signed, hash_, trusted)
        public = load_der_public_key(base64.b64decode(signed["publicKey"]))
        if not _verifies(public, signed["signature"], hash_):
            return Signed("it does not match the package", True)
    except (KeyError, *_UNREADABLE) as error:
        return Signed(f"it cannot be read: {error!r}", True)
    fingerprint = sha256(_spki(public)).hexdigest()
    if not keys:
        return Signed(f"signed by the public key with the SHA-256 {fingerprint}; no key was given to compare it with")
    if _spki(public) in [_spki(_loaded(key, load_pem_public_key)) for key in keys]:
        return Signed(f"signed by the given key, with the SHA-256 {fingerprint}")
    return Signed(f"signed by the public key with the SHA-256 {fingerprint}, which is not the given one", True)


def is_pem_key(path: Path) -> bool:
    """Whether a file has a public key in the format of this module, and not one of GnuPG or minisign."""
    try:
        with path.open("rb") as stream:
            return stream.read(64).startswith(b"-----BEGIN PUBLIC KEY-----")
    except OSError:
        return False


def _check_domain(signed: Mapping[str, Any], hash_: str, trusted: Path | None) -> Signed:
    chain = x509.load_pem_x509_certificates(signed["domainCert"].encode("ascii"))
    domain, created = signed["domain"], _moment(signed["created"])
    if not _verifies(chain[0].public_key(), signed["signature"], hash_):
        return Signed("it does not match its certificate", True)
    if domain not in _domains(chain[0]):
        return Signed(f"its certificate is not for {domain!r}", True)
    stamp = check_stamp(signed["signature"].encode("ascii"), base64.b64decode(signed["timeSignature"]), trusted)
    if stamp is None or stamp.problem:
        return Signed(f"its time stamp: {stamp.problem if stamp else 'there is none'}", True)
    if abs(stamp.moment - created) > _NEAR:
        return Signed("its time stamp differs from its time by more than ten minutes", True)
    words = f"signed for {domain} at {signed['created']}, with a time stamp"
    if trusted is None:
        return Signed(f"{words}; its certificates were not checked, because none were given (--certificate)")
    roots = _loaded(trusted, x509.load_pem_x509_certificates)
    # As of the time of the signature, which the stamp certifies: certificates of domains expire soon.
    builder = PolicyBuilder().store(Store(roots)).time(created.replace(tzinfo=None))
    try:
        builder.build_server_verifier(x509.DNSName(domain)).verify(chain[0], chain[1:])
    except VerificationError as error:
        return Signed(f"{words}, but not trusted by the given certificates: {error}", True)
    return Signed(f"{words}, trusted by the given certificates")


def _verifies(public: Any, signature: str, hash_: str) -> bool:
    """Whether ``signature`` is valid; signatures are encoded in DER, or as two plain numbers."""
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise ValueError("not an ECDSA key")  # noqa: TRY004 (the error is in the input, not in the caller)
    raw = base64.b64decode(signature)
    size = (public.key_size + 7) // 8
    if len(raw) == 2 * size:
        raw = encode_dss_signature(int.from_bytes(raw[:size], "big"), int.from_bytes(raw[size:], "big"))
    try:
        public.verify(raw, hash_.encode("ascii"), _ALGORITHM)
    except InvalidSignature:
        return False
    return True


def _domains(certificate: x509.Certificate) -> list[str]:
    names = [str(name.value) for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    try:
        listed = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return names
    return [*names, *listed.get_values_for_type(x509.DNSName)]


def _stamps(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in usage


def _moment(text: str) -> datetime:
    return datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)


def _loaded(path: Path, load: Any) -> Any:
    try:
        return load(path.read_bytes())
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror or error}") from error
    except _UNREADABLE as error:
        raise ArchiveError(
            f"{path}: not a key or certificate of the right kind (PEM, not encrypted): {error}"
        ) from error


def _spki(public: Any) -> bytes:
    data: bytes = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return data


def _pem(chain: Sequence[x509.Certificate]) -> str:
    return "".join(certificate.public_bytes(Encoding.PEM).decode("ascii") for certificate in chain)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
