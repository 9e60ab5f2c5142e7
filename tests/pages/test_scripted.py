"""Pages that show their content by a script."""

import pytest
from parsel import Selector

from migration_spider.pages import Page
from migration_spider.pages.scripted import needs_script
from tests.pages.page import SITE


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<div id=app></div>", True),
        ("<app-root></app-root>", True),
        ("<div class=list data-source='/jsonapi/node/tale'></div>", True),
        ("<noscript>Scripts are needed here.</noscript>", True),
        (f"<noscript>Scripts are needed here.</noscript><p>{'The weir holds. ' * 20}</p>", False),
        ("<div id=app><p>The weir holds.</p></div>", False),
        ("<div id=map></div>", False),
        ("<div id=app></div><img src=/weir.png>", False),
        ("<p>Write to the keeper of the weir.</p>", False),
        ("<div id=app></div>" + "<div></div>" * 400, False),
    ],
)
def test_a_page_of_a_script(markup, expected):
    page = Page(f"{SITE}/tales", Selector(f"<html><body><main><h1>Tales</h1>{markup}</main></body></html>"))
    assert expected is needs_script(page)
