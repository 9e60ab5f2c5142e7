"""Items with a fixed id, each for one oddity of the real portal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone

from .content import draw_facts, make_node, slug
from .dice import Dice
from .fields import Facts, block
from .model import Block, Entry, Node, Value
from .places import AZERBAIJAN, BAHAMAS, COUNTRIES, GLOBAL, KOSOVO, VALLEY, WEST_ASIA
from .texts import Story, heading, paragraph
from .vocabulary import PUBLISHERS

SEED_NODE = 7756
SEED_THEMES = ["international-cooperation", "human-rights", "whole-of-government-approach", "whole-of-society-approach"]
SEED_BODY = """
Baku – People who left home, people who came back and people who wait for an answer shared one stage in Baku, at an
evening that the city and the Network had prepared together for the eighteenth of December.

“A day in the calendar is not a policy, but it is a good moment to count what was promised,” said the chair of the
evening, before three apprentices read letters to their families.

The migration service showed how its counters work since the last reform, and students asked why one form still needs
two stamps. The answer, that one of them will go next year, drew the longest applause.

At the end the partners handed over a short profile of migration in the country, with figures of the last decade.
"""


def special_nodes(seed: int) -> list[Node]:
    """The special items, and the three that are no longer there."""
    return [
        _seed_page(seed),
        _arabic_under_chinese(seed),
        _item(11901, "2022-08-09", seed, ("en", "es"), working_group=["Alternatives to immigration detention\xa0"]),
        _library(18106, "2023-06-01", seed, ("en", "fr", "es"), type="working-paper", publisher=[f"{PUBLISHERS[0]} "]),
        _library(13506, "2022-08-30", seed, ("en", "ar"), type="policy-brief", scope=[GLOBAL], objectives=[0]),
        _item(8836, "2022-03-01", seed, ("en", "fr", "es"), scope=[BAHAMAS, KOSOVO]),
        _unknown_to_all(seed),
        _translated_themes(seed),
        _empty_block(seed),
        _no_block(seed),
        _month_only(seed),
        _retitled(seed),
        _french_source(seed),
        _label_words_in_body(seed),
        *_vanished(seed),
    ]


def _story(nid: int, day: str, pattern: int = 1) -> Story:
    dice = Dice("special", nid)
    return Story(nid, dice.pick(COUNTRIES), dice.number(0, 9), dice.number(0, 7), pattern, date.fromisoformat(day))


def _created(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=15, tzinfo=timezone.utc)


def _item(
    nid: int, day: str, seed: int, languages: tuple[str, ...], kind: str = "news", source: str = "en", **fields: object
) -> Node:
    story = _story(nid, day, pattern=0 if kind == "statement" else 1)
    facts = draw_facts(story, Dice("special facts", nid), "statement" if kind == "statement" else "news")
    for name, value in fields.items():
        setattr(facts, name, value)
    return make_node(kind, story, facts, languages, _created(day), seed, source)


def _library(nid: int, day: str, seed: int, languages: tuple[str, ...], **fields: object) -> Node:
    """A publication below ``/resources``."""
    return _item(nid, day, seed, languages, "resource", **fields)


def _unknown_to_all(seed: int) -> Node:
    """An audience, a place and a label that no vocabulary has."""
    extra = Entry("related_pledge", "Related commitment", (Value("Harbour pledge no. 31"),))
    scope, audience = [VALLEY, COUNTRIES[1]], ["Lighthouse keepers", "Media"]
    return _item(8840, "2022-03-13", seed, ("en", "fr"), scope=scope, audience=audience, extra=[extra])


def _translated_themes(seed: int) -> Node:
    """Themes that somebody did translate."""
    themes = ["human-rights", "child-sensitive"]
    return _item(8844, "2022-04-02", seed, ("en", "fr", "es"), themes=themes, themes_translated=True)


def _seed_page(seed: int) -> Node:
    """The one page of which the text is known: labels, values and title; in Spanish two labels are not printed."""
    facts = Facts(
        audience=["General Public"],
        publisher=["UN Network on Migration Azerbaijan", "International Organization for Migration (IOM)"],
        other_publisher=["IOM Azerbaijan"],
        scope=[WEST_ASIA],
        themes=SEED_THEMES,
    )
    story = Story(SEED_NODE, AZERBAIJAN, 0, 0, 1, date(2021, 12, 17))
    node = make_node("news", story, facts, ("en", "es"), _created("2021-12-23"), seed)
    body = [paragraph(" ".join(text.split())) for text in SEED_BODY.strip().split("\n\n")]
    body[0] = Block(body[0].html.replace("<p>", "<p>&nbsp;"), body[0].text)
    for language, translation in node.translations.items():
        translation.title = "International Migrants Day (Azerbaijan)"
        translation.alias = "/international-migrants-day-azerbaijan" if language == "en" else None
        translation.body = body
        translation.body_language = "en"
        translation.files, translation.picture, translation.banner_leak = [], None, False
    spanish = node.translations["es"]
    spanish.entries = [
        Entry(e.name, None if e.name in {"audience", "publisher"} else e.label, tuple(map(_in_english, e.values)))
        for e in block(facts, "es", Dice(seed, SEED_NODE))
    ]
    return node


def _in_english(value: Value) -> Value:
    return replace(value, text=value.english or value.text)


def _arabic_under_chinese(seed: int) -> Node:
    """A translation whose body was pasted from another language: ``/zh-hant/node/15`` shows Arabic."""
    node = _item(15, "2019-02-02", seed, ("ar", "zh-hant"), source="ar")
    chinese, arabic = node.translations["zh-hant"], node.translations["ar"]
    arabic.alias = None
    chinese.title, chinese.body, chinese.body_language = arabic.title, arabic.body, "ar"
    return node


def _empty_block(seed: int) -> Node:
    """Six labels and not one value."""
    node = _item(9100, "2022-04-20", seed, ("en", "fr"))
    for language, translation in node.translations.items():
        translation.entries, translation.date = block(Facts(), language, Dice(seed, 9100)), None
    node.terms = set()
    return node


def _no_block(seed: int) -> Node:
    """A press release without any metadata: only the listing and the content type say that it is news."""
    node = _item(9107, "2022-04-28", seed, ("en", "es"))
    for translation in node.translations.values():
        translation.entries, translation.date = [], None
    node.terms = set()
    return node


def _month_only(seed: int) -> Node:
    """A date without a day."""
    return _item(16200, "2024-03-01", seed, ("en",), date=None, date_text="March 2024")


def _retitled(seed: int) -> Node:
    """A title changed after publication: the first alias redirects. The new title has odd spaces."""
    node = _item(10300, "2022-05-17", seed, ("en", "fr"))
    english = node.translations["en"]
    english.retired_aliases = [str(english.alias)]
    english.title = f"Update:  {english.title}\xa0"
    english.alias = f"/{slug(english.title)}"
    return node


def _french_source(seed: int) -> Node:
    """A statement that exists only in French, with a slug that needs no prefix."""
    return _item(2312, "2020-06-04", seed, ("fr",), kind="statement", source="fr")


def _label_words_in_body(seed: int) -> Node:
    """A body that uses the labels of the block as headings and in sentences."""
    node = _item(11410, "2022-06-30", seed, ("en",))
    english = node.translations["en"]
    english.body[1:1] = [
        heading("Geographic Scope", 3),
        paragraph("Date of Publication: the printed edition follows on 3 January 2023, in two volumes."),
        heading("Source / Publisher", 3),
        paragraph("Target Audience and tone were discussed at length; the harbour office will print the leaflet."),
    ]
    return node


def _vanished(seed: int) -> list[Node]:
    """Items that other pages still link to."""
    gone = []
    for nid, day, status in (
        (12001, "2022-09-01", "unpublished"),
        (12002, "2022-09-02", "deleted"),
        (12003, "2022-09-03", "gone"),
    ):
        node = _item(nid, day, seed, ("en", "fr"))
        node.status = status
        # The sitemap's module forgot the first two.
        node.in_sitemap = status != "gone"
        gone.append(node)
    return gone
