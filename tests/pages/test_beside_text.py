"""What stands between and below the paragraphs of a text and is none of it."""

import re

import pytest
from parsel import Selector

from migration_spider.pages.news import NewsPage
from tests.pages.page import news

LONG = "The harbour office kept the lights on for the whole night, and the volunteers took turns at the radio desk."
SHORT = "Nobody signed anything new."


def text(content):
    return news(content).body_text


@pytest.mark.parametrize(
    "line",
    [
        "Photo: © Harbour portal",
        "(Foto: Ann/Hafen)",
        "Crédit photo : Ann",
        "Titelbild: Ann",
        "Lire aussi : <a href='/b'>Les bateaux du nord</a>",
        "<a href='/b'>Lea también: Los barcos del norte</a>",
        "Lesen Sie auch: <a href='/b'>Boote</a>",
        "Follow us on Facebook and Instagram",
        f"Follow The Harbour News on Twitter and on Facebook @{'North' * 9}. Message us on WhatsApp at 555-0100, or write to a@harbour.example",
        "Um zu kommentieren, müssen Sie angemeldet sein.",
    ],
)
def test_what_is_no_sentence_of_the_text_stands_between_paragraphs(line):
    assert f"{LONG}\n\n{SHORT}" == text(f"<article><p>{LONG}</p><p>{line}</p><p>{SHORT}</p></article>")


@pytest.mark.parametrize(
    "line",
    [
        "Read also the second chapter: it has the names.",
        "Read also: <a href='https://elsewhere.example/plan'>The plan of another town</a>",
        "See <a href='/b'>the plan</a> of the boats.",
        "Photo: a word that the painter did not like, and which he never used in any of his long and very angry letters.",
        "Comments were logged in a book.",
        "They follow us on foot, with a book of faces.",
    ],
)
def test_a_sentence_that_begins_so_is_text(line):
    shown = re.sub("<.*?>", "", line)
    assert f"{LONG}\n\n{shown}\n\n{SHORT}" == text(f"<article><p>{LONG}</p><p>{line}</p><p>{SHORT}</p></article>")


def test_a_teaser_without_a_link_is_the_lead():
    assert f"{LONG}\n\n{SHORT}" == text(f"<main><div class='page-teaser'><p>{LONG}</p></div><p>{SHORT}</p></main>")


@pytest.mark.parametrize("tag", ["footer", "aside"])
def test_the_end_of_a_page_that_marks_no_main_part_is_the_sites(tag):
    found = NewsPage(
        "https://site.example/a",
        Selector(text=f"<body><h1>A</h1><div><p>{LONG}</p></div><{tag}><p>{SHORT} Come and see.</p></{tag}></body>"),
    )
    assert found.body_text == LONG


@pytest.mark.parametrize(
    "box",
    [
        "<div class='teasers'><p>{}</p></div>",
        "<div id='footer'><p>{}</p></div>",
        "<div class='author_profile'><p>{}</p></div>",
        "<div class='m-author__description'><p>{}</p></div>",
        "<div id='comments12-wrapper'><p>{}</p></div>",
        "<div class='box-cta'><p>{}</p></div>",
        "<div id='article_comments'><p>{}</p></div>",
    ],
)
def test_boxes_of_the_site_below_the_text(box):
    leak = "<a href='/b'>Boats</a> come home every evening, says the harbour."
    assert LONG == text(f"<article><p>{LONG}</p>{box.format(leak)}</article>")


def test_what_an_author_builds_of_boxes_is_text():
    inner = f"<div class='elementor-widget-wrap'><div class='elementor-widget'><p>{LONG}</p></div></div>"
    assert f"{SHORT}\n\n{LONG}" == text(f"<article><p>{SHORT}</p>{inner}</article>")


@pytest.mark.parametrize(
    "asking",
    ["Read also:", "Diese Artikel könnten dich auch interessieren:", "Lire aussi :", "Weitere Artikel der Reihe:"],
)
def test_stories_named_below_such_words(asking):
    links = "<p><a href='/b'>Boats of the north</a></p><p><a href='/c'>Cooks of the south</a></p>"
    assert f"{LONG}\n\n{SHORT}" == text(f"<article><p>{LONG}</p><p>{asking}</p>{links}<p>{SHORT}</p></article>")


