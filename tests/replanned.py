"""Recorded portals with another plan: the same items, found in other places, under other names or not at all.

``python -m tests.replanned RECORDING --port N --change NAME[=VALUE] ...`` serves one until Ctrl-C. The first line
printed is its address.
"""

from __future__ import annotations

import argparse
import re
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from tests.recorded import BASE, PREFIX, Page, Recorded, Recording, load

Change = Callable[[Recording, str], None]


def moved(recording: Recording, value: str) -> None:
    """The news listing and its feed stand at another path; nothing answers at the old one."""
    old, recording.listing = recording.listing, f"/{value or 'media-centre'}"
    tail = r"(?P<tail>\?[^\"]*|/rss\.xml)?"
    recording.edit(
        rf'(?P<what>(?:href|action)="(?:{BASE.decode()})?){PREFIX}{old}{tail}"',
        lambda m: f'{m["what"]}{m["prefix"] or ""}{recording.listing}{m["tail"] or ""}"',
    )
    recording.edit(rf'<body class="path-{old[1:]}', f'<body class="path-{recording.listing[1:]}')
    recording.edit(rf'"currentPath":"{old[1:]}"', f'"currentPath":"{recording.listing[1:]}"')
    recording.edit(rf'(?<=\\/){old[1:]}":true', f'{recording.listing[1:]}":true')
    pages: dict[str, Page] = {}
    for target, page in recording.pages.items():
        here = re.fullmatch(rf"{PREFIX}{old}{tail}", target)
        pages[f"{here['prefix'] or ''}{recording.listing}{here['tail'] or ''}" if here else target] = page
    recording.pages = pages


def labelled(recording: Recording, value: str) -> None:
    """Links to the news listing, and its heading, say something else in every language."""
    label = value or "Media centre"
    # A link of the language switcher says the language.
    pattern = recording.links(recording.listing, also=r"(?![^>]*hreflang)")
    recording.edit(pattern, lambda m: f"{m['head']}{label}</a>")
    recording.edit(r"(<title>)[^|<]*", rf"\g<1>{label} ", recording.is_listing)
    recording.edit(r"(<h1[^>]*>).*?(</h1>)", rf"\g<1>{label}\g<2>", recording.is_listing)


def unmarked(recording: Recording, value: str) -> None:
    """No link says which route of Drupal it leads to."""
    recording.edit(r' data-drupal-link-system-path="[^"]*"', "")


def without_sitemap(recording: Recording, value: str) -> None:
    recording.drop(r"/sitemap.*")


def without_feeds(recording: Recording, value: str) -> None:
    recording.drop(r".*rss\.xml.*")
    recording.edit(r'<link rel="alternate" type="application/rss\+xml"[^>]*>', "")
    recording.edit(r'<a [^>]*href="[^"]*rss\.xml"[^>]*>.*?</a>', "")


def unknown(recording: Recording, value: str) -> None:
    """First contact with an unknown site: all of the above, under the given label."""
    for change in (moved, unmarked, without_sitemap, without_feeds):
        change(recording, "")
    labelled(recording, value)


HUB = "/migration-network-hub"
LANGUAGES = ("", "/fr", "/es")


def unlink(recording: Recording, path: str, new: str = "", prefix: str = PREFIX) -> None:
    """Put ``new`` for entries of menus that lead to ``path``; its entries in breadcrumbs go."""
    where = rf'"{prefix}{re.escape(path)}"'
    entry = rf"<li\b(?P<more>[^>]*)>\s*<a\b(?![^>]*hreflang)[^>]*href={where}[^>]*>(?:(?!</a>).)*</a>\s*</li>"
    recording.edit(entry, lambda m: "" if "breadcrumb" in m["more"] else new.format(m["prefix"] or ""))


