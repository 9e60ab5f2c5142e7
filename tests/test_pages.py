"""The parser against whole sites: every theme of the demo portal, and the recorded Drupal site when it is there."""

import gzip
import json
import os
import runpy
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from parsel import Selector

from migration_spider.pages import page_for
from migration_spider.vocabularies import label_field, label_kind
from tests.portal import VARIANTS
from tests.portal.site import Site
from tests.truth import TERMS, fold, listed

BASE = "http://127.0.0.1:9"
FLAT = {"headings", "dl", "paragraph"}
"""Variants whose markup does not tell a value without label from a value of the label above."""


def printed(entries, variant):
    """(label, values) of the model's ``entries`` as far as the markup of ``variant`` can tell."""
    found = []
    for entry in entries:
        values = [fold(value.text) for value in entry.values]
        if entry.label is None and variant in FLAT and found:
            found[-1] = (found[-1][0], found[-1][1] + values)
        elif entry.label is not None or values:
            found.append((fold(entry.label), values))
    return [(label, ", ".join(values)) for label, values in found] if variant == "commas" else found


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_item_of_the_demo_portal_in_every_theme(variant):
    site = Site(BASE, nodes=24, variant=variant)
    for node in site.items():
        for language, shown in node.translations.items():
            path = site.path(node, language)
            page = page_for(site.url(path), Selector(site.answer(path).body.decode()), named_as_news=True)
            assert (path, "news", node.nid) == (path, page.kind, page.node_id)
            assert (language.lower(), False) == (page.language.lower(), page.is_fallback)
            assert fold(shown.title) == page.title
            entries = [
                (entry.label, [value.text for value in entry.values])
                for entry in page.metadata
                if label_kind(entry.label) != "file"
            ]
            if variant == "commas":
                entries = [(label, ", ".join(values)) for label, values in entries]
            assert printed(shown.entries, variant) == entries, path
            assert "\n\n".join(block.text for block in shown.body if block.text) == page.body_text
            assert [BASE + file.path for file in shown.files] == [file.url for file in page.attachments]


@pytest.mark.parametrize("variant", ["classy", "bootstrap", "bare"])
def test_no_other_page_of_the_demo_portal_is_news(variant):
    site = Site(BASE, nodes=24, variant=variant)
    items = {id(node) for node in site.items()}
    kinds = Counter()
    for node in site.nodes.values() if isinstance(site.nodes, dict) else site.nodes:
        for language in () if id(node) in items else node.translations:
            path = site.path(node, language)
            answer = site.answer(path)
            if answer.status == 200:
                kinds[page_for(site.url(path), Selector(answer.body.decode())).kind] += 1
    assert "news" not in kinds
    assert kinds["other"] > 10


def path_of(url):
    return unquote(urlsplit(url).path).rstrip("/") or "/"


@pytest.fixture(scope="module")
def recording():
    """(path -> (status, headers, body), truth) of the recorded site."""
    shared = Path(os.environ.get("SHARED_DIR", Path(__file__).resolve().parents[2] / "shared"))
    if not (shared / "portals").is_dir():
        pytest.skip("SHARED_DIR (default ../shared) has no recorded portals")
    load = runpy.run_path(str(shared / "portals" / "serve.py"))["load"]
    with gzip.open(shared / "portals" / "truth.jsonl.gz", "rt", encoding="utf-8") as lines:
        truth = [record for record in map(json.loads, lines) if not record["redirected"]]
    return load(str(shared / "portals" / "olivero.warc.gz")), truth


def ratio(expected, found):
    return 1.0 if expected == found else SequenceMatcher(None, expected, found, autojunk=False).ratio()


def test_share_of_right_fields_on_the_recorded_site(recording):
    pages, truth = recording
    right, total = Counter(), Counter()

    def check(name, good):
        total[name] += 1
        right[name] += bool(good)

    for record in truth:
        body = pages[urlsplit(record["url"]).path][2]
        page = page_for(record["url"], Selector(body=body, encoding="utf-8"))
        check("kind", page.kind == "news")
        if page.kind != "news":
            continue
        check("title", page.title == fold(record["title"]))
        check("node_id", page.node_id == record["nid"])
        check("language", page.language == record["lang"])
        check("is_fallback", not page.is_fallback)
        check("translations", {*page.translations, record["lang"]} == set(record["translations"]))
        raw = {}
        for entry in page.metadata:
            raw.setdefault(label_field(entry.label), []).extend(value.text for value in entry.values)
        for name, field in TERMS.items():
            check(name, raw.get(name, []) == listed(record[field]))
        check("publication_date", bool(raw.get("publication_date")) == bool(record["date"]))
        files = sorted(path_of(file["url"]) for file in record["attachments"])
        check("attachments", files == sorted(path_of(file.url) for file in page.attachments))
        check("body_text", ratio(fold(record["body_text"]).split(), fold(page.body_text).split()) >= 0.98)
    shares = {name: right[name] / total[name] for name in total}
    assert {} == {name: share for name, share in shares.items() if share < 0.99}
    assert len(truth) == total["title"]


def test_the_recorded_site_has_no_other_news(recording):
    pages, truth = recording
    items = {urlsplit(record["url"]).path for record in truth}
    for path, (status, headers, body) in pages.items():
        kind = {name.lower(): value for name, value in headers}.get("content-type", "")
        if status == 200 and kind.startswith("text/html") and path not in items:
            page = page_for(f"http://127.0.0.1:8010{path}", Selector(body=body, encoding="utf-8"))
            assert page.kind != "news" or page.is_fallback, path