def test_a_plan_to_fetch_below_such_words_is_no_story():
    content = f"<article><p>{LONG}</p><p>See:</p><p><a href='/plan.pdf'>The plan</a></p><p>{SHORT}</p></article>"
    assert f"{LONG}\n\nSee:\n\nThe plan\n\n{SHORT}" == text(content)


@pytest.mark.parametrize(
    "between", ["<p class='photo-credit'>Ann of the pier</p>", "<div class='wp-caption'><span>The pier</span></div>"]
)
def test_a_heading_heads_the_text_below_a_picture(between):
    content = f"<article><p>{LONG}</p><h3>The pier</h3>{between}<p>{LONG}</p></article>"
    assert f"{LONG}\n\nThe pier\n\n" in text(content)


def test_a_heading_of_two_lines_in_an_element_of_its_own_heads_the_text():
    heading = "<center><h3>Boats come home<br>in the morning</h3></center>"
    assert text(f"<div>{heading}<p>{LONG}</p></div>").startswith("Boats come home")


def test_a_sentence_that_is_a_heading_heads_nothing():
    content = f"<article><p>{LONG}</p><h3>{LONG}</h3><div>Back to top</div></article>"
    assert f"{LONG}\n\n{LONG}" == text(content)


def test_most_of_an_article_is_no_box_whatever_its_name():
    paragraphs = f"<p>{LONG}</p>" * 6
    beside = f"<div class='x'><p>{SHORT}</p></div>" * 60
    found = text(f"<article><div class='text paywall-frame'>{paragraphs}</div></article>{beside}")
    assert found == "\n\n".join([LONG] * 6)


def test_a_single_box_that_leads_twice_to_another_page_is_none_of_the_text():
    box = f"<div class='snippet'><h3><a href='/b'>Boats</a></h3><div>{LONG}</div><strong><a href='/b'>Go on</a></strong></div>"
    assert f"{LONG}\n\n{SHORT}" == text(f"<article><div><p>{LONG}</p><p>{SHORT}</p></div><div>{box}</div></article>")
    whole = f"<div class='snippet'><h3><a href='/b'>Boats</a></h3>{f'<p>{LONG}</p>' * 5}<a href='/b'>Link</a></div>"
    assert LONG in text(f"<main>{whole}</main>")


def test_the_only_article_of_a_page_is_its_own_though_its_title_is_a_link():
    paragraphs = f"<p>{LONG}</p>" * 6
    found = NewsPage(
        "https://site.example/a",
        Selector(text=f"<body><main><article><h2><a href='/other'>Boats</a></h2>{paragraphs}</article></main></body>"),
    )
    assert found.body_text.count(LONG) == 6


def test_a_notice_on_cookies_above_the_text():
    notice = "<div id='cookie-warning'><p>We use cookies, says the harbour, to see who comes and who goes.</p></div>"
    assert LONG == text(f"{notice}<div class='x'><p>{LONG}</p></div>")


FIRST = "<p>The ferry towns met for two days and agreed to keep one shared list of the people they had helped.</p>"
OPENED = "The ferry towns met for two days and agreed to keep one shared list of the people they had helped."


def whole(main, *, title="Ferry towns agree | Harbour portal"):
    html = f"<html><head><title>{title}</title></head><body class='page-node page-node-5'><div id='main'>{main}</div></body></html>"
    return NewsPage("https://portal.example/a", Selector(html))


def test_what_is_named_for_screen_readers_is_what_follows_at_once():
    found = whole(
        "<h2 class='element-invisible'>You are here</h2><ul class='breadcrumb'><li><a href='/'>Home</a></li></ul>"
        f"<div class='panel'><h2>Ferry towns agree</h2><div class='field'>{FIRST}</div></div>"
    )
    assert OPENED == found.body_text


def test_a_box_that_is_not_printed_and_has_a_form_is_no_text():
    asks = f"<div class='no-print'><h3>Questions</h3><p>{LONG}</p><form><input name='words'></form></div>"
    assert (
        OPENED
        == whole(
            f"<article><h1>Ferry towns agree</h1><div class='field-name-body'>{FIRST}</div>{asks}</article>"
        ).body_text
    )


def test_a_notice_of_the_site_above_title_and_article_is_no_text():
    article = f"<article><div class='field-name-body'>{FIRST * 3}</div></article>"
    found = whole(f"<div class='container'>{LONG}</div><h1>Ferry towns agree</h1>{article}")
    assert "\n\n".join([OPENED] * 3) == found.body_text


