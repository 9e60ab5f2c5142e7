"""The skeleton around every page: head, header, switcher, breadcrumb, sidebar, footer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

from .. import dice
from ..vocabulary import KOSOVO_NOTE, LANGUAGE_NAMES
from . import chrome

THEME = "/themes/custom/harbour"
ASSETS = "shx4k2"
"""In the query of style sheets and scripts, until the template changes."""

BARE = {"bare"}
NO_MAIN = {"bootstrap"}


@dataclass
class Document:
    """One page before it gets its skeleton. Only ``canonical``, ``alternates`` and ``shortlink`` are absolute."""

    language: str
    title: str
    content: str
    canonical: str
    switcher: list[tuple[str, str]]
    """(language, path) of this page under every prefix, whether translated or not."""

    latest: list[tuple[str, str, str]] = field(default_factory=list)
    """(path, title, date) of the sidebar."""

    heading: str | None = None
    """Printed as the page's ``<h1>``; None on the front page."""

    section: tuple[str, str] | None = None
    """(path, name) between home and this page in the breadcrumb."""

    alternates: list[tuple[str, str]] = field(default_factory=list)
    """(language, URL) of the real translations."""

    shortlink: str | None = None
    system_path: str | None = None
    """``node/7``; on the switcher's links and in the classes of the body."""

    body_classes: str = ""
    description: str = ""
    links: str = ""
    """More elements for the head, for example ``rel=next``."""


def attributes(variant: str) -> Callable[[str], str]:
    """A function that writes a ``class`` attribute, or nothing for a theme without classes."""
    if variant in BARE:
        return lambda names: ""
    return lambda names: f' class="{names}"'


def language_prefix(language: str) -> str:
    return "" if language == "en" else f"/{language}"


def render(document: Document, variant: str, token: str, style: int = 0) -> str:
    """The whole page. ``token`` stands for what differs between two renderings of the same content.

    ``style`` is the number of the template. Templates differ in wrappers, class names, chrome and assets.
    """
    css, words = attributes(variant), chrome.words(document.language)
    direction = "rtl" if document.language == "ar" else "ltr"
    body = "" if variant in BARE else f' class="{document.body_classes}"'
    middle = _middle(document, variant, words, token, style)
    assets = dice.token("assets", style) if style else ASSETS
    return f"""<!DOCTYPE html>
<html lang="{document.language}" dir="{direction}" prefix="og: https://ogp.me/ns#">
<head>
{_head(document, words, assets)}
</head>
<body{body}>
<a href="#main-content"{css("visually-hidden focusable skip-link")}>{words["skip"]}</a>
{_header(document, variant, words, style)}
{middle}
{_footer(document, variant, words, token)}
<script src="/sites/g/files/tmzbdl416/files/js/js_harbour.js?scope=footer&amp;t={assets}"></script>
</body>
</html>
"""


def _head(document: Document, words: dict[str, str], assets: str) -> str:
    prefix = language_prefix(document.language)
    lines = [
        '<meta charset="utf-8">',
        f'<meta name="description" content="{escape(document.description)}">' if document.description else "",
        f'<link rel="canonical" href="{document.canonical}">',
        f'<link rel="shortlink" href="{document.shortlink}">' if document.shortlink else "",
        '<meta name="Generator" content="Drupal 10 (https://www.drupal.org)">',
        '<meta name="viewport" content="width=device-width, initial-scale=1.0">',
        f'<link rel="icon" href="{THEME}/favicon.ico" type="image/vnd.microsoft.icon">',
        *(f'<link rel="alternate" hreflang="{lang}" href="{url}">' for lang, url in document.alternates),
        f'<link rel="alternate" type="application/rss+xml" title="RSS" href="{prefix}/rss.xml">',
        document.links,
        f"<title>{escape(document.title, quote=False)} | {words['site']}</title>",
        f'<link rel="stylesheet" media="all" href="/sites/g/files/tmzbdl416/files/css/css_harbour.css?t={assets}">',
    ]
    return "\n".join(line for line in lines if line)


def _header(document: Document, variant: str, words: dict[str, str], style: int) -> str:
    css, prefix = attributes(variant), language_prefix(document.language)
    menu = [
        ("/", "home"),
        ("/news", "news"),
        ("/statements", "statements"),
        ("/hub", "hub"),
        ("/events", "events"),
        ("/node/301", "about"),
        *([("/node/306", "accessibility")] if style else []),
    ]
    items = "\n".join(
        f'<li{css("menu-item")}><a href="{prefix}{path if path != "/" or not prefix else ""}">{words[name]}</a></li>'
        for path, name in menu
    )
    system = f' data-drupal-link-system-path="{document.system_path}"' if document.system_path else ""
    languages = "\n".join(
        f'<li hreflang="{lang}"{system}>'
        f'<a href="{path}" hreflang="{lang}"{css("language-link")}>{LANGUAGE_NAMES[lang]}</a></li>'
        for lang, path in document.switcher
    )
    look = f"<p{css(f'announcement announcement--{style}')}>{words['look']} ({style})</p>\n" if style else ""
    logo = f'<img src="{THEME}/logo.svg" alt="" width="40" height="40">'
    return f"""<header{css("site-header")} role="banner">
{look}<div{css("site-branding")}><a href="{prefix or "/"}" rel="home">{logo} {words["site"]}</a></div>
<nav{css("menu--main")}>
<ul{css("menu")}>
{items}
</ul>
</nav>
<nav{css("language-switcher-language-url")}>
<h2{css("visually-hidden")}>{words["languages"]}</h2>
<ul{css("links")}>
{languages}
</ul>
</nav>
<form action="{prefix}/search/node" method="get"{css("search-form")} role="search">
<input type="search" name="keys" placeholder="{words["search"]}" aria-label="{words["search"]}">
<button type="submit">{words["search"]}</button>
</form>
</header>"""


