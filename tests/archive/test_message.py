"""HTTP heads as raw bytes."""

from __future__ import annotations

import pytest

from archive.message import Fields, parse_fields, redact, split_head, split_interim, status_of


@pytest.mark.parametrize(
    ("message", "head", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nA: 1\r\n\r\nbody\r\n\r\n", b"HTTP/1.1 200 OK\r\nA: 1\r\n\r\n", b"body\r\n\r\n"),
        (b"HTTP/1.1 200 OK\nA: 1\n\nbody", b"HTTP/1.1 200 OK\nA: 1\n\n", b"body"),
        (b"HTTP/1.1 200 OK\nA: 1\r\n\nbody", b"HTTP/1.1 200 OK\nA: 1\r\n\n", b"body"),
        (b"HTTP/1.1 200 OK\r\nA: 1\r\n", b"HTTP/1.1 200 OK\r\nA: 1\r\n", b""),
    ],
)
def test_the_head_ends_at_the_blank_line(message, head, body):
    assert split_head(message) == (head, body)


def test_fields_keep_order_and_duplicates_and_skip_lines_without_a_colon():
    head = b"HTTP/1.1 200 OK\r\nb: 1\r\nno colon\r\nA:  two \r\n\tand more\r\nB: \xe9\r\n\r\n"
    fields = parse_fields(head)
    assert fields == Fields([("b", "1"), ("A", "two and more"), ("B", "é")])
    assert fields.get_all("B") == ["1", "é"]
    assert fields.get("missing") is None


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"HTTP/1.1 200 OK\r\n", 200),
        (b"HTTP/1.1 404 P\xe1gina no encontrada\r\n", 404),
        (b"HTTP/1.0 999\r\n", 999),
        (b"HTTP/2 200 \r\n", 200),
        (b"<html>", None),
        (b"HTTP/1.1 OK\r\n", None),
    ],
)
def test_status(head, status):
    assert status_of(head) == status


def test_interim_responses_are_parted_from_the_final_one():
    first, second = b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    final = b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 100 not one"
    assert split_interim(first + second + final) == ([first, second], len(first + second))
    assert split_interim(final) == ([], 0)


def test_secrets_are_blanked_with_their_folded_lines_and_nothing_else():
    head = b"GET /Cookie: HTTP/1.1\r\ncookie: a=1;\r\n b=2\r\nX-Cookie: stays\r\nAUTHORIZATION:Basic eA==\r\n\r\n"
    blanked = b"GET /Cookie: HTTP/1.1\r\ncookie: [redacted]\r\nX-Cookie: stays\r\nAUTHORIZATION:[redacted]\r\n\r\n"
    assert redact(head, ["Authorization", "Cookie"]) == (blanked, ["cookie", "AUTHORIZATION"])
    assert redact(head, []) == (head, [])
