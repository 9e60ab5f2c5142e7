"""Which paragraphs translate each other: precision on texts of six languages that are known to be parallel."""

import random
from collections import Counter

import pytest

from archive.dataset.alignment import BAND, MOST_PARAGRAPHS, align
from archive.dataset.anchors import paragraph
from tests.portal.places import COUNTRIES
from tests.portal.texts import NAMES, WORDS

LISTS = ("sentences", "quotes", "venues", "headings", "points", "topics", "actors")
SIZES = {name: min(len(getattr(words, name)) for words in WORDS.values()) for name in LISTS}
DISTURBED = {"none": 0.99, "dropped": 0.98, "merged": 0.98, "inserted": 0.98, "reordered": 0.97}
"""What was done to each text, and how many of the pairs must be right. Two headings that changed places look alike."""


def article(number, language, seed=""):
    """Paragraphs that say the same in each language: headings, lists, quotations and sentences with their numbers."""
    dice, words = random.Random(f"{number}{seed}"), WORDS[language]  # noqa: S311 - the same each time
    topic = dice.randrange(SIZES["topics"])
    slots = {
        "country": COUNTRIES[number % len(COUNTRIES)].name(language),
        "topic": words.topics[topic],
        "other": words.topics[(topic + 3) % SIZES["topics"]],
        "actors": words.actors[dice.randrange(SIZES["actors"])],
    }
    order = dice.sample(range(SIZES["sentences"]), SIZES["sentences"])
    joint = "" if language == "zh-hant" else " "
    text = []
    for place in range(dice.randint(3, 9)):
        kind = dice.random()
        if kind < 0.12:
            text.append(words.headings[dice.randrange(SIZES["headings"])])
        elif kind < 0.2:
            text.append("\n".join(words.points[point] for point in dice.sample(range(SIZES["points"]), 3)))
        elif kind < 0.3:
            quote = words.quotes[dice.randrange(SIZES["quotes"])]
            text.append(quote.format(**slots, name=NAMES[dice.randrange(9)]))
        else:
            said = []
            for more in range(dice.randint(1, 3)):
                sentence = words.sentences[order[(place * 3 + more) % len(order)]]
                venue = words.venues[dice.randrange(SIZES["venues"])]
                said.append(sentence.format(**slots, n=dice.randint(12, 940), venue=venue))
            text.append(joint.join(said))
    return text


def disturb(dice, text, how):
    """(the text otherwise, for each of its paragraphs the places of those that it was made of)."""
    text, made_of = list(text), [(place,) for place in range(len(text))]
    place = dice.randrange(len(text) - 1)
    if how == "dropped":
        del text[place], made_of[place]
    elif how == "merged":
        text[place : place + 2] = [" ".join(text[place : place + 2])]
        made_of[place : place + 2] = [(place, place + 1)]
    elif how == "inserted":
        text.insert(place, article(dice.randrange(5000, 9000), "fr")[0])
        made_of.insert(place, ())
    elif how == "reordered":
        for both in (text, made_of):
            both[place], both[place + 1] = both[place + 1], both[place]
    return text, made_of


def found(first, second):
    return align([paragraph(text) for text in first], [paragraph(text) for text in second])


@pytest.mark.parametrize("how", DISTURBED)
def test_pairs_are_right(how):
    dice, counts = random.Random(how), Counter()  # noqa: S311 - the same each time
    for language in sorted({*WORDS} - {"en"}):
        for number in range(60):
            text, made_of = disturb(dice, article(number, language), how)
            right = {(place, at) for at, places in enumerate(made_of) for place in places}
            counts["all"] += sum(map(bool, made_of))
            for link in found(article(number, "en"), text):
                pairs = {(one, other) for one in link.first for other in link.second}
                counts["right" if pairs <= right else "wrong"] += 1
    assert counts["right"] / (counts["right"] + counts["wrong"]) >= DISTURBED[how]
    # Found of all that there are: fewer where paragraphs without anchors have no neighbours to vouch for them.
    assert counts["right"] / counts["all"] >= 0.45


def test_texts_that_only_look_alike_are_not_paired():
    pairs = sum(
        len(found(article(number, "en"), article(number, language, "other")))
        for language in sorted({*WORDS} - {"en"})
        for number in range(60)
    )
    assert pairs == 0


def test_anchors_at_other_places_make_no_translation():
    """The numbers are the same and all lengths fit, but no pair that keeps the order has one."""
    plain = [f"Nothing is counted here{' at all' * length}." for length in (2, 9, 4, 12, 3, 7)]
    first, second = (
        ["They were 111 then.", *plain, "They are 222 now."],
        ["They are 222 now.", *plain, "Then 111 were."],
    )
    assert found(first, second) == []
    assert len(found(first, first)) == len(first)


def test_numbers_of_a_list_prove_nothing():
    first = [f"{place}. {word} of the people there" for place, word in enumerate(("health", "return", "labour") * 5, 1)]
    second = [
        f"{place}. {word} de la gente de allí" for place, word in enumerate(("datos", "salud", "vivienda") * 5, 1)
    ]
    assert found(first, second) == found(["\n".join(first)], ["\n".join(second)]) == []
    assert paragraph("12. We saw 340.").numbers == {"340": 1}


def test_no_paragraph_is_in_two_pairs_and_their_order_is_kept():
    for number in range(60):
        links = found(article(number, "en"), article(number, "fr"))
        for side in ("first", "second"):
            places = [place for link in links for place in getattr(link, side)]
            assert places == sorted(set(places))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1,234 of 5.6 in 2019", "١٬٢٣٤ و ٥٫٦ في ٢٠١٩"),
        ("12 500 people", "12.500 personas"),
        ("See https://example.org/a.", "Voir https://example.org/a !"),
    ],
)
def test_numbers_and_addresses_are_the_same_in_each_writing(first, second):
    one, other = paragraph(first), paragraph(second)
    assert (one.numbers, one.addresses) == (other.numbers, other.addresses)
    assert one.numbers or one.addresses


def test_a_long_text_stays_in_its_band():
    """Work is bounded by the length and the band, not by the square of the length."""
    first = [paragraph(f"word {number} 7777") for number in range(MOST_PARAGRAPHS)]
    second = [paragraph(f"mot {number} 7777") for number in range(1, MOST_PARAGRAPHS)]
    links = align(first, second)
    assert len(links) > MOST_PARAGRAPHS / 2
    assert max(abs(link.first[0] - link.second[0]) for link in links) <= BAND + 1


def test_nothing_is_paired_with_nothing():
    assert found([], ["One 123."]) == found(["One 123."], []) == []
