"""Plans of the site: the same items, listed at other addresses, in other ways, or not at all.

A plan stands between a request and the site's own answer. Plans can be combined; those further down in ``PLANS`` see
the request first and the answer last, so that ``unknown-listing`` moves what the others link to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

from . import listings
from .answer import Answer, Request
from .markup import chrome
from .model import Node
from .vocabulary import LANGUAGES

if TYPE_CHECKING:
    from .site import Site

LISTINGS = ("/news", "/statements", "/hub")
"""Where the site lists its items."""

UNKNOWN = {
    "/news": (
        "/media-centre",
        {
            "en": "Media centre",
            "fr": "Espace médias",
            "es": "Sala de medios",
            "ar": "المركز الإعلامي",
            "ru": "Медиацентр",
            "zh-hant": "媒體中心",
        },
    ),
    "/statements": ("/positions", {"en": "What we say"}),
    "/hub": ("/library", {"en": "What we know", "fr": "Ce que nous savons", "es": "Lo que sabemos"}),
}
"""Path of a listing -> where ``unknown-listing`` puts it, and what its links and its heading say."""

SECTION = "/network"
MORE = r'<p><a href="[^"]*/news">[^<]*</a></p>'
"""The front page's link to more news."""


@dataclass(frozen=True)
class Target:
    """A request target: language prefix (``/fr`` or nothing), path below it, query."""

    prefix: str
    path: str
    query: str = ""

    def __str__(self) -> str:
        path = self.path if self.path != "/" or not self.prefix else ""
        return self.prefix + path + (f"?{self.query}" if self.query else "")

    @property
    def language(self) -> str:
        return self.prefix[1:] or "en"

    @property
    def request(self) -> Request:
        query = dict(parse_qsl(self.query, keep_blank_values=True))
        return Request(self.prefix + self.path, self.language, self.path, query)


def target(text: str) -> Target:
    path, _, query = text.partition("?")
    first, _, rest = path.lstrip("/").partition("/")
    return Target(f"/{first}", f"/{rest}", query) if first in LANGUAGES[1:] else Target("", path, query)


Ask = Callable[[Target], Answer]
"""What answers below a plan."""

Answers = Callable[["Site", Target, Ask], Answer]


def edited(answer: Answer, *edits: tuple[str, str | Callable[[re.Match[str]], str]]) -> Answer:
    """``answer`` with (pattern, replacement) pairs applied to its text, if it has any."""
    if not answer.media_type.startswith(("text/html", "application/xml", "application/rss")):
        return answer
    text = answer.body.decode()
    for pattern, new in edits:
        text = re.sub(pattern, new, text, flags=re.DOTALL)
    return replace(answer, body=text.encode())


def menu_item(path: str) -> str:
    """Pattern of the entry of a menu that leads to ``path`` in any language."""
    return rf'<li[^>]*><a href="(?:/[a-z-]+)?{path}">[^<]*</a></li>\n?'


def rows(site: Site, at: Target, nodes: list[Node], title: str, row: str = "teaser") -> Answer:
    """A listing of ``nodes`` at ``at``."""
    return site.page(listings.listing(site, at.request, title, nodes, row, counted=True))


def everything(site: Site, language: str) -> list[Node]:
    """Nodes of every kind that have a page in ``language``, newest first."""
    return [node for node in site.listed(*{n.kind for n in site.nodes.values()}) if language in node.translations]


# Where items are listed


def one_language(site: Site, at: Target, ask: Ask) -> Answer:
    if at.prefix and at.path in LISTINGS:
        answer = site.error(404, at.language)
    elif at.path == "/news":
        answer = rows(site, at, site.listed(), chrome.words("en")["news"])
    else:
        answer = ask(at)
    return edited(answer, (MORE, ""), *((menu_item(path), "") for path in LISTINGS)) if at.prefix else answer


def no_listing(site: Site, at: Target, ask: Ask) -> Answer:
    if at.path in (*LISTINGS, "/events") or at.path.startswith("/taxonomy/"):
        answer = site.error(404, at.language)
    else:
        answer = ask(at)
    latest = r'<div class="block block-views view-latest.*?</ul>\n</div>'
    answer = edited(answer, (latest, ""), *((menu_item(path), "") for path in (*LISTINGS, "/events")))
    teasers = r'<article class="node node--view-mode-teaser">.*?</article>\n?'
    return edited(answer, (teasers, ""), (MORE, "")) if at.path == "/" else answer


