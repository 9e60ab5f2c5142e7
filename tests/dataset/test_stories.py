"""Stories: records of one number in several languages count once, and name the translations that are there."""

import json
import sqlite3
from contextlib import closing

import pytest

from archive.dataset import publish
from archive.dataset.stories import source, story
from archive.dataset.story_tables import MOST_LANGUAGES
from archive.dataset.summary import Summary
from tests.dataset.pages import STORIES, described, page
from tests.dataset.records import write
from tests.tables import lines, rows


def told_of(*records):
    return story(records, described(), STORIES)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([page(1, "fr")], ("fr", "only")),
        ([page(1, "fr"), page(1, "es", is_fallback=True, text_language="fr")], ("fr", "only")),
        ([page(1, "en"), page(1, "es"), page(1, "ru", is_fallback=True, text_language="es")], ("es", "shown")),
        ([page(1, "en", text_language="zh"), page(1, "zh-Hant")], ("zh-Hant", "shown")),
        ([page(1, "es", is_fallback=True, text_language="fr")], ("fr", "shown")),
        ([page(1, "es", is_fallback=True, text_language=None)], (None, None)),
        ([page(1, "en", day="2024-01-03"), page(1, "fr", day="2024-01-02")], ("fr", "date")),
        ([page(1, "en", day="2024-01-03"), page(1, "fr", day=None)], ("en", "assumed")),
        # A text that is in none of the languages tells nothing.
        ([page(1, "en", text_language="pt"), page(1, "fr")], ("en", "assumed")),
        # Each shows the text of the other: that tells nothing either.
        ([page(1, "en", text_language="fr"), page(1, "fr", text_language="en")], ("en", "assumed")),
        ([page(1, "es"), page(1, "fr")], (None, None)),
    ],
)
def test_the_source_language_and_what_told_it(records, expected):
    assert expected == source(records, described(), STORIES)


def test_a_story_says_what_any_of_its_languages_says():
    told = told_of(
        page(7, "en", day="2024-02-02", tags=["011", "288"], files=[{"url": "/a.pdf"}]),
        page(7, "es", day="2024-02-01", tags=["011", "001"], files=[{"url": "/a.pdf"}, {"url": "/b.pdf"}]),
        page(7, "ru", is_fallback=True, text_language="es", day="2020-01-01", tags=["288"]),
    )
    assert ("7", 7, "es", "https://example.org/es/7", "Title 7 es") == tuple(
        told[name] for name in ("id", "number", "source_language", "url", "title")
    )
    assert {"en": "Title 7 en", "es": "Title 7 es"} == told["titles"]
    assert ["en", "es"] == told["languages"]
    assert ["011", "001", "288"] == [term["id"] for term in told["tags"]]
    assert ("2024-02-01", {"tags": True}, 2) == (told["day"], told["differs"], told["files"])
    assert ["7@en", "7@es", "7@ru"] == told["items"]


@pytest.mark.parametrize(
    ("tags", "differs"),
    [
        ([["011", "288"], ["288", "011"]], False),
        ([["011"], []], True),
        ([["011"], ["Somewhere"]], None),
        ([["011", "288"], ["011"], ["Somewhere", "288"]], True),
        ([["Somewhere"], ["Elsewhere"]], False),
        ([["011"]], False),
    ],
)
def test_languages_that_differ_are_flagged_unless_a_value_without_code_leaves_it_open(tags, differs):
    languages = ("en", "es", "fr")
    told = told_of(*(page(1, language, tags=some) for language, some in zip(languages, tags, strict=False)))
    assert {"tags": differs} == told["differs"]


def test_a_page_whose_text_is_of_another_language_is_no_voice():
    told = told_of(page(1, "en", tags=["011"]), page(1, "ru", tags=["288"], text_language="en"))
    assert (["en"], {"en": "Title 1 en"}) == (told["languages"], told["titles"])
    assert ["011"] == [term["id"] for term in told["tags"]]
    assert ["1@en", "1@ru"] == told["items"]


