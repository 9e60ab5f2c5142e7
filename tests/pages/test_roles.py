"""Each entry of the tables of evidence has a case that fails without it."""

import pytest

from migration_spider.pages import chrome, roles
from tests.pages.page import news

ONE = "The harbour office kept the lights on for the whole night, and the volunteers took turns at the radio desk."
TWO = "Nobody signed anything new, but every office now knows whom to call when a family arrives at night."
LEAD = "Two towns on the north shore agree on the times of the last ferry of the day"
TEXT = f"<p>{ONE}</p><p>{TWO}</p>"
BOTH = f"{ONE}\n\n{TWO}"
LONG_NAME = (
    "Master of the harbour of the ferry towns, keeper of the shared list and of the radio desk, on the pier since 2003"
)
LINKS = "<ul><li><a href='/b'>Boats</a></li><li><a href='/c'>Cooks</a></li></ul>"
NOTE = "*References to Kosovo shall be understood to be in the context of United Nations Security Council resolution 1244 (1999)."

LINES = {
    "prints the title": (f"<article><h2>Ferry towns agree</h2>{TEXT}</article>", BOTH),
    "of the metadata block": (
        f"<article>{TEXT}<p><b>Date of publication:</b> 3 May 2021</p><p><b>Geographic scope:</b> Chad</p></article>",
        BOTH,
    ),
    "the field of the summary": (
        f"<article><div class='field--name-field-summary'>{TWO}</div><p>{ONE}</p></article>",
        ONE,
    ),
    "a file field": (
        f"<div class='field--name-body'><p>{ONE}</p><p><span class='file'><a href='/a.pdf'>A</a></span></p><p>{TWO}</p></div>",
        BOTH,
    ),
    "beside the files in a table of them": (
        f"<article>{TEXT}<table><tr><th>Plan</th><th>Size</th></tr><tr><td><a href='/a.pdf'>A</a></td><td>45.5 KB</td></tr></table></article>",
        BOTH,
    ),
    "a phrase of templates": (f"<article>{TEXT}<div>Back to top</div></article>", BOTH),
    "a label above nothing of the page": (f"<article>{TEXT}<div>Body</div></article>", BOTH),
    "the note on resolution 1244, printed by the site": (
        f"<div>{TEXT}</div><div><div class='field--name-body'><p>{NOTE}</p></div></div>",
        BOTH,
    ),
    "a link to view a document": (f"<article>{TEXT}<p>View document (143.42 KB)</p></article>", BOTH),
    "a setting of the banner": (f"<article><div>Full width banner</div><div>Off</div>{TEXT}</article>", BOTH),
    "its class says label": (f"<article>{TEXT}<div class='field__label'>Boats</div></article>", BOTH),
    "for screen readers only": (f"<article>{TEXT}<p class='visually-hidden'>Read aloud only</p></article>", BOTH),
    "says who published it and when": (
        f"<article>{TEXT}<div>Submitted by the staff of the old pier on Tue, 11/24/2026 - 03:48</div></article>",
        BOTH,
    ),
    "shares the page": (f"<article>{TEXT}<p><a href='https://x.com/intent/post?url=a'>X</a></p></article>", BOTH),
    "leads to the front page": (f"<article>{TEXT}<p><a href='/fr/'>Portail du port</a></p></article>", BOTH),
    "leads to the comment form": (
        f"<article>{TEXT}<p><a href='/user/login?destination=/a%23comment-form'>Melde dich an</a></p></article>",
        BOTH,
    ),
    "rights of the site": (
        f"<article>{TEXT}<div>Copyright © 2021 Harbour portal. All rights reserved.</div></article>",
        BOTH,
    ),
    "whose it is, by its class": (f"<article>{TEXT}<p class='photo-credit'>Ann of the north pier</p></article>", BOTH),
    "whose a picture is": (f"<article><p>{ONE}</p><p>Photo: Ann of the north pier</p><p>{TWO}</p></article>", BOTH),
    "asks to log in, or to follow the site": (
        f"<article>{TEXT}<p>You have to be logged in to write comments.</p></article>",
        BOTH,
    ),
    "asks to read another story": (
        f"<article><p>{ONE}</p><p>Read also: <a href='/b'>Boats of the north</a></p><p>{TWO}</p></article>",
        BOTH,
    ),
    "names another story below such words": (
        f"<article><p>{ONE}</p><p>Read also:</p><p><a href='/b'>Boats</a></p><p>{TWO}</p></article>",
        BOTH,
    ),
    "a list of links to other pages": (
        f"<div class='field--name-body'><p>{ONE}</p><div class='more'>{LINKS}</div><p>{TWO}</p></div>",
        BOTH,
    ),
    "heads what is no text": (f"<article>{TEXT}<h2>Pictures</h2></article>", BOTH),
    "inside the body field": (
        f"<div class='field--name-body'>Boats</div><div class='x'><p>{ONE}</p></div>",
        f"Boats\n\n{ONE}",
    ),
    "outside the article": (f"<div><article>{TEXT}</article><p>Twelve boats</p></div>", BOTH),
    "a date and little beside it": (f"<article><div>18.03.2024</div>{TEXT}</article>", BOTH),
    "links to terms": (f"<article>{TEXT}<p><a href='/tags/boats'>Boats</a> <a href='/tags/sea'>Sea</a></p></article>", BOTH),
    "a lead, by its class": (
        f"<article><div class='intro'>Two days, one list</div><div class='text'>{TEXT}</div></article>",
        f"Two days, one list\n\n{BOTH}",
    ),
    "heads a part of the text, by the name of its field": (
        f"<article><div class='field--name-field-title'>Boats</div><div>1</div><div class='field--name-field-text'>{TEXT}</div></article>",
        f"Boats\n\n{BOTH}",
    ),
    "a sentence right below the title": (
        f"<article><h1>Ferry towns agree</h1><h2>{LEAD}</h2><div>12 May 2021</div><div><p>{TWO}</p></div></article>",
        f"{LEAD}\n\n{TWO}",
    ),
    "a line of a template above the text": (f"<article><p class='section-word'>Library</p>{TEXT}</article>", BOTH),
    "running text, or beside it": (f"<article><div>Pier</div>{TEXT}</article>", f"Pier\n\n{BOTH}"),
    "nothing but links to files, beside no text": (
        f"<article><div>{TEXT}</div><div class='x'><a href='/plan.pdf'>The plan</a></div></article>",
        BOTH,
    ),
    "a part like those with running text": (
        f"<article><div class='part'><p>{ONE}</p></div><div class='part'><div>Twelve boats</div></div></article>",
        f"{ONE}\n\nTwelve boats",
    ),
    "a paragraph among paragraphs": (
        f"<article><div>{''.join(f'<div><p>{words}</p></div>' for words in (ONE, TWO, NOTE))}</div></article>",
        f"{BOTH}\n\n{NOTE}",
    ),
    "heads a text": (
        f"<article><div class='head'><h3>What was agreed</h3></div><div class='text'>{TEXT}</div></article>",
        f"What was agreed\n\n{BOTH}",
    ),
    "written by an editor": (
        f"<article><div class='text'>{TEXT}</div><table><tr><td>North pier</td><td>12</td></tr></table></article>",
        f"{BOTH}\n\nNorth pier\t12",
    ),
    "a paragraph above the text of its node": (
        f"<article><div><p class='profile'>{LONG_NAME}</p></div><div class='text'>{TEXT}</div></article>",
        f"{LONG_NAME}\n\n{BOTH}",
    ),
    "nothing tells that it is text": (f"<article><div class='text'>{TEXT}</div><div class='x'>Boats</div></article>", BOTH),
}  # fmt: skip

