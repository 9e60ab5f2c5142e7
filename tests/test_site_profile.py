"""What many pages tell of the dates of one: the evidence, what it settles, and when that is in force."""

import json

import pytest

from migration_spider import site_learner
from migration_spider.items import Entry, Value
from migration_spider.pages.parts import Part
from migration_spider.site_learner import SiteLearner
from migration_spider.site_profile import LEAST, Order, ProfileError, SiteProfile, parse, settled_facts

LABEL = "Date of publication"


def block(text, datetime=None, label=LABEL):
    return [Entry(label=label, values=[Value(text=text, datetime=datetime)])]


def profile(**pages):
    """A profile in which each language has so many pages (day first, month first)."""
    made = SiteProfile()
    for language, (first, second) in pages.items():
        language = language.replace("_", "-")
        for n in range(first):
            made.add(f"{n}@{language}", language, block("17/12/2021"))
        for n in range(second):
            made.add(f"{first + n}@{language}", language, block("12/17/2021"))
        made.add(f"unclear@{language}", language, block("03/04/2022"))
    return made


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (LEAST, 0, True),
        (0, LEAST, False),
        (LEAST - 1, 0, None),
        (0, 0, None),
        (LEAST, 1, None),
        (LEAST, LEAST, None),
        (19, 1, True),
        (1, 19, False),
        (18, 1, None),
    ],
)
def test_enough_pages_that_agree_settle_the_order(first, second, expected):
    found = profile(en=(first, second)).orders().get("en")
    assert expected == (found.day_first if found else None)


def test_the_same_page_counts_once_and_with_what_it_shows_last():
    made = SiteProfile()
    for _ in range(LEAST):
        made.add("1@en", "en", block("17/12/2021"))
    made.add("1@en", "en", block("12/17/2021"))
    assert ({True: {}, False: {"1@en": "12/17/2021"}}, {}) == (made.languages["en"].pages, made.orders())


@pytest.mark.parametrize(
    "page",
    [
        block("17/12/2021", label="Theme"),
        block("17/12/2021", label="Something else"),
        block("17 December 2021"),
        block("17.12.2021"),
        block(""),
        [Entry(label=LABEL, values=[Value(text="17/12/2021"), Value(text="12/17/2021")])],
    ],
)
def test_what_shows_no_order_is_no_evidence(page):
    made = SiteProfile()
    made.add("1@en", "en", page)
    assert [] == [text for one in made.languages.values() for pages in one.pages.values() for text in pages]


def test_weekday_and_stamp_are_evidence_and_a_field_without_label_is_a_date():
    made = SiteProfile()
    made.add("1@en", "en", block("Fri, 03/04/2022"))
    made.add("2@en", "en", block("03/04/2022", "2022-04-03T12:00:00Z"))
    made.add("3@en", "en", block("12/17/2021", label=""))
    shown = {"1@en": "Fri, 03/04/2022", "3@en": "12/17/2021"}
    assert {True: {"2@en": "03/04/2022 (2022-04-03T12:00:00Z)"}, False: shown} == made.languages["en"].pages


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        # English is the source: when French writes alike, the format is translated into no language.
        ({"en": (9, 0), "fr": (9, 0), "zh_Hant": (0, 0)}, True),
        ({"en": (0, 9), "fr": (0, 9), "ru": (0, 0)}, False),
        ({"en": (0, 9), "fr": (0, 9), "ru": (0, 5)}, False),
        # Month first is nobody's custom but that of Drupal's own format.
        ({"es": (0, 9), "fr": (0, 9), "en": (0, 0)}, False),
        # They write as they always do, which says nothing of English.
        ({"es": (9, 0), "fr": (9, 0), "en": (0, 0)}, None),
        # One is not enough, and they must agree, and nothing of its own may speak against it.
        ({"en": (9, 0), "ru": (0, 0)}, None),
        ({"en": (0, 9), "fr": (9, 0), "es": (9, 0), "ru": (0, 0)}, None),
        ({"en": (9, 0), "fr": (9, 0), "ru": (0, 1)}, None),
    ],
)
def test_a_language_without_evidence_is_like_the_others_when_their_format_is_the_same(languages, expected):
    last = list(languages)[-1].replace("_", "-")
    assert (None if expected is None else Order(expected, "languages")) == profile(**languages).orders().get(last)


