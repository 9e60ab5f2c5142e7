"""Odd rows of listings: grids, nodes, teasers, single rows, parts of the site."""

import pytest

from tests.pages.listings import BOATS, FARO, MARKUP, link
from tests.pages.page import SITE, listing


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


@pytest.mark.parametrize(
    "classes", ["contextual-region", "contextual-links-region", "node comment", "clear-block with-navbar"]
)
def test_no_menu_is_called_so(classes):
    rows = "".join(f"<div class='{classes}'><h3><a href='/{n}'>Story {n} of the towns</a></h3></div>" for n in range(3))
    assert [f"{SITE}/{n}" for n in range(3)] == [row.url for row in listing(rows).rows]
    assert [] == listing(rows.replace(classes, "contextual-links-wrapper comments")).rows


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


def test_a_comment_beside_the_cell_of_the_rows():
    rows = "".join(
        f"<h2><a href='/{n}'>Story {n} of the towns</a></h2><div>By Ann<br>March 2{n}, 2015</div><p>Words that are told.</p>"
        for n in range(4)
    )
    found = listing(f"<table><tr><td>Left</td><!-- a comment --><td><div>{rows}</div></td></tr></table>").rows
    assert [f"March 2{n}, 2015" for n in range(4)] == [row.date for row in found]


def test_a_featured_row_in_a_display_of_its_own_of_the_same_view():
    def view(name, *numbers):
        row = "<div class='views-row'><h3><a href='/{0}'>Story {0} of the towns</a></h3><p>Boats come home</p></div>"
        rows = "".join(map(row.format, numbers))
        return f"<div class='view view-id-{name}'><div class='view-content'>{rows}</div></div>"

    def numbers(*views):
        return [one.url.rpartition("/")[2] for one in listing("".join(views)).rows]

    block = "<div class='block'>{}</div>"
    assert list("123") == numbers(block.format(view("news", 1)), view("news", 2, 3))
    assert list("23") == numbers(block.format(view("events", 1)), view("news", 2, 3))
    assert list("12") == numbers(view("news", 1, 2), block.format(view("news", 3)))


def test_a_featured_node_without_a_row_of_the_same_view():
    def view(box, *numbers):
        row = "<{0} class='node'><h4>Story {1} of the towns</h4><p>The boats come home</p><a href='/{1}'>Read more about story {1}</a></{0}>"
        rows = "".join(f"<div class='{box}'>{row.format('article', number)}</div>" for number in numbers)
        return f"<div class='block'><div class='view view-id-news'>{rows}</div></div>"

    found = listing(view("first", 1) + view("views-row", 2, 3, 4)).rows
    assert list("1234") == [row.url.rpartition("/")[2] for row in found]


def test_a_column_of_files_is_none_of_titles():
    rows = "".join(
        f"<tr><td><a href='/{n}'>Story {n} of the towns</a></td><td><a href='/{n}.pdf'>Slides {n} of boats</a></td></tr>"
        for n in range(4)
    )
    head = "<thead><tr><th>What</th><th>Slides</th></tr></thead>"
    assert [f"{SITE}/{n}" for n in range(4)] == [row.url for row in listing(f"<table>{head}{rows}</table>").rows]


def test_a_row_whose_fields_are_all_headings_has_one_title():
    field = "<div class='views-field views-field-{}'><h2 class='{}'><a href='{}'>{}</a></h2></div>"
    rows = "".join(
        "<div class='views-row'>"
        + field.format("title", "field-content what", f"/{n}", f"Story {n} of the towns and boats")
        + field.format("link", "field-content where", f"https://o.example/{n}", "In a shop")
        + "</div>"
        for n in range(3)
    )
    assert [f"{SITE}/{n}" for n in range(3)] == [row.url for row in listing(rows).rows]


def test_the_title_of_a_publication_stands_in_its_citation():
    entry = """<div class="biblio-entry"><span class="biblio-authors">Ann Quay, Ben Light, Cleo Harbour, Dan Ferry and Eve Boats.</span>
    <i><span class="biblio-title-chicago"><a href="/{0}">Story {0} of the towns</a></span></i> In Boats, 12. ISLE, 2011.
    <ul><li><a href="/{0}/bibtex">BibTex</a></li><li><a href="https://o.example/{0}">Another shop</a></li></ul></div>"""
    found = listing("".join(map(entry.format, range(4)))).rows
    assert [(f"{SITE}/{n}", f"Story {n} of the towns", None) for n in range(4)] == [tuple(row) for row in found]


@pytest.mark.parametrize("classes", ["node ntype-story", "views-row"])
def test_nodes_without_a_linked_title_lead_on_below_their_text(classes):
    node = f"""<div class="{classes}"><h2>Story {{0}} of the towns</h2><div>12 May 2021</div><div><p>The boats came home.
    <a href="https://o.example/{{0}}">The boats of harbour {{0}}</a></p></div><ul><li><a href="/{{0}}">Read more</a></li></ul></div>"""
    found = listing("".join(map(node.format, range(4)))).rows
    assert [(f"{SITE}/{n}", f"Story {n} of the towns", "12 May 2021") for n in range(4)] == [
        tuple(row) for row in found
    ]


