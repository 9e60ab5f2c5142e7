"""Which addresses a crawl asks for, and in which spelling."""

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


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/ni\u00f1o", "/ni%C3%B1o"),
        ("/ni%c3%b1o", "/ni%C3%B1o"),
        ("/a%7Eb%2Dc", "/a~b-c"),
        ("/l%27eau", "/l'eau"),
        ("/a b|c", "/a%20b%7Cc"),
        ("/a%2Fb", "/a%2Fb"),
        ("/\u062e\u0628\u0631", "/%D8%AE%D8%A8%D8%B1"),
    ],
)
def test_one_address_has_one_spelling(url, expected):
    assert (SITE + expected, None) == SCOPE.page(SITE + url)
    assert (SITE + expected, None) == SCOPE.page(SITE + expected)


def test_a_query_of_a_row_says_how_the_reader_came_there():
    rows = ["/a", "/b?language=en", "/c?ref=home&utm_source=x", "/d?check_logged_in=1"]
    assert [SITE + path for path in ("/a", "/b", "/c", "/d")] == [
        address for address, _ in SCOPE.pages([SITE + row for row in rows])
    ]


def test_a_query_that_tells_rows_apart_is_kept():
    rows = ["/story?id=1", "/story?id=2", "/other?ref=home"]
    found = [address for address, _ in SCOPE.pages([SITE + row for row in rows])]
    assert [SITE + path for path in ("/story?id=1", "/story?id=2", "/other")] == found


@pytest.mark.parametrize("host", ["http://default", "http://localhost", "https://www.portal.example"])
def test_other_names_of_the_site_are_asked_of_itself(host):
    assert (SITE + "/a", None) == SCOPE.page(f"{host}/a")
    assert SITE + "/f.pdf" == SCOPE.file(f"{host}/f.pdf")
    # Nothing is sent there, also by redirect.
    assert not SCOPE.holds(f"{host}/a")
    assert SCOPE.holds(SITE + "/a")


def test_a_list_whose_pages_are_all_on_one_other_host_names_those_of_the_site():
    old = ["https://old.example/a", "https://old.example/b"]
    assert "old.example" == SCOPE.other_host(old)
    assert "" == SCOPE.other_host([*old, SITE + "/c"])
    assert "" == SCOPE.other_host([*old, "https://third.example/c"])
    assert [(SITE + "/a", None), (SITE + "/b", None)] == list(SCOPE.pages(old, "old.example"))
    assert {"old.example": 2} == SCOPE.elsewhere([*old, SITE + "/c", "http://default/d"])
