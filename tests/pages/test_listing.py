"""Rows and pagers of listings, from any theme."""

import sys

import pytest

from migration_spider.pages import row_candidates
from migration_spider.pages.listing import page_numbers
from tests.pages.page import SITE, listing

ROWS = [
    (f"{SITE}/boats", "Boats come home", "12 May 2021"),
    (f"{SITE}/es/faro", "El faro sigue", "3 June 2020"),
]
MARKUP = {
    "views rows": """<div class="view-content"><div class="views-row"><h3><a href="/boats">Boats come home</a></h3>
        <div>12 May 2021</div><a href="/boats#more">Read more</a></div><div class="views-row"><h3><a href="/es/faro">El faro sigue</a></h3>
        <time datetime="2020-06-03">3 June 2020</time><a href="/tag/1">Light</a></div></div>""",
    "teasers": """<article class="node node--view-mode-teaser"><a href="/boats"><img src="/b.jpg" alt=""></a><h2><a href="/boats" rel="bookmark">
        <span>Boats come home</span></a></h2><div>12 May 2021</div><p>Text.</p></article><article class="node node--view-mode-teaser"><h2>
        <a href="/es/faro">El faro sigue</a></h2><div>3 June 2020</div></article>""",
    "bare articles": """<div><article><h2><a href="/boats">Boats come home</a></h2><div>Published: 12 May 2021</div></article>
        <article><h2><a href="/es/faro">El faro sigue</a></h2><div>Published: 3 June 2020</div></article></div>""",
    "bare list": """<ul><li><a href="/boats">Boats come home</a> 12 May 2021</li><li><a href="/es/faro">El faro sigue</a> 3 June 2020</li></ul>""",
    "table": """<table><thead><tr><th>Title</th><th>Date</th></tr></thead><tbody><tr><td><a href="/boats">Boats come home</a></td>
        <td>12 May 2021</td></tr><tr><td><a href="/es/faro">El faro sigue</a></td><td>3 June 2020</td></tr></tbody></table>""",
    "grid of Views": """<div class="views-view-grid horizontal cols-2"><div class="views-row row-1"><div class="views-col col-1">
        <a href="/boats">Boats come home</a> 12 May 2021</div><div class="views-col col-2"><a href="/es/faro">El faro sigue</a>
        <span>3 June 2020</span></div></div></div>""",
    "linked cards": """<div><a href="/boats"><div class="card"><div>12 May 2021</div><h3>Boats come home</h3><p>Text.</p></div></a>
        <a href="/es/faro"><div class="card"><div>3 June 2020</div><h3>El faro sigue</h3><p>Text.</p></div></a></div>""",
    "linked boxes": """<div><a class="tile" href="/boats"><h3>Boats come home</h3><span>12 May 2021</span></a>
        <a class="tile" href="/es/faro"><h3>El faro sigue</h3><span>3 June 2020</span></a></div>""",
    "run together": """<div><div><a href="/boats">Boats come home</a><span>Pledge</span><span>12 May 2021</span></div>
        <div><a href="/es/faro">El faro sigue</a><span>Resource</span><span>3 June 2020</span></div></div>""",
}


@pytest.mark.parametrize("markup", MARKUP.values(), ids=MARKUP.keys())
def test_rows(markup):
    assert ROWS == [tuple(row) for row in listing(markup).rows]
    assert not listing(markup).is_empty


BOATS, FARO, QUAY = (f"{SITE}/boats", f"{SITE}/es/faro", f"{SITE}/quay")
THREE = [*ROWS, (QUAY, "A longer quay opens", "1 May 2020")]


def link(number, words=None):
    return f'<a href="{THREE[number][0]}">{words or THREE[number][1]}</a>'


def named(number, after=""):
    return f"<p>Our towns met there again.</p>{link(number)}{after}"


