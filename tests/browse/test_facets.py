"""The values of facets: those that are printed in odd ways, and those that nobody has."""

import sqlite3
from urllib.parse import parse_qsl

import pytest
from starlette.testclient import TestClient

from migration_spider.browse import facets
from migration_spider.browse.app import application
from migration_spider.browse.facets import BY_NAME, Facet, FacetIndex
from migration_spider.browse.selection import EVERYTHING, BadSelection, Selection

ODD = ["²", "9" * 5000, "٣", "-1", "1e9", "\x00", "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace")]


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("facet", [name for name, facet in BY_NAME.items() if facet.by_key])
def test_every_value_has_a_place_in_the_order(facet, value):
    index = FacetIndex(BY_NAME[facet])
    ordered = sorted([value, "2", "10", "none", "~x"], key=index.order)
    numbers = [one for one in ordered if one in ("2", "10")]
    assert (["10", "2"] if BY_NAME[facet].descending else ["2", "10"]) == numbers
    assert ordered[-2:] == ["~x", "none"]


@pytest.mark.parametrize("value", ["%C2%B2", "9" * 1999, "9" * 5000, "%00", "%D9%A3", "%ED%A0%80"])
def test_no_value_in_an_address_is_a_fault(collection, value):
    client = TestClient(application(lambda: collection), base_url="http://127.0.0.1", raise_server_exceptions=False)
    names = [*BY_NAME, "q", "in", "since", "until", "changed", "sort", "page"]
    asked = [f"{place}?{name}={value}" for place in ("/stories", "/v1/facets") for name in names]
    statuses = {path[:40]: client.get(path).status_code for path in asked}
    assert {} == {path: status for path, status in statuses.items() if status not in (200, 400)}


def test_what_is_too_long_to_be_a_value_is_said():
    with pytest.raises(BadSelection, match="the value of “publisher” is longer than 2000 characters"):
        Selection.parse([("publisher", "x" * 2001)])


PRINTED = [
    "tail ",
    "\u00a0nb\u00a0",
    " head",
    "two\nlines\n",
    "\u3000",
    "plain",
    "x" * 5000,
    "x" * 1998 + " " + "y" * 9,
]


@pytest.mark.parametrize("printed", PRINTED)
def test_what_is_printed_can_be_chosen_by_its_address(monkeypatch, printed):
    facet = Facet("publisher", "Publisher", lambda db: [("1", f"~{printed}", printed)])
    monkeypatch.setattr(facets, "FACETS", (facet,))
    index = facets.read(sqlite3.connect(":memory:"), {"1": 0})["publisher"]
    (value,) = set(index.bits) - {"none"}
    address = EVERYTHING.with_value("publisher", value).query_string()
    chosen = Selection.parse(parse_qsl(address, keep_blank_values=True)).chosen["publisher"]
    assert 1 == index.of(chosen)
    assert printed == index.labels[value]
