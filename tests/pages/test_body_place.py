"""Where the article's text stands: the parts of a page that have it, and those that look like it."""

import pytest
from parsel import Selector

from migration_spider.pages.news import NewsPage
from tests.pages.bodies import LONG, text
from tests.pages.page import PROSE, SITE, news

CAPTIONS = {
    "legend": "<fieldset><legend><span>Details</span></legend><div>{}</div></fieldset>",
    "summary": "<details open><summary>About this item</summary><div>{}</div></details>",
    "heading": "<section><h3>Details</h3>{}</section>",
    "card": "<div class='card'><div class='card-header'>Details</div><div class='card-body'>{}</div></div>",
    "boxes": "<div><h2>Details</h2><fieldset><legend>More</legend>{}</fieldset></div>",
}


@pytest.mark.parametrize("box", CAPTIONS.values(), ids=CAPTIONS.keys())
@pytest.mark.parametrize("body", ["", f"<div><p>{LONG}</p></div>"], ids=["no text", "text"])
def test_the_heading_of_the_block_is_no_text(box, body):
    fields = "<div><div>Date of publication</div><div>3 May 2021</div></div><div><div>Working group</div><div>Return</div></div>"
    expected = LONG if body else ""
    assert expected == text(f"<article><div>{body}{box.format(fields)}</div></article>")
    assert expected == text(f"<article><div>{box.format(fields)}{body}</div></article>")


def test_the_caption_of_a_table_that_is_the_block_is_no_text():
    rows = "<tr><th>Date of publication</th><td>3 May 2021</td></tr><tr><th>Working group</th><td>Return</td></tr>"
    assert "" == text(f"<article><table><caption>Details</caption><tbody>{rows}</tbody></table></article>")


def test_a_heading_of_the_text_above_the_block_is_text():
    fields = "<div><div>Date of publication</div><div>3 May 2021</div></div>"
    assert f"{LONG}\n\nThanks\n\n{LONG}" == text(
        f"<article><div><p>{LONG}</p><h3>Thanks</h3><p>{LONG}</p></div><div>{fields}</div></article>"
    )


def test_the_title_below_the_text_is_no_text():
    html = f"""<html lang="en"><head><title>Ferry towns agree | Harbour portal</title></head><body><main role="main">
    <div><article><div><p>{LONG}</p></div></article></div><aside role="complementary"><h1>Ferry towns agree</h1></aside>
    </main></body></html>"""
    page = NewsPage(f"{SITE}/a", Selector(html))
    assert "Ferry towns agree" == page.title
    assert LONG == page.body_text


def test_columns_of_one_body_stay_together():
    content = f"""<div><div><div class="row"><div><div>{LONG}</div><div>{LONG}</div></div>
    <div><aside><h4>Schedule</h4><ul><li>{LONG}</li></ul></aside></div></div></div>
    <div><div>Date of publication</div><div>3 May 2021</div></div></div>"""
    assert f"{LONG}\n\n{LONG}\n\nSchedule\n\n{LONG}" == text(content)


@pytest.mark.parametrize(
    "second",
    [
        "<div class='field field--name-field-more field--type-text-long'>{}</div>",
        "<div class='paragraph paragraph--type--text'>{}</div>",
        "<div class='block block-layout-builder block-inline-blockbasic'><div>{}</div></div>",
        "<div>{}</div>",
        "<section>{}</section>",
    ],
)
@pytest.mark.parametrize("first", ["<div class='field field--name-body field--type-text'>{}</div>", "<div>{}</div>"])
def test_all_parts_of_the_text_are_read(first, second):
    content = first.format(f"<p>{LONG}</p>" * 4) + second.format(f"<p>{LONG}</p>")
    assert "\n\n".join([LONG] * 5) == text(f"<article>{content}</article>")


@pytest.mark.parametrize("classes", ["entry no-share", "share-zone", "entry themeform share", "print-only", "social"])
def test_no_word_of_a_class_hides_nearly_all_of_the_text(classes):
    assert f"{LONG}\n\n{LONG}" == text(f"<article><div class='{classes}'><p>{LONG}</p><p>{LONG}</p></div></article>")


