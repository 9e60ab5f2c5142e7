"""The roles of lines on the sample pages of a survey."""

from types import SimpleNamespace

import pytest
from lxml import html
from parsel import Selector

from migration_spider import explained
from migration_spider.pages import NewsPage, page_for
from migration_spider.pages.outline_builder import shown_text
from migration_spider.pages.places import places
from migration_spider.pages.roles import ROLES
from migration_spider.survey import still, still_marks
from tests.explain.sample import NEWS
from tests.pages.page import SITE


@pytest.fixture(scope="module")
def sample():
    """A page with its roles, as a survey shows it."""
    hostile = '<p data-survey-role="title" id="survey-roles">Two boats and a cook stayed where they were all night.</p>'
    page = page_for(f"{SITE}/ferry", Selector(NEWS.replace("</article>", hostile + "</article>")))
    told = explained.lines(page)
    made = still.Stills(SimpleNamespace(get=lambda url: None)).still(page, list(enumerate(places(page), 1)), told)
    return SimpleNamespace(page=html.fromstring(made), text=made, told=told)


def test_each_text_says_its_role_and_why(sample):
    for one in sample.told:
        said = f"{one.role}: {one.why}"
        marks = sample.page.xpath("//*[@data-survey-role or @data-survey-out][@title=$said]", said=said)
        text = " ".join(" ".join(mark.itertext()) for mark in marks)
        assert one.text.split()[0] in text, one
        assert {said} == {mark.get("aria-description") for mark in marks}
    (boats,) = sample.page.xpath("//p[contains(., 'Two boats')]")
    assert (None, None) == (boats.get("id"), boats.get("data-survey-role"))


def test_the_switch_needs_neither_script_nor_network_and_its_legend_has_the_roles(sample):
    (switch,) = sample.page.xpath(f"//*[@id='{still_marks.SWITCH}']")
    assert ("input", "checkbox") == (switch.tag, switch.get("type"))
    assert switch is sample.page.xpath("//body/*")[0]
    assert sample.page.xpath(f"//label[@for='{still_marks.SWITCH}']")
    legend = sample.page.xpath("//@data-survey-of")
    assert {one.role for one in sample.told} == {*legend}
    assert {*ROLES} == {*still_marks.ROLES}
    style = sample.page.xpath("//style")[-1].text
    for role in legend:
        assert f'#{still_marks.SWITCH}:checked~* [data-survey-role="{role}"]' in style
    assert "url(" not in style
    assert [] == sample.page.xpath("//script")


def test_one_tag_is_shown_for_each_line(sample):
    assert len([one for one in sample.told if one.slots]) == len(sample.page.xpath("//*[@data-survey-line]"))


def test_texts_are_the_same_with_and_without_roles():
    page = NewsPage(f"{SITE}/ferry", Selector(NEWS))
    before = shown_text(page.root.find("body"))
    told = explained.lines(page)
    made = still.Stills(SimpleNamespace(get=lambda url: None)).still(page, [], told)
    body = html.fromstring(made).find("body")
    body.remove(body.xpath("*[@data-survey-bar]")[0])
    assert before.split() == shown_text(body).split()


def test_characters_that_no_file_may_have_are_left_out():
    page = NewsPage(f"{SITE}/ferry", Selector(NEWS.replace("Nobody signed", "Nobody &#31;&#2;signed")))
    made = still.Stills(SimpleNamespace(get=lambda url: None)).still(page, [], explained.lines(page))
    assert "Nobody signed" in made
