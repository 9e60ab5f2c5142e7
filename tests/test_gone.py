"""When an item is gone: the rules, each at its edge. What they make of a crawl is in test_harvest*.py."""

from dataclasses import replace

import pytest

from migration_spider import EXTRACTOR, gone
from migration_spider.items import Evidence
from migration_spider.ledger import Fate, Ledger
from migration_spider.state.store import Item

PROOF = Evidence(
    file="a.warc.gz", offset=0, length=9, record_id="<urn:uuid:1>", target_uri="u", date="d", payload_digest="p"
)
FACTS = {name: getattr(PROOF, name) for name in Evidence.__slots__} | {"fetched_at": "2026-01-02T00:00:00Z"}


def item(number, withdrawn=None):
    name = f"{number}@en"
    return Item(
        name, f"http://x/{number}", 3, "first", "changed", None, withdrawn, number, "en", f"News {number}", "aa"
    )


def absent(*numbers, reason="gone", status=404):
    return [
        gone.Absence(id=f"{n}@en", url=f"http://x/{n}", reason=reason, status=status, warc=PROOF, fetched_at="now")
        for n in numbers
    ]


# ---- what an answer says


@pytest.mark.parametrize(
    ("status", "reason"),
    [(404, "gone"), (410, "gone"), (401, "unpublished"), (403, "unpublished"), (451, "unpublished"), (400, None)],
)
def test_an_error_says_why_the_item_is_absent_or_nothing(status, reason):
    found = gone.of_status([item(1), item(2)], status, FACTS)
    assert ([("1@en", reason, status), ("2@en", reason, status)] if reason else []) == [
        (one.id, one.reason, one.status) for one in found
    ]
    assert all(PROOF == one.warc and one.fetched_at == FACTS["fetched_at"] for one in found)


def test_without_a_captured_answer_there_is_no_proof_and_no_absence():
    assert [] == gone.of_status([item(1)], 404, None) == gone.of_blocked([item(1)], "challenge", 200, None)
    assert [] == gone.of_page([item(1)], None, [], None)


@pytest.mark.parametrize(
    ("code", "reason"),
    [("login", "unpublished"), ("challenge", "blocked"), ("maintenance", None), ("error-page", None), ("empty", None)],
)
def test_a_blocked_page_says_something_unless_the_site_is_in_trouble(code, reason):
    found = gone.of_blocked([item(1)], code, 200, FACTS)
    assert ([(reason, 200, "http://x/1")] if reason else []) == [(one.reason, one.status, one.url) for one in found]


def test_a_page_that_is_another_item_or_none_ends_those_that_had_its_address():
    hop = FACTS | {"target_uri": "http://x/2", "status": 301}
    found = gone.of_page([item(1), item(2), item(3)], "1@en", [hop], FACTS)
    assert [("2@en", "redirected", 301), ("3@en", "gone", 200)] == [(one.id, one.reason, one.status) for one in found]
    assert "http://x/2" == found[0].warc.target_uri


# ---- whether the absences of a run count


def judge(absences, items, limit=0.5, ledger=None):
    return gone.judge(absences, items, ledger or Ledger(), limit)


@pytest.mark.parametrize(
    ("of", "missing", "share", "is_too_much"),
    [
        (20, 10, 0.5, False),  # just the limit
        (20, 11, 0.55, True),
        (9, 9, 0.0, False),  # fewer than ten tell nothing
        (10, 10, 1.0, True),
        (40, 10, 0.25, False),
    ],
)
def test_so_much_is_gone_that_the_site_is_the_matter(of, missing, share, is_too_much):
    found = judge(absent(*range(missing)), [item(n) for n in range(of)])
    assert (share, is_too_much, missing) == (found.share, found.is_too_much, len(found.absences))


def test_the_limit_is_that_of_the_setting():
    items = [item(n) for n in range(20)]
    assert judge(absent(*range(20)), items, limit=0.99).is_too_much
    assert not judge(absent(*range(20)), items, limit=1).is_too_much
    assert judge(absent(*range(10)), items, limit=0.49).is_too_much


@pytest.mark.parametrize(
    ("source", "code", "share"),
    [
        ("sitemap", "gone", 1.0),  # all that the site still names
        ("state", "gone", 0.1),  # named by nobody: of all items
        ("sitemap", "not_due", 0.1),  # not looked at
    ],
)
def test_what_the_site_still_names_counts_apart(source, code, share):
    items, ledger = [item(n) for n in range(100)], Ledger()
    for one in items[:10]:
        ledger.name(one.url, source)
        ledger.fates[one.url] = Fate(code)
    assert share == judge(absent(*range(10)), items, ledger=ledger).share


