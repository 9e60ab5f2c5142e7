"""What must never be taken for a field: words of the text, of other items and of the site."""

import pytest
from parsel import Selector

from migration_spider.pages.news import NewsPage
from tests.pages.blocks import FIELDS
from tests.pages.page import PROSE, SITE, block, news


@pytest.mark.parametrize(
    "content",
    [
        f"<article>{PROSE}<h3>Target audience</h3>{PROSE}</article>",
        f"<article>{PROSE}<p>Target audience: everyone who ever waited for a ferry, in the words of the harbour master.</p>{PROSE}</article>",
        f"<article>{PROSE}<p>The <strong>GCM Objectives</strong> were read aloud twice.</p>{PROSE}</article>",
        f"<article>{PROSE}<table><tr><th>Province</th><th>Date of publication</th></tr><tr><td>A</td><td>1 May 2020</td></tr></table></article>",
        f"<article>{PROSE}<h3>Target audience</h3><ul><li>Skippers</li><li>Cooks</li></ul>{PROSE}</article>",
        (
            f"<article>{PROSE}<table><tr><th>Pier</th><th>Target audience</th><th>Date of publication</th></tr>"
            f"<tr><td>A</td><td>Cooks</td><td>1 May 2020</td></tr></table></article>"
        ),
    ],
    ids=["heading", "sentence", "bold words", "column of a table", "heading of a list", "row of a table"],
)
def test_label_words_of_the_text_are_text(content):
    assert [] == block(content)
    assert any(word in news(content).body_text for word in ("Target audience", "GCM Objectives", "Date of publication"))


def test_label_words_of_the_text_do_not_join_the_block():
    content = f"""<article><div>{PROSE}<h3>Target audience</h3><p>Skippers</p>{PROSE}</div>
    <div><div>Date of publication</div><div>3 May 2021</div></div>
    <div><div>Geographic scope</div><div>West Asia</div></div></article>"""
    assert [("Date of publication", ["3 May 2021"]), ("Geographic scope", ["West Asia"])] == block(content)
    assert "Target audience\n\nSkippers" in news(content).body_text


@pytest.mark.parametrize(
    "chrome",
    [
        "<aside><h2>Latest news</h2><ul><li><a href='/a'>A story</a><div>Date of publication</div><div>1 May 2001</div></li></ul></aside>",
        "<div><h3>Related content</h3><div><div>Type of material</div><div>Report</div></div></div>",
        "<nav><div>Target audience</div><div>Media</div></nav>",
        "<form><label>GCM Objectives</label><div>Any</div></form>",
        "<article class='node node--view-mode-teaser'><h3><a href='/b'>B</a></h3><div>Date of publication</div><div>2 May 2002</div></article>",
        "<section id='comments'><div>Date of publication</div><div>4 May 2004</div></section>",
        "<div><h3><a href='/b'>A story alone</a></h3><div>Date of publication</div><div>5 May 2005</div></div>",
    ],
)
def test_labels_of_chrome_never_leak(chrome):
    content = f"""<div><div>{PROSE}</div><div><div>Date of publication</div><div>3 May 2021</div></div>
    <div><div>Geographic scope</div><div>West Asia</div></div></div>{chrome}"""
    assert [("Date of publication", ["3 May 2021"]), ("Geographic scope", ["West Asia"])] == block(content)


OTHER = """<article data-history-node-id="99"{}><h2>{}</h2><div><p>Another story, printed whole below the first.</p>
<div><div>Date of publication</div><div>6 May 2006</div></div>
<div><div>Working group</div><div>Lighthouses</div></div></div></article>"""


@pytest.mark.parametrize("order", ["{own}{other}", "{other}{own}"])
@pytest.mark.parametrize(
    "other",
    [
        OTHER.format("", "<a href='/b'>Another</a>"),
        OTHER.format("", "Another"),
        OTHER.format(" class='node node--type-news'", "<a href='/b'>Another</a>"),
    ],
    ids=["linked title", "another node id", "node class"],
)
def test_a_second_node_is_another_item(order, other):
    own = f"""<article class="node--view-mode-full" data-history-node-id="7"><div>{PROSE}</div>
    <div><div>Date of publication</div><div>3 May 2021</div></div></article>"""
    page = news(order.format(own=own, other=other), head="<link rel='shortlink' href='/node/7'>")
    assert [("Date of publication", ["3 May 2021"])] == [(e.label, [v.text for v in e.values]) for e in page.metadata]
    assert page.body_text.endswith("at night.")
    assert page.body_text.startswith("The ferry towns")


