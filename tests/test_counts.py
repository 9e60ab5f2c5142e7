"""The counts of a run add up, and each is what the portal itself would say, over runs of many kinds."""

import pytest

from migration_spider import counts
from migration_spider.ledger import Fate, Ledger
from migration_spider.report import words
from migration_spider.state.store import Item
from tests.crawling import items, run
from tests.harvesting import IN_TWO, OFTEN, command, ids, report
from tests.portal import Portal
from tests.sabotage import run as run_sabotaged


def counted(told):
    """Word -> items of a report that adds up and lists as many as it counts."""
    found = words.counted(told["items"])
    known = told["items"]["counts"]["known"]
    assert list(counts.WORDS) == list(found)
    assert sum(found.values()) == known == told["items"]["total"] + found["gone"]
    lists = {
        "new": "new",
        "changed": "changed",
        "back": "reappeared",
        "gone": "vanished",
        "perhaps gone": "unconfirmed",
    }
    assert {word: found[word] for word in lists} == {word: len(ids(told, name)) for word, name in lists.items()}
    assert f"{known:,} item" in words.changes(told)
    return {word: count for word, count in found.items() if count}


class Site:
    """A portal with what was harvested of it so far."""

    def __init__(self, portal, data):
        self.portal, self.data = portal, data

    def harvest(self, *flags, code=0, revisit=OFTEN, **settings):
        settings |= {"MIGRATION_REVISIT": revisit}
        run(command(self.data, *IN_TWO, *flags, site=self.portal.url, **settings), code)
        return counted(report(self.data))

    def truth(self):
        return {f"{row['nid']}@{row['langcode']}".lower() for row in self.portal.truth() if row["lang"] in ("en", "fr")}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Portal(nodes=4) as portal:
        yield Site(portal, tmp_path_factory.mktemp("counts"))


def test_years_of_runs_add_up(site):
    editor = site.portal.editor
    # A part of it, then what is left of it.
    assert {"new": 5} == site.harvest("-a", "max_items=5")
    every = len(site.truth())
    assert {"new": every - 5, "as before": 5} == site.harvest()
    assert every == len(items(site.data))

    page = next(row["url"] for row in site.portal.truth() if row["lang"] == "fr")
    assert {"as before": 1, "not due": every - 1} == site.harvest("-a", f"urls={page}")

    editor.edit(8836, "en")
    editor.delete(9107)
    away = every - len(site.truth())
    assert {"changed": 1, "as before": every - 1 - away, "perhaps gone": away} == site.harvest()
    # Known from the run before, and not looked at in this one.
    found = site.harvest("--max-requests", "30", code=3)
    assert away == found["perhaps gone"]
    assert found["not reached"] > 0
    assert {"as before": every - away, "gone": away} == site.harvest()

    editor.restore(9107)
    assert {"as before": every - away, "back": away} == site.harvest()

    site.portal.fault("blocked")
    assert {"not reached": every} == site.harvest(code=4, RETRY_TIMES=0)
    site.portal.heal()


def test_a_site_that_is_down(tmp_path):
    with Portal(nodes=2) as portal:
        closed = Site(portal, tmp_path)
        every = closed.harvest()["new"]
    assert {"not reached": every} == closed.harvest(code=4, RETRY_TIMES=0)


def test_counts_that_do_not_add_up_are_an_internal_error(tmp_path):
    wrong = "from migration_spider import counts\ncounts.WORD_OF['new'] = counts.CHANGED"
    with Portal(nodes=1) as portal:
        told = run_sabotaged(tmp_path, portal, wrong, "harvest")
    said = "the counts of the items do not add up: 0 are new and 1 have such a line; 1 are changed and 0 have"
    assert (1, True) == (told.code, said in told.output)
    assert said in report(tmp_path / "data")["outcome"]["messages"][0]


def item(item_id, *, withdrawn=None):
    at = f"https://example.org/{item_id}"
    return Item(item_id, at, 1, "", "", None, withdrawn, None, "en", "", "")


@pytest.mark.parametrize(
    ("fate", "is_due", "is_missed", "word"),
    [
        (None, True, False, "not reached"),
        (None, False, False, "not due"),
        (None, True, True, "perhaps gone"),
        ("not_due", True, False, "not due"),
        ("before_since", True, False, "not due"),
        ("max_items", True, False, "not reached"),
        ("failed", False, False, "not reached"),
        ("blocked", True, False, "not reached"),
        ("robots", True, False, "not reached"),
        ("withheld", True, False, "not reached"),
        ("withheld", True, True, "perhaps gone"),
        ("held", True, False, "not reached"),
    ],
)
def test_an_item_of_which_a_run_learned_nothing(fate, is_due, is_missed, word):
    one, ledger = item("1@en"), Ledger()
    if fate:
        ledger.fates[one.url] = Fate(fate)
    found = counts.account({}, [one], ["1@en"][:is_missed], [one][:is_due], ledger, lambda item: True)
    assert ({word: 1}, 1, ()) == ({w: n for w, n in found.words.items() if n}, found.known, found.faults)
    left_out = counts.account({}, [one], [], [one], Ledger(), lambda item: False)
    assert 1 == left_out.words["not due"]


def test_an_account_knows_what_is_wrong_with_it():
    lines = [item("1@en"), item("2@en", withdrawn="gone"), item("3@en", withdrawn="gone")]

    def faults(found):
        return counts.account(found, lines, [], [], Ledger(), lambda item: True).faults

    # The third was gone before: it is known no more.
    assert () == faults({"1@en": "new", "2@en": "gone"})
    assert ("1@en: gone by the word and not by the line, or the other way round",) == faults({"1@en": "gone"})[1:]
    assert ("2 items have a word and 1 are known",) == faults({"1@en": "new", "4@en": "new"})[:1]
    assert faults({"1@en": "fresh"})