def table(head, *rows):
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>{head}<tbody>{lines}</tbody></table>"


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
    "pictures": "".join(f"<p><a href='/{n}.jpg'><img src='/small-{n}.jpg'></a></p>" for n in range(5)),
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


@pytest.mark.parametrize("table", ["SPEAKS", "REFUSES"])
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


@pytest.mark.parametrize(
    ("grid", "row", "cell"), [("table", "tr", "td"), ("div", 'div class="row"', 'div class="col-md-6"')]
)
def test_rows_of_a_grid_are_its_cells(grid, row, cell):
    def cells(*names):
        return "".join(f'<{cell}><span><a href="/{name}">{name}</a></span></{cell.split()[0]}>' for name in names)

    rows = [f"<{row}>{cells(*names)}</{row.split()[0]}>" for names in (("a", "b"), ("c", "d"), ("e",))]
    found = listing(f"<{grid}>{''.join(rows)}</{grid}>").rows
    assert [f"{SITE}/{name}" for name in "abcde"] == [row.url for row in found]


def test_sections_of_a_page_are_no_rows():
    languages = "".join(f'<li><a href="/{code}/news">{code}</a></li>' for code in ("fr", "es"))
    news = "".join(f'<li><a href="/story-{n}">Story {n}</a></li>' for n in range(6))
    found = listing(f"<div><div><ul>{languages}</ul></div><section><ul>{news}</ul></section></div>").rows
    assert {f"{SITE}/story-{n}" for n in range(6)} <= {row.url for row in found}


def test_one_row_is_no_more_than_its_box():
    view = (
        f"<div><p>All since 1 May 2019</p><div class='views-row'><div><h3>{link(0)}</h3></div><i>{{}}</i></div></div>"
    )
    for day in ("12 May 2021", None):
        assert [(BOATS, day)] == [(row.url, row.date) for row in listing(view.format(day or "")).rows]


@pytest.mark.parametrize("day", ["2021, május 12", "2021. május 12.", "2021. 05. 12.", "May, 2021", "mayo de 2021"])
def test_year_before_month_and_month_alone(day):
    box = "<div class='views-row'>{}<p class='teaser__date'>{}</p><p>{}</p></div>"
    rows = box.format(link(0), day, "On view since June 2020") + box.format(link(1), "", "June 2020")
    assert [day.rstrip("."), None] == [row.date for row in listing(rows).rows]


def test_whole_nodes_in_rows_are_rows():
    node = "<div class='views-row'><article class='node node--view-mode-full'><header><h2>{}</h2></header><p>{}</p></article></div>"
    found = listing(node.format(link(0), "Boats. " * 60) + node.format(link(1), "Light. " * 60))
    assert [BOATS, FARO] == [row.url for row in found.rows]
    assert found.article is None


def test_what_else_says_when_a_row_is_of():
    box = "<div class='views-row'><a href='/{0}'>{1}</a>{2}</div>"
    hours = "<p>3/16 <time>12:00 PM</time></p>"
    told = "<p>The towns met on <b>5 May 2020</b> for two days and agreed to keep one shared list.</p>"
    rows = box.format(1, "28 August 2020 | Boats come home", hours) + box.format(2, "The year 2020: boats", told)
    found = listing(rows + box.format(3, "Boats", "<p>The boats come home <b>6 May 2020</b></p>")).rows
    assert ["28 August 2020", None, "6 May 2020"] == [row.date for row in found]


def test_one_dated_row_is_a_row():
    content = "<p>The ferry towns met there for two days, and then they went home again.</p>"
    content += '<div><p>Displaying 1 - 1 of 1</p><div><span><a href="/boats">Boats come home</a></span><span>06 Jul 2019</span></div></div>'
    assert [(f"{SITE}/boats", "Boats come home", "06 Jul 2019")] == [tuple(row) for row in listing(content).rows]


