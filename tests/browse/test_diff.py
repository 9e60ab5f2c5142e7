"""What two versions say differently, as it is shown: both texts can be read out of it, whatever they are."""

import json
import random

import pytest

from archive.dataset.differences import ADDED, REMOVED, SAME, Piece, pieces
from migration_spider.browse.history import History
from migration_spider.browse.version_diff import CONTEXT, FOLDED, MOST, MOST_AT_ALL, changes


def words(found, *kinds):
    """The text of some kinds, without white space."""
    return "".join("".join(piece.text for piece in found if piece.kind in kinds).split())


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("The old port", "The new port", [(SAME, "The "), (REMOVED, "old"), (ADDED, "new"), (SAME, " port")]),
        ("a b c", "a c", [(SAME, "a"), (REMOVED, " b"), (SAME, " c")]),
        ("", "new", [(ADDED, "new")]),
        ("old", "", [(REMOVED, "old")]),
        ("移民署宣布", "移民局宣布", [(SAME, "移民"), (REMOVED, "署"), (ADDED, "局"), (SAME, "宣布")]),
        (
            "قالت المنظمة اليوم",
            "قالت الوكالة اليوم",
            [(SAME, "قالت "), (REMOVED, "المنظمة"), (ADDED, "الوكالة"), (SAME, " اليوم")],
        ),
        ("same", "same", [(SAME, "same")]),
    ],
)
def test_a_text_is_told_word_by_word_and_chinese_sign_by_sign(before, after, told):
    assert [Piece(*one) for one in told] == list(pieces(before, after))


def test_both_texts_can_be_read_out_of_their_difference():
    dice = random.Random(7)  # noqa: S311 - texts, not keys
    signs = ["one", "two", "three", "署", "移", "قال", ".", "\n\n"]
    for _ in range(200):
        before, after = (" ".join(dice.choices(signs, k=dice.randrange(40))) for _ in range(2))
        found = list(pieces(before, after))
        assert "".join(before.split()) == words(found, SAME, REMOVED)
        assert "".join(after.split()) == words(found, SAME, ADDED)
        assert after.rstrip() == "".join(piece.text for piece in found if piece.kind != REMOVED).rstrip()


def test_what_did_not_change_is_folded_up_to_the_words_beside_a_change():
    long = "The harbour opens at dawn and closes at night. " * 30
    (change,) = changes({"body_text": f"{long}Old. {long}"}, {"body_text": f"{long}New. {long}"})
    kinds = [piece.kind for piece in change.pieces]
    assert [FOLDED, SAME, REMOVED, ADDED, SAME, FOLDED] == kinds
    assert all(len(piece.text) < CONTEXT + 50 for piece in change.pieces if piece.kind == SAME)
    assert f"{long}New. {long}" == "".join(piece.text for piece in change.pieces if piece.kind != REMOVED)


def test_markup_is_told_where_the_text_stayed():
    old, new = {"body_text": "a", "body_html": "<p>a</p>"}, {"body_text": "a", "body_html": "<h2>a</h2>"}
    (change,) = changes(old, new)
    assert [Piece(REMOVED, "<p>a</p>"), Piece(ADDED, "<h2>a</h2>")] == change.pieces
    text, markup = changes(old, {"body_text": "b", "body_html": "<p>b</p>"})
    assert ("body_text", "body_html", ()) == (text.field, markup.field, markup.pieces)


def test_values_of_a_list_are_told_with_those_that_stayed():
    old = {"target_audience": [{"raw": "Media", "id": "media"}, {"raw": "Youth", "id": None}]}
    new = {"target_audience": [{"raw": "Media", "id": "media"}, {"raw": "Donors", "id": "donors"}]}
    (change,) = changes(old, new)
    assert [("-", "Youth [no code]"), (" ", "Media [media]"), ("+", "Donors [donors]")] == change.lines


def test_spaces_alone_and_texts_that_are_too_long_say_so():
    (change,) = changes({"body_text": "a b"}, {"body_text": "a  b"})
    assert "nothing but spaces and line ends" == change.note
    for size, note in (
        (MOST, "too long to be compared in full"),
        (MOST_AT_ALL, "too long to be compared (1,000,000 and"),
    ):
        (change,) = changes({"body_text": "a " * (size // 2)}, {"body_text": "b " + "a " * (size // 2)})
        assert note in change.note
        assert not change.pieces
        assert bool(change.lines) == (size == MOST)


def test_where_a_line_comes_from_is_no_change():
    assert [] == changes({"run_id": "a", "version": 1, "title": "T"}, {"run_id": "b", "version": 2, "title": "T"})


def test_the_past_of_an_item_is_found_in_its_order_and_a_torn_line_is_left_out(tmp_path):
    file = tmp_path / "history.jsonl"
    lines = [{"id": "1@en", "version": 1}, {"id": "2@ar", "version": 1}, {"id": "1@en", "version": 2}]
    file.write_bytes(b"".join(json.dumps(line).encode() + b"\n" for line in lines) + b'no json\n{"id": "1@en", "ver')
    history = History(file)
    assert [1, 2] == [line["version"] for line in history.lines("1@en")]
    assert [] == history.lines("3@en")
    assert [] == History(tmp_path / "none.jsonl").lines("1@en")
