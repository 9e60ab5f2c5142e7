"""Rows of listings, from any theme, and what is no row."""

import sys

import pytest

from migration_spider.pages import row_candidates
from tests.pages.listings import BOATS, FARO, MARKUP, QUAY, ROWS, THREE, link, table
from tests.pages.page import SITE, listing


@pytest.mark.parametrize("markup", MARKUP.values(), ids=MARKUP.keys())
def test_rows(markup):
    assert ROWS == [tuple(row) for row in listing(markup).rows]
    assert not listing(markup).is_empty


def shelf(number):
    """A row of a table: who wrote it, its kind, its title, the file, its date."""
    author = f'<a href="/people/{number % 2}">{("Ann Example of the Office", "Bob Example the Elder")[number % 2]}</a>'
    return author, '<a href="/kind/note">Note</a>', link(number), f'<a href="/{number}.pdf">PDF</a>', THREE[number][2]


LATEST = """<div class="block"><h2>Latest news</h2><ul><li><a href="/one">One more thing happened in the harbour</a> 9 May 2022</li>
    <li><a href="/two">Another thing happened in the harbour</a> 8 May 2022</li><li><a href="/three">A third thing happened</a> 7 May 2022
    </li></ul></div>"""
SOON = """<div class="block"><h3>Upcoming events</h3><div class="views-row"><h3><a href="/forum">Forum of the ferry towns</a></h3>9 June 2022</div>
    <div class="views-row"><h3><a href="/fair">Fair of the ferry towns</a></h3>8 June 2022</div></div>"""
