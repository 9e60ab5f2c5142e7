"""What a selection finds, held against SQL that asks the same in another way; and how it is written in an address."""

import json
from urllib.parse import parse_qsl

import pytest

from migration_spider.browse import finding
from migration_spider.browse.facets import BY_NAME
from migration_spider.browse.selection import EVERYTHING, BadSelection, Selection
from tests.browse.conftest import CHANGED


def chosen(query):
    return Selection.parse(parse_qsl(query, keep_blank_values=True))


def ids(collection, query):
    return set(finding.stories(collection, chosen(query)))


def asked(collection, sql, *values):
    return {row[0] for row in collection.connect().execute(sql, values)}


@pytest.mark.parametrize(("facet", "field"), [(one.name, one.field) for one in BY_NAME.values() if one.field])
def test_every_value_finds_the_stories_that_the_tables_have_with_it(collection, facet, field):
    index = collection.facets[facet]
    assert index.bits
    for value in index.bits:
        if value == "none":
            expected = asked(
                collection,
                f"SELECT id FROM stories EXCEPT SELECT stories_id FROM stories_{field}"
                f" EXCEPT SELECT story_id FROM news JOIN news_{field} ON news_id = news.id",
            )
        elif value.startswith("~"):
            expected = asked(
                collection,
                f"SELECT story_id FROM news JOIN news_{field} f ON news_id = news.id WHERE f.id IS NULL AND trim(f.raw) = ?",
                value[1:],
            )
        elif facet == "place":
            sql = (
                f"SELECT stories_id FROM stories_{field} JOIN places_within USING (id)"
                " WHERE within = ? AND (within <> '001' OR id = '001')"
            )
            expected = asked(collection, sql, value)
        else:
            expected = asked(collection, f"SELECT stories_id FROM stories_{field} WHERE id = ?", value)
        assert expected == set(finding.stories(collection, EVERYTHING.only(facet, value))), value


def test_values_of_a_facet_are_alternatives_and_facets_are_all_needed(collection):
    one, other = list(collection.facets["objective"].bits)[:2]
    language = "fr"
    both = ids(collection, f"objective={one}&objective={other}")
    assert ids(collection, f"objective={one}") | ids(collection, f"objective={other}") == both
    assert both & ids(collection, f"language={language}") == ids(
        collection, f"objective={one}&objective={other}&language={language}"
    )


def test_a_count_beside_a_value_is_what_choosing_it_gives(collection):
    for query in ("", "objective=1", "q=school", "language=fr&year=2022"):
        selection = chosen(query)
        found = finding.find(collection, selection)
        assert found.total == len(ids(collection, query))
        for facet, values in found.facets.items():
            for value in values[:5]:
                assert value.count == finding.count(collection, selection.only(facet, value.key)), (query, value)


def test_words_are_found_in_all_languages_once_for_a_story(collection):
    words = "news_fts MATCH search_terms('school')"
    expected = asked(collection, f"SELECT story_id FROM news JOIN news_fts ON fts_row = news_fts.rowid WHERE {words}")
    assert expected
    assert expected == ids(collection, "q=school")
    listed = list(finding.stories(collection, chosen("q=school")))
    assert len(listed) == len(set(listed))


def test_days_of_publication_and_of_change(collection):
    sql = "SELECT id FROM stories WHERE publication_date BETWEEN '2021-01-01' AND '2022-06-30'"
    assert asked(collection, sql)
    assert asked(collection, sql) == ids(collection, "since=2021&until=2022-06")
    assert set() == ids(collection, "since=2023&until=2021")
    assert set(collection.ids) == ids(collection, "changed=2020")
    assert set() == ids(collection, "changed=2999")


def test_stories_of_which_a_page_changed_are_told_from_those_as_they_were_met(collection):
    lines = map(json.loads, (collection.folder / "history.jsonl").read_text(encoding="utf-8").splitlines())
    here = {item for (item,) in collection.connect().execute("SELECT id FROM news")}
    several = {line["id"].partition("@")[0] for line in lines if line["id"] in here}
    assert {str(CHANGED)} == several == ids(collection, "history=yes")
    assert set(collection.ids) - several == ids(collection, "history=no")


def test_a_story_says_when_it_changed_where_that_is_asked_for(collection):
    for query, is_told in (("sort=changed", True), ("changed=2020", True), ("", False)):
        hits = finding.find(collection, chosen(query)).hits
        days = [collection.changed[collection.position[hit.id]][:10] if is_told else None for hit in hits]
        assert days == [hit.changed for hit in hits]


