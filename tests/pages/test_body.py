"""The article's text, and nothing else."""

import pytest
from parsel import Selector

from migration_spider.pages.news import NewsPage
from tests.pages.page import PROSE, SITE, news

LONG = "The harbour office kept the lights on for the whole night, and the volunteers took turns at the radio desk."


def text(content, **how):
    return news(content, **how).body_text


def test_paragraphs_headings_quotes():
    content = f"<article><p>{LONG}</p><h2>What was agreed</h2><blockquote><p>“{LONG}”</p></blockquote></article>"
    assert f"{LONG}\n\nWhat was agreed\n\n“{LONG}”" == text(content)


@pytest.mark.parametrize(
    "phrase", ["Back to top", "Log in to post comments", "Saltar al contenido principal", "跳转到主要内容", "Print"]
)
def test_phrases_of_templates_are_no_text(phrase):
    content = f"<article><div>{phrase}</div><p>{LONG}</p><p>{LONG}</p><div>{phrase}</div></article>"
    assert f"{LONG}\n\n{LONG}" == text(content)
    assert f"Pier\n\n{LONG}" in text(content.replace(phrase, "Pier"))


def test_list_items_one_per_line_also_nested():
    content = f"<div><p>{LONG}</p><ul><li>One</li><li>Two<ul><li>Two and a half</li></ul></li></ul><p>{LONG}</p></div>"
    assert f"{LONG}\n\nOne\nTwo\nTwo and a half\n\n{LONG}" == text(content)


def test_table_cells_parted_by_tabs():
    content = f"""<div><p>{LONG}</p><table><caption>Boats</caption><thead><tr><th>Pier</th><th>Boats</th></tr></thead>
    <tbody><tr><td><p>North</p></td><td>12</td></tr></tbody></table></div>"""
    assert f"{LONG}\n\nBoats\nPier\tBoats\nNorth\t12" == text(content)


def test_line_breaks_captions_and_embeds():
    content = f"""<div><p>{LONG}<br>Second line</p><figure><img src="/a.jpg" alt="A pier"><figcaption>The old pier</figcaption></figure>
    <div><iframe src="https://video.example/1" title="video"></iframe></div><p>{LONG}</p></div>"""
    assert f"{LONG}\nSecond line\n\nThe old pier\n\nvideo https://video.example/1\n\n{LONG}" == text(content)


@pytest.mark.parametrize(
    ("embed", "printed"),
    [
        ("<iframe src='//maps.example/a' title='Where it is'></iframe>", "Where it is https://maps.example/a"),
        ("<iframe src='/media/oembed?url=https%3A//video.example/7&amp;hash=x'></iframe>", "https://video.example/7"),
        ("<video controls><source src='/film.mp4'></video>", f"{SITE}/film.mp4"),
        ("<iframe src='https://www.googletagmanager.com/ns.html' height='0'></iframe>", ""),
        ("<iframe src='about:blank'></iframe>", ""),
    ],
)
def test_embeds_leave_their_title_and_address(embed, printed):
    lines = [LONG, *filter(None, [printed]), LONG]
    assert "\n\n".join(lines) == text(f"<article><div><p>{LONG}</p><div>{embed}</div><p>{LONG}</p></div></article>")


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        (
            "In 2021<sup>3</sup> the towns helped 400<sup>1</sup> people.",
            "In 2021 [3] the towns helped 400 [1] people.",
        ),
        ("The towns helped people.<sup>[2]</sup>", "The towns helped people. [2]"),
        ("The towns helped people<sup><a href='#n1'>1, 2</a></sup>.", "The towns helped people [1, 2]."),
        ("On the 4<sup>th</sup> of May", "On the 4th of May"),
        ("A pier of 7 km<sup>2</sup> without CO<sub>2</sub>", "A pier of 7 km2 without CO2"),
    ],
)
def test_numbers_of_footnotes_are_set_apart(printed, read):
    assert f"{LONG}\n\n{read}" == text(f"<article><p>{LONG}</p><p>{printed}</p></article>")


@pytest.mark.parametrize(
    ("joint", "expected"),
    [
        ("<br>", "\n"),
        ("<br><br>", "\n\n"),
        ("<br />\n&nbsp;<br />\n", "\n\n"),
        ("<hr>", "\n\n"),
        ("<b></b><br><i></i><br>", "\n\n"),
    ],
)
@pytest.mark.parametrize("text_of", ["{}", "<b>{}</b>", "<i>A</i>{}"])
def test_breaks_between_lines_of_one_block(joint, expected, text_of):
    one = text_of.format(LONG)
    before = ("A" if "A" in text_of else "") + LONG
    assert f"{before}{expected}{LONG}" == text(f"<article><div>{one}{joint}{LONG}</div></article>")
    assert f"{before}{expected}{LONG}" == text(f"<article><div><p>{one}{joint}{LONG}</p></div></article>")


def test_no_break_spaces_and_empty_paragraphs():
    content = f"<div><p>&nbsp;{LONG}&nbsp; </p><p>&nbsp;</p><p></p><p>A&nbsp;\n  B&shy;C</p></div>"
    assert f"{LONG}\n\nA BC" == text(content)