def test_a_fallback_page_is_no_voice():
    told = told_of(page(1, "en", tags=["011"]), page(1, "ru", is_fallback=True, tags=["288"], text_language="en"))
    assert (["011"], {"tags": False}) == ([term["id"] for term in told["tags"]], told["differs"])


STALE = {"es": "https://example.org/moved", "zh": "https://example.org/never-read"}
RECORDS = [
    page(7, "en", tags=["011"], links=STALE, day="2023-02-01"),
    page(7, "es", tags=["011", "288"], day="2023-01-02"),
    page(7, "ru", is_fallback=True, text_language="es"),
    page(8, "fr", tags=["011"], title="=1+1", day=None),
    {**page(None, "en"), "id": "ab@en", "url": "https://example.org/ab", "links": STALE},
]


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stories")
    return publish(described(), write(folder / "pages.jsonl", *RECORDS), folder / "dataset").path


def test_the_tables_of_stories(release):
    assert [
        ("7", "7", "es", "shown", "en|es", "Title 7 en", "Title 7 es", "", "2023-01-02", "011|288", "true", "3"),
        ("8", "8", "fr", "only", "fr", "", "", "'=1+1", "", "011", "false", "1"),
        ("ab@en", "", "en", "only", "en", "Title None en", "", "", "2024-01-01", "", "false", "1"),
    ] == [
        (
            *(row[name] for name in ("id", "number", "source_language", "source_told_by", "languages")),
            *(row[f"title_{code}"] for code in ("en", "es", "fr")),
            *(row["day"], row["tags_id"], row["differs_tags"], str(len(row["items"].split("|")))),
        )
        for row in rows(release / "stories.csv")
    ]
    assert "011|001|288" == rows(release / "stories.csv")[0]["tags_within"]
    assert [("7", "011"), ("7", "288"), ("8", "011")] == [
        (row["stories_id"], row["id"]) for row in rows(release / "tables" / "stories_tags.csv")
    ]
    with closing(sqlite3.connect(release / "pages.sqlite")) as db:
        assert [] == db.execute("PRAGMA foreign_key_check").fetchall()
        assert [("7", 3), ("8", 1), ("ab@en", 1)] == db.execute(
            "SELECT story_id, count(*) FROM pages GROUP BY 1 ORDER BY 1"
        ).fetchall()
        assert [("Label 011; Label 288", "Title 7 es", "7@en|7@es|7@ru", 1)] == db.execute(
            "SELECT v.tags, v.title_es, v.items, s.differs_tags FROM stories_view v JOIN stories s USING (id) "
            "WHERE v.source_told_by = 'shown'"
        ).fetchall()
        assert [("7", "en"), ("7", "es")] == db.execute(
            "SELECT stories_id, language FROM stories_titles WHERE stories_id = '7'"
        ).fetchall()


def test_translations_are_those_that_are_there(release):
    links = {one["id"]: one["links"] for one in lines(release / "pages.jsonl")}
    english, spanish = {"en": "https://example.org/en/7"}, {"es": "https://example.org/es/7"}
    assert {"7@en": spanish, "7@es": english, "7@ru": english | spanish, "8@fr": {}, "ab@en": STALE} == links
    assert {("7@en", "7@es"), ("7@es", "7@en"), ("7@ru", "7@en"), ("7@ru", "7@es"), ("ab@en", "")} == {
        (row["pages_id"], row["id"]) for row in rows(release / "tables" / "pages_links.csv")
    }


def test_a_translation_that_comes_is_told_once(tmp_path):
    items = write(tmp_path / "pages.jsonl", page(7, "en"))
    publish(described(), items, tmp_path / "dataset", version="1")
    named = {"es": "https://example.org/es/7"}
    later = page(7, "en", links=named, fetched_at="2024-05-02T12:00:00Z", version=2)
    write(items, page(7, "en"), page(7, "es"), later)
    release = publish(described(), items, tmp_path / "dataset", version="2").path
    assert "https://example.org/es/7" == lines(release / "pages.jsonl")[0]["links"]["es"]
    assert [("added", "7@es")] == [(one["change"], one["id"]) for one in lines(release / "CHANGES.jsonl")]