def test_what_teasers_of_nodes_link_to_are_no_rows():
    links = "".join(
        f"<tr><td><a href='/{{0}}-{n}'>Meeting {n} of the ferry towns</a> 12 May 2021</td></tr>" for n in range(9)
    )
    node = f"<div class='node node-teaser'><h2><a href='/{{0}}'>May</a></h2><p>Our towns met.</p><table>{links}</table></div>"
    assert [f"{SITE}/{n}" for n in range(3)] == [row.url for row in listing("".join(map(node.format, range(3)))).rows]


def test_a_linked_chapter_of_a_text_is_no_row():
    chapter = "<h3>{}</h3><p>The towns meet there on 5 May 2021, and then they go home again.</p>"
    text = chapter.format(link(0)) + chapter.format("The way home")
    assert [] == listing(f"<div><p>All of it:</p>{text}</div>").rows
    assert [BOATS] == [row.url for row in listing(f"<div><p>All of it:</p>{chapter.format(link(0))}</div>").rows]


@pytest.mark.parametrize("name", ["nav", "form", "aside", "footer", "header"])
def test_no_part_of_the_site_gives_rows(name):
    content = f"<{name}>{MARKUP['bare list']}</{name}>"
    assert [] == listing(content).rows
    assert 2 == len(listing(content.replace(name, "div")).rows)


def test_rows_of_three_columns_are_of_one_kind():
    rows = "".join(
        f"<div class='{place} views-row'><h3><a href='/{n}'>Story {n} of the towns</a></h3></div>"
        for n, place in enumerate(("left", "middle", "right", "left"))
    )
    assert [f"{SITE}/{n}" for n in range(4)] == [row.url for row in listing(rows).rows]


@pytest.mark.parametrize("classes", ["contextual-region", "node comment", "clear-block with-navbar"])
def test_no_menu_is_called_so(classes):
    rows = "".join(f"<div class='{classes}'><h3><a href='/{n}'>Story {n} of the towns</a></h3></div>" for n in range(3))
    assert [f"{SITE}/{n}" for n in range(3)] == [row.url for row in listing(rows).rows]
    assert [] == listing(rows.replace(classes, "contextual comments")).rows


def test_words_that_lead_on_elsewhere_are_a_title_at_its_place():
    rows = "".join(
        f"<div><h3><a href='/{word}'>{word}</a></h3><p>One of the words of the towns</p></div>"
        for word in ("Word", "Pier")
    )
    assert ["Word", "Pier"] == [row.title for row in listing(rows).rows]


@pytest.mark.parametrize("name", ["facets", "tags"])
def test_a_view_may_be_called_like_a_part_of_the_site(name):
    rows = "".join(f"<div class='views-row'><h3><a href='/{n}'>Story {n} of the towns</a></h3></div>" for n in range(3))
    content = f"<div class='view view-{name} view-id-{name}'><div class='view-content'>{rows}</div></div>"
    assert [f"{SITE}/{n}" for n in range(3)] == [row.url for row in listing(content).rows]
    assert [] == listing(content.replace("view-content", "view-filters menu")).rows


def test_one_row_of_a_view_among_its_tags():
    tags = ", ".join(f"<a href='/tags/{n}'>Tag {n} of the towns</a>" for n in range(5))
    table = f"<table><caption><a href='/boats'><h2>Boats come home</h2></a></caption><tr><td class='views-field-title'>{tags}</td></tr></table>"
    assert [f"{SITE}/boats"] == [row.url for row in listing(f"<div class='view-content'>{table}</div>").rows]


@pytest.mark.parametrize("name", ["main-nav", "block-forum-1", "block-block-21"])
def test_one_dated_teaser_beside_what_every_page_has(name):
    teaser = f"<div><h2><a href='/boats'>Boats come home</a></h2><div>22 May 2012</div>{'<p>The ferry towns met there for two days.</p>' * 3}</div>"
    beside = "".join(f"<li><a href='/{n}'>Place {n} of the towns</a></li>" for n in range(5))
    assert [f"{SITE}/boats"] == [row.url for row in listing(f"{teaser}<div id='{name}'><ul>{beside}</ul></div>").rows]


