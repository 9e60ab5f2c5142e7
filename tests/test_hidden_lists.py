"""Lists of news that no menu leads to, or that are no ordinary listings: all their items are found."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.crawling import crawl, items
from tests.hostile import ONE, Hostile, page

TALES = 12
ALL = range(TALES)


def rows(numbers, path="/tale-{}"):
    found = "".join(f'<div class="views-row"><h3><a href="{path.format(n)}">Tale {n}</a></h3></div>' for n in numbers)
    return f'<div class="view-content">{found}</div>'


def links(*paths):
    return "".join(f'<li><a href="{path}">{path.rpartition("/")[2]}</a></li>' for path in paths)


def section(path, content):
    """A page with a menu of its own: ``/weirs/upper`` with ``/weirs/upper/tales``."""
    return page("A place at the weir", f"<p>{'Nothing happens here. ' * 30}</p><nav><ul>{links(content)}</ul></nav>")


def typed(kind, number):
    """A tale whose theme prints its content type and no block of metadata."""
    status, headers, body = page(f"Tale {number} of the weir", "It began at the weir. " * 20)
    old = b"<body "
    return status, headers, body.replace(old, f'<body class="page-node-{number + 1} page-node-type-{kind}"'.encode())


def text(lines, kind="text/plain"):
    return 200, {"Content-Type": kind}, lines.encode()


def places(_):
    names = [f"/weirs/weir-{n}" for n in range(6)]
    known = {"/weirs": page("Weirs", rows(range(6), "/weirs/weir-{}"))}
    for number, name in enumerate(names):
        known[name] = section(name, f"{name}/tales")
        known[f"{name}/tales"] = page("Tales", rows(ALL[number::6]))
    return ["/weirs"], known


def subjects(_):
    known = {f"/subjects/subject-{n}": page("A subject", rows(ALL[n::6])) for n in range(6)}
    return ["/subjects"], {"/subjects": page("Subjects", rows(range(6), "/subjects/subject-{}")), **known}


def months(_):
    names = [f"/happens/2024/{month:02}" for month in range(1, 7)]
    known = {name: page("A month", rows(ALL[n::6])) for n, name in enumerate(names)}
    return ["/happens"], {"/happens": page("What happens", f"<ul>{links(*names)}</ul>"), **known}


def filtered(_):
    return ["/things?kind=7"], {
        "/things": page("Things", "<p>Choose a kind of thing.</p>"),
        "/things?kind=7": page(
            "Things", rows(ALL[:6]) + '<ul class="pager"><li><a href="?kind=7&page=1">2</a></li></ul>'
        ),
        "/things?kind=7&page=1": page("Things", rows(ALL[6:])),
    }


def embedded(_):
    frame = page("What happens", '<iframe src="/embed/list"></iframe>')
    return ["/happens"], {"/happens": frame, "/embed/list": page("Tales", rows(ALL))}


def loaded(_):
    more = '<details data-src="/part/2020"><summary>2020</summary></details>'
    return ["/happens"], {
        "/happens": page("What happens", rows(ALL[:6]) + more), "/part/2020": page("2020", rows(ALL[6:])),
    }  # fmt: skip


def buttons(_):
    """A form of which one button is always pressed."""
    kinds = "".join(f'<input type="radio" name="kind" value="{n}" {"checked" if n == 1 else ""}>' for n in (1, 2))
    form = f'<form action="/happens">{kinds}</form>'
    return ["/happens"], {
        "/happens": page("What happens", form + rows(ALL[:6])),
        "/happens?kind=1": page("What happens", form + rows(ALL[:6])),
        "/happens?kind=2": page("What happens", form + rows(ALL[6:])),
    }


def calendar(_):
    """Months that link to the one before only; in some of them nothing happened."""
    names = [f"/happens/2024-{month:02}" for month in range(12, 0, -1)]
    known = {}
    for number, name in enumerate(names):
        back = f'<a href="{names[number + 1]}">Earlier</a>' if number < 11 else ""
        known[name] = page("A month", back + (rows(ALL[number : number + 3]) if number % 3 == 0 else "<p>Nothing.</p>"))
    return ["/happens"], {"/happens": known[names[0]], **known}


def going_round(_):
    """A pager whose third page leads back to the second."""
    known = {}
    for number in range(4):
        following = {0: 1, 1: 2, 2: 1}.get(number)
        link = f'<a href="?page={following}" rel="next">Next</a>' if following else ""
        known[f"/happens?page={number}"] = page("What happens", rows(ALL[number * 3 : number * 3 + 3]) + link)
    return ["/happens"], {"/happens": known["/happens?page=0"], **known}


def of_other_section(_):
    return ["/happens"], {
        "/happens": page("What happens", rows(ALL[:6]) + rows(ALL[6:], "/projects/tale-{}")),
    }


def of_likely_type(_):
    return ["/happens"], {"/happens": page("What happens", rows(ALL, "/blog-post/{}"))}


def of_type_in_sitemap(site):
    urls = "".join(f"<url><loc>{site}/blog-post/{n}</loc></url>" for n in ALL[6:])
    sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    return ["/happens"], {
        "/happens": page("What happens", rows(ALL[:6], "/blog-post/{}")),
        "/sitemap.xml": text(sitemap, "application/xml"),
    }


def plain_sitemap(site):
    lines = "\n".join(f"{site}/tale-{n}" for n in ALL)
    return [], {"/robots.txt": text(f"Sitemap: {site}/pages.txt\n"), "/pages.txt": text(lines)}


def feed_of_pages(site):
    known = {}
    for part in range(3):
        entries = "".join(f'<entry><link href="{site}/tale-{n}"/></entry>' for n in ALL[part::3])
        further = f'<link rel="next" href="{site}/tales?part={part + 1}"/>' if part < 2 else ""
        known[f"/tales?part={part}"] = text(
            f'<feed xmlns="http://www.w3.org/2005/Atom">{further}{entries}</feed>', "application/atom+xml"
        )
    return ["/about"], {"feed": "/tales?part=0", "type": "application/atom+xml", **known}


def json_feed(site):
    known = {}
    for part in range(3):
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "items": [{"url": f"{site}/tale-{n}"} for n in ALL[part::3]],
        }
        more = {"next_url": f"{site}/tales?part={part + 1}"} if part < 2 else {}
        known[f"/tales?part={part}"] = text(json.dumps(feed | more), "application/feed+json")
    return ["/about"], {"feed": "/tales?part=0", "type": "application/feed+json", **known}


CASES = {
    "tales of each place": places,
    "lists of each subject": subjects,
    "an archive by month only": months,
    "a filter in the menu": filtered,
    "an embedded list": embedded,
    "a part that a script loads": loaded,
    "buttons of which one is pressed": buttons,
    "a calendar": calendar,
    "a pager that leads back": going_round,
    "rows in a section of other content": of_other_section,
    "a content type that is likely news": of_likely_type,
    "the same type in the sitemap": of_type_in_sitemap,
    "a sitemap of text": plain_sitemap,
    "a feed of several pages": feed_of_pages,
    "a JSON feed": json_feed,
}


@pytest.mark.parametrize("plan", CASES.values(), ids=CASES)
def test_all_items_are_found(plan, tmp_path):
    known = {}

    def answer(target):
        path = urlsplit(target).path
        if target in known or path in known:
            return known.get(target) or known[path]
        number = path.rpartition("/")[2].rpartition("-")[2]
        if path.startswith("/blog-post/") and number.isdecimal():
            return typed("blog-post", int(number))
        if "/tale-" in path and number.isdecimal() and not parse_qs(urlsplit(target).query):
            return page(f"Tale {number} of the weir", "It began at the weir.", node=int(number) + 1)
        return None

    with Hostile(answer) as site:
        menu, found = plan(site.url)
        head = (
            f'<link rel="alternate" type="{found.get("type")}" href="{found.get("feed")}">' if "feed" in found else ""
        )
        known.update({name: one for name, one in found.items() if name.startswith("/")})
        known["/"] = page("Welcome", f'<nav><ul class="menu">{links(*menu)}</ul></nav>', head=head)
        settings = {
            **ONE,
            "MIGRATION_SITEMAPS": "/sitemap.xml",
            "MIGRATION_LISTINGS": "/",
            "MIGRATION_LANGUAGES": "en",
            "MIGRATION_LINK_SAMPLE": 8,
        }
        printed = crawl(tmp_path, site=site.url, **settings)
    assert "Complete." in printed
    assert {*range(1, TALES + 1)} == {item["node_id"] for item in items(tmp_path)}
