"""A data folder belongs to one site: the archive and items of two sites in one folder could not be separated again."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from archive.disk import object_in
from migration_spider.addresses import is_loopback
from migration_spider.exceptions import OptionError
from migration_spider.setting_types import is_web_address


def require_same_site(site: str, data: Path, moved_from: str) -> None:
    """See that the runs recorded in a data folder were of ``site``.

    ``http`` and ``https``, ``www.`` and ports make no other site, and all sites on this machine count as one: test
    servers change their ports.

    Args:
        site: the site of this run, as ``https://host``.
        data: the data folder; it may be missing.
        moved_from: a site that has moved to ``site`` since; empty if none has.

    Raises:
        OptionError: the last run was of another site.
    """
    earlier = _last_site(data / "runs")
    if earlier and _name(earlier) not in (_name(site), moved_from and _name(moved_from)):
        raise OptionError(
            f"site={site}: {data} has the archive of {earlier}: choose another folder with -s DATA_DIR=..., or, if "
            f"{earlier} has moved to this address, run once with -s MIGRATION_MOVED_FROM={earlier}"
        )


def _last_site(runs: Path) -> str:
    """The site of the last recorded run that was answered; empty if there is none."""
    names = sorted((folder.name for folder in runs.iterdir()), reverse=True) if runs.is_dir() else []
    for name in names:
        options = object_in(runs / name / "run.json").get("options")
        site = options.get("site") if isinstance(options, dict) else None
        if isinstance(site, str) and is_web_address(site) and _may_have_archived(runs / name):
            return site
    return ""


def _may_have_archived(run: Path) -> bool:
    """Whether a run archived a response; True for a killed run, which left no statistics."""
    stats = object_in(run / "stats.json")
    return not stats or bool(stats.get("archive/records/response"))


def _name(site: str) -> str:
    host = urlsplit(site).hostname or ""
    return "localhost" if is_loopback(host) else host.removeprefix("www.")
