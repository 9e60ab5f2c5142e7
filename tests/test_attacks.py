"""Answers made to exhaust a crawl cost their own page and nothing else."""

import gzip
import random
import shutil
import zlib
from types import SimpleNamespace

import brotli
import pytest

from archive import iter_records
from tests.crawling import items, last_run, scrapy
from tests.harvesting import harvest
from tests.hostile import ONE, listing, page, redirect, site

LARGEST = 8_000_000
NOTHING = bytes(LARGEST + 1)
HTML = {"Content-Type": "text/html; charset=utf-8"}


def packed(body, codings):
    return 200, {**HTML, "Content-Encoding": codings}, body


ATTACKS = {
    "gzip": (packed(gzip.compress(NOTHING), "gzip"), "gzip unpacks to more than 8000000 bytes"),
    "gzip-thrice": (
        packed(gzip.compress(gzip.compress(gzip.compress(NOTHING))), "gzip, gzip, gzip"),
        "gzip unpacks to more than 8000000 bytes",
    ),
    "brotli-unasked": (packed(brotli.compress(NOTHING), "br"), "br unpacks to more than 8000000 bytes"),
    "deflate-in-gzip": (packed(gzip.compress(zlib.compress(NOTHING)), "deflate, gzip"), "deflate unpacks to more"),
    "codings": (packed(b"", ", ".join(["gzip"] * 1_000)), "1000 codings on top of each other"),
    "parts": (packed(gzip.compress(b"") * 10_001, "gzip"), "more than 10000 parts of gzip"),
    "lines": (b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 50_000, "headers of more than 1000 lines"),
    "head": (b"HTTP/1.1 200 OK\r\n" + (b"X-A: " + b"b" * 9_000 + b"\r\n") * 80, "headers of more than 524288 bytes"),
    "interim": (b"HTTP/1.1 103 Early Hints\r\n\r\n" * 20_000, "headers of more than 1000 lines"),
    "noise": (random.Random(1).randbytes(2_000_000), "bytes that are not an HTTP/1 answer"),  # noqa: S311
    "unmodified": ((304, {}, b""), "answered 304 twice"),
    "page": ((200, HTML, b"<p>" + b"word " * 1_100_000), "a page of 5500003 characters"),
    "attributes": (
        (200, HTML, b"<p " + b"\n".join(b"a%d='>'" % n for n in range(20_000))),
        "more than 5000 attributes",
    ),
}
"""Path of a page -> (its answer, what is told of it): each costs its own page and nothing else."""


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """A harvest of a site with all attacks among its pages: ``data``, ``bad`` (the site, still up), ``told``, ``kept`` (the records of the archive)."""
    data = tmp_path_factory.mktemp("attacked")
    answers = {f"/{name}": answer for name, (answer, _) in ATTACKS.items()}
    answers |= {"/good": page("Good", "Text.", node=1), "/target": page("Target", "Text.", node=2)}
    with site(answers) as bad:
        answers["/news"] = listing([*(f"/{name}" for name in ATTACKS), "/moved", "/good"])
        answers["/moved"] = redirect(bad.url.replace("//", "//editor:hunter2@") + "/target")
        told = harvest(data, "-a", "languages=en", site=bad.url, code=3, DOWNLOAD_MAXSIZE=LARGEST, **ONE)
        (warc,) = (data / "warc").glob("*.warc.gz")
        kept = list(iter_records(warc))
        yield SimpleNamespace(data=data, bad=bad, answers=answers, told=told, kept=kept)


@pytest.fixture(scope="module")
def responses(attacked):
    """Path -> what is archived of its answer."""
    return {
        record.target_uri.removeprefix(attacked.bad.url): record
        for record in attacked.kept
        if record.type == "response"
    }


def test_an_attack_costs_its_own_page_and_nothing_else(attacked):
    missing = {row["url"].removeprefix(attacked.bad.url + "/"): row["detail"] for row in attacked.told["missing"]}
    assert set(ATTACKS) == set(missing)
    assert {} == {name: missing[name] for name, (_, words) in ATTACKS.items() if words not in missing[name]}
    assert {"1@en", "2@en"} == {item["id"] for item in items(attacked.data)}


def test_what_no_second_request_mends_is_not_asked_for_again(attacked):
    paths = attacked.bad.paths
    assert [2, 1, 1] == [paths.count(path) for path in ("/unmodified", "/noise", "/lines")]


def test_what_came_is_kept_as_it_came_within_the_bounds(attacked, responses):
    assert ATTACKS["gzip-thrice"][0][2] == responses["/gzip-thrice"].body
    for name in ("/lines", "/head", "/noise"):
        assert "length" == responses[name].headers.get("WARC-Truncated")
        assert len(responses[name].block) < 1_200_000
    assert 6 == sum(record.type == "metadata" and b"entityProblem" in record.block for record in attacked.kept)


def test_a_password_in_an_address_stays_in_the_archive(attacked, responses):
    assert b"editor:hunter2@" in responses["/moved"].http_head
    for file in (*last_run(attacked.data).iterdir(), attacked.data / "items" / "news.jsonl"):
        assert b"hunter2" not in file.read_bytes()


def test_the_archive_is_sound_and_a_package_and_a_second_reading_of_it_come_to_an_end(attacked, tmp_path):
    assert b"0 faults" in scrapy("archive-verify", data=attacked.data)
    scrapy("archive-wacz", "-o", tmp_path / "all.wacz", data=attacked.data)
    scrapy("reparse", "--output", tmp_path / "again.jsonl", data=attacked.data)
    assert (attacked.data / "items" / "news.jsonl").read_bytes() == (tmp_path / "again.jsonl").read_bytes()


def test_a_later_run_has_all_when_the_attack_is_over(attacked, tmp_path):
    shutil.copytree(attacked.data, tmp_path, dirs_exist_ok=True)
    mended = {f"/{name}": page(name, "Text.", node=10 + number) for number, name in enumerate(ATTACKS)}
    with pytest.MonkeyPatch.context() as patch:
        for path, answer in mended.items():
            patch.setitem(attacked.answers, path, answer)
        harvest(tmp_path, "-a", "languages=en", site=attacked.bad.url, DOWNLOAD_MAXSIZE=LARGEST, **ONE)
    assert len(ATTACKS) + 2 == len(items(tmp_path))