def test_a_list_in_the_text_of_a_node_is_none_of_rows():
    links = "".join(
        f"<li><a href='https://o.example/{n}'>Number {n} of the boats that come home</a></li>" for n in range(40)
    )
    node = "<div class='node node-blog'><h2><a href='/{0}'>Story {0}</a></h2><p>The boats came home.</p>{1}</div>"
    texts = ["<h2>Boats</h2><p>Long ones.</p><h2>Quays</h2>", f"<ul>{links}</ul>", ""]
    found = listing("".join(node.format(n, text) for n, text in enumerate(texts))).rows
    assert [f"{SITE}/{n}" for n in range(3)] == [row.url for row in found]


def test_a_row_with_an_unlinked_heading_has_no_address_in_its_text():
    row = (
        "<article class='item'><h3>{}</h3><time>12 May 2021</time><div>All of it: <ul><li>{}</li></ul></div></article>"
    )
    rows = row.format(link(0), "Boats") + row.format("Other places", "<a href='https://o.example/'>Harbour</a> in town")
    assert [BOATS, FARO] == [one.url for one in listing(rows + row.format(link(1), "Light")).rows]


def test_addresses_as_words_name_no_row():
    row = "<tr><td><a href='/{0}'>ann{0}</a></td><td><a href='https://o.example/a/{0}'>https://o.example/story/of/boats/{0}</a></td></tr>"
    found = listing(f"<table>{''.join(map(row.format, range(4)))}</table>").rows
    assert [f"{SITE}/{n}" for n in range(4)] == [one.url for one in found]


def test_items_of_a_list_whose_classes_say_what_each_is_about():
    subjects = ["Boats odd", "Quays &amp; light even", "Light", "Boats", "Ferries", "Boats last"]
    row = "<li class='{1}'><span class='title'><a href='/{0}'>Story {0} of the towns</a></span> by <a href='/ann{0}'>Ann</a></li>"
    found = listing(f"<ul>{''.join(row.format(n, subject) for n, subject in enumerate(subjects))}</ul>").rows
    assert [f"{SITE}/{n}" for n in range(6)] == [one.url for one in found]


def test_a_picture_that_opens_its_large_copy_is_no_row():
    row = "<div class='views-row'><h3>Story {0}</h3><p>Boats come home.</p><a href='/{0}.jpg'><img src='/{0}s.jpg'></a>{1}</div>"
    rows = "".join(row.format(n, f"<a href='https://o.example/{n}'>Read more</a>" if n else "") for n in range(4))
    assert [f"https://o.example/{n}" for n in range(1, 4)] == [one.url for one in listing(rows).rows]


def test_events_in_a_calendar_are_rows_whatever_the_day_of_the_week():
    day = "<td class='single-day {1}'><div class='item'><span class='field-content'>{0}</span></div></td>"
    event = "<a href='/{0}'>Meeting {0} of the towns</a>"
    weeks = "".join(
        "<tr>"
        + "".join(day.format("" if n % 3 else event.format(n), "past" if n < 9 else "future") for n in week)
        + "</tr>"
        for week in (range(7), range(7, 14), range(14, 21))
    )
    table = f"<table><thead><tr><th>Mon</th><th>Tue</th></tr></thead><tbody>{weeks}</tbody></table>"
    assert [f"{SITE}/{n}" for n in range(0, 21, 3)] == [one.url for one in listing(table).rows]


def test_the_title_in_a_link_around_all_of_a_row():
    row = "<div class='views-row'><a href='/{0}'><div>{1} May 2021</div><div>News</div><div>Story {0} of the towns</div><p>Boats came.</p></a></div>"
    assert [(f"Story {n} of the towns", f"{n + 1} May 2021") for n in range(3)] == [
        one[1:] for one in listing("".join(row.format(n, n + 1) for n in range(3))).rows
    ]


def test_a_file_has_the_title_of_its_row():
    row = "<div class='views-row'><div class='views-field-title'>Story {0}</div><p>Boats came.</p><a href='/{0}.pdf'>of_{0}.pdf</a></div>"
    assert [(f"{SITE}/{n}.pdf", f"Story {n}") for n in range(3)] == [
        one[:2] for one in listing("".join(map(row.format, range(3)))).rows
    ]


def test_rows_behind_a_tag_that_closes_the_list_too_early():
    row = "<div class='views-row'><article class='node'><h2><a href='/{0}'>Story {0} of the towns</a></h2><p>Boats.</p>{1}</article></div>"
    rows = "".join(row.format(n, "</div></div></div>" if n == 3 else "") for n in range(6))
    content = f"<div class='block'><div class='view'><div class='view-content'>{rows}</div></div></div>"
    assert [f"{SITE}/{n}" for n in range(6)] == [one.url for one in listing(content).rows]
