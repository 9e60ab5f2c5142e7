"""Nodes that are not news: plain pages, practices, pledges, events, discussions and videos."""

from __future__ import annotations

from datetime import timedelta

from . import vocabulary as v
from .content import FIRST_DAY, slug
from .dates import short_form
from .dice import Dice
from .model import Block, Entry, Node, Translation, Value
from .places import COUNTRIES, REGIONS
from .texts import Story, article

PAGES = {
    301: ("/about", {"en": "About the Network", "fr": "À propos du réseau", "es": "Acerca de la red"}),
    302: ("/gcmtalks", {"en": "GCM Talks"}),
    303: ("/champion-countries", {"en": "Champion countries", "fr": "Pays champions"}),
    304: ("/mptf", {"en": "The trust fund"}),
    305: ("/regional-reviews-2024", {"en": "Regional reviews 2024", "es": "Exámenes regionales 2024"}),
    306: ("/contact", {"en": "Contact"}),
}
VANISHED = (12001, 12002, 12003)
"""Withdrawn, deleted and gone, see ``specials``."""

SPACES = ("data", "3")


def other_nodes(seed: int) -> list[Node]:
    nodes = [_page(nid, alias, titles) for nid, (alias, titles) in PAGES.items()]
    nodes += [_practice(20100 + 7 * n) for n in range(12)]
    nodes += [_pledge(20300 + 9 * n) for n in range(8)]
    nodes += [_event(20500 + 11 * n, seed) for n in range(10)]
    nodes += [_plain("discussion", 20700 + 3 * n, f"/hub/discussion-space/{SPACES[n % 2]}/content") for n in range(4)]
    nodes += [_plain("video", 20800 + 5 * n, "/videos") for n in range(4)]
    return nodes


def _story(nid: int) -> Story:
    dice = Dice("other", nid)
    day = (FIRST_DAY + timedelta(days=nid / 18.5)).date()
    return Story(nid, dice.pick(COUNTRIES), dice.number(0, 9), dice.number(0, 7), dice.number(1, 5), day)


def _node(kind: str, nid: int, titles: dict[str, str], section: str, entries: list[Entry]) -> Node:
    story, created = _story(nid), FIRST_DAY + timedelta(days=nid / 18.5)
    translations = {}
    for language, title in titles.items():
        alias = f"{section}/{slug(title)}" if language == "en" else None
        body = article(story, language, Dice("other", nid, language))
        translations[language] = Translation(language, title, alias, body, entries=entries)
    return Node(nid, kind, created, created + timedelta(days=3), "en", translations)


def _page(nid: int, alias: str, titles: dict[str, str]) -> Node:
    """A page at the root, as the news is; each still links to the items that are no longer there."""
    node = _node("page", nid, titles, "", [])
    links = " ".join(f'<a href="/node/{number}">{number}</a>' for number in VANISHED)
    for translation in node.translations.values():
        translation.alias = alias
        translation.body.append(Block(f"<p>{links}</p>", " ".join(map(str, VANISHED))))
    return node


def _plain(kind: str, nid: int, section: str) -> Node:
    return _node(kind, nid, {"en": _story(nid).title("en")}, section, [])


def _objectives(dice: Dice) -> tuple[Value, ...]:
    return tuple(
        Value(f"{n} - {v.OBJECTIVES[n][0]}", href=f"/taxonomy/term/{278 + n}")
        for n in sorted(dice.sample(range(1, 24), 2))
    )


def _practice(nid: int) -> Node:
    dice, story = Dice("practice", nid), _story(nid)
    themes = dice.sample([names[1] for names in v.THEMES.values()], 2)
    entries = [
        Entry("primary_objectives", "Primary GCM Objectives", _objectives(dice)),
        Entry("principles", "GCM Guiding Principles*", tuple(Value(theme) for theme in themes)),
        Entry("sdgs", "Sustainable Development Goals (SDGs)", (Value("10 - Reduced inequalities"),)),
        Entry("dates", "Dates", (Value(f"{story.day.year} - Present"),)),
        Entry("practice_type", "Type of practice", (Value("Partnership/Multistakeholder initiative"),)),
        Entry("country", "Country:", (Value(story.country.en),)),
        Entry("regions", "Regions:", (Value(dice.pick(REGIONS).en),)),
        Entry("sub_regions", "Sub Regions:"),
    ]
    return _node("practice", nid, {"en": f"A practice: {story.title('en')}"}, "/practice", entries)


def _pledge(nid: int) -> Node:
    story = _story(nid)
    entries = [
        Entry("updated", "Updated on:", (Value(short_form(story.day)),)),
        Entry("initiative", "PLEDGING INITIATIVE", (Value(f"Commitment no. {nid % 100}"),)),
        Entry("last_updated", "LAST UPDATED:", (Value(short_form(story.day)),)),
    ]
    return _node("pledge", nid, {"en": f"Pledge: {story.title('en')}"}, "/pledge", entries)


def _event(nid: int, seed: int) -> Node:
    dice, story = Dice("event", nid), _story(nid)
    day = f"{short_form(story.day)}, 09:00 - 12:30"
    entries = [
        Entry("event_date", "Date:", (Value(day, stamp=f"{story.day.isoformat()}T09:00:00Z"),)),
        Entry(
            "organizers",
            "Main organizer/s",
            (Value(f"Government of {story.country.en}"), Value("Migration Multi-Partner Trust Fund")),
        ),
        Entry("scope", "Geographic Scope", (Value(story.country.en, href=f"/taxonomy/term/{story.country.term}"),)),
        Entry("workstream", "Workstream Output"),
        Entry("regional_review", "Regional Review Process"),
        Entry("objectives", "GCM Objectives", _objectives(dice)),
    ]
    titles = {"en": f"Event: {story.title('en')}"}
    if dice.chance(50):
        titles["fr"] = f"Rencontre : {story.title('fr')}"
    return _node("event", nid, titles, "/events", entries)
