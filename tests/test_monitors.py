"""The exit code of a run and its reasons."""

import pytest

from migration_spider.config import Config
from migration_spider.monitors import verdict_of

GOOD = {"finish_reason": "finished", "migration/pages": 9, "migration/taken": 3}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, 0),
        ({"migration/answered/404": 7, "migration/skipped/query": 100}, 0),
        ({"finish_reason": "shutdown"}, 3),
        ({"migration/failed": 1}, 3),
        ({"migration/attachments/failed": 1}, 3),
        ({"migration/blocked_pages": 1}, 3),
        ({"migration/taken": 0}, 3),
        ({"migration/taken": 0, "migration/not_due": 5}, 0),
        ({"migration/paused": "enough requests"}, 3),
        ({"migration/completeness/unsettled": 1}, 3),
        ({"migration/completeness/listings_short": "/news"}, 3),
        ({"migration/completeness/sitemaps_broken": "/sitemap.xml"}, 3),
        ({"migration/completeness/lists_lost": "/rss.xml"}, 3),
        ({"migration/completeness/no_list": "17 addresses that are not there"}, 3),
        ({"migration/completeness/unlisted": 1}, 3),
        (
            {
                "migration/asked_in_vain": "/a answers 404",
                "migration/asked_gone": 1,
                "migration/pages": 0,
                "migration/taken": 0,
            },
            3,
        ),
        ({"migration/share/unseen": 0.05, "migration/estimate/low": 105, "migration/estimate/high": 120}, 0),
        ({"migration/share/unseen": 0.06, "migration/estimate/low": 106, "migration/estimate/high": 120}, 3),
        ({"migration/sample": "20 items (max_items)"}, 0),
        ({"migration/share/vanished": 0.6, "migration/items/withheld": 9}, 3),
        ({"migration/one_place": "http://x/consent", "migration/items/withheld": 1}, 3),
        ({"migration/pages": 0, "migration/taken": 0, "migration/failed": 4}, 4),
        ({"migration/stopped": "the site refuses", "finish_reason": "refused", "migration/failed": 4}, 4),
        ({"migration/interrupted": "by a signal", "finish_reason": "shutdown", "migration/pages": 0}, 3),
        ({"migration/paused": "enough", "finish_reason": "budget", "migration/pages": 0}, 3),
        ({"migration/skipped/robots": 1}, 0),
        ({"migration/moved_to": "http://elsewhere.example"}, 0),
        ({"spider_exceptions/count": 1}, 1),
        ({"migration/item_errors": 1, "migration/failed": 1}, 1),
        ({"archive/failed": 1, "finish_reason": "archive_error", "migration/item_errors": 2}, 5),
        ({"archive/unproved": 1, "migration/failure": "x"}, 5),
        ({"migration/not_stored": 1, "migration/item_errors": 2}, 5),
        ({"migration/failure": "KeyError: 'x'", "migration/stopped": "the site refuses"}, 1),
        ({"migration/unproved": "stored"}, 1),
        ({"migration/share/fall": 0.2}, 0),
        ({"migration/share/fall": 0.21}, 3),
        ({"migration/share/field_loss": 0.51, "migration/fields_lost": "title (51%)"}, 3),
        ({"migration/share/unknown_labels": 0.51}, 3),
    ],
)
def test_exit_code(change, code):
    verdict = verdict_of(GOOD | change, Config())
    assert code == verdict.code
    assert bool(code) == bool(verdict.messages)


@pytest.mark.parametrize(
    "first",
    [
        {
            "archive/failed": "warc: disk quota exceeded",
            "migration/stopped": "no more",
            "migration/not_stored": "no archive",
        },
        {"migration/not_stored": "news.jsonl: disk is full"},
    ],
)
def test_what_follows_from_a_disk_that_refuses_is_not_told_beside_it(first):
    verdict = verdict_of(GOOD | first | {"migration/item_errors": 1, "migration/unproved": "stored"}, Config())
    assert 5 == verdict.code
    assert 1 == len(verdict.messages)


@pytest.mark.parametrize(
    ("why", "says"),
    [
        ({"migration/skipped/robots": 7}, "robots.txt forbids 7 pages"),
        ({"migration/moved_to": "http://b.example"}, "the site redirects to http://b.example: use that with -a site"),
    ],
)
def test_a_run_without_a_page_says_first_what_is_known_of_the_reason(why, says):
    verdict = verdict_of(GOOD | {"migration/pages": 0, "migration/taken": 0} | why, Config())
    assert (4, says) == (verdict.code, verdict.messages[0])


def test_messages_carry_the_numbers_most_serious_first():
    verdict = verdict_of(GOOD | {"migration/failed": 12, "spider_exceptions/count": 2}, Config())
    assert ("2 pages could not be read: an error in the code", "12 pages could not be fetched") == verdict.messages


def test_what_fails_after_the_verdict_makes_a_complete_run_none_and_hides_no_other_code():
    for change, code in (({}, 1), ({"migration/failed": 1}, 1), ({"archive/failed": 1}, 5)):
        spoiled = verdict_of(GOOD | change, Config()).spoiled("no report")
        assert code == spoiled.code
        assert 1 == spoiled.spoiled("no report").messages.count("no report")
