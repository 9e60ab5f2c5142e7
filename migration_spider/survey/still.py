"""A page as it looked when it was archived, in one file that does nothing and loads nothing, with places marked.

What acts is taken out (scripts, frames, forms' targets, addresses), and a policy in the file's own head says the same
to the browser: nothing from elsewhere, no script whatever was overlooked. Style sheets and small pictures are put in as
``data:`` addresses, out of the archive, up to a bound.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from lxml import etree

from archive import ArchiveError
from migration_spider.explained import Told
from migration_spider.pages.base import Page
from migration_spider.pages.outline import local_name
from migration_spider.pages.places import Place, Slot
from migration_spider.pages.requisites import with_addresses
from migration_spider.pages.text import absolute, word_set
from migration_spider.survey.answers import Answers

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline' data:; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)
"""Content Security Policy of the file: what it shows is in it."""

MAX_FILE = 2_000_000
"""Bytes of style sheets and pictures in one page, as ``data:`` addresses."""

MAX_PICTURE = 200_000
"""Bytes of one picture or font; larger ones leave their place empty."""

MAX_SHEET = 600_000
"""Bytes of one style sheet."""

MAX_IN_SHEET = 600_000
"""Bytes of what one style sheet imports and shows."""

DEEPEST = 4
"""How deep style sheets may import one another, as in the crawl."""

_ACTING = word_set(
    "script noscript template iframe frame frameset noframes noembed object embed applet base meta link portal "
    "fencedframe plaintext xmp listing audio video track source param animate animatetransform animatemotion set "
    "handler listener"
)
_ADDRESSES = word_set(
    "href src srcset data-src data-srcset action formaction data poster background ping cite longdesc srcdoc manifest "
    "code codebase archive classid usemap profile dynsrc lowsrc imagesrcset xlink:href to from values by target"
)
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that a page can have and lxml does not write."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_ATTRIBUTE = re.compile(r"[A-Za-z_:][\w:.-]*")
_OURS = re.compile(r"data-survey|id=survey-(?:\d|roles)")
"""What only our marks may say."""
_SHOWN = re.compile(
    r"(?:image/(?!x-)[\w.+-]+|image/x-icon|font/[\w.+-]+|application/(?:x-)?font-[\w-]+|application/vnd\.ms-fontobject)"
)
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
          "svg": "image/svg+xml", "ico": "image/x-icon", "woff": "font/woff", "woff2": "font/woff2"}  # fmt: skip
NOTHING = "data:,"
"""Address of nothing."""

COLOURS = ("#ffe08a", "#a8e0ff", "#b9f0b4", "#ffc4c4", "#dcc7ff", "#ffcf9e", "#9fe8dc", "#e3e39a", "#e6eaee")
"""Backgrounds of marked places, by number, the last one of the text; text on them is dark, in whatever scheme."""

_MARKS = "".join(f'[data-survey-colour="{n}"]{{--survey:{shade}}}' for n, shade in enumerate(COLOURS)) + (
    "[data-survey]{background:var(--survey)!important;color:#14181b!important;"
    "-webkit-text-fill-color:#14181b!important;box-shadow:0 0 0 2px var(--survey)!important;"
    "scroll-margin:6rem;-webkit-box-decoration-break:clone;box-decoration-break:clone}"
    "[data-survey-box]{outline:4px solid var(--survey)!important;outline-offset:2px;scroll-margin:6rem}"
    "b[data-survey-number]{all:unset;display:inline-block;margin:0;margin-inline-end:.35em;"
    "padding:0 .45em;border-radius:1em;background:#14181b;color:#fff;-webkit-text-fill-color:#fff;"
    "font:700 12px/1.5 system-ui,sans-serif;letter-spacing:0;text-transform:none;vertical-align:baseline}"
    "[data-survey]:target,[data-survey-box]:target{outline:3px solid #14181b!important;outline-offset:3px}"
)


_TAG = (
    "all:unset;display:inline-block;margin-inline-end:.4em;padding:0 .4em;border-radius:.3em;background:#14181b;"
    "color:#fff;-webkit-text-fill-color:#fff;font:600 11px/1.5 system-ui,sans-serif;letter-spacing:0;"
    "text-transform:none;text-indent:0;vertical-align:baseline"
)
_BAR = (
    "all:unset;position:fixed;z-index:2147483647;inset-block-end:.5rem;inset-inline:.5rem;display:flex;flex-wrap:wrap;"
    "gap:.3em;align-items:center;inline-size:fit-content;max-inline-size:calc(100% - 1rem);box-sizing:border-box;"
    "padding:.4em .5em;border-radius:1em;box-shadow:0 0 0 1px #7a848c;background:#14181b;color:#fff;direction:ltr;"
    "font:13px/1.4 system-ui,sans-serif;letter-spacing:0"
)

ROLES = {
    "title": "#ffd54a", "lead": "#9be7ff", "text": "#b9f0b4", "heading": "#7fdca4", "caption": "#d9f7a6",
    "label": "#dcc7ff", "value": "#c6b8ff", "file": "#ffc4e1", "note": "#ffcf9e", "date": "#ffb3a7",
    "chrome": "#d5dadf",
}  # fmt: skip
"""Role of a line -> background where all lines are coloured by role; text on them is dark."""

SWITCH = "survey-roles"
"""Id of the switch that does so."""


def _on(marked: str, rules: str) -> str:
    """A rule for what is ``marked``, an attribute, while the switch is on; it stands before all of the page."""
    on = f"#{SWITCH}:checked~"
    name, _, pseudo = marked.partition("::")
    after = f"::{pseudo}" if pseudo else ""
    return f"{on}[{name}]{after},{on}* [{name}]{after}{{{rules}}}"


_ROLES = (
    "".join(_on(f'data-survey-role="{role}"', f"--survey:{shade}") for role, shade in ROLES.items())
    + _on(
        "data-survey-role",
        "background:var(--survey)!important;color:#14181b!important;-webkit-text-fill-color:#14181b!important;"
        "box-shadow:0 0 0 2px var(--survey)!important;-webkit-box-decoration-break:clone;box-decoration-break:clone",
    )
    + _on('data-survey-role="chrome"', "color:#4b545c!important;-webkit-text-fill-color:#4b545c!important")
    + _on("data-survey-line::before", f"{_TAG};content:attr(data-survey-role)")
    # A finger cannot point at a text to see its title.
    + "@media (hover:none){"
    + _on("data-survey-line::before", 'content:attr(data-survey-role) ": " attr(data-survey-why)')
    + "}"
    + _on(
        "data-survey-out",
        "filter:grayscale(1)!important;opacity:.55!important;outline:2px dashed #7a848c!important;outline-offset:-2px",
    )
    + _on("data-survey-out::before", f'{_TAG};content:"chrome: " attr(data-survey-out)')
    + f"#{SWITCH}{{all:unset;position:fixed;inset-block-end:0;inset-inline-start:0;inline-size:1px;block-size:1px}}"
    f"[data-survey-bar]{{{_BAR}}}:root{{padding-block-end:4rem!important}}"
    "[data-survey-bar]>label{all:unset;cursor:pointer;padding:.35em .7em;border-radius:1em;background:#fff;"
    "color:#14181b;font-weight:700}"
    f"#{SWITCH}:focus-visible~[data-survey-bar]>label{{outline:3px solid #ffd54a;outline-offset:2px}}"
    "[data-survey-bar] b{all:unset}"
    "[data-survey-bar]>i{all:unset;display:none;padding:.1em .5em;border-radius:.3em;color:#14181b}"
    f"#{SWITCH}:checked~[data-survey-bar]>i{{display:inline-block}}"
    f"#{SWITCH}:checked~[data-survey-bar] b:first-child,#{SWITCH}:not(:checked)~[data-survey-bar] b+b{{display:none}}"
    + "".join(f'[data-survey-of="{role}"]{{background:{shade}!important}}' for role, shade in ROLES.items())
)


def colour(number: int, field: str) -> int:
    """Which of `COLOURS` a place has."""
    last = len(COLOURS) - 1
    return last if field == "body_text" else (number - 1) % last


def anchor(number: int) -> str:
    """Name of the first place with this number in the page."""
    return f"survey-{number}"


class Stills:
    """Makes the files of one run's sample pages; style sheets that they share are read once."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._sheets: dict[str, str] = {}
        self._pictures: dict[str, str] = {}

    def still(self, page: Page, marked: Iterable[tuple[int, Place]], told: Sequence[Told] = ()) -> str:
        """HTML of the file. ``page`` is taken apart: read it before.

        Args:
            marked: places with their numbers, from 1.
            told: what the page prints, with the roles that a switch shows.
        """
        root = page.root
        for element in root.iter():
            for name in [name for name, value in element.attrib.items() if _OURS.match(f"{name}={value}")]:
                del element.attrib[name]
        by_slot = {slot: one for one in told for slot in one.slots}
        for number, place in marked:
            _mark(number, place, by_slot)
        for one in told:
            _tell(one, by_slot)
        budget = _Budget()
        styles = self._styles(page, root, budget)
        self._cleaned(page, root, budget)
        head = _head_of(root)
        for position, element in enumerate(
            (
                _element("meta", charset="utf-8"),
                _element("meta", **{"http-equiv": "Content-Security-Policy", "content": POLICY}),
                _element("meta", name="viewport", content="width=device-width, initial-scale=1"),
                _element("meta", name="referrer", content="no-referrer"),
            )
        ):
            head.insert(position, element)
        for style in (*styles, _style(_MARKS), _style(_ROLES)):
            head.append(style)
        if told and (body := root.find("body")) is not None:
            _switch(body, {one.role for one in told})
        return str(etree.tostring(root, encoding="unicode", method="html", doctype="<!doctype html>"))

    def _styles(self, page: Page, root: Any, budget: _Budget) -> list[Any]:
        """The style sheets of the page, in page order, as elements to be put into the head."""
        found = []
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
                # Sheets that a script switches on when it has loaded: media="print" onload="this.media='all'".
                if "onload" in element.attrib:
                    media = None
            if text and budget.take(len(text)):
                found.append(_style(text, media))
        return found

    def _sheet(self, url: str, depth: int) -> str:
        """The text of an archived style sheet, all that it needs in it; empty when it is not there."""
        if url not in self._sheets:
            self._sheets[url] = ""  # for one that imports itself
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
        """Address -> ``data:`` address, as long as there is place: the same picture may be named thousands of times."""

        def data(url: str) -> str:
            found = self._data(url, depth)
            return found if budget.take(len(found)) else NOTHING

        return data

    def _data(self, url: str, depth: int = DEEPEST) -> str:
        """A ``data:`` address of what is archived at ``url``: a picture, a font, a style sheet; or of nothing."""
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
                    element.set("href", "#")  # looks like a link still, and leads nowhere
            elif attribute == "style" and "url(" in value.lower():
                element.set(full, with_addresses(page.base_url, value, self._within(budget)))
            elif re.match(r"[\s\x00-\x1f]*(?:java|vb)script:", value, re.IGNORECASE):
                del element.attrib[full]


