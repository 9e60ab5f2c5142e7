"""Signatures and time stamps of a release: made by the tools, right for it, wrong for another, and in no list."""

import re
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from archive.cdxj import warc_files
from archive.dataset.signing import check, sign, signer, stamp
from archive.dataset.verification import Verification
from archive.errors import ArchiveError
from archive.wacz import read_key, write_wacz
from archive.wacz.reading import WaczFile
from tests.time_stamps import needs, running


@pytest.fixture
def release(folder):
    return folder / "dataset" / "1"


def found(release, **given):
    return [(one.path, one.is_wrong, one.words) for one in check(release, **given)]


@pytest.fixture
def gnupg(tmp_path, monkeypatch):
    """A home of GnuPG with a key of its own; gives the file with the public half."""
    needs("gpg")
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))

    def run(*arguments):
        return subprocess.run(["gpg", "--batch", *arguments], check=True, capture_output=True).stdout

    try:
        run("--passphrase", "", "--quick-gen-key", "Archivist \x1b[2J <a@example.org>", "ed25519", "sign", "never")
        public = tmp_path / "public.asc"
        public.write_bytes(run("--armor", "--export"))
        yield public
    finally:
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=False, capture_output=True)


def test_gnupg(release, gnupg, tmp_path):
    sums = (release / "SHA256SUMS").read_bytes()
    made = sign(release, signer("gpg:a@example.org"))
    assert ["SHA256SUMS.asc", "WARC-SHA256SUMS.txt.asc"] == [path.name for path in made]
    assert sums == (release / "SHA256SUMS").read_bytes()
    for name, is_wrong, words in found(release, keys=[gnupg]):
        assert (False, True) == (is_wrong, words.startswith("signed by Archivist")), name
    assert all("not checked: no key given" in words for _, _, words in found(release))
    (release / "WARC-SHA256SUMS.txt").write_text("forged\n")
    assert [False, True] == [is_wrong for _, is_wrong, _ in found(release, keys=[gnupg])]
    (release / "SHA256SUMS.asc").write_bytes(b"no signature")
    assert [True, True] == [is_wrong for _, is_wrong, _ in found(release, keys=[gnupg])]
    with pytest.raises(ArchiveError, match="gpg: "):
        sign(release, signer("gpg:nobody@example.org"))
    # One of several signatures is enough; one that is bad is not passed over.
    for who in ("b@example.org", "c@example.org"):
        call = ["gpg", "--batch", "--passphrase", "", "--quick-gen-key", who, "ed25519", "sign", "never"]
        subprocess.run(call, check=True, capture_output=True)
    users = ["--local-user", "b@example.org", "--local-user", "a@example.org", "--local-user", "c@example.org"]
    output = release / "SHA256SUMS.asc"
    output.unlink()
    call = ["gpg", "--batch", "--armor", *users, "--output", output, "--detach-sign", release / "SHA256SUMS"]
    subprocess.run(call, check=True, capture_output=True)
    _, is_wrong, words = found(release, keys=[gnupg])[0]
    assert (False, True) == (is_wrong, words.startswith("signed by Archivist"))
    assert 1 == words.count("(")
    (release / "SHA256SUMS").write_bytes(sums + b"\n")
    assert found(release, keys=[gnupg])[0][1]
    (release / "SHA256SUMS").write_bytes(sums)
    (tmp_path / "none").write_text("no key")
    with pytest.raises(ArchiveError, match="not a GnuPG key"):
        found(release, keys=[tmp_path / "none"])


def test_minisign(release, tmp_path):
    needs("minisign")
    for name in ("a", "b"):
        subprocess.run(
            ["minisign", "-G", "-W", "-p", tmp_path / f"{name}.pub", "-s", tmp_path / f"{name}.key"],
            check=True,
            capture_output=True,
        )
    sign(release, signer(f"minisign:{tmp_path / 'a.key'}"))
    # minisign leaves noughts out in front, one key in sixteen.
    key = re.search(r"key:? ([0-9A-F]+)", (tmp_path / "a.pub").read_text())[1].zfill(16)
    right, wrong = tmp_path / "a.pub", tmp_path / "b.pub"
    assert [(False, f"signed by the key {key} of a.pub")] * 2 == [one[1:] for one in found(release, keys=[right])]
    assert [True, True] == [one[1] for one in found(release, keys=[wrong])]
    assert [False, False] == [one[1] for one in found(release, keys=[wrong, right])]
    assert all(f"signed by the key {key}, not checked" in words for _, _, words in found(release))
    (release / "SHA256SUMS.minisig").unlink()
    assert [True, False] == [one[1] for one in found(release, keys=[right])]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    with running(tmp_path_factory.mktemp("tsa")) as server:
        yield server


