"""The datasheet of a release: answered from what was measured, and "not stated" where nobody said anything."""

import re

from archive.dataset import Author, Collection, Pace, Stewardship, Visit, Wholeness, publish
from archive.dataset.catalogues.datasheet import LATEST, NOT_STATED
from tests.dataset.records import dataset, note, tombstone, write

VISITS = [
    Visit(
        run_id="1",
        started="2024-05-01T10:00:00Z",
        ended="2024-05-01T11:00:00Z",
        exit_code=3,
        requests=12,
        received=3456,
        statuses={"404": 2, "200": 9},
        seconds=24.0,
        pace=Pace(delay=2.0, concurrency=1, throttled=True, obeys_robots=True),
        robots={"200": 1},
        files=2,
    ),
    Visit(run_id="2", started="2024-05-02T10:00:00Z", requests=3, received=44, statuses={"200": 3}, files=1),
]
RECORDS = [note("a", day="2024-01-31", problems=["bad"]), note("gone"), tombstone("gone", 2), note("b", title="")]


def sheet(folder, made=None, **changes):
    lines = write(folder / "notes.jsonl", *RECORDS)
    path = publish(dataset(**changes), lines, folder / "dataset", **made or {}).path
    return (path / "DATASHEET.md").read_text(encoding="utf-8")


def answers(text):
    return dict(re.findall(r"^\*\*(.+)\*\*\n\n((?:.|\n)*?)\n(?=\n\*\*|\n## |\Z)", text, re.MULTILINE))


def test_every_question_has_an_answer_or_says_that_there_is_none(tmp_path):
    text = sheet(tmp_path)
    found = answers(text)
    assert len(re.findall(r"^\*\*.+\?\*\*$", text, re.MULTILINE)) == len(found) > 20
    assert [] == [question for question, answer in found.items() if not answer.strip()]
    assert "It is not known whether it is complete." == found["Is it complete, or a sample?"]
    assert "2 items. Their dates run from 2024-01-31 to 2024-01-31." == found["How many are there?"]
    assert "Nothing was recorded." == found["How much was requested, and what was answered?"]
    assert "compiler 1.0; no person is named." == found["Who made it, and who makes it available?"]
    assert (
        NOT_STATED == found["Who paid for it?"] == found["Who answers questions?"] == found["Why was the dataset made?"]
    )
    assert "`title` 1" in found["What is missing?"]
    assert "`problems`" not in found["What is missing?"]
    assert "1 record is gone from the source" in found["What is missing?"]
    assert "Records by problem: `bad` 1." in found["What could not be read?"]
    assert "Ask first." in found["On what terms?"]


def test_what_the_runs_measured_is_added_up(tmp_path):
    collection = Collection(purpose="To know.", seeds=["https://example.org/news"], visits=VISITS)
    found = answers(sheet(tmp_path, collection=collection))
    assert "To know." == found["Why was the dataset made?"]
    assert "- <https://example.org/news>" == found["Where did the collection start?"]
    assert "In 2 runs, from 2024-05-01T10:00:00Z to 2024-05-02T10:00:00Z." == found["When?"]
    counted = found["How much was requested, and what was answered?"]
    assert (
        "15 requests in all: 12 of 200, 2 of 404; 1 without an answer. 3500 bytes came, archived in 3 files." in counted
    )
    assert (
        "| `1` | 2024-05-01T10:00:00Z | 2024-05-01T11:00:00Z | 3 | 12 | 9 of 200, 2 of 404 | 1 | 3456 | 0.5 |"
        in counted
    )
    assert "| `2` | 2024-05-02T10:00:00Z | not known | none | 3 | 3 of 200 | 0 | 44 | not recorded |" in counted


TREATED = "How was the source treated, and was robots.txt obeyed?"
SLOW = "at most 1 request at a time with 2 s between requests, slower if the source is slow, robots.txt obeyed"
FAST = "at most 8 requests at a time with 0 s between requests, no slower if the source is slow, robots.txt not obeyed"


