"""Listings: front page, news, statements, events, the hub with its facets, and term pages."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from . import vocabulary as v
from .answer import Request
from .dates import short_form
from .dice import token
from .fields import prefix
from .markup import chrome
from .markup.page import Document, attributes
from .markup.rows import pager, run_together, summary, teaser, view
from .model import Node
from .places import PLACES

if TYPE_CHECKING:
    from .site import Site

ROWS = 12
KINDS = {"practice": "Practice Repository", "pledge": "Pledge"}
HUB_PARAMETERS = (
    "gcm_objectives", "text", "cross_cutting_theme", "region", "country", "resource_language", "other_language",
    "resource_publisher", "type_of_resource",
)  # fmt: skip
TERMS = (
    {278 + number: names[0] for number, names in v.OBJECTIVES.items()}
    | {names[0]: names[1] for names in v.THEMES.values()}
    | {place.term: place.en for place in PLACES}
)


def fetch(site: Site, request: Request) -> Document | None:
    """The listing at ``request``, or None when there is none."""
    if request.path == "/":
        return _front(site, request)
    if request.path in _LISTINGS:
        return _LISTINGS[request.path](site, request)
    if found := re.fullmatch(r"/taxonomy/term/(?:detail/)?(\d+)", request.path):
        return _term(site, request, int(found[1]))
    return None


def document(site: Site, request: Request, title: str, content: str, **more: str) -> Document:
    """A page that is no node: its canonical URL has no query."""
    path = prefix(request.language) + request.path
    return Document(
        language=request.language,
        title=title,
        heading=title,
        content=content,
        canonical=site.url(path if request.path != "/" else prefix(request.language) or "/"),
        switcher=[
            (lang, prefix(lang) + (request.path if request.path != "/" or lang == "en" else "")) for lang in v.LANGUAGES
        ],
        body_classes=f"path-{request.path.strip('/').split('/')[0] or 'frontpage'}",
        **more,
    )


def page_number(request: Request) -> int:
    """``?page=3`` or, with several pagers on a page, ``?page=,3``."""
    number = request.query.get("page", "0").split(",")[-1]
    return int(number) if number.isdecimal() else 0


def listing(
    site: Site,
    request: Request,
    title: str,
    nodes: list[Node],
    row: str,
    *,
    before: str = "",
    query: str = "",
    counted: bool = False,
) -> Document:
    """Twelve rows with a pager; ``counted`` when the page says how many results there are."""
    page, pages = page_number(request), -(-len(nodes) // ROWS)
    shown = nodes[page * ROWS : (page + 1) * ROWS]
    if counted and shown:
        before += summary(page * ROWS + 1, page * ROWS + len(shown), len(nodes), request.language, site.variant)
    if "half-listing" in site.damage:
        shown = shown[::2]
    rows = [_ROWS[row](site, request.language, node) for node in shown]
    mark = token(site.renderings, request.raw_path, page, length=64)
    after = pager(page, pages, request.language, site.variant, query)
    content = view(rows, request.language, site.variant, mark, before, after)
    links = f'<link rel="next" href="?{query}page={page + 1}">' if page < pages - 1 else ""
    return document(site, request, title, content, links=links)


def _teaser(site: Site, language: str, node: Node) -> str:
    shown = node.shown_in(language)
    text = " ".join(block.text.replace("\n", " ") for block in shown.body if block.text)
    cut = text[:160].rsplit(" ", 1)[0] + ("..." if node.nid % 2 else "…")
    return teaser(site.path(node, language), shown.title, cut, short_form(node.created.date()), language, site.variant)


def _row(site: Site, language: str, node: Node) -> str:
    kind = KINDS.get(node.kind, "Resource")
    title = node.shown_in(language).title
    return run_together(site.path(node, language), title, kind, short_form(node.created.date()), site.variant)


_ROWS = {"teaser": _teaser, "row": _row}


def _front(site: Site, request: Request) -> Document:
    words, css = chrome.words(request.language), attributes(site.variant)
    newest = [node for node in site.listed() if request.language in node.translations][:6]
    hero = f"<div{css('hero')}><h1>{words['welcome']}</h1><p>{words['lead']}</p></div>"
    rows = [_teaser(site, request.language, node) for node in newest]
    more = f'<p><a href="{prefix(request.language)}/news">{words["news"]}</a></p>'
    page = document(site, request, words["home"], f"{hero}\n" + "\n".join(rows) + more)
    page.heading = None
    return page


def _news(site: Site, request: Request) -> Document:
    """News and statements that exist in the page's language."""
    nodes = [node for node in site.listed("news", "statement") if request.language in node.translations]
    return listing(site, request, chrome.words(request.language)["news"], nodes, "teaser", counted=True)


def _statements(site: Site, request: Request) -> Document:
    """All statements in whatever language they have, under an English heading."""
    nodes = site.listed("statement")
    return listing(site, request, "Statements", nodes, "teaser")


def _events(site: Site, request: Request) -> Document:
    nodes = site.listed("event")
    return listing(site, request, chrome.words(request.language)["events"], nodes, "teaser")


def _hub(site: Site, request: Request) -> Document:
    """Items, practices and pledges in one list; every facet is a link that keeps all other parameters."""
    shown = site.listed() + site.listed(*KINDS)
    for parameter in ("gcm_objectives", "cross_cutting_theme", "region", "country"):
        chosen = request.query.get(parameter, "All")
        if chosen.isdecimal():
            shown = [node for node in shown if int(chosen) in node.terms]
    given = {name: request.query.get(name, "" if name == "text" else "All") for name in HUB_PARAMETERS}

    def query(**changed: str) -> str:
        return "&amp;".join(f"{name}={escape(value)}" for name, value in (given | changed).items())

    groups = {
        "gcm_objectives": (
            "Select to view content by GCM objective",
            {t: n for t, n in TERMS.items() if 278 < t < 302},
        ),
        "cross_cutting_theme": (
            "Select to view content by GCM guiding principle",
            {names[0]: names[1] for names in v.THEMES.values()},
        ),
        "country": ("Select to view content by country", {place.term: place.en for place in PLACES}),
    }
    path = prefix(request.language) + "/hub"
    facets = ""
    for parameter, (heading, terms) in groups.items():
        links = "".join(
            f'<li><a href="{path}?{query(**{parameter: str(term)})}&amp;page=0">{escape(name)}</a></li>'
            for term, name in terms.items()
        )
        facets += f"<h3>{heading}</h3>\n<ul>{links}</ul>\n"
    box = f"<div{attributes(site.variant)('facets')}>\n{facets}</div>"
    title = chrome.words(request.language)["hub"]
    return listing(site, request, title, shown, "row", before=box, query=query() + "&amp;", counted=True)


def _term(site: Site, request: Request, term: int) -> Document | None:
    if term not in TERMS:
        return None
    nodes = [node for node in site.listed() if term in node.terms]
    return listing(site, request, TERMS[term], nodes, "row", counted=True)


_LISTINGS = {"/news": _news, "/statements": _statements, "/events": _events, "/hub": _hub}