def _middle(document: Document, variant: str, words: dict[str, str], token: str, style: int) -> str:
    css, prefix = attributes(variant), language_prefix(document.language)
    crumbs = [(prefix or "/", words["home"])] + ([document.section] if document.section else [])
    trail = "".join(f'<li{css("breadcrumb__item")}><a href="{path}">{escape(name)}</a></li>' for path, name in crumbs)
    heading = ""
    if document.heading is not None:
        printed = escape(document.heading, quote=False).replace("\xa0", "&nbsp;")
        trail += f"<li>{printed}</li>"
        heading = f"<h1{css('title page-title')}><span>{printed}</span></h1>"
    breadcrumb = (
        f'<nav{css("breadcrumb")} aria-label="{words["breadcrumb"]}"><ol>{trail}</ol></nav>' if document.heading else ""
    )
    share = _share(document, variant, words)
    content = document.content
    if style:
        content = (
            f"<div{css(f'region region--content-v{style}')}>\n<div{css('block-inner')}>\n{content}\n</div>\n</div>"
        )
    main = f"""<a id="main-content" tabindex="-1"></a>
{breadcrumb}
{heading}
{content}
{share}"""
    sidebar = _sidebar(document, variant, words, token)
    if variant in NO_MAIN:
        return f"""<div class="main-container container">
<div class="row">
<section class="col-sm-9">
{main}
</section>
<aside class="col-sm-3" role="complementary">
{sidebar}
</aside>
</div>
</div>"""
    return f"""<div{css("layout-container")}>
<main role="main"{css("site-main")}>
{main}
</main>
<aside{css("region region--sidebar")}>
{sidebar}
</aside>
</div>"""


def _share(document: Document, variant: str, words: dict[str, str]) -> str:
    if not document.system_path:
        return ""
    css, url = attributes(variant), document.canonical
    return f"""<div{css("social-share")}>
<h2>{words["share"]}</h2>
<ul>
<li><a href="https://social.invalid/share?url={url}" rel="nofollow">Harbourbook</a></li>
<li><a href="https://birds.invalid/post?text={url}" rel="nofollow">Birdsong</a></li>
<li><a href="mailto:?body={url}">E-mail</a></li>
</ul>
</div>"""


def _sidebar(document: Document, variant: str, words: dict[str, str], token: str) -> str:
    css, prefix = attributes(variant), language_prefix(document.language)
    rows = "\n".join(
        f'<li><div{css("views-field views-field-title")}><a href="{path}">{escape(title, quote=False)}</a></div>'
        f"<div{css('views-field views-field-field-date')}>{day}</div></li>"
        for path, title, day in document.latest
    )
    number = (document.system_path or "").removeprefix("node/")
    query = f"embed_node={number}&amp;gcm_objectives=All&amp;page=0"
    embedded = f'<p><a href="{prefix}/hub/resource?{query}">{words["hub"]}</a></p>' if number else ""
    return f"""<div{css(f"block block-views view-latest js-view-dom-id-{token}")}>
<h2{css("block__title")}>{words["latest"]}</h2>
<ul>
{rows}
</ul>
</div>
<div{css("block block-calendar")}><p><a href="{prefix}/calendar/2024-07">07/2024</a></p>{embedded}</div>"""


def _footer(document: Document, variant: str, words: dict[str, str], token: str) -> str:
    css, prefix = attributes(variant), language_prefix(document.language)
    note = KOSOVO_NOTE.get(document.language, KOSOVO_NOTE["en"])
    return f"""<footer{css("site-footer")}>
<form action="{prefix}/newsletter" method="post"{css("newsletter")}>
<label for="edit-mail">{words["newsletter"]}</label>
<input type="email" id="edit-mail" name="mail" placeholder="{words["email"]}">
<input type="hidden" name="form_build_id" value="form-{token}">
<button type="submit">{words["subscribe"]}</button>
</form>
<div{css("block block-footnote")}><p>{note}</p></div>
<p>{words["footer"]}</p>
</footer>
<div{css("cookie-banner")} role="dialog" aria-label="Cookies">
<p>{words["cookies"]}</p>
<button type="button">{words["accept"]}</button> <button type="button">{words["decline"]}</button>
</div>"""