def test_a_profile_is_read_back_as_it_was_written():
    made = profile(en=(0, 20), fr=(7, 0), zh_Hant=(0, 0))
    data = made.dump(made.orders(), {})
    again, orders, _ = parse(data)
    assert made.orders() == orders
    assert data == again.dump(orders, {})
    assert {"en": False, "fr": True} == settled_facts(data).day_first
    assert ["en", "fr", "zh-Hant"] == list(json.loads(data)["dates"])


def test_a_profile_stays_small_and_keeps_the_pages_of_the_last_run():
    many = profile(en=(1000, 50))
    told = json.loads(many.dump({}, {}))["dates"]["en"]
    assert 100 == sum(told["pages"].values()) == sum(map(len, told["examples"].values()))
    assert told["pages"]["month-first"]  # what speaks against it is not left out
    later, *_ = parse(many.dump({}, {}))
    for n in range(60):
        later.add(f"{n}@new", "en", block("12/17/2021"))
    kept = json.loads(later.dump({}, {}))["dates"]["en"]["examples"]["month-first"]
    assert 60 == sum(name.endswith("@new") for name in kept)


def test_summary_has_few_examples():
    told = profile(en=(8, 0)).summary(2)["en"]
    assert ("day-first", "pages", {"day-first": 8, "month-first": 0}) == (
        told["order"],
        told["told_by"],
        told["pages"],
    )
    assert {"day-first": {"0@en": "17/12/2021", "1@en": "17/12/2021"}, "month-first": {}} == told["examples"]


def started(tmp_path, before=None):
    """The orders of a run that begins with the profile ``before``."""
    path = tmp_path / "profile.json"
    if before is not None:
        path.write_bytes(before.dump(before.orders(), before.templates.template_parts()))
    orders = SiteLearner(path)
    orders.is_walking = True
    return orders


def meet(orders, n, text, language="en"):
    return orders.profile.add(f"{n}@{language}", language, block(text))


def test_a_page_waits_only_while_its_order_is_open_and_its_date_reads_both_ways(tmp_path):
    orders = started(tmp_path, profile(en=(9, 0)))
    assert not orders.must_wait("/a", "en", meet(orders, "a", "03/04/2022"))
    assert not orders.must_wait("/b", "fr", meet(orders, "b", "17/04/2022", "fr"))
    assert orders.must_wait("/c", "fr", meet(orders, "c", "03/04/2022", "fr"))
    orders.release()
    assert not orders.must_wait("/d", "fr", meet(orders, "d", "03/04/2022", "fr"))


def test_what_is_settled_at_the_end_of_the_walk_is_in_force_for_what_was_held(tmp_path):
    orders = started(tmp_path)
    orders.held |= {"/b": "item b", "/a": "item a"}
    for n in range(LEAST):
        meet(orders, n, "12/17/2021")
    assert {} == orders.site.day_first
    before = orders.site.digest
    assert ["item a", "item b"] == orders.release()
    assert ({"en": False}, ["en: month-first"]) == (orders.site.day_first, orders.settled())
    assert before != orders.site.digest == settled_facts(orders.data_of[orders.site.digest]).digest


def test_what_is_in_force_stays_so_and_a_change_holds_from_the_next_run_on(tmp_path):
    orders = started(tmp_path, profile(en=(8, 0)))
    digest = orders.site.digest
    for n in range(200):
        meet(orders, f"new{n}", "12/17/2021")
    orders.release()
    assert ({"en": True}, digest) == (orders.site.day_first, orders.site.digest)
    assert ["en: day-first -> month-first"] == orders.changes()
    orders.save()
    following = started(tmp_path)
    assert ({"en": False}, []) == (following.site.day_first, following.changes())


def test_evidence_to_the_contrary_unsettles_the_next_run(tmp_path):
    orders = started(tmp_path, profile(en=(8, 0)))
    for n in range(4):
        meet(orders, f"new{n}", "12/17/2021")
    orders.release()
    assert ["en: day-first -> not settled"] == orders.changes()
    orders.save()
    assert {} == started(tmp_path).site.day_first