def test_an_article_with_a_teaser_below_its_text_is_not_that_of_the_teaser():
    teaser = "<div><h3><a href='/b'>Another</a></h3><p>B</p></div>"
    own = (
        f"""<article>{PROSE}<div><div>Date of publication</div><div>3 May 2021</div></div>{teaser}{teaser}</article>"""
    )
    page = news(own)
    assert "article" == page.article.tag
    assert [("Date of publication", ["3 May 2021"])] == [(e.label, [v.text for v in e.values]) for e in page.metadata]
    assert page.body_text.endswith("at night.")


def test_a_heading_with_a_link_in_it_heads_no_teaser():
    page = news(
        f"<article class='node'><h2>What a <a href='/pier'>pier</a> may hold and who cleans it</h2>{PROSE}</article>"
    )
    assert page.article is not None


def test_a_title_linked_to_its_own_page_is_no_teaser():
    html = f"""<html lang="en"><head><title>Ferry towns agree</title></head><body><div id="content"><article><h2>
    <a href="/ferry-towns-agree">Ferry towns agree</a></h2><div>{PROSE}</div><div><div>Date of publication</div>
    <div>3 May 2021</div></div></article></div></body></html>"""
    page = NewsPage(f"{SITE}/ferry-towns-agree", Selector(html))
    assert "Ferry towns agree" == page.title
    assert ["Date of publication"] == [entry.label for entry in page.metadata]


def test_an_aside_of_the_article_that_is_mostly_links_may_be_the_block():
    links = [
        f"United Nations Harbour Office for Ferries, Lighthouses and Night Boats (UNHO{number})" for number in range(4)
    ]
    items = "".join(f"<div><a href='/t/{number}'>{link}</a></div>" for number, link in enumerate(links))
    content = f"""<article><aside><div><div>Date of publication</div><div>3 May 2021</div></div>
    <div><div>Source / Publisher</div><div>{items}</div></div></aside><div>{PROSE}</div></article>"""
    assert [FIELDS[0], ("Source / Publisher", links)] == block(content)


def test_files_below_their_label_among_fields_in_boxes():
    content = f"""<div>{PROSE}</div><div>Upload document</div><div><a href="/a.pdf">View Document (143.42 KB)</a></div>
    <div><div>Date of publication</div><div>3 May 2021</div></div><div><div>Working group</div><div>Return</div></div>"""
    assert [
        ("Upload document", ["View Document (143.42 KB)"]),
        ("Date of publication", ["3 May 2021"]),
        ("Working group", ["Return"]),
    ] == block(content)


def test_the_label_of_the_text_is_no_metadata():
    content = f"""<article><div class="field"><div class="field__label">Body</div><div class="field__item">{PROSE}</div></div>
    <div class="field"><div class="field__label">Date of publication</div><div class="field__item">3 May 2021</div></div></article>"""
    assert [FIELDS[0]] == block(content)
    assert news(content).body_text.startswith("The ferry towns")


@pytest.mark.parametrize(
    "field",
    ["<div>{}</div>", "<div class='field field--name-field-x field__items'>{}</div>", "<section>{}</section>"],
)
def test_a_block_whose_labels_are_all_hidden(field):
    printed = [["3 May 2021"], ["Governments", "Civil society"], ["IOM Azerbaijan"], ["West Asia", "Chad"]]
    fields = "".join(field.format("".join(f"<div>{value}</div>" for value in values)) for values in printed)
    content = f"<article><div>{PROSE}</div>{fields}</article>"
    assert [("", values) for values in printed] == block(content)
    assert "Chad" not in news(content).body_text
    assert news(content).body_text.endswith("at night.")


@pytest.mark.parametrize(
    "content",
    [
        f"<article><div>{PROSE}<ul><li>Chad</li><li>Mali</li><li>Niger</li></ul></div></article>",
        f"<article><div>{PROSE}<div>3 May 2021</div><div>Chad</div></div></article>",
        f"<article><div class='field--name-body'><div>3 May 2021</div><div>Governments</div><div>Chad</div></div>{PROSE}</article>",
        f"<article><div>{PROSE}<div>Chad</div><div>Mali</div><div>Niger</div></div></article>",
    ],
    ids=["a list", "a date and a place", "inside the body field", "places"],
)
def test_values_of_the_text_are_no_block(content):
    assert [] == block(content)


def test_a_heading_that_shows_nothing_but_a_picture_is_no_teaser():
    content = f"""<div>{PROSE}</div><div><h2><img src="/a.png" alt="Boats"></h2><div><div>Date of publication</div>
    <div>3 May 2021</div></div></div>"""
    assert [FIELDS[0]] == block(content)
