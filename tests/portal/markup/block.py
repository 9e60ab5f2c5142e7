"""The metadata block as different themes print it: each function takes the same entries and prints the same values."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from ..model import Entry, Value

SINGLE = {"date", "type", "event_date", "updated", "last_updated"}
"""Fields of which Drupal knows that they hold one value at most."""


def text(string: str) -> str:
    return escape(string, quote=False).replace("\xa0", "&nbsp;")


def value_html(value: Value) -> str:
    if value.icon:
        html = f'<img src="{value.icon}" alt="{escape(value.text)}" width="40" height="40">'
    elif value.stamp:
        html = f'<time datetime="{value.stamp}">{text(value.text)}</time>'
    else:
        html = text(value.text)
    if value.media_type:
        return f'<a href="{value.href}" type="{value.media_type}">{html}</a>'
    return f'<a href="{value.href}">{html}</a>' if value.href else html


def _css(name: str) -> str:
    return name.replace("_", "-")


def _fields(
    entries: list[Entry], joint: str, label_class: str = "", label_suffix: str = "", kind: str = "above"
) -> str:
    """Stock Drupal field markup; ``joint`` is what stands between the block's and the element's name in a class."""
    html = []
    for entry in entries:
        shown = kind if entry.label is not None else "hidden"
        parts = [f'<div class="field field--name-field-{_css(entry.name)} field--label-{shown}">']
        if entry.label is not None:
            parts.append(f'<div class="field{joint}label{label_class}">{text(entry.label)}{label_suffix}</div>')
        items = [f'<div class="field{joint}item">{value_html(value)}</div>' for value in entry.values]
        if items and entry.name not in SINGLE:
            items = [f'<div class="field{joint}items">', *items, "</div>"]
        html.append("\n".join([*parts, *items, "</div>"]))
    return "\n".join(html)


def classy(entries: list[Entry]) -> str:
    return _fields(entries, "__")


def bootstrap(entries: list[Entry]) -> str:
    return _fields(entries, "--")


def hidden(entries: list[Entry]) -> str:
    return _fields(entries, "__", label_class=" visually-hidden", kind="visually_hidden")


def bare(entries: list[Entry]) -> str:
    """No class at all: the first of the inner elements is the label, unless the theme hides it."""
    html = []
    for entry in entries:
        label = f"<div>{text(entry.label)}</div>\n" if entry.label is not None else ""
        values = "\n".join(f"<div>{value_html(value)}</div>" for value in entry.values)
        if values and label and entry.name not in SINGLE:
            values = f"<div>\n{values}\n</div>"
        html.append(f"<div>\n{label}{values}\n</div>")
    return "\n".join(html)


def headings(entries: list[Entry]) -> str:
    """A flat run of headings, also over nothing, and elements."""
    html = []
    for entry in entries:
        if entry.label is not None:
            html.append(f"<h5>{text(entry.label)}</h5>")
        html += [f"<div>{value_html(value)}</div>" for value in entry.values]
    return "\n".join(html)


def inline(entries: list[Entry]) -> str:
    """``Label: value, value`` on one line, each value in an element of its own."""
    html = []
    for entry in entries:
        label = f'<span class="meta-label">{text(entry.label)}:</span> ' if entry.label is not None else ""
        values = ", ".join(f'<span class="meta-value">{value_html(value)}</span>' for value in entry.values)
        html.append(f'<div class="meta-row">{label}{values}</div>')
    return "\n".join(html)


def commas(entries: list[Entry]) -> str:
    """Values joined by commas in one text; only values that hold a comma themselves get an element."""
    html = []
    for entry in entries:
        label = f"<strong>{text(entry.label)}</strong> " if entry.label is not None else ""
        alone = len(entry.values) == 1
        values = ", ".join(
            f"<em>{value_html(value)}</em>" if "," in value.text and not alone and not value.href else value_html(value)
            for value in entry.values
        )
        html.append(f"<div>{label}{values}</div>")
    return "\n".join(html)


def definition_list(entries: list[Entry]) -> str:
    html = []
    for entry in entries:
        if entry.label is not None:
            html.append(f"<dt>{text(entry.label)}</dt>")
        html += [f"<dd>{value_html(value)}</dd>" for value in entry.values]
    return "<dl>\n" + "\n".join(html) + "\n</dl>"


def table(entries: list[Entry]) -> str:
    rows = [
        f'<tr><th scope="row">{text(entry.label or "")}</th><td>{"<br>".join(map(value_html, entry.values))}</td></tr>'
        for entry in entries
    ]
    return "<table>\n<tbody>\n" + "\n".join(rows) + "\n</tbody>\n</table>"


def bullets(entries: list[Entry]) -> str:
    """``<li>Label: value``; several values are a list inside the item."""
    html = []
    for entry in entries:
        label = f"{text(entry.label)}: " if entry.label is not None else ""
        values = [value_html(value) for value in entry.values]
        if len(values) > 1:
            inner = "<ul>" + "".join(f"<li>{value}</li>" for value in values) + "</ul>"
        else:
            inner = "".join(values)
        html.append(f"<li>{label}{inner}</li>")
    return "<ul>\n" + "\n".join(html) + "\n</ul>"


def paragraph(entries: list[Entry]) -> str:
    """One paragraph with line breaks; only the labels are strong."""
    lines = []
    for entry in entries:
        if entry.label is not None:
            lines.append(f"<strong>{text(entry.label)}</strong>")
        lines += [value_html(value) for value in entry.values]
    return "<p>" + "<br>\n".join(lines) + "</p>"


VARIANTS: dict[str, Callable[[list[Entry]], str]] = {
    "classy": classy,
    "bootstrap": bootstrap,
    "bare": bare,
    "headings": headings,
    "inline": inline,
    "hidden": hidden,
    "dl": definition_list,
    "table": table,
    "list": bullets,
    "paragraph": paragraph,
    "commas": commas,
}
BEFORE_BODY = {"dl", "list"}
"""Variants that print the block above the article."""