@pytest.mark.parametrize(
    "noise",
    [
        "<h2>Ferry towns agree</h2>",
        "<div>Full width banner</div><div>Off</div>",
        "<div><div>Full width banner</div><div>Off</div></div>",
        "<div class='share'><a href='https://social.example'>Share this on the network of your choice, with all friends</a></div>",
        "<div role='dialog'><p>We store small files on your device, as every other page on the whole of the web does.</p></div>",
        "<div><h2>Subscribe to our newsletter.</h2><p>Get the news of the harbour each week, in six languages and for free.</p></div>",
        "<div class='view-related'><p>Another story that is longer than this one, told by somebody else, in another place.</p></div>",
        "<div id='block-site-social-links'><p>Tell all of your friends on every network about the harbour and its ferries.</p></div>",
        "<nav><p>This is the way to the harbour, and this is the way to the station, and that is the way home.</p></nav>",
        "<p class='visually-hidden'>Read aloud only</p>",
        "<ul><li><a href='https://www.facebook.com/sharer/sharer.php?u=a'>Share on a network</a></li></ul>",
        "<p><a href='https://x.com/intent/post?url=a'><img src='/x.svg' alt='X'></a></p>",
        "<p><a href='https://wa.me/?text=a'>WhatsApp</a> | <a href='mailto:?subject=a'>Mail</a></p>",
        "<script>var text = 'not text'</script><style>p { color: red }</style><noscript>Turn it on</noscript>",
        "<ul><li><a href='/user/login?destination=/a%23comment-form'>Melde dich an, um mitzureden</a></li></ul>",
        "<p><a href='/fr/'>Portail du port</a></p>",
        "<div>Copyright © 2021 Harbour portal. All rights reserved.</div>",
        "<section><h2>Neuen Kommentar hinzufügen</h2><p>What you write here is read by the harbour master before others see it.</p></section>",
        "<div><h2>Related content</h2><p>Another story that is longer than this one, told by somebody else, in another place.</p></div>",
    ],
)
def test_what_is_no_body(noise):
    assert LONG == text(f"{noise}<article><p>{LONG}</p></article>{noise}")
    assert LONG == text(f"<div>{noise}<div><p>{LONG}</p></div>{noise}</div>")


def test_a_line_above_pictures_of_the_text_is_text():
    shown = "<p>Boats in the harbour, seen at night:</p>"
    body = f"<article><div class='field--name-body'><p>{LONG}</p>{shown}{{}}</div><p><a href='/tags/boats'>Boats</a></p></article>"
    assert f"{LONG}\n\nBoats in the harbour, seen at night:" == text(
        body.format("<p><img src='/boats.jpg' alt='Boats'></p>")
    )
    assert LONG == text(body.format("<p><a href='https://share.example/'><img src='/share.png' alt='Share'></a></p>"))


def test_a_sentence_in_a_box_of_text_within_the_text_is_text():
    box = f"<div class='description'><p>{LONG}</p><div class='{{}}'><p>Thank you for sailing with us!</p></div></div>"
    assert f"{LONG}\n\nThank you for sailing with us!" == text(box.format("text_exposed_show"))
    assert LONG == text(box.format("call-to-action"))


def test_what_the_author_says_of_rights_is_text():
    rights = "Copyright means that all rights reserved by a painter stay his."
    assert f"{LONG}\n\n{rights}" == text(f"<article><p>{LONG}</p><p>{rights}</p></article>")


def test_the_site_note_is_dropped_wherever_its_block_stands():
    note = "*References to Kosovo shall be understood to be in the context of United Nations Security Council resolution 1244 (1999)."
    assert LONG == text(f"<div><p>{LONG}</p></div><div><div class='field--name-body'><p>{note}</p></div></div>")


def test_a_note_that_the_author_wrote_is_text():
    note = "*References to Kosovo are made in line with resolution 1244."
    assert f"{LONG}\n\n{note}" == text(f"<div><p>{LONG}</p><p>{note}</p></div>")


@pytest.mark.parametrize("heading", ["See also", "Further reading", "Comments", "Latest updates", "Languages"])
@pytest.mark.parametrize("body", ["<div>{}</div>", "<div class='field--name-body'>{}</div>", "{}"])
def test_headings_of_the_text_that_sound_like_the_site_s(heading, body):
    content = body.format(
        f"<p>{LONG}</p><h2>{heading}</h2><p>{LONG}</p><ul><li><a href='/b'>Boats</a></li></ul><p>{LONG}</p>"
    )
    expected = f"{LONG}\n\n{heading}\n\n{LONG}\n\nBoats\n\n{LONG}"
    fields = "<div><div>Date of publication</div><div>3 May 2021</div></div>"
    assert expected == text(f"<article>{content}{fields}</article>")
    assert expected == text(
        f"<article>{content}{fields}</article><div><h2>{heading}</h2><ul><li><a href='/c'>C</a></li></ul></div>"
    )


