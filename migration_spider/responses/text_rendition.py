"""Reads a page of which only the text exists: a saved text, or a ``conversion`` record of a WET file.

It searches line by line for the same labels as on HTML pages. Links, files, images, the ``datetime`` of a date and the
boundaries of values are not in the text.
"""

from __future__ import annotations

from functools import cached_property

from migration_spider.items import Entry, NewsItem, Value
from migration_spider.pages.cells import label_of
from migration_spider.pages.nodes import node_of
from migration_spider.pages.words import is_phrase
from migration_spider.text import fold, language_of
from migration_spider.vocabularies import is_kosovo_footnote, label_kind

LONGEST_VALUE = 160
"""Characters; a longer line is running text, which ends the metadata block."""

HEAD_LINES = 80
"""Lines in which the title is searched: some renditions begin with the site's menus."""


class TextPage:
    """Members are named like the fields of :class:`NewsItem` and contain the values as printed in the text."""

    def __init__(self, url: str, text: str) -> None:
        self.url = url
        lines = [fold(line) for line in text.splitlines()]
        self.lines = ["" if is_kosovo_footnote(line) or is_phrase(line) else line for line in lines]

    @property
    def is_news(self) -> bool:
        """Whether the labels are those of the portal's news and resources, and of no other kind of page."""
        kinds = {label_kind(entry.label) for entry in self.metadata}
        fields = {entry.field_name for entry in self.metadata} - {None}
        return len(fields) >= 3 and not kinds & {"event", "practice", "pledge", "discussion"}

    @cached_property
    def _block(self) -> int:
        """Index of the first line of the metadata block; the number of lines when there is none."""
        begin = len(self.lines)
        for number in range(len(self.lines) - 1, -1, -1):
            line = self.lines[number]
            if len(line) > LONGEST_VALUE:
                break
            if label_of(line) is not None:
                begin = number
        return begin

    @cached_property
    def metadata(self) -> list[Entry]:
        """The lines from the first label on; a line that is no label is a value of the label above it."""
        found: list[Entry] = []
        for line in filter(None, self.lines[self._block :]):
            label, colon, rest = line.partition(":")
            if label_of(line) is not None:
                found.append(Entry(label=line.rstrip(": ")))
            elif colon and label_of(label) is not None:
                found.append(Entry(label=label, values=[Value(text=rest.strip())]))
            else:
                found[-1].values.append(Value(text=line))
        return found

    @cached_property
    def _title(self) -> tuple[str, int]:
        """The title and the index of the line after it; pages print it twice, with section words before or between."""
        head = [line for line in self.lines[: min(HEAD_LINES, self._block)] if line]
        title = next((line for number, line in enumerate(head) if line in head[number + 1 :]), next(iter(head), ""))
        last = max((n for n, line in enumerate(self.lines[:HEAD_LINES]) if line == title), default=-1)
        return title, last + 1

    @property
    def title(self) -> str:
        return self._title[0]

    @property
    def body_text(self) -> str:
        """The paragraphs between title and metadata block, separated by empty lines."""
        paragraphs: list[list[str]] = [[]]
        for line in self.lines[self._title[1] : self._block]:
            if line:
                paragraphs[-1].append(line)
            elif paragraphs[-1]:
                paragraphs.append([])
        return "\n\n".join("\n".join(paragraph) for paragraph in paragraphs if paragraph)

    def to_item(self) -> NewsItem:
        """Return the as-printed half of the item; problem codes name what is missing in the text."""
        return NewsItem(
            url=self.url,
            node_id=node_of(self.url),
            language=language_of(self.url),
            title=self.title,
            body_text=self.body_text,
            metadata=self.metadata,
            problems=["text-rendition", *(f"value-lost:{name}" for name in self._fields_without_value)],
        )

    @property
    def _fields_without_value(self) -> list[str]:
        """Item fields whose labels have no value: icons and ``<time>`` leave no text."""
        printed: dict[str, bool] = {}
        for entry in self.metadata:
            name = entry.field_name
            if name is not None:
                printed[name] = printed.get(name, False) or bool(entry.values)
        return [name for name, has_values in printed.items() if not has_values]