def test_a_lead_between_title_and_article_is_text():
    found = whole(
        f"<h1>Ferry towns agree</h1><div class='x'><p>{LONG}</p></div><article><div class='body'>{FIRST}</div></article>"
    )
    assert f"{LONG}\n\n{OPENED}" == found.body_text


def test_stories_below_an_article_that_are_longer_than_its_text():
    story = f"<span class='content'><div class='short'>{LONG}</div></span><div class='name'><a href='/{{0}}'>Story</a></div>"
    stories = "".join(f"<div class='entry'>{story.format(n)}</div>" for n in range(12))
    article = f"<article><h1>Ferry towns agree</h1><div class='field-name-body'>{FIRST * 6}</div></article>"
    assert "\n\n".join([OPENED] * 6) == whole(f"{article}<div class='below'>{stories}</div>").body_text


def test_a_paragraph_of_the_text_says_what_is_below_it():
    said = "<div class='part'><div class='text-formatted field'><p>{}</p></div></div>"
    file = "<div class='x'><a href='/plan.pdf'><h3>The plan</h3><span class='label'>Fetch</span></a></div>"
    parts = said.format(LONG) + said.format("The plan of the pier is here:") + file
    assert f"{LONG}\n\nThe plan of the pier is here:" == text(f"<article>{parts}</article>")


def test_a_date_in_a_paragraph_that_an_editor_wrote_is_text():
    opening = "<p>For immediate release<br>Thursday, March 22, 2018</p>"
    field = f"<div class='field-type-text-long'><div><div>{opening}<p>{LONG}</p></div></div></div>"
    assert text(f"<article>{field}</article>").startswith("For immediate release\nThursday, March 22, 2018")


def test_a_term_below_the_text_is_none_of_it():
    term = "<div class='field field--type-entity-reference field--label-hidden field__item'>North shore</div>"
    body = f"<div class='field field--name-body field--type-text field--label-hidden field__item'>{FIRST}</div>"
    assert OPENED == whole(f"<article><h1>Ferry towns agree</h1>{body}{term}</article>").body_text


def test_a_part_headed_by_an_h1_is_no_teaser_whatever_its_name():
    part = "<section class='box teaser_12'><h1>{}</h1><p>{} <a href='/b'>Boats</a></p></section>"
    parts = part.format("How to help", LONG) + part.format("How to come", LONG)
    assert (
        f"How to help\n\n{LONG} Boats\n\nHow to come\n\n{LONG} Boats"
        == whole(f"<h1>Ferry towns agree</h1>{parts}").body_text
    )


@pytest.mark.parametrize("classes", ["popup-element-body", "popup-content"])
def test_what_opens_over_the_page_is_no_text(classes):
    popup = f"<div class='{classes}'><p>{LONG}</p></div>"
    assert OPENED == whole(f"<article><h1>Ferry towns agree</h1><div>{FIRST}{popup}</div></article>").body_text


@pytest.mark.parametrize("name", ["flippy", "prev-next-links"])
def test_the_way_to_the_item_before_is_no_text(name):
    pager = f"<div class='part'><ul class='{name}'><li class='{name}-1'><a href='/b'>{SHORT}</a></li></ul></div>"
    assert (
        OPENED
        == whole(f"<article><h1>Ferry towns agree</h1><div class='part'>{FIRST}</div>{pager}</article>").body_text
    )


def test_the_first_and_the_last_of_boxes_are_alike():
    words = "<h2>What it has</h2><ul><li>Boats</li><li>Cooks</li></ul>"
    boxes = f"<div class='grid-box-first grid-box-text grid-box has-title'>{words}</div><div class='grid-box-last grid-box-text grid-box dark'><blockquote>{FIRST}</blockquote></div>"
    found = whole(f"<article><h1>Ferry towns agree</h1><div class='grid-boxes'>{boxes}</div></article>")
    assert f"What it has\n\nBoats\nCooks\n\n{OPENED}" == found.body_text


def test_of_two_headings_it_is_the_one_that_the_head_names():
    found = whole(
        f"<div class='box'><h1>Quote this page</h1></div><h1 class='type'>Essays</h1><h1 class='own'>Ferry towns agree</h1>{FIRST}"
    )
    assert ("Ferry towns agree", "own") == (found.title, found.heading.get("class"))