def node_only(site: Site, at: Target, ask: Ask) -> Answer:
    """Drupal's default listing, to which no page links."""
    if at.path != "/node":
        return no_listing(site, at, ask)
    title = chrome.words(at.language)["site"]
    return no_listing(site, at, lambda at: rows(site, at, everything(site, at.language), title))


def mixed(site: Site, at: Target, ask: Ask) -> Answer:
    if at.path == "/news":
        answer = rows(site, at, everything(site, at.language), chrome.words(at.language)["news"])
    elif at.path in (*LISTINGS, "/events"):
        answer = site.error(404, at.language)
    else:
        answer = ask(at)
    return edited(answer, *((menu_item(path), "") for path in ("/statements", "/hub", "/events")))


def second_level(site: Site, at: Target, ask: Ask) -> Answer:
    words = chrome.words(at.language)
    news, *others = ((at.prefix + path, words[path[1:]]) for path in LISTINGS)
    if at.path == SECTION:
        menu = f'<nav class="menu--secondary"><ul class="menu"><li><a href="{news[0]}">{news[1]}</a></li></ul></nav>'
        text = "".join(f'<p>Here is more: <a href="{path}">{name}</a></p>' for path, name in others)
        answer = site.page(listings.document(site, at.request, "The Network", f"{menu}\n{text}"))
    else:
        answer = ask(at)
    section = f'<li class="menu-item"><a href="{at.prefix}{SECTION}">The Network</a></li>\n'

    def header(found: re.Match[str]) -> str:
        text = re.sub(menu_item("/news"), section, found[0])
        return re.sub("|".join(map(menu_item, LISTINGS[1:])), "", text)

    answer = edited(answer, (r"<header.*?</header>", header))
    return edited(answer, (MORE, "")) if at.path == "/" else answer


def block_link(site: Site, at: Target, ask: Ask) -> Answer:
    more = "".join(
        f'<div class="block block-views"><h2>{escape(name)}</h2><div class="more-link">'
        f'<a href="{at.prefix}{path}">{name}</a></div></div>'
        for path, name in zip(LISTINGS, ("All updates", "All positions", "All that we know"), strict=True)
    )
    answer = edited(ask(at), *((menu_item(path), "") for path in LISTINGS))
    return edited(answer, (MORE, more)) if at.path == "/" else answer


def front_item(site: Site, at: Target, ask: Ask) -> Answer:
    """A news item stands in the place of the front page; its own address answers too."""
    return site.page(site.document(_regular(site)[0], at.language)) if at.path == "/" else ask(at)


# How listings print their rows and pagers


def undated(site: Site, at: Target, ask: Ask) -> Answer:
    return edited(
        ask(at),
        (r'<div class="teaser-date">[^<]*</div>\n', ""),
        (r'<span class="views-field">[^<]*</span></div>', "</div>"),
        (r'<div class="views-field views-field-field-date">[^<]*</div>', ""),
    )


def rows_with_a_query(site: Site, at: Target, ask: Ask) -> Answer:
    link = r'(<article class="node node--view-mode-teaser">.*?</article>|<div class="views-row">.*?</div>)'
    return edited(ask(at), (link, lambda m: re.sub(r'href="([^"]*)"', r'href="\1?ref=homepage"', m[0])))


def duplicate_rows(site: Site, at: Target, ask: Ask) -> Answer:
    if at.path != "/news":
        return ask(at)
    nodes = [node for node in site.listed("news", "statement") if at.language in node.translations]
    twice = [node for node in nodes for _ in node.translations]
    return rows(site, at, twice, chrome.words(at.language)["news"])


