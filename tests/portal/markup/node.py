"""The article of a node, with its metadata block, files and picture."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from .. import vocabulary as v
from ..dice import token
from ..fields import files_entry
from ..model import Entry, Node, Picture, Translation, Value
from ..texts import body_html
from .block import BEFORE_BODY, VARIANTS
from .page import BARE, attributes

_OFF = Value("Off")
FILES = "/sites/g/files/tmzbdl416/files"
SECTION_WORDS = {
    "resource": "Library",
    "statement": "Statements",
    "event": "Events",
    "practice": "Repository of Practices",
}


def derivative(style: str, path: str) -> str:
    """Path of a scaled copy of ``path``, a file below the public folder."""
    return f"{FILES}/styles/{style}/public/{quote(path)}?itok={token('itok', style, path)}"


def article(node: Node, shown: Translation, language: str, variant: str) -> str:
    """``shown`` under the chrome of ``language``: a fallback page has the labels of its own language."""
    css = attributes(variant)
    entries = list(relabel(shown.entries, language) if language != shown.language else shown.entries)
    if shown.files:
        entries.append(files_entry(shown.files, language))
    block = f"<div{css('node__meta')}>\n{VARIANTS[variant](entries)}\n</div>" if entries else ""
    lang = f' lang="{shown.language}"' if language != shown.language else ""
    parts = [
        f"<p{css('section-word')}>{SECTION_WORDS[node.kind]}</p>" if node.kind in SECTION_WORDS else "",
        f"<h2{css('node__title')}>{_text(shown.title)}</h2>",
        _leak(variant) if shown.banner_leak else "",
        picture(shown.picture, variant) if shown.picture else "",
        block if variant in BEFORE_BODY else "",
        _body(shown, variant),
        "" if variant in BEFORE_BODY else block,
        _comments(node.nid, variant) if node.kind == "discussion" else "",
    ]
    about = f' data-history-node-id="{node.nid}"' if variant not in BARE else ""
    css_node = css(f"node node--type-{node.bundle} node--view-mode-full")
    return f"<article{about}{css_node}{lang}>\n" + "\n".join(part for part in parts if part) + "\n</article>"


def relabel(entries: list[Entry], language: str) -> list[Entry]:
    """The same values under the labels of another language."""
    labels = v.LABELS[language]
    return [
        Entry(entry.name, labels.get(entry.name, entry.label) if entry.label is not None else None, entry.values)
        for entry in entries
    ]


def _comments(nid: int, variant: str) -> str:
    """Two comments with permalinks, each of which shows this page again."""
    css = attributes(variant)
    rows = "".join(
        f'<div{css("comment")}><a href="/comment/{nid + step}" rel="bookmark">Permalink</a> <span>Sep 13, 2022</span>'
        f"<p>Thank you, we tried the same at our counter.</p></div>"
        for step in (0, 1)
    )
    return f"<section{css('comment-wrapper')}><h2>Comments</h2>{rows}</section>"


def _text(string: str) -> str:
    return escape(string, quote=False).replace("\xa0", "&nbsp;")


def _body(shown: Translation, variant: str) -> str:
    names = {
        "bootstrap": "field field--name-body field--type-text-with-summary field--label-hidden field--item",
    }.get(variant, "text-content field field--name-body field--type-text-with-summary field--label-hidden field__item")
    return f"<div{attributes(variant)(names)}>{body_html(shown.body)}</div>"


def _leak(variant: str) -> str:
    return VARIANTS[variant if variant in {"classy", "bootstrap", "bare"} else "classy"](
        [Entry("banner", "Full width banner", (_OFF,))]
    )


def picture(image: Picture, variant: str) -> str:
    css = attributes(variant)
    large, medium = derivative("large", image.path), derivative("medium", image.path)
    return (
        f"<div{css('field field--name-field-image field--type-image field--label-hidden field__item')}>"
        f'<img loading="lazy" src="{large}" srcset="{medium} 320w, {large} 640w" sizes="100vw" '
        f'width="640" height="360" alt="{escape(image.alt)}"></div>'
    )