def test_an_article_may_begin_with_such_a_heading():
    assert f"Latest updates\n\n{LONG}\n\n{LONG}" == text(
        f"<article><div><h2>Latest updates</h2><p>{LONG}</p><p>{LONG}</p></div></article>"
    )


@pytest.mark.parametrize(
    "part",
    [
        "<h2 id='information-sharing'>Sharing</h2><p>{}</p>",
        "<section id='social-protection'><h2>Sharing</h2><p>{}</p></section>",
        "<div class='paragraph paragraph--type--key-messages'><h2>Sharing</h2><p>{}</p></div>",
    ],
)
def test_chapters_named_after_what_sites_call_their_parts(part):
    assert f"{LONG}\n\nSharing\n\n{LONG}" == text(f"<article><div><p>{LONG}</p>{part.format(LONG)}</div></article>")


def test_share_buttons_inside_the_text_are_no_text():
    buttons = "<ul><li><a href='https://www.linkedin.com/sharing/share-offsite/?url=a'>Share with all your friends now</a></li></ul>"
    page = news(
        f"<article><div>{buttons}<p>{LONG}</p><p>See <a href='https://www.facebook.com/harbour'>us</a>.</p></div></article>"
    )
    assert f"{LONG}\n\nSee us." == page.body_text
    assert "linkedin" not in page.body_html
    assert "facebook.com/harbour" in page.body_html


@pytest.mark.parametrize("wrapper", ["<div>{}</div>", "<div class='paragraph'><div class='field'>{}</div></div>"])
def test_a_note_that_the_author_wrote_in_a_component_is_text(wrapper):
    note = "*References to Kosovo are made in line with resolution 1244."
    parts = "".join(wrapper.format(f"<p>{words}</p>") for words in (LONG, LONG, note))
    assert f"{LONG}\n\n{LONG}\n\n{note}" == text(f"<article><div>{parts}</div></article>")


@pytest.mark.parametrize(
    "line",
    [
        "Submitted by <span>harbour</span> on <span>Tue, 11/24/2026 - 03:48</span>",
        "By harbour, 24 November 2026",
        "Soumis par harbour le mar, 24/11/2026 - 03:48",
        "Enviado por harbour el Mar, 24/11/2026 - 03:48",
        "Опубликовано harbour - вт, 24/11/2026 - 03:48",
    ],
)
@pytest.mark.parametrize("tag", ["footer", "div"])
def test_who_submitted_it_is_no_text(line, tag):
    assert LONG == text(f"<article><{tag}><div>{line}</div></{tag}><div><p>{LONG}</p></div></article>")
    assert "" == text(f"<article><{tag}><div>{line}</div></{tag}><div></div></article>")


def test_a_sentence_of_the_text_that_begins_like_it_is_text():
    by = "By harbour ferry, 24 families arrived in 2026."
    assert f"{by}\n\n{LONG}" == text(f"<article><div><p>{by}</p><p>{LONG}</p></div></article>")


@pytest.mark.parametrize(
    "left_out",
    [
        "<div><h2>Related content</h2><ul><li><a href='/b'>LEAK</a></li></ul></div>",
        "<div><div><h3><a href='/b'>LEAK</a></h3><p>B</p></div><div><h3><a href='/c'>LEAK</a></h3><p>C</p></div></div>",
        "<p style='display: none'>LEAK</p>",
        "<p>A <span class='hidden'>LEAK</span></p>",
        "<div hidden>LEAK</div>",
        "<article data-history-node-id='9'><h2><a href='/b'>LEAK</a></h2><p>B</p></article>",
        "<ul><li><a href='https://x.com/share?url=a'>LEAK</a></li></ul>",
        "<footer>Submitted by LEAK on Tue, 11/24/2026 - 03:48</footer>",
    ],
)
def test_what_is_no_text_is_no_html_either(left_out):
    fields = "<div><div>Date of publication</div><div>3 May 2021</div></div>"
    page = news(f"<article><p>{LONG}</p>{left_out}<p>{LONG}</p>{fields}</article>")
    assert "LEAK" not in page.body_text
    assert "LEAK" not in page.body_html
    assert 2 == page.body_html.count(LONG)


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


def test_what_opens_over_a_name_in_a_sentence_is_no_text():
    card = "<span class='rollover-block'><a href='/mira'>Mira Quay</a> <a href='/boats'>Boats come home</a></span>"
    assert LONG == text(f"<article><p>{LONG.replace('volunteers', f'volunteers{card}')}</p></article>")


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
    ],
)
def test_title_of_other_themes(html, title):
    from parsel import Selector

    from migration_spider.pages.news import NewsPage

    assert title == NewsPage(SITE, Selector(html)).title


def test_summary_is_a_lead_of_its_own():
    lead = "<div class='field field--name-field-summary'>Two days, one list.</div>"
    page = news(f"<article>{lead}<div class='field--name-body'>{PROSE}</div></article>")
    assert "Two days, one list." == page.summary
    assert "Two days" not in page.body_text


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