def load_more(site: Site, at: Target, ask: Ask, href: str = r"\1", rel: str = ' rel="next"') -> Answer:
    """What Views Infinite Scroll prints in the place of a pager."""
    button = (
        '<ul class="js-pager__items pager" data-drupal-views-infinite-scroll-pager><li class="pager__item">'
        f'<a class="button" href="{href}" title="Load more items"{rel}>Load More</a></li></ul>'
    )
    return edited(
        ask(at),
        (r'<nav class="pager"(?:(?!</nav>).)*<a href="(\?[^"]*)" rel="next">.*?</nav>', button),
        (r'<nav class="pager".*?</nav>', ""),
        (r'<link rel="next"[^>]*>', ""),
    )


def load_more_blind(site: Site, at: Target, ask: Ask) -> Answer:
    return load_more(site, at, ask, href="#", rel="")


def endless_pager(site: Site, at: Target, ask: Ask) -> Answer:
    """Behind the last page come the pages again, under ever new numbers."""
    first = ask(replace(at, query=_paged(at.query, 0)))
    numbers = [int(number) for number in re.findall(rb'<a href="\?[^"]*?page=(\d+)"', first.body)]
    if at.path not in LISTINGS or not numbers:
        return ask(at)
    page = listings.page_number(at.request)
    more = f'<nav class="pager"><ul><li><a href="?{escape(_paged(at.query, page + 1))}" rel="next">Next</a></li></ul></nav>'
    shown = ask(replace(at, query=_paged(at.query, page % (max(numbers) + 1))))
    return edited(shown, (r'<nav class="pager".*?</nav>', more), (r'<link rel="next"[^>]*>', ""))


def _paged(query: str, page: int) -> str:
    rest = [part for part in query.split("&") if part and not part.startswith("page=")]
    return "&".join([*rest, f"page={page}"])


# What else names the items


def no_sitemap(site: Site, at: Target, ask: Ask) -> Answer:
    return site.error(404, "en") if "sitemap" in at.path else ask(at)


def no_feed(site: Site, at: Target, ask: Ask) -> Answer:
    if at.path.endswith("rss.xml"):
        return site.error(404, at.language)
    return edited(ask(at), (r'<link rel="alternate" type="application/rss\+xml"[^>]*>\n', ""))


def default_host(site: Site, at: Target, ask: Ask) -> Answer:
    """What cron writes where Drupal does not know its own address."""
    answer = ask(at)
    if "html" in answer.media_type:
        return answer
    return edited(answer, (re.escape(site.base), "http://default"))


def endless_sitemap(site: Site, at: Target, ask: Ask) -> Answer:
    page = listings.page_number(at.request)
    if at.path != "/sitemap.xml" or page in (1, 2):
        return ask(at)
    more = f"<sitemap><loc>{site.base}/sitemap.xml?page={max(page, 2) + 1}</loc></sitemap>\n</sitemapindex>"
    return edited(ask(replace(at, query="")), ("</sitemapindex>", more))


def other_spelling(site: Site, at: Target, ask: Ask) -> Answer:
    """Pages print an address raw, the sitemap in percent-encoding with lower-case digits and ``%7E``."""
    if "sitemap" not in at.path:
        return ask(at)

    def spelled(found: re.Match[str]) -> str:
        encoded = re.sub(r"%[0-9A-F]{2}", lambda m: m[0].lower(), quote(found[0], safe=":/?&;="))
        return encoded.replace("~", "%7E")

    return edited(ask(at), (r"(?<=<loc>)[^<]*|(?<=href=\")[^\"]*", spelled))


def unlisted(site: Site, at: Target, ask: Ask) -> Answer:
    """The text of one item links to others that nothing lists."""
    links = "".join(f'<p>See also <a href="{site.path(node, at.language)}">this</a>.</p>' for node in _hidden(site))
    host = rf'rel="shortlink" href="[^"]*/node/{_regular(site)[0].nid}".*?'
    return edited(ask(at), (rf"({host})</article>", rf"\1{links}</article>"))


def _regular(site: Site) -> list[Node]:
    """News in several languages without an oddity, oldest first."""
    found = [n for n in site.nodes.values() if n.kind == "news" and {"en", "fr"} <= n.translations.keys() and n.story]
    return sorted(found, key=lambda node: node.nid)


def _hidden(site: Site) -> list[Node]:
    return _regular(site)[1:4]


