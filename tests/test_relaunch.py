"""A site that was moved to another Drupal: the pages are the old ones, their ids or their addresses are not."""

from types import SimpleNamespace

import pytest

from migration_spider.relaunch import FEWEST, MOST_HELD, Relaunch
from migration_spider.state.store import Item
from tests.crawling import items, scrapy
from tests.harvesting import OFTEN, harvest
from tests.hostile import Hostile, listing, page

STORIES = ("Kites over the weir", "A ferry for goats", "Bread at midnight", "The blue ladder")
ONE = {
    "MIGRATION_NEWS_LISTINGS": "/news",
    **dict.fromkeys(("MIGRATION_LISTINGS", "MIGRATION_FEEDS", "MIGRATION_SITEMAPS"), ""),
    "MIGRATION_LANGUAGES": "en",
    "MIGRATION_REVISIT": OFTEN,
}


class Town:
    """A site whose stories can get other ids, and other addresses."""

    def __init__(self):
        self.shift, self.folder = 0, "/story"

    def __call__(self, path):
        if path == "/news":
            return listing([f"{self.folder}/{n}" for n in range(len(STORIES))])
        folder, _, number = path.rpartition("/")
        if folder == self.folder and number.isdigit() and int(number) < len(STORIES):
            return page(STORIES[int(number)], f"What happened, part {number}.", node=int(number) + 1 + self.shift)
        return None


def lines(data):
    return [(line["id"], line["version"]) for line in items(data)]


def test_a_site_that_numbers_anew_changes_and_ends_nothing(tmp_path):
    town = Town()
    with Hostile(town) as server:
        how = {"site": server.url, **ONE}
        harvest(tmp_path, **how)
        before = lines(tmp_path)
        assert len(STORIES) == len(before)
        town.shift = 2
        for _ in range(2):
            told = harvest(tmp_path, code=3, **how)
            assert any(
                "100% of the known addresses have the same content under another node id" in one
                for one in told["outcome"]["messages"]
            )
            assert [] == told["items"]["unconfirmed"]
        assert before == lines(tmp_path)
        town.shift = 0
        assert [] == harvest(tmp_path, **how)["outcome"]["messages"]
        assert before == lines(tmp_path)
        town.shift = 2
        harvest(tmp_path, MIGRATION_MAX_RENUMBERED=1, **how)
        accepted = [*before, ("3@en", 2), ("4@en", 2), ("5@en", 1), ("6@en", 1)]
        assert sorted(accepted) == sorted(lines(tmp_path))
        harvest(tmp_path, **how)
        assert sorted([*accepted, ("1@en", 2), ("2@en", 2)]) == sorted(lines(tmp_path)), "the old ids end"
    again = tmp_path / "again.jsonl"
    scrapy("reparse", "--output", again, *sorted((tmp_path / "warc").glob("*.warc.gz")))
    assert (tmp_path / "items" / "news.jsonl").read_bytes() == again.read_bytes()


def test_a_site_with_other_addresses_is_told_once_and_ends_nothing(tmp_path):
    town = Town()
    with Hostile(town) as server:
        how = {"site": server.url, **ONE}
        harvest(tmp_path, **how)
        before = lines(tmp_path)
        town.folder = "/archive/story"
        told = harvest(tmp_path, code=3, **how)
        assert any("have another address" in one for one in told["outcome"]["messages"])
        asked = len(server.paths)
        for _ in range(2):
            assert [] == harvest(tmp_path, **how)["items"]["unconfirmed"]
        assert before == lines(tmp_path)
        # The state knows where they are by now.
        assert not any(path.startswith("/story") for path in server.paths[asked:])


# ---- the rule


def known(item_id, url, title="A", digest="aa"):
    return Item(item_id, url, 1, "then", "then", None, None, 1, "en", title, digest)


def met(item_id, url, title="A", digest="aa"):
    fields = {"id": item_id, "url": url, "title": title, "content_sha256": digest}
    return type("Fields", (dict,), {"item": SimpleNamespace(**fields)})(fields)


def look(relaunch, item, before, stood, *, is_redirect=False):
    return relaunch.must_wait(item, before, stood, is_redirect=is_redirect)


@pytest.mark.parametrize(
    ("item", "before", "stood", "waits"),
    [
        (met("1@en", "/a"), known("1@en", "/a"), [known("1@en", "/a")], False),  # as before
        (met("1@en", "/a", "B", "bb"), known("1@en", "/a"), [known("1@en", "/a")], False),  # edited
        (met("1@en", "/b"), known("1@en", "/a"), [], False),  # moved
        (met("2@en", "/b", "B", "bb"), None, [], False),  # new
        (met("2@en", "/a"), None, [known("1@en", "/a")], True),  # another id with what was there
        (met("2@en", "/a", "B", "bb"), None, [known("1@en", "/a")], True),  # another item
        (met("2@en", "/a"), known("2@en", "/a"), [known("1@en", "/a"), known("2@en", "/a")], False),  # accepted before
        (met("1@en", "/b", "B", "bb"), known("1@en", "/a"), [], True),  # known id, all else is another
    ],
)
def test_what_contradicts_what_is_known_waits(item, before, stood, waits):
    assert waits == look(Relaunch(0.5), item, before, stood)


def test_a_new_title_at_an_address_to_which_the_old_one_leads_is_no_contradiction():
    assert not look(Relaunch(0.5), met("1@en", "/b", "B", "bb"), known("1@en", "/a"), [], is_redirect=True)


def renumber(relaunch, *numbers, title="A"):
    for n in numbers:
        item = met(f"{n + 50}@en", f"/{n}", title, "cc")
        assert look(relaunch, item, None, [known(f"{n}@en", f"/{n}")])
        relaunch.hold(item)


def test_a_few_pages_with_other_ids_are_stored_at_the_end():
    relaunch = Relaunch(0.5)
    renumber(relaunch, *range(FEWEST - 1))
    assert (False, True) == (relaunch.is_relaunch, relaunch.is_doubtful)
    assert ["50@en", "51@en"] == [held.item.id for held in relaunch.release()]


def test_more_than_the_share_of_the_known_addresses_is_a_relaunch():
    relaunch = Relaunch(0.5)
    renumber(relaunch, *range(6))
    for n in range(6):
        look(relaunch, met(f"{n + 9}@en", f"/{n + 9}"), known(f"{n + 9}@en", f"/{n + 9}"), [])
    assert not relaunch.is_relaunch
    renumber(relaunch, 7)
    assert (True, []) == (relaunch.is_relaunch, relaunch.release())


def test_other_stories_at_known_addresses_are_no_relaunch():
    relaunch = Relaunch(0.5)
    renumber(relaunch, *range(9), title="Another")
    assert (False, 9) == (relaunch.is_relaunch, len(relaunch.release()))


def test_with_the_limit_of_one_the_new_ids_are_taken():
    relaunch = Relaunch(1.0)
    renumber(relaunch, *range(9))
    assert 9 == len(relaunch.release())


def test_no_more_wait_than_memory_holds():
    relaunch = Relaunch(0.5)
    renumber(relaunch, *range(MOST_HELD + 5))
    assert (MOST_HELD, True) == (len(relaunch.held), relaunch.is_decided)
    assert [] == relaunch.release()