class _Budget:
    """How many more bytes a file may get."""

    def __init__(self, left: int = MAX_FILE) -> None:
        self.left = left

    def take(self, size: int) -> bool:
        """Whether there is place for ``size`` bytes, which are then used up."""
        if size > self.left:
            return False
        self.left -= size
        return True


def _mark(number: int, place: Place, by_slot: dict[Slot, Told]) -> None:
    """Mark a field's texts and pictures with its number; ``by_slot`` loses the texts that are marked."""
    shade = str(colour(number, place.field))
    is_first = True
    for slot in place.texts:
        span = _wrapped(slot, {"data-survey": str(number), "data-survey-colour": shade}, by_slot.pop(slot, None))
        if span is None:
            continue
        if is_first:
            span.set("id", anchor(number))
            badge = _badge(number)
            badge.tail, span.text = span.text, None
            span.append(badge)
        is_first = False
    for element in place.elements:
        if not isinstance(element.tag, str):
            continue
        element.set("data-survey-box", str(number))
        element.set("data-survey-colour", shade)
        if is_first:
            element.set("id", anchor(number))
            if (parent := element.getparent()) is not None:
                parent.insert(parent.index(element), _badge(number))
        is_first = False


def _tell(told: Told, by_slot: dict[Slot, Told]) -> None:
    """Put role and evidence at what no field has marked."""
    if told.element is not None:
        attributes = _said(told) if told.role != "chrome" else {"data-survey-out": told.why, **_title(told)}
        told.element.attrib.update(attributes)
    for slot in told.slots:
        if slot in by_slot:
            _wrapped(slot, {}, told)


