"""The words that a template prints among a page's own: told by many pages, left out of all, and kept in the profile."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from parsel import Selector

from archive.warc.reader import iter_records
from migration_spider import templates
from migration_spider.items import PROFILE_MEDIA_TYPE
from migration_spider.kept import Room, Table
from migration_spider.pages import NewsPage
from migration_spider.pages.parts import Part
from migration_spider.site_profile import SiteProfile, parse
from migration_spider.templates import ENOUGH, LEAST, MOST_TEXTS, Place, Templates
from tests.crawling import items, scrapy
from tests.harvesting import OFTEN, harvest, ids, lose
from tests.portal import Portal, site

WORDS = "None of the offices has announced a visit to the harbour this week."
FAST = {"MIGRATION_REQUISITES": False, "MIGRATION_REVISIT": OFTEN}
ASKED = ("-a", "languages=en,fr")


def told(pages):
    """What is told when pages print these words at a place, in this order."""
    made = Templates()
    for n, text in enumerate(pages):
        made.add(f"{n}@en", "en", [Part("div.note", text)])
    return made.template_parts().get("en", frozenset())


SAME = frozenset([Part("div.note", "Same.")])


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        (["Same."] * LEAST, SAME),
        (["Same."] * (LEAST - 1), frozenset()),
        (["Same."] * LEAST + ["Other."], frozenset()),
        (["Same."] * 9 + ["Other."], SAME),
        (["Same."] * 8 + ["Other."], frozenset()),
        (["Same."] * 90 + [f"Other {n}." for n in range(MOST_TEXTS - 1)], SAME),
        # Once pages differ they do, however many agree later.
        ([f"Other {n}." for n in range(MOST_TEXTS + 1)] + ["Same."] * 90, frozenset()),
    ],
)
def test_nearly_all_pages_with_something_at_a_place_must_agree(pages, expected):
    assert expected == told(pages)


def test_one_page_counts_once_however_often_it_is_read():
    made = Templates()
    for _ in range(3 * LEAST):
        made.add("1@en", "en", [Part("div.note", "Same.")])
    assert {} == made.template_parts()


def test_a_place_is_decided_by_enough_pages_either_way():
    made = Templates()
    part, other = (frozenset([Part("div.note", text)]) for text in ("Same.", "Other."))
    for n in range(ENOUGH):
        assert (n > 0, False) == (made.is_open("en", part), made.has_enough("en", part))
        made.add(f"{n}@en", "en", part if n else other)
    assert (False, True, False) == (made.is_open("en", part), made.has_enough("en", part), made.has_enough("en", other))
    for n in range(ENOUGH):
        made.add(f"{n}@fr", "fr", part if n % 2 else other)
    # Two texts that alternate are the pages' own, and nothing waits for more of them.
    assert (False, False) == (made.is_open("fr", part), made.has_enough("fr", part))


def test_languages_tell_for_themselves():
    made = Templates()
    for n in range(LEAST):
        made.add(f"{n}@en", "en", [Part("div.note", "Same.")])
        made.add(f"{n}@fr", "fr", [Part("div.note", f"Autre {n}.")])
    assert {"en": SAME} == made.template_parts()


def test_words_that_are_all_of_a_text_are_the_page_s_own():
    html = f"""<html lang="en"><body><main><article class="node"><h1>Towns</h1><div class="note"><p>{WORDS}</p></div>
      </article></main></body></html>"""
    one = NewsPage("https://portal.example/news/towns", Selector(text=html))
    one.template = frozenset(NewsPage(one.url, one.selector).parts)
    assert (1, frozenset(), WORDS) == (len(one.template), one.left_out, one.body_text)


def test_what_a_page_prints_several_times_is_its_own():
    made = Templates()
    for n in range(LEAST):
        made.add(f"{n}@en", "en", [Part("div.note", "Same."), Part("div.note", f"Other {n}.")])
    assert {} == made.template_parts()


def test_the_places_and_pages_that_are_kept_are_few(monkeypatch):
    monkeypatch.setattr(templates, "MOST_PLACES", 5)
    made = Templates()
    for n in range(500):
        made.add(f"{n}@en", "en", [Part("div.note", "Same."), Part(f"div.of-{n}", "Once.")])
    (places,) = made.dump({}).values()
    assert 5 == len(places)
    assert templates.KEPT == max(len(text["items"]) for one in places for text in one["texts"])


@pytest.mark.parametrize("is_template", [True, False])
def test_a_person_corrects_the_file(is_template):
    made = SiteProfile()
    for n in range(LEAST if not is_template else 2):
        made.templates.add(f"{n}@en", "en", [Part("div.note", "Same.")])
    data = json.loads(made.dump({}, made.templates.template_parts()))
    (one,) = data["templates"]["en"]
    assert (not is_template, "pages") == (one["left_out"], one["told_by"])
    one |= {"left_out": is_template, "told_by": "person"}
    if is_template:
        one["texts"][0]["items"] = []
    profile, _, template = parse(json.dumps(data).encode())
    for n in range(100):
        profile.templates.add(f"{n}@en", "en", [Part("div.note", "Other." if is_template else "Same.")])
    expected = {"en": SAME} if is_template else {}
    assert (expected, expected) == (template, profile.templates.template_parts())
    assert "person" == json.loads(profile.dump({}, template))["templates"]["en"][0]["told_by"]


def test_a_person_decides_where_pages_differ(tmp_path):
    made = SiteProfile()
    for n in range(LEAST):
        made.templates.add(f"{n}@en", "en", [Part("div.note", f"Text {n}.")])
    data = json.loads(made.dump({}, {}))
    (one,) = data["templates"]["en"]
    assert one["differs"]
    one |= {"left_out": True, "told_by": "person", "texts": [{"text": "Same.", "items": []}]}
    for _ in range(2):
        profile, orders, template = parse(json.dumps(data).encode())
        assert {"en": SAME} == template == profile.templates.template_parts()
        data = json.loads(profile.dump(orders, template))


def page(note, text="The harbour towns met on Tuesday and agreed on a desk for all who arrive by sea."):
    html = f"""<html lang="en"><head><title>Towns</title></head><body><main><article class="node">
      <h1>Towns</h1><div class="lines"><p>{text}</p><p>It opens in May, in the old customs house at the quay.</p></div>
      <div class="view-12 note odd"><p>{note}</p></div></article></main></body></html>"""
    return NewsPage("https://portal.example/news/towns", Selector(text=html))


def test_what_the_profile_names_is_left_out_wherever_numbers_and_looks_differ():
    one = page(WORDS)
    assert WORDS in one.body_text
    (part,) = [part for part in one.parts if part.text == WORDS]
    assert "div.note < article.node" == part.place
    other = page(WORDS)
    other.template = frozenset([part])
    assert (WORDS not in other.body_text, WORDS not in other.body_html) == (True, True)
    assert one.body_text == other.alone
    assert ["chrome"] == [line.role for line in other.lines if line.text == WORDS]
    third = page("None of the offices has announced a visit, said the harbour master.")
    third.template = frozenset([part])
    assert third.body_text.endswith("said the harbour master.")


# ---- in a crawl


@pytest.fixture
def noted(monkeypatch):
    """A portal whose template of news prints the same words under each text, in an element of its own."""
    made = site.article

    def article(node, shown, language, variant):
        if node.kind != "news":
            return made(node, shown, language, variant)
        words = WORDS if language == "en" else f"{WORDS} ({language})"
        return made(node, shown, language, variant).replace(
            "</article>", f'<div class="note"><p>{words}</p></div></article>'
        )

    monkeypatch.setattr(site, "article", article)
    with Portal(nodes=30) as portal:
        yield portal


def profiles(data):
    return {
        sha256(record.block).hexdigest(): record.block
        for path in sorted((data / "warc").glob("*.warc.gz"))
        for record in iter_records(path)
        if record.headers.get("Content-Type") == PROFILE_MEDIA_TYPE
    }


def test_the_words_of_a_template_are_in_no_text_and_the_archive_says_why(noted, tmp_path):
    harvest(tmp_path, *ASKED, site=noted.url, **FAST)
    truth = {row["url"]: row["body_text"] for row in noted.truth()}
    lines = items(tmp_path)
    assert len(lines) > ENOUGH
    assert [] == [one["id"] for one in lines if WORDS in one["body_text"] + one["body_html"]]
    assert [] == [one["id"] for one in lines if one["body_text"] != truth[one["url"]]]
    assert {one["site_profile"] for one in lines} - {None} == set(profiles(tmp_path))
    told = json.loads((tmp_path / "profile.json").read_bytes())["templates"]
    assert {"en"} == {language for language, places in told.items() if any(one["left_out"] for one in places)}

    again = harvest(tmp_path, *ASKED, "--full", site=noted.url, **FAST)
    assert set() == ids(again, "changed") | ids(again, "new")

    before = (tmp_path / "items" / "news.jsonl").read_bytes()
    lose(tmp_path, "items", "state.sqlite", "profile.json")
    scrapy("reparse", data=tmp_path)
    assert before == (tmp_path / "items" / "news.jsonl").read_bytes()


def test_what_is_learned_later_is_no_change_of_a_page(noted, tmp_path, monkeypatch):
    address = next(row["url"] for row in noted.truth() if (row["kind"], row["lang"]) == ("news", "en"))
    harvest(tmp_path, "-a", f"urls={address}", site=noted.url, **FAST)
    (first,) = items(tmp_path)
    assert WORDS in first["body_text"]
    later = harvest(tmp_path, *ASKED, "--full", site=noted.url, **FAST)
    assert (set(), False) == (ids(later, "changed"), first["id"] in ids(later, "new"))
    assert [] == [one["id"] for one in items(tmp_path)[1:] if WORDS in one["body_text"]]


class Looked(dict):
    """Notes how often all of it is looked through."""

    times = 0

    def values(self):
        Looked.times += 1
        return super().values()


def test_one_page_more_costs_no_look_at_all_the_others():
    place = Place(Looked())
    begun = Looked.times
    for number in range(200):
        place.add(f"{number}@en", "Same.")
        assert (None if number < LEAST - 1 else "Same.") == place.template_text()
    place.add("7@en", "Other.")
    place.add("7@en", "Same.")
    assert {"Same.": 200} == place.texts
    assert begun == Looked.times


def test_what_pages_print_is_kept_in_the_room_of_the_run():
    before = {"en": [{"place": "div.note", "texts": [{"text": "Same.", "items": ["1@en"]}], "differs": False,
                    "left_out": False, "told_by": "pages"}]}  # fmt: skip
    made, _ = templates.parse(before)
    made.keep_in(Room(0))
    for number in range(60):
        made.add(f"{number}@en", "en", [Part("div.note", "Same."), Part("div.more", "Same too.")])
    places = made.languages["en"]
    assert [60, 60] == [len(place.pages) for place in places.values()]
    assert all(isinstance(place.pages, Table) for place in places.values())
    # Those of this run, chosen by their names alone: the same as of places in memory.
    alone, _ = templates.parse(before)
    for number in range(60):
        alone.add(f"{number}@en", "en", [Part("div.note", "Same."), Part("div.more", "Same too.")])
    assert alone.dump({}) == made.dump({})
