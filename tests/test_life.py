"""Items that move about, end and come back, told truly: the table of rules, and a few courses by command."""

from itertools import product

from migration_spider import life
from tests.crawling import items
from tests.harvesting import IN_TWO, OFTEN, harvest, ids
from tests.portal import Portal


def test_the_table_has_a_rule_for_whatever_can_be():
    for state, same in product(life.STATES, (True, False)):
        assert "there" == life.met(state, is_same=same).then
    assert {"missed", "withdrawn"} == {rule.then for (_, seen), rule in life.RULES.items() if seen.startswith("absent")}
    assert [("missed", "absent enough")] == [pair for pair, rule in life.RULES.items() if rule.line == "tombstone"]


def test_an_item_that_is_back_at_its_first_address_is_not_gone(tmp_path):
    with Portal(nodes=2) as portal:
        how = {"site": portal.url, "MIGRATION_REVISIT": OFTEN}
        harvest(tmp_path, *IN_TWO, **how)
        nid = next(nid for nid, node in portal.site.nodes.items() if node.is_item and node.source == "en")
        shown = portal.site.nodes[nid].translations["en"]
        title, alias = shown.title, shown.alias
        portal.editor.retitle(nid, "en", "Seven lanterns on the pier")
        assert {f"{nid}@en"} == ids(harvest(tmp_path, *IN_TWO, **how), "changed")
        # As from a backup: the newer address is not there and redirects nowhere.
        with portal.site.lock:
            shown.title, shown.alias, shown.retired_aliases = title, alias, []
            portal.site.reindex()
        assert {f"{nid}@en"} == ids(harvest(tmp_path, *IN_TWO, **how), "changed")
        last = harvest(tmp_path, *IN_TWO, **how)
    assert (set(), set()) == (ids(last, "unconfirmed"), ids(last, "vanished"))
    assert [1, 2, 3] == [line["version"] for line in items(tmp_path) if line["id"] == f"{nid}@en"]


def test_two_that_change_places_and_one_that_is_restored_are_what_they_were(tmp_path):
    with Portal(nodes=3) as portal:
        how = {"site": portal.url, "MIGRATION_REVISIT": OFTEN}
        harvest(tmp_path, *IN_TWO, **how)
        one, other, third = [nid for nid, node in portal.site.nodes.items() if node.is_item and node.source == "en"][:3]
        with portal.site.lock:
            shown, shown_too = (portal.site.nodes[nid].translations["en"] for nid in (one, other))
            shown.title, shown_too.title = shown_too.title, shown.title
            shown.alias, shown_too.alias = shown_too.alias, shown.alias
            portal.site.reindex()
        portal.editor.delete(third)
        ended = {f"{third}@{language}" for language in {"en", "fr"} & portal.site.nodes[third].translations.keys()}
        swapped = harvest(tmp_path, *IN_TWO, **how)
        assert {f"{one}@en", f"{other}@en"} == ids(swapped, "changed")
        assert ended == ids(swapped, "unconfirmed")
        assert ended == ids(harvest(tmp_path, *IN_TWO, **how), "vanished")
        portal.editor.restore(third)
        assert ended == ids(harvest(tmp_path, *IN_TWO, **how), "reappeared")
        truth = {(row["nid"], row["langcode"], row["url"]) for row in portal.truth() if row["lang"] in ("en", "fr")}
    last = {line["id"]: line for line in items(tmp_path)}
    assert truth == {
        (line["node_id"], line["language"].lower(), line["url"]) for line in last.values() if "tombstone" not in line
    }
