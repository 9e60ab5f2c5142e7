import pytest

from migration_spider.spiders.scope import Scope

SITE = "https://portal.example"
SCOPE = Scope(SITE, ["en", "es", "zh-hant"], ["en", "es", "fr", "zh-hant"], ["practice", "hub/resource", "comment"])


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/some-news", "/some-news"),
        ("/some-news#comments", "/some-news"),
        ("/es/node/7756", "/es/node/7756"),
        ("/zh-hant/node/15", "/zh-hant/node/15"),
        ("/news?page=3", "/news?page=3"),
        ("/two-pagers?page=,2", "/two-pagers?page=,2"),
        ("/hub?gcm_objectives=All&text=&region=All&page=4", "/hub?page=4"),
        ("/hub?gcm_objectives%3DAll%26page%3D2", "/hub?page=2"),
        ("/hub", "/hub"),
        ("/practices-of-return", "/practices-of-return"),
        ("/resources/no.2-of-2021", "/resources/no.2-of-2021"),
        ("/news/2021/12/a-title", "/news/2021/12/a-title"),
    ],
)
def test_page_is_taken(url, expected):
    assert (SITE + expected, None) == SCOPE.page(SITE + url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://elsewhere.example/some-news", "off-site"),
        ("https://staging.portal.example/some-news", "off-site"),
        ("mailto:someone@portal.example", "scheme"),
        ("https://[broken/", "malformed"),
        (SITE + "/fr/some-news", "language"),
        (SITE + "/practice/a-practice", "excluded"),
        (SITE + "/es/practice/a-practice", "excluded"),
        (SITE + "/comment/12", "excluded"),
        (SITE + "/hub/resource?embed_node=3", "excluded"),
        (SITE + "/calendar/2021-12", "calendar"),
        (SITE + "/agenda/2021/12/03", "calendar"),
        (SITE + "/files/a.PDF", "file"),
        (SITE + "/hub?gcm_objectives=279&page=1", "query"),
        (SITE + "/hub?page=1&page=2;drop", "query"),
        (SITE + "/webform?share=1", "query"),
    ],
)
def test_page_is_refused(url, reason):
    assert (None, reason) == SCOPE.page(url)


def test_scheme_follows_the_site():
    assert (SITE + "/a", None) == SCOPE.page("http://portal.example/a")


def test_files_keep_their_query():
    assert SITE + "/x.png?itok=Ab" == SCOPE.file(SITE + "/x.png?itok=Ab#top")
    assert SCOPE.file("https://cdn.example/x.png") is None
    assert SCOPE.file("data:image/png;base64,AAAA") is None


def test_start_paths_have_the_language_prefix():
    assert [SITE + "/news", SITE + "/es/news", SITE + "/", SITE + "/es"] == [
        SCOPE.start("/news", "en"),
        SCOPE.start("/news", "es"),
        SCOPE.start("/", "en"),
        SCOPE.start("/", "es"),
    ]