def test_so_many_wait_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr(site_learner, "MOST_HELD", 2)
    orders = started(tmp_path)
    for name in "ab":
        assert orders.must_wait(name, "en", meet(orders, name, "03/04/2022"))
        orders.held[name] = name
    assert not orders.must_wait("c", "en", meet(orders, "c", "03/04/2022"))
    assert ({}, 1) == (orders.site.day_first, orders.not_held)
    assert orders.must_wait("a", "en", meet(orders, "a", "03/04/2022"))  # the same page again
    for n in range(LEAST):
        meet(orders, n, "17/12/2021")
    assert not orders.must_wait("d", "en", meet(orders, "d", "03/04/2022"))
    assert ({"en": True}, 1) == (orders.site.day_first, orders.not_held)


def test_a_run_that_meets_no_numeric_date_writes_no_profile(tmp_path):
    orders = started(tmp_path)
    meet(orders, 1, "17 December 2021")
    orders.release()
    orders.save()
    assert [] == list(tmp_path.iterdir())


def edited(tmp_path, change):
    """A profile with evidence of all kinds after ``change``, an edit by hand."""
    made = SiteProfile()
    for n in range(LEAST):
        made.add(f"{n}@en", "en", block("17/12/2021"))
        made.templates.add(f"{n}@en", "en", [Part("div.note", "Same.")])
        made.layouts.add(f"/{n}", {"text": "div.text < main"})
    data = json.loads(made.dump(made.orders(), made.templates.template_parts()))
    change(data)
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_an_order_that_a_person_wrote_holds_whatever_pages_show(tmp_path):
    def change(data):
        data["dates"]["en"] |= {"order": "month-first", "told_by": "person"}
        data["dates"]["fr"] = {"order": "day-first", "told_by": "person"}

    expected = {"en": Order(False, "person"), "fr": Order(True, "person")}
    path = edited(tmp_path, change)
    for _ in range(2):
        learner = SiteLearner(path)
        assert expected == learner.before
        assert {"en": False, "fr": True} == learner.site.day_first
        for n in range(3 * LEAST):
            learner.profile.add(f"{n}@en", "en", block("18/12/2021"))
        assert [] == learner.changes()
        learner.save()
    assert 3 * LEAST == json.loads(path.read_bytes())["dates"]["en"]["pages"]["day-first"]


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (
            ("dates", "en", "order"),
            "day first",
            "dates, en: its order is 'day first', not day-first, month-first or null",
        ),
        (
            ("dates", "en", "told_by"),
            "me",
            "dates, en: the order day-first is told_by 'me': pages, languages or person",
        ),
        (("dates", "en", "order"), None, "dates, en: the order None is told_by 'pages'"),
        (("dates", "en"), {"order": None}, "dates, en: the key 'told_by' is missing"),
        (("dates", "en"), "day-first", "dates, en: something has not the form that a run writes"),
        (("templates", "en", 0, "told_by"), "Person", "templates: div.note: left_out is true or false, told_by"),
        (("templates", "en", 0, "left_out"), "no", "templates: div.note: left_out is true or false"),
        (("templates", "en", 0, "texts"), [], "templates: div.note: left_out is true, but its texts have no words"),
        (("templates", "en", 0, "texts"), None, "templates: something has not the form that a run writes"),
        (("layouts", "text", "div.text < main"), "many", "layouts: div.text < main: 'many' is no number of pages"),
        (("schema",), "other/1", "its schema is 'other/1', not that of a site profile"),
    ],
)
def test_an_edit_that_is_none_is_told_with_its_place_and_the_remedy(tmp_path, where, value, said):
    def change(data):
        for key in where[:-1]:
            data = data[key]
        data[where[-1]] = value

    path = edited(tmp_path, change)
    with pytest.raises(ProfileError) as told:
        SiteLearner(path)
    assert str(told.value).startswith(f"{path}: {said}")
    assert str(told.value).endswith("; correct it, or delete it, and it is learned again")


@pytest.mark.parametrize(
    "data", [b"{", b"[]", b'{"schema": "other/1"}', b'{"schema": "migration-spider/site-profile/1"}']
)
def test_what_is_no_profile_is_told_with_the_file(tmp_path, data):
    path = tmp_path / "profile.json"
    path.write_bytes(data)
    with pytest.raises(ProfileError, match=f"{path}: .*delete it"):
        SiteLearner(path)