PARTS = {
    "navigation, a form or a dialog": "<form><p>Write your name here.</p></form>",
    "a header, footer or aside of the site": "<aside>Read on: <a href='/b'>Boats and cooks</a></aside>",
    "its role is of the site": "<div role='navigation'><p>The way to the harbour.</p></div>",
    "the names of tabs": "<ul role='tablist'><li>First tab</li></ul>",
    "hidden from sight": "<p style='display: none'>Not to be seen</p>",
    "its class or id is of the site": "<p class='newsletter'>Read the letter of the harbour.</p>",
    "a row of a view": "<div class='views-row'>Boats</div><div class='views-row'>Cooks</div>",
    "a slide of a view": "<ul><li><p class='views-field'>Boats.</p></li><li><p class='views-field'>Cooks.</p></li></ul>",
}


def read(content):
    page = news(content)
    return [(line.role, line.text) for line in page.lines], page.body_text


@pytest.mark.parametrize("table", ["TOLD", "LEFT"])
def test_every_entry_on_lines_is_needed(table, monkeypatch):
    entries = getattr(roles, table)
    for entry in entries:
        assert entry.why in LINES, "add a case for the entry to LINES"
        content, expected = LINES[entry.why]
        monkeypatch.setattr(roles, table, entries)
        found, text = read(content)
        assert expected == text, entry.why
        assert entry.role in {role for role, _ in found} or entry.role in ("text", "value"), entry.why
        monkeypatch.setattr(roles, table, tuple(one for one in entries if one is not entry))
        assert found != read(content)[0], entry.why


