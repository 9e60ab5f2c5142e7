"""Articles in six languages, put together from our own sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html import escape

from ..dice import Dice
from ..model import Block
from ..places import Place
from . import ar, en, es, fr, ru, zh_hant
from .words import Words

WORDS: dict[str, Words] = {
    "en": en.WORDS,
    "fr": fr.WORDS,
    "es": es.WORDS,
    "ar": ar.WORDS,
    "ru": ru.WORDS,
    "zh-hant": zh_hant.WORDS,
}

NAMES = (
    "Amara Quist",
    "Teodor Lindqvist",
    "Ines Valdivar",
    "Farid Osmanov",
    "Lucie Marchetain",
    "Wanjiru Otando",
    "Pilar Quintero",
    "Tomo Arashi",
    "Dilnoza Karim",
    "Bashir el-Nouri",
)
CITIES = ("Geneva", "Baku", "Nairobi", "Quito", "Rabat", "Bangkok")
PICTURES = "/sites/g/files/tmzbdl416/files/inline-images/{}.png"
Fill = Callable[[str], str]
STAGING = "http://staging.invalid/node/{nid}"
"""A link that an editor copied from the staging site."""


@dataclass(frozen=True)
class Story:
    """What an article is about, the same in all its translations."""

    nid: int
    country: Place
    topic: int
    actors: int
    pattern: int
    """Index of the title pattern; 0 for statements."""

    day: date

    def slots(self, language: str) -> dict[str, object]:
        words = WORDS[language]
        return {
            "country": self.country.name(language),
            "topic": words.topics[self.topic],
            "other": words.topics[(self.topic + 3) % len(words.topics)],
            "actors": words.actors[self.actors],
            "year": self.day.year,
        }

    def title(self, language: str) -> str:
        title = WORDS[language].titles[self.pattern].format(**self.slots(language))
        return title[0].upper() + title[1:]


def paragraph(text: str) -> Block:
    return Block(f"<p>{escape(text, quote=False)}</p>", text)


def heading(text: str, level: int = 2) -> Block:
    return Block(f"<h{level}>{escape(text, quote=False)}</h{level}>", text)


def article(story: Story, language: str, dice: Dice, paragraphs: int = 3) -> list[Block]:
    """The body of ``story`` in ``language``: paragraphs, and now and then a list, a table, a quotation or a figure."""
    words, slots = WORDS[language], story.slots(language)

    def fill(pattern: str) -> str:
        return pattern.format(**slots, n=dice.number(12, 940), venue=dice.pick(words.venues), name=dice.pick(NAMES))

    queue = [fill(sentence) for sentence in dice.sample(words.sentences, len(words.sentences))]
    joint = "" if language == "zh-hant" else " "
    blocks: list[Block] = []
    if dice.chance(30):
        place = dice.pick(CITIES)
        line = words.dateline.format(place=place, day=story.day.day, month=story.day.month, topic=slots["topic"])
        blocks.append(paragraph(line))
    for index in range(paragraphs):
        chunk = [queue.pop() for _ in range(2 + dice.number(0, 1)) if queue]
        if index % 2:
            chunk.append(fill(dice.pick(words.quotes)))
        if chunk:
            blocks.append(paragraph(joint.join(chunk)))
    extras = dice.sample([_list, _nested, _table, _quotation, _links, _blank, _note, _figure], dice.number(1, 3))
    for extra in extras:
        blocks.extend(extra(story, words, dice, fill))
    if queue:
        blocks.append(paragraph(joint.join(queue[:2])))
    return blocks


def _list(story: Story, words: Words, dice: Dice, fill: Fill) -> list[Block]:
    points = dice.sample(words.points, 3)
    html = "<ul>\n" + "".join(f"<li>{escape(point)}</li>\n" for point in points) + "</ul>"
    return [heading(words.headings[dice.number(0, 4)]), Block(html, "\n".join(points))]


def _nested(story: Story, words: Words, dice: Dice, fill: Fill) -> list[Block]:
    one, two, three, four = (escape(point) for point in dice.sample(words.points, 4))
    html = f"<ol>\n<li>{one}\n<ul>\n<li>{two}</li>\n<li>{three}</li>\n</ul>\n</li>\n<li>{four}</li>\n</ol>"
    return [Block(html, "\n".join([one, two, three, four]))]


def _table(story: Story, words: Words, dice: Dice, fill: Fill) -> list[Block]:
    rows = [
        words.columns,
        *((name, str(dice.number(20, 900)), f"{dice.number(1, 28):02}/0{n + 2}/2021") for n, name in enumerate("ABC")),
    ]
    head = "".join(f"<th>{escape(cell)}</th>" for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows[1:])
    html = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"
    return [Block(html, "\n".join("\t".join(row) for row in rows))]


def _quotation(story: Story, words: Words, dice: Dice, fill: Fill) -> list[Block]:
    text = fill(dice.pick(words.quotes))
    return [Block(f"<blockquote><p>{escape(text, quote=False)}</p></blockquote>", text)]


def _links(story: Story, words: Words, dice: Dice, fill: Fill) -> list[Block]:
    text = fill(words.sentences[2])
    links = [
        f"/webform/{100 + story.nid % 7}/share",
        STAGING.format(nid=story.nid),
        "https://example.org/migration-notes",
    ]
    href = dice.pick(links)
    return [
        Block(f'<p>{escape(text, quote=False)} <a href="{href}">example.org</a></p>', f"{text} example.org"),
    ]


def _blank(story: Story, words: Words, dice: Dice, fill: Fill) -> list[Block]:
    """An empty paragraph and a line with odd spaces, as word processors leave them."""
    text = fill(words.sentences[1])
    return [Block("<p>&nbsp;</p>", ""), Block(f"<p>&nbsp;{escape(text, quote=False)}&nbsp; </p>", text)]


def _note(story: Story, words: Words, dice: Dice, fill: Fill) -> list[Block]:
    text = fill(words.sentences[5])
    return [Block(f"<p><strong>{escape(text, quote=False)}</strong><sup>1</sup></p>", f"{text} [1]")]


def _figure(story: Story, words: Words, dice: Dice, fill: Fill) -> list[Block]:
    caption, alt = fill(words.caption), escape(fill(words.alt))
    path = PICTURES.format(f"field-{story.nid % 5}")
    html = f'<figure role="group" class="align-left"><img src="{path}" alt="{alt}" width="320" height="180">'
    return [Block(f"{html}<figcaption>{escape(caption, quote=False)}</figcaption></figure>", caption)]


def body_text(blocks: list[Block]) -> str:
    """The text of a body as the item gives it: paragraphs parted by an empty line."""
    return "\n\n".join(block.text for block in blocks if block.text)


def body_html(blocks: list[Block]) -> str:
    return "\n".join(block.html for block in blocks)