def test_a_custom_block_with_a_body_field_is_no_body():
    block = "<div class='block block-block-content'><div class='field--name-body'><p>Sign up for our letter.</p></div></div>"
    assert LONG == text(f"{block}<article><div class='field--name-text'><p>{LONG}</p></div></article>{block}")


def test_a_paragraph_with_an_empty_heading_is_no_teaser():
    part = f"<div class='paragraph'><h2 class='title'></h2><p>{LONG} <a href='/b'>Boats</a></p></div>"
    assert f"{LONG} Boats\n\n{LONG} Boats" == text(f"<article><div>{part}{part}</div></article>")


def test_the_main_element_that_holds_the_text():
    html = (
        f"<main><section><div></div></section></main><main><h2>A story</h2><div><p>{LONG}</p><p>{LONG}</p></div></main>"
    )
    assert f"{LONG}\n\n{LONG}" == NewsPage(SITE, Selector(f"<title>A story</title>{html}")).body_text


def test_a_list_of_links_in_a_part_like_the_others_is_text():
    part = "<div class='paragraph paragraph--type--{}'><div class='paragraph__text'>{}</div></div>"
    links = "<ul><li><a href='/b'>Boats</a></li><li><a href='/c'>Cooks</a></li></ul>"
    content = part.format("text", f"<p>{LONG}</p>") + part.format("text", f"<p>{LONG}</p>{links}")
    assert f"{LONG}\n\n{LONG}\n\nBoats\nCooks" == text(f"<article>{content}</article>")


def test_paragraph_components_of_one_article():
    parts = "".join(f"<div class='paragraph'><div class='field'><p>{LONG}</p></div></div>" for _ in range(3))
    assert "\n\n".join([LONG] * 3) == text(f"<article><div class='field'>{parts}</div></article>")


def test_a_short_body_in_a_body_field():
    assert "See the agenda." == text("<div class='field field--name-body'><p>See the agenda.</p></div>")


@pytest.mark.parametrize(
    "words", ["<p>See the agenda.</p>", "<div>Postponed</div>", "<ul><li>Boats</li><li>Cooks</li></ul>"]
)
def test_a_few_words_in_a_node_are_its_text(words):
    fields = "<div><div>Date of publication</div><div>3 May 2021</div></div>"
    expected = "Boats\nCooks" if "li" in words else "See the agenda." if "agenda" in words else "Postponed"
    assert expected == text(f"<article><div class='x'>{words}</div><a href='/b'>Boats</a>{fields}</article>")


@pytest.mark.parametrize("box", ["table-responsive", "text-align-center", "documents"])
def test_files_and_links_in_the_text_stay(box):
    items = "".join(f"<li><a href='/{name}.pdf'>{name} of the ferry towns</a></li>" for name in ("Plan", "Map"))
    content = f"<div class='field--name-body'><p>{LONG}</p><div class='{box}'><ul>{items}</ul></div><p>{LONG}</p></div>"
    assert f"{LONG}\n\nPlan of the ferry towns\nMap of the ferry towns\n\n{LONG}" == text(content)


@pytest.mark.parametrize("classes", ["resource-tools", "page-banner", "widget", "author-info"])
def test_a_box_of_the_article_that_prints_labels_is_its_metadata(classes):
    fields = "<div><div>Date of publication</div><div>3 May 2021</div></div><div><div>Geographic scope</div><div>Chad</div></div>"
    page = news(f"<article><div>{PROSE}</div><div class='{classes}'>{fields}</div></article>")
    assert ["Date of publication", "Geographic scope"] == [entry.label for entry in page.metadata]


@pytest.mark.parametrize("classes", ["share", "no-print", "banner", "modal", "related"])
@pytest.mark.parametrize(
    "words",
    [
        "<p>The ferry school has moved. It opens on Monday.</p>",
        "<p>各渡口城镇同意共同保存一份名单。</p><p>没有人签署新的文件。</p>",
        "<p>The <b>ferry</b> <i>school</i> has <b>moved</b> to <i>the</i> quay.</p>",
    ],
)
@pytest.mark.parametrize("node", ["<article>{}</article>", "<div>{}</div>"])
def test_a_class_word_around_a_short_text(classes, words, node):
    assert len(text(node.format(f"<div class='{classes}'>{words}</div>"))) > 15