def test_a_text_that_changed_is_told_by_its_digest_where_there_are_no_texts(tmp_path):
    items = write(tmp_path / "pages.jsonl", page(7, "en"))
    publish(described(), items, tmp_path / "dataset", version="1", texts=False)
    write(items, page(7, "en"), page(7, "en", text="SECRET", digest="1", version=2))
    release = publish(described(), items, tmp_path / "dataset", version="2", texts=False).path
    (change,) = lines(release / "CHANGES.jsonl")
    assert ("changed", [], []) == (change["change"], change["fields"], change["changes"])
    assert [("from", 1, "0"), ("to", 2, "1")] == [
        (side, one["version"], one["digest"]) for side, one in change["evidence"].items()
    ]
    assert "SECRET" not in (release / "tables" / "versions.csv").read_text(encoding="utf-8")


def test_the_card_counts_stories_and_items(release):
    card = (release / "README.md").read_text(encoding="utf-8")
    for expected in (
        "3 stories in 5 items",
        "| year | stories | items |\n| - | - | - |\n| no date | 1 | 1 |\n| 2023 | 1 | 2 |\n| 2024 | 1 | 2 |",
        "| `es` | 1 | 1 |",
        # The fallback page is an item, and no language of the story.
        "| `ru` | 0 | 1 |",
        "| `011` Label 011 | 2 | 3 |",
        "| none, or not recognized | 1 | 2 |",
    ):
        assert expected in card, expected


def test_a_story_of_which_one_language_has_codes_is_not_counted_among_those_without():
    summary = Summary(described(), ())
    summary.collect_story([page(1, "en", tags=["011"], day=None), page(1, "fr", day="2022-01-01")])
    summary.collect_story([page(2, "en", tags=["Somewhere"]), page(2, "fr")])
    assert {"011": 1, "": 1} == summary.story_values["tags"]
    assert {"2022": 1, "2024": 1} == summary.story_years
    assert "2 stories in 0 items" == summary.counts_text


def test_every_line_of_stories_fits_its_schema(release):
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: -e '.[publish-checks]'")
    schema = json.loads((release / "stories.schema.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    told = lines(release / "stories.jsonl")
    assert [] == [error.message for one in told for error in validator.iter_errors(one)]
    assert list(told[0]) == schema["required"]
    assert not validator.is_valid({**told[0], "differs": {}})


def test_stories_of_parquet(release):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed: -e '.[publish-checks]'")
    found = parquet.read_table(release / "stories.parquet").to_pylist()
    titles = [{"language": "en", "title": "Title 7 en"}, {"language": "es", "title": "Title 7 es"}]
    assert (titles, ["en", "es"], {"tags": True}) == tuple(
        found[0][name] for name in ("titles", "languages", "differs")
    )


def test_any_name_of_a_language_and_any_number_of_them(tmp_path):
    names = ["e'n", 'f"r', "x);--", *(f"q{number:04}" for number in range(2100))]
    often = [page(number, name) for name in names[:3] for number in (1, 2)]
    items = write(tmp_path / "pages.jsonl", *often, *(page(1, name) for name in names[3:]))
    release = publish(described(), items, tmp_path / "dataset").path
    first, _ = rows(release / "stories.csv")
    titles = [name for name in first if name.startswith("title_")]
    assert (MOST_LANGUAGES, len(names)) == (len(titles), len(first["languages"].split("|")))
    with closing(sqlite3.connect(release / "pages.sqlite")) as db:
        view = db.execute("""SELECT id, "title_e'n", "title_f""r", "title_x);--" FROM stories_view""").fetchall()
        assert [(str(number), *(f"Title {number} {name}" for name in names[:3])) for number in (1, 2)] == view
        assert [(len(names),)] == db.execute("SELECT count(*) FROM stories_titles WHERE stories_id = '1'").fetchall()


def test_records_that_do_not_come_story_by_story_are_refused():
    with pytest.raises(ValueError, match="order begins with number"):
        described(order=("language", "number"))
