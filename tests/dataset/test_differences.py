"""What two versions of a record say differently."""

import random

import pytest

from archive.dataset.differences import MOST_EDITS, MOST_VALUES, differences, lines_of

HARBOUR = "The harbour opens at dawn, and the ferries to the islands leave an hour later from the long pier. " * 4


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("Old", "New", {"from": "Old", "to": "New"}),
        (None, "2024-01-01", {"from": None, "to": "2024-01-01"}),
        (["a", "b"], ["b", "a"], {"reordered": True}),
        (["a", "b", "b"], ["b", "c"], {"removed": ["a", "b"], "added": ["c"]}),
        ([{"raw": "News", "id": "news"}], [], {"removed": [{"raw": "News", "id": "news"}]}),
        (
            [{"raw": "Sea", "id": None}],
            [{"raw": "Sea", "id": "9"}],
            {"changed": [{"raw": "Sea", "changed": {"id": {"from": None, "to": "9"}}}]},
        ),
        (
            {"fr": "/fr"},
            {"es": "/es"},
            {"changed": {"es": {"from": None, "to": "/es"}, "fr": {"from": "/fr", "to": None}}},
        ),
        (
            [{"url": "/a.pdf", "size": 3, "sha256": "aa"}, {"url": "/b.pdf", "size": 5}],
            [{"url": "/a.pdf", "size": 4, "sha256": "bb"}, {"url": "/c.pdf", "size": 5}],
            {
                "removed": [{"url": "/b.pdf", "size": 5}],
                "added": [{"url": "/c.pdf", "size": 5}],
                "changed": [
                    {"url": "/a.pdf", "changed": {"size": {"from": 3, "to": 4}, "sha256": {"from": "aa", "to": "bb"}}}
                ],
            },
        ),
    ],
)
def test_each_kind_of_value(before, after, told):
    assert [{"field": "one", **told}] == differences({"one": before}, {"one": after})


def test_fields_that_are_not_compared_or_not_told():
    before, after = {"a": 1, "b": 1, "c": 1}, {"a": 1, "b": 2, "d": 1}
    found = differences(before, after, ignored={"c"}, unlisted={"d"})
    assert [{"field": "b", "from": 1, "to": 2}, {"field": "d"}] == found


def edits(before, after):
    (one,) = differences({"text": before}, {"text": after})
    return [(edit["removed"], edit["added"]) for edit in one["edits"]]


def test_words_of_a_text():
    after = HARBOUR + "Nobody waits on Monday for the mail boat. Bring a coat, a lamp and some rope."
    before = HARBOUR + "Nobody waits on Tuesday for the mail boat. Bring a coat and some rope, said the keeper."
    told = [("Tuesday", "Monday"), ("coat", "coat, a lamp"), ("rope, said the keeper.", "rope.")]
    assert told == edits(before, after)
    (one,) = differences({"text": before}, {"text": after})
    assert "Nobody waits on" in one["edits"][0]["after"]
    assert ("-", "Tuesday") in lines_of(one)
    assert ("+", "Monday") in lines_of(one)


def test_a_paragraph_that_is_new_and_one_that_moved():
    paragraphs = [f"Note{n} of the report tells of {n * 7} boats and of {n * 11} nets in yard{n}." for n in range(90)]
    longer = [*paragraphs[:40], "A word of thanks to all who mended them.", *paragraphs[40:]]
    assert [("", "A word of thanks to all who mended them.")] == edits("\n\n".join(paragraphs), "\n\n".join(longer))
    moved = [*paragraphs[1:], paragraphs[0]]
    assert [(paragraphs[0], ""), ("", paragraphs[0])] == edits("\n\n".join(paragraphs), "\n\n".join(moved))


def test_a_text_without_spaces_between_its_words():
    text = "港口在星期一开放。" * 30
    assert [("", "渔")] == edits(text + "船只离开。", text + "渔船只离开。")


def test_what_comes_out_is_bounded():
    words = [f"word{n}" for n in range(30_000)]
    edited = [word if n % 9 else "other" for n, word in enumerate(words)]
    (one,) = differences({"text": " ".join(words)}, {"text": " ".join(edited)})
    assert (MOST_EDITS, len(words) // 9 + 1 - MOST_EDITS) == (len(one["edits"]), one["left_out"])
    (one,) = differences({"text": "a" * 300}, {"text": "b" * 90_000})
    assert 1000 == len(one["edits"][0]["added"])
    (one,) = differences({"list": []}, {"list": list(range(1000))})
    assert (MOST_VALUES, 1000 - MOST_VALUES) == (len(one["added"]), one["left_out"])


def test_applied_to_the_old_text_the_edits_give_the_new_one():
    chance = random.Random(4)  # noqa: S311 - the same at every run
    for _ in range(30):
        words = [
            chance.choice(["sea", "boat", "net", "rope", "mast", "sail", "tide", "quay"]) + str(chance.randint(0, 40))
            for _ in range(120)
        ]
        after = [word for word in words if chance.random() > 0.05]
        for _ in range(4):
            after.insert(chance.randint(0, len(after)), "buoy")
        text = " ".join(words)
        for removed, added in edits(text, " ".join(after)):
            assert removed in text
            assert added in " ".join(after)
        left = " ".join(words).split()
        gone = sum(len(removed.split()) for removed, _ in edits(text, " ".join(after)))
        come = sum(len(added.split()) for _, added in edits(text, " ".join(after)))
        assert len(after) == len(left) - gone + come
