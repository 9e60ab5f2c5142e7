"""A page is parsed once, in a crawl and when its archive is read again: nothing that is known of an answer is asked twice."""

from collections import Counter

import pytest

from tests import sabotage
from tests.portal import Portal

NOTE = """\
import parsel.selector as it
parse = it.create_root_node
def noted(text, *arguments, **named):
    with open({file!r}, "a") as lines:
        print(text.count("7756") and text.count("</html>"), file=lines)
    return parse(text, *arguments, **named)
it.create_root_node = noted
"""


@pytest.fixture(scope="module")
def parsed(tmp_path_factory):
    """Command -> how often the only page was parsed."""
    folder = tmp_path_factory.mktemp("parsed")
    found = {}
    with Portal(nodes=3) as portal:
        for name in ("crawl", "reparse"):
            file = folder / f"{name}.txt"
            done = sabotage.run(folder, portal, NOTE.format(file=str(file)), name, MIGRATION_REQUISITES=True)
            assert 0 == done.code, done.output
            found[name] = Counter(file.read_text().split())["1"]
    return found


@pytest.mark.parametrize("name", ["crawl", "reparse"])
def test_a_page_is_parsed_once(parsed, name):
    assert 1 == parsed[name]