def test_how_the_source_was_treated_is_what_each_run_noted(tmp_path):
    fast = Pace(delay=0, concurrency=8, throttled=False, obeys_robots=False)
    visits = [*VISITS, *(Visit(run_id=run, requests=42, seconds=2.0, pace=fast) for run in "34"), Visit(run_id="5")]
    found = answers(sheet(tmp_path, collection=Collection(visits=visits)))
    assert found[TREATED] == (
        f"Settings of the runs, as recorded: {SLOW} (1 run); not recorded (2 runs); {FAST} (2 runs). "
        "Measured: 0.5 to 21 requests a second; of 2 runs not recorded. "
        "Answers to requests for robots.txt, by status: 1 of 200."
    )
    counted = found["How much was requested, and what was answered?"]
    assert "Of 1 run the numbers are not recorded." in counted
    assert "| `5` | not known | not known | none |" + " not recorded |" * 5 in counted


def test_one_run_is_told_as_one(tmp_path):
    found = answers(sheet(tmp_path, collection=Collection(visits=[Visit(run_id="1", requests=1, files=1)])))
    assert "1 request in all: none; 1 without an answer. 0 bytes came, archived in 1 file." in "".join(found.values())
    assert "as recorded: not recorded (1 run). The pace was not recorded." in found[TREATED]
    one = Visit(run_id="1", started="2024-05-01T10:00:00Z", ended="2024-05-01T11:00:00Z")
    found = answers(sheet(tmp_path / "2", collection=Collection(visits=[one])))
    assert "In one run, begun 2024-05-01T10:00:00Z, ended 2024-05-01T11:00:00Z." == found["When?"]


def test_a_release_without_the_texts_says_so(tmp_path):
    said = "left out of this release."
    found = answers(sheet(tmp_path, {"texts": False}, collection=Collection(unit="A note with its text.")))
    assert found["What is one record?"].startswith("A note with its text. The texts (`")
    assert found["What is one record?"].endswith(said)
    assert said in found["What is missing?"].partition(" Records")[0]
    assert said not in sheet(tmp_path / "2")


def test_where_a_record_comes_from_is_no_gap(tmp_path):
    assert "`title` 1" not in sheet(tmp_path, provenance=("title",))


def test_of_a_sample_not_all_is_claimed(tmp_path):
    whole = Wholeness("As of run 7: sample of 2 items", complete=False)
    found = answers(sheet(tmp_path, {"wholeness": whole}, collection=Collection(scope="Notes.")))
    assert "Notes. As of run 7: sample of 2 items." == found["What was collected, and what was left out on purpose?"]


def test_of_many_runs_the_latest_are_told_one_by_one(tmp_path):
    visits = [Visit(run_id=f"run{number:03}", requests=1) for number in range(LATEST + 5)]
    text = sheet(tmp_path, collection=Collection(visits=visits))
    assert f"{LATEST + 5} requests in all" in text
    assert [f"run{number:03}" for number in range(5, LATEST + 5)] == re.findall(r"^\| `(run\d+)`", text, re.MULTILINE)


def test_who_stands_behind_it(tmp_path):
    steward = Stewardship(
        authors=(Author(family="Carberry", given="Josiah", orcid="0000-0002-1825-0097", affiliation="Brown"),),
        publisher="The library",
        contact="data@example.org",
        frequency="weekly",
        funder="The fund",
    )
    found = answers(sheet(tmp_path, stewardship=steward))
    assert "Josiah Carberry (<https://orcid.org/0000-0002-1825-0097>), Brown Made available by The library." == found[
        "Who made it, and who makes it available?"
    ].replace("Brown.", "Brown")
    assert ["The fund", "<data@example.org>", "weekly"] == [
        found[question] for question in ("Who paid for it?", "Who answers questions?", "How often is it updated?")
    ]


def test_hostile_words_stay_words(tmp_path):
    words = ["<script>", "|x|", "[a](javascript:b)", "`x`", "\x1b[31m", "\u202e", "*b*"]
    funder = " ".join(word for word in words if word.isprintable())
    visits = [Visit(run_id=word, requests=1, statuses={word: 1}) for word in words]
    text = sheet(tmp_path, stewardship=Stewardship(funder=funder), collection=Collection(visits=visits))
    assert not re.search(r"(?<!\\)<script|[^\\`]\[a\]\(|\x1b|\u202e|[^\\`]\*b", text)
    rows = [line for line in text.splitlines() if "not known |" in line]
    assert [10] * len(words) == [len(re.findall(r"(?<!\\)\|", row)) for row in rows]
