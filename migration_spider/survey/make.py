"""Combines all parts of a survey of what a run has archived."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from migration_spider.config import Config
from migration_spider.monitors import COMPLETE, Verdict
from migration_spider.spiders.scope import Scope
from migration_spider.survey import content, door, proposals
from migration_spider.survey.answers import Answers
from migration_spider.survey.model import SCHEMA, Run, Survey
from migration_spider.survey.reading import Site
from migration_spider.survey.samples import chosen, sample
from migration_spider.survey.still import Stills


def survey_of(
    folder: Path, run: Run, config: Config, *, verdict: Verdict, named: Collection[str] = ()
) -> tuple[Survey, dict[str, str]]:
    """Return the survey, and the sample pages: name of the file -> its HTML.

    Args:
        folder: Folder with the WARC files.
        verdict: Verdict of the run.
        named: Addresses in listings of news.

    Raises:
        ArchiveError: A file of the run cannot be read.
    """
    answers = Answers(folder, run["id"])
    url = run["site"]
    scope = Scope(url, config.languages, config.languages, config.excluded_paths)
    in_settings = {
        scope.start(path, language) for path in (*config.feeds, *config.sitemaps) for language in config.languages
    }
    agent = run["user_agent"].partition("/")[0]
    site = Site.read(answers, url, agent=agent, named=named, in_settings=in_settings, day_first=config.day_first)
    orders = content.orders(site)
    parts = {
        "sitemaps": door.sitemaps(site),
        "feeds": door.feeds(site),
        "languages": door.languages(site),
        "listings": content.listings(site),
    }
    proposed = proposals.settings(config, url, **parts, orders=orders) if verdict.code == COMPLETE else []  # type: ignore[arg-type]
    survey: Survey = {
        "schema": SCHEMA,
        "run": run,
        "outcome": {"exit_code": verdict.code, "messages": list(verdict.messages)},
        "access": door.access(site),
        "robots": door.robots(site),
        **parts,  # type: ignore[typeddict-item]
        "types": content.types(site),
        "labels": content.labels(site),
        "dates": {"forms": content.dates(site), "orders": orders},
        "jsonapi": door.jsonapi(site),
        "samples": [],
        "settings": proposed,
        "steps": proposals.steps(
            url, verdict.code, proposed, folder=str(config.data_dir), moved_to=door.moved_to(site)
        ),
    }
    stills = Stills(answers)
    files: dict[str, str] = {}
    for number, read in enumerate(chosen(site.news), 1):
        described, html = sample(number, read, stills)
        survey["samples"].append(described)
        files[described["file"]] = html
    return survey, files