@pytest.mark.parametrize(
    ("led", "places", "fates", "place"),
    [
        ("/consent", {"/news": "/consent"}, {}, "/consent"),
        ("/consent?to=1", {"/news": "/consent", "/": "/consent"}, {}, "/consent"),
        ("/consent", {}, {}, ""),  # no list was asked
        ("/about", {"/news": "/news"}, {}, ""),  # editors led all items to one page
        ("/news", {"/news": "/news"}, {}, ""),  # or to the list
        ("/en/news", {"/news": "/en/news", "/": "/"}, {}, ""),  # which has another address
        ("/", {"/news": "/"}, {"/2": Fate("item", "2@en")}, ""),  # or is the front page
        ("/", {"/news": "/", "/": "/"}, {"/": Fate("item", "2@en")}, "/"),  # which shows an item
        ("/", {"/news": "/"}, {"/2": Fate("not_due")}, "/"),
    ],
)
def test_all_that_leads_to_one_page_is_no_absence_however_little_it_is(led, places, fates, place):
    ledger = Ledger()
    ledger.places = {f"http://x{url}": f"http://x{place}" for url, place in places.items()}
    ledger.fates = {f"http://x{url}": fate for url, fate in fates.items()}
    hop = FACTS | {"target_uri": "http://x/1", "status": 302}
    absences = gone.of_page([item(1)], None, [hop], FACTS, f"http://x{led}")
    found = judge(absences, [item(1)], ledger=ledger)
    assert (f"http://x{place}" if place else "", bool(place)) == (found.place, found.is_too_much)
    assert not judge(absences, [item(1)], ledger=ledger, limit=1).is_too_much
    assert not judge(absent(1), [item(1)], ledger=ledger).is_too_much


def test_an_item_that_was_met_elsewhere_or_is_withdrawn_or_unknown_has_no_absence():
    ledger = Ledger()
    ledger.fates["http://x/elsewhere"] = Fate("item", "1@en")
    ledger.met.add("5@en")  # left out for its date, or waiting for a file
    found = judge(absent(1, 2, 3, 4, 5), [item(1), item(2, withdrawn="gone"), item(3), item(5)], ledger=ledger)
    assert ["3@en"] == [one.id for one in found.absences]


def test_an_item_that_is_absent_in_several_ways_is_so_in_the_same_way_in_every_run():
    ways = [*absent(1, reason="redirected", status=302), *absent(1), *absent(1, status=410)]
    assert ["gone"] == [one.reason for one in judge(ways, [item(1)]).absences]
    assert judge(ways, [item(1)]).absences == judge(ways[::-1], [item(1)]).absences


# ---- what becomes of one item


def miss(before, absence, cycle, needed=9):
    return gone.miss(item(5), before, absence, cycle, needed)


def test_an_item_is_missed_once_by_all_parts_of_a_harvest():
    (absence,) = absent(5)
    rule, first = miss(None, absence, "monday")
    assert ("missed", "", 1, "monday", "now") == (rule.then, rule.line, first.confirmed, first.cycle, first.first)
    assert first == miss(first, replace(absence, fetched_at="later"), "monday")[1]
    again = miss(first, replace(absence, status=410, fetched_at="later"), "tuesday")[1]
    assert (2, 410, "tuesday", "now") == (again.confirmed, again.status, again.cycle, again.first)
    assert 3 == miss(again, absence, "wednesday")[1].confirmed


def test_another_reason_begins_anew():
    first = miss(None, *absent(5), "monday")[1]
    rule, other = miss(first, *absent(5, reason="unpublished", status=403), "tuesday", needed=2)
    assert ("unpublished", 403, 1, "now") == (other.reason, other.status, other.confirmed, other.first)
    assert "missed" == rule.then


def test_as_many_harvests_as_are_needed_and_no_fewer_make_a_tombstone():
    first = miss(None, *absent(5), "monday")[1]
    assert ["tombstone", ""] == [miss(None, *absent(5), "monday", needed)[0].line for needed in (1, 2)]
    assert ["tombstone", ""] == [miss(first, *absent(5), "tuesday", needed)[0].line for needed in (2, 3)]
    assert "" == miss(first, *absent(5), "monday", needed=2)[0].line


def test_nothing_is_written_of_an_item_that_has_its_tombstone():
    rule, _ = gone.miss(item(5, withdrawn="gone"), None, *absent(5), "monday", 1)
    assert ("withdrawn", "") == (rule.then, rule.line)


def test_a_tombstone_is_the_next_version_and_cites_its_proof():
    line = gone.tombstone(item(5), *absent(5), 2, "run")
    assert list(line) == [
        *("id", "node_id", "url", "language", "title", "version", "tombstone"),
        *("first_seen", "last_changed", "fetched_at", "run_id", "extractor", "warc"),
    ]
    assert ("en", EXTRACTOR) == (line["language"], line["extractor"])
    assert ("5@en", 4, "http://x/5", 5, "News 5", "run") == tuple(
        line[name] for name in ("id", "version", "url", "node_id", "title", "run_id")
    )
    assert {"reason": "gone", "status": 404, "confirmed": 2} == line["tombstone"]
    assert ("first", "now", "now") == (line["first_seen"], line["last_changed"], line["fetched_at"])
    assert FACTS == line["warc"] | {"fetched_at": FACTS["fetched_at"]}
