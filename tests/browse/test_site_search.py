"""The search of the static site finds what the server finds, and says it in the same words."""

import json
import shutil
import subprocess
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from archive.dataset.stems import TOKEN
from migration_spider.browse.finding import find
from migration_spider.browse.selection import BadSelection, Selection

HERE = Path(__file__).parent
LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh-Hant")


@pytest.fixture(scope="module")
def typed(collection):
    """What is looked for: words of titles in each language, in all the ways in which they can be."""
    asked, first = [], []
    for language in LANGUAGES:
        rows = collection.connect().execute(
            "SELECT title FROM news WHERE language = ? AND is_fallback = 0 ORDER BY id DESC LIMIT 2", (language,)
        )
        words = [word for (title,) in rows for word in TOKEN.findall(title)]
        one, other = words[0], words[-1]
        long = max(words, key=len)
        asked += [one, one.upper(), f"{one} {other}", f"{one} OR {other}", f"{one} -{other}", f"{long[:3]}*", other]
        if language.startswith("zh"):
            asked += [one + words[1], f'"{one}{words[1]}"', f"{one}{words[1]} {other}"]
        asked += [f"l’{long}", f"{long}'s"]
        first.append(one)
    return [*asked, " OR ".join(first), " ".join([first[0], *(f"-{one}" for one in first[1:])])]