SUBJECTS = "<ul><li><a href='/quays'>Harbours, quays and all lights</a></li><li><a href='/fees'>Fees of the long quays</a></li></ul>"
SHAPES = {
    "grouped by date": f"""<div><h3><time>12 May 2021</time></h3><table><caption>12</caption><tr><td>1</td><td>{link(0)}</td></tr></table>
        </div><div><h3><time>3 June 2020</time></h3><table><caption>3</caption><tr><td>2</td><td>{link(1)}</td></tr></table></div>""",
    "dates between lines": f"<h4>12 May 2021</h4><p>{link(0)}</p><h4>3 June 2020</h4><p>{link(1)}</p>",
    "dates in lines of the table": table("", ("12 May 2021",), ("1", link(0)), ("3 June 2020",), ("2", link(1))),
    "grouped by year": f"""<h3>2021</h3><ul><li>{link(0)} 12 May 2021</li></ul>
        <h3>2020</h3><ul><li>{link(1)} 3 June 2020</li><li>{link(2)} 1 May 2020</li></ul>""",
    "years that fold": f"""<div class="fold open"><h3>2021</h3><ul><li>{link(0)} 12 May 2021</li></ul></div>
        <div class="fold"><h3>2020</h3><ul><li>{link(1)} 3 June 2020</li><li>{link(2)} 1 May 2020</li></ul></div>""",
    "lists in a list": f"""<ul><li><a href="/2021">2021</a><ul><li>{link(0)} 12 May 2021</li></ul></li>
        <li><a href="/2020">2020</a><ul><li>{link(1)} 3 June 2020</li><li>{link(2)} 1 May 2020</li></ul></li></ul>""",
    "cards without a box": f"""<h3>{link(0)}</h3><p>12 May 2021</p><p>Boats.</p><hr><h3>{link(1)}</h3><p>3 June 2020</p><p>Light.</p>
        <p>Written on 4 May 2023</p>""",
    "dates over cards without a box": f"<p>12 May 2021</p><h3>{link(0)}</h3><p>Boats.</p><p>3 June 2020</p><h3>{link(1)}</h3><p>Light.</p>",
    "lines": f"<p>12 May 2021<br>{link(0)}<br><br>3 June 2020<br>{link(1)}<br></p>",
    "definitions": f"<dl><dt>{link(0)}</dt><dd>12 May 2021. Boats.</dd><dt>{link(1)}</dt><dd>3 June 2020. <a href='/x'>Light</a></dd></dl>",
    "dates as terms": f"<dl><dt>12 May 2021</dt><dd>{link(0)}</dd><dt>3 June 2020</dt><dd>{link(1)}</dd></dl>",
    "table with a head": table("<tr><th>Who<th>Kind<th>Title<th>File<th>Day</tr>", *map(shelf, range(3))),
    "table without a head": table("", *map(shelf, range(3))),
    "authors by their own names": table("<tr><th>Who<th>Title</tr>", *(
        (f'<a href="/{n}">The harbour master of town {n}</a>', link(n, THREE[n][1]), THREE[n][2]) for n in range(3))),
    "files that are named": table("", *(
        (THREE[n][2], link(n), f'<a href="/{n}.pdf">Download (PDF, {n} MB)</a>') for n in range(2))),
    "linked cards without a heading": f"""<div>{link(0, '<img src="/b.jpg" alt="Boat"><span class="title">Boats come home</span><b>12 May 2021</b>')}
        {link(1, '<img src="/f.jpg" alt=""><span class="title">El faro sigue</span><b>3 June 2020</b>')}</div>""",
    "pictures before links": f"""<ul><li>{link(0, '<img src="/b.jpg">')}{link(0)} 12 May 2021</li>
        <li>{link(1, '<img src="/f.jpg" alt="A tower">')}{link(1)} 3 June 2020</li></ul>""",
    "subjects before titles": "<ul>" + "".join(
        f'<li><i><a href="/of/{n % 2}">Harbours, quays and lights</a></i><b>{link(n)}</b> {THREE[n][2]}</li>' for n in range(3)) + "</ul>",
    "authors after titles": "<ul>" + "".join(
        f'<li>{link(n)} by <a href="/of/{n}">Harbour master {n}</a>, {THREE[n][2]}</li>' for n in range(2)) + "</ul>",
    "rows of two kinds": f"""<article class="node"><h2>{link(0)}</h2>12 May 2021</article><article class="node film"><p class="name">
        {link(1)}</p>3 June 2020</article><article class="node"><h2>{link(2)}</h2>1 May 2020</article>""",
    "rows of two kinds of one theme": f"""<div class="node plain"><h2>{link(0)}</h2>12 May 2021</div><div class="node node-teaser">
        <h2 class="title">{link(1)}</h2>3 June 2020</div><div class="node plain"><h2>{link(2)}</h2>1 May 2020</div>""",
    "groups with names that are linked": f"""<div><div class="group"><h3><a href="/2021">Year of the boats</a></h3><ul><li class="views-row">
        {link(0)} 12 May 2021</li></ul></div><div class="group"><h3><a href="/2020">Year of the quay</a></h3><ul><li class="views-row">{link(1)} 3 June
        2020</li><li class="views-row">{link(2)} 1 May 2020</li></ul></div></div>""",
    "beside blocks with more": f"""<div id="block-system-main"><ul><li>{link(0)} - 12 May 2021</li><li>{link(1)} - 3 June 2020</li></ul></div>
        <div class="block">{"".join(f"<div class='views-row'><h3><a href='/x{n}'>Pier {n} of the ferry</a></h3></div>" for n in range(3))}</div>""",
    "one word for all": "".join(
        f"<div><h4>{THREE[n][1]}</h4><p>{THREE[n][2]}</p><p>{link(n, 'Hier')}</p></div>" for n in range(3)),
    "read on, without a box": "".join(
        f"<h4>{THREE[n][1]}</h4><p>{THREE[n][2]}</p><p>{link(n, 'Read more')}</p>" for n in range(2)),
    "beside the latest": MARKUP["run together"] + LATEST,
    "below the latest": LATEST + MARKUP["views rows"],
    "beside events": MARKUP["views rows"] + SOON,
    "beside subjects": SUBJECTS + MARKUP["run together"],
    "beside chapters": "<div><h3><a href='/1'>Chapter one</a></h3>12 May 2022</div><div><h3><a href='/2'>Chapter two</a></h3>13 May 2022</div>"
        + "".join(f"<p class='teaser'><b class='title'>{link(n)}</b> {THREE[n][2]}</p>" for n in range(2)),
    "beside a column without a heading": MARKUP["run together"]
        + LATEST.replace('"block"', '"the-sidebar"').replace("<h2>Latest news</h2>", ""),
    "beside a list of other things": "".join(
        f'<div class="block of-{name}"><h2>Now</h2>{lines}</div>' for name, lines in (
            ("news", "".join(f'<div class="views-row">{link(n)} {THREE[n][2]}</div>' for n in range(2))),
            ("fairs", '<div class="views-row"><a href="/fair">Fair</a> 8 June 2022</div>'))),
    "a menu of a theme without nav": '<div id="site-menu"><ul>' + "".join(
        f'<li><a href="/{n}">All about the ferry towns and their harbour {n}</a></li>' for n in range(9)) + "</ul></div>"
        + MARKUP["bare list"],
    "headers of articles": "".join(
        f"<article><header><h3>{link(n)}</h3></header><footer>{THREE[n][2]}</footer></article>" for n in range(2)),
    "a node of a type called like a part of the site": f'<article class="node tags">{MARKUP["bare list"]}</article>',
    "first and last of a list": "".join(
        f'<p class="{name}"><b>{link(n)}</b> {THREE[n][2]}</p>' for n, name in enumerate(("row-first", "row-odd even", "row-last"))),
    "numbered classes": "".join(f'<div class="row-{n}"><h4>{link(n)}</h4>{THREE[n][2]}</div>' for n in range(3)),
}  # fmt: skip


