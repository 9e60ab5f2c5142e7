"""Captures are found by address and date, as Memento (RFC 7089) wants it."""

from __future__ import annotations

import re

import pytest


def test_a_moment_between_captures_leads_to_the_nearest(foreign):
    answer = foreign.get("/memento/20240301/http://a.example/twice")
    assert (302, "/memento/20240101000000/http://a.example/twice") == (answer.status_code, answer.headers["location"])
    assert b"<p>2" in foreign.get("/memento/20250101000000/http://a.example/twice").content


BASE, TWICE = "http://127.0.0.1", "http://a.example/twice"
"""The server, and an address with two captures."""


def test_a_timemap_lists_the_captures_of_an_address(foreign):
    answer = foreign.get(f"/timemap/link/{TWICE}")
    assert "application/link-format" == answer.headers["content-type"]
    assert f'<{BASE}/memento/20240101000000/{TWICE}>; rel="first memento"' in answer.text
    listed = foreign.get(f"/timemap/json/{TWICE}").json()["mementos"]["list"]
    assert 2 == len(listed)
    assert None not in [one.get("status", 0) for one in listed]


@pytest.mark.parametrize(
    ("date", "timestamp"),
    [
        (None, "20250101000000"),
        ("Sat, 01 Jan 2000 00:00:00 GMT", "20240101000000"),
        ("Sat, 01 Jun 2024 00:00:00 GMT", "20240101000000"),
        ("Wed, 01 Jan 2025 00:00:00 GMT", "20250101000000"),
        ("Fri, 01 Jan 2100 00:00:00 GMT", "20250101000000"),
    ],
)
def test_a_timegate_leads_to_the_nearest_capture(foreign, date, timestamp):
    gate = foreign.get(f"/timegate/{TWICE}", headers={"Accept-Datetime": date} if date else {})
    assert (302, f"{BASE}/memento/{timestamp}/{TWICE}") == (gate.status_code, gate.headers["location"])
    assert "accept-datetime" == gate.headers["vary"]
    assert {"original", "timemap"} <= set(re.findall(r'rel="(\w+)"', gate.headers["link"]))
    assert "memento-datetime" not in gate.headers


def test_a_capture_tells_its_date_and_those_beside_it(foreign):
    memento = foreign.get(f"/memento/20250101000000/{TWICE}")
    assert "Wed, 01 Jan 2025 00:00:00 GMT" == memento.headers["memento-datetime"]
    assert {"original", "timegate", "timemap", "first prev memento", "last memento"} == set(
        re.findall(r'rel="([^"]+)"', memento.headers["link"])
    )


def test_what_a_timegate_or_timemap_cannot_answer_is_told(foreign):
    wrong = foreign.get(f"/timegate/{TWICE}", headers={"Accept-Datetime": "2024-01-01"})
    assert (400, "accept-datetime") == (wrong.status_code, wrong.headers["vary"])
    for path in (f"/timegate/{TWICE}/none", f"/timemap/link/{TWICE}/none", "/timemap/xml/http://a.example/"):
        assert 404 == foreign.get(path).status_code
    assert 405 == foreign.post(f"/timegate/{TWICE}").status_code


@pytest.mark.parametrize("end", ["%0A", "%0D%0A", "%0Ax", "x%0a%0a"])
def test_an_address_with_the_end_of_a_line_is_one(foreign, end):
    answer = foreign.get(f"/memento/2026/http://a.example/{end}")
    assert (404, True) == (answer.status_code, "not in this archive" in answer.text)
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    for place in ("/timegate/", "/timemap/link/"):
        answer = foreign.get(f"{place}http://a.example/{end}")
        assert (404, "There is no capture of it in this archive.\n") == (answer.status_code, answer.text)


def test_the_scheme_of_an_address_may_be_in_capitals(foreign):
    assert 302 == foreign.get("/timegate/HTTP://a.example/twice").status_code
    assert 200 == foreign.get("/timemap/link/Http://a.example/twice").status_code
    answer = foreign.get("/memento/2024/HTTP://a.example/twice", follow_redirects=True)
    assert "<p>1</p>" in answer.text
