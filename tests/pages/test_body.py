"""The article's text, and nothing else: its lines, its headings, and what stands among them."""

import pytest

from tests.pages.bodies import LONG, text
from tests.pages.page import SITE, news


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
        ("<iframe src='https://www.facebook.com/plugins/like.php?href=https://a.example'></iframe>", ""),
        (
            "<iframe src='//www.facebook.com/plugins/post.php?id=7'></iframe>",
            "https://www.facebook.com/plugins/post.php?id=7",
        ),
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


def test_what_opens_over_a_name_in_a_sentence_is_no_text():
    card = "<span class='rollover-block'><a href='/mira'>Mira Quay</a> <a href='/boats'>Boats come home</a></span>"
    assert LONG == text(f"<article><p>{LONG.replace('volunteers', f'volunteers{card}')}</p></article>")


def test_text_without_an_element_at_the_end_of_main():
    assert f"{LONG}\n\nThe boats sail again on Monday." == text(f"<p>{LONG}</p>The boats sail again on Monday.")


def test_a_template_is_read_only_as_the_shadow_of_an_element():
    text = "The harbour office kept the lights on for the whole night, and the volunteers took turns at the radio desk."
    content = (
        f"<x-text><template shadowrootmode='open'><p>{text}</p></template></x-text><template><p>Unseen</p></template>"
    )
    assert text == news(content).body_text
