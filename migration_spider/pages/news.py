"""A news item: any node page with the portal's metadata block, or of a content type for news."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import islice
from typing import Any

from migration_spider.items import Attachment, Entry, Image, NewsItem
from migration_spider.pages import links, metadata_block
from migration_spider.pages.base import Kind, Page
from migration_spider.pages.body import block_around, inner_html, pictures, plain_text
from migration_spider.pages.metadata_block import MetadataBlock, block_beside
from migration_spider.pages.outline import FOLDS, Block, Line, local_name
from migration_spider.pages.parts import Part, parts, place_of
from migration_spider.pages.prose import container
from migration_spider.pages.roles import TEXT_ROLES, Reading
from migration_spider.pages.titles import DESCRIPTIONS, is_of_body, lead_above, summary_lines, title_lines, title_of
from migration_spider.text import Remembered, fold

OF_LINES = ("body_text", "body_html", "summary", "attachments")
"""Fields of the item that are read from the roles of the lines."""

_NUMERIC_DATE = re.compile(r"(?<![\d/.-])(\d{1,2})[/.-](\d{1,2})[/.-](?:19|20)\d\d(?!\d)")

_HAS_NUMERIC_DATE = Remembered(lambda text: _NUMERIC_DATE.search(text) is not None)


class NewsPage(Page):
    """Members are named like the fields of :class:`NewsItem` and contain the values as printed on the page."""

    kind: Kind = "news"

    template: AbstractSet[Part] = frozenset()
    """Parts that belong to the template by other pages, see `migration_spider.templates`; set before reading."""

    @cached_property
    def block(self) -> MetadataBlock:
        own = self._own_block
        return own if own.fields or self._beside is None else self._beside[1]

    @cached_property
    def _own_block(self) -> MetadataBlock:
        top = self.outline
        return MetadataBlock() if top is None else metadata_block.read(top, self.base_url)

    @cached_property
    def _beside(self) -> tuple[Block, MetadataBlock] | None:
        """The outline of a column beside the article, and the block in it; used if the article has none."""
        return block_beside(self.elements, self.chrome, self.base_url)

    @cached_property
    def metadata(self) -> list[Entry]:
        for entry in self.block.entries:
            for value in entry.values:
                if _HAS_NUMERIC_DATE[value.text]:
                    value.day_first = self._day_first
        return self.block.entries

    @cached_property
    def _day_first(self) -> bool | None:
        return None if self.root is None else _day_first(self.root)

    @cached_property
    def title(self) -> str:
        return title_of(self)

    @cached_property
    def summary(self) -> str | None:
        """The lead that the page prints in a separate field, else its description unless cut from the body."""
        lead = fold(" ".join(line.text for line in self._summary_lines)) or lead_above(self)
        description = None if lead else self.meta(*DESCRIPTIONS)
        if description is None:
            return lead or None
        return None if is_of_body(description, self.body_text) else description

    @cached_property
    def _summary_lines(self) -> list[Line]:
        return [] if self.outline is None else summary_lines(self.outline, self.block.lines)

    @cached_property
    def _read_alone(self) -> list[Line]:
        """The lines of the outline in page order, each with its role by this page alone."""
        top = self.outline
        if top is None:
            return []
        titles, summary = set(title_lines(top, self.title, self.heading)), set(self._summary_lines)
        return Reading(top, self.article, self.base_url, self.block, titles, summary).lines

    @cached_property
    def _text_alone(self) -> list[Line]:
        return [line for line in self._read_alone if line.role in TEXT_ROLES]

    @cached_property
    def parts(self) -> dict[Part, list[Line]]:
        """The parts of the text that other pages may have, too, including those of the template."""
        return parts(self._text_alone)

    @cached_property
    def left_out(self) -> frozenset[Part]:
        """Those of `parts` that the template prints; none if they are the complete text: then it is the page's own."""
        found = frozenset(self.parts.keys() & self.template)
        is_all = sum(len(self.parts[part]) for part in found) == len(self._text_alone)
        return frozenset() if is_all else found

    @cached_property
    def alone(self) -> str:
        """The text by this page alone."""
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
        """Place of the ``title``, and of the ``text`` or most of it: two elements each, see `parts`."""
        found = {part: place_of(line.parent, 2) for line in self.lines if (part := line.role) == "title"}
        sizes: Counter[Block] = Counter()
        for line in self.text_lines:
            sizes[container(line)] += len(line.text)
        if sizes:
            found["text"] = place_of(sizes.most_common(1)[0][0], 2)
        return found

    @cached_property
    def body_text(self) -> str:
        return plain_text(self.text_lines)

    @cached_property
    def body_html(self) -> str:
        """HTML of the body without lines that are no text, with absolute addresses; not sanitised."""
        body = block_around(self.text_lines)
        if body is None:
            return ""
        without: set[Any] = set(self.chrome.left_out)
        texts: set[tuple[Any, bool]] = set(self.chrome.dropped_texts)
        pending = [body]
        while pending:
            for child in pending.pop().children:
                roles = {line.role for line in child.lines() if line.role}
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
        """Files of the item's file field; links in the metadata block and outside the body count as such."""
        lines = [line for line in self.lines if line.role == "file" or line in self.block.lines]
        if self.block is not self._own_block and self._beside is not None:
            lines.extend(self._beside[0].lines())
        return links.attachments(lines, self.base_url)

    @cached_property
    def images(self) -> list[Image]:
        """Pictures of the article: no icons of the metadata block, no chrome."""
        around = self.article if self.article is not None else self.main
        return [] if around is None else pictures(around, self.block, self.chrome, self.base_url)

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
        """Return `printed`, for the caller to change, and drop all cached values of the page."""
        item = self.printed
        self.forget()
        return item


def _is_control(element: Any) -> bool:
    """Whether a button is no text; in a heading it is text, as in the outline."""
    return not any(local_name(around) in FOLDS for around in islice(element.iterancestors(), 3))


def _day_first(root: Any) -> bool | None:
    """Whether all numeric dates of the page, in teasers too, have the day before the month; None if none shows it.

    ``17/12/2021`` and ``12/17/2021`` show it.
    """
    text = " ".join(islice(root.itertext("p", "div", "span", "time", "td", "li", "dd", "a", "small"), 5000))
    orders = {int(first) > int(second) for first, second in _NUMERIC_DATE.findall(text) if _shows_order(first, second)}
    return orders.pop() if len(orders) == 1 else None


def _shows_order(first: str, second: str) -> bool:
    """Whether only one of two numbers can be a month."""
    return (int(first) > 12) != (int(second) > 12)