def static(recording: Recording, prefix: str, path: str, title: str, content: str) -> None:
    """A plain page at ``path``."""
    about = recording.pages["/about" if not prefix else f"{prefix}/node/301"].body.decode()
    main = f'<main role="main" class="site-main"><h1 class="title page-title">{title}</h1>{content}</main>'
    text = re.sub(r"<main.*</main>", lambda m: main, about, flags=re.DOTALL)
    text = re.sub(r'<link rel="(canonical|shortlink|alternate)"[^>]*>', "", text)
    text = re.sub(r"<title>[^|]*", f"<title>{title} ", text).replace("path-node page-node-type-page", "path-static")
    recording.pages[prefix + path] = Page(200, (("Content-Type", "text/html; charset=UTF-8"),), text.encode())


def without_text_links(recording: Recording, value: str) -> None:
    """No text links to the listing."""
    recording.edit(rf'href="{PREFIX}{re.escape(recording.listing)}\?page=1"', 'href="/about"')


def without_hub(recording: Recording, value: str) -> None:
    recording.drop(rf"{PREFIX}{HUB}.*")
    unlink(recording, HUB)


def without_terms(recording: Recording, value: str) -> None:
    terms = [target for target, page in recording.pages.items() if b"path-taxonomy" in page.body]
    recording.drop("|".join([r"(/[a-z]{2})?/taxonomy/.*", *map(re.escape, terms)]))


def without_blocks(recording: Recording, value: str) -> None:
    """No block of the newest items beside the pages."""
    recording.edit(r'<aside class="region region--sidebar">.*?</aside>', "")


def static_front(recording: Recording, value: str) -> None:
    for prefix in LANGUAGES:
        static(
            recording, prefix, "" if prefix else "/", "Welcome", "<p>The Network helps states to keep their word.</p>"
        )
    recording.drop(r"(/[a-z]{2})?/\?.*")


def front_item(recording: Recording, value: str) -> None:
    """An item stands in the place of the front page."""
    item = next(p for p in recording.pages.values() if p.status == 200 and b"page-node-type-news" in p.body)
    for prefix in LANGUAGES:
        recording.pages[prefix or "/"] = item


def second_level(recording: Recording, value: str) -> None:
    """The menu leads to a section page, this one to the listing."""
    entry = '<li class="primary-nav__menu-item"><a href="{}/knowledge">Knowledge</a></li>'
    unlink(recording, recording.listing, entry)
    for prefix in LANGUAGES:
        link = f'<a href="{prefix}{recording.listing}">{value or "What is happening"}</a>'
        menu = f'<nav class="menu--secondary"><ul class="menu"><li class="menu-item">{link}</li></ul></nav>'
        static(recording, prefix, "/knowledge", "Knowledge", menu)


def block_link(recording: Recording, value: str) -> None:
    """Only a block of the front page links to the listing."""
    unlink(recording, recording.listing)
    for prefix in LANGUAGES:
        link = f'<div class="more-link"><a href="{prefix}{recording.listing}">{value or "All updates"}</a></div>'
        front = prefix or "/"
        recording.edit("</main>", f'<div class="block block-views">{link}</div></main>', front.__eq__)


def one_language(recording: Recording, value: str) -> None:
    """The listing is there in English only."""
    recording.drop(rf"/[a-z]{{2}}{re.escape(recording.listing)}.*")
    unlink(recording, recording.listing, prefix=r"(?P<prefix>/[a-z]{2})")


def node_only(recording: Recording, value: str) -> None:
    """Nothing lists news but ``/node``, to which nothing links."""
    moved(recording, "node")
    unlink(recording, "/node")
    for change in (without_text_links, without_hub, without_terms, without_blocks, static_front):
        change(recording, "")


def undated(recording: Recording, value: str) -> None:
    """No row has a date."""
    lists = {target for target, page in recording.pages.items() if b"node--view-mode-full" not in page.body}
    recording.edit(r'<div class="field field--name-field-date[^>]*>[^<]*</div>', "", lists.__contains__)
    recording.edit(r'<div class="views-field views-field-field-date">.*?</div></div>', "")