@pytest.mark.parametrize("markup", SHAPES.values(), ids=SHAPES.keys())
def test_rows_of_any_shape(markup):
    found = [tuple(row) for row in listing(markup).rows]
    assert (THREE if QUAY in markup else ROWS) == found


@pytest.mark.parametrize(
    "words",
    [
        "Read more",
        "Lire la suite »",
        "Leer más",
        "اقرأ المزيد",
        "Читать далее",
        "阅读更多",
        "Saiba mais",
        "Weiterlesen",
    ],
)
def test_links_that_lead_on_have_the_title_of_their_row(words):
    hidden = "<p>{}</p>{}<span class='visually-hidden'> about {}</span></a>"
    shown = "<h3>{2}</h3><p>{0}</p>{1}</a>"
    for row in (hidden, shown):
        rows = [row.format(day, f"<a href='{url}'>{words}", title) for url, title, day in ROWS]
        found = listing("".join(f"<div class='card'><img src='/a.jpg' alt=''>{one}</div>" for one in rows)).rows
        assert ROWS == [tuple(one) for one in found]


def test_rows_lead_to_other_sites_and_to_files():
    rows = "<li><a href='https://press.example/boats'>Boats come home</a></li><li><a href='/faro.pdf'>El faro sigue</a></li>"
    assert ["https://press.example/boats", f"{SITE}/faro.pdf"] == [row.url for row in listing(f"<ul>{rows}</ul>").rows]


NO_ROWS = {
    "an enumeration": "<div>" + ", ".join(f"<a href='/word-{n}'>word number {n}</a>" for n in range(30)) + "</div>",
    "links in sentences": "".join(
        f"<p>The ferry towns met for two days, {'then ' * 10} in <a href='/{n}'>harbour {n}</a>.</p>" for n in range(5)),
    "links that begin sentences": "".join(
        f"<p><a href='/{n}'>Harbour {n}</a> is where {'boats and ' * 9} lights are.</p>" for n in range(5)),
    "share": "<h3>Share:</h3><ul><li><a href='https://a.example/?u=x'>Birdsong</a></li>"
        "<li><a href='https://b.example/'>Harbourbook</a></li></ul>",
    "one heading": "<h2><a href='/a'>One thing</a></h2><p>Words.</p>",
    "pictures without words": "".join(f"<p><a href='/{n}'><img src='/small-{n}.jpg'></a></p>" for n in range(5)),
    "pictures": "".join(f"<p><a href='/{n}.jpg'><img src='/small-{n}.jpg'></a></p>" for n in range(5)),
    "whom a text quotes": "<article>" + "".join(
        "<p>The ferry towns met.</p><blockquote><p>Nobody signed anything new on 5 May 2021.</p>"
        f"<p>(<a href='/{n}'>Office of the town {n}</a>)</p></blockquote>" for n in range(2)) + "</article>",
}  # fmt: skip


