"""Files that an item offers, and links that are none."""

import sys

import pytest

from migration_spider.pages.links import file_lines
from tests.pages.page import PROSE, SITE, news

FILE = f"{SITE}/sites/default/files/docs/plan%20%281%29.pdf"
HREF = "/sites/default/files/docs/plan%20%281%29.pdf"


@pytest.mark.parametrize(
    "markup",
    [
        f"<div class='field field--type-file'><div class='field__item'><a href='{HREF}'>The plan</a></div></div>",
        f"<div><span class='file file--mime-application-pdf'><a href='{HREF}' type='application/pdf'>The plan</a></span> <span>(785 bytes)</span></div>",
        f"<div><div>Upload document</div><div><a href='{HREF}'>The plan</a></div></div>",
        f"<p>Attachments</p><p><a href='{HREF}'>The plan</a></p>",
        f"<table><tr><td><span class='file'><a href='{HREF}'>The plan</a></span></td><td>785 bytes</td></tr></table>",
        f"<table><tr><th>Attachment</th><th>Size</th></tr><tr><td><a href='{HREF}'>The plan</a></td><td>45.5 KB</td></tr></table>",
        f"<div><h3>Archivos adjuntos</h3><ul><li><a href='{HREF}'>The plan</a></li></ul></div>",
    ],
)
def test_file_fields(markup):
    page = news(f"<article><div>{PROSE}</div>{markup}</article>")
    assert [(FILE, "plan (1).pdf", "The plan")] == [(a.url, a.filename, a.title) for a in page.attachments]
    assert "plan" not in page.body_text


def test_media_type_is_what_the_link_states():
    link = (
        f"<span class='file'><a href='{HREF}' type='application/pdf; length=785'>View Document (143.42 KB)</a></span>"
    )
    (attachment,) = news(f"<div>{PROSE}</div><div>{link}</div>").attachments
    assert "application/pdf" == attachment.media_type
    assert "View Document (143.42 KB)" == attachment.title


def test_one_attachment_per_address():
    item = f"<div><span class='file'><a href='{HREF}'>The plan</a></span></div>"
    assert 1 == len(news(f"<div>{PROSE}</div>{item}{item}").attachments)


@pytest.mark.parametrize(
    "content",
    [
        f"<div class='field--name-body'>{PROSE}<p>As the <a href='{HREF}'>plan</a> says, nothing is lost that is written down in time.</p></div>",
        f"<div>{PROSE}<p><a href='{HREF}'>Plan of the ferry towns</a></p>{PROSE}</div>",
        f"<div>{PROSE}</div><div><a href='/news/rss.xml'>Feed</a> <a href='/about'>About</a></div>",
        f"<div>{PROSE}</div><nav><a href='{HREF}'>Terms</a></nav><aside role='complementary'><a href='{HREF}'>T</a></aside>",
        f"<div>{PROSE}<a href='/large.jpg'><img src='/small.jpg' alt='x'></a></div>",
    ],
    ids=["in a sentence", "in a paragraph of the body", "feed", "chrome", "picture"],
)
def test_links_that_are_no_attachments(content):
    assert [] == news(content).attachments


def test_the_work_on_a_line_of_links_grows_as_their_number():
    def calls(links):
        page = news(f"<article>{PROSE}<p>{f'<a href={HREF}>plan</a> ' * links}</p></article>")
        lines = file_lines(page.outline, SITE)
        count = 0

        def add(frame, event, arg):
            nonlocal count
            count += 1

        sys.setprofile(add)
        try:
            assert lines == file_lines(page.outline, SITE)
        finally:
            sys.setprofile(None)
        return count

    assert calls(400) < 3 * calls(200)
