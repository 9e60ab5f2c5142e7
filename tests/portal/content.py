"""The nodes of the site: the special cases, as many regular items as asked for, and what is not news."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from . import vocabulary as v
from .dice import Dice
from .fields import Facts, block
from .model import File, Node, Picture, Translation
from .places import COUNTRIES, GLOBAL, REGIONS
from .texts import WORDS, Story, article

FILES = "/sites/g/files/tmzbdl416/files"
FIRST_DAY = datetime(2019, 2, 4, 9, 0, tzinfo=timezone.utc)
LANGUAGE_SETS = (
    ("en",),
    ("en", "fr"),
    ("en", "es"),
    ("en", "fr", "es"),
    ("en", "fr", "es"),
    ("en", "fr", "es"),
    ("en", "fr", "es"),
    ("en", "fr", "es", "ar"),
    ("en", "fr", "es", "ru", "zh-hant"),
    v.LANGUAGES,
)
"""In turn, so that 150 nodes have 330 translations beside their sources."""

SECTIONS = {"statement": "/statements", "resource": "/resources"}
"""Kind -> what its aliases begin with; news stand at the root."""

FILE_NAMES = (
    ("docs", "summary_report_{n}.pdf"),
    ("resources_files", "concept note {n}.pdf"),
    ("docs", "déclaration-finale-{n}.pdf"),
    ("resources_files", "agenda-{n}.docx"),
)
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def slug(title: str) -> str:
    """The part of an alias that Drupal makes of a title."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:90].strip("-")


def build(count: int, seed: int) -> dict[int, Node]:
    """Node id -> node: ``count`` items (never fewer than the special cases) and the pages around them."""
    from .others import other_nodes
    from .specials import special_nodes

    nodes = special_nodes(seed)
    taken = {node.nid for node in nodes}
    items = sum(node.is_item and node.status == "published" for node in nodes)
    for index in range(max(0, count - items)):
        nid = 60 + index * 211 % 36000 + index
        while nid in taken:
            nid += 1
        taken.add(nid)
        nodes.append(regular(nid, index, seed))
    nodes += other_nodes(seed)
    _unique_aliases(nodes)
    return {node.nid: node for node in sorted(nodes, key=lambda node: node.nid)}


def regular(nid: int, index: int, seed: int) -> Node:
    """One news item or statement with everything drawn from its id."""
    dice = Dice(seed, "node", nid)
    created = FIRST_DAY + timedelta(days=nid / 18.5, minutes=dice.number(0, 400))
    statement = index % 8 == 3
    story = Story(
        nid=nid,
        country=dice.pick(COUNTRIES),
        topic=dice.number(0, 9),
        actors=dice.number(0, 7),
        pattern=0 if statement else dice.number(1, 5),
        day=created.date() - timedelta(days=dice.number(0, 50)),
    )
    facts = draw_facts(
        story, dice, "statement" if statement else dice.pick(["news", "news", "news", "press-release", "report"])
    )
    kind = "statement" if statement else "news"
    return make_node(kind, story, facts, LANGUAGE_SETS[index % 10], created, seed)


def draw_facts(story: Story, dice: Dice, kind: str) -> Facts:
    """Fields as editors fill them: most are there, each is empty now and then."""

    def often(percent: int, values: list) -> list:
        return values if dice.chance(percent) else []

    scope = [story.country, *often(25, [dice.pick(REGIONS)])]
    return Facts(
        date=story.day,
        date_element=dice.chance(30),
        type=kind if dice.chance(92) else None,
        audience=often(60, dice.sample(v.AUDIENCES, dice.number(1, 3))),
        publisher=often(75, dice.sample(v.PUBLISHERS, dice.number(1, 3))),
        other_publisher=often(30, [dice.pick(v.OTHER_PUBLISHERS)]),
        scope=[GLOBAL] if dice.chance(8) else often(90, scope),
        working_group=often(35, [dice.pick(v.WORKING_GROUPS)]),
        regional_review=often(25, [dice.pick(v.REGIONAL_REVIEWS)]),
        objectives=often(70, sorted(dice.sample(range(1, 24), dice.number(1, 3)))),
        objective_style=dice.pick(["short", "short", "official", "icon"]),
        themes=often(60, dice.sample(list(v.THEMES), dice.number(1, 4))),
        linked=dice.chance(50),
    )


def make_node(
    kind: str, story: Story, facts: Facts, languages: tuple[str, ...], created: datetime, seed: int, source: str = "en"
) -> Node:
    """A node with its translations; text, aliases and date forms are drawn per language, facts are shared."""
    dice = Dice(seed, "shared", story.nid)
    files = _files(story.nid, dice) if dice.chance(35) else []
    pictured = dice.chance(55)
    section = SECTIONS.get(kind, "")
    translations = {}
    for language in languages:
        own = Dice(seed, story.nid, language)
        title = story.title(language)
        # Most translated pages have no alias; titles in other scripts never get one.
        named = language == source or (language in {"en", "fr", "es"} and own.chance(55))
        picture = None
        if pictured:
            alt = WORDS[language].alt.format(**story.slots(language))
            picture = Picture(f"{created:%Y-%m}/photo {story.nid}.png", alt)
        translations[language] = Translation(
            language=language,
            title=title,
            alias=f"{section}/{slug(title) or story.nid}" if named else None,
            body=article(story, language, own, paragraphs=own.number(2, 4)),
            entries=block(facts, language, own),
            date=facts.date.isoformat() if facts.date else None,
            files=files,
            picture=picture,
            banner_leak=dice.chance(10),
        )
    changed = created + timedelta(hours=dice.number(1, 900))
    return Node(
        nid=story.nid,
        kind=kind,
        created=created,
        changed=changed,
        source=source,
        translations=translations,
        neutral_alias=kind == "statement",
        terms=facts.terms(),
        story=story,
    )


def _files(nid: int, dice: Dice) -> list[File]:
    files = []
    for folder, pattern in dice.sample(FILE_NAMES, dice.number(1, 2)):
        name = pattern.format(n=nid)
        files.append(File(f"{FILES}/{folder}/{quote(name)}", name, MEDIA_TYPES[name.rsplit(".", 1)[1]]))
    return files


def unique_alias(alias: str, language: str, taken: Container[tuple[str, str]]) -> str:
    """``alias``, numbered when (language, alias) is taken already, as Drupal does (``-0``, ``-1`` ...)."""
    free, number = alias, 0
    while (language, free) in taken:
        free = f"{alias}-{number}"
        number += 1
    return free


def _unique_aliases(nodes: list[Node]) -> None:
    taken: set[tuple[str, str]] = set()
    for node in nodes:
        for translation in node.translations.values():
            if translation.alias is not None:
                translation.alias = unique_alias(translation.alias, translation.language, taken)
                taken.add((translation.language, translation.alias))
