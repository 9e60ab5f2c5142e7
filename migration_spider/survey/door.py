"""Access to the site, as survey.json has it: blocked pages, robots.txt, sitemaps, feeds and languages."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from archive import ArchiveError
from migration_spider.pages import menu
from migration_spider.responses import feeds as feeds_of
from migration_spider.responses.xml_files import plain
from migration_spider.responses.xml_files import read as read_xml
from migration_spider.survey.answers import Answer
from migration_spider.survey.model import (
    Access,
    JsonApi,
    Language,
    Robots,
    Rule,
    Source,
)
from migration_spider.survey.reading import Site

_FEED = re.compile(rb"<(?:rss|feed|(?:\w+:)?RDF)[\s>]")
_SITEMAP = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]")
_PREFIX = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]+)*")


def access(site: Site) -> Access:
    front = site.answers.get(f"{site.url}/")
    status = Counter(str(answer.status) for answer in site.answers)
    return {
        "is_open": bool(site.pages),
        "front_page": front.status if front else None,
        "status": dict(sorted(status.items())),
        "blocked": site.blocked[:50],
    }


def moved_to(site: Site) -> str | None:
    """Scheme and host of another site to which the front page leads."""
    front = site.answers.get(f"{site.url}/")
    parts = urlsplit(front.leads_to or "") if front else None
    return f"{parts.scheme}://{parts.netloc}" if parts and parts.netloc else None


def robots(site: Site) -> Robots:
    answer = site.answers.get(f"{site.url}/robots.txt")
    text = (
        _body(answer).decode("utf-8", "replace")
        if answer and answer.status == 200 and "html" not in answer.media_type
        else ""
    )
    return robots_of(text, site.agent, answer.status if answer else None)


def jsonapi(site: Site) -> JsonApi:
    url = f"{site.url}/jsonapi"
    answer = site.answers.get(url)
    is_open = bool(answer and answer.status == 200 and "json" in answer.media_type and _is_json(answer))
    return {"url": url, "status": answer.status if answer else None, "is_open": is_open}


def sitemaps(site: Site) -> list[Source]:
    """The sitemaps that were requested, in the order of the requests, then those only named in robots.txt."""
    named = set(robots(site)["sitemaps"])
    origins = {url: "settings" for url in site.settings_paths if "sitemap" in url} | dict.fromkeys(named, "robots.txt")

    def read(body: bytes, is_one: bool) -> tuple[int, str | None]:
        document = read_xml(body)
        return len(feeds_of.sitemap_links(document)[1]), feeds_of.sitemap_problem(document)

    found = list(_sources(site, origins, _SITEMAP, "sitemap", read))
    requested = {source["url"] for source in found}
    found += [_not_requested(url, "robots.txt") for url in sorted(named - requested) if site.answers.get(url) is None]
    return found


def feeds(site: Site) -> list[Source]:
    """The feeds that were requested, then those only named in the head of a page."""
    heads = dict.fromkeys(url for read in site.pages for url in menu.feeds(read.page))
    origins = {url: "settings" for url in site.settings_paths if "sitemap" not in url} | dict.fromkeys(heads, "head")

    def read(body: bytes, is_one: bool) -> tuple[int, str | None]:
        return len(feeds_of.rss_links(body)), feeds_of.feed_problem(body) or (None if is_one else "not a feed")

    found = list(_sources(site, origins, _FEED, "link", read))
    found += [_not_requested(url, "head") for url in heads if site.answers.get(url) is None]
    return found


def _sources(
    site: Site,
    origins: Mapping[str, str],
    form: re.Pattern[bytes],
    otherwise: str,
    read: Callable[[bytes, bool], tuple[int, str | None]],
) -> Iterator[Source]:
    """Yield the responses of addresses in ``origins``, and those of the ``form``, whose origin is ``otherwise``.

    Args:
        read: Takes the body and whether it has the form; returns the number of pages that it names, and its problem.
    """
    for answer in site.answers:
        start = _start(answer) if answer.status == 200 and not site.is_page(answer) else b""
        is_one = form.search(start) is not None
        origin = origins.get(answer.url, otherwise if is_one else None)
        if origin is None or answer.leads_to:
            continue
        size, problem = read(_body(answer), is_one) if answer.status == 200 else (0, None)
        yield {"url": answer.url, "status": answer.status, "named": size, "problem": problem, "found": origin}


def languages(site: Site) -> list[Language]:
    found: dict[tuple[str, str], Language] = {}

    def entry(language: str, url: str) -> Language:
        place = (prefix_of(url, language), language)
        return found.setdefault(place, {"language": language, "prefix": place[0], "pages": 0, "news": 0, "named": 0})

    for read in site.pages:
        if not read.page.is_fallback:
            counts = entry(read.page.language, read.answer.url)
            counts["pages"] += 1
            counts["news"] += read.item is not None
        for language, url in read.page.alternates.items():
            entry(language, url)["named"] += 1
    return sorted(found.values(), key=lambda row: (-row["news"], -row["pages"], -row["named"], row["language"]))


def prefix_of(url: str, language: str) -> str:
    """The first segment of the path, if it is the prefix of the language: ``/es/news`` -> ``es``."""
    first = urlsplit(url).path.strip("/").partition("/")[0].lower()
    is_prefix = _PREFIX.fullmatch(first) and first.split("-")[0] == language.split("-")[0].lower()
    return first if is_prefix else ""


def _groups_of(text: str) -> tuple[list[tuple[list[str], list[tuple[str, str]]]], list[str]]:
    """(agents and lines of each group, sitemaps) of a robots.txt."""
    groups: list[tuple[list[str], list[tuple[str, str]]]] = []
    sitemaps: list[str] = []
    is_open = False
    for line in text.splitlines()[:10_000]:
        name, _, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if name == "sitemap" and value:
            sitemaps.append(value)
        elif name == "user-agent":
            if not is_open:
                groups.append(([], []))
            groups[-1][0].append(value)
            is_open = True
        elif name in ("allow", "disallow", "crawl-delay") and groups:
            groups[-1][1].append((name, value))
            is_open = False
    return groups, sitemaps


def robots_of(text: str, agent: str, status: int | None) -> Robots:
    """The group of ``text`` for ``agent``, or else the one for all agents (RFC 9309, section 2.2)."""
    groups, sitemaps = _groups_of(text)
    names = (agent.lower(), "*")
    chosen = next(filter(None, ([group for group in groups if name in map(str.lower, group[0])] for name in names)), [])
    lines = [line for group in chosen for line in group[1]]
    delays = [value for name, value in lines if name == "crawl-delay" and re.fullmatch(r"\d{1,6}(?:\.\d+)?", value)]
    rules: list[Rule] = [{"allow": name == "allow", "path": v} for name, v in lines if name != "crawl-delay" and v]
    return {
        "status": status,
        "agent": chosen[0][0][0] if chosen else None,
        "rules": rules,
        "crawl_delay": float(delays[0]) if delays else None,
        "sitemaps": list(dict.fromkeys(sitemaps)),
    }


def _not_requested(url: str, found: str) -> Source:
    return {"url": url, "status": None, "named": 0, "problem": None, "found": found}


def _body(answer: Answer) -> bytes:
    """The body; empty if it cannot be decoded."""
    try:
        return answer.body()
    except ArchiveError:
        return b""


def _start(answer: Answer) -> bytes:
    return plain(_body(answer))[:5_000]


def _is_json(answer: Answer) -> bool:
    try:
        json.loads(_body(answer))
    except (ValueError, RecursionError):
        return False
    return True
