"""6 publish: how the news were collected, for the datasheet of a release: the settings and the figures of each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from archive.dataset import Collection, Pace, Visit
from archive.disk import object_in
from migration_spider.config import Config
from migration_spider.standing import PastRun

_STATUS = "downloader/response_status_count/"
_ROBOTS = "robotstxt/response_status_count/"

PURPOSE = (
    "To make the news of the portal usable as data: who said what on which objective of the Global Compact for Safe, "
    "Orderly and Regular Migration, where and when, with evidence for each value that "
    "remains if a page changes or disappears."
)
UNIT = (
    "A news page of the portal in one language: title, date, text, the metadata block as printed and coded, files and "
    "images named. The same story in another language is a record of its own with the same `node_id`."
)
PROCESSING = (
    "Each page is read by rules, without a language model and without manual work: title, text and metadata block as "
    "printed, then dates, codes and languages by lists that are part of the release (`vocabularies/`). The printed "
    "value is kept beside each code. A value that is in no list is kept without a code; nothing is guessed or "
    "translated."
)
PEOPLE = (
    "The pages were public when they were read. They name persons in public roles, and some who tell of their own "
    "migration: take care whom you make easy to find, above all if you join this with other data. Nothing "
    "was added about anyone."
)
USES = (
    "Counting and following what the United Nations and their partners published on migration by objective, theme, "
    "place, publisher and year; reading the same story in several languages; proving what a page said on a day."
)
NOT_FOR = (
    "Measuring migration itself, or what governments do: it shows what was published, by whom the portal chose. "
    "Anything that the note on rights does not cover, and finding or judging single persons."
)
NOISE = (
    "A page in a language without a translation shows the text of another one (`is_fallback`). Dates are as the portal "
    "enters them, often later than the event. The portal rewrites pages in place: earlier versions are kept only from "
    "when it was first visited."
)


POLITENESS = "Each request is archived as it was sent, with the user agent that names the program."


def collection_of(data: Path, config: Config, site: str, runs: Sequence[PastRun]) -> Collection:
    """Describe how the items were collected, by the settings and by ``runs``, whose folders are below ``data``."""
    paths = dict.fromkeys(("/", *config.news_listings, *config.listings, *config.feeds, *config.sitemaps))
    languages = ", ".join(config.languages)
    return Collection(
        purpose=PURPOSE,
        unit=UNIT,
        scope=f"News pages of {site} in the languages {languages}: found by listings, feeds, sitemaps, "
        "menus and the links between translations, with the style sheets, images and files that they show. Left out "
        f"are pages of other types, by the beginning of their path: {', '.join(config.excluded_paths)}. "
        "Limits and start addresses are those of the settings when this release was made.",
        seeds=[site + path for path in paths],
        politeness=POLITENESS,
        processing=PROCESSING,
        people=PEOPLE,
        uses=USES,
        not_for=NOT_FOR,
        noise=NOISE,
        visits=[_visit(run, _stats(data / "runs" / run.id)) for run in runs],
    )


def _stats(folder: Path) -> dict[str, Any]:
    """The numeric stats of the run in ``folder``; empty if it was killed, or the disk was full."""
    stats = object_in(folder / "stats.json")
    return {name: n for name, n in stats.items() if type(n) in (int, float) and abs(n) < 2**63}


def _visit(run: PastRun, stats: Mapping[str, Any]) -> Visit:
    return Visit(
        run_id=run.id,
        started=_time(run.started),
        ended=_time(run.ended),
        seconds=stats.get("elapsed_time_seconds"),
        pace=_pace(run.pace),
        exit_code=run.exit_code,
        # Scrapy counts them when a request is sent. Requests that the crawl does not send (`NotWantedError`) are not
        # counted.
        requests=stats.get("downloader/request_count", 0) if stats else None,
        statuses=_below(_STATUS, stats),
        received=stats.get("downloader/response_bytes", 0),
        robots=_below(_ROBOTS, stats),
        files=stats.get("archive/files", 0),
    )


def _pace(values: Mapping[str, Any]) -> Pace | None:
    try:
        return Pace(
            delay=float(values["delay"]),
            concurrency=int(values["concurrency"]),
            throttled=bool(values["throttled"]),
            obeys_robots=bool(values["obeys_robots"]),
        )
    except (KeyError, TypeError, ValueError):  # empty, or written by another version
        return None


def _below(prefix: str, stats: Mapping[str, Any]) -> dict[str, int]:
    return {name.removeprefix(prefix): count for name, count in stats.items() if name.startswith(prefix)}


def _time(text: str | None) -> str:
    """A time in the format of the table ``runs``."""
    return f"{text[:19]}Z" if text else ""