@pytest.mark.parametrize("classes", ["no-print", "page-banner", "share-box", "paragraph paragraph--type--text social"])
def test_a_class_word_around_one_part_of_the_text(classes):
    content = f"<article><p>{LONG}</p><div class='{classes}'><p>{LONG}</p></div><p>{LONG}</p></article>"
    assert "\n\n".join([LONG] * 3) == text(content)


def test_text_over_two_main_elements():
    html = f"<main><p>{LONG}</p></main><main><p>{LONG}</p><p>{LONG}</p></main>"
    assert "\n\n".join([LONG] * 3) == NewsPage(SITE, Selector(f"<body>{html}</body>")).body_text


def test_short_parts_between_like_parts():
    part = "<div class='field__item'><div class='paragraph paragraph--type--{}'>{}</div></div>"
    parts = part.format("text", f"<div class='field'><p>{LONG}</p></div>")
    quote = part.format("quote", "<blockquote><p>We wait.</p></blockquote><cite>Rona Pell</cite>")
    expected = f"{LONG}\n\nWe wait.\n\nRona Pell\n\n{LONG}"
    assert expected == text(f"<article><div class='field__items'>{parts}{quote}{parts}</div></article>")


def test_a_page_without_body():
    assert "" == text("<article><div><div>Date of publication</div><div>3 May 2021</div></div></article>")
    assert "" == news("<article></article>").body_html


def test_html_is_the_inside_of_the_body_with_absolute_addresses():
    page = news(
        f"""<div class="field--name-body"><p lang="fr">{LONG} <a href="/more?a=1&amp;b=2">More</a></p>
        <img src="pier.jpg" srcset="s.jpg 1x, /l.jpg 2x" alt="A &quot;pier&quot;"><script>no()</script><br></div>"""
    )
    assert (
        f"""<p lang="fr">{LONG} <a href="{SITE}/more?a=1&amp;b=2">More</a></p>
        <img src="{SITE}/pier.jpg" srcset="{SITE}/s.jpg 1x, {SITE}/l.jpg 2x" alt="A &quot;pier&quot;"><br>"""
        == page.body_html
    )


def test_a_list_in_a_body_field_is_text_whatever_its_items_are_made_of():
    part = "<li><div>1{0}h Lights and ferries - Mira Quay (North pier) and Ana Foam;</div><ul><li><div>{1}</div></li></ul></li>"
    answers = (
        "Answers: Bo.",
        "Answers: Cy.",
        "Answers: Ana Quay (School of the north pier) and Bo Foam (harbour office).",
    )
    items = "".join(part.format(n, words) for n, words in enumerate(answers))
    found = text(f"<div class='field--name-body'><p>{LONG}</p><p>{LONG}</p><ul>{items}</ul><p>{LONG}</p></div>")
    assert 3 == found.count("Mira Quay")
    assert 3 == found.count("Answers")


def test_headings_of_a_text_in_front_of_it_are_text():
    parts = "".join(f"<h1>{day}</h1><p>Quay</p>" for day in ("Monday", "Friday"))
    assert "Monday\n\nQuay\n\nFriday\n\nQuay" == text(f"<div class='field--name-body'>{parts}</div>")


def test_another_node_in_an_aside_is_no_text():
    node = "<div class='node'><h3><a href='/t'></a></h3><p>Tickets are sold at the quay, every day.</p></div>"
    assert LONG == text(f"<div><p>{LONG}</p></div><aside><h2>Buy a ticket</h2>{node}</aside>")


def test_chinese_text_is_text():
    first = "各渡口城镇开了两天的会议，同意共同保存一份名单，记录他们帮助过的所有人。"
    second = "没有人签署新的文件，但每个办公室现在都知道该给谁打电话。"
    fields = "<div><div>发布日期</div><div>2021年5月3日</div></div><div><div>目标受众</div><div>媒体</div></div>"
    page = news(f"<article><div><p>{first}</p><p>{second}</p></div>{fields}</article>", language="zh-hans")
    assert f"{first}\n\n{second}" == page.body_text


def test_buttons_are_no_text_of_the_html():
    page = news(
        f"<article><div><p>{LONG}</p><button>Listen</button><h3><button>Chapter</button></h3><p>{LONG}</p></div></article>"
    )
    assert "Listen" not in page.body_html
    assert "Chapter" in page.body_html
    assert "Chapter" in page.body_text