def _wrapped(slot: Slot, attributes: dict[str, str], told: Told | None) -> Any:
    """A span around the text at ``slot``, in the tree; None when there is no text."""
    element, is_tail = slot
    text = element.tail if is_tail else element.text
    text = _UNWRITABLE.sub("", text or "")
    if not text.strip():
        return None
    span = _element("span", **attributes)
    if told is not None:
        span.attrib.update(_said(told))
        if slot == told.slots[0]:
            span.set("data-survey-line", "")
    span.text = text.strip()
    before, _, span.tail = text.partition(span.text)
    if is_tail:
        parent = element.getparent()
        element.tail = before
        parent.insert(parent.index(element) + 1, span)
    else:
        element.text = before
        element.insert(0, span)
    return span


def _said(told: Told) -> dict[str, str]:
    return {"data-survey-role": told.role, "data-survey-why": told.why, **_title(told)}


def _title(told: Told) -> dict[str, str]:
    """For a pointer and for a screen reader."""
    words = f"{told.role}: {told.why}"
    return {"title": words, "aria-description": words}


def _switch(body: Any, roles: set[str]) -> None:
    """Put the switch at the beginning of the page and the legend of ``roles`` at its end."""
    body.insert(0, _element("input", type="checkbox", id=SWITCH))
    body[0].tail, body.text = body.text, None
    bar = _element("div", **{"data-survey-bar": ""})
    label = _element("label", **{"for": SWITCH})
    bar.append(label)
    for words in ("Show what each line is taken for", "Hide what each line is taken for"):
        label.append(_element("b"))
        label[-1].text = words
    for role in ROLES:
        if role in roles:
            bar.append(_element("i", **{"data-survey-of": role}))
            bar[-1].text = role
    body.append(bar)


def _badge(number: int) -> Any:
    badge = _element("b", **{"data-survey-number": str(number)})
    badge.text = str(number)
    return badge


def _element(tag: str, **attributes: str) -> Any:
    return etree.Element(tag, attributes)


def _style(text: str, media: str | None = None) -> Any:
    element = _element("style")
    # The text of a style element ends at "</style" only; in a style sheet this is the same.
    element.text = re.sub(r"[\x00-\x08\x0b\x0e-\x1f]", "", text).replace("</", "<\\/").replace("<!--", "")
    if media:
        element.set("media", media)
    return element


def _head_of(root: Any) -> Any:
    head = root.find("head")
    if head is None:
        head = _element("head")
        root.insert(0, head)
    return head


def _drop(element: Any) -> None:
    """Take ``element`` out with all that it holds; the text behind it stays."""
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
