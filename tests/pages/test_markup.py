"""Addresses and candidates of pictures, as browsers read them."""

from urllib.parse import urljoin

import pytest

from migration_spider.pages.body import srcset
from migration_spider.text import absolute


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("a.jpg 1x, b.jpg 2x", [("a.jpg", "1x"), ("b.jpg", "2x")]),
        ("a.jpg, b.jpg 2x", [("a.jpg", ""), ("b.jpg", "2x")]),
        ("a,b.jpg 320w,c.jpg", [("a,b.jpg", "320w"), ("c.jpg", "")]),
        (" ,\n a.jpg ,", [("a.jpg", "")]),
        (" , ", []),
        ("", []),
        (None, []),
    ],
)
def test_candidates_of_a_srcset(text, candidates):
    assert candidates == srcset(text)


# With time as the square of the length, each of these took hours.
@pytest.mark.parametrize(
    ("text", "count"),
    [("a" * 3_000_000 + " (", 1), ("a, " * 300_000, 300_000), (" " * 3_000_000, 0), ("," * 3_000_000, 0)],
)
def test_a_srcset_of_megabytes(text, count):
    assert count == len(srcset(text))


@pytest.mark.parametrize(
    "address",
    [
        "/a",
        "/",
        "/a/../b.pdf",
        "//other.example/x",
        "//",
        "https://other.example",
        "?page=1",
        "#a",
        "a b",
        "",
        "/\t/",
        "///a",
        "HTTPS://OTHER.example/./a",
        "https://portal.example/?",
    ],
)
@pytest.mark.parametrize(
    "base", ["https://portal.example/es/story?a=1#b", "http://portal.example:81", "https://portal.example/a;b/"]
)
def test_an_address_is_resolved_as_the_standard_says(base, address):
    bare = address.replace("\t", "")
    assert urljoin(base, bare) == absolute(base, address)
    assert urljoin(base, bare) == absolute(base, address)  # from memory


@pytest.mark.parametrize("address", ["mailto:a@b.example", "http://", "javascript:x()", "http://[", "data:x"])
def test_what_leads_to_no_page_is_no_address(address):
    assert None is absolute("https://portal.example/a", address)
