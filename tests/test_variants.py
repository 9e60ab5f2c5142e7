"""The demo portal in every markup it can print: the same items, in all languages."""

import urllib.request

import pytest
from parsel import Selector

from migration_spider.items import to_record
from migration_spider.normalize.item import normalize
from migration_spider.pages import page_for
from tests.portal import VARIANTS, Portal
from tests.truth import TERMS, fold, listed

NODES = 40
# A list in one text is parted only where every part is known: these are unknown on purpose, or hold a comma.
INSEPARABLE = {"commas": {"target_audience", "geographic_scope"}}
KEPT = ("id", "title", "language", "content_language", "publication_date", "body_text", "translations", *TERMS)


def read(portal, row):
    with urllib.request.urlopen(row["url"]) as answer:
        page = page_for(row["url"], Selector(answer.read().decode()), named_as_news=True)
    assert page.kind == "news", row["url"]
    item = page.to_item()
    normalize(item)
    return item


@pytest.fixture(scope="module", params=VARIANTS)
def pages(request):
    """(variant, [(truth, item)]) of every item page in one markup."""
    with Portal(nodes=NODES, variant=request.param) as portal:
        rows = [row for row in portal.truth() if not row.get("redirected")]
        return request.param, portal.url, [(row, read(portal, row)) for row in rows]


@pytest.fixture(scope="module")
def classy():
    """What the markup of Drupal's stock themes gives: path -> item."""
    with Portal(nodes=NODES) as portal:
        rows = [row for row in portal.truth() if not row.get("redirected")]
        return {row["url"].removeprefix(portal.url): (portal.url, read(portal, row)) for row in rows}


def test_fields_are_those_of_the_truth(pages):
    variant, _, found = pages
    wrong = []
    for row, item in found:
        for name, printed in TERMS.items():
            got = [term.raw for term in getattr(item, name)]
            if listed(row[printed]) != got and name not in INSEPARABLE.get(variant, ()):
                wrong.append((row["url"], name, listed(row[printed]), got))
        for name, want, got in (
            ("title", fold(row["title"]), item.title),
            ("node_id", row["nid"], item.node_id),
            ("publication_date", row["date"], item.publication_date),
            ("body_text", fold(row["body_text"]), fold(item.body_text)),
            ("attachments", sorted(a["url"] for a in row["attachments"]), sorted(a.url for a in item.attachments)),
        ):
            if want != got:
                wrong.append((row["url"], name, want, got))
    assert wrong == []


def test_items_are_those_of_the_stock_markup(pages, classy):
    variant, url, found = pages
    wrong = []
    for row, item in found:
        other_url, other = classy[row["url"].removeprefix(url)]
        got, want = to_record(item), to_record(other)
        for name in KEPT:
            if name in INSEPARABLE.get(variant, ()):
                continue
            expected = want[name]
            if name == "translations":
                expected = {lang: address.replace(other_url, url) for lang, address in expected.items()}
            if expected != got[name]:
                wrong.append((row["url"], name, expected, got[name]))
    assert wrong == []