def mixed(recording: Recording, value: str) -> None:
    """Pages that are no news stand in the listing as well, three on each page of it."""
    others = [
        f'<div class="views-row"><article class="node node--type-page node--view-mode-teaser"><h2 class="node__title">'
        f'<a href="{target}" rel="bookmark"><span>{title[1]}</span></a></h2></article></div>'
        for target, page in recording.pages.items()
        if page.status == 200 and re.search(rb"page-node-type-(page|article)", page.body)
        for title in [re.search(r"<title>([^|<]*)", page.body.decode())]
        if title
    ]
    number = iter(range(0, 10**6, 3))

    def rows(found: re.Match[str]) -> str:
        first = next(number) % len(others)
        return found[0] + "".join(others[first : first + 3])

    recording.edit(r'<div class="view-content">(?=\s*<div class="views-row">)', rows, recording.is_listing)


def rows_with_a_query(recording: Recording, value: str) -> None:
    row = r'((?:class="node__title">|class="field-content">)\s*<a href="[^"?]*)"'
    recording.edit(row, r'\1?ref=homepage"')
    nodes = {target: page for target, page in recording.pages.items() if page.is_html and "?" not in target}
    recording.pages |= {f"{target}?ref=homepage": page for target, page in nodes.items()}


def load_more(recording: Recording, value: str) -> None:
    """What Views Infinite Scroll prints in the place of a pager; ``blind``: a button that leads nowhere."""
    href, rel = ("#", "") if value == "blind" else (r"\1", ' rel="next"')
    button = (
        '<ul class="js-pager__items pager" data-drupal-views-infinite-scroll-pager><li class="pager__item">'
        f'<a class="button" href="{href}" title="Load more items"{rel}>Load More</a></li></ul>'
    )
    forward = r'<nav class="pager[^>]*>(?:(?!</nav>).)*<a href="([^"]*)"(?=[^>]*rel="next").*?</nav>'
    recording.edit(forward, button)
    recording.edit(r'<nav class="pager.*?</nav>', "")


def default_host(recording: Recording, value: str) -> None:
    """Sitemap and feeds name a host that is none."""
    for target, page in recording.pages.items():
        if re.search(r"sitemap|rss\.xml", target):
            recording.pages[target] = replace(page, body=page.body.replace(BASE, b"http://default"))


CHANGES: dict[str, Change] = {
    "moved": moved,
    "labelled": labelled,
    "unmarked": unmarked,
    "no-sitemap": without_sitemap,
    "no-feeds": without_feeds,
    "unknown": unknown,
    "no-text-links": without_text_links,
    "no-hub": without_hub,
    "no-terms": without_terms,
    "no-blocks": without_blocks,
    "static-front": static_front,
    "front-item": front_item,
    "second-level": second_level,
    "block-link": block_link,
    "one-language": one_language,
    "node-only": node_only,
    "undated": undated,
    "mixed": mixed,
    "rows-with-a-query": rows_with_a_query,
    "load-more": load_more,
    "default-host": default_host,
}


def replanned(file: Path, changes: Iterable[str]) -> Recording:
    """The recording in ``file`` with ``changes`` (``NAME`` or ``NAME=VALUE``, in this order)."""
    recording = load(file)
    for change in changes:
        name, _, value = change.partition("=")
        CHANGES[name](recording, value)
    return recording


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.replanned", description=__doc__)
    parser.add_argument("recording", type=Path)
    parser.add_argument("--port", type=int, default=0, help="0 (default): a free one")
    parser.add_argument(
        "--change",
        action="append",
        default=[],
        metavar="NAME[=VALUE]",
        help=f"may be given several times, the order counts: {', '.join(CHANGES)}",
    )
    parser.add_argument("--log", type=Path, help="append one line per request to this file")
    arguments = parser.parse_args()
    if names := sorted({change.partition("=")[0] for change in arguments.change} - CHANGES.keys()):
        parser.error(f"unknown changes {names}; there are {sorted(CHANGES)}")
    log = arguments.log.open("a", encoding="utf-8") if arguments.log else None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with Recorded(replanned(arguments.recording, arguments.change), arguments.port, log) as portal:
        print(portal.url, flush=True)
        signal.pause()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
