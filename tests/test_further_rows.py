"""Listings whose further rows are reached in unusual ways: all are found, or the run names the listing that it did not read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.crawling import crawl, items
from tests.hostile import Hostile, page, redirect

STORIES, ROWS = 24, 4
LAST = STORIES // ROWS - 1
YEARS = ("2024", "2023", "2022")
HERE = "/what-happens"


def rows(first, last):
    """Rows of some of the stories."""
    found = "".join(
        f'<div class="views-row"><h3><a href="/tale-{n}">Tale {n} of the weir</a></h3></div>'
        for n in range(first, last)
    )
    return f'<div class="view-content">{found}</div>'


def of_page(number, more="", *, empty_from=99):
    shown = rows(number * ROWS, (number + 1) * ROWS) if number < empty_from else "<p>No results.</p>"
    return page("What happens", shown + more)


def numbers(link, *, pages=range(LAST + 1), style="pager"):
    return f'<ul class="{style}">' + "".join(f'<li><a href="{link(n)}">{n + 1}</a></li>' for n in pages) + "</ul>"


def at(target):
    """(path, number of the page, query) that are asked for."""
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    number = query.get("page", "0")
    return parts.path, int(number) if number.isdecimal() else 0, query


def broken_off(later):
    """A pager with all numbers, of which those from the third on do not show what they should."""
    pager = numbers(lambda n: f"?page={n}")
    return lambda path, number, query: of_page(number, pager) if number < 2 else later(pager)


def older(path, number, query):
    number = int(path.rpartition("/")[2]) if path != HERE else 0
    link = f'<p><a href="{HERE}/older/{number + 1}">Older posts</a></p>' if number < LAST else ""
    return of_page(number, link)


def two_pagers(path, number, query):
    """The first pager turns something else; that of the stories has a parameter of its own, and few numbers at a time."""
    number = int(query.get("tales", "0"))
    others = '<ul class="pager"><li class="pager__item--next"><a href="?page=1" rel="next">Next</a></li></ul>'
    near = range(max(0, number - 1), min(LAST, number + 1) + 1)
    return of_page(number, others + numbers(lambda n: f"?tales={n}", pages=near, style="pagination"))


def button(text, *, style="more", tag="button"):
    more = f'<div class="{style}"><{tag} class="btn">{text}</{tag}></div>'
    return lambda path, number, query: of_page(0, more)


def of_years(form):
    third = STORIES // len(YEARS)

    def answer(path, number, query):
        year = query.get("year") or (path.rpartition("/")[2] if path != HERE else YEARS[0])
        first = YEARS.index(year) * third
        return page("What happens", form + rows(first, first + third))

    return answer


def of_months(path, number, query):
    """The latest stories, and an archive by month below them."""
    months = [f"2024/{month:02}" for month in range(1, LAST + 2)]
    if path != HERE:
        return of_page(months.index(path.removeprefix(f"{HERE}/")))
    return of_page(0, "".join(f'<p><a href="{HERE}/{month}">{month}</a></p>' for month in months))


def options(values, name):
    listed = "".join(f'<option value="{value}">{value}</option>' for value in values)
    return f'<form action="{HERE}"><select name="{name}">{listed}</select></form>'


@dataclass(frozen=True)
class Case:
    answer: Callable
    says: str = ""
    """What an incomplete run says; empty when all is found."""


CASES = {
    "older posts": Case(older),
    "two pagers": Case(two_pagers),
    "a year is always chosen": Case(of_years(options(YEARS, "year"))),
    "an archive by month": Case(of_months),
    "a list to jump from": Case(of_years(options([f"{HERE}/{year}" for year in YEARS], "jump"))),
    "later pages are denied": Case(
        broken_off(lambda pager: (403, {"Content-Type": "text/html"}, b"No")), "(answer 403)"
    ),
    "later pages are not there": Case(broken_off(lambda pager: None), "(answer 404)"),
    "later pages are empty": Case(
        broken_off(lambda pager: page("What happens", "<p>No results.</p>")), "(has no rows)"
    ),
    "later pages are the first": Case(broken_off(lambda pager: of_page(0, pager)), "no new rows after page 2"),
    "later pages lead home": Case(broken_off(lambda pager: redirect("/")), "no new rows after page 2"),
    "a button for a script": Case(button("Load more"), "loads more rows with a script"),
    "the same in French": Case(button("Afficher plus"), "loads more rows with a script"),
    "a pager for a script": Case(button("2", style="pagination", tag="a"), "loads more rows with a script"),
}


def portal(case, robots=b"User-agent: *\nDisallow:\n"):
    def answer(target):
        path, number, query = at(target)
        if path == "/robots.txt":
            return 200, {"Content-Type": "text/plain"}, robots
        if path == "/":
            return page("Welcome", f'<nav><ul class="menu"><li><a href="{HERE}">What happens</a></li></ul></nav>')
        if path.startswith("/tale-"):
            return page(f"Tale {path[6:]} of the weir", "It began at the weir.", node=int(path[6:]) + 1)
        return case.answer(path, number, query) if path.startswith(HERE) else None

    return Hostile(answer)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_all_rows_or_the_listing_that_was_not_read(case, tmp_path):
    with portal(case) as site:
        printed = crawl(tmp_path, site=site.url, code=3 if case.says else 0, MIGRATION_LINK_SAMPLE=20)
    found = {item["node_id"] for item in items(tmp_path)}
    assert bool(case.says) == ("Complete." not in printed)
    assert case.says in printed
    assert f"{site.url}{HERE}" in printed or not case.says
    assert bool(case.says) == (found < {*range(1, STORIES + 1)})


def linked(label, answers, robots=b"User-agent: *\nDisallow: /denied\n"):
    """A site with a listing of four stories, and a link with this label in its menu to another page."""

    def answer(target):
        path, _, _ = at(target)
        if path == "/robots.txt":
            return 200, {"Content-Type": "text/plain"}, robots
        if path == "/":
            links = [(HERE, "What happens"), ("/denied", label), ("/news", "News")]
            entries = "".join(f'<li><a href="{to}">{name}</a></li>' for to, name in links)
            return page("Welcome", f'<nav><ul class="menu">{entries}</ul></nav>')
        if path.startswith("/tale-"):
            return page(f"Tale {path[6:]} of the weir", "It began at the weir.", node=int(path[6:]) + 1)
        return of_page(0) if path == HERE else answers(path)

    return Hostile(answer)


@pytest.mark.parametrize(
    ("label", "answers", "says"),
    [
        ("Press releases", lambda path: None, "/denied is linked as a listing of news, and was not read (robots.txt"),
        (
            "Members",
            lambda path: (403, {}, b"No"),
            "/news is linked as a listing of news, and was not read (answer 403)",
        ),
    ],
    ids=["robots.txt", "403"],
)
def test_a_listing_of_news_that_may_not_be_read(label, answers, says, tmp_path):
    with linked(label, answers) as site:
        printed = crawl(tmp_path, site=site.url, code=3)
    assert f"{site.url}{says}" in printed
    assert "Members" not in label or "/denied is linked" not in printed
    assert ROWS == len(items(tmp_path))


def test_a_page_for_every_unknown_address_is_no_listing(tmp_path):
    def answer(target):
        if target == "/robots.txt":
            return 404, {}, b""
        if target.startswith("/tale-"):
            return page(f"Tale {target[6:]} of the weir", "It began at the weir.", node=int(target[6:]) + 1)
        return of_page(0)

    with Hostile(answer) as site:
        printed = crawl(tmp_path, site=site.url, code=3)
    assert "neither a listing of news nor a sitemap was found" in printed
    assert ROWS == len(items(tmp_path))


def test_translations_at_another_host(tmp_path):
    def answer(target):
        if target == "/robots.txt":
            return 404, {}, b""
        if target.startswith("/tale-"):
            own, other = site.url + target, f"http://fr.weir.example{target}"
            head = (
                f'<link rel="alternate" hreflang="en" href="{own}"><link rel="alternate" hreflang="fr" href="{other}">'
            )
            return page(f"Tale {target[6:]}", "It began at the weir.", node=int(target[6:]) + 1, head=head)
        return of_page(0) if target == "/news" else None

    with Hostile(answer) as site:
        printed = crawl(tmp_path / "all", site=site.url, code=3)
        assert "have translations at fr.weir.example" in printed
        assert "Sample" in crawl(tmp_path / "english", "languages=en", site=site.url)


def test_translations_that_differ_in_their_query(tmp_path):
    def answer(target):
        path, _, query = at(target)
        if path.startswith("/tale-"):
            own = site.url + path
            head = f'<link rel="alternate" hreflang="en" href="{own}"><link rel="alternate" hreflang="fr" href="{own}?language=fr">'
            language = query.get("language", "en")
            text = {"en": "It began at the weir.", "fr": "Tout a commencé au barrage."}[language]
            return page(f"Tale {path[6:]}", text, node=int(path[6:]) + 1, head=head, language=language)
        return of_page(0) if target == "/news" else None

    with Hostile(answer) as site:
        crawl(tmp_path, site=site.url, MIGRATION_HARVEST=True)
        before = len(site.paths)
        crawl(tmp_path, site=site.url, MIGRATION_HARVEST=True, MIGRATION_FULL=True)
        asked = {path for path in site.paths[before:] if "/tale" in path}
    assert [f"{n}@{language}" for n in range(1, ROWS + 1) for language in ("en", "fr")] == sorted(
        item["id"] for item in items(tmp_path)
    )
    assert {f"/tale-{n}{query}" for n in range(ROWS) for query in ("", "?language=fr")} == asked


def test_stories_with_a_day_as_their_address(tmp_path):
    def answer(target):
        if target.startswith("/briefing/"):
            day = int(target[-2:])
            return page(f"Briefing {day}", "It began at the weir.", node=day)
        if target != "/news":
            return None
        days = [f"/briefing/2024-05-{day:02}" for day in range(1, 9)]
        return page(
            "News", "".join(f'<div class="views-row"><h3><a href="{day}">Briefing</a></h3></div>' for day in days)
        )

    with Hostile(answer) as site:
        crawl(tmp_path, site=site.url)
    assert {*range(1, 9)} == {item["node_id"] for item in items(tmp_path)}


def test_pages_that_robots_txt_forbids(tmp_path):
    plain = Case(lambda path, number, query: of_page(number, numbers(lambda n: f"?page={n}")))
    with portal(plain, b"User-agent: *\nDisallow: /*?page=\n") as site:
        printed = crawl(tmp_path, site=site.url, code=3)
    assert "(robots.txt forbids it), and" in printed
    assert ROWS == len(items(tmp_path))
