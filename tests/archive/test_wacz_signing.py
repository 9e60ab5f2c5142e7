"""Signed packages (wacz-auth 0.1.0): what is written, and that only what is right passes."""

import base64
import json
import subprocess
import zipfile
from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from archive import ArchiveError
from archive.cdxj import named_files
from archive.wacz import read_key, write_wacz
from archive.wacz.reading import WaczFile
from archive.wacz.signing import check_signed, signed_data
from tests.archive.records import command, record, write
from tests.time_stamps import needs, running

HASH = "sha256:" + "0" * 64


@pytest.fixture
def warc(tmp_path):
    return write(tmp_path / "a.warc.gz", record("http://a.example/"))


def saved(path, key):
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = path.with_suffix(".pub")
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path, public


@pytest.fixture
def anonymous(tmp_path):
    """(private, public) key of an anonymous signature."""
    return saved(tmp_path / "anonymous.pem", ec.generate_private_key(ec.SECP384R1()))


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, key, issuer, issuer_key, *, is_ca):
    """As certificates of the web are."""
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
            "crl_sign",
        ),
        False,
    )
    builder = (
        x509.CertificateBuilder(name(issuer), name(subject), key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=not is_ca, key_cert_sign=is_ca, **usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not is_ca:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(issuer_key, SHA256()).public_bytes(Encoding.PEM)


@pytest.fixture(autouse=True, scope="module")
def clock():
    """A package is stamped soon after it was made: the time of making is that of these tests, not of their import."""
    global NOW, CREATED
    NOW = datetime.now(timezone.utc)
    CREATED = f"{NOW:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def domain(tmp_path):
    """(private key, certificates, certificate of the authority) of archive.example."""
    root_key, own_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    (tmp_path / "root.pem").write_bytes(certificate("Root", root_key, "Root", root_key, is_ca=True))
    (tmp_path / "own.pem").write_bytes(certificate("archive.example", own_key, "Root", root_key, is_ca=False))
    return saved(tmp_path / "own.key", own_key)[0], tmp_path / "own.pem", tmp_path / "root.pem"


def checked(said, keys=(), trusted=None, hash_=HASH, created=None):
    found = check_signed(said, hash_, created or CREATED, keys, trusted)
    return found.is_wrong, found.words


def test_an_anonymous_signature_as_openssl_reads_it(anonymous, tmp_path):
    needs("openssl")
    private, public = anonymous
    said = signed_data(HASH, CREATED, "test", read_key(private))
    assert {*said} == {"hash", "created", "software", "version", "signature", "publicKey"}
    raw = base64.b64decode(said["signature"])
    assert 96 == len(raw), "two numbers of P-384, as the Web Cryptography API writes them"
    numbers = (int.from_bytes(raw[:48], "big"), int.from_bytes(raw[48:], "big"))
    (tmp_path / "s.der").write_bytes(encode_dss_signature(*numbers))
    (tmp_path / "hash").write_text(HASH)
    ran = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", public, "-signature", tmp_path / "s.der", tmp_path / "hash"],
        capture_output=True,
        check=False,
    )
    assert ran.stdout == b"Verified OK\n"
    assert (False, True) == (checked(said, [public])[0], "by the given key" in checked(said, [public])[1])
    assert "no key was given to compare" in checked(said)[1]


def test_what_does_not_fit_is_wrong(anonymous, tmp_path):
    private, public = anonymous
    said = signed_data(HASH, CREATED, "test", read_key(private))
    other = signed_data("sha256:" + "1" * 64, CREATED, "test", read_key(private))
    _, stranger = saved(tmp_path / "stranger.pem", ec.generate_private_key(ec.SECP384R1()))
    for wrong, says in (
        (other, "another datapackage.json"),
        ({**said, "signature": other["signature"]}, "does not match"),
        ({**said, "created": "2020-01-01T00:00:00Z"}, "not that of the package"),
        ({**said, "publicKey": "AAAA"}, "cannot be read"),
        ({**said, "signature": 3}, "cannot be read"),
        ({"hash": HASH, "created": CREATED}, "cannot be read"),
    ):
        is_wrong, words = checked(wrong, [public])
        assert (is_wrong, says in words) == (True, True), words
    assert checked(said, [stranger])[0]
    assert not checked(said, [stranger, public])[0]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    with running(tmp_path_factory.mktemp("tsa")) as server:
        yield server


def test_a_signature_of_a_domain(domain, authority, tmp_path):
    key, chain, root = domain
    address, tsa, _ = authority
    said = signed_data(HASH, CREATED, "test", read_key(key, chain, address))
    assert said["domain"] == "archive.example"
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(root.read_bytes() + (tsa / "ca.pem").read_bytes())
    assert (False, True) == (
        checked(said, (), trusted)[0],
        checked(said, (), trusted)[1].endswith("trusted by the given certificates"),
    )
    assert "were not checked" in checked(said)[1]
    other = signed_data("sha256:" + "1" * 64, CREATED, "test", read_key(key, chain, address))
    strange = ec.generate_private_key(ec.SECP256R1())
    stranger = certificate("archive.example", strange, "archive.example", strange, is_ca=False)
    for wrong, says in (
        ({**said, "signature": other["signature"]}, "does not match its certificate"),
        ({**said, "domain": "other.example"}, "not for 'other.example'"),
        ({**said, "timeSignature": other["timeSignature"]}, "time stamp: it is for other data"),
        ({**said, "timeSignature": "AAAA"}, "time stamp: there is none"),
        ({**said, "domainCert": stranger.decode()}, "does not match its certificate"),
        ({**said, "domainCert": "none"}, "cannot be read"),
    ):
        is_wrong, words = checked(wrong, (), trusted)
        assert (is_wrong, says in words) == (True, True), words
    for path, says in ((root, "time stamp: not trusted by"), (tsa / "ca.pem", "not trusted by the given certificates")):
        is_wrong, words = checked(said, (), path)
        assert (is_wrong, says in words) == (True, True), words
    late = {**said, "created": f"{NOW - timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}"}
    assert "more than ten minutes" in checked(late, (), trusted, created=late["created"])[1]


def test_keys_that_cannot_sign(anonymous, domain, tmp_path):
    private, _ = anonymous
    key, chain, _ = domain
    (tmp_path / "none").write_text("no key")
    for arguments, says in (
        ((key,), "curve P-384"),
        ((tmp_path / "none",), "not a key or certificate"),
        ((tmp_path / "absent",), "No such file"),
        ((private, chain, "http://127.0.0.1:9"), "is not the ECDSA key of the first certificate"),
        ((key, chain), "needs a time stamp"),
    ):
        with pytest.raises(ArchiveError, match=says):
            read_key(*arguments)


def test_a_signed_package(warc, anonymous, tmp_path):
    private, public = anonymous
    path = tmp_path / "c.wacz"
    write_wacz(named_files([warc]), path, key=read_key(private))
    with WaczFile(path) as wacz:
        assert [] == list(wacz.problems())
        said = wacz.signed_data()
        assert not check_signed(said, wacz.description_hash(), wacz.described()[1], [public]).is_wrong
    # Another description, with its digest made to fit.
    with zipfile.ZipFile(path) as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    files["datapackage.json"] += b" "
    with zipfile.ZipFile(path, "w") as archive:
        for one, data in files.items():
            archive.writestr(one, data)
    with WaczFile(path) as wacz:
        assert ["the digest of datapackage.json differs from the one in datapackage-digest.json"] == list(
            wacz.problems()
        )
        assert check_signed(said, wacz.description_hash(), wacz.described()[1]).is_wrong


def test_the_command(warc, anonymous, tmp_path):
    private, _ = anonymous
    done = command("archive-wacz", str(warc), "-o", str(tmp_path / "c.wacz"), "--sign-key", str(private))
    assert (0, "") == (done.returncode, done.stderr)
    with zipfile.ZipFile(tmp_path / "c.wacz") as archive:
        assert json.loads(archive.read("datapackage-digest.json"))["signedData"]["version"] == "0.1.0"
    done = command("archive-wacz", str(warc), "-o", str(tmp_path / "d.wacz"), "--timestamp", "http://127.0.0.1:9")
    assert (2, True) == (done.returncode, "name the key with --sign-key" in done.stderr)