def answers(site, asked):
    """What the script of the site answers, in Node."""
    node = shutil.which("node")
    if node is None and find_spec("playwright"):
        from playwright._impl._driver import compute_driver_executable

        node = compute_driver_executable()[0]
    if node is None:
        pytest.skip("no Node.js, and no Playwright that brings it")
    [data] = (site / "data").iterdir()
    done = subprocess.run(
        [node, HERE / "site_search.cjs", site / "static", data],
        input="\n".join(map(json.dumps, asked)), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def expected(collection, pairs):
    selection = Selection.parse(pairs)
    found = find(collection, selection)
    return {
        "total": found.total,
        "pages": found.pages,
        "ids": list(found.ids),
        "changed": [hit.changed for hit in found.hits] if selection.by_change else None,
        "facets": {
            name: [[one.key, one.label, one.count, one.chosen] for one in values]
            for name, values in found.facets.items()
        },
        "pairs": [list(pair) for pair in selection.pairs()],
    }


def same(collection, site, asked):
    told = answers(site, asked)
    assert [expected(collection, pairs) for pairs in asked] == [
        {name: one.get(name) for name in ("total", "pages", "ids", "changed", "facets", "pairs")} for one in told
    ]
    return told


def test_words_find_the_same_stories_in_the_same_order_in_six_languages(collection, site, typed):
    asked = [[["q", words]] for words in typed]
    asked += [[["q", words], ["in", language]] for words in typed[::5] for language in ("fr", "zh-Hant")]
    found = same(collection, site, asked)
    assert sum(one["total"] > 0 for one in found) > len(asked) / 2


def test_the_same_facets_are_counted(collection, site, typed):
    values = [(name, list(index.bits)) for name, index in collection.facets.items() if len(index.bits) > 1]
    asked = [[], *([[name, one], [name, other]] for name, (one, other, *_) in values)]
    asked += [[["q", typed[0]], [name, some[0]], [other, more[-1]]] for (name, some), (other, more) in pairwise(values)]
    same(collection, site, [*asked, [["place", "010"]], [["publisher", "~x"], ["files", "yes"]]])


def test_days_orders_and_pages_are_the_same(collection, site, typed):
    day = collection.dates[len(collection.dates) // 2]
    changed = max(collection.changed)
    found = same(
        collection,
        site,
        [
            [["since", day]],
            [["until", day[:7]]],
            [["since", day[:4]], ["until", day[:4]]],
            [["changed", changed[:10]], ["sort", "changed"]],
            [["sort", "relevance"]],
            [["q", typed[0]], ["sort", "date"]],
            [["q", typed[0]], ["sort", "changed"], ["page", "1"]],
        ],
    )
    assert found[0]["total"] < len(collection.ids)


@pytest.mark.parametrize(
    "query",
    [
        "page=999",
        "in=de&q=school",
        "in=FR&q=school",
        "q=-school",
        "q=NOT+school+-asile",
        "nothing=1",
        "since=2024-13",
        "changed=yesterday",
        "sort=x",
        "page=0",
        "since=2024&since=2023",
    ],
)
def test_what_cannot_be_asked_is_told_in_the_same_words(collection, site, query):
    pairs = parse_qsl(query)
    with pytest.raises(BadSelection) as problem:
        find(collection, Selection.parse(pairs))
    assert [{"error": str(problem.value)}] == answers(site, [pairs])


def test_what_no_story_has_is_said(site):
    asked = [[["place", "Africa"], ["place", "010"]], [["in", "de"], ["place", "none"]]]
    [told, plain] = answers(site, asked)
    assert (told["total"], told["notes"]["absent"]) == (0, [["Place", "Africa"], ["Place", "010"]])
    assert plain["pairs"] == [["place", "none"]]


def test_the_words_found_are_marked_in_the_title(collection, site):
    rows = collection.connect().execute("SELECT language, title FROM news WHERE is_fallback = 0").fetchall()
    titles = {row["language"]: row["title"] for row in rows}
    assert {*LANGUAGES} <= {*titles}
    asked = [[["q", " ".join(TOKEN.findall(title))]] for title in titles.values()]
    for title, told in zip(titles.values(), answers(site, asked), strict=True):
        [spans] = [spans for _, one, spans in told["titles"] if one == title]
        assert [title[start:end] for start, end in spans] == TOKEN.findall(title)


def test_another_form_of_a_word_is_marked(collection, site):
    """``migrants`` in a title, where ``migrant`` was looked for."""
    pairs = collection.connect().execute(
        "SELECT t.title, one.word, other.word FROM news t JOIN search_words one JOIN search_words other USING (stem)"
        " WHERE t.language = 'en' AND NOT t.is_fallback AND one.language = 'en' AND other.language = 'en'"
        " AND ' ' || lower(t.title) || ' ' LIKE '% ' || one.word || ' %' AND one.word <> other.word ORDER BY 1, 2, 3"
    )
    title, said, looked_for = pairs.fetchone()
    rest = [word for word in TOKEN.findall(title) if word.lower() != said]
    [told] = answers(site, [[["q", " ".join([looked_for, *rest])]]])
    [spans] = [spans for _, one, spans in told["titles"] if one == title]
    assert said in [title[start:end].lower() for start, end in spans]


def test_a_word_that_no_text_has_is_told(site):
    [told] = answers(site, [[["q", "Xyzzyx"]]])
    assert (told["total"], told["notes"]["unknown"]) == (0, ["xyzzyx"])


@pytest.mark.parametrize("ending", ["s", "es"])
def test_a_form_that_no_text_has_is_found_by_its_beginning(collection, site, ending):
    """``schools`` where texts have ``school`` alone: the server finds it by its stem, the site knows no stems."""
    db = collection.connect()
    words = {row[0] for row in db.execute("SELECT word FROM search_words")}
    titles = db.execute("SELECT title FROM news WHERE language = 'en' ORDER BY id")
    said = [word.lower() for (title,) in titles for word in TOKEN.findall(title) if len(word) > 5]
    word = next(one for one in said if one in words and one + ending not in words)
    form, other = answers(site, [[["q", word + ending]], [["q", word]]])
    assert (other["total"], other["ids"]) == (form["total"], form["ids"])
    assert form["total"]
    assert ([[word + ending, word]], []) == (form["notes"]["instead"], other["notes"]["instead"])


def test_the_site_promises_no_archived_page_that_it_has_not(client, site):
    assert "the archived page that proves it" in client.get("/").text
    page = (site / "index.html").read_text("utf-8")
    assert "the place in the archive of the page that proves it" in page
    assert "Other forms of a word are found too, of words that a text has." in (site / "search.html").read_text("utf-8")