# Preparations of the content


def hide(site: Site) -> None:
    for node in _hidden(site):
        node.in_listings = node.in_sitemap = False


def spell(site: Site) -> None:
    for node in _regular(site):
        for translation in node.translations.values():
            if translation.alias:
                translation.alias += "-été~2024"


# What all of them link to


def unknown_listing(site: Site, at: Target, ask: Ask) -> Answer:
    back = {new: old for old, (new, _) in UNKNOWN.items()}
    if at.path in UNKNOWN or at.path == "/news/rss.xml":
        answer = site.error(404, at.language)
    else:
        answer = ask(replace(at, path=back.get(at.path, at.path)))
    for old, (new, labels) in UNKNOWN.items():
        label, known = labels.get(at.language, labels["en"]), chrome.words(at.language)[old[1:]]
        answer = edited(
            answer,
            (rf'(<a href="(?:/[a-z-]+)?{old}"[^>]*>){re.escape(known)}(</a>)', rf"\g<1>{label}\g<2>"),
            (rf'(href="(?:{re.escape(site.base)})?(?:/[a-z-]+)?){old}(?=["?])', rf"\g<1>{new}"),
        )
        if at.path == new:
            heading = (rf"(<title>|<h1[^>]*><span>|<li>){re.escape(known)}(?= \||</)", rf"\g<1>{label}")
            answer = edited(answer, heading, (rf'class="path-{old[1:]}"', f'class="path-{new[1:]}"'))
    return answer


@dataclass(frozen=True)
class Plan:
    says: str
    answer: Answers
    prepare: Callable[[Site], None] = lambda site: None
    """Changes of the content, once, before the first answer."""


PLANS: Mapping[str, Plan] = {
    "one-language": Plan("the listings are there in English only, with items of every language", one_language),
    "no-listing": Plan("nothing lists items", no_listing),
    "node-only": Plan("nothing lists items but /node, to which no page links", node_only),
    "mixed": Plan("one listing of nodes of every kind", mixed),
    "duplicate-rows": Plan("the news listing shows a story once for each of its translations", duplicate_rows),
    "undated": Plan("no row has a date", undated),
    "rows-with-a-query": Plan("rows link to ?ref=homepage", rows_with_a_query),
    "load-more": Plan("a button in the place of the pager", load_more),
    "load-more-blind": Plan("a button that leads nowhere without scripts", load_more_blind),
    "endless-pager": Plan("the pager never ends", endless_pager),
    "second-level": Plan("the menus lead to a section page, and this one to the listings", second_level),
    "block-link": Plan('listings are linked from blocks of the front page only, as "All updates"', block_link),
    "front-item": Plan("the front page is an item", front_item),
    "unlisted": Plan("some items are named by another item's text only", unlisted, hide),
    "other-spelling": Plan("the sitemap encodes what pages print raw", other_spelling, spell),
    "no-sitemap": Plan("no sitemap answers", no_sitemap),
    "no-feed": Plan("no feed answers", no_feed),
    "default-host": Plan("sitemaps and feeds name http://default/", default_host),
    "endless-sitemap": Plan("every sitemap index names one more", endless_sitemap),
    "unknown-listing": Plan("listings have other addresses, labels and headings", unknown_listing),
}


def chosen(names: Iterable[str]) -> list[Plan]:
    """The plans of these names, in the order in which they stand. Unknown names are a ValueError."""
    wanted = set(names)
    if unknown := sorted(wanted - PLANS.keys()):
        raise ValueError(f"unknown plans {unknown}; there are {sorted(PLANS)}")
    return [plan for name, plan in PLANS.items() if name in wanted]


def planned(site: Site, plans: list[Plan]) -> Callable[[str], Answer]:
    """The answers of ``site``, made ready for ``plans``."""
    if not plans:
        return site.answer
    for plan in plans:
        plan.prepare(site)
    site.reindex()

    def below(level: int) -> Ask:
        if level == 0:
            return lambda at: site.answer(str(at))
        return lambda at: plans[level - 1].answer(site, at, below(level - 1))

    def answer(text: str) -> Answer:
        with site.lock:
            return below(len(plans))(target(text))

    return answer
