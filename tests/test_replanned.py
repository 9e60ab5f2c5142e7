"""Each change of a recorded portal is what it says, on a few of its pages."""

import copy

import pytest

from tests.recorded import Recording, load
from tests.replanned import CHANGES

KEPT = (
    *(
        "/",
        "/fr",
        "/es",
        "/about",
        "/fr/node/301",
        "/es/node/301",
        "/news",
        "/news?page=1",
        "/fr/news",
        "/news/rss.xml",
    ),
    *("/migration-network-hub", "/sitemap.xml", "/type-material/news", "/regional-review-2026-data-migrant-workers"),
)

# Change, request target, words that stand in the answer (None: nothing answers), words that do not.
CASES = [
    ("moved", "/media-centre?page=1", "/media-centre?page=1", '"/news"'),
    ("moved", "/news", None, ""),
    ("labelled=Updates", "/fr", ">Updates</a>", "Actualités</a>"),
    ("unmarked", "/", 'href="/news"', "data-drupal-link-system-path"),
    ("no-sitemap", "/sitemap.xml", None, ""),
    ("no-feeds", "/news", 'href="/news"', "rss"),
    ("no-feeds", "/news/rss.xml", None, ""),
    ("unknown", "/", ">Media centre</a>", "rss"),
    ("no-text-links", "/news", "", '"/news?page=1"'),
    ("no-hub", "/", 'href="/news"', '"/migration-network-hub"'),
    ("no-terms", "/type-material/news", None, ""),
    ("no-blocks", "/", 'href="/news"', "<aside"),
    ("static-front", "/fr", "Welcome", "node--view-mode-teaser"),
    ("front-item", "/", "page-node-type-news", "view-frontpage"),
    ("second-level", "/", '"/knowledge"', '"/news"'),
    ("second-level=Updates", "/fr/knowledge", '<a href="/fr/news">Updates</a>', ""),
    (
        "block-link=What we do",
        "/",
        '<div class="more-link"><a href="/news">What we do</a>',
        '<a href="/news" class="primary-nav',
    ),
    ("one-language", "/fr/news", None, ""),
    ("one-language", "/fr", '"/fr/migration-network-hub"', '"/fr/news"'),
    ("node-only", "/node?page=1", 'class="views-row"', '"/news"'),
    ("node-only", "/", "Welcome", '"/node"'),
    ("undated", "/news", 'class="views-row"', "field--name-field-date"),
    ("mixed", "/news", '<a href="/about" rel="bookmark">', ""),
    ("rows-with-a-query", "/news", "?ref=homepage", ""),
    ("rows-with-a-query", "/about?ref=homepage", "About the Network", ""),
    ("load-more", "/news", '<a class="button" href="?page=1"', '<nav class="pager'),
    ("load-more=blind", "/news?page=1", '<a class="button" href="#"', '<nav class="pager'),
    ("default-host", "/sitemap.xml", "<loc>http://default/", "127.0.0.1"),
]


@pytest.fixture(scope="module")
def few(shared):
    pages = load(shared / "portals" / "olivero.warc.gz").pages
    return {target: pages[target] for target in KEPT}


def test_every_change_has_a_case():
    assert CHANGES.keys() == {change.partition("=")[0] for change, *_ in CASES}


@pytest.mark.parametrize(("change", "target", "words", "not_these"), CASES)
def test_a_change(few, change, target, words, not_these):
    name, _, value = change.partition("=")
    recording = Recording(copy.copy(few))
    CHANGES[name](recording, value)
    page = recording.pages.get(target)
    assert (words is None) == (page is None)
    if page:
        text = page.body.decode()
        assert words in text
        assert not not_these or not_these not in text
