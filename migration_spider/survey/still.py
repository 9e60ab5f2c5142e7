"""Makes a sample page: an archived page in one file, as it looked, with the fields marked; it runs and loads nothing.

Scripts, frames, targets of forms, and addresses are removed, and a content security policy in the head of the file
blocks anything that was overlooked. Style sheets and small pictures are embedded from the archive as ``data:``
addresses, up to a limit.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from lxml import etree

from archive import ArchiveError
from migration_spider.explained import ExplainedLine
from migration_spider.pages.base import Page
from migration_spider.pages.outline import local_name
from migration_spider.pages.places import Place
from migration_spider.responses.requisites import with_addresses
from migration_spider.survey.answers import Answers
from migration_spider.survey.still_marks import (
    MARKS,
    OURS,
    ROLE_MARKS,
    add_switch,
    element_of,
    mark,
    mark_role,
    style_of,
)
from migration_spider.text import absolute, word_set

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline' data:; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)
"""Content Security Policy of the file, which contains everything that it shows."""

MAX_FILE = 2_000_000
"""Bytes of style sheets and pictures in one page, as ``data:`` addresses."""

MAX_PICTURE = 200_000
"""Bytes of one picture or font; larger ones are left out."""

MAX_SHEET = 600_000
"""Bytes of one style sheet."""

MAX_IN_SHEET = 600_000
"""Bytes of the files that one style sheet imports and shows."""

DEEPEST = 4
"""Levels of imports of style sheets, as in the crawl."""

_ACTING = word_set(
    "script noscript template iframe frame frameset noframes noembed object embed applet base meta link portal "
    "fencedframe plaintext xmp listing audio video track source param animate animatetransform animatemotion set "
    "handler listener"
)
_ADDRESSES = word_set(
    "href src srcset data-src data-srcset action formaction data poster background ping cite longdesc srcdoc manifest "
    "code codebase archive classid usemap profile dynsrc lowsrc imagesrcset xlink:href to from values by target"
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_ATTRIBUTE = re.compile(r"[A-Za-z_:][\w:.-]*")
_SHOWN = re.compile(
    r"(?:image/(?!x-)[\w.+-]+|image/x-icon|font/[\w.+-]+|application/(?:x-)?font-[\w-]+|application/vnd\.ms-fontobject)"
)
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
          "svg": "image/svg+xml", "ico": "image/x-icon", "woff": "font/woff", "woff2": "font/woff2"}  # fmt: skip
NOTHING = "data:,"
"""Address of an empty file."""


class Stills:
    """Makes the files of the sample pages of a run; shared style sheets are read once."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._sheets: dict[str, str] = {}
        self._pictures: dict[str, str] = {}

    def still(self, page: Page, marked: Iterable[tuple[int, Place]], lines: Sequence[ExplainedLine] = ()) -> str:
        """Return the HTML of the file. This changes ``page``, which must not be read afterwards.

        Args:
            marked: Places with their numbers, from 1.
            lines: The printed lines of the page, with the roles that a switch shows.
        """
        root = page.root
        for element in root.iter():
            for name in [name for name, value in element.attrib.items() if OURS.match(f"{name}={value}")]:
                del element.attrib[name]
        by_slot = {slot: line for line in lines for slot in line.slots}
        for number, place in marked:
            mark(number, place, by_slot)
        for line in lines:
            mark_role(line, by_slot)
        budget = _Budget()
        styles = self._styles(page, root, budget)
        self._cleaned(page, root, budget)
        head = _head_of(root)
        for position, element in enumerate(
            (
                element_of("meta", charset="utf-8"),
                element_of("meta", **{"http-equiv": "Content-Security-Policy", "content": POLICY}),
                element_of("meta", name="viewport", content="width=device-width, initial-scale=1"),
                element_of("meta", name="referrer", content="no-referrer"),
            )
        ):
            head.insert(position, element)
        for style in (*styles, style_of(MARKS), style_of(ROLE_MARKS)):
            head.append(style)
        if lines and (body := root.find("body")) is not None:
            add_switch(body, {line.role for line in lines})
        return str(etree.tostring(root, encoding="unicode", method="html", doctype="<!doctype html>"))

    def _styles(self, page: Page, root: Any, budget: _Budget) -> list[Any]:
        """The style sheets of the page, in page order, as elements for the head."""
        styles = []
        for element in list(root.iter("link", "style")):
            media = element.get("media")
            if local_name(element) == "style":
                text = self._sheet_text(page.base_url, element.text or "", DEEPEST)
                _drop(element)
            else:
                relations = (element.get("rel") or "").lower().split()
                url = absolute(page.base_url, element.get("href"))
                if "stylesheet" not in relations or "alternate" in relations or url is None:
                    continue
                text = self._sheet(url.partition("#")[0], DEEPEST)
                # A style sheet that a script switches on when it is loaded: media="print" onload="this.media='all'".
                if "onload" in element.attrib:
                    media = None
            if text and budget.take(len(text)):
                styles.append(style_of(text, media))
        return styles

    def _sheet(self, url: str, depth: int) -> str:
        """The text of an archived style sheet with embedded files; empty if it is not archived."""
        if url not in self._sheets:
            self._sheets[url] = ""  # in case that it imports itself
            answer = self._answers.get(url)
            if answer is not None and answer.status == 200:
                try:
                    response = answer.response()
                    text = getattr(response, "text", None) or response.body.decode("utf-8", "replace")
                except (ArchiveError, ValueError):
                    return ""
                self._sheets[url] = self._sheet_text(answer.url, text[:MAX_SHEET], depth)
        return self._sheets[url]

    def _sheet_text(self, url: str, text: str, depth: int) -> str:
        return with_addresses(url, text, self._within(_Budget(MAX_IN_SHEET), depth - 1))

    def _within(self, budget: _Budget, depth: int = DEEPEST) -> Callable[[str], str]:
        """Return a function: address -> ``data:`` address, within ``budget``, as a picture may be used very often."""

        def data(url: str) -> str:
            address = self._data(url, depth)
            return address if budget.take(len(address)) else NOTHING

        return data

    def _data(self, url: str, depth: int = DEEPEST) -> str:
        """The ``data:`` address of the picture, font or style sheet that is archived at ``url``, or `NOTHING`."""
        answer = self._answers.get(url)
        if answer is None or answer.status != 200:
            return NOTHING
        media_type = answer.media_type
        if media_type == "text/css":
            text = self._sheet(url, depth) if depth > 0 else ""
            return _data_address("text/css;charset=utf-8", text.encode("utf-8", "replace")) if text else NOTHING
        if not _SHOWN.fullmatch(media_type):
            media_type = _TYPES.get(url.partition("?")[0].rpartition(".")[2].lower(), "")
        if not media_type:
            return NOTHING
        if url not in self._pictures:
            try:
                body = answer.body()
            except ArchiveError:
                body = b""
            is_small = 0 < len(body) <= MAX_PICTURE
            self._pictures[url] = _data_address(media_type, body) if is_small else NOTHING
        return self._pictures[url]

    def _cleaned(self, page: Page, root: Any, budget: _Budget) -> None:
        for element in list(root.iter()):
            name = local_name(element)
            if element is not root and (not _NAME.fullmatch(name) or name in _ACTING):
                _drop(element)
                continue
            picture = ""
            if name in ("img", "input", "image"):
                source = element.get("src") or ""
                if not source or source.startswith("data:"):
                    names = ("data-src", "href", "xlink:href")
                    source = next(filter(None, map(element.get, names)), source)
                if source.startswith("data:image/"):
                    picture = source
                elif url := absolute(page.base_url, source):
                    picture = self._data(url.partition("#")[0])
                if picture == NOTHING or not budget.take(len(picture)):
                    picture = ""
            self._attributes(page, element, name, budget)
            if picture:
                element.set("href" if name == "image" else "src", picture)

    def _attributes(self, page: Page, element: Any, name: str, budget: _Budget) -> None:
        for full, value in list(element.attrib.items()):
            attribute = full.rpartition("}")[2].rpartition(":")[2].lower()
            is_fragment = attribute == "href" and value.startswith("#") and name in ("use", "textpath", "mpath")
            if attribute.startswith("on") or not _ATTRIBUTE.fullmatch(full):
                del element.attrib[full]
            elif (attribute in _ADDRESSES and not is_fragment) or attribute in ("autofocus", "http-equiv", "nonce"):
                del element.attrib[full]
                if name in ("a", "area") and attribute == "href":
                    element.set("href", "#")  # still looks like a link, but has no target
            elif attribute == "style" and "url(" in value.lower():
                element.set(full, with_addresses(page.base_url, value, self._within(budget)))
            elif re.match(r"[\s\x00-\x1f]*(?:java|vb)script:", value, re.IGNORECASE):
                del element.attrib[full]


class _Budget:
    """The number of bytes that may still be added to a file."""

    def __init__(self, left: int = MAX_FILE) -> None:
        self.left = left

    def take(self, size: int) -> bool:
        """Use ``size`` bytes; return False if there are not so many left."""
        if size > self.left:
            return False
        self.left -= size
        return True


def _head_of(root: Any) -> Any:
    head = root.find("head")
    if head is None:
        head = element_of("head")
        root.insert(0, head)
    return head


def _drop(element: Any) -> None:
    """Remove ``element`` with its content; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _data_address(media_type: str, data: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"
