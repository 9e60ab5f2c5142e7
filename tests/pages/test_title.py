"""What belongs to the text but is none: the title, the summary, the images."""

import pytest
from parsel import Selector

from migration_spider.pages.news import NewsPage
from tests.pages.page import PROSE, SITE, news


def test_title_is_printed_once_and_without_the_site():
    assert "Ferry towns agree" == news("<h2>Ferry towns agree</h2>").title
    assert "Ferry towns agree" == news("", head="<meta property='og:title' content='Other'>").title


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title>A story | Harbour</title><h1>Harbour</h1><main><h2>A story</h2></main>", "A story"),
        ("<title>A story | Harbour</title><main><h1>Library</h1><h2>A story</h2></main>", "A story"),
        ("<title>A | B | Harbour</title><main></main>", "A | B"),
        (
            "<title>A story | Harbour</title><header><h1>Harbour</h1></header><main><h1>A\n story&nbsp;</h1></main>",
            "A story",
        ),
        (
            "<title>A story | The old harbour</title><h1>Harbour portal</h1><main><div>A story</div><p>x</p></main>",
            "A story",
        ),
        ("<title>A story told | Harbour</title><h1>A story</h1><main><p>x</p></main>", "A story"),
        (
            "<title>Talks | Harbour</title><main><div class='field--name-body'><p>All talks:</p><h1>Monday</h1></div></main>",
            "Talks",
        ),
        (
            "<title>Talks | Harbour</title><main><div class='field--name-body'><h1>Monday</h1><h1>Friday</h1></div></main>",
            "Talks",
        ),
        ("<main><h1>A story A story</h1></main>", "A story"),
        ("<main><h1>A story<br>of boats</h1></main>", "A story of boats"),
        ("<main><h1><div>A story</div><div>of boats</div></h1></main>", "A story of boats"),
        ("<main><h1><span class='visually-hidden'>Headline: </span>A story</h1></main>", "A story"),
        ("<title>A story | Harbour</title><main><h1><span>Opinion</span> A story</h1></main>", "A story"),
        ("<title>Pier: A story | Harbour</title><main><h1><div>Pier</div> A story</h1></main>", "Pier: A story"),
        ("<main><h1>A story<sup>1</sup> <a href='#a'>¶</a></h1></main>", "A story"),
        (
            "<meta property='og:title' content='A story'><main><h1>A story<small>of boats</small></h1></main>",
            "A story",
        ),
        (
            "<title>A story - of boats</title><main><h1>A story <span>- of boats</span></h1></main>",
            "A story - of boats",
        ),
        (
            "<title>A story | Harbour</title><main><h1 class='visually-hidden'>A story | Harbour</h1><h2>A story</h2></main>",
            "A story",
        ),
        (
            "<title>A story - part two - Harbour</title><main><div>A story - part two</div><p>x</p></main>",
            "A story - part two",
        ),
        ("<title>A story - part two</title><main><h2>A story - part two</h2></main>", "A story - part two"),
        ("<meta property='og:title' content='A story'><main><p>x</p></main>", "A story"),
        (
            "<title>A story | Harbour</title><h1 id='logo'><a href='/'>Old harbour</a></h1><main><h2></h2></main>",
            "A story",
        ),
    ],
)
def test_title_of_other_themes(html, title):

    assert title == NewsPage(SITE, Selector(html)).title


def test_the_first_h1_of_the_text_is_no_title_where_another_heading_is():
    content = f"<main><h2>A story</h2><div class='field--name-body'><h1>Introduction</h1>{PROSE}</div></main>"
    page = NewsPage(SITE, Selector(f"<title>A story | Harbour</title>{content}"))
    assert "A story" == page.title
    assert page.body_text.startswith("Introduction")


def test_the_name_of_the_site_above_the_title_and_its_notices_are_no_lead():
    notice = "<div class='block-block-content'><div class='intro'><p>Every spring the ferry towns meet on the pier.</p></div></div>"
    page = NewsPage(SITE, Selector(f"<title>A story</title><div><h1>A story</h1>{notice}</div><main>{PROSE}</main>"))
    assert None is page.summary
    linked = "<title>A story | Harbour</title><meta property='og:title' content='A story | Harbour'><a href='/a'><h1>A long story</h1></a>"
    assert "A long story" == NewsPage(SITE, Selector(f"{linked}<main>{PROSE}</main>")).title


def test_headings_of_the_first_level_below_the_title_head_the_text():
    parts = f"<article><div class='part'><h1>What was agreed</h1>{PROSE}</div></article>"
    assert news(parts).body_text.startswith("What was agreed")


def test_a_notice_between_the_name_of_the_site_and_the_title_is_no_text():
    notice = (
        "<div class='block'><p>This story is six years old, and much of what it tells may have changed since.</p></div>"
    )
    content = f"<div><h1>Harbour news</h1>{notice}<h2>A story</h2><div class='node'>{PROSE}</div></div>"
    page = NewsPage(SITE, Selector(f"<title>A story | Old harbour</title>{content}"))
    assert page.body_text.startswith("The ferry towns met")


def test_summary_is_a_lead_of_its_own():
    lead = "<div class='field field--name-field-summary'>Two days, one list.</div>"
    page = news(f"<article>{lead}<div class='field--name-body'>{PROSE}</div></article>")
    assert "Two days, one list." == page.summary
    assert "Two days" not in page.body_text


def test_a_lead_between_the_title_and_the_main_content_is_the_summary():
    lead = "The ferry towns of the north keep one list from now on, and share it."
    top = f"<div class='top'><h1>A story</h1><div class='intro-text'><p>{lead}</p></div></div>"
    page = NewsPage(SITE, Selector(f"<title>A story | Harbour</title>{top}<main>{PROSE}</main>"))
    assert lead == page.summary
    assert page.body_text.startswith("The ferry towns met")


def test_a_header_with_the_title_is_of_the_page_and_so_is_its_lead():
    lead = "Two towns on the north shore now keep one list of all the people whom they helped."
    header = f"<header><h2>Ferry towns agree</h2><div class='subtitle'>{lead}</div></header>"
    page = NewsPage(
        SITE,
        Selector(
            f"<title>Ferry towns agree</title><div><h1>Ferry towns agree</h1></div>{header}<article>{PROSE}</article>"
        ),
    )
    assert page.body_text.startswith(f"{lead}\n\nThe ferry towns met")


def test_the_words_of_a_picture_are_no_lead():
    picture = "<div class='image'><img src='/a.jpg' alt=''><div class='image-subtitle'>Logo of the pier</div></div>"
    assert "Logo" not in news(f"<article>{picture}<div class='text'>{PROSE}</div></article>").body_text


def test_a_description_cut_from_the_body_is_no_summary():
    cut = "<meta name='description' content='The ferry towns met for two days and agreed'>"
    own = "<meta name='description' content='Two days, one list.'>"
    assert None is news(PROSE, head=cut).summary
    assert "Two days, one list." == news(PROSE, head=own).summary


def test_images_of_the_article_only():
    content = f"""<div class="share"><img src="/bird.png"></div><article><img src="data:image/gif;base64,R0" data-src="/pier.jpg" alt=" A pier ">
    {PROSE}<img src="/boat.jpg" alt=""><img src="/boat.jpg"></article><aside role="complementary"><img src="/ad.png"></aside>"""
    images = [(image.url, image.alt) for image in news(content).images]
    assert [(f"{SITE}/pier.jpg", "A pier"), (f"{SITE}/boat.jpg", None)] == images