def test_stories_come_in_the_order_asked_for(collection):
    db = collection.connect()
    dates = [row[0] for row in db.execute("SELECT publication_date FROM stories ORDER BY 1 DESC NULLS LAST")]
    told = dict(db.execute("SELECT id, publication_date FROM stories"))
    assert dates == [told[story] for story in finding.stories(collection, EVERYTHING)]
    changes = dict(db.execute("SELECT story_id, max(last_changed) FROM news GROUP BY 1"))
    listed = [changes[story] for story in finding.stories(collection, chosen("sort=changed"))]
    assert sorted(listed, reverse=True) == listed


def test_pages_one_after_the_other_are_the_whole_list(collection):
    paged = []
    for page in range(1, finding.find(collection, EVERYTHING, size=3).pages + 1):
        paged += finding.find(collection, EVERYTHING.replaced(page=page), size=3).ids
    assert list(collection.ids) == paged


def test_a_choice_has_one_address(collection):
    written = chosen("page=1&sort=&objective=8&q=+safe++migration+&objective=7&objective=8&type=")
    assert "q=safe+migration&objective=8&objective=7" == written.query_string()
    assert written == chosen(written.query_string())
    assert "objective=7" == EVERYTHING.with_value("objective", "7").query_string()
    assert written.without("objective") == chosen("q=safe+migration")
    assert 1 == chosen("page=3").with_value("year", "2024").page


@pytest.mark.parametrize(
    "query", ["since=2024-13", "since=yesterday", "page=0", "page=x", "page=٣", "sort=size", "what=1", "q=a&q=b"]
)
def test_what_is_no_choice_is_said(query):
    with pytest.raises(BadSelection):
        chosen(query)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("place=Africa", "there is no place “Africa”: perhaps 002 (Africa)"),
        ("place=IRQ", "there is no place “IRQ”: perhaps 368 (Iraq)"),
        ("place=côte d'ivoire", "there is no place “côte d'ivoire”: perhaps 384 (Côte d’Ivoire)"),
        ("place=العراق", "there is no place “العراق”: perhaps 368 (Iraq)"),
        ("place=Moroco", "there is no place “Moroco”: perhaps 504 (Morocco)"),
        ("place=qqqqqq", "there is no place “qqqqqq”"),
        ("objective=7&objective=99", f"there is no objective “99”: {', '.join(map(str, range(1, 24)))}, general"),
        ("objective=07", "there is no objective “07”: 1, 2, "),
        ("publisher=OIT", "there is no publisher “OIT”: perhaps ilo (International Labour Organization)"),
        ("language=AR", "there is no language “AR”: perhaps ar"),
        ("language=zh", "there is no language “zh”: ar, en, es, fr, ru, zh-Hant"),
        ("language=none", "there is no language “none”"),
        ("year=24", "there is no year “24”: 20"),
        ("files=true", "there is no files “true”: no, yes"),
        ("problem=lost", "there is no problem “lost”"),
        ("q=school&in=de", "words cannot be taken as “de”: ar, en, es, fr, ru, zh, zh-Hant"),
        ("q=-school", "words with “-” leave texts out of those that have another word, which is missing"),
    ],
)
def test_what_cannot_be_known_is_refused_and_not_counted_as_nothing(collection, query, sentence):
    for ask in (finding.find, finding.count, finding.stories):
        with pytest.raises(BadSelection) as refused:
            ask(collection, chosen(query))
        assert str(refused.value).startswith(sentence)


def test_what_a_vocabulary_has_and_no_story_is_nothing(collection):
    for query in ("place=010", "place=~Africa", "year=1999", "problem=unrecognized:gcm_objectives", "review=none"):
        assert finding.count(collection, chosen(query)) == len(ids(collection, query)), query
    assert 0 == finding.count(collection, chosen("place=010")) == finding.count(collection, chosen("place=~Africa"))


def test_words_taken_as_those_of_a_language_are_found_in_texts_of_any(collection):
    assert ids(collection, "q=school&in=en") == ids(collection, "q=school&in=en&language=en")
    assert "" == chosen("in=fr").query_string()
    assert "q=school&in=zh" == chosen("in=zh&q=school").query_string()
    finding.count(collection, chosen("in=zh&q=school"))


def test_found_words_are_marked_and_nothing_else_is_markup(collection):
    assert "a &lt;b&gt; <mark>school</mark>" == finding.marked("a <b> school", "schools", "en")
    assert "<script>" not in finding.snippet("<script>alert(1)</script> " * 40 + "school", "school", "en")
