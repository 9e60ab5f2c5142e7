"""The marks in a sample page: the numbers of fields, the roles of lines, and the switch that shows the roles."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from migration_spider.explained import ExplainedLine
from migration_spider.pages.places import Place, Slot

_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that can be in a page but that lxml cannot write."""
OURS = re.compile(r"data-survey|id=survey-(?:\d|roles)")
"""Attributes that only the marks of this module may use."""

COLOURS = ("#ffe08a", "#a8e0ff", "#b9f0b4", "#ffc4c4", "#dcc7ff", "#ffcf9e", "#9fe8dc", "#e3e39a", "#e6eaee")
"""Backgrounds of marked places by number; the last one is for the text. Text on them is dark in all colour schemes."""

MARKS = "".join(f'[data-survey-colour="{n}"]{{--survey:{shade}}}' for n, shade in enumerate(COLOURS)) + (
    "[data-survey]{background:var(--survey)!important;color:#14181b!important;"
    "-webkit-text-fill-color:#14181b!important;box-shadow:0 0 0 2px var(--survey)!important;"
    "scroll-margin:6rem;-webkit-box-decoration-break:clone;box-decoration-break:clone}"
    "[data-survey-box]{outline:4px solid var(--survey)!important;outline-offset:2px;scroll-margin:6rem}"
    "b[data-survey-number]{all:unset;display:inline-block;margin:0;margin-inline-end:.35em;"
    "padding:0 .45em;border-radius:1em;background:#14181b;color:#fff;-webkit-text-fill-color:#fff;"
    "font:700 12px/1.5 system-ui,sans-serif;letter-spacing:0;text-transform:none;vertical-align:baseline;"
    # Above the background of the next line.
    "position:relative;z-index:1}"
    "[data-survey]:target,[data-survey-box]:target{outline:3px solid #14181b!important;outline-offset:3px}"
)


_TAG = (
    "all:unset;display:inline-block;margin-inline-end:.4em;padding:0 .4em;border-radius:.3em;background:#14181b;"
    "color:#fff;-webkit-text-fill-color:#fff;font:600 11px/1.5 system-ui,sans-serif;letter-spacing:0;"
    "text-transform:none;text-indent:0;vertical-align:baseline;position:relative;z-index:1"
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
"""Role of a line -> background when all lines are coloured by role; text on them is dark."""

SWITCH = "survey-roles"
"""Id of the switch for these colours."""


def _on(marked: str, rules: str) -> str:
    """A rule for elements with the attribute ``marked`` while the switch, the first element of the page, is on."""
    on = f"#{SWITCH}:checked~"
    name, _, pseudo = marked.partition("::")
    after = f"::{pseudo}" if pseudo else ""
    return f"{on}[{name}]{after},{on}* [{name}]{after}{{{rules}}}"


ROLE_MARKS = (
    "".join(_on(f'data-survey-role="{role}"', f"--survey:{shade}") for role, shade in ROLES.items())
    + _on(
        "data-survey-role",
        "background:var(--survey)!important;color:#14181b!important;-webkit-text-fill-color:#14181b!important;"
        "box-shadow:0 0 0 2px var(--survey)!important;-webkit-box-decoration-break:clone;box-decoration-break:clone",
    )
    + _on('data-survey-role="chrome"', "color:#4b545c!important;-webkit-text-fill-color:#4b545c!important")
    + _on("data-survey-line::before", f"{_TAG};content:attr(data-survey-role)")
    # On a touch screen titles are not shown.
    + "@media (hover:none){"
    + _on("data-survey-line::before", 'content:attr(data-survey-role) ": " attr(data-survey-why)')
    + "}"
    + _on(
        "data-survey-out",
        "filter:grayscale(1)!important;opacity:.55!important;outline:2px dashed #7a848c!important;outline-offset:-2px;"
        # A banner would cover the text.
        "position:static!important",
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
    """The index in `COLOURS` for a place."""
    last = len(COLOURS) - 1
    return last if field == "body_text" else (number - 1) % last


def anchor(number: int) -> str:
    """Id of the first place with this number in the page."""
    return f"survey-{number}"


def mark(number: int, place: Place, by_slot: dict[Slot, ExplainedLine]) -> None:
    """Mark the texts and pictures of a field with its number; marked texts are removed from ``by_slot``."""
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


def mark_role(line: ExplainedLine, by_slot: dict[Slot, ExplainedLine]) -> None:
    """Add role and evidence to the texts of a line that belong to no field."""
    if line.element is not None:
        attributes = _role(line) if line.role != "chrome" else {"data-survey-out": line.why, **_title(line)}
        line.element.attrib.update(attributes)
    for slot in line.slots:
        if slot in by_slot:
            _wrapped(slot, {}, line)


def _wrapped(slot: Slot, attributes: dict[str, str], line: ExplainedLine | None) -> Any:
    """Put a span around the text at ``slot``, and return it; None if there is no text."""
    element, is_tail = slot
    text = element.tail if is_tail else element.text
    text = _UNWRITABLE.sub("", text or "")
    if not text.strip():
        return None
    span = element_of("span", **attributes)
    if line is not None:
        span.attrib.update(_role(line))
        if slot == line.slots[0]:
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


def _role(line: ExplainedLine) -> dict[str, str]:
    return {"data-survey-role": line.role, "data-survey-why": line.why, **_title(line)}


def _title(line: ExplainedLine) -> dict[str, str]:
    """Attributes for a pointer and for a screen reader."""
    words = f"{line.role}: {line.why}"
    return {"title": words, "aria-description": words}


def add_switch(body: Any, roles: set[str]) -> None:
    """Put the switch at the beginning of the page and the legend of ``roles`` at its end."""
    body.insert(0, element_of("input", type="checkbox", id=SWITCH))
    body[0].tail, body.text = body.text, None
    bar = element_of("div", **{"data-survey-bar": ""})
    label = element_of("label", **{"for": SWITCH})
    bar.append(label)
    for words in ("Show the role of each line", "Hide the role of each line"):
        label.append(element_of("b"))
        label[-1].text = words
    for role in ROLES:
        if role in roles:
            bar.append(element_of("i", **{"data-survey-of": role}))
            bar[-1].text = role
    body.append(bar)


def _badge(number: int) -> Any:
    badge = element_of("b", **{"data-survey-number": str(number)})
    badge.text = str(number)
    return badge


def element_of(tag: str, **attributes: str) -> Any:
    """An element without a parent."""
    return etree.Element(tag, attributes)


def style_of(text: str, media: str | None = None) -> Any:
    """A style sheet as an element."""
    element = element_of("style")
    # The text of a style element ends at "</style"; in a style sheet, "<\/" means the same as "</".
    element.text = re.sub(r"[\x00-\x08\x0b\x0e-\x1f]", "", text).replace("</", "<\\/").replace("<!--", "")
    if media:
        element.set("media", media)
    return element