@pytest.mark.parametrize("content", NO_ROWS.values(), ids=NO_ROWS.keys())
def test_no_rows(content):
    assert [] == listing(content).rows


def wrong():
    """Names of the shapes whose rows are read wrong."""
    found = []
    for name, markup in {**MARKUP, **SHAPES, **NO_ROWS}.items():
        wanted = [] if name in NO_ROWS else THREE if QUAY in markup else ROWS
        if wanted != [tuple(row) for row in listing(markup).rows]:
            found.append(name)
    return found


@pytest.mark.parametrize("table", ["FACTORS", "REFUSALS"])
def test_nothing_speaks_for_or_against_rows_without_a_case(table, monkeypatch):
    assert [] == wrong()
    entries = getattr(row_candidates, table)
    for one in entries:
        monkeypatch.setattr(row_candidates, table, tuple(other for other in entries if other is not one))
        assert [] != wrong(), one[-1]


def test_numbers_of_documents_are_titles_but_those_of_years_are_not():
    for numbers, found in (("15-1202", "15-1203"), 2), (("20-95", "20-94"), 2), (("2021", "2020"), 0):
        rows = table("", *((f'<a href="/{number}">{number}</a>', "Answered", "12 May 2021") for number in numbers))
        assert found == len(listing(rows).rows)


def test_headings_with_the_same_words_are_titles():
    node = "<div class='node'><h3><a href='/{0}'>Deckhand</a></h3><p>See the <a href='/p{0}'>pier of the ferry towns</a></p></div>"
    found = listing("".join(map(node.format, range(4)))).rows
    assert [f"{SITE}/{number}" for number in range(4)] == [row.url for row in found]


def test_a_date_that_is_all_of_a_cell_is_that_of_the_row():
    row = '<a href="/{0}">{0}</a>', "Ferry v. Pier<br>Plain copy of 9 June 2021", "12 May 2021"
    rows = table("", *((row[0].format(number), *row[1:]) for number in ("20-95", "20-94")))
    assert ["12 May 2021"] * 2 == [row.date for row in listing(rows).rows]


def test_links_without_boxes_are_rows():
    words = ("Boats come home to all of the ferry towns", "A lighthouse stands where it stood before")
    found = listing("<div>" + "".join(f"<a href='/{n}'>{text}</a>" for n, text in enumerate(words)) + "</div>").rows
    assert [(word, None) for word in words] == [(row.title, row.date) for row in found]


def test_rows_say_more_than_menus():
    menu = "".join(f"<li><a href='/{n}'>All about our ferry towns {n}</a></li>" for n in range(2))
    rows = "".join(f"<div>{link(n)}<p>{'The towns met there once more. ' * 5}</p></div>" for n in range(2))
    assert [BOATS, FARO] == [row.url for row in listing(f"<ul>{menu}</ul>{rows}").rows]


@pytest.mark.parametrize("text", ["On 5 May 2020 the towns met for two days and agreed to keep one shared list.", ""])
def test_no_date_of_a_row(text):
    rows = f"<div class='views-row'>{link(0)}<p>{text}</p></div><div class='views-row'>{link(1)}</div>"
    found = listing(f"<p>All that we said since 1 May 2020:</p>{rows}<p>Last updated: 4 May 2023</p>").rows
    assert [(BOATS, None), (FARO, None)] == [(row.url, row.date) for row in found]


def calls(number):
    """Function calls that the rows of a page with ``number`` links of several kinds take."""
    links = ", ".join(f"<a href='/word-{n}'>word {n}</a>" for n in range(number))
    rows = "".join(f"<tr><td><a href='/{n}'>Row {n} of them</a></td><td>12 May 2021</td></tr>" for n in range(number))
    page, count = listing(f"<div>{links}</div><table>{rows}</table><h2><a href='/a'>A</a></h2>"), 0

    def called(frame, event, arg):
        nonlocal count
        count += event in ("call", "c_call")

    assert page.chrome
    sys.setprofile(called)
    try:
        assert number == len(page.rows)
    finally:
        sys.setprofile(None)
    return count


def test_work_grows_with_the_links():
    assert calls(800) < 6 * calls(200)