@pytest.mark.parametrize(
    "line", ["<p class='contributors'>Ana Pier of the harbour office</p>", "<ul class='authors'><li>Ben Quay</li></ul>"]
)
def test_a_class_names_the_author(line):
    assert BOTH == read(f"<article>{TEXT}{line}</article>")[1]


def test_a_link_to_a_term_between_paragraphs_is_text():
    link = "All about the boats"
    content = f"<article><p>{ONE}</p><p><a href='/topics/boats'>{link}</a></p><p>{TWO}</p></article>"
    assert f"{ONE}\n\n{link}\n\n{TWO}" == read(content)[1]


def test_a_heading_above_the_name_of_an_author_heads_the_text_below_it():
    head = "<h3>The radio desk</h3><p class='contributors'>Ana Pier</p>"
    assert f"{ONE}\n\nThe radio desk\n\n{TWO}" == read(f"<article><p>{ONE}</p>{head}<p>{TWO}</p></article>")[1]


def test_a_list_of_dates_is_text():
    dates = "<ul><li>3 May 2021</li><li>4 June 2021</li></ul>"
    assert (
        f"{ONE}\n\n3 May 2021\n4 June 2021\n\n{TWO}" == read(f"<article><p>{ONE}</p>{dates}<p>{TWO}</p></article>")[1]
    )


def test_every_mark_of_a_part_is_needed(monkeypatch):
    monkeypatch.setattr(chrome, "suspected", chrome.suspected.__wrapped__)
    marks = chrome.MARKS
    for mark in marks:
        assert mark.why in PARTS, "add a case for the mark to PARTS"
        content = f"<div><p>{ONE}</p>{PARTS[mark.why]}<p>{TWO}</p></div>"
        monkeypatch.setattr(chrome, "MARKS", marks)
        assert BOTH == read(content)[1], mark.why
        monkeypatch.setattr(chrome, "MARKS", tuple(one for one in marks if one is not mark))
        assert BOTH != read(content)[1], mark.why


def test_there_is_no_case_too_many():
    assert set(LINES) == {entry.why for entry in (*roles.TOLD, *roles.LEFT)}
    assert set(PARTS) == {mark.why for mark in chrome.MARKS}
    assert {entry.role for entry in (*roles.TOLD, *roles.LEFT)} <= set(roles.ROLES)
