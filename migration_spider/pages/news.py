"""A news item: any node page with the portal's metadata block, or that the site calls news."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import chain, islice
from typing import Any

from migration_spider.items import Attachment, Entry, Image, NewsItem
from migration_spider.pages import attachments as files
from migration_spider.pages import metadata_block
from migration_spider.pages.base import Kind, Page
from migration_spider.pages.body import block_around, plain_text
from migration_spider.pages.chrome import label_count
from migration_spider.pages.class_words import SUMMARY
from migration_spider.pages.markup import inner_html, srcset
from migration_spider.pages.outline import HEADING_TAGS, Block, Line, local_name
from migration_spider.pages.outline_builder import build
from migration_spider.pages.parts import Part, parts, place_of
from migration_spider.pages.prose import is_prose
from migration_spider.pages.remembered import Remembered
from migration_spider.pages.roles import TEXT_ROLES, Reading
from migration_spider.pages.scope import container, lines_of
from migration_spider.pages.text import absolute, fold
from migration_spider.pages.titles import title_of

OF_LINES = ("body_text", "body_html", "summary", "attachments")
"""Fields of the item that are read from the roles of the lines."""

_HEADS = HEADING_TAGS | {"dt", "summary", "legend"}
_DESCRIPTIONS = frozenset(("description",)), frozenset(("og:description",))
_NUMERIC_DATE = re.compile(r"(?<![\d/.-])(\d{1,2})[/.-](\d{1,2})[/.-](?:19|20)\d\d(?!\d)")
_HAS_NUMERIC_DATE = Remembered(lambda text: _NUMERIC_DATE.search(text) is not None)
SENTENCE = 20
"""Letters of what is a sentence and no abbreviation."""

_SENTENCES = re.compile(r"(?<=[.!?…])\s+")
# Only as long as a picture that a person sees.
_PIXEL = re.compile(r"(?:pixel|spacer|blank|1x1)\.(?:gif|png)", re.IGNORECASE)


class NewsPage(Page):
    """Members are named like the fields of :class:`NewsItem` and say what the page prints."""

    kind: Kind = "news"

    template: AbstractSet[Part] = frozenset()
    """What other pages have shown to be no text of any, see `migration_spider.templates`; to be set before reading."""

    @cached_property
    def block(self) -> metadata_block.MetadataBlock:
        own = self._own_block
        return own if own.fields or self._beside is None else self._beside[1]

    @cached_property
    def _own_block(self) -> metadata_block.MetadataBlock:
        top = self.outline
        return metadata_block.MetadataBlock() if top is None else metadata_block.read(top, self.base_url)

    @cached_property
    def _beside(self) -> tuple[Block, metadata_block.MetadataBlock] | None:
        """A column beside the article with the whole metadata block, and the block; asked when the article has none."""
        for element in self._columns[:20]:
            if label_count(element) < 3:
                continue
            top = build(element, self.chrome, self.base_url)
            found = metadata_block.read(top, self.base_url)
            if found.is_of_one_item and not any(map(_is_linked, top.blocks())):
                return top, found
            top.let_go()
        return None

    @property
    def _columns(self) -> list[Any]:
        """Where themes put what goes with an article, and much that does not."""
        page = self.elements
        named = chain(page.having("class"), page.having("id"))
        return page.chosen(
            page.tagged("aside"),
            (element for element, role in page.having("role") if role == "complementary"),
            (element for element, words in named if "sidebar" in words),
        )

    @cached_property
    def metadata(self) -> list[Entry]:
        for entry in self.block.entries:
            for value in entry.values:
                if _HAS_NUMERIC_DATE[value.text]:
                    value.day_first = self._day_first
        return self.block.entries

    @cached_property
    def _day_first(self) -> bool | None:
        """Order of the numeric dates on the page, teasers and all: ``17/12/2021`` or ``12/17/2021`` tell it."""
        if self.root is None:
            return None
        text = " ".join(islice(self.root.itertext("p", "div", "span", "time", "td", "li", "dd", "a", "small"), 5000))
        orders = {int(first) > int(second) for first, second in _NUMERIC_DATE.findall(text) if _tells(first, second)}
        return orders.pop() if len(orders) == 1 else None

    @cached_property
    def title(self) -> str:
        return title_of(self)

    @cached_property
    def summary(self) -> str | None:
        """The lead that the page prints in a field of its own, else its description unless cut from the body."""
        lead = fold(" ".join(line.text for line in self._summary_lines))
        if lead:
            return lead
        description = self.meta(*_DESCRIPTIONS)
        if description is None or description in self.body_text:
            return None
        body = _letters(self.body_text)
        if _letters(description) in body:
            return None
        # All of the text, or much of it, without what parts its paragraphs.
        sentences = [letters for part in _SENTENCES.split(description) if len(letters := _letters(part)) > SENTENCE]
        known = sum(letters in body for letters in sentences)
        return None if len(sentences) > 2 and known > 0.6 * len(sentences) else description

    @cached_property
    def _summary_lines(self) -> list[Line]:
        for block in self.outline.blocks() if self.outline is not None else ():
            if SUMMARY[block.classes] and not any(line in self.block.lines for line in block.lines()):
                return [line for line in block.lines() if line.text and not _labels(line)]
        return []

    @cached_property
    def _read_alone(self) -> list[Line]:
        """The lines of the outline in page order, each with the role that this page alone tells."""
        top = self.outline
        if top is None:
            return []
        titles, summary = set(self._title_lines(top)), set(self._summary_lines)
        return Reading(top, self.article, self.base_url, self.block, titles, summary).lines

    @cached_property
    def _text_alone(self) -> list[Line]:
        return [line for line in self._read_alone if line.role in TEXT_ROLES]

    @cached_property
    def parts(self) -> dict[Part, list[Line]]:
        """The parts of the text that other pages may have, too, those of the template among them."""
        return parts(self._text_alone)

    @cached_property
    def left_out(self) -> frozenset[Part]:
        """Those of them that the template prints; none where these are all of the text: then it is the page's own."""
        found = frozenset(self.parts.keys() & self.template)
        is_all = sum(len(self.parts[part]) for part in found) == len(self._text_alone)
        return frozenset() if is_all else found

    @cached_property
    def alone(self) -> str:
        """The text as this page alone tells it."""
        return plain_text(self._text_alone)

    @cached_property
    def lines(self) -> list[Line]:
        """The lines of the outline in page order, each with its role."""
        lines = self._read_alone
        for part in self.template and self.left_out:
            for line in self.parts[part]:
                line.role, line.why = "chrome", "the same at this place of other pages: the template's"
        return lines

    @cached_property
    def text_lines(self) -> list[Line]:
        """The lines of the article's text."""
        return [line for line in self.lines if line.role in TEXT_ROLES]

    @cached_property
    def layout(self) -> dict[str, str]:
        """Where the page has its ``title``, and its ``text`` or the most of it: two elements each, see `parts`."""
        found = {part: place_of(line.parent, 2) for line in self.lines if (part := line.role) == "title"}
        sizes: Counter[Block] = Counter()
        for line in self.text_lines:
            sizes[container(line)] += len(line.text)
        if sizes:
            found["text"] = place_of(sizes.most_common(1)[0][0], 2)
        return found

    def _title_lines(self, top: Block) -> list[Line]:
        """The heading wherever it stands, and above the text the title, printed twice on many pages."""
        found = []
        above = True
        # Line of an h1 -> whether it is the heading.
        headed: dict[Line, bool] = {}
        for block in top.blocks():
            if block.tag == "h1":
                is_heading = block.element is self.heading
                headed.update((line, is_heading or headed.get(line, False)) for line in block.lines())
        for line in top.lines():
            above = above and (line.text == self.title or not is_prose(line))
            is_h1 = line in headed and not line.parent.in_body
            if headed.get(line) or (above and (is_h1 or line.text == self.title)):
                found.append(line)
        return found

    @cached_property
    def body_text(self) -> str:
        return plain_text(self.text_lines)

    @cached_property
    def body_html(self) -> str:
        """HTML of the body as the page has it, without what is no body, addresses absolute; not sanitised."""
        body = block_around(self.text_lines)
        if body is None:
            return ""
        without: set[Any] = set(self.chrome.left_out)
        texts: set[tuple[Any, bool]] = set(self.chrome.dropped_texts)
        pending = [body]
        while pending:
            for child in pending.pop().children:
                roles = {line.role for line in lines_of(child) if line.role}
                if roles <= TEXT_ROLES:
                    continue
                if isinstance(child, Line):
                    texts.update(piece.slot for piece in child.pieces if not piece.image)
                elif roles.isdisjoint(TEXT_ROLES):
                    without.add(child.element)
                else:
                    pending.append(child)
        without.update(filter(_is_control, body.element.iterdescendants("button")))
        return inner_html(body.element, self.base_url, without, texts)

    @cached_property
    def attachments(self) -> list[Attachment]:
        """Files of the item's file field; the metadata block and what stands outside the body count as such."""
        lines = [line for line in self.lines if line.role == "file" or line in self.block.lines]
        if self.block is not self._own_block and self._beside is not None:
            lines.extend(self._beside[0].lines())
        return files.attachments(lines, self.base_url)

    @cached_property
    def images(self) -> list[Image]:
        """Pictures of the article: no icons of the metadata block, no chrome."""
        around = self.article if self.article is not None else self.main
        if around is None:
            return []
        pictures = list(islice(around.iter("img"), 500))
        if not pictures:
            return []
        icons = {
            element for unit in self.block.units if isinstance(unit, Block) for element in unit.element.iter("img")
        }
        found: dict[str, Image] = {}
        shown: dict[Any, bool] = {around: True}
        for img in pictures:
            url = absolute(self.base_url, _source(img))
            if url is None or img in icons or _PIXEL.search(url) or not self._shows(img, shown):
                continue
            found.setdefault(url, Image(url=url, alt=fold(img.get("alt")) or None))
        return list(found.values())

    def _shows(self, element: Any, shown: dict[Any, bool]) -> bool:
        """Whether neither ``element`` nor an element around it is chrome; ``shown`` keeps what is known."""
        chain = []
        while element is not None and element not in shown:
            chain.append(element)
            element = element.getparent()
        answer = True if element is None else shown[element]
        for one in reversed(chain):
            tag = one.tag if isinstance(one.tag, str) else ""
            answer = answer and not self.chrome.why_hidden(one, tag)
            shown[one] = answer
        return answer

    @cached_property
    def translations(self) -> dict[str, str]:
        """BCP 47 language -> absolute URL of the other translations that exist."""
        primary = self.language.split("-")[0]
        return {
            language: url
            for language, url in self.alternates.items()
            if language != self.language
            and url != self.canonical_url
            and (language.split("-")[0] != primary or "-" in language)
        }

    @cached_property
    def printed(self) -> NewsItem:
        """The as-printed half of the record; the pipelines fill the rest."""
        return NewsItem(
            url=self.url,
            node_id=self.node_id,
            canonical_url=self.canonical_url,
            language=self.language,
            is_fallback=self.is_fallback,
            translations=self.translations,
            title=self.title,
            summary=self.summary,
            body_text=self.body_text,
            body_html=self.body_html,
            metadata=self.metadata,
            attachments=self.attachments,
            images=self.images,
            problems=["page-cut"] if self.is_cut else [],
        )

    def to_item(self) -> NewsItem:
        """What is `printed`, for the caller to change. The page forgets what it read."""
        item = self.printed
        self.forget()
        return item


def _source(img: Any) -> str | None:
    """The address of a picture; that of one that a script loads when it comes into sight stands elsewhere."""
    address = img.get("src") or ""
    if not address or address.startswith("data:"):
        address = img.get("data-src") or next((url for url, _ in srcset(img.get("srcset"))), "")
    return address or None


def _is_linked(block: Block) -> bool:
    """Whether ``block`` is a heading that is a link, as above a teaser of another page."""
    pieces = [piece for line in block.lines() for piece in line.pieces] if block.tag in HEADING_TAGS else []
    return bool(pieces) and all(piece.link is not None for piece in pieces if piece.text.strip())


def _is_control(element: Any) -> bool:
    """Whether a button is none of the text: one in a heading is, as in the outline."""
    return not any(local_name(around) in _HEADS for around in islice(element.iterancestors(), 3))


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text)


def _labels(line: Line) -> bool:
    return "label" in line.parent.classes or line.parent.tag in HEADING_TAGS


def _tells(first: str, second: str) -> bool:
    """Whether only one of two numbers can be a month."""
    return (int(first) > 12) != (int(second) > 12)
