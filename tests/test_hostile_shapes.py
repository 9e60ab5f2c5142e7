"""Answers whose size or words are the attack: what is held of them, and what becomes of them in what a run says."""

import re

from tests.crawling import items, last_run, run
from tests.harvesting import command as harvest_command
from tests.hostile import ONE, Hostile, listing, page


def test_no_answer_is_held_beyond_its_bound(tmp_path):
    large = b"HTTP/1.1 200 OK\r\nContent-Length: 70000000\r\n%b\r\nbegins"
    files = '<div class="field--type-file"><a href="/file.pdf">x.pdf</a></div><img src="/image" alt="x">'
    answers = {
        "/news": listing(["/page", "/a"]),
        "/a": page("A", files, node=1, head='<link rel="stylesheet" href="/sheet">'),
        "/page": large % b"Content-Type: text/html\r\n",
        "/file.pdf": large % b"",
        "/image": large % b"Content-Type: image/png\r\n",
        "/sheet": large % b"Content-Type: text/css\r\n",
    }
    settings = {**ONE, "MIGRATION_LANGUAGES": "en", "MIGRATION_REQUISITES": True, "RETRY_TIMES": 0}
    with Hostile(answers.get) as site:
        run(harvest_command(tmp_path, site=site.url, **settings), 3)
    told = (last_run(tmp_path) / "crawl.log").read_text(encoding="utf-8")
    given_up = re.findall(r"larger than download max size \(67108864\) in request <GET [^ >]*(/[\w.]+)>", told)
    assert {"/file.pdf", "/image", "/page", "/sheet"} == set(given_up)
    assert ["1@en"] == [item["id"] for item in items(tmp_path)]


SPEAKING = "\x1b]0;x\x07\x1b[31m\x9b32m\u202egnp\u2066\x7f\x85\u2028<script>alert(1)</script>"
SIGNS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def test_what_a_site_says_does_not_speak_to_who_reads_the_run(tmp_path):
    """In names, addresses, headers and status lines, as in the fields of an item."""
    said, sent = SPEAKING.replace("<", "&lt;"), SPEAKING.encode().decode("latin-1")
    raw = SPEAKING.encode()
    block = f"<dl><dt>Material Type</dt><dd>{said}</dd><dt>{said}</dt><dd>{said}</dd></dl>"
    file = f'<div class="field--type-file"><a href="/f.pdf?{said}">{said}.pdf</a></div>'
    html = {"Content-Type": f"text/html; charset={sent}"}
    answers = {
        "/robots.txt": (200, {}, b"User-agent: *\nDisallow: /no\nCrawl-delay: %b\nSitemap: http://%b/\n" % (raw, raw)),
        "/news": listing(["/a", "/charset", "/status", "/gzip", "/moved", "/line", f"/{said}", f"http://{said}/"]),
        "/a": page(said, f"{said}</p>{block}{file}<p>{said}", node=1),
        "/charset": (200, html, page("C", "Text.", node=2)[2]),
        "/status": b"HTTP/1.1 500 %b\r\nContent-Length: 0\r\n\r\n" % raw,
        "/gzip": (200, {"Content-Type": "text/html", "Content-Encoding": "gzip", "X": sent}, raw),
        "/moved": (302, {"Location": f"http://{sent}/x"}, b""),
        "/line": b"%b\r\n\r\n" % raw,
    }
    settings = {**ONE, "MIGRATION_LANGUAGES": "en", "RETRY_TIMES": 0, "MIGRATION_SLOWDOWN_DELAY": 0.1}
    with Hostile(answers.get) as site:
        told = run(harvest_command(tmp_path, site=site.url, **settings), 3)
    assert {"1@en", "2@en"} == {item["id"] for item in items(tmp_path)}
    files = [file for file in last_run(tmp_path).iterdir() if file.suffix in (".log", ".md", ".html")]
    assert len(files) == 3  # What is for programs has it as it is.
    for text in (told, *(file.read_bytes() for file in files)):
        assert [] == [text.decode()[max(0, one.start() - 60) : one.end()] for one in SIGNS.finditer(text.decode())]
    for file in files:
        assert file.suffix != ".html" or b"<script>alert" not in file.read_bytes()