def test_a_number_in_an_address_is_no_date_of_the_row():
    rows = "".join(
        f"<div class='views-row'><h3><a href='/{n}'>Story {n} of the towns</a></h3><p>http://d.example/j.2012.12.01{n}</p></div>"
        for n in range(3)
    )
    assert [None] * 3 == [row.date for row in listing(rows).rows]


def test_chrome_gives_no_rows():
    content = """<nav><ul><li><a href="/a">About us</a></li><li><a href="/b">Contact</a></li></ul></nav>
    <form><ul><li><a href="?f=1">One filter</a></li><li><a href="?f=2">Another filter</a></li></ul></form>"""
    assert listing(content).is_empty


def test_pager_relative_and_zero_based():
    pager = """<nav class="pager"><ul><li><a href="?page=0">1</a></li><li>2</li><li><a href="?page=2">3</a></li>
    <li class="pager__item--next"><a href="?page=2" rel="next">Next</a></li><li><a href="?page=26">Last</a></li></ul></nav>"""
    page = listing(pager, url=f"{SITE}/es/news?page=1")
    assert [f"{SITE}/es/news?page={n}" for n in (0, 2, 26)] == page.pager_links
    assert f"{SITE}/es/news?page=2" == page.next_url


def test_pager_of_another_view_on_the_page():
    page = listing("<a href='?page=%2C1'>2</a><a href='/elsewhere?page=4'>x</a><a href='?page=first'>x</a>")
    assert [f"{SITE}/news?page=%2C1"] == page.pager_links


def test_a_link_to_the_same_page_in_another_language_is_no_pager():
    assert [] == listing("<a href='?page=4'>English</a>", url=f"{SITE}/news?page=4").pager_links


def test_next_without_rel():
    page = listing("<ul><li><a href='?page=3'>4</a></li><li><a href='?page=1'>2</a></li></ul>")
    assert f"{SITE}/news?page=1" == page.next_url
    assert None is listing("<p>All on one page</p>").next_url


@pytest.mark.parametrize(
    ("url", "numbers"),
    [
        ("?page=3", (3,)),
        ("?page=,2", (0, 2)),
        ("?page=%2C2", (0, 2)),
        ("?page=1,0&x=2", (1, 0)),
        ("?page=x", None),
        ("?p=1", None),
        ("http://[", None),
    ],
)
def test_page_numbers(url, numbers):
    assert numbers == page_numbers(url)


@pytest.mark.parametrize(
    ("shown", "total"),
    [
        ("<p>Displaying results 1 - 12 of 738</p>", 738),
        ("<div><span>1</span> &ndash; <span>12</span> sur <b>1 738</b></div>", 1738),
        ("<p>20</p><p>1 - 12 of 738</p><p>45</p>", 738),
        ("<p>第 1 - 12 项，共 738 项</p>", 738),
        ("<p>1 - 12 of 738</p><p>1 - 12 of 40</p>", None),
        ("<p>12 - 1 of 738</p>", None),
        ("<p>12 March, 738</p>", None),
        (f"<p>1 - 12 of 738 {'and so on ' * 12}</p>", None),
    ],
)
def test_how_many_results_a_listing_says_it_has(shown, total):
    assert total == listing(f"<main>{shown}</main>").total


def test_a_comment_beside_the_cell_of_the_rows():
    rows = "".join(
        f"<h2><a href='/{n}'>Story {n} of the towns</a></h2><div>By Ann<br>March 2{n}, 2015</div><p>Words that are told.</p>"
        for n in range(4)
    )
    found = listing(f"<table><tr><td>Left</td><!-- a comment --><td><div>{rows}</div></td></tr></table>").rows
    assert [f"March 2{n}, 2015" for n in range(4)] == [row.date for row in found]