@pytest.mark.parametrize(
    "heading", ["Vous aimerez aussi", "Lo más leído", "Читайте также", "延伸閱讀", "اقرأ أيضا", "Zum Weiterlesen"]
)
def test_what_leads_to_other_stories_in_other_languages(heading):
    below = f"<div class='more'><h2>{heading}</h2><div><h3>Boats</h3><p>{LONG}</p></div></div>"
    assert (
        OPENED == whole(f"<article><h1>Ferry towns agree</h1><div class='x'>{FIRST}</div>{below}</article>").body_text
    )


def test_a_node_whose_title_is_a_link_to_the_page_is_its_own():
    node = f"<div class='node'><h2><a href='/a'>Ferry towns agree</a></h2><div class='content'>{FIRST * 3}</div></div>"
    found = whole(f"<div class='box'>{LONG}</div><h1>Ferry towns agree</h1>{node}<div class='box'><p>{LONG}</p></div>")
    assert "\n\n".join([OPENED] * 3) == found.body_text


@pytest.mark.parametrize("links", ["<a href='/north'>The north</a>, <a href='/pier'>The old pier of the town</a>"])
def test_words_and_a_list_of_links_in_a_look_of_their_own_are_no_text(links):
    below = whole(
        f"<article><h1>Ferry towns agree</h1><div>{FIRST}<p class='small'>Filed under: {links}</p></div></article>"
    ).body_text
    assert OPENED == below
    in_text = whole(
        f"<article><h1>Ferry towns agree</h1><div>{FIRST}<p>Filed under: {links}</p>{FIRST}</div></article>"
    ).body_text
    assert "Filed under: The north, The old pier of the town" in in_text


def test_terms_between_a_picture_and_the_text():
    terms = "<div class='keywords-node'><a href='/tema/norte'>Norte de la costa</a> / <a href='/tema/puerto'>Puerto viejo</a></div>"
    picture = "<figure><img src='/a.jpg' alt=''><p>The pier of the north</p></figure>"
    found = whole(f"<article><h1>Ferry towns agree</h1>{picture}<p>{LONG}</p>{terms}{FIRST}</article>")
    assert "Norte" not in found.body_text


def test_a_node_of_the_type_block_is_beside_the_page():
    box = f"<div class='node node-block'><div class='content'><p>{LONG}</p></div></div>"
    found = whole(
        f"<div class='left'><h1>Ferry towns agree</h1><div class='story'>{FIRST * 5}</div></div><div class='right'>{box}</div>"
    )
    assert (None, "\n\n".join([OPENED] * 5)) == (found.article, found.body_text)


def test_a_small_part_below_the_text_that_looks_otherwise_is_of_another():
    found = whole(
        f"<div class='left'><h1>Ferry towns agree</h1><div>{FIRST * 5}</div></div><div class='promotion'><p>{LONG}</p></div>"
    )
    assert "\n\n".join([OPENED] * 5) == found.body_text


def test_a_small_part_of_the_article_that_looks_otherwise_is_text():
    quote = f"<blockquote class='review'><div><p>{LONG}</p></div></blockquote>"
    found = whole(f"<article><h1>Ferry towns agree</h1><div class='text'>{FIRST * 5}</div>{quote}</article>")
    assert f"{OPENED}\n\n{LONG}" in found.body_text


def test_the_body_of_another_page_in_a_row_of_a_view():
    row = f"<div class='views-row'><div class='views-field views-field-body'><p class='field-content'>{LONG}</p></div></div>"
    own = f"<div class='field--name-body'><p>{SHORT}</p><p>{OPENED}</p></div>"
    assert f"{SHORT}\n\n{OPENED}" == text(f"<article>{own}<div class='latest'><h2>Briefing</h2>{row}</div></article>")
    # Without a body field of its own, a view may print the page.
    assert LONG == text(f"<article>{row}</article>")


def test_a_node_printed_in_the_text_whose_parts_have_links_for_headings_is_text():
    part = "<h2>{}</h2><p>{}</p>"
    parts = part.format("<a href='/pier'>The old pier</a>", LONG) + part.format("The new pier", LONG)
    inner = f"<article class='widget'><div class='field'>{parts}</div></article>"
    found = whole(f"<article><h1>Ferry towns agree</h1><div class='field--name-body'>{FIRST}</div>{inner}</article>")
    assert f"The old pier\n\n{LONG}\n\nThe new pier\n\n{LONG}" in found.body_text
