"""The proposals of a survey: the settings that this site needs, and the commands to run next."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from migration_spider.config import Config
from migration_spider.monitors import COMPLETE, INTERNAL_ERROR, NOT_ARCHIVED, REFUSED
from migration_spider.survey.content import ALL_NEWS
from migration_spider.survey.model import DateOrder, Language, Listing, Setting, Source, Step

FOLDER = "data"
"""The folder that commands use by default."""

SMALL, SMALLER = "sample", "sample-items"
"""The folder of the first small crawl; the second name if the survey itself is in the first."""


def settings(
    config: Config,
    site: str,
    listings: Sequence[Listing],
    sitemaps: Sequence[Source],
    feeds: Sequence[Source],
    languages: Sequence[Language],
    orders: Sequence[DateOrder],
) -> list[Setting]:
    """The settings in which the site differs from ``config``, in the order of config.py."""
    found: list[Setting] = []

    def propose(name: str, value: list[str], present: Iterable[str], reason: str) -> None:
        if value and set(value) != set(present):
            found.append({"name": f"MIGRATION_{name}", "value": value, "reason": reason})

    prefixes = [language["prefix"] or "en" for language in languages if language["pages"] or language["named"]]
    ordered = [prefix for prefix in config.languages if prefix in prefixes]
    propose(
        "LANGUAGES",
        list(dict.fromkeys(ordered + prefixes)),
        config.languages,
        "the language prefixes of the site's paths (en: no prefix)",
    )
    pure, both = _listings_of(config, listings, lambda url: _paths([url], site, prefixes))
    propose("NEWS_LISTINGS", pure, config.news_listings, "nearly all rows that were read are news")
    propose("LISTINGS", both, config.listings, "these listings have news and other pages")
    named = [feed["url"] for feed in feeds if feed["named"] and feed["status"] == 200]
    propose("FEEDS", _paths(named, site, prefixes), config.feeds, "these feeds name pages")
    maps = [sitemap["url"] for sitemap in sitemaps if sitemap["named"] and sitemap["found"] != "sitemap"]
    propose("SITEMAPS", _paths(maps, site, ()), config.sitemaps, "these sitemaps name pages")
    return [*found, *_order(config, orders)]


def _listings_of(
    config: Config, listings: Sequence[Listing], paths: Callable[[str], list[str]]
) -> tuple[list[str], list[str]]:
    """Return the paths of listings of news, and of mixed listings; the latter are empty if ``config`` has all."""
    read: Counter[str] = Counter()
    news: Counter[str] = Counter()
    for listing in listings:
        for path in paths(listing["url"]):
            read[path] += listing["read"]
            news[path] += listing["news"]
    # A listing that is read anyway need not be one that makes its rows news.
    others = [path for path in read if news[path] and path not in config.listings]
    pure = [path for path in others if news[path] >= ALL_NEWS * read[path]]
    mixed = [path for path in others if path not in pure]
    still_there = [path for path in config.listings if path in read]
    return pure, [*still_there, *mixed] if mixed else []


def _order(config: Config, orders: Sequence[DateOrder]) -> Iterator[Setting]:
    """One setting for all languages: proposed if all languages with evidence have the same order."""
    settled = {order["day_first"] for order in orders if order["day_first"] is not None}
    if len(settled) == 1 and settled != {config.day_first}:
        reason = next(order["evidence"] for order in orders if order["day_first"] in settled)
        yield {"name": "MIGRATION_DAY_FIRST", "value": settled.pop(), "reason": reason}


def _paths(urls: Iterable[str], site: str, prefixes: Iterable[str]) -> list[str]:
    """The paths of ``urls`` below ``site`` without language prefix, each once."""
    found: dict[str, None] = {}
    for url in urls:
        if not url.startswith(site + "/") or urlsplit(url).query:
            continue
        first, _, rest = _path_of(url).strip("/").partition("/")
        path = f"/{rest}" if first in prefixes else _path_of(url)
        if not any(character in path for character in '{}[]", \t'):
            found.setdefault(path)
    return list(found)


def steps(
    site: str, code: int, proposed: Sequence[Setting], *, folder: str = FOLDER, moved_to: str | None = None
) -> list[Step]:
    """The commands to run next.

    Args:
        folder: Data folder of the survey.
        moved_to: The site to which the front page redirects.
    """
    into = "" if folder == FOLDER else f" -s {shlex.quote(f'DATA_DIR={folder}')}"
    again = f"scrapy survey -a site={shlex.quote(site)}"
    if code == REFUSED and moved_to:
        return [
            _step(f"scrapy survey -a site={shlex.quote(moved_to)}{into}", "survey the site to which this one redirects")
        ]
    if code == REFUSED:
        reason = "survey again from another network, or when the operators have allowed the user agent"
        return [_step(f"{again}{into}", reason)]
    if code in (INTERNAL_ERROR, NOT_ARCHIVED):
        return [_step(f"{again}{into}", "survey again when the problem is fixed")]
    if code != COMPLETE:
        return [
            _step(
                f"{again} -s MIGRATION_NEWS_LISTINGS=/PATH{into}",
                "survey again, with the path of the page that lists the news in a browser",
            ),
            _step(
                f"scrapy crawl news -a site={shlex.quote(site)} -a urls={shlex.quote(site)}/PATH{into}",
                "crawl a single page that you know is news, to see whether it is read as an item",
            ),
        ]
    words = " ".join(["-a", f"site={shlex.quote(site)}", *map(as_option, proposed)])
    return [
        _step(
            f"scrapy crawl news {words} -a max_items=50 -s DATA_DIR={SMALL if folder != SMALL else SMALLER}",
            "crawl a few items into a separate folder, and look at them",
        ),
        _step(f"scrapy harvest {words}{into}", "harvest all news; the report says what is missing, and why"),
    ]


def _step(command: str, reason: str) -> Step:
    return {"command": command, "reason": reason}


def as_option(setting: Setting) -> str:
    """``-s NAME=VALUE``, ready for a shell."""
    return f"-s {shlex.quote(setting['name'] + '=' + _option_text(setting['value']))}"


def as_line(setting: Setting) -> str:
    """``NAME = VALUE``, ready for settings.py."""
    value = setting["value"]
    return f"{setting['name']} = {json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value!r}"


def _option_text(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)


def _path_of(url: str) -> str:
    """The path as in a setting, without percent-encoding if that is possible."""
    path = urlsplit(url).path
    plain = unquote(path)
    return plain if plain.isascii() and not re.search(r"[\s{}\[\]\"]", plain) else path
