"""A page is parsed once, in a crawl and when its archive is read again: nothing that is known of an answer is asked twice.

In a harvest it is parsed once for as long as its bytes stay the same.
"""

import json
from collections import Counter

import pytest

from tests import crawling, sabotage
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
        for name in ("harvest", "harvest again"):
            file = folder / f"{name}.txt"
            done = sabotage.run(folder / "data", portal, NOTE.format(file=str(file)), "harvest")
            assert 0 == done.code, done.output
            found[name] = Counter(file.read_text().split())["1"] if file.exists() else 0
        found["lines"] = len((folder / "data" / "data" / "items" / "news.jsonl").read_text().splitlines())
        found["stats"] = json.loads((crawling.last_run(folder / "data" / "data") / "stats.json").read_text())
    return found


@pytest.mark.parametrize("name", ["crawl", "reparse"])
def test_a_page_is_parsed_once(parsed, name):
    assert 1 == parsed[name]


def test_a_harvest_parses_no_page_that_is_as_it_was(parsed):
    # The first also looks whether what the crawl left in the archive is a page.
    assert (2, 0) == (parsed["harvest"], parsed["harvest again"])
    assert 1 == parsed["lines"]
    stats = parsed["stats"]
    assert (1, 1, 1) == tuple(
        stats[f"migration/{name}"] for name in ("items/unchanged", "normalized", "readings/reused")
    )