@pytest.mark.parametrize(
    "part",
    [
        "<article class='media media--type-image'><img src='/a.jpg' alt=''></article>",
        "<article class='profile'><p>The harbour master writes about boats, and about the people who come with them.</p></article>",
        "<article class='comment' data-comment-user-id='0'><h3><a href='/comment/1#comment-1'>Well said</a></h3></article>",
        "<article about='/user/1'></article>",
    ],
)
def test_parts_of_a_node_that_are_articles_are_no_second_node(part):
    fields = "<div><div>Date of publication</div><div>3 May 2021</div></div><div><div>Target audience</div><div>Media</div></div>"
    page = news(f"<article class='node'><div class='body'><p>{LONG}</p></div>{fields}{part}</article>")
    assert ["3 May 2021", "Media"] == [value.text for entry in page.metadata for value in entry.values]
    assert LONG in page.body_text


def test_a_file_in_a_list_of_pages_is_text():
    links = "<li><a href='https://a.example/guide'>The guide</a></li><li><a href='/atlas.pdf'>The atlas</a></li>"
    content = f"<article><div class='part'><p>{LONG}</p></div><div class='part'><p>Read on:</p><ul>{links}</ul></div></article>"
    assert f"{LONG}\n\nRead on:\n\nThe guide\nThe atlas" == text(content)


def test_what_stands_beside_a_node_is_no_text_of_one_that_has_none():
    film = "<div class='field--name-body'><iframe src='https://video.example/1'></iframe></div>"
    fields = "<div class='field'><div class='field-label'>Pier</div><div class='field-item'>North</div></div>"
    assert "https://video.example/1" == text(f"<div><article>{film}{fields}</article></div><div><p>{LONG}</p></div>")


@pytest.mark.parametrize(
    "part",
    ["<div id='footer'>{}</div>", "<div class='region region-footer'>{}</div>", "<div class='nodeauthor-info'>{}</div>",
     "<div id='book-navigation-3' class='book-navigation'>{}</div>", "<div class='forum-topic-navigation'>{}</div>"],
)  # fmt: skip
def test_what_themes_print_below_every_text(part):
    assert f"{LONG}\n\n{LONG}" == text(
        f"<div><p>{LONG}</p><p>{LONG}</p>{part.format('Powered by the harbour since 1999.')}</div>"
    )


@pytest.mark.parametrize("type_", ["newsletter", "story"])
def test_parts_of_a_newsletter_are_called_so(type_):
    content = (
        f"<article><div class='newsletter-lead'><p>{LONG}</p></div><div><p>{LONG}</p><p>{LONG}</p></div></article>"
    )
    lead = [LONG] if type_ == "newsletter" else []
    assert "\n\n".join([*lead, LONG, LONG]) == text(content, body=f"class='node-type-{type_}'")


@pytest.mark.parametrize(
    ("line", "is_text"), [("<strong>Pier</strong>", True), ("<span class='kind'>Pier</span>", False)]
)
def test_bold_words_beside_the_first_paragraph_head_it(line, is_text):
    words = ["Pier"] if is_text else []
    assert "\n\n".join([*words, LONG, LONG]) == text(f"<article><div>{line}</div><p>{LONG}</p><p>{LONG}</p></article>")


@pytest.mark.parametrize("words", ["article article-33", "post-33"])
def test_the_element_of_a_node_by_its_number_where_a_form_tells_it(words):
    beside = f"<div id='block-block-2'><h3>Elsewhere</h3><p>{LONG}</p></div><form action='/comment/reply/33'></form>"
    assert "Twelve boats" == text(f"<div class='{words}'><p>Twelve boats</p></div>{beside}")
    assert "Twelve boats" not in text(f"<div class='{words}4'><p>Twelve boats</p></div>{beside}")


def test_paragraphs_of_a_block_of_the_site_are_no_text_of_a_page_that_has_some():
    block = f"<div id='block-block-21'><h3>Safety</h3><div><p>{LONG}</p><p>Read on about safety.</p></div></div>"
    online = "<div id='block-user-3'><p>There are twelve members of the harbour on this site now.</p></div>"
    assert LONG.upper() == text(f"<div><div>{LONG.upper()}</div></div><div>{block}{online}</div>")
