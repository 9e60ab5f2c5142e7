"""The order of a numeric date, told by the other dates on its page."""

import pytest
from parsel import Selector

from migration_spider.normalize.item import normalize
from migration_spider.pages import page_for

PAGE = """<html lang="{language}"><body class="page-node-type-news">
<aside><ul><li><a href="/b">A ferry</a> <span>{aside}</span></li></ul></aside>
<main><article><h1>Two harbours</h1><p>Two harbours agreed on a night ferry for those who work on both shores.</p>
<dl><dt>Date of publication</dt><dd>03/04/2022</dd><dt>Geographic scope</dt><dd>West Asia</dd></dl></article></main>
</body></html>"""


@pytest.mark.parametrize(
    ("language", "aside", "expected"),
    [
        ("en", "12/17/2021", "2022-03-04"),
        ("en", "17/12/2021", "2022-04-03"),
        ("es", "12/17/2021", "2022-03-04"),
        ("en", "01/02/2021", None),
        ("en", "17/12/2021 12/17/2021", None),
        ("en", "2021", None),
    ],
)
def test_order(language, aside, expected):
    item = page_for("http://a.example/a", Selector(PAGE.format(language=language, aside=aside))).to_item()
    normalize(item)
    assert expected == item.publication_date
    assert ([] if expected else ["date-ambiguous"]) == item.problems
