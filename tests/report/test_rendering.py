"""What stands in the braces of a template is harmless by itself: forgetting a filter cuts no hole."""

import pytest
from jinja2 import UndefinedError

from migration_spider.report import html, markdown, terminal

HOSTILE = '<b a="x"> \x1b[31m \u202e `x`'


@pytest.mark.parametrize(
    ("renderer", "shown"),
    [
        (html, "&lt;b a=&#34;x&#34;&gt; [U+001B][31m [U+202E] `x`"),
        (markdown, r'\<b a="x"\> \[U+001B\]\[31m \[U+202E\] \`x\`'),
        (terminal, '<b a="x"> [U+001B][31m [U+202E] `x`'),
    ],
)
def test_a_text_without_any_filter_is_printed_and_not_obeyed(renderer, shown):
    template = renderer.environment().from_string("{% macro said() %}{{ text }}{% endmacro %}{{ text }}|{{ said() }}")
    assert f"{shown}|{shown}" == template.render(text=HOSTILE)


@pytest.mark.parametrize("renderer", [html, markdown, terminal])
def test_a_name_that_nobody_gave_is_an_error_and_no_empty_place(renderer):
    with pytest.raises(UndefinedError):
        renderer.environment().from_string("{{ nothing }}").render()