def test_time_stamps(release, authority):
    address, tsa, answers = authority
    made = stamp(release, address)
    assert ["SHA256SUMS.tsr", "WARC-SHA256SUMS.txt.tsr"] == [path.name for path in made]
    for _, is_wrong, words in found(release, certificates=tsa / "ca.pem"):
        assert not is_wrong
        assert re.fullmatch(r"time stamp of 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ, trusted by the given certificates", words)
    assert [True, True] == [one[1] for one in found(release, certificates=tsa / "other.pem")]
    assert all("not checked: no certificate given" in words for _, _, words in found(release))
    (release / "SHA256SUMS.tsr").write_bytes((release / "WARC-SHA256SUMS.txt.tsr").read_bytes())
    assert [(True, True), (False, False)] == [
        (is_wrong, words.endswith("it is for other data")) for _, is_wrong, words in found(release)
    ]
    (release / "SHA256SUMS.tsr").write_bytes(b"no stamp")
    assert [True, False] == [one[1] for one in found(release)]
    # What is not a stamp of this file is not kept.
    for answer in (b"nonsense", (release / "WARC-SHA256SUMS.txt.tsr").read_bytes()):
        answers.append(answer)
        with pytest.raises(ArchiveError, match="returned no time stamp"):
            stamp(release, address)
    assert b"no stamp" == (release / "SHA256SUMS.tsr").read_bytes()


def test_what_is_signed_is_no_stranger_to_the_release(release):
    (release / "SHA256SUMS.sigstore.json").write_text("{}")
    (release / "SHA256SUMS.minisig").write_text("untrusted comment: x\nRWQxMjM0NTY3ODk=\n")
    verification = Verification(release)
    assert [] == list(verification.run())
    said = [note for note in verification.verified.notes if note.startswith("SHA256SUMS.")]
    assert ["signed by the key 3837363534333231, not checked", "signed with sigstore, not checked"] == [
        re.sub(r"^\S+: |(?<=checked).*", "", note) for note in said
    ]
    verification = Verification(release, keys=[release / "absent"])
    assert ["signature"] == [problem.code for problem in verification.run()]
    verification = Verification(release, certificates=release / "README.md")
    assert [
        f"{name}.tsr: signature: certificates were given, but there is no time stamp"
        for name in ("SHA256SUMS", "WARC-SHA256SUMS.txt")
    ] == [str(problem) for problem in verification.run()]


def test_what_cannot_be_asked(release, monkeypatch):
    for how, says in (("pgp", "sign with gpg"), ("minisign", "sign with"), ("minisign:absent", "no such key file")):
        with pytest.raises(ArchiveError, match=says):
            signer(how)
    with pytest.raises(ArchiveError, match="is not the address"):
        stamp(release, "file:///etc/passwd")
    with pytest.raises(ArchiveError, match=r"127\.0\.0\.1:9"):
        stamp(release, "http://127.0.0.1:9/")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ArchiveError, match="gpg is not installed: on Debian and Ubuntu `apt install gnupg`"):
        signer("gpg")


def test_a_signed_package_is_checked_with_the_release(folder, release, tmp_path):
    key = ec.generate_private_key(ec.SECP384R1())
    private, public = tmp_path / "key.pem", tmp_path / "key.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    def problems(path, keys=(public,)):
        with WaczFile(path) as wacz:
            verification = Verification(release, wacz, keys=keys)
            return [str(one) for one in verification.run()], verification.verified.notes

    assert ["all.wacz: signature: a key was given, but the package is not signed"] == problems(folder / "all.wacz")[0]
    write_wacz(warc_files(folder / "warc"), folder / "signed.wacz", key=read_key(private))
    wrong, notes = problems(folder / "signed.wacz")
    assert [] == wrong
    assert any(note.startswith("signed.wacz: signed by the given key") for note in notes)
    assert any("no key was given to compare" in note for note in problems(folder / "signed.wacz", ())[1])
