"""Encodings that browsers do not know are none; those that they know are theirs."""

import pytest

from archive.charset import encoding_of, known, unknown_label
from archive.message import Fields
from archive.replay import response_of

TEXT = "<!DOCTYPE html><p>café"


@pytest.mark.parametrize(
    "name",
    ["punycode", "idna", "zlib", "rot13", "base64", "utf-7", "utf-32", "hex", "mbcs", "raw_unicode_escape", "undefined",
     "hz-gb-2312", "unicode_escape", "nonsense", "utf8mb4", "..", "\xe9"],
)  # fmt: skip
def test_a_name_that_no_browser_knows_is_none(name):
    assert known(name) is None
    body = TEXT.encode()
    stated = f"text/html; charset={name}"
    assert (name, "utf-8") == (unknown_label(stated, body), encoding_of(stated, body))
    assert "cp1252" == encoding_of(stated, TEXT.encode("cp1252"))
    response = response_of("http://x/", 200, Fields([("Content-Type", stated)]), body)
    assert TEXT == response.text
    if name.isascii():
        inside = f'<!DOCTYPE html><meta charset="{name}">{TEXT}'.encode()
        assert (name, "utf-8") == (unknown_label("text/html", inside), encoding_of("text/html", inside))


@pytest.mark.parametrize(
    ("label", "encoding"),
    [
        ("UTF-8", "utf-8"),
        ("latin1", "cp1252"),
        ("iso-8859-8-i", "iso8859-8"),
        ("x-sjis", None),
        ("windows-949", "cp949"),
    ],
)
def test_a_name_of_the_list_counts(label, encoding):
    assert known(label)
    assert encoding in (None, known(label))
    assert unknown_label(f"text/html; charset={label}", b"") is None


@pytest.mark.parametrize("name", ["utf-16", "UTF-16LE", "utf-16be", "unicode"])
def test_a_page_that_calls_itself_utf_16_in_ascii_is_in_utf_8(name):
    text = f'<!DOCTYPE html><meta charset="{name}">{TEXT}'
    assert text == response_of("http://x/", 200, Fields([("Content-Type", "text/html")]), text.encode()).text
    in_header = Fields([("Content-Type", "text/html; charset=utf-16le")])
    assert text == response_of("http://x/", 200, in_header, text.encode("utf-16-le")).text


def test_the_first_name_that_is_known_counts():
    body = b'<meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><p>\xc1'
    assert ("nonsense", "koi8-r") == (
        unknown_label("text/html;charset=nonsense", body),
        encoding_of("text/html;charset=nonsense", body),
    )
    # Where the header is good, nobody asks the page.
    bad = body.replace(b"koi8-r", b"nonsense")
    assert unknown_label("text/html; charset=utf-8", bad) is None
    # A byte order mark tells.
    assert encoding_of("text/html; charset=nonsense", b"\xef\xbb\xbf<p>") is None
